mod live;
mod reading;
mod socket_ends;
mod socket_entry;
mod sockets;
mod streams;
mod transient;
mod waiting;

use chrono::TimeDelta;
use serde_json::Value;

use crate::chat::{direct, write};
use crate::support::{Actor, TestApp};

/// Reads the events behind a position.
async fn after(reader: &Actor, cursor: &Value) -> Vec<Value> {
    let page = reader.get(&format!("/api/v1/events?after={cursor}")).await.expect(200);
    page["events"].as_array().unwrap().clone()
}

/// Returns the position of the latest event.
async fn latest(reader: &Actor) -> Value {
    reader.get("/api/v1/events").await.expect(200)["cursor"].clone()
}

/// A student and a tutor with a direct conversation.
struct Pair {
    student: Actor,
    tutor: Actor,
    conversation: Value,
}

impl Pair {
    async fn meet(app: &TestApp) -> Self {
        let (student, tutor) = (app.student().await, app.tutor().await);
        let conversation = direct(&student, &tutor).await;
        Self { student, tutor, conversation }
    }

    /// Writes a text of the tutor.
    async fn write(&self, content: &str) -> Value {
        write(&self.tutor, &self.conversation, content).await
    }
}

/// Moves the clock to the last second of the access tokens that were issued when the test began.
fn end_tokens_soon(app: &TestApp) {
    app.clock.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
}

/// Lets the log of a user lose its first events, and returns the user with a new token and the position after them.
async fn prune(app: &TestApp, pair: &Pair) -> (Actor, Value) {
    pair.write("Forgotten").await;
    let forgotten = latest(&pair.student).await;
    app.clock.advance(TimeDelta::days(8));
    let (student, tutor) = (pair.student.log_in().await, pair.tutor.log_in().await);
    write(&tutor, &pair.conversation, "Kept").await;
    app.services.events.prune().await.unwrap();
    (student, forgotten)
}
