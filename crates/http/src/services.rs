//! The wiring of the domain's use cases to a store and a clock.

use std::sync::Arc;

use astegni_domain::Clock;
use astegni_domain::accounts::{AccountRepository, AccountService, DeviceRepository, HashingError};
use astegni_domain::chat::{ChatQueries, ChatRepository, ChatService};
use astegni_domain::connections::{ConnectionQueries, ConnectionRepository, ConnectionService, RelationGate};
use astegni_domain::events::{EventLog, EventService, TicketRepository};
use astegni_domain::families::{FamilyRepository, FamilyService};
use astegni_domain::health::HealthProbe;
use astegni_domain::requests::{RequestLimits, RequestQueries, RequestRepository, RequestService};
use astegni_domain::schedule::{
    AvailabilityRepository, AvailabilityService, CalendarQueries, FeedRepository, FeedService, ScheduleService,
    SessionQueries, SessionRepository, SessionService,
};
use astegni_domain::tutoring::{PackageRepository, TutorRepository, TutoringService};
use chrono_tz::Tz;

use crate::adapters::{Argon2Hasher, Authenticator, Jwt};
use crate::background::FollowAcceptor;
use crate::realtime::Hub;

/// Settings of the services.
pub struct ServiceSettings {
    /// The key that signs tokens, at least 32 bytes.
    pub secret: Vec<u8>,
    /// The time zone of accounts that choose none.
    pub default_zone: Tz,
    /// Limits of session requests.
    pub request_limits: RequestLimits,
}

/// The use cases of every context, as the routes call them.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is named after its context")]
pub struct Services {
    pub clock: Arc<dyn Clock>,
    pub health: Arc<dyn HealthProbe>,
    pub authenticator: Authenticator,
    pub accounts: AccountService,
    pub follow_acceptor: FollowAcceptor,
    pub families: FamilyService,
    pub connections: ConnectionService,
    pub tutoring: TutoringService,
    pub requests: RequestService,
    pub schedule: ScheduleService,
    pub sessions: SessionService,
    pub availability: AvailabilityService,
    pub feeds: FeedService,
    pub chat: ChatService,
    pub events: EventService,
    pub hub: Arc<Hub>,
}

impl Services {
    /// Wires every service to one store that implements all ports.
    pub fn new<S>(store: Arc<S>, clock: Arc<dyn Clock>, settings: &ServiceSettings) -> Result<Self, HashingError>
    where
        S: AccountRepository + DeviceRepository + FamilyRepository + ConnectionRepository + ConnectionQueries,
        S: TutorRepository + PackageRepository + RequestRepository + RequestQueries + SessionQueries,
        S: SessionRepository + CalendarQueries + AvailabilityRepository + FeedRepository,
        S: ChatRepository + ChatQueries + EventLog + TicketRepository + HealthProbe + 'static,
    {
        let jwt = Arc::new(Jwt::new(&settings.secret));
        let hasher = Arc::new(Argon2Hasher::new()?);
        let relations = RelationGate::new(store.clone());
        let accounts = AccountService::new(
            store.clone(),
            store.clone(),
            hasher.clone(),
            jwt.clone(),
            clock.clone(),
            settings.default_zone,
        );
        Ok(Self {
            families: FamilyService::new(store.clone(), accounts.clone(), hasher, jwt.clone(), clock.clone()),
            events: EventService::new(store.clone(), store.clone(), jwt.clone(), clock.clone()),
            feeds: FeedService::new(store.clone(), store.clone(), jwt.clone(), clock.clone()),
            hub: Arc::default(),
            authenticator: Authenticator::new(jwt, store.clone(), clock.clone()),
            follow_acceptor: FollowAcceptor::new(accounts.clone()),
            accounts,
            connections: ConnectionService::new(store.clone(), store.clone(), clock.clone()),
            tutoring: TutoringService::new(store.clone(), store.clone(), relations.clone(), clock.clone()),
            requests: RequestService::new(
                store.clone(),
                store.clone(),
                store.clone(),
                store.clone(),
                clock.clone(),
                settings.request_limits,
            ),
            schedule: ScheduleService::new(store.clone()),
            sessions: SessionService::new(store.clone(), store.clone(), store.clone(), clock.clone()),
            availability: AvailabilityService::new(
                store.clone(),
                store.clone(),
                store.clone(),
                store.clone(),
                relations,
                clock.clone(),
            ),
            chat: ChatService::new(store.clone(), store.clone(), clock.clone()),
            health: store,
            clock,
        })
    }
}
