use std::collections::VecDeque;
use std::sync::Mutex;

use astegni_domain::accounts::MockTokenIssuer;
use astegni_domain::clock::ManualClock;
use astegni_domain::events::{MockEventLog, MockTicketRepository, Tail, TailPosition};
use chrono::DateTime;
use tokio::time::advance;

use super::*;
use crate::realtime::hub::tests::{actor, event};
use crate::realtime::{Signal, Subscription, Transport};

/// The answers of a store, in turn; then it has nothing new. Each query is recorded with its position.
type Answers = Arc<Mutex<(VecDeque<Result<Tail, RepositoryError>>, Vec<Option<String>>)>>;

fn tail(position: &str, cursors: &[i64]) -> Result<Tail, RepositoryError> {
    let events = cursors.iter().map(|cursor| event(1, *cursor)).collect();
    Ok(Tail { events, position: TailPosition(position.to_owned()), is_truncated: false })
}

fn start(answers: Vec<Result<Tail, RepositoryError>>) -> (Arc<Hub>, Answers) {
    let shared: Answers = Arc::new(Mutex::new((answers.into(), Vec::new())));
    let mut log = MockEventLog::new();
    let state = shared.clone();
    log.expect_tail().returning(move |from| {
        let mut state = state.lock().unwrap();
        state.1.push(from.as_ref().map(|position| position.0.clone()));
        state.0.pop_front().unwrap_or_else(|| tail("end", &[]))
    });
    log.expect_with_messages().returning(|events, _| Ok(events));
    let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
    let (tickets, tokens) = (Arc::new(MockTicketRepository::new()), Arc::new(MockTokenIssuer::new()));
    let events = EventService::new(Arc::new(log), tickets, tokens, clock);
    let hub = Arc::new(Hub::default());
    tokio::spawn(Tailer::new(events, hub.clone()).run());
    (hub, shared)
}

async fn signal(subscription: &mut Subscription) -> i64 {
    match subscription.next().await {
        Some(Signal::Event(event)) => event.cursor,
        Some(Signal::Refresh) => 0,
        other => panic!("{other:?}"),
    }
}

async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_logs_are_followed_while_there_are_subscribers() {
    let (hub, answers) = start(vec![tail("a", &[]), tail("b", &[1, 2]), tail("c", &[3])]);
    advance(Duration::from_secs(10)).await;
    settle().await;
    assert_eq!(answers.lock().unwrap().1, [], "nothing is asked for without subscribers");
    let mut subscription = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(signal(&mut subscription).await);
    }
    assert_eq!(seen, [0, 1, 2, 3], "a refresh covers what came before the position");
    drop(subscription);
    sleep(Duration::from_secs(1)).await;
    let mut queries = std::mem::take(&mut answers.lock().unwrap().1);
    queries.truncate(3);
    assert_eq!(queries, [None, Some("a".to_owned()), Some("b".to_owned())]);
    sleep(Duration::from_secs(10)).await;
    assert!(answers.lock().unwrap().1.is_empty(), "the last subscriber has gone");
}

#[tokio::test(start_paused = true)]
async fn a_poke_is_followed_at_once_and_another_replica_within_the_interval() {
    let (hub, _) = start(vec![tail("a", &[]), tail("b", &[1]), tail("c", &[2])]);
    let mut subscription = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    assert_eq!(signal(&mut subscription).await, 0);
    let started = Instant::now();
    hub.poke();
    assert_eq!(signal(&mut subscription).await, 1);
    assert!(started.elapsed() < MIN_INTERVAL * 2, "{:?}", started.elapsed());
    assert_eq!(signal(&mut subscription).await, 2);
    assert!(started.elapsed() >= POLL_INTERVAL, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn readers_look_into_their_logs_after_a_failure_and_after_too_many_events() {
    let down = || Err(RepositoryError::Unavailable("down".into()));
    let truncated = tail("c", &[]).map(|tail| Tail { is_truncated: true, ..tail });
    let (hub, answers) = start(vec![tail("a", &[]), down(), down(), tail("b", &[]), truncated, tail("d", &[9])]);
    let mut subscription = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
    assert_eq!(signal(&mut subscription).await, 0);
    let started = Instant::now();
    assert_eq!(signal(&mut subscription).await, 0);
    assert!(started.elapsed() >= RETRY_AFTER * 3, "the pause doubles");
    assert_eq!(signal(&mut subscription).await, 0);
    assert_eq!(signal(&mut subscription).await, 9);
    let queries: Vec<_> = answers.lock().unwrap().1.iter().take(5).cloned().collect();
    assert_eq!(queries, [None, Some("a".to_owned()), None, None, Some("b".to_owned())]);
}
