//! Everything between two users, for several pairs at once.

use astegni_domain::connections::{Connection, Edge, Standing, Viewer, is_listed};
use astegni_domain::ids::UserId;

use super::rows::{self, COLUMNS, ListedColumns, ListedRow, Person, PersonColumns};
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::error::StoreError;
use crate::statement::{self, Statement};

type Columns = (PersonColumns, ListedColumns);

/// Returns the connections of each viewer with the other user, by id.
pub(crate) fn between(conn: &mut AnyConnection, pairs: &[(UserId, UserId)]) -> Results<Vec<Connection>> {
    let text = format!(
        "WITH pairs(viewer, other) AS (VALUES {}) \
         SELECT v.id, v.display_name, v.profile_picture, v.roles, {COLUMNS}, FALSE, FALSE FROM (\
         SELECT pairs.viewer, pairs.other, c.* FROM pairs \
         JOIN connections c ON c.user_id_1 = pairs.viewer AND c.user_id_2 = pairs.other \
         UNION ALL SELECT pairs.viewer, pairs.other, c.* FROM pairs \
         JOIN connections c ON c.user_id_1 = pairs.other AND c.user_id_2 = pairs.viewer) AS c \
         JOIN users p ON p.id = c.other JOIN users v ON v.id = c.viewer ORDER BY c.id",
        statement::rows(statement::padded(pairs.len()), 2)
    );
    let loaded: Vec<(Person, ListedRow)> = Statement::<Columns>::new(text).bind_all(keys(pairs)).load(conn)?;
    let mut by_pair: Vec<Vec<(Person, ListedRow)>> = pairs.iter().map(|_| Vec::new()).collect();
    for (viewer, row) in loaded {
        let key = (UserId::new(viewer.id), row.subject().id);
        // A pair may be asked for several times; its rows are repeated as often.
        let places = pairs.iter().zip(&mut by_pair).filter(|(pair, _)| **pair == key).map(|(_, rows)| rows);
        if let Some(rows) = places.min_by_key(|rows| rows.len()) {
            rows.push((viewer, row));
        }
    }
    Ok(pairs.iter().zip(by_pair).map(|(pair, rows)| shown(conn, *pair, rows)).collect())
}

/// Returns the parameters of padded pairs. No user has the id 0.
pub(super) fn keys(pairs: &[(UserId, UserId)]) -> impl Iterator<Item = i64> {
    let padding = statement::padded(pairs.len()) - pairs.len();
    let keys = pairs.iter().flat_map(|(one, other)| [one.get(), other.get()]);
    keys.chain(std::iter::repeat_n(0, 2 * padding))
}

fn shown(
    conn: &mut AnyConnection,
    (viewer, other): (UserId, UserId),
    rows: Vec<(Person, ListedRow)>,
) -> Result<Vec<Connection>, StoreError> {
    let (mut people, rows): (Vec<Person>, Vec<ListedRow>) = rows.into_iter().unzip();
    let Some(person) = people.pop() else { return Ok(Vec::new()) };
    let edges = rows.iter().map(ListedRow::edge).collect::<Result<Vec<Edge>, _>>()?;
    let standing = Standing::between(viewer, other, &edges);
    let rule = |edge: &Edge, _: &_, _, access| is_listed(edge, viewer, standing, access);
    rows::visible(conn, &person.card()?, Viewer::User(viewer), rows, rule)
}
