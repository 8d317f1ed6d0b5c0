//! Statements in SQL that both databases understand, prepared once per connection.
//!
//! Diesel never prepares an `UPDATE`, an `INSERT` of several rows or raw SQL, so that the database parses and plans them at
//! every execution. A statement of this type is prepared instead and found again by its text, which must not contain values
//! that vary. Hot paths use them; elsewhere, Diesel's query builder checks columns and types.

use std::borrow::Cow;
use std::marker::PhantomData;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, Date, HasSqlType, Integer, Nullable, Text, Time, Timestamp};
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

use crate::connection::AnyConnection;
use crate::dialect;

/// A statement with its parameters. `Columns` is the SQL type of the rows that it returns.
#[derive(Debug, Clone)]
pub(crate) struct Statement<'a, Columns = ()> {
    /// The text, with a question mark for each parameter.
    text: Cow<'a, str>,
    parameters: Vec<Parameter<'a>>,
    columns: PhantomData<Columns>,
}

/// The value of a parameter, which may be null.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parameter<'a> {
    BigInt(Option<i64>),
    Integer(Option<i32>),
    Bool(Option<bool>),
    Text(Option<&'a str>),
    Timestamp(Option<NaiveDateTime>),
    Date(Option<NaiveDate>),
    Time(Option<NaiveTime>),
}

impl<'a, Columns> Statement<'a, Columns> {
    /// Creates a statement without parameters.
    pub(crate) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), parameters: Vec::new(), columns: PhantomData }
    }

    /// Adds the value of the next parameter.
    pub(crate) fn bind(mut self, value: impl Into<Parameter<'a>>) -> Self {
        self.parameters.push(value.into());
        self
    }

    /// Adds the values of the next parameters.
    pub(crate) fn bind_all<T: Into<Parameter<'a>>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.parameters.extend(values.into_iter().map(Into::into));
        self
    }

    /// Adds text, with a question mark for each parameter that follows.
    pub(crate) fn push(mut self, text: &str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Replaces the text.
    pub(crate) fn with_text(self, text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), ..self }
    }

    /// Creates a statement in which names stand for parameters, each of which may occur several times. No name may be
    /// the beginning of another.
    pub(crate) fn with_names(text: &str, values: &[(&str, Parameter<'a>)]) -> Self {
        let mut statement = Self::new(String::with_capacity(text.len()));
        let mut rest = text;
        let first = |rest: &str| {
            let found = values.iter().filter_map(|(name, value)| Some((rest.find(name)?, name.len(), *value)));
            found.min_by_key(|(place, ..)| *place)
        };
        while let Some((place, length, value)) = first(rest) {
            let (before, after) = rest.split_at(place);
            statement.text.to_mut().push_str(before);
            statement.text.to_mut().push('?');
            statement.parameters.push(value);
            rest = after.get(length..).unwrap_or_default();
        }
        statement.text.to_mut().push_str(rest);
        statement
    }

    /// Returns all rows.
    pub(crate) fn load<Row>(self, conn: &mut AnyConnection) -> QueryResult<Vec<Row>>
    where
        Self: LoadQuery<'a, PgConnection, Row> + LoadQuery<'a, SqliteConnection, Row>,
    {
        dialect::load(conn, self)
    }

    /// Returns the first row, if there is any.
    pub(crate) fn first<Row>(self, conn: &mut AnyConnection) -> QueryResult<Option<Row>>
    where
        Self: LoadQuery<'a, PgConnection, Row> + LoadQuery<'a, SqliteConnection, Row>,
    {
        Ok(self.load(conn)?.into_iter().next())
    }
}

impl Statement<'_> {
    /// Runs the statement and returns the number of affected rows.
    pub(crate) fn execute(self, conn: &mut AnyConnection) -> QueryResult<usize> {
        dialect::execute(conn, self)
    }
}

/// Returns rows of question marks, as in `(?,?),(?,?)`, for [`padded`] values.
pub(crate) fn rows(count: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    vec![row; count].join(",")
}

/// Returns the number of rows of a statement about `count` items. It is a power of two, so that a connection prepares
/// few statements; the caller fills the remaining rows with values that select nothing.
pub(crate) fn padded(count: usize) -> usize {
    count.next_power_of_two()
}

/// Named statements, each of which may read what those before it return, ahead of a last one. On a database that has
/// [writing CTEs](dialect::has_writing_ctes), all but the last may write.
#[derive(Debug)]
pub(crate) struct With<'a> {
    text: String,
    parameters: Vec<Parameter<'a>>,
}

impl<'a> With<'a> {
    /// Begins with a statement; the name includes those of its columns, as in `name(column, column)`.
    pub(crate) fn new<Columns>(name: &str, statement: Statement<'a, Columns>) -> Self {
        Self { text: format!("WITH {name} AS ({})", statement.text), parameters: statement.parameters }
    }

    /// Adds a statement.
    pub(crate) fn and<Columns>(mut self, name: &str, statement: Statement<'a, Columns>) -> Self {
        for part in [", ", name, " AS (", &statement.text, ")"] {
            self.text.push_str(part);
        }
        self.parameters.extend(statement.parameters);
        self
    }

    /// Adds the last statement, which returns the rows.
    pub(crate) fn then<Columns>(mut self, statement: Statement<'a, Columns>) -> Statement<'a, Columns> {
        self.text.push(' ');
        self.text.push_str(&statement.text);
        self.parameters.extend(statement.parameters);
        Statement { text: self.text.into(), parameters: self.parameters, columns: PhantomData }
    }
}

/// Returns the names of columns, as in `a, b`, and as many question marks, as in `?, ?`.
pub(crate) fn listed(columns: &[(&str, Parameter<'_>)]) -> (String, String) {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    (names.join(", "), vec!["?"; columns.len()].join(", "))
}

impl<Columns> Query for Statement<'_, Columns> {
    type SqlType = Columns;
}

impl<Columns, C> RunQueryDsl<C> for Statement<'_, Columns> {}

impl<Columns> QueryId for Statement<'_, Columns> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB, Columns> QueryFragment<DB> for Statement<'_, Columns>
where
    DB: Backend
        + HasSqlType<BigInt>
        + HasSqlType<Integer>
        + HasSqlType<Bool>
        + HasSqlType<Text>
        + HasSqlType<Timestamp>
        + HasSqlType<Date>
        + HasSqlType<Time>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    Option<i32>: ToSql<Nullable<Integer>, DB>,
    Option<bool>: ToSql<Nullable<Bool>, DB>,
    for<'b> Option<&'b str>: ToSql<Nullable<Text>, DB>,
    Option<NaiveDateTime>: ToSql<Nullable<Timestamp>, DB>,
    Option<NaiveDate>: ToSql<Nullable<Date>, DB>,
    Option<NaiveTime>: ToSql<Nullable<Time>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut parts = self.text.split('?');
        out.push_sql(parts.next().unwrap_or_default());
        for (parameter, part) in self.parameters.iter().zip(parts) {
            match parameter {
                Parameter::BigInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Parameter::Integer(value) => out.push_bind_param::<Nullable<Integer>, _>(value)?,
                Parameter::Bool(value) => out.push_bind_param::<Nullable<Bool>, _>(value)?,
                Parameter::Text(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Parameter::Timestamp(value) => out.push_bind_param::<Nullable<Timestamp>, _>(value)?,
                Parameter::Date(value) => out.push_bind_param::<Nullable<Date>, _>(value)?,
                Parameter::Time(value) => out.push_bind_param::<Nullable<Time>, _>(value)?,
            }
            out.push_sql(part);
        }
        Ok(())
    }
}

impl From<i64> for Parameter<'_> {
    fn from(value: i64) -> Self {
        Self::BigInt(Some(value))
    }
}

impl From<Option<i64>> for Parameter<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::BigInt(value)
    }
}

impl From<i32> for Parameter<'_> {
    fn from(value: i32) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i32>> for Parameter<'_> {
    fn from(value: Option<i32>) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Parameter<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(Some(value))
    }
}

impl<'a> From<&'a str> for Parameter<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<Option<&'a str>> for Parameter<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}

impl From<NaiveDateTime> for Parameter<'_> {
    fn from(value: NaiveDateTime) -> Self {
        Self::Timestamp(Some(value))
    }
}

impl From<Option<NaiveDateTime>> for Parameter<'_> {
    fn from(value: Option<NaiveDateTime>) -> Self {
        Self::Timestamp(value)
    }
}

impl From<NaiveTime> for Parameter<'_> {
    fn from(value: NaiveTime) -> Self {
        Self::Time(Some(value))
    }
}

impl From<NaiveDate> for Parameter<'_> {
    fn from(value: NaiveDate) -> Self {
        Self::Date(Some(value))
    }
}

impl From<Option<bool>> for Parameter<'_> {
    fn from(value: Option<bool>) -> Self {
        Self::Bool(value)
    }
}

impl From<Option<NaiveDate>> for Parameter<'_> {
    fn from(value: Option<NaiveDate>) -> Self {
        Self::Date(value)
    }
}

impl From<Option<NaiveTime>> for Parameter<'_> {
    fn from(value: Option<NaiveTime>) -> Self {
        Self::Time(value)
    }
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;
    use diesel::pg::Pg;
    use diesel::sqlite::Sqlite;

    use super::*;

    #[test]
    fn parameters_follow_the_question_marks() {
        let statement = Statement::<()>::new("SELECT ?, ? WHERE ?").bind(1_i64).bind("a").bind(true);
        assert_eq!(
            debug_query::<Pg, _>(&statement).to_string(),
            "SELECT $1, $2 WHERE $3 -- binds: [Some(1), Some(\"a\"), Some(true)]"
        );
        assert!(debug_query::<Sqlite, _>(&statement).to_string().starts_with("SELECT ?, ? WHERE ? -- binds"));
    }

    #[test]
    fn a_name_may_occur_several_times_and_in_any_order() {
        let named = [("@one", 1_i64.into()), ("@two", "2".into())];
        let statement = Statement::<()>::with_names("@two = @one AND @two", &named);
        let expected = "$1 = $2 AND $3 -- binds: [Some(\"2\"), Some(1), Some(\"2\")]";
        assert_eq!(debug_query::<Pg, _>(&statement).to_string(), expected);
    }

    #[test]
    fn statements_with_the_same_text_are_prepared_once() {
        let statement = Statement::<()>::new("SELECT ?").bind(1_i64);
        assert!(QueryFragment::<Pg>::is_safe_to_cache_prepared(&statement, &Pg).unwrap());
        assert!(QueryFragment::<Sqlite>::is_safe_to_cache_prepared(&statement, &Sqlite).unwrap());
    }

    #[test]
    fn rows_are_padded_to_powers_of_two() {
        assert_eq!([1, 2, 3, 5, 32, 33].map(padded), [1, 2, 4, 8, 32, 64]);
        assert_eq!(rows(2, 3), "(?,?,?),(?,?,?)");
    }
}
