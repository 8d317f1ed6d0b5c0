//! The terms by which searches find tutors.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::tutors::{find, lock};
use crate::connection::AnyConnection;
use crate::derived::DerivedTexts;
use crate::error::StoreError;
use crate::schema::tutor_terms;

const TERMS: DerivedTexts<2> = DerivedTexts { table: "tutor_terms", texts: ["kind", "term"], owner: "tutor_id" };

/// Stores the terms of a tutor, derived from the profile and the names of its user. Only those that differ are written.
pub(crate) fn refresh_terms(conn: &mut AnyConnection, tutor: i64) -> Result<(), StoreError> {
    lock(conn, tutor)?;
    let Some(profile) = find(conn, tutor)? else { return Ok(()) };
    let stored: Vec<(String, String)> = tutor_terms::table
        .filter(tutor_terms::tutor_id.eq(tutor))
        .select((tutor_terms::kind, tutor_terms::term))
        .load(conn)?;
    let stored: BTreeSet<_> = stored.into_iter().map(|(kind, term)| [kind, term]).collect();
    let derived = profile.terms().into_iter().map(|term| [term.kind.as_str().to_owned(), term.text]).collect();
    TERMS.replace(conn, tutor, &stored, &derived)
}
