//! Searches for the names of the other participants of a user's connections, by the rule `name_matches` of the domain.
//!
//! A name that few users bear is looked up among all users, then in the list. With a name that many bear, or in a short
//! list, the list is read instead, newest first, until the page is full. Both are fast in a list of a million: bearers of
//! a common name are not far apart in it. Common names that the list itself hardly contains are the exception.

use std::collections::BTreeMap;
use std::sync::Arc;

use astegni_domain::connections::{
    Connection, Kind, ListedState, ProfileCard, Side, Status, Viewer, comparable_words, is_listed,
};
use astegni_domain::ids::UserId;
use astegni_domain::page::{Keyset, Page, PageRequest};
use diesel::sql_types::BigInt;

use super::rows::{self, COLUMNS, ListedColumns, ListedRow};
use super::scan::{Blocks, range};
use crate::columns;
use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::StoreError;
use crate::statement::Statement;

/// The number of matching endings of names from which a name is common.
const COMMON: i64 = 3000;

/// The maximum number of endings that a search of several words may have to look through.
const MAX_ENDINGS: i64 = 50_000;

/// The length of a list that is read as a whole, whatever the name.
const SHORT: i64 = 1000;

/// Limits of the parts of a list that are read one after the other, in rows; the last one is repeated.
const LIMITS: [usize; 3] = [256, 1024, 4096];

/// Loads a page of a user's own connections with people whose names match a search, newest first.
pub(super) async fn page(
    database: &Database,
    viewer: UserId,
    states: Vec<ListedState>,
    text: &str,
    page: PageRequest,
) -> Result<Page<Connection>, StoreError> {
    let wanted = usize::try_from(page.size.overread()).unwrap_or(usize::MAX);
    let head = database.list_head(viewer).await?;
    let states = head.occupied(&states);
    let counters = head.counters;
    let length = counters.total() + counters.pending_received + counters.pending_sent + counters.blocked;
    let is_empty = states.is_empty();
    let mut search = Search {
        viewer,
        blocks: Blocks::of_own_list(&head),
        owner: head.owner,
        states,
        name: Name::new(text),
        candidates: Candidates::List,
    };
    if length > SHORT {
        let name = search.name.clone();
        search.candidates = database.read(move |conn| name.candidates(conn)).await?;
    }
    let search = Arc::new(search);
    let mut found: Vec<Connection> = Vec::new();
    let mut before = page.after.map_or(i64::MAX, |after| after.id);
    let last_limit = LIMITS.last().copied().into_iter().cycle();
    for limit in LIMITS.into_iter().chain(last_limit) {
        if is_empty {
            break;
        }
        let search = search.clone();
        let part = database.read(move |conn| search.part(conn, before, limit)).await?;
        found.extend(part.connections);
        match part.last {
            Some(id) if found.len() < wanted => before = id,
            _ => break,
        }
    }
    found.truncate(wanted);
    Ok(Page::from_overread(found, page.size, |connection| {
        let id = connection.edge.id.get();
        Keyset { sort: id, id }
    }))
}

/// A search in the list of a user's own connections.
struct Search {
    viewer: UserId,
    blocks: Blocks,
    owner: ProfileCard,
    states: Vec<ListedState>,
    name: Name,
    candidates: Candidates,
}

/// The connections that a search looks through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Candidates {
    /// The whole list, in parts.
    List,
    /// The connections with the users who bear the name.
    Bearers,
}

/// The matching connections of a part of a list.
struct Part {
    connections: Vec<Connection>,
    /// The id of the last row of the part, if further rows may follow it.
    last: Option<i64>,
}

impl Search {
    /// Reads the next part of the list and returns the connections in it that match.
    ///
    /// The last row of the part comes along even if it does not match, to show where the next part begins. Patterns select
    /// more than the rule: words that are not consecutive, and on SQLite letters of either case.
    fn part(&self, conn: &mut AnyConnection, before: i64, limit: usize) -> Result<Part, StoreError> {
        let sources = match self.candidates {
            Candidates::List => self.newest(limit),
            Candidates::Bearers => self.bearers(limit),
        };
        let text = format!(
            "WITH {sources} SELECT {COLUMNS}, {}, (SELECT COUNT(*) FROM part) FROM part c JOIN users p ON p.id = c.other \
             WHERE ' ' || p.display_name_folded LIKE name.inside ESCAPE '\\' OR c.id = (SELECT MIN(id) FROM part) \
             ORDER BY c.id DESC",
            self.blocks.flags()
        );
        let viewer = self.viewer.get();
        let named = [
            ("scan.owner", viewer.into()),
            ("scan.viewer", viewer.into()),
            ("scan.before", before.into()),
            ("name.inside", self.name.inside.as_str().into()),
            ("name.ending", self.name.ending.as_str().into()),
            ("name.first", self.name.first.as_str().into()),
            ("name.beyond", self.name.beyond.as_str().into()),
        ];
        let rows: Vec<(ListedRow, i64)> = Statement::<(ListedColumns, BigInt)>::with_names(&text, &named).load(conn)?;
        let is_full = rows.first().is_some_and(|(_, count)| usize::try_from(*count) == Ok(limit));
        let rows: Vec<ListedRow> = rows.into_iter().map(|(row, _)| row).collect();
        let last = rows.last().map(ListedRow::connection_id).filter(|_| is_full);
        let viewer = Viewer::User(self.viewer);
        let rule = |edge: &_, _: &_, standing, access| is_listed(edge, self.viewer, standing, access);
        let mut connections = rows::visible(conn, &self.owner, viewer, rows, rule)?;
        connections.retain(|connection| connection.other(self.viewer).matches(&self.name.words));
        Ok(Part { connections, last })
    }

    /// Returns the query for the newest rows of the list.
    fn newest(&self, limit: usize) -> String {
        let ranges = (0..).zip(&self.states).map(|(number, state)| range(number, *state, limit));
        let ranges = ranges.collect::<Vec<_>>().join(" UNION ALL ");
        format!("part AS MATERIALIZED (SELECT * FROM ({ranges}) AS merged ORDER BY id DESC LIMIT {limit})")
    }

    /// Returns the query for the newest connections with bearers of the name. Each is found by the unique key of
    /// connections; a join could read the whole list instead.
    fn bearers(&self, limit: usize) -> String {
        let mut statuses: BTreeMap<(Side, Kind), Vec<Status>> = BTreeMap::new();
        for state in &self.states {
            statuses.entry((state.side, state.kind)).or_default().push(state.status);
        }
        let probes: Vec<String> = statuses.into_iter().map(|(pair, statuses)| probe(pair, &statuses)).collect();
        format!(
            "bearers AS MATERIALIZED (SELECT DISTINCT user_id FROM name_endings WHERE {RANGE}), \
             probes(id, other) AS MATERIALIZED ({}), \
             part AS MATERIALIZED (SELECT c.*, newest.other FROM (SELECT id, other FROM probes WHERE id IS NOT NULL \
             ORDER BY id DESC LIMIT {limit}) AS newest JOIN connections c ON c.id = newest.id)",
            probes.join(" UNION ALL ")
        )
    }
}

/// Returns the query for the connection of each bearer with the owner, on one side and of one kind.
fn probe((side, kind): (Side, Kind), statuses: &[Status]) -> String {
    let (own, other) = match side {
        Side::Initiator => ("user_id_1", "user_id_2"),
        Side::Recipient => ("user_id_2", "user_id_1"),
    };
    let statuses: Vec<String> = statuses.iter().map(|status| format!("'{}'", status.as_str())).collect();
    format!(
        "SELECT (SELECT id FROM connections WHERE {own} = scan.owner AND {other} = bearers.user_id \
         AND connection_type = '{}' AND status IN ({}) AND id < scan.before), user_id FROM bearers",
        kind.as_str(),
        statuses.join(", ")
    )
}

/// The condition that selects the matching endings.
const RANGE: &str = "ending >= name.first AND ending < name.beyond AND ending LIKE name.ending ESCAPE '\\'";

/// A searched name.
#[derive(Debug, Clone)]
struct Name {
    words: String,
    /// The pattern of names that match, preceded by a space.
    inside: String,
    /// The pattern of endings that match.
    ending: String,
    /// The first searched word, with which the range of matching endings begins.
    first: String,
    /// A text beyond that range. No name contains its last character.
    beyond: String,
}

impl Name {
    fn new(text: &str) -> Self {
        let words = comparable_words(text);
        let first = words.split(' ').next().unwrap_or_default().to_owned();
        let ending = columns::beginning(&words).replace(' ', "% ");
        Self { inside: format!("% {ending}"), ending, beyond: format!("{first}\u{10FFFF}"), first, words }
    }

    /// Decides on the connections to look through: with the bearers of the name, if they are few and quickly found.
    fn candidates(&self, conn: &mut AnyConnection) -> Result<Candidates, StoreError> {
        let range = "FROM name_endings WHERE ending >= name.first AND ending < name.beyond";
        let bearers = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM (SELECT ending {range} LIMIT {MAX_ENDINGS}) AS endings \
             WHERE ending LIKE name.ending ESCAPE '\\' LIMIT {COMMON}) AS bearers"
        );
        let endings = format!("SELECT COUNT(*) FROM (SELECT 1 {range} LIMIT {MAX_ENDINGS}) AS endings");
        for (text, limit) in [(bearers, COMMON), (endings, MAX_ENDINGS)] {
            let named = [
                ("name.first", self.first.as_str().into()),
                ("name.beyond", self.beyond.as_str().into()),
                ("name.ending", self.ending.as_str().into()),
            ];
            let count: Option<i64> = Statement::<BigInt>::with_names(&text, &named).first(conn)?;
            if count.is_none_or(|count| count >= limit) {
                return Ok(Candidates::List);
            }
        }
        Ok(Candidates::Bearers)
    }
}
