//! Connections: any user follows, befriends or blocks any user.
//!
//! | Kind | Direction | Begins | |
//! |---|---|---|---|
//! | follow | directed | accepted; pending where the other is private | |
//! | friend | mutual | pending until the recipient accepts | one for each unordered pair |
//! | block | directed, silent | in force at once | ends everything else between the two |
//!
//! What may happen to a connection is one table: [`step()`]. What it means for the pair is a plan:
//! [`plan_ask`], [`plan_answer`], [`plan_end`].

mod errors;
mod gate;
mod plan;
mod ports;
mod relation;
mod service;
mod step;

pub use errors::ConnectionError;
pub use gate::RelationGate;
pub use plan::{Counters, EdgeChange, RelationPlan, plan_answer, plan_ask, plan_end};
pub use ports::{ConnectionFilter, ConnectionQueries, ConnectionRepository, Direction};
#[cfg(feature = "test-util")]
pub use ports::{MockConnectionQueries, MockConnectionRepository};
pub use relation::{Connection, Edge, Kind, Pair, PersonRef, Standing, Status};
pub use service::{ConnectionService, Reply};
pub use step::{Action, Cooldown, Held, Outcome, Refusal, Side, step};
