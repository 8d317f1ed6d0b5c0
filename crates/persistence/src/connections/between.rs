//! Everything between two users, for several pairs at once.

use astegni_domain::connections::{Connection, Edge, Standing, Viewer, is_listed};
use astegni_domain::ids::UserId;

use super::rows::{self, COLUMNS, ListedColumns, ListedRow};
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::error::StoreError;
use crate::statement::{self, Statement};

/// Returns the connections of each viewer with the other user, by id.
pub(crate) fn between(conn: &mut AnyConnection, pairs: &[(UserId, UserId)]) -> Results<Vec<Connection>> {
    let text = format!(
        "WITH pairs(owner, other) AS (VALUES {}) SELECT {COLUMNS}, FALSE, FALSE FROM (\
         SELECT pairs.owner, pairs.other, c.* FROM pairs \
         JOIN connections c ON c.user_id_1 = pairs.owner AND c.user_id_2 = pairs.other \
         UNION ALL SELECT pairs.owner, pairs.other, c.* FROM pairs \
         JOIN connections c ON c.user_id_1 = pairs.other AND c.user_id_2 = pairs.owner) AS c \
         JOIN users p ON p.id = c.other JOIN users o ON o.id = c.owner ORDER BY c.id",
        statement::rows(statement::padded(pairs.len()), 2)
    );
    let loaded = Statement::<ListedColumns>::new(text).bind_all(keys(pairs)).load::<ListedRow>(conn)?;
    let mut by_pair: Vec<Vec<ListedRow>> = pairs.iter().map(|_| Vec::new()).collect();
    for row in loaded {
        let key = (row.owner(), row.subject().id);
        // A pair may be asked for several times; the rows are repeated as often.
        let place = pairs.iter().zip(&mut by_pair).filter(|(pair, _)| **pair == key).map(|(_, rows)| rows);
        if let Some(rows) = place.min_by_key(|rows| rows.len()) {
            rows.push(row);
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
    rows: Vec<ListedRow>,
) -> Result<Vec<Connection>, StoreError> {
    let edges = rows.iter().map(ListedRow::edge).collect::<Result<Vec<Edge>, _>>()?;
    let standing = Standing::between(viewer, other, &edges);
    rows::visible(conn, Viewer::User(viewer), rows, |edge, _, _, access| is_listed(edge, viewer, standing, access))
}
