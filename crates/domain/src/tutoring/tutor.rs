//! Tutors as the public sees them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::ids::{TutorId, UserId};
use crate::money::{Currency, Money};

/// What a tutor says of themselves. No address and no phone: those are for who has booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TutorProfile {
    /// The profile.
    pub id: TutorId,
    /// The user behind it.
    pub user_id: UserId,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The father's name.
    pub father_name: Option<String>,
    /// The grandfather's name.
    pub grandfather_name: Option<String>,
    /// The whole name.
    pub name: String,
    /// The public handle.
    pub username: Option<String>,
    /// A URL.
    pub profile_picture: Option<String>,
    /// What the tutor says at length.
    pub bio: Option<String>,
    /// What the tutor says in a line.
    pub quote: Option<String>,
    /// What is taught.
    pub subjects: Vec<String>,
    /// In which languages.
    pub languages: Vec<String>,
    /// For whom.
    pub grade_levels: Vec<String>,
    /// Where the tutor's wall clock hangs; package times are on it.
    pub time_zone: Tz,
    /// `online` and the like.
    pub session_format: Option<String>,
    /// Where, if not online.
    pub location: Option<String>,
    /// Whether the tutor can be asked.
    pub is_active: bool,
    /// When the profile was made, an instant.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, an instant.
    pub updated_at: DateTime<Utc>,
}

/// What a tutor changes about their profile. `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TutorChanges {
    /// See [`TutorProfile::bio`].
    pub bio: Option<String>,
    /// See [`TutorProfile::quote`].
    pub quote: Option<String>,
    /// See [`TutorProfile::subjects`].
    pub subjects: Option<Vec<String>>,
    /// See [`TutorProfile::languages`].
    pub languages: Option<Vec<String>>,
    /// See [`TutorProfile::grade_levels`].
    pub grade_levels: Option<Vec<String>>,
    /// See [`TutorProfile::time_zone`].
    pub time_zone: Option<Tz>,
    /// See [`TutorProfile::session_format`].
    pub session_format: Option<String>,
    /// See [`TutorProfile::location`].
    pub location: Option<String>,
}

/// A tutor in a search result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TutorCard {
    /// What the tutor says of themselves.
    pub profile: TutorProfile,
    /// The hourly rate of the cheapest active package.
    pub price: Option<Money>,
    /// The hourly rate of the dearest active package.
    pub price_max: Option<Money>,
    /// The money of the cheapest.
    pub currency: Option<Currency>,
}

/// In which order a search lists tutors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortTutors {
    /// The newest profile first.
    #[default]
    Newest,
    /// The cheapest first; who has no price comes last.
    PriceAscending,
    /// The dearest first; who has no price comes last.
    PriceDescending,
}

/// Which tutors a search finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TutorFilter {
    /// Part of a name, handle, bio or subject, in any case.
    pub search: Option<String>,
    /// A subject taught, in any case.
    pub subject: Option<String>,
    /// A grade taught, in any case.
    pub grade_level: Option<String>,
    /// The cheapest package costs at least this.
    pub min_price: Option<Money>,
    /// The cheapest package costs at most this.
    pub max_price: Option<Money>,
    /// In which order.
    pub sort: SortTutors,
}
