mod content;
mod conversations;
mod groups;
mod guardians;
mod lists;
mod messages;
mod reading;
mod settings;

use serde_json::{Value, json};

use crate::support::{Actor, Answer};

/// Asks for a direct conversation.
async fn open(caller: &Actor, other: &Actor) -> Answer {
    let body = json!({ "type": "direct", "participant_user_ids": [other.user["id"]] });
    caller.post("/api/chat/conversations", body).await
}

/// Returns the id of the direct conversation of two users.
pub(crate) async fn direct(caller: &Actor, other: &Actor) -> Value {
    open(caller, other).await.expect(200)["conversation_id"].clone()
}

/// Asks for a group.
pub(crate) async fn found(admin: &Actor, name: &str, others: &[&Actor]) -> Answer {
    let ids: Vec<_> = others.iter().map(|other| other.user["id"].clone()).collect();
    let body = json!({ "type": "group", "name": name, "participant_user_ids": ids });
    admin.post("/api/chat/conversations", body).await
}

/// Sends a text to a conversation.
async fn send(sender: &Actor, conversation: &Value, content: &str) -> Answer {
    sender.post("/api/chat/messages", json!({ "conversation_id": conversation, "content": content })).await
}

/// Returns the message after sending a text.
pub(crate) async fn write(sender: &Actor, conversation: &Value, content: &str) -> Value {
    send(sender, conversation, content).await.expect(200)["message"].clone()
}

/// Returns the messages of a conversation, newest first.
async fn messages(reader: &Actor, conversation: &Value) -> Vec<Value> {
    let page = reader.get(&format!("/api/chat/messages/{conversation}")).await.expect(200);
    page["messages"].as_array().unwrap().clone()
}

/// Returns a conversation as a participant sees it.
async fn conversation(reader: &Actor, id: &Value) -> Value {
    reader.get(&format!("/api/chat/conversations/{id}")).await.expect(200)["conversation"].clone()
}

/// Returns the values of a member of all rows.
fn each(rows: &[Value], member: &str) -> Vec<Value> {
    rows.iter().map(|row| row[member].clone()).collect()
}
