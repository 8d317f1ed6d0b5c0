//! Pages of a user's connections.
//!
//! Each side and state of connections is a range of an index of its own, in the order of ids, so a page merges the
//! beginnings of at most eleven ranges: it costs as much in a list of ten as in one of a million. The limits are part of the
//! text, because the plan for a limit that is a parameter would sort the whole list.
//!
//! What a viewer may not see is left out by the rules of the domain after the rows are read; the next rows follow until
//! the page is full.

use astegni_domain::connections::{
    Connection, Edge, ListedState, ProfileAccess, Side, Standing, SubjectAccount, Viewer, is_listed, is_listed_publicly,
};
use astegni_domain::ids::UserId;
use astegni_domain::page::{Keyset, Page, PageRequest};

use super::rows::{self, COLUMNS, ListedColumns, ListedRow};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::Statement;

/// Limits of the first scan for a page, in rows: those of a default page and of the largest one. A connection prepares a
/// statement for each, so they are few.
const FIRST_LIMITS: [usize; 2] = [21, 101];

/// Limit of the further scans for a page of which rows were left out, in rows.
const NEXT_LIMIT: usize = 1000;

/// The list that a scan belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// The list of the viewer's own connections.
    Own(UserId),
    /// The public list of a user.
    Public { owner: UserId, viewer: Viewer },
}

impl List {
    fn owner(self) -> UserId {
        match self {
            Self::Own(owner) | Self::Public { owner, .. } => owner,
        }
    }

    fn viewer(self) -> Viewer {
        match self {
            Self::Own(viewer) => Viewer::User(viewer),
            Self::Public { viewer, .. } => viewer,
        }
    }

    /// Returns whether the list shows a connection.
    fn shows(self, edge: &Edge, other: &SubjectAccount, standing: Standing, access: ProfileAccess) -> bool {
        match self {
            Self::Own(owner) => is_listed(edge, owner, standing, access),
            Self::Public { .. } => is_listed_publicly(edge, other, standing, access),
        }
    }
}

/// Loads a page of a list, limited to some states, newest first.
pub(super) fn page(
    conn: &mut AnyConnection,
    list: List,
    states: &[ListedState],
    page: PageRequest,
) -> Result<Page<Connection>, StoreError> {
    let wanted = usize::try_from(page.size.overread()).unwrap_or(usize::MAX);
    let mut before = page.after.map_or(i64::MAX, |after| after.id);
    let mut limit = FIRST_LIMITS.into_iter().find(|limit| *limit >= wanted).unwrap_or(NEXT_LIMIT);
    let mut found: Vec<Connection> = Vec::new();
    loop {
        let rows = load(conn, list, states, before, limit)?;
        let last = rows.last().map(ListedRow::connection_id).filter(|_| rows.len() == limit);
        found.extend(rows::visible(conn, list.viewer(), rows, |edge, other, standing, access| {
            list.shows(edge, other, standing, access)
        })?);
        match last {
            Some(id) if found.len() < wanted => (before, limit) = (id, NEXT_LIMIT),
            _ => break,
        }
    }
    found.truncate(wanted);
    Ok(Page::from_overread(found, page.size, |connection| {
        let id = connection.edge.id.get();
        Keyset { sort: id, id }
    }))
}

/// Loads the newest rows of a list before an id.
fn load(
    conn: &mut AnyConnection,
    list: List,
    states: &[ListedState],
    before: i64,
    limit: usize,
) -> Result<Vec<ListedRow>, StoreError> {
    if states.is_empty() {
        return Ok(Vec::new());
    }
    let owner = list.owner().get();
    let ranges: Vec<String> = states.iter().enumerate().map(|(number, state)| range(number, *state, limit)).collect();
    let (ranges, flags) = (ranges.join(" UNION ALL "), blocks(list));
    let text = format!(
        "SELECT {COLUMNS}, {flags} FROM (SELECT * FROM ({ranges}) AS merged ORDER BY id DESC LIMIT {limit}) AS c \
         JOIN users p ON p.id = c.other JOIN users o ON o.id = ? ORDER BY c.id DESC"
    );
    let viewer = list.viewer().user().map(UserId::get);
    let statement = Statement::<ListedColumns>::new(text);
    let statement = match list {
        List::Own(_) => statement.bind(viewer),
        List::Public { .. } => statement.bind(viewer).bind(viewer),
    };
    let statement = states.iter().fold(statement, |statement, _| statement.bind(owner).bind(before));
    Ok(statement.bind(owner).load(conn)?)
}

/// Returns the query for the beginning of one range. States are part of its text: they are few, and the planner sees
/// that they are rare.
fn range(number: usize, ListedState { side, kind, status }: ListedState, limit: usize) -> String {
    let (own, other) = match side {
        Side::Initiator => ("user_id_1", "user_id_2"),
        Side::Recipient => ("user_id_2", "user_id_1"),
    };
    let (kind, status) = (kind.as_str(), status.as_str());
    format!(
        "SELECT * FROM (SELECT id, user_id_1, user_id_2, {other} AS other, connection_type, status, updated_at, \
         connection_message, created_at, accepted_at FROM connections WHERE {own} = ? \
         AND connection_type = '{kind}' AND status = '{status}' AND id < ? ORDER BY id DESC LIMIT {limit}) AS range{number}"
    )
}

/// Returns the flags for blocks between the viewer and `p`. In their own list, viewers see whom they have blocked.
fn blocks(list: List) -> &'static str {
    match list {
        List::Own(_) => {
            "EXISTS (SELECT 1 FROM connections b WHERE b.user_id_1 = p.id AND b.user_id_2 = ? \
                AND b.connection_type = 'block'), FALSE"
        }
        List::Public { .. } => {
            "EXISTS (SELECT 1 FROM connections b WHERE b.user_id_1 = p.id AND b.user_id_2 = ? \
                AND b.connection_type = 'block'), \
             EXISTS (SELECT 1 FROM connections b WHERE b.user_id_1 = ? AND b.user_id_2 = p.id \
                AND b.connection_type = 'block')"
        }
    }
}
