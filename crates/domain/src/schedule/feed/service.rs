//! The use cases of calendar feeds.

use std::fmt;
use std::sync::Arc;

use super::{
    Calendar, CalendarEvent, CalendarFeed, FeedError, FeedRepository, FeedScope, KEEP_PAST, MAX_FEED_SESSIONS, NewFeed,
    horizon, is_shown,
};
use crate::accounts::{Actor, TokenIssuer};
use crate::ids::{FeedId, SessionId};
use crate::schedule::{Session, SessionQueries};
use crate::{Clock, RepositoryError};

/// The beginning of every secret, by which scanners recognise one that was published by mistake.
pub const FEED_SECRET_PREFIX: &str = "astegni_cal_";

/// A new feed with its secret, which is not stored and cannot be shown again.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the feed is named after its type")]
pub struct CreatedFeed {
    pub feed: CalendarFeed,
    /// The secret, with 256 random bits.
    pub secret: String,
}

impl fmt::Debug for CreatedFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedFeed").field("feed", &self.feed).finish_non_exhaustive()
    }
}

/// The use cases of calendar feeds.
#[derive(Clone)]
pub struct FeedService {
    feeds: Arc<dyn FeedRepository>,
    sessions: Arc<dyn SessionQueries>,
    tokens: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
}

impl FeedService {
    /// Wires the use cases to their ports.
    pub fn new(
        feeds: Arc<dyn FeedRepository>,
        sessions: Arc<dyn SessionQueries>,
        tokens: Arc<dyn TokenIssuer>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { feeds, sessions, tokens, clock }
    }

    /// Creates a feed of the caller's sessions.
    pub async fn create(
        &self,
        actor: &Actor,
        scope: FeedScope,
        name: Option<String>,
    ) -> Result<CreatedFeed, FeedError> {
        let (token, at) = (self.tokens.refresh_token(), self.clock.now());
        let new = NewFeed { owner: actor.user_id, scope, name: name.clone(), digest: token.digest, at };
        let id = self.feeds.create_feed(new).await?.ok_or(FeedError::TooMany)?;
        let feed = CalendarFeed { id, owner: actor.user_id, scope, name, created_at: at };
        Ok(CreatedFeed { feed, secret: format!("{FEED_SECRET_PREFIX}{}", token.secret) })
    }

    /// Returns the caller's feeds, newest first.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<CalendarFeed>, FeedError> {
        Ok(self.feeds.feeds(actor.user_id).await?)
    }

    /// Revokes a feed of the caller.
    pub async fn revoke(&self, actor: &Actor, id: FeedId) -> Result<(), FeedError> {
        if self.feeds.delete_feed(actor.user_id, id).await? { Ok(()) } else { Err(FeedError::NotFound) }
    }

    /// Returns the calendar at a secret address.
    pub async fn open(&self, secret: &str) -> Result<Calendar, FeedError> {
        let token = secret.strip_prefix(FEED_SECRET_PREFIX).ok_or(FeedError::NotFound)?;
        let feed = self.feeds.find_feed(&self.tokens.digest(token)).await?.ok_or(FeedError::NotFound)?;
        let now = self.clock.now();
        let mut sessions = Vec::new();
        for months in KEEP_PAST {
            sessions = self.feeds.sessions_since(feed.owner, horizon(now, months), MAX_FEED_SESSIONS).await?;
            if sessions.len() < MAX_FEED_SESSIONS {
                break;
            }
        }
        let installation = self.installation().await?;
        let shown = sessions.iter().filter(|session| is_shown(session, now));
        let events = shown.map(|session| CalendarEvent::of(session, feed.owner, feed.scope, &installation)).collect();
        Ok(Calendar { name: feed.name.unwrap_or_else(|| "Astegni".to_owned()), events })
    }

    /// Returns a calendar of one of the caller's sessions; `None` if the caller does not take part in it.
    pub async fn of_session(&self, actor: &Actor, id: SessionId) -> Result<Option<Calendar>, FeedError> {
        let session: Option<Session> = self.sessions.find(actor.user_id, id).await?;
        let Some(session) = session else { return Ok(None) };
        let installation = self.installation().await?;
        let event = CalendarEvent::of(&session, actor.user_id, FeedScope::Full, &installation);
        Ok(Some(Calendar { name: "Astegni".to_owned(), events: vec![event] }))
    }

    async fn installation(&self) -> Result<String, RepositoryError> {
        self.feeds.installation(&self.tokens.refresh_token().digest).await
    }
}
