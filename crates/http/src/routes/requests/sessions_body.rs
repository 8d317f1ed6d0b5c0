//! The choices of an acceptance in JSON, which the acceptance and its preview share.

use astegni_domain::requests::{Acceptance, OnConflict, ProposedSession};
use astegni_domain::schedule::{parse_date, parse_time};
use astegni_domain::validation::{Invalid, Violations};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::routes::schedule::time_slot;

/// A session that the tutor proposes, in the request's time zone.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ProposedSessionBody {
    /// Civil date, `YYYY-MM-DD`.
    #[schema(required = true, nullable = false, example = "2026-02-02")]
    session_date: Option<String>,
    /// Start, wall clock `HH:MM`.
    #[schema(required = true, nullable = false, example = "14:00")]
    start_time: Option<String>,
    /// End, wall clock `HH:MM`, after `start_time` unless `overnight` is true.
    #[schema(required = true, nullable = false, example = "16:00")]
    end_time: Option<String>,
    /// Whether an end before the start is on the next day; false by default.
    overnight: Option<bool>,
}

impl ProposedSessionBody {
    fn parse(&self, place: usize, violations: &mut Violations) -> Option<ProposedSession> {
        let field = |name: &str| format!("sessions.{place}.{name}");
        let date = violations.require(&field("session_date"), self.session_date.as_deref(), parse_date);
        let start = violations.require(&field("start_time"), self.start_time.as_deref(), parse_time);
        let end = violations.require(&field("end_time"), self.end_time.as_deref(), parse_time);
        let slot = violations.check(field("end_time"), time_slot(start?, end?, self.overnight))?;
        Some(ProposedSession { date: date?, slot })
    }
}

/// Parses the choices of an acceptance.
pub(super) fn acceptance(
    on_conflict: Option<String>,
    sessions: Option<Vec<ProposedSessionBody>>,
    violations: &mut Violations,
) -> Acceptance {
    let on_conflict = violations.check_some("on_conflict", on_conflict, |word| {
        word.parse::<OnConflict>().map_err(|_| Invalid::new("unknown_choice", "must be fail or skip"))
    });
    let sessions = sessions.map(|sessions| {
        sessions.iter().enumerate().filter_map(|(place, session)| session.parse(place, violations)).collect()
    });
    Acceptance { on_conflict: on_conflict.unwrap_or_default(), sessions }
}
