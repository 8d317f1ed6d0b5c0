//! The use cases of connections and the relation gate, over mocks of their ports.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{
    Answer, Connection, ConnectionError, ConnectionFilter, ConnectionService, Counters, Direction, Edge, EdgeChange,
    Kind, MockConnectionQueries, MockConnectionRepository, Pair, ProfileCard, ProfileFacts, Refusal, Relation,
    RelationGate, RelationPlan, Standing, Status, Viewer,
};
use astegni_domain::ids::{ConnectionId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest, PageSize};
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, student};

const ME: UserId = UserId::new(1);
const OTHER: UserId = UserId::new(2);
const THIRD: UserId = UserId::new(3);
const ID: ConnectionId = ConnectionId::new(7);

#[derive(Default)]
struct Ports {
    connections: MockConnectionRepository,
    queries: MockConnectionQueries,
}

impl Ports {
    fn service(self) -> ConnectionService {
        let clock = Arc::new(ManualClock::new(now()));
        ConnectionService::new(Arc::new(self.connections), Arc::new(self.queries), clock)
    }

    /// Expects one look at the pair with these connections.
    fn with_pair(mut self, edges: Vec<Edge>) -> Self {
        self.connections
            .expect_pair()
            .with(eq(ME), eq(OTHER))
            .once()
            .returning(move |_, _| Ok(Some(pair(edges.clone()))));
        self
    }

    fn with_edge(mut self, found: Option<Edge>) -> Self {
        self.connections.expect_find().with(eq(ID)).once().returning(move |_| Ok(found));
        self
    }

    /// Expects one write of a plan with these changes.
    fn writing(mut self, changes: Vec<EdgeChange>, created: Option<ConnectionId>) -> Self {
        let expected = move |plan: &RelationPlan| plan.changes == changes && plan.at == now();
        self.connections.expect_apply().withf(expected).once().returning(move |_| Ok(created));
        self
    }

    /// Expects one look at the connections between the two, among which is one with this id.
    fn loading(self, id: ConnectionId) -> Self {
        let other = Edge { id: ConnectionId::new(id.get() + 1), ..edge(Kind::Follow, Status::Accepted, OTHER) };
        let loaded = Edge { id, ..edge(Kind::Follow, Status::Accepted, ME) };
        self.listing_between(vec![connection(other), connection(loaded)])
    }

    fn listing_between(mut self, connections: Vec<Connection>) -> Self {
        self.queries
            .expect_between()
            .with(eq(ME), eq(vec![OTHER]))
            .once()
            .returning(move |_, _| Ok(connections.clone()));
        self
    }

    fn related(mut self, viewer: Viewer, relation: Option<Relation>) -> Self {
        self.connections.expect_relation().with(eq(viewer), eq(OTHER)).once().returning(move |_, _| Ok(relation));
        self
    }
}

fn edge(kind: Kind, status: Status, initiator: UserId) -> Edge {
    let recipient = if initiator == ME { OTHER } else { ME };
    Edge { id: ID, kind, initiator, recipient, status, since: now() }
}

fn pair(edges: Vec<Edge>) -> Pair {
    let profile = ProfileFacts::of_stranger(true, false);
    Pair { actor: ME, other: OTHER, profile, edges, guardianships: Vec::new() }
}

fn connection(edge: Edge) -> Connection {
    let card =
        |id| ProfileCard { id, name: Some(format!("User {id}")), profile_picture: None, roles: vec![Role::Tutor] };
    let (initiator, recipient) = (card(edge.initiator), card(edge.recipient));
    Connection { edge, initiator, recipient, message: None, created_at: now(), accepted_at: None }
}

fn me() -> Actor {
    student()
}

#[track_caller]
fn assert_refused<T>(outcome: Result<T, ConnectionError>, expected: Refusal) {
    match outcome {
        Err(ConnectionError::Refused(refusal)) => assert_eq!(refusal, expected),
        Err(ConnectionError::Repository(error)) => panic!("{error:?}"),
        Ok(_) => panic!("must be refused with {expected:?}"),
    }
}

fn unavailable<T>() -> Result<T, RepositoryError> {
    Err(RepositoryError::Unavailable("down".into()))
}

#[test]
fn a_request_writes_its_plan_with_the_message_and_returns_the_new_connection() {
    let mut ports = Ports::default().with_pair(Vec::new()).loading(ID);
    let expected = |plan: &RelationPlan| {
        plan.changes == [EdgeChange::Insert(Kind::Friend, Status::Pending)]
            && plan.message.as_deref() == Some("Hello")
            && plan.seen == pair(Vec::new())
            && plan.at == now()
    };
    ports.connections.expect_apply().withf(expected).once().returning(|_| Ok(Some(ID)));
    let created = block_on(ports.service().request(&me(), OTHER, Kind::Friend, Some("Hello".to_owned()))).unwrap();
    assert_eq!(created.edge.id, ID);
}

#[test]
fn a_request_that_completes_a_friendship_returns_it() {
    let ports = Ports::default()
        .with_pair(vec![edge(Kind::Friend, Status::Pending, OTHER)])
        .writing(vec![EdgeChange::Update(ID, Status::Accepted)], None)
        .loading(ID);
    assert_eq!(block_on(ports.service().request(&me(), OTHER, Kind::Friend, None)).unwrap().edge.id, ID);
}

#[test]
fn a_refused_request_writes_nothing() {
    let exists = Ports::default().with_pair(vec![edge(Kind::Follow, Status::Accepted, ME)]);
    let refused = block_on(exists.service().request(&me(), OTHER, Kind::Follow, None));
    assert_refused(refused, Refusal::AlreadyExists(Status::Accepted));
    let mut unknown = Ports::default();
    unknown.connections.expect_pair().once().returning(|_, _| Ok(None));
    assert_refused(block_on(unknown.service().request(&me(), OTHER, Kind::Follow, None)), Refusal::UserNotFound);
}

#[test]
fn a_conflict_is_decided_again_on_fresh_facts() {
    let mut ports = Ports::default();
    let mut seen = [Vec::new(), vec![edge(Kind::Follow, Status::Accepted, ME)]].into_iter();
    ports.connections.expect_pair().times(2).returning(move |_, _| Ok(Some(pair(seen.next().unwrap()))));
    ports.connections.expect_apply().once().returning(|_| Err(RepositoryError::Conflict));
    let refused = block_on(ports.service().request(&me(), OTHER, Kind::Follow, None));
    assert_refused(refused, Refusal::AlreadyExists(Status::Accepted));
}

#[test]
fn endless_conflicts_and_failures_of_the_store_are_reported() {
    let mut ports = Ports::default();
    ports.connections.expect_pair().times(8).returning(|_, _| Ok(Some(pair(Vec::new()))));
    ports.connections.expect_apply().times(8).returning(|_| Err(RepositoryError::Conflict));
    let failed = block_on(ports.service().request(&me(), OTHER, Kind::Follow, None));
    assert!(matches!(failed, Err(ConnectionError::Repository(RepositoryError::Conflict))));
    let mut down = Ports::default();
    down.connections.expect_pair().once().returning(|_, _| unavailable());
    let failed = block_on(down.service().request(&me(), OTHER, Kind::Follow, None));
    assert!(matches!(failed, Err(ConnectionError::Repository(RepositoryError::Unavailable(_)))));
}

#[test]
fn ensuring_a_connection_succeeds_whether_or_not_it_exists() {
    let follow = connection(edge(Kind::Follow, Status::Accepted, ME));
    let created = Ports::default()
        .with_pair(Vec::new())
        .writing(vec![EdgeChange::Insert(Kind::Follow, Status::Accepted)], Some(ID))
        .listing_between(vec![follow.clone()]);
    let existing = Ports::default().with_pair(vec![follow.edge]).listing_between(vec![follow.clone()]);
    let expected = [follow];
    for ports in [created, existing] {
        assert_eq!(block_on(ports.service().ensure(&me(), OTHER, Kind::Follow)).unwrap(), expected);
    }
    let blocked = Ports::default().with_pair(vec![edge(Kind::Block, Status::Accepted, ME)]);
    assert_refused(block_on(blocked.service().ensure(&me(), OTHER, Kind::Follow)), Refusal::BlockedByYou);
}

#[test]
fn ensuring_a_removal_succeeds_whether_or_not_there_is_a_connection() {
    let removed = Ports::default()
        .with_pair(vec![edge(Kind::Block, Status::Accepted, ME)])
        .writing(vec![EdgeChange::Delete(ID)], None)
        .listing_between(Vec::new());
    assert_eq!(block_on(removed.service().ensure_removed(&me(), OTHER, Kind::Block)).unwrap(), []);
    let follow = connection(edge(Kind::Follow, Status::Accepted, OTHER));
    let nothing = Ports::default().with_pair(vec![follow.edge]).listing_between(vec![follow.clone()]);
    assert_eq!(block_on(nothing.service().ensure_removed(&me(), OTHER, Kind::Follow)).unwrap(), [follow]);
    let blocked = Ports::default().with_pair(vec![edge(Kind::Block, Status::Accepted, OTHER)]);
    assert_refused(block_on(blocked.service().ensure_removed(&me(), OTHER, Kind::Follow)), Refusal::UserNotFound);
}

#[test]
fn an_answer_changes_the_connection_and_returns_it() {
    for (answer, status) in [(Answer::Accept, Status::Accepted), (Answer::Reject, Status::Rejected)] {
        let pending = edge(Kind::Friend, Status::Pending, OTHER);
        let ports = Ports::default()
            .with_edge(Some(pending))
            .with_pair(vec![pending])
            .writing(vec![EdgeChange::Update(ID, status)], None)
            .loading(ID);
        assert_eq!(block_on(ports.service().answer(&me(), ID, answer)).unwrap().edge.id, ID);
    }
}

#[test]
fn an_answer_that_blocks_returns_the_block() {
    let pending = edge(Kind::Friend, Status::Pending, OTHER);
    let block = ConnectionId::new(8);
    let changes = vec![EdgeChange::Delete(ID), EdgeChange::Insert(Kind::Block, Status::Accepted)];
    let ports =
        Ports::default().with_edge(Some(pending)).with_pair(vec![pending]).writing(changes, Some(block)).loading(block);
    assert_eq!(block_on(ports.service().answer(&me(), ID, Answer::Block)).unwrap().edge.id, block);
}

#[test]
fn only_participants_reach_a_connection() {
    let foreign = Edge { initiator: OTHER, recipient: THIRD, ..edge(Kind::Follow, Status::Accepted, OTHER) };
    for (found, refusal) in [(None, Refusal::ConnectionNotFound), (Some(foreign), Refusal::NotAParticipant)] {
        let service = || Ports::default().with_edge(found).service();
        assert_refused(block_on(service().answer(&me(), ID, Answer::Accept)), refusal);
        assert_refused(block_on(service().end(&me(), ID)), refusal);
        assert_refused(block_on(service().find(&me(), ID)), refusal);
    }
}

#[test]
fn the_recipient_of_a_block_is_not_a_participant() {
    let block = edge(Kind::Block, Status::Accepted, OTHER);
    let service = || Ports::default().with_edge(Some(block)).with_pair(vec![block]).service();
    for answer in [Answer::Accept, Answer::Reject, Answer::Block] {
        assert_refused(block_on(service().answer(&me(), ID, answer)), Refusal::NotAParticipant);
    }
    assert_refused(block_on(service().end(&me(), ID)), Refusal::NotAParticipant);
    assert_refused(block_on(service().find(&me(), ID)), Refusal::NotAParticipant);
}

#[test]
fn an_end_deletes_the_connection() {
    let follow = edge(Kind::Follow, Status::Accepted, OTHER);
    let ports =
        Ports::default().with_edge(Some(follow)).with_pair(vec![follow]).writing(vec![EdgeChange::Delete(ID)], None);
    block_on(ports.service().end(&me(), ID)).unwrap();
}

#[test]
fn a_visible_connection_is_found() {
    let follow = edge(Kind::Follow, Status::Accepted, OTHER);
    let ports = Ports::default().with_edge(Some(follow)).with_pair(vec![follow]).loading(ID);
    assert_eq!(block_on(ports.service().find(&me(), ID)).unwrap().edge.id, ID);
    let rejected = edge(Kind::Friend, Status::Rejected, ME);
    let hidden = Ports::default().with_edge(Some(rejected)).with_pair(vec![rejected]);
    assert_refused(block_on(hidden.service().find(&me(), ID)), Refusal::ConnectionNotFound);
    let gone = Ports::default().with_edge(Some(follow)).with_pair(vec![follow]).listing_between(Vec::new());
    assert_refused(block_on(gone.service().find(&me(), ID)), Refusal::ConnectionNotFound);
}

fn page() -> PageRequest {
    PageRequest { size: PageSize::new(5).unwrap(), after: Some(Keyset { sort: 9, id: 9 }) }
}

fn filter() -> ConnectionFilter {
    let search = Some("abebe".to_owned());
    ConnectionFilter { kind: Some(Kind::Friend), status: Some(Status::Pending), direction: Direction::Incoming, search }
}

fn one_connection() -> Page<Connection> {
    Page { items: vec![connection(edge(Kind::Friend, Status::Accepted, OTHER))], next: Some(Keyset { sort: 7, id: 7 }) }
}

#[test]
fn the_own_list_and_counters_come_from_the_queries() {
    let mut ports = Ports::default();
    ports.queries.expect_list().with(eq(ME), eq(filter()), eq(page())).once().returning(|_, _, _| Ok(one_connection()));
    assert_eq!(block_on(ports.service().list(&me(), filter(), page())).unwrap(), one_connection());
    let counters = Counters { friends: 4, ..Counters::default() };
    let mut ports = Ports::default();
    ports.queries.expect_counters().with(eq(ME)).once().returning(move |_| Ok(counters));
    assert_eq!(block_on(ports.service().counters(&me())).unwrap(), counters);
}

#[test]
fn a_check_has_an_entry_for_every_user_asked_about() {
    let follow = connection(edge(Kind::Follow, Status::Accepted, OTHER));
    let pending = connection(edge(Kind::Friend, Status::Pending, ME));
    let found = vec![pending.clone(), follow.clone()];
    let mut ports = Ports::default();
    let users = vec![THIRD, OTHER];
    ports.queries.expect_between().with(eq(ME), eq(users.clone())).once().returning(move |_, _| Ok(found.clone()));
    let checks = block_on(ports.service().check(&me(), users)).unwrap();
    assert_eq!(checks.keys().copied().collect::<Vec<_>>(), [OTHER, THIRD]);
    assert_eq!(checks[&OTHER].connections, [follow, pending], "the most telling first");
    assert!(checks[&THIRD].connections.is_empty());
}

#[test]
fn a_public_list_is_read_for_its_viewer() {
    for viewer in [Viewer::Anonymous, Viewer::User(ME)] {
        let open = Some(Relation { standing: Standing::Open, profile: ProfileFacts::of_stranger(true, false) });
        let mut ports = Ports::default().related(viewer, open);
        ports
            .queries
            .expect_public_list()
            .with(eq(OTHER), eq(viewer), eq(filter()), eq(page()))
            .once()
            .returning(|_, _, _, _| Ok(one_connection()));
        assert_eq!(block_on(ports.service().public_list(viewer, OTHER, filter(), page())).unwrap(), one_connection());
    }
}

#[test]
fn the_list_of_a_private_account_is_hidden_from_strangers_and_its_counts_are_not() {
    let private = Some(Relation { standing: Standing::Open, profile: ProfileFacts::of_stranger(true, true) });
    let ports = Ports::default().related(Viewer::Anonymous, private);
    let hidden = block_on(ports.service().public_list(Viewer::Anonymous, OTHER, filter(), page()));
    assert_refused(hidden, Refusal::UserNotFound);
    let counters = Counters { followers: 3, ..Counters::default() };
    let mut ports = Ports::default().related(Viewer::Anonymous, private);
    ports
        .queries
        .expect_public_counters()
        .with(eq(OTHER), eq(Viewer::Anonymous))
        .once()
        .returning(move |_, _| Ok(counters));
    assert_eq!(block_on(ports.service().public_counters(Viewer::Anonymous, OTHER)).unwrap(), counters);
}

#[test]
fn blocks_and_hidden_users_close_public_lists_and_counts() {
    let (adult, child) = (ProfileFacts::of_stranger(true, false), ProfileFacts::of_stranger(false, true));
    for (found, refusal) in [
        (None, Refusal::UserNotFound),
        (Some(Relation { standing: Standing::BlockedByThem, profile: adult }), Refusal::UserNotFound),
        (Some(Relation { standing: Standing::BlockedByYou, profile: adult }), Refusal::BlockedByYou),
        (Some(Relation { standing: Standing::Open, profile: child }), Refusal::UserNotFound),
    ] {
        let service = || Ports::default().related(Viewer::User(ME), found).service();
        assert_refused(block_on(service().public_list(Viewer::User(ME), OTHER, filter(), page())), refusal);
        assert_refused(block_on(service().public_counters(Viewer::User(ME), OTHER)), refusal);
    }
}

#[test]
fn the_gate_returns_the_facts_about_a_reachable_profile() {
    let facts = ProfileFacts { has_accepted_viewer: true, ..ProfileFacts::of_stranger(true, true) };
    let ports = Ports::default().related(Viewer::User(ME), Some(Relation { standing: Standing::Open, profile: facts }));
    let gate = RelationGate::new(Arc::new(ports.connections));
    assert_eq!(block_on(gate.open(ME, OTHER)).unwrap(), facts);
    let ports = Ports::default().related(Viewer::Anonymous, None);
    let gate = RelationGate::new(Arc::new(ports.connections));
    assert_refused(block_on(gate.open(None, OTHER)), Refusal::UserNotFound);
    let mut failing = MockConnectionRepository::new();
    failing.expect_relation().once().returning(|_, _| unavailable());
    let gate = RelationGate::new(Arc::new(failing));
    let failed = block_on(gate.open(Viewer::Anonymous, OTHER));
    assert!(matches!(failed, Err(ConnectionError::Repository(RepositoryError::Unavailable(_)))));
}
