//! Connections between users: follows, friendships and blocks.
//!
//! | Kind | Direction | Initial status | At most |
//! |---|---|---|---|
//! | follow | directed | accepted, or pending if the recipient is private | one each way |
//! | friend | mutual | pending until the recipient accepts | one per unordered pair |
//! | block | directed, silent | accepted | one each way |
//!
//! [`ConnectionState::apply`] is the transition table of a single connection; [`plan_request`], [`plan_answer`],
//! [`plan_end`] and [`plan_removal`] turn a transition into everything that changes between two users.
//! [`is_visible`] decides who sees a connection, [`ProfileFacts::access`] who sees the users behind it,
//! [`name_matches`] which names a search finds.

mod counters;
mod errors;
#[cfg(test)]
mod fixtures;
mod gate;
mod name;
mod pair;
mod plan;
mod ports;
mod profile;
mod relation;
mod service;
mod summary;
mod transition;
mod visibility;

pub use counters::Counters;
pub use errors::{ConnectionError, Refusal};
pub use gate::RelationGate;
pub use name::{comparable_words, name_endings, name_matches};
pub use pair::Pair;
pub use plan::{
    Answer, EdgeChange, GoingPublicPlan, RelationPlan, WaitingFollows, plan_answer, plan_end, plan_going_public,
    plan_removal, plan_request, waiting_follows,
};
pub use ports::{ConnectionQueries, ConnectionRepository};
#[cfg(feature = "test-util")]
pub use ports::{MockConnectionQueries, MockConnectionRepository};
pub use profile::{ProfileAccess, ProfileFacts, Relation, SubjectAccount, Viewer};
pub use relation::{Connection, Edge, Kind, ProfileCard, Side, Standing, Status};
pub use service::ConnectionService;
pub use summary::{ConnectionCheck, RelationSummary};
pub use transition::{ConnectionState, ConnectionTransition, Outcome, Position};
pub use visibility::{
    ConnectionFilter, Direction, ListedState, is_listed, is_listed_publicly, is_public, is_visible, own_states,
    public_states,
};
