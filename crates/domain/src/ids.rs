//! One type per kind of id, so that a profile's id cannot be passed in place of a user's.
//!
//! Clients receive ids from the API, and send them back as they were: positive integers in their usual notation.

use crate::validation::Invalid;

fn not_an_id() -> Invalid {
    Invalid::new("invalid_id", "must be a positive integer")
}

/// Parses an id from a path or a query: decimal digits without a sign, leading zeros or spaces.
pub fn parse_id(input: &str) -> Result<i64, Invalid> {
    let plain = input.starts_with(|first: char| matches!(first, '1'..='9'));
    input.parse().ok().filter(|_| plain).ok_or_else(not_an_id)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Wraps an id from a row or a token.
            pub const fn new(id: i64) -> Self {
                Self(id)
            }

            /// Wraps an id from a client, if it is positive.
            pub fn parse(id: i64) -> Result<Self, Invalid> {
                if id > 0 { Ok(Self(id)) } else { Err(not_an_id()) }
            }

            /// Returns the number, for a row or a response.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// An account, `users.id`. Everything that concerns a person is keyed by it.
    UserId;
    /// A student profile, `student_profiles.id`.
    StudentId;
    /// A tutor profile, `tutor_profiles.id`.
    TutorId;
    /// A parent profile, `parent_profiles.id`.
    ParentId;
    /// A signed-in device, `auth_sessions.id`; the `sid` claim of its tokens.
    DeviceId;
    /// A guardianship between a parent and a student, `guardianships.id`.
    GuardianshipId;
    /// A follow, friendship or block between two users, `connections.id`.
    ConnectionId;
    /// A tutor's package, `tutor_packages.id`.
    PackageId;
    /// A session request, `requested_sessions.id`.
    RequestId;
    /// A student's enrolment with a tutor, `enrolled_students.id`.
    EnrolmentId;
    /// The series of sessions of an enrolment, `enrolled_courses.id`.
    CourseId;
    /// A tutoring session, `sessions.id`.
    SessionId;
    /// A period of time off, `time_off.id`.
    TimeOffId;
    /// A calendar feed, `calendar_feeds.id`.
    FeedId;
    /// A conversation, `conversations.id`.
    ConversationId;
    /// A chat message, `chat_messages.id`.
    MessageId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_parsed_from_their_usual_notation_only() {
        for (text, id) in [("1", 1), ("907", 907), ("9223372036854775807", i64::MAX)] {
            assert_eq!(parse_id(text), Ok(id));
        }
        for text in ["", "0", "01", "-1", "+1", " 1", "1 ", "1e0", "1.0", "abc", "１", "9223372036854775808"] {
            assert_eq!(parse_id(text).unwrap_err().message, "must be a positive integer", "{text:?}");
        }
    }

    #[test]
    fn ids_of_clients_are_positive() {
        assert_eq!(UserId::parse(1).map(UserId::get), Ok(1));
        assert_eq!(UserId::parse(i64::MAX), Ok(UserId::new(i64::MAX)));
        for id in [0, -1, i64::MIN] {
            assert_eq!(UserId::parse(id).unwrap_err().code, "invalid_id", "{id}");
        }
    }

    #[test]
    fn ids_are_displayed_as_numbers() {
        assert_eq!(TutorId::new(42).to_string(), "42");
    }
}
