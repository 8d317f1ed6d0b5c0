//! One type per kind of id, so that a profile's id can never be passed where a user's is meant.
//!
//! The old platform kept both as bare integers and joined one to the other by mistake.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a number that a store or a caller gave.
            pub const fn new(id: i64) -> Self {
                Self(id)
            }

            /// The number itself, for the row or the wire.
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
    /// A person's account: `users.id`. Everything that concerns a person is keyed by it.
    UserId;
    /// A student profile: `student_profiles.id`.
    StudentId;
    /// A tutor profile: `tutor_profiles.id`.
    TutorId;
    /// A parent profile: `parent_profiles.id`.
    ParentId;
    /// A device that a user is signed in on: `auth_sessions.id`, the token's `sid`.
    DeviceId;
    /// A guardianship between a parent and a student: `guardianships.id`.
    GuardianshipId;
    /// A follow, friendship or block between two users: `connections.id`.
    ConnectionId;
    /// A tutor's offer: `tutor_packages.id`.
    PackageId;
    /// A student's ask for sessions: `requested_sessions.id`.
    RequestId;
    /// What an accepted request puts on the books: `enrolled_students.id`.
    EnrolmentId;
    /// The series of sessions of one enrolment: `enrolled_courses.id`.
    CourseId;
    /// One tutoring session: `sessions.id`.
    SessionId;
    /// A conversation: `conversations.id`.
    ConversationId;
    /// A message: `chat_messages.id`.
    MessageId;
}
