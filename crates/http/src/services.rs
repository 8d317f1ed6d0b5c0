//! What the routes call.

use astegni_domain::accounts::AccountService;
use astegni_domain::chat::ChatService;
use astegni_domain::connections::ConnectionService;
use astegni_domain::families::FamilyService;
use astegni_domain::requests::RequestService;
use astegni_domain::schedule::ScheduleService;
use astegni_domain::tutoring::TutoringService;
use async_trait::async_trait;

use crate::adapters::SignInGate;

/// Tells whether what the API stands on is there.
#[async_trait]
pub trait HealthProbe: Send + Sync {
    /// Whether the database answers.
    async fn database_answers(&self) -> bool;
}

/// The use cases of every context, and who may call them.
#[derive(Clone)]
pub struct Services {
    /// Lets signed-in callers in.
    pub gate: SignInGate,
    /// Accounts.
    pub accounts: AccountService,
    /// Children and guardians.
    pub families: FamilyService,
    /// Follows, friendships and blocks.
    pub connections: ConnectionService,
    /// Tutor profiles and packages.
    pub tutoring: TutoringService,
    /// Session requests.
    pub requests: RequestService,
    /// Sessions.
    pub schedule: ScheduleService,
    /// Conversations and messages.
    pub chat: ChatService,
    /// Health.
    pub health: std::sync::Arc<dyn HealthProbe>,
}
