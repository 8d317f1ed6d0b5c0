//! Query parameters of lists of sessions.

use astegni_domain::page::PageRequest;
use astegni_domain::schedule::{Bound, ListedSessions, Perspective, SessionStatus, parse_date};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{PagingQuery, Parse};

/// The parameters of every list of sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SessionsQuery {
    /// RFC 3339 instant after which the sessions end, or first civil date `YYYY-MM-DD` in the caller's time zone.
    from: Option<String>,
    /// RFC 3339 instant before which the sessions start, or last civil date `YYYY-MM-DD` in the caller's time zone.
    to: Option<String>,
    /// `scheduled`, `in_progress`, `completed`, `cancelled`, `no_show`, or `all` (the default).
    status: Option<String>,
    /// Largest number of items in the response, 1 to 100. On the unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Position of the page, taken from the `Link` header of the previous page.
    cursor: Option<String>,
}

/// The capacity in which the caller lists sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PerspectiveQuery {
    /// `tutor`, `student` or `parent`. By default, sessions are listed in every capacity.
    #[serde(rename = "as")]
    #[param(rename = "as")]
    perspective: Option<String>,
}

/// The parameters of a list of sessions in any capacity.
#[derive(Debug, Deserialize)]
pub(super) struct AnySessionsQuery {
    #[serde(flatten)]
    perspective: PerspectiveQuery,
    #[serde(flatten)]
    sessions: SessionsQuery,
}

/// A list of sessions to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct SessionList {
    pub(super) wanted: ListedSessions,
    pub(super) page: PageRequest,
}

impl Parse for SessionsQuery {
    type Command = SessionList;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<SessionList> {
        let status = self.status.filter(|status| !matches!(status.as_str(), "all" | ""));
        let wanted = ListedSessions {
            from: violations.check_some("from", self.from, |input| bound(&input)),
            to: violations.check_some("to", self.to, |input| bound(&input)),
            status: violations.check_some("status", status, |input| session_status(&input)),
            ..ListedSessions::ALL
        };
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some(SessionList { wanted, page })
    }
}

impl Parse for AnySessionsQuery {
    type Command = SessionList;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<SessionList> {
        let perspective = violations.check_some("as", self.perspective.perspective, |word| {
            word.parse().map_err(|_| Invalid::new("unknown_capacity", "must be tutor, student or parent"))
        });
        let SessionList { wanted, page } = self.sessions.parse(now, violations)?;
        let perspective = perspective.unwrap_or(Perspective::Any);
        Some(SessionList { wanted: ListedSessions { perspective, ..wanted }, page })
    }
}

/// Parses a status. The old platform spelled one of them with a hyphen.
fn session_status(input: &str) -> Result<SessionStatus, Invalid> {
    let message = "must be scheduled, in_progress, completed, cancelled, no_show or all";
    input.replace('-', "_").parse().map_err(|_| Invalid::new("unknown_status", message))
}

fn bound(input: &str) -> Result<Bound, Invalid> {
    DateTime::parse_from_rfc3339(input)
        .map(|instant| instant.to_utc())
        .ok()
        .filter(|instant| (1900..2200).contains(&instant.year()))
        .map(Bound::Instant)
        .or_else(|| parse_date(input).ok().map(Bound::Date))
        .ok_or_else(|| Invalid::new("invalid_instant", "must be an RFC 3339 instant or a date YYYY-MM-DD"))
}
