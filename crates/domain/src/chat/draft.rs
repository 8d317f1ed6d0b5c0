//! Messages as their senders write them.

use super::MessageType;
use crate::ids::{ConversationId, MessageId};
use crate::validation::{Invalid, Violations};

/// The largest number of characters (Unicode scalar values) in a message.
pub const MAX_CONTENT: usize = 10_000;

/// The largest size of the metadata of a message, in bytes of JSON.
pub const MAX_METADATA: usize = 8 * 1024;

/// The largest number of characters in a client's own id of a message.
const MAX_CLIENT_ID: usize = 100;

/// The largest number of characters in the URL of media.
const MAX_URL: usize = 2_000;

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDraft {
    /// The conversation to send it to.
    pub conversation: ConversationId,
    /// The type of the content.
    pub message_type: MessageType,
    /// The text, exactly as given.
    pub content: Option<String>,
    /// The URL of the media.
    pub media_url: Option<String>,
    /// A JSON object that the platform does not interpret.
    pub metadata: Option<String>,
    /// The message that this one replies to.
    pub reply_to: Option<MessageId>,
    /// The sender's own id of the message, which identifies a repeated send.
    pub client_message_id: Option<String>,
}

impl MessageDraft {
    /// Checks that the message has the content that its type needs.
    pub fn check(&self, violations: &mut Violations) {
        let required = |field: &str, violations: &mut Violations| {
            if !violations.concerns_within(field) {
                violations.add(field, Invalid::new("required", "is required"));
            }
        };
        match self.message_type {
            MessageType::Text if self.content.is_none() => required("content", violations),
            MessageType::Location if self.content.is_none() && self.metadata.is_none() => {
                required("media_metadata", violations);
            }
            MessageType::Image | MessageType::Audio | MessageType::Video | MessageType::File | MessageType::Gif
                if self.media_url.is_none() =>
            {
                required("media_url", violations);
            }
            _ => {}
        }
    }
}

/// Parses the text of a message, which is kept exactly as it is.
pub fn content(input: String) -> Result<String, Invalid> {
    if input.trim().is_empty() {
        return Err(Invalid::new("required", "must not be empty"));
    }
    if input.contains('\0') {
        return Err(Invalid::new("control_character", "must not contain the NUL character"));
    }
    if input.chars().count() > MAX_CONTENT {
        return Err(Invalid::new("too_long", format!("must have at most {MAX_CONTENT} characters")));
    }
    Ok(input)
}

/// Parses the type of a message that a user sends. The others are the platform's.
pub fn sendable_type(input: &str) -> Result<MessageType, Invalid> {
    let own = |message_type: &MessageType| message_type.is_content();
    input
        .parse()
        .ok()
        .filter(own)
        .ok_or_else(|| Invalid::new("unknown_value", "must be one of text, image, audio, video, file, location, gif"))
}

/// Parses the URL of media.
pub fn media_url(input: &str) -> Result<String, Invalid> {
    let is_web = url::Url::parse(input).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
    if input.chars().count() > MAX_URL {
        return Err(Invalid::new("too_long", format!("must have at most {MAX_URL} characters")));
    }
    if is_web { Ok(input.to_owned()) } else { Err(Invalid::new("invalid_url", "must be an http or https URL")) }
}

/// Parses a client's own id of a message: printable ASCII.
pub fn client_message_id(input: String) -> Result<String, Invalid> {
    let is_valid = (1..=MAX_CLIENT_ID).contains(&input.len()) && input.bytes().all(|byte| byte.is_ascii_graphic());
    let reason = || Invalid::new("invalid_format", "must have 1 to 100 printable ASCII characters without spaces");
    if is_valid { Ok(input) } else { Err(reason()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_kept_exactly_and_bounded_in_characters() {
        let exact = " ሰላም 👩‍🏫\r\n\u{202e}x ".to_owned();
        assert_eq!(content(exact.clone()), Ok(exact));
        assert!(content("😀".repeat(MAX_CONTENT)).is_ok());
        assert_eq!(content("😀".repeat(MAX_CONTENT + 1)).unwrap_err().code, "too_long");
        assert_eq!(content(" \n".to_owned()).unwrap_err().code, "required");
        assert_eq!(content("a\0".to_owned()).unwrap_err().code, "control_character");
    }

    #[test]
    fn users_send_content_and_not_notices() {
        assert_eq!(sendable_type("gif"), Ok(MessageType::Gif));
        for other in ["system", "session_request", "", "Text"] {
            assert!(sendable_type(other).is_err(), "{other}");
        }
    }

    #[test]
    fn each_type_needs_its_own_content() {
        let draft = |message_type, content: bool, media: bool, metadata: bool| MessageDraft {
            conversation: ConversationId::new(1),
            message_type,
            content: content.then(|| "Hello".to_owned()),
            media_url: media.then(|| "https://example.com/a.png".to_owned()),
            metadata: metadata.then(|| "{}".to_owned()),
            reply_to: None,
            client_message_id: None,
        };
        let missing = |draft: MessageDraft| {
            let mut violations = Violations::new();
            draft.check(&mut violations);
            violations.errors().iter().map(|error| error.field.clone()).collect::<Vec<_>>()
        };
        assert_eq!(missing(draft(MessageType::Text, true, false, false)), [""; 0]);
        assert_eq!(missing(draft(MessageType::Text, false, true, true)), ["content"]);
        assert_eq!(missing(draft(MessageType::Image, true, false, true)), ["media_url"]);
        assert_eq!(missing(draft(MessageType::Image, false, true, false)), [""; 0]);
        assert_eq!(missing(draft(MessageType::Location, false, false, true)), [""; 0]);
        assert_eq!(missing(draft(MessageType::Location, false, true, false)), ["media_metadata"]);
    }

    #[test]
    fn media_is_on_the_web_and_client_ids_are_printable() {
        assert!(media_url("https://example.com/a.png").is_ok());
        for url in ["javascript:alert(1)", "/a.png", "", "data:,x"] {
            assert!(media_url(url).is_err(), "{url}");
        }
        assert!(client_message_id("0197-a".to_owned()).is_ok());
        for id in ["", "a b", "é", &"a".repeat(101)] {
            assert!(client_message_id(id.to_owned()).is_err(), "{id}");
        }
    }
}
