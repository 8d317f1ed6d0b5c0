//! The use cases of calendar feeds.

use std::sync::Arc;

use astegni_domain::accounts::{MockTokenIssuer, RefreshToken};
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{FeedId, SessionId, UserId};
use astegni_domain::schedule::{
    CalendarFeed, Cancellation, FeedError, FeedRepository, FeedScope, FeedService, MockFeedRepository,
    MockSessionQueries, NewFeed, Session, SessionStatus,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, session, student};

const FEED: FeedId = FeedId::new(5);

fn feed(scope: FeedScope, name: Option<&str>) -> CalendarFeed {
    CalendarFeed { id: FEED, owner: UserId::new(1), scope, name: name.map(str::to_owned), created_at: now() }
}

/// Tokens whose digests are their secrets, reversed.
fn tokens() -> MockTokenIssuer {
    let reversed = |secret: &str| secret.chars().rev().collect::<String>();
    let mut tokens = MockTokenIssuer::new();
    let token = move || RefreshToken { secret: "s3cret".to_owned(), digest: reversed("s3cret") };
    tokens.expect_refresh_token().returning(token);
    tokens.expect_digest().returning(reversed);
    tokens
}

fn service(feeds: MockFeedRepository, sessions: MockSessionQueries) -> FeedService {
    let feeds: Arc<dyn FeedRepository> = Arc::new(feeds);
    FeedService::new(feeds, Arc::new(sessions), Arc::new(tokens()), Arc::new(ManualClock::new(now())))
}

/// A service that reads no session by its id.
fn over(feeds: MockFeedRepository) -> FeedService {
    service(feeds, MockSessionQueries::new())
}

/// A store that has a feed under the digest of the secret.
fn stored(feed: CalendarFeed) -> MockFeedRepository {
    let mut feeds = MockFeedRepository::new();
    feeds.expect_find_feed().with(eq("terc3s")).times(1).returning(move |_| Ok(Some(feed.clone())));
    feeds.expect_installation().times(1).returning(|_| Ok("b1946ac9".to_owned()));
    feeds
}

#[test]
fn the_secret_is_returned_once_and_its_digest_is_stored() {
    let new = NewFeed {
        owner: UserId::new(1),
        scope: FeedScope::Busy,
        name: Some("Phone".to_owned()),
        digest: "terc3s".to_owned(),
        at: now(),
    };
    assert!(!format!("{new:?}").contains("s3cret"));
    let mut feeds = MockFeedRepository::new();
    feeds.expect_create_feed().with(eq(new)).times(1).returning(|_| Ok(Some(FEED)));
    let created = block_on(over(feeds).create(&student(), FeedScope::Busy, Some("Phone".to_owned()))).unwrap();
    assert_eq!(created.secret, "astegni_cal_s3cret");
    assert_eq!(created.feed, feed(FeedScope::Busy, Some("Phone")));
    assert!(!format!("{created:?}").contains("s3cret"), "a secret is never printed");
}

#[test]
fn a_user_has_a_largest_number_of_feeds() {
    let mut feeds = MockFeedRepository::new();
    feeds.expect_create_feed().times(1).returning(|_| Ok(None));
    let refused = block_on(over(feeds).create(&student(), FeedScope::Full, None));
    assert!(matches!(refused, Err(FeedError::TooMany)));
}

#[test]
fn a_secret_opens_its_feed_and_anything_else_opens_none() {
    let mut feeds = stored(feed(FeedScope::Full, None));
    let since: DateTime<Utc> = "2025-01-01T00:00:00Z".parse().unwrap();
    feeds
        .expect_sessions_since()
        .with(eq(UserId::new(1)), eq(since), eq(5000))
        .times(1)
        .returning(|_, _, _| Ok(vec![session()]));
    let calendar = block_on(over(feeds).open("astegni_cal_s3cret")).unwrap();
    assert_eq!((calendar.name.as_str(), calendar.events.len()), ("Astegni", 1));
    assert_eq!(calendar.events[0].uid, "session-9@b1946ac9");
    assert_eq!(calendar.events[0].summary, "Tutoring session with Tigist");

    for text in ["s3cret", "astegni_cals3cret", "xastegni_cal_s3cret", ""] {
        let refused = block_on(over(MockFeedRepository::new()).open(text));
        assert!(matches!(refused, Err(FeedError::NotFound)), "{text}");
    }
    let mut feeds = MockFeedRepository::new();
    feeds.expect_find_feed().times(1).returning(|_| Ok(None));
    assert!(matches!(block_on(over(feeds).open("astegni_cal_s3cret")), Err(FeedError::NotFound)));
}

#[test]
fn a_feed_has_the_owners_name_and_scope_and_leaves_out_what_was_cancelled_long_ago() {
    let cancelled = |days| {
        let at = now() - TimeDelta::days(days);
        let cancellation = Some(Cancellation { at, by: UserId::new(3), reason: None, is_late: false });
        Session { id: SessionId::new(days), status: SessionStatus::Cancelled, cancellation, ..session() }
    };
    let mut feeds = stored(feed(FeedScope::Busy, Some("Phone")));
    feeds.expect_sessions_since().times(1).returning(move |_, _, _| Ok(vec![cancelled(60), cancelled(59), session()]));
    let calendar = block_on(over(feeds).open("astegni_cal_s3cret")).unwrap();
    assert_eq!(calendar.name, "Phone");
    let events: Vec<_> =
        calendar.events.iter().map(|event| (event.uid.as_str(), event.summary.as_str(), event.is_cancelled)).collect();
    assert_eq!(events, [("session-59@b1946ac9", "Busy", true), ("session-9@b1946ac9", "Busy", false)]);
}

#[test]
fn a_feed_that_would_be_too_large_begins_later() {
    let open = |counts: &[usize]| {
        let mut feeds = stored(feed(FeedScope::Busy, None));
        for (since, count) in ["2025-01-01", "2025-11-01", "2026-01-01"].into_iter().zip(counts.iter().copied()) {
            let since: DateTime<Utc> = format!("{since}T00:00:00Z").parse().unwrap();
            feeds
                .expect_sessions_since()
                .with(eq(UserId::new(1)), eq(since), eq(5000))
                .times(1)
                .returning(move |_, _, _| Ok(vec![session(); count]));
        }
        block_on(over(feeds).open("astegni_cal_s3cret")).unwrap().events.len()
    };
    assert_eq!(open(&[4999]), 4999);
    assert_eq!(open(&[5000, 4999]), 4999);
    assert_eq!(open(&[5000, 5000, 7]), 7);
    assert_eq!(open(&[5000, 5000, 5000]), 5000, "the last horizon holds in any case");
}

#[test]
fn a_user_lists_and_revokes_own_feeds() {
    let mut feeds = MockFeedRepository::new();
    feeds.expect_feeds().with(eq(UserId::new(1))).times(1).returning(|_| Ok(vec![feed(FeedScope::Full, None)]));
    assert_eq!(block_on(over(feeds).list(&student())).unwrap(), [feed(FeedScope::Full, None)]);
    for existed in [true, false] {
        let mut feeds = MockFeedRepository::new();
        feeds.expect_delete_feed().with(eq(UserId::new(1)), eq(FEED)).times(1).returning(move |_, _| Ok(existed));
        let revoked = block_on(over(feeds).revoke(&student(), FEED));
        assert!(if existed { revoked.is_ok() } else { matches!(revoked, Err(FeedError::NotFound)) });
    }
}

#[test]
fn one_session_is_a_calendar_for_those_who_see_it() {
    let find = |found: Option<Session>| {
        let mut sessions = MockSessionQueries::new();
        sessions
            .expect_find()
            .with(eq(UserId::new(1)), eq(SessionId::new(9)))
            .times(1)
            .returning(move |_, _| Ok(found.clone()));
        sessions
    };
    let mut feeds = MockFeedRepository::new();
    feeds.expect_installation().times(1).returning(|_| Ok("b1946ac9".to_owned()));
    let calendar = block_on(service(feeds, find(Some(session()))).of_session(&student(), SessionId::new(9)));
    let calendar = calendar.unwrap().unwrap();
    assert_eq!((calendar.events.len(), calendar.events[0].uid.as_str()), (1, "session-9@b1946ac9"));
    let hidden = service(MockFeedRepository::new(), find(None));
    assert_eq!(block_on(hidden.of_session(&student(), SessionId::new(9))).unwrap(), None);
}
