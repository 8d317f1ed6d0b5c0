//! How a tutor accepts, on the wire; an answer and a preview take the same fields.

use astegni_domain::requests::{Acceptance, OnConflict, ProposedSession};
use astegni_domain::schedule::{MAX_SESSIONS, TimeSlot, parse_date, parse_time};
use astegni_domain::validation::{Invalid, Violations};
use serde::Deserialize;
use utoipa::ToSchema;

/// A session in the place of what the schedule says, in the request's zone.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ProposedSessionBody {
    /// Civil date.
    #[schema(required = true, nullable = false, example = "2026-02-02")]
    session_date: Option<String>,
    /// Wall clock.
    #[schema(required = true, nullable = false, example = "14:00")]
    start_time: Option<String>,
    /// Wall clock.
    #[schema(required = true, nullable = false, example = "16:00")]
    end_time: Option<String>,
}

impl ProposedSessionBody {
    fn parse(&self, place: usize, violations: &mut Violations) -> Option<ProposedSession> {
        let field = |name: &str| format!("sessions.{place}.{name}");
        let date = violations.require(&field("session_date"), self.session_date.as_deref(), parse_date);
        let start = violations.require(&field("start_time"), self.start_time.as_deref(), parse_time);
        let end = violations.require(&field("end_time"), self.end_time.as_deref(), parse_time);
        let slot = violations.check(field("end_time"), TimeSlot::new(start?, end?))?;
        Some(ProposedSession { date: date?, slot })
    }
}

/// Reads how a tutor accepts.
pub(super) fn acceptance(
    on_conflict: Option<String>,
    sessions: Option<Vec<ProposedSessionBody>>,
    violations: &mut Violations,
) -> Acceptance {
    let on_conflict = violations.check_some("on_conflict", on_conflict, |word| {
        word.parse::<OnConflict>().map_err(|_| Invalid::new("unknown_choice", "must be fail or skip"))
    });
    let sessions = violations.check_some("sessions", sessions, |sessions| {
        if sessions.len() > MAX_SESSIONS {
            return Err(Invalid::new("too_many", format!("must have at most {MAX_SESSIONS} sessions")));
        }
        Ok(sessions)
    });
    let sessions = sessions.map(|sessions| {
        sessions.iter().enumerate().filter_map(|(place, session)| session.parse(place, violations)).collect()
    });
    Acceptance { on_conflict: on_conflict.unwrap_or_default(), sessions }
}
