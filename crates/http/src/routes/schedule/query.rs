//! Query parameters of lists of sessions.

use astegni_domain::page::PageRequest;
use astegni_domain::schedule::{Perspective, SessionFilter, SessionStatus, parse_date};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Datelike, NaiveTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{PagingQuery, Parse};

/// The parameters of every list of sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SessionsQuery {
    /// RFC 3339 instant, or UTC date `YYYY-MM-DD`, after which the sessions end.
    from: Option<String>,
    /// RFC 3339 instant, or UTC date `YYYY-MM-DD`, before which the sessions start.
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
    pub(super) filter: SessionFilter,
    pub(super) page: PageRequest,
}

impl Parse for SessionsQuery {
    type Command = SessionList;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<SessionList> {
        let status = self.status.filter(|status| !matches!(status.as_str(), "all" | ""));
        let filter = SessionFilter {
            from: violations.check_some("from", self.from, |input| instant(&input)),
            to: violations.check_some("to", self.to, |input| instant(&input)),
            status: violations.check_some("status", status, |input| session_status(&input)),
            ..SessionFilter::ALL
        };
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some(SessionList { filter, page })
    }
}

impl Parse for AnySessionsQuery {
    type Command = SessionList;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<SessionList> {
        let perspective = violations.check_some("as", self.perspective.perspective, |word| {
            word.parse().map_err(|_| Invalid::new("unknown_capacity", "must be tutor, student or parent"))
        });
        let SessionList { filter, page } = self.sessions.parse(now, violations)?;
        let perspective = perspective.unwrap_or(Perspective::Any);
        Some(SessionList { filter: SessionFilter { perspective, ..filter }, page })
    }
}

/// Parses a status. The old platform spelled one of them with a hyphen.
fn session_status(input: &str) -> Result<SessionStatus, Invalid> {
    let message = "must be scheduled, in_progress, completed, cancelled, no_show or all";
    input.replace('-', "_").parse().map_err(|_| Invalid::new("unknown_status", message))
}

fn instant(input: &str) -> Result<DateTime<Utc>, Invalid> {
    let date = || parse_date(input).map(|date| date.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(input)
        .map(|instant| instant.to_utc())
        .ok()
        .filter(|instant| (1900..2200).contains(&instant.year()))
        .or_else(|| date().ok())
        .ok_or_else(|| Invalid::new("invalid_instant", "must be an RFC 3339 instant or a date YYYY-MM-DD"))
}
