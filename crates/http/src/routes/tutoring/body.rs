//! Response bodies of tutoring.

use astegni_domain::schedule::weekday_name;
use astegni_domain::tutoring::{Package, ScheduleType, TutorCard, TutorProfile};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, Price};

/// A tutor's public profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TutorBody {
    /// Id of the tutor profile, which session requests refer to.
    id: i64,
    /// Id of the user, which connections refer to.
    user_id: i64,
    name: String,
    first_name: Option<String>,
    last_name: Option<String>,
    father_name: Option<String>,
    grandfather_name: Option<String>,
    username: Option<String>,
    profile_picture: Option<String>,
    bio: Option<String>,
    quote: Option<String>,
    subjects: Vec<String>,
    languages: Vec<String>,
    grade_levels: Vec<String>,
    /// IANA name. The times of the tutor's packages are in this zone.
    time_zone: &'static str,
    session_format: Option<String>,
    location: Option<String>,
    is_active: bool,
    /// RFC 3339 instant in UTC of the creation.
    created_at: String,
    /// RFC 3339 instant in UTC of the last change.
    updated_at: String,
}

impl From<TutorProfile> for TutorBody {
    fn from(tutor: TutorProfile) -> Self {
        Self {
            id: tutor.id.get(),
            user_id: tutor.user_id.get(),
            name: tutor.name,
            first_name: tutor.first_name,
            last_name: tutor.last_name,
            father_name: tutor.father_name,
            grandfather_name: tutor.grandfather_name,
            username: tutor.username,
            profile_picture: tutor.profile_picture,
            bio: tutor.bio,
            quote: tutor.quote,
            subjects: tutor.subjects,
            languages: tutor.languages,
            grade_levels: tutor.grade_levels,
            time_zone: tutor.time_zone.name(),
            session_format: tutor.session_format,
            location: tutor.location,
            is_active: tutor.is_active,
            created_at: wire::instant(tutor.created_at),
            updated_at: wire::instant(tutor.updated_at),
        }
    }
}

/// A tutor in a search result.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TutorCardBody {
    #[serde(flatten)]
    tutor: TutorBody,
    /// Lowest hourly rate of the active packages.
    price: Option<Price>,
    /// Highest hourly rate of the active packages.
    price_max: Option<Price>,
    /// ISO 4217 code of `price`.
    currency: Option<String>,
}

impl From<TutorCard> for TutorCardBody {
    fn from(card: TutorCard) -> Self {
        Self {
            tutor: card.profile.into(),
            price: card.price.map(Price),
            price_max: card.price_max.map(Price),
            currency: card.currency.map(|currency| currency.as_str().to_owned()),
        }
    }
}

/// A package: lessons that a tutor offers at a price.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PackageBody {
    id: i64,
    tutor_id: i64,
    name: String,
    description: Option<String>,
    /// Price of one hour.
    hourly_rate: Price,
    /// ISO 4217 code.
    currency: String,
    subjects: Vec<String>,
    course_ids: Vec<i64>,
    grade_level: Vec<String>,
    session_format: Option<String>,
    /// `recurring` or `specific_dates`.
    schedule_type: &'static str,
    /// English weekday names.
    schedule_days: Vec<&'static str>,
    /// Wall-clock time `HH:MM:SS` in the tutor's zone.
    start_time: Option<String>,
    /// Wall-clock time `HH:MM:SS` in the tutor's zone.
    end_time: Option<String>,
    /// Number of sessions, 1 to 200, after which a series ends; null if it is not limited.
    session_count: Option<u16>,
    /// Whether the package can be requested.
    is_active: bool,
    /// RFC 3339 instant in UTC of the creation.
    created_at: String,
    /// RFC 3339 instant in UTC of the last change.
    updated_at: String,
}

impl From<Package> for PackageBody {
    fn from(package: Package) -> Self {
        Self::from(&package)
    }
}

impl From<&Package> for PackageBody {
    fn from(package: &Package) -> Self {
        let terms = package.terms.clone();
        Self {
            id: package.id.get(),
            tutor_id: package.tutor_id.get(),
            name: terms.name,
            description: terms.description,
            hourly_rate: Price(terms.hourly_rate),
            currency: terms.currency.as_str().to_owned(),
            subjects: terms.subjects,
            course_ids: terms.course_ids,
            grade_level: terms.grade_level,
            session_format: terms.session_format,
            schedule_type: ScheduleType::as_str(terms.schedule_type),
            schedule_days: terms.schedule_days.into_iter().map(weekday_name).collect(),
            start_time: terms.start_time.map(wire::time),
            end_time: terms.end_time.map(wire::time),
            session_count: terms.session_count,
            is_active: terms.is_active,
            created_at: wire::instant(package.created_at),
            updated_at: wire::instant(package.updated_at),
        }
    }
}
