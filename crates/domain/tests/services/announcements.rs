//! Every write announces its changes: a port that changes what another user can see names the events that it writes.
//!
//! The table names every method of every port through which rows are written. A method that is missing from it fails the
//! test, so that its author has to decide who is told.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use astegni_domain::events::EventKind;
use strum::VariantArray;

/// The effect of a method on users other than the caller.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// The method writes nothing.
    Reads,
    /// The method writes events of these kinds, if it changes anything.
    Announces(&'static [EventKind]),
    /// The method writes no events, for this reason.
    Unseen(&'static str),
}

use Effect::{Announces, Reads, Unseen};
use EventKind::{
    ConnectionAccepted, ConnectionEnded, ConnectionRequested, ConversationChanged, GuardianshipChanged, MessageDeleted,
    MessageEdited, MessageRead, MessageSent, RequestAnswered, RequestExpired, RequestSent, RequestWithdrawn,
    SessionCancelled, SessionChanged, SessionCreated,
};

const OWN: Effect = Unseen("only the caller sees the devices of the caller");
const CATALOGUE: Effect = Unseen("the catalogue is public and read on demand, and requests keep copies of packages");

#[rustfmt::skip]
const METHODS: &[(&str, &str, Effect)] = &[
    ("AccountRepository", "create", Unseen("no user is connected with a new account")),
    ("AccountRepository", "find", Reads),
    ("AccountRepository", "credentials", Reads),
    ("AccountRepository", "password_hash", Reads),
    ("AccountRepository", "update", Unseen(
        "names, pictures and privacy are read on demand; the follows that going public accepts are announced by accept_follows")),
    ("AccountRepository", "accept_follows", Announces(&[ConnectionAccepted])),
    ("AccountRepository", "accepting_follows", Reads),
    ("AccountRepository", "change_role", Unseen("roles are a part of the profile, which is read on demand")),
    ("AccountRepository", "change_password", OWN),
    ("DeviceRepository", "open", OWN),
    ("DeviceRepository", "find_token", Reads),
    ("DeviceRepository", "rotate", OWN),
    ("DeviceRepository", "revoke", OWN),
    ("DeviceRepository", "is_signed_in", Reads),
    ("DeviceRepository", "signed_out", Reads),
    ("DeviceRepository", "list", Reads),
    ("ChatRepository", "sending_facts", Reads),
    ("ChatRepository", "send", Announces(&[MessageSent])),
    ("ChatRepository", "message_facts", Reads),
    ("ChatRepository", "change_message", Announces(&[MessageEdited, MessageDeleted])),
    ("ChatRepository", "reading_facts", Reads),
    ("ChatRepository", "mark_read", Announces(&[MessageRead])),
    ("ChatRepository", "contacts", Reads),
    ("ChatRepository", "find_direct", Reads),
    ("ChatRepository", "create_direct", Announces(&[ConversationChanged])),
    ("ChatRepository", "create_group", Announces(&[ConversationChanged, MessageSent])),
    ("ChatRepository", "conversation_facts", Reads),
    ("ChatRepository", "change_group", Announces(&[ConversationChanged, MessageSent])),
    ("ChatRepository", "set_preferences", Unseen("whether a conversation is muted or archived is shown to the caller alone")),
    ("ChatRepository", "settings", Reads),
    ("ChatRepository", "presence_visible", Reads),
    ("ChatRepository", "presence_viewers", Reads),
    ("ChatRepository", "change_settings", Unseen("settings are shown to the caller alone, and decide on later changes")),
    ("ConnectionRepository", "pair", Reads),
    ("ConnectionRepository", "relation", Reads),
    ("ConnectionRepository", "find", Reads),
    // Blocks and everything that they end are silent. The requests that they expire are announced by expire_overdue.
    ("ConnectionRepository", "apply", Announces(&[ConnectionRequested, ConnectionAccepted, ConnectionEnded])),
    ("EventLog", "read", Reads),
    ("EventLog", "tail", Reads),
    ("EventLog", "with_messages", Reads),
    ("EventLog", "committed", Reads),
    ("EventLog", "prune", Unseen("a reader that has missed deleted events learns it from its cursor")),
    ("TicketRepository", "issue", Unseen("a ticket is a secret of the caller")),
    ("TicketRepository", "redeem", Unseen("a ticket is a secret of the caller")),
    ("FamilyRepository", "parent_facts", Reads),
    ("FamilyRepository", "create_child", Unseen("the child has no login, and no other guardian yet")),
    ("FamilyRepository", "invitation_facts", Reads),
    ("FamilyRepository", "invite", Announces(&[GuardianshipChanged])),
    ("FamilyRepository", "find", Reads),
    ("FamilyRepository", "find_open", Reads),
    // The requests that the end of a guardianship expires are announced by expire_overdue.
    ("FamilyRepository", "apply", Announces(&[GuardianshipChanged])),
    ("FamilyRepository", "children", Reads),
    ("FamilyRepository", "guardians", Reads),
    ("FamilyRepository", "issue_claim_code", Unseen("the code is shown to the caller alone")),
    ("FamilyRepository", "find_claim", Reads),
    ("FamilyRepository", "claim", Unseen("the child's login changes no guardianship, and guardians read it on demand")),
    ("RequestRepository", "creation_facts", Reads),
    ("RequestRepository", "create", Announces(&[RequestSent, MessageSent])),
    ("RequestRepository", "find", Reads),
    ("RequestRepository", "withdrawal_facts", Reads),
    ("RequestRepository", "answer", Announces(&[RequestAnswered, RequestWithdrawn, MessageSent])),
    ("RequestRepository", "accept", Announces(&[RequestAnswered, SessionCreated, MessageSent])),
    ("RequestRepository", "expire_overdue", Announces(&[RequestExpired])),
    ("SessionRepository", "change_facts", Reads),
    ("SessionRepository", "change", Announces(&[SessionChanged, SessionCancelled, MessageSent])),
    ("SessionRepository", "course_facts", Reads),
    ("SessionRepository", "add", Announces(&[SessionCreated, MessageSent])),
    ("SessionRepository", "resolved_under_other_rules", Reads),
    ("SessionRepository", "confirm_rules", Unseen("the sessions stay at the times that their participants know")),
    ("AvailabilityRepository", "availability", Reads),
    ("AvailabilityRepository", "set_availability", Unseen("free slots are read on demand, and booked sessions stay")),
    ("AvailabilityRepository", "time_off", Reads),
    ("AvailabilityRepository", "taught_during", Reads),
    ("AvailabilityRepository", "add_time_off", Announces(&[SessionCancelled, MessageSent])),
    ("AvailabilityRepository", "remove_time_off", Unseen("free slots are read on demand")),
    ("FeedRepository", "create_feed", Unseen("a feed is a secret of the caller")),
    ("FeedRepository", "feeds", Reads),
    ("FeedRepository", "delete_feed", Unseen("a feed is a secret of the caller")),
    ("FeedRepository", "find_feed", Reads),
    ("FeedRepository", "sessions_since", Reads),
    ("FeedRepository", "installation", Unseen("the identity of the database is a property of no user, and never changes")),
    ("TutorRepository", "find", Reads),
    ("TutorRepository", "update", CATALOGUE),
    ("TutorRepository", "search", Reads),
    ("PackageRepository", "find", Reads),
    ("PackageRepository", "list", Reads),
    ("PackageRepository", "count_active", Reads),
    ("PackageRepository", "create", CATALOGUE),
    ("PackageRepository", "update", CATALOGUE),
    ("PackageRepository", "remove", CATALOGUE),
];

/// Returns the source of every `ports.rs` below a directory.
fn sources(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let of_entry = |path: std::path::PathBuf| match path.is_dir() {
        true => sources(&path),
        false if path.ends_with("ports.rs") => vec![fs::read_to_string(&path).unwrap()],
        false => Vec::new(),
    };
    entries.flat_map(of_entry).collect()
}

/// Returns the traits of a source that write, each with its asynchronous methods.
fn methods(source: &str) -> Vec<(String, String)> {
    let name = |rest: &str| rest.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect::<String>();
    let mut current = None;
    let mut methods = Vec::new();
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("pub trait ") {
            current = Some(name(rest)).filter(|name| name.ends_with("Repository") || name.ends_with("EventLog"));
        } else if line.starts_with('}') {
            current = None;
        } else if let (Some(port), Some(rest)) = (&current, line.trim_start().strip_prefix("async fn ")) {
            methods.push((port.clone(), name(rest)));
        }
    }
    methods
}

#[test]
fn every_write_announces_its_changes() {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let ports: BTreeSet<_> = sources.iter().flat_map(|source| methods(source)).collect();
    let table: BTreeSet<_> =
        METHODS.iter().map(|(port, method, _)| ((*port).to_owned(), (*method).to_owned())).collect();
    assert_eq!(table.len(), METHODS.len(), "an entry is repeated");
    let missing: Vec<_> = ports.difference(&table).collect();
    assert!(missing.is_empty(), "decide who is told about {missing:?}");
    let stale: Vec<_> = table.difference(&ports).collect();
    assert!(stale.is_empty(), "there are no such methods: {stale:?}");
}

#[test]
fn every_kind_of_event_is_announced_by_a_write() {
    let announced: Vec<EventKind> = METHODS
        .iter()
        .flat_map(|(port, method, effect)| match effect {
            Announces(kinds) => {
                assert!(!kinds.is_empty(), "{port}::{method} announces nothing");
                kinds.to_vec()
            }
            Unseen(reason) => {
                assert!(reason.contains(' '), "{port}::{method} needs a reason");
                Vec::new()
            }
            Reads => Vec::new(),
        })
        .collect();
    for kind in EventKind::VARIANTS {
        assert!(announced.contains(kind), "{kind:?}");
    }
}

#[test]
fn methods_are_found_in_a_source() {
    let source = "
#[async_trait]
pub trait NoteRepository: Send + Sync {
    /// An async fn in a comment.
    async fn find(&self, id: i64) -> Option<Note>;
    async fn write(
        &self,
    );
    fn is_full(&self) -> bool;
}

pub trait NoteQueries {
    async fn list(&self);
}
";
    let found = methods(source);
    let expected = [("NoteRepository", "find"), ("NoteRepository", "write")];
    assert_eq!(found, expected.map(|(port, method)| (port.to_owned(), method.to_owned())));
}
