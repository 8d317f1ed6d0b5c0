//! Pages of a user's connections.
//!
//! Each side and state of connections is a range of an index of its own, in the order of ids, so a page merges the
//! beginnings of at most eleven ranges: it costs as much in a list of ten as in one of a million. The limits are part of the
//! text, because the plan for a limit that is a parameter would sort the whole list.
//!
//! What a viewer may not see is left out by the rules of the domain after the rows are read; the next rows follow until
//! the page is full.

use std::collections::BTreeMap;

use astegni_domain::connections::{
    Connection, ConnectionFilter, Edge, ListedState, ProfileAccess, ProfileCard, Side, Standing, SubjectAccount,
    Viewer, is_listed, is_listed_publicly, own_states, public_states,
};
use astegni_domain::ids::UserId;
use astegni_domain::page::{Keyset, Page, PageRequest};
use diesel::QueryResult;
use diesel::sql_types::BigInt;

use super::facts::blocks;
use super::heads::{ListHead, heads};
use super::rows::{self, COLUMNS, ListedColumns, ListedRow};
use crate::connection::AnyConnection;
use crate::database::{Database, Results};
use crate::dialect;
use crate::error::StoreError;
use crate::statement::{self, Statement};

/// Limits of the first scan for a page, in rows: those of a default page and of the largest one. A connection prepares a
/// statement for each, so they are few.
const FIRST_LIMITS: [usize; 2] = [21, 101];

/// Limit of the further scans for a page that hidden rows have left incomplete, in rows.
const NEXT_LIMIT: usize = 1000;

/// The list that a scan belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
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

/// The next part of a list.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    list: List,
    states: Vec<ListedState>,
    /// Whether the states are a part of those of the list.
    is_filtered: bool,
    /// The id before which the part begins.
    before: i64,
    /// The number of rows to read.
    limit: usize,
}

/// The visible connections among the rows of a scan.
pub(crate) struct Scanned {
    connections: Vec<Connection>,
    /// The id of the last row, if further rows may follow it.
    last: Option<i64>,
}

/// Loads a page of a list, newest first. A search is ignored.
pub(super) async fn page(
    database: &Database,
    list: List,
    filter: &ConnectionFilter,
    page: PageRequest,
) -> Result<Page<Connection>, StoreError> {
    let wanted = usize::try_from(page.size.overread()).unwrap_or(usize::MAX);
    let limit = FIRST_LIMITS.into_iter().find(|limit| *limit >= wanted).unwrap_or(NEXT_LIMIT);
    let before = page.after.map_or(i64::MAX, |after| after.id);
    let states = match list {
        List::Own(_) => own_states(filter),
        List::Public { .. } => public_states(filter),
    };
    let is_filtered = *filter != ConnectionFilter::default();
    let mut scan = Scan { list, states, is_filtered, before, limit };
    let mut found: Vec<Connection> = Vec::new();
    loop {
        let scanned = database.scan(scan.clone()).await?;
        found.extend(scanned.connections);
        match scanned.last {
            Some(id) if found.len() < wanted => (scan.before, scan.limit) = (id, NEXT_LIMIT),
            _ => break,
        }
    }
    found.truncate(wanted);
    Ok(Page::from_overread(found, page.size, |connection| {
        let id = connection.edge.id.get();
        Keyset { sort: id, id }
    }))
}

/// Runs scans. Similar ones share a statement on a database that can join a query to each of several rows.
pub(crate) fn run_all(conn: &mut AnyConnection, scans: &[Scan]) -> Results<Scanned> {
    let owners: Vec<UserId> = scans.iter().map(|scan| scan.list.owner()).collect();
    let heads = heads(conn, &owners)?.into_iter().collect::<Result<Vec<ListHead>, _>>()?;
    let mut groups: BTreeMap<Shape, Vec<(i64, &Scan)>> = BTreeMap::new();
    for (place, (scan, head)) in (0..).zip(scans.iter().zip(&heads)) {
        groups.entry(scan.shape(head)).or_default().push((place, scan));
    }
    let mut rows: BTreeMap<i64, Vec<ListedRow>> = BTreeMap::new();
    for (shape, group) in groups {
        let together = if dialect::has_lateral_joins(conn) && shape.is_shared { group.len() } else { 1 };
        for scans in group.chunks(together) {
            for (place, row) in load(conn, &shape, scans)? {
                rows.entry(place).or_default().push(row);
            }
        }
    }
    let results = (0..).zip(scans.iter().zip(&heads)).map(|(place, (scan, head))| {
        let rows = rows.remove(&place).unwrap_or_default();
        scan.visible(conn, &head.owner, rows)
    });
    Ok(results.collect())
}

impl Scan {
    fn shape(&self, head: &ListHead) -> Shape {
        let blocks = match self.list {
            List::Own(_) => Blocks::of_own_list(head),
            List::Public { .. } => Blocks::Both,
        };
        let is_shared = !self.is_filtered && self.limit < NEXT_LIMIT;
        Shape { blocks, states: head.occupied(&self.states), limit: self.limit, is_shared }
    }

    /// Returns the connections among the rows that the viewer may see.
    fn visible(
        &self,
        conn: &mut AnyConnection,
        owner: &ProfileCard,
        rows: Vec<ListedRow>,
    ) -> Result<Scanned, StoreError> {
        let last = rows.last().map(ListedRow::connection_id).filter(|_| rows.len() == self.limit);
        let rule = |edge: &Edge, other: &_, standing, access| self.list.shows(edge, other, standing, access);
        Ok(Scanned { connections: rows::visible(conn, owner, self.list.viewer(), rows, rule)?, last })
    }
}

/// The properties of a scan that its statement depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    blocks: Blocks,
    /// The states in which the list may have connections.
    states: Vec<ListedState>,
    limit: usize,
    /// Whether scans share the statement. Those of filtered lists do not: with every filter and every number of scans, a
    /// connection would prepare thousands.
    is_shared: bool,
}

/// The blocks that a scan looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blocks {
    /// The viewer has not been blocked by anyone.
    None,
    /// Blocks of the viewer by the other participant.
    Received,
    /// Blocks in either direction.
    Both,
}

impl Blocks {
    /// Returns the blocks that a list of a user's own connections depends on.
    pub(super) fn of_own_list(head: &ListHead) -> Self {
        if head.has_been_blocked { Self::Received } else { Self::None }
    }

    /// Returns the flags for blocks of the viewer by `p`, and of `p` by the viewer.
    pub(super) fn flags(self) -> String {
        let (received, sent) = (|| blocks("p.id", "scan.viewer"), || blocks("scan.viewer", "p.id"));
        match self {
            Self::None => "FALSE, FALSE".to_owned(),
            Self::Received => format!("{}, FALSE", received()),
            Self::Both => format!("{}, {}", received(), sent()),
        }
    }
}

/// Loads the newest rows of lists, each with the place of its scan. The users of several lists are joined by key: among few
/// users, the planner would otherwise read all of them.
fn load(conn: &mut AnyConnection, shape: &Shape, scans: &[(i64, &Scan)]) -> QueryResult<Vec<(i64, ListedRow)>> {
    let Shape { blocks, states, limit, .. } = shape;
    if states.is_empty() {
        return Ok(Vec::new());
    }
    let ranges: Vec<String> = (0..).zip(states).map(|(number, state)| range(number, *state, *limit)).collect();
    let (ranges, blocks) = (ranges.join(" UNION ALL "), blocks.flags());
    let merged = format!("SELECT * FROM ({ranges}) AS merged ORDER BY id DESC LIMIT {limit}");
    let values = |scan: &Scan| (scan.list.owner().get(), scan.before, scan.list.viewer().user().map(UserId::get));
    if let [(place, scan)] = scans {
        let text = format!(
            "SELECT {COLUMNS}, {blocks} FROM ({merged}) AS c JOIN users p ON p.id = c.other ORDER BY c.id DESC"
        );
        let (owner, before, viewer) = values(scan);
        let named = [("scan.owner", owner.into()), ("scan.before", before.into()), ("scan.viewer", viewer.into())];
        let rows: Vec<ListedRow> = Statement::<ListedColumns>::with_names(&text, &named).load(conn)?;
        return Ok(rows.into_iter().map(|row| (*place, row)).collect());
    }
    let text = format!(
        "SELECT scan.place, {COLUMNS}, {blocks} FROM (VALUES {}) AS scan(place, owner, before, viewer) \
         CROSS JOIN LATERAL ({merged}) AS c \
         CROSS JOIN LATERAL (SELECT * FROM users WHERE id = c.other LIMIT 1) AS p ORDER BY scan.place, c.id DESC",
        statement::rows(statement::padded(scans.len()), 4)
    );
    let mut statement = Statement::<(BigInt, ListedColumns)>::new(text);
    for (place, scan) in scans {
        let (owner, before, viewer) = values(scan);
        statement = statement.bind_all([Some(*place), Some(owner), Some(before), viewer]);
    }
    let padding = statement::padded(scans.len()) - scans.len();
    statement.bind_all(std::iter::repeat_n(0, 4 * padding)).load(conn)
}

/// Returns the query for the newest connections of one range of the list of `scan.owner`, with ids below `scan.before`.
/// States are part of its text: they are few, and the planner sees that some are rare.
pub(super) fn range(number: usize, ListedState { side, kind, status }: ListedState, limit: usize) -> String {
    let (own, other) = match side {
        Side::Initiator => ("user_id_1", "user_id_2"),
        Side::Recipient => ("user_id_2", "user_id_1"),
    };
    let (kind, status) = (kind.as_str(), status.as_str());
    format!(
        "SELECT * FROM (SELECT id, user_id_1, user_id_2, {other} AS other, connection_type, status, updated_at, \
         connection_message, created_at, accepted_at FROM connections WHERE {own} = scan.owner \
         AND connection_type = '{kind}' AND status = '{status}' AND id < scan.before \
         ORDER BY id DESC LIMIT {limit}) AS range{number}"
    )
}
