//! Frames of sockets that are not events, and the messages between replicas.

use astegni_domain::ids::{ConversationId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A frame about something that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are those of the frames")]
pub enum Frame {
    /// A participant has begun or stopped to type.
    Typing { conversation_id: i64, user_id: i64, is_typing: bool },
    /// A user has come online or gone offline.
    Presence { user_id: i64, is_online: bool },
}

impl Frame {
    /// Returns the frame that clients receive.
    pub(super) fn to_json(self) -> Value {
        match self {
            Self::Typing { conversation_id, user_id, is_typing } => json!({
                "type": "typing",
                "data": { "conversation_id": conversation_id, "user_id": user_id, "is_typing": is_typing },
            }),
            Self::Presence { user_id, is_online: true } => presence(&[UserId::new(user_id)], &[]),
            Self::Presence { user_id, is_online: false } => presence(&[], &[UserId::new(user_id)]),
        }
    }
}

/// Returns the frame that tells the presence of some users.
pub(super) fn presence(online: &[UserId], offline: &[UserId]) -> Value {
    let ids = |users: &[UserId]| users.iter().map(|user| user.get()).collect::<Vec<_>>();
    json!({ "type": "presence", "data": { "online": ids(online), "offline": ids(offline) } })
}

/// A message to the other replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Broadcast {
    /// A frame for the sockets of some users.
    Frame { frame: Frame, users: Vec<i64> },
    /// The users who have come online or gone offline on the sending replica.
    Presence { users: Vec<i64>, is_online: bool },
    /// A question about users who are watched: which are online?
    Question { users: Vec<i64> },
}

/// The largest number of users in a presence frame of a client.
const MAX_WATCHED: usize = 100;

/// A frame of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ClientFrame {
    /// An access token.
    Auth { token: String },
    /// The caller types, or has stopped to.
    Typing { conversation: ConversationId, is_typing: bool },
    /// The users whose presence the caller wants to watch.
    Presence { users: Vec<UserId> },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum RawFrame {
    Auth { token: String },
    Typing { conversation_id: i64, is_typing: Option<bool> },
    Presence { user_ids: Vec<i64> },
}

impl ClientFrame {
    /// Reads a frame. The error tells a developer what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let raw: RawFrame = serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => format!("The frame is not supported: {error}"),
            _ => format!("The frame is not valid JSON: {error}"),
        })?;
        match raw {
            RawFrame::Auth { token } => Ok(Self::Auth { token }),
            RawFrame::Typing { conversation_id, is_typing } => {
                let conversation = ConversationId::parse(conversation_id);
                let conversation = conversation.map_err(|invalid| format!("conversation_id {}", invalid.message))?;
                Ok(Self::Typing { conversation, is_typing: is_typing.unwrap_or(true) })
            }
            RawFrame::Presence { user_ids } if user_ids.len() > MAX_WATCHED => {
                Err(format!("user_ids must have at most {MAX_WATCHED} items"))
            }
            RawFrame::Presence { user_ids } => {
                let users = user_ids.into_iter().map(UserId::parse).collect::<Result<Vec<_>, _>>();
                let mut users = users.map_err(|invalid| format!("each of user_ids {}", invalid.message))?;
                users.sort_unstable();
                users.dedup();
                Ok(Self::Presence { users })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_clients_are_read() {
        let typing = |is_typing| Ok(ClientFrame::Typing { conversation: ConversationId::new(7), is_typing });
        for (text, frame) in [
            (r#"{"type":"auth","token":"x"}"#, Ok(ClientFrame::Auth { token: "x".to_owned() })),
            (r#"{"type":"typing","conversation_id":7}"#, typing(true)),
            (r#"{"type":"typing","conversation_id":7,"is_typing":null,"extra":1}"#, typing(true)),
            (r#"{"conversation_id":7,"is_typing":false,"type":"typing"}"#, typing(false)),
            (
                r#"{"type":"presence","user_ids":[3,1,3]}"#,
                Ok(ClientFrame::Presence { users: vec![UserId::new(1), UserId::new(3)] }),
            ),
        ] {
            assert_eq!(ClientFrame::parse(text), frame, "{text}");
        }
    }

    #[test]
    fn frames_that_are_not_supported_are_explained() {
        let many = format!(r#"{{"type":"presence","user_ids":{:?}}}"#, vec![1; 101]);
        for (text, reason) in [
            ("", "not valid JSON"),
            ("{", "not valid JSON"),
            ("[]", "not supported"),
            (r#"{"type":"unknown"}"#, "unknown variant"),
            (r#"{"type":"typing"}"#, "missing field `conversation_id`"),
            (r#"{"type":"typing","conversation_id":0}"#, "conversation_id must be a positive integer"),
            (r#"{"type":"presence","user_ids":[-1]}"#, "each of user_ids must be a positive integer"),
            (many.as_str(), "at most 100 items"),
        ] {
            let error = ClientFrame::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn broadcasts_survive_their_encoding() {
        for broadcast in [
            Broadcast::Frame {
                frame: Frame::Typing { conversation_id: 1, user_id: 2, is_typing: true },
                users: vec![3],
            },
            Broadcast::Presence { users: vec![1], is_online: false },
            Broadcast::Question { users: vec![1, 2] },
        ] {
            let text = serde_json::to_string(&broadcast).unwrap();
            assert_eq!(serde_json::from_str::<Broadcast>(&text).unwrap(), broadcast, "{text}");
        }
    }
}
