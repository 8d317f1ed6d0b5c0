//! Tutor profiles, and searches for them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::Package;
use crate::change::Change;
use crate::ids::{TutorId, UserId};
use crate::money::{Currency, Money};
use crate::page::{Page, PageRequest};

/// A tutor's public profile. E-mail address and phone number are absent: they are disclosed on acceptance only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the other fields are those of the API")]
pub struct TutorProfile {
    pub id: TutorId,
    pub user_id: UserId,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub father_name: Option<String>,
    pub grandfather_name: Option<String>,
    /// The display name, composed from the parts above.
    pub name: String,
    pub username: Option<String>,
    /// The URL of the picture.
    pub profile_picture: Option<String>,
    pub bio: Option<String>,
    pub quote: Option<String>,
    pub subjects: Vec<String>,
    pub languages: Vec<String>,
    pub grade_levels: Vec<String>,
    /// The zone in which the times of the tutor's packages are read.
    pub time_zone: Tz,
    /// Free text such as `online`.
    pub session_format: Option<String>,
    pub location: Option<String>,
    /// Whether both the profile and its user are active.
    pub is_active: bool,
    /// The instant of creation.
    pub created_at: DateTime<Utc>,
    /// The instant of the last change.
    pub updated_at: DateTime<Utc>,
}

/// A partial update of [`TutorProfile`], whose fields it mirrors. `None` keeps a field that cannot be null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is documented in TutorProfile")]
pub struct TutorChanges {
    pub bio: Change<String>,
    pub quote: Change<String>,
    pub subjects: Option<Vec<String>>,
    pub languages: Option<Vec<String>>,
    pub grade_levels: Option<Vec<String>>,
    pub time_zone: Option<Tz>,
    pub session_format: Change<String>,
    pub location: Change<String>,
}

/// A tutor in a search result, with the prices of the active packages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the profile needs no further words")]
pub struct TutorCard {
    pub profile: TutorProfile,
    /// The lowest hourly rate.
    pub price: Option<Money>,
    /// The highest hourly rate.
    pub price_max: Option<Money>,
    /// The currency of the lowest hourly rate.
    pub currency: Option<Currency>,
}

/// A tutor with a page of the active packages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after their types")]
pub struct TutorWithPackages {
    pub tutor: TutorProfile,
    pub packages: Page<Package>,
}

/// The order of a search result. Tutors without a price come last in both orders by price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant names its order")]
pub enum SortTutors {
    #[default]
    Newest,
    PriceAscending,
    PriceDescending,
}

/// Conditions on the tutors of a search result. All comparisons of text ignore case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TutorFilter {
    /// Words, each the beginning of a word of the name, username, biography or subjects.
    pub search: Option<String>,
    /// One complete subject.
    pub subject: Option<String>,
    /// One complete grade level.
    pub grade_level: Option<String>,
    /// The least amount that the cheapest package costs.
    pub min_price: Option<Money>,
    /// The largest amount that the cheapest package costs.
    pub max_price: Option<Money>,
    /// The order of the result.
    pub sort: SortTutors,
}

/// The position of a page of search results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchPosition {
    /// Continues behind a row, for clients that follow links.
    Keyset(PageRequest),
    /// The page with a number from 1, for old clients.
    Numbered(PageRequest, u32),
}

/// The number up to which the matches of a search are counted. A search of a large platform costs no more than that.
pub const MAX_COUNTED: i64 = 1000;

/// A search for tutors.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after their types")]
pub struct TutorSearch {
    pub filter: TutorFilter,
    pub position: SearchPosition,
}
