//! Searches for the names of the other participants of a user's connections.

use astegni_domain::connections::{Connection, ListedState};
use astegni_domain::ids::UserId;
use astegni_domain::page::{Page, PageRequest};

use super::scan::{self, List};
use crate::connection::AnyConnection;
use crate::error::StoreError;

/// Loads a page of a user's own connections with people of a name, newest first.
pub(super) fn page(
    conn: &mut AnyConnection,
    viewer: UserId,
    states: &[ListedState],
    _text: &str,
    page: PageRequest,
) -> Result<Page<Connection>, StoreError> {
    scan::page(conn, List::Own(viewer), states, page)
}
