//! Tutor profiles, each with two packages. The subject, the town and the grades turn with the tutor's number, and the
//! prices with a slower turn.

use astegni_domain::money::Currency;
use astegni_domain::tutoring::{ScheduleType, TermKind, listed_terms};
use chrono::{NaiveTime, Weekday};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Time};

use crate::columns;
use crate::connection::AnyConnection;
use crate::statement::{self, Statement};

/// The number of tutors in a transaction.
pub(super) const BATCH: i64 = 5_000;

/// The field that a tutor teaches.
struct Field {
    subject: &'static str,
    grades: [&'static str; 2],
    town: &'static str,
    session_format: &'static str,
    /// The lowest hourly rate in the field.
    rate_cents: i64,
}

impl Field {
    const fn new(
        subject: &'static str,
        grades: [&'static str; 2],
        town: &'static str,
        session_format: &'static str,
        rate_cents: i64,
    ) -> Self {
        Self { subject, grades, town, session_format, rate_cents }
    }

    fn bio(&self) -> String {
        format!("Teaches {} in {}.", self.subject, self.town)
    }
}

const FIELDS: [Field; 8] = [
    Field::new("Mathematics", ["Grade 9", "Grade 10"], "Addis Ababa", "online", 20_000),
    Field::new("Physics", ["Grade 11", "Grade 12"], "Adama", "in person", 22_000),
    Field::new("Chemistry", ["Grade 11", "Grade 12"], "Bahir Dar", "online", 21_000),
    Field::new("Biology", ["Grade 9", "Grade 10"], "Hawassa", "in person", 18_000),
    Field::new("English", ["Grade 7", "Grade 8"], "Addis Ababa", "online", 15_000),
    Field::new("Amharic", ["Grade 5", "Grade 6"], "Dire Dawa", "in person", 12_000),
    Field::new("History", ["Grade 7", "Grade 8"], "Gondar", "online", 14_000),
    Field::new("Programming", ["Grade 12", "University"], "Mekelle", "online", 30_000),
];

const LANGUAGES: [&str; 2] = ["Amharic", "English"];

/// The difference between the hourly rates of a tutor's two packages.
const SURCHARGE_CENTS: i64 = 7_500;

/// A package that every tutor offers.
struct Offer {
    /// Whether the package is a tutor's first or second.
    place: i64,
    /// The name after the subject.
    name: &'static str,
    description: &'static str,
    days: &'static [Weekday],
    hours: Option<(NaiveTime, NaiveTime)>,
}

fn offers() -> [Offer; 2] {
    let (nine, eleven) = (NaiveTime::from_hms_opt(9, 0, 0), NaiveTime::from_hms_opt(11, 0, 0));
    [
        Offer {
            place: 1,
            name: "one to one",
            description: "Weekly lessons at times that suit the student.",
            days: &[],
            hours: None,
        },
        Offer {
            place: 2,
            name: "exam preparation",
            description: "Practice with the exam papers of past years.",
            days: &[Weekday::Sat, Weekday::Sun],
            hours: nine.zip(eleven),
        },
    ]
}

/// Makes tutors of the users with the numbers `first` to `last`.
pub(super) fn insert(conn: &mut AnyConnection, first: i64, last: i64) -> QueryResult<()> {
    for (turn, field) in (0..).zip(&FIELDS) {
        let tutors = format!("FROM users WHERE id BETWEEN {first} AND {last} AND id % {} = {turn}", FIELDS.len());
        insert_profiles(conn, field, &tutors)?;
        insert_terms(conn, field, &tutors)?;
        for offer in offers() {
            insert_packages(conn, field, &offer, &tutors)?;
        }
    }
    Ok(())
}

/// Returns the SQL expression for the hourly rate of a tutor's first or second package.
fn rate(field: &Field, place: i64) -> String {
    format!("{} + id / {} % 10 * 500", field.rate_cents + (place - 1) * SURCHARGE_CENTS, FIELDS.len())
}

fn insert_profiles(conn: &mut AnyConnection, field: &Field, tutors: &str) -> QueryResult<()> {
    // SQLite numbers the parameters as they first occur, so they occur in order.
    let statement = format!(
        "INSERT INTO tutor_profiles (id, user_id, bio, subjects, languages, grade_levels, session_format, location,
                                     price_min_cents, price_max_cents, price_currency, created_at, updated_at)
         SELECT id, id, $1, $2, $3, $4, $5, $6, {}, {}, $7, created_at, updated_at {tutors}",
        rate(field, 1),
        rate(field, 2)
    );
    diesel::sql_query(statement)
        .bind::<Text, _>(field.bio())
        .bind::<Text, _>(columns::json([field.subject]))
        .bind::<Text, _>(columns::json(LANGUAGES))
        .bind::<Text, _>(columns::json(field.grades))
        .bind::<Text, _>(field.session_format)
        .bind::<Text, _>(field.town)
        .bind::<Text, _>(Currency::ETB.as_str())
        .execute(conn)?;
    Ok(())
}

/// Adds the terms that all tutors of a field have, and the words of their names.
fn insert_terms(conn: &mut AnyConnection, field: &Field, tutors: &str) -> QueryResult<()> {
    let terms = listed_terms([field.bio().as_str()], &[field.subject.to_owned()], &field.grades.map(str::to_owned));
    let (word, names) = (TermKind::Word.as_str(), ["first_name", "last_name"]);
    let names = names.map(|name| format!("SELECT '{word}', LOWER({name}), id {tutors}"));
    let text = format!(
        "WITH shared (kind, term) AS (VALUES {})
         INSERT INTO tutor_terms (kind, term, tutor_id)
         SELECT kind, term, id FROM shared CROSS JOIN (SELECT id {tutors}) AS tutors UNION ALL {} ORDER BY 1, 2, 3",
        statement::rows(terms.len(), 2),
        names.join(" UNION ALL ")
    );
    let texts = terms.iter().flat_map(|term| [term.kind.as_str(), &term.text]);
    Statement::new(text).bind_all(texts).execute(conn)?;
    Ok(())
}

fn insert_packages(conn: &mut AnyConnection, field: &Field, offer: &Offer, tutors: &str) -> QueryResult<()> {
    let statement = format!(
        "INSERT INTO tutor_packages (id, tutor_id, name, description, hourly_rate_cents, currency, subjects, course_ids,
                                     grade_level, session_format, schedule_type, schedule_days, start_time, end_time,
                                     created_at, updated_at)
         SELECT 2 * id - 2 + {}, id, $1, $2, {}, $3, $4, $5, $6, $7, $8, $9, $10, $11, created_at, updated_at {tutors}",
        offer.place,
        rate(field, offer.place)
    );
    diesel::sql_query(statement)
        .bind::<Text, _>(format!("{}, {}", field.subject, offer.name))
        .bind::<Text, _>(offer.description)
        .bind::<Text, _>(Currency::ETB.as_str())
        .bind::<Text, _>(columns::json([field.subject]))
        .bind::<Text, _>(columns::json::<i64>([]))
        .bind::<Text, _>(columns::json(field.grades))
        .bind::<Text, _>(field.session_format)
        .bind::<Text, _>(ScheduleType::Recurring.as_str())
        .bind::<Text, _>(columns::json_weekdays(offer.days))
        .bind::<Nullable<Time>, _>(offer.hours.map(|(start, _)| start))
        .bind::<Nullable<Time>, _>(offer.hours.map(|(_, end)| end))
        .execute(conn)?;
    Ok(())
}
