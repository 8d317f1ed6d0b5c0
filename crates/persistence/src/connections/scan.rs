//! Scans of one side of a user's connections, each along an index of its own: an `OR` over both sides would sort
//! the million rows of a celebrity for every page.

use astegni_domain::connections::{Side, StateFilter, Status, Viewer};
use astegni_domain::families::GuardianshipStatus;
use astegni_domain::ids::UserId;
use astegni_domain::text::fold;
use chrono::NaiveDateTime;
use diesel::dsl::{case_when, exists, not};
use diesel::prelude::*;

use super::facts::EdgeRow;
use crate::columns;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::requests;
use crate::schema::{connections, guardianships, requested_sessions, student_profiles, tutor_profiles, users};

/// The kind that hides users from each other.
const BLOCK: &str = "block";

type ConnectionQuery<'a> = connections::BoxedQuery<'a, <AnyConnection as Connection>::Backend>;

/// A connection with its message and instants.
pub(super) type ConnectionRow = (EdgeRow, (Option<String>, NaiveDateTime, Option<NaiveDateTime>));

/// The participants that a scan leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// The list is the viewer's own: users who have blocked the viewer and hidden children are left out.
    Owner(i64),
    /// The list is public: users with a block in either direction and all children without a login are left out.
    Public(Viewer),
}

/// A scan of one side of a user's connections.
#[derive(Debug, Clone)]
pub(super) struct ConnectionScan {
    pub(super) owner: i64,
    pub(super) states: StateFilter,
    pub(super) audience: Audience,
    /// A part of the other participant's name, in any case. Only names that the owner may see match.
    pub(super) search: Option<String>,
    /// The only other participants, if limited.
    pub(super) others: Option<Vec<i64>>,
    /// The only connection, if limited.
    pub(super) id: Option<i64>,
    /// The id before which the page begins.
    pub(super) before: Option<i64>,
    /// The number of newest rows; none for all, in no order.
    pub(super) limit: Option<i64>,
}

impl ConnectionScan {
    /// Creates a scan of all rows.
    pub(super) fn new(owner: i64, states: StateFilter, audience: Audience) -> Self {
        Self { owner, states, audience, search: None, others: None, id: None, before: None, limit: None }
    }

    /// Splits a scan of a single kind by status: each part follows an index that holds nothing else, so that a rare
    /// status is found as fast among a million rows as among ten.
    pub(super) fn by_status(self) -> Vec<Self> {
        if self.states.kinds.len() != 1 {
            return vec![self];
        }
        let of_status = |status: &Status| {
            let states = StateFilter { statuses: vec![*status], ..self.states.clone() };
            Self { states, ..self.clone() }
        };
        self.states.statuses.iter().map(of_status).collect()
    }

    /// Loads the rows.
    pub(super) fn load(&self, conn: &mut AnyConnection) -> Result<Vec<ConnectionRow>, StoreError> {
        let query = match self.audience {
            Audience::Owner(viewer) => self.shown_to_owner(viewer),
            Audience::Public(viewer) => self.shown_to_public(viewer),
        };
        let details = (connections::connection_message, connections::created_at, connections::accepted_at);
        Ok(query.select((EdgeRow::as_select(), details)).load(conn)?)
    }

    /// Selects the rows by the columns of their own.
    fn rows(&self) -> ConnectionQuery<'_> {
        let mut query = connections::table.into_boxed();
        // Without an order where none is needed: it would lead SQLite away from the unique key.
        if let Some(limit) = self.limit {
            query = query.order(connections::id.desc()).limit(limit);
        }
        query = match self.states.kinds.as_slice() {
            [kind] => query.filter(connections::connection_type.eq(kind.as_str())),
            kinds => query.filter(connections::connection_type.eq_any(kinds.iter().map(|kind| kind.as_str()))),
        };
        query = match self.states.statuses.as_slice() {
            [status] => query.filter(connections::status.eq(status.as_str())),
            statuses => query.filter(connections::status.eq_any(names(statuses))),
        };
        query = match (self.states.side, &self.others) {
            (Side::Initiator, None) => query.filter(connections::user_id_1.eq(self.owner)),
            (Side::Recipient, None) => query.filter(connections::user_id_2.eq(self.owner)),
            (Side::Initiator, Some(others)) => {
                query.filter(connections::user_id_1.eq(self.owner)).filter(connections::user_id_2.eq_any(others))
            }
            (Side::Recipient, Some(others)) => {
                query.filter(connections::user_id_2.eq(self.owner)).filter(connections::user_id_1.eq_any(others))
            }
        };
        if let Some(id) = self.id {
            query = query.filter(connections::id.eq(id));
        }
        if let Some(before) = self.before {
            query = query.filter(connections::id.lt(before));
        }
        query
    }

    /// Leaves out what the owner may not see. Each condition probes a key of another table.
    fn shown_to_owner(&self, viewer: i64) -> ConnectionQuery<'_> {
        let owner = self.owner;
        let counterpart =
            || case_when(connections::user_id_1.eq(owner), connections::user_id_2).otherwise(connections::user_id_1);
        let ties = diesel::alias!(connections as ties);
        let (initiator, recipient) = (ties.field(connections::user_id_1), ties.field(connections::user_id_2));
        let kind = ties.field(connections::connection_type);
        let blocked =
            exists(ties.filter(initiator.eq(counterpart())).filter(recipient.eq(viewer)).filter(kind.eq(BLOCK)));
        let despite_block = connections::status.eq_any(names(&self.states.despite_block));
        let is_blocked =
            exists(ties.filter(initiator.eq(viewer)).filter(recipient.eq(users::id)).filter(kind.eq(BLOCK)));
        // The facts `is_ward` and `has_requested_sessions` of the counterpart's profile.
        let wards = guardianships::table.inner_join(student_profiles::table);
        let received = || {
            requested_sessions::table
                .inner_join(tutor_profiles::table)
                .inner_join(student_profiles::table)
                .filter(tutor_profiles::user_id.eq(viewer))
                .filter(requested_sessions::status.eq_any(requests::introducing_statuses()))
        };
        let is_cared_for = || {
            exists(
                wards
                    .filter(guardianships::parent_user_id.eq(viewer))
                    .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()))
                    .filter(student_profiles::user_id.eq(users::id)),
            )
            .or(exists(received().filter(requested_sessions::requester_id.eq(users::id))))
            .or(exists(received().filter(student_profiles::user_id.eq(users::id))))
        };
        let account = users::table.filter(users::id.eq(counterpart()));
        let query = self
            .rows()
            .filter(despite_block.or(not(blocked)))
            .filter(exists(account.filter(users::password_hash.is_not_null().or(is_blocked).or(is_cared_for()))));
        let Some(text) = &self.search else { return query };

        // The facts `has_accepted_viewer` and `has_contacted_viewer`. A friendship that the counterpart offered is a
        // contact, whatever its status.
        let has_accepted = exists(
            ties.filter(initiator.eq(viewer))
                .filter(recipient.eq(users::id))
                .filter(kind.ne(BLOCK))
                .filter(ties.field(connections::status).eq(Status::Accepted.as_str())),
        );
        let has_contacted =
            exists(ties.filter(initiator.eq(users::id)).filter(recipient.eq(viewer)).filter(kind.ne(BLOCK)));
        let is_guardian = exists(
            wards
                .filter(guardianships::parent_user_id.eq(users::id))
                .filter(guardianships::status.eq_any(GuardianshipStatus::OPEN.map(GuardianshipStatus::as_str)))
                .filter(student_profiles::user_id.eq(viewer)),
        );
        let has_login = users::password_hash.is_not_null();
        let trusts = users::is_private.eq(false).or(has_accepted).or(has_contacted).or(is_guardian);
        let shows_name = is_cared_for().or(has_login.and(trusts));
        let matches = users::display_name_folded.like(columns::containing(&fold(text))).escape('\\');
        query.filter(exists(account.filter(matches).filter(shows_name)))
    }

    /// Leaves out what is not public, and users with whom the viewer has a block.
    fn shown_to_public(&self, viewer: Viewer) -> ConnectionQuery<'_> {
        let owner = self.owner;
        let counterpart =
            || case_when(connections::user_id_1.eq(owner), connections::user_id_2).otherwise(connections::user_id_1);
        let account = users::table.filter(users::id.eq(counterpart()));
        let query = self.rows().filter(exists(account.filter(users::password_hash.is_not_null())));
        let Some(viewer) = viewer.user().map(UserId::get) else { return query };
        let blocks = diesel::alias!(connections as blocks);
        let (blocker, blocked) = (blocks.field(connections::user_id_1), blocks.field(connections::user_id_2));
        let is_block = || blocks.field(connections::connection_type).eq(BLOCK);
        query
            .filter(not(exists(blocks.filter(blocker.eq(counterpart())).filter(blocked.eq(viewer)).filter(is_block()))))
            .filter(not(exists(blocks.filter(blocker.eq(viewer)).filter(blocked.eq(counterpart())).filter(is_block()))))
    }
}

fn names(statuses: &[Status]) -> Vec<&'static str> {
    statuses.iter().map(|status| status.as_str()).collect()
}
