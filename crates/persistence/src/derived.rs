//! Tables of texts that are derived from a row of another table, the owner, so that searches find it through an index.

use std::collections::BTreeSet;

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::{self, Statement};

/// The number of rows in a statement.
const BATCH: usize = 1024;

/// A table whose rows consist of `N` texts and the id of their owner.
pub(crate) struct DerivedTexts<const N: usize> {
    pub(crate) table: &'static str,
    pub(crate) texts: [&'static str; N],
    pub(crate) owner: &'static str,
}

impl<const N: usize> DerivedTexts<N> {
    /// Turns the stored texts of an owner into the derived ones. Only those that differ are written. The caller holds a lock
    /// on the owner's row.
    pub(crate) fn replace(
        &self,
        conn: &mut AnyConnection,
        owner: i64,
        stored: &BTreeSet<[String; N]>,
        derived: &BTreeSet<[String; N]>,
    ) -> Result<(), StoreError> {
        let (table, texts, owner_column) = (self.table, self.texts.join(", "), self.owner);
        let obsolete: Vec<_> = stored.difference(derived).collect();
        for batch in obsolete.chunks(BATCH) {
            let head = format!("DELETE FROM {table} WHERE {owner_column} = ? AND ({texts}) IN (");
            values(Statement::new(head).bind(owner), batch).push(")").execute(conn)?;
        }
        let new: Vec<_> = derived.difference(stored).collect();
        for batch in new.chunks(BATCH) {
            let head = format!("WITH new({texts}) AS (");
            let tail = format!(") INSERT INTO {table} ({texts}, {owner_column}) SELECT DISTINCT {texts}, ? FROM new");
            values(Statement::new(head), batch).push(&tail).bind(owner).execute(conn)?;
        }
        Ok(())
    }
}

/// Adds rows of texts, of which the last one is repeated up to a number for which a statement is prepared.
fn values<'a, const N: usize>(statement: Statement<'a>, batch: &[&'a [String; N]]) -> Statement<'a> {
    let rows = statement::padded(batch.len());
    let padding = std::iter::repeat_n(batch.last(), rows - batch.len()).flatten();
    let texts = batch.iter().chain(padding).flat_map(|texts| texts.iter().map(String::as_str));
    statement.push(&format!("VALUES {}", statement::rows(rows, N))).bind_all(texts)
}
