//! The personal fields of an account, for registrations and updates.

use astegni_domain::accounts::{ProfileChanges, parse_birth_date, person_name, phone_number, profile_picture};
use astegni_domain::change::Change;
use astegni_domain::schedule::parse_zone;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// The personal fields of an account. Null clears every field but `time_zone` and `is_private`, which it leaves
/// unchanged.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct PersonFields {
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, example = "Abebe")]
    first_name: Change<String>,
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>)]
    last_name: Change<String>,
    /// 1 to 100 characters; second of the three parts of an Ethiopian name.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>)]
    father_name: Change<String>,
    /// 1 to 100 characters; third of the three parts of an Ethiopian name.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>)]
    grandfather_name: Change<String>,
    /// 5 to 20 digits and the separators `+-() ./`.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, example = "+251 911 000000")]
    phone: Change<String>,
    /// Civil date `YYYY-MM-DD`, not in the future and at most 130 years ago.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, example = "2010-09-11")]
    date_of_birth: Change<String>,
    /// IANA name of the time zone.
    #[schema(example = "Africa/Addis_Ababa")]
    time_zone: Option<String>,
    /// Whether following the user needs their consent.
    is_private: Option<bool>,
    /// Absolute `http` or `https` URL of at most 500 characters.
    #[serde(default, deserialize_with = "change")]
    #[schema(value_type = Option<String>, example = "https://example.com/abebe.png")]
    profile_picture: Change<String>,
}

/// Deserializes a field that is present: null clears it.
fn change<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Change<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map_or(Change::Clear, Change::Set))
}

impl PersonFields {
    /// Parses the fields at the instant `now`.
    pub(super) fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> ProfileChanges {
        let mut name = |field: &str, change: Change<String>| {
            violations.check(field, change.try_map(|input| person_name(&input))).unwrap_or_default()
        };
        let first_name = name("first_name", self.first_name);
        let last_name = name("last_name", self.last_name);
        let father_name = name("father_name", self.father_name);
        let grandfather_name = name("grandfather_name", self.grandfather_name);
        let phone = self.phone.try_map(|input| phone_number(&input));
        let date_of_birth = self.date_of_birth.try_map(|input| parse_birth_date(&input, now));
        let picture = self.profile_picture.try_map(|input| profile_picture(&input));
        ProfileChanges {
            first_name,
            last_name,
            father_name,
            grandfather_name,
            phone: violations.check("phone", phone).unwrap_or_default(),
            date_of_birth: violations.check("date_of_birth", date_of_birth).unwrap_or_default(),
            time_zone: violations.check_some("time_zone", self.time_zone, |input| parse_zone(&input)),
            is_private: self.is_private,
            profile_picture: violations.check("profile_picture", picture).unwrap_or_default(),
        }
    }
}
