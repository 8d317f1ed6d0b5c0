//! The use cases of families.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    Child, Claim, FamilyError, FamilyRepository, Guardian, GuardianStep, Guardianship, GuardianshipPlan,
    GuardianshipStatus, HandOverError,
};
use crate::accounts::{
    AccountService, Actor, EmailAddress, NewAccount, NewDevice, Password, PasswordHasher, ProfileChanges, Role,
    RoleRequired, SignedIn, TokenIssuer,
};
use crate::connections::{ConnectionError, RelationGate};
use crate::ids::{GuardianshipId, StudentId, UserId};
use crate::{Clock, RepositoryError};

/// How long a code to claim an account by is good.
const CLAIM_LIFETIME: TimeDelta = TimeDelta::days(7);

/// A child without a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildRegistration {
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: Option<String>,
    /// The grade.
    pub grade_level: Option<String>,
    /// A civil date.
    pub date_of_birth: Option<NaiveDate>,
}

/// The use cases of families.
#[derive(Clone)]
pub struct FamilyService {
    families: Arc<dyn FamilyRepository>,
    accounts: AccountService,
    hasher: Arc<dyn PasswordHasher>,
    tokens: Arc<dyn TokenIssuer>,
    gate: RelationGate,
    clock: Arc<dyn Clock>,
}

impl FamilyService {
    /// Wires the use cases to their ports.
    pub fn new(
        families: Arc<dyn FamilyRepository>,
        accounts: AccountService,
        hasher: Arc<dyn PasswordHasher>,
        tokens: Arc<dyn TokenIssuer>,
        gate: RelationGate,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { families, accounts, hasher, tokens, gate, clock }
    }

    /// The caller's children, the newest first.
    pub async fn children(&self, actor: &Actor) -> Result<Vec<Child>, FamilyError> {
        let parent = actor.parent()?;
        Ok(self.families.children(parent.user).await?)
    }

    /// Makes an account without a login for a child, whom the caller may act for at once.
    pub async fn create_child(
        &self,
        actor: &Actor,
        child: ChildRegistration,
        from_address: Option<String>,
    ) -> Result<Child, FamilyError> {
        actor.parent()?;
        let parent = self.accounts.me(actor.user_id).await.map_err(|error| match error {
            crate::accounts::MeError::Gone => FamilyError::RoleRequired(RoleRequired(Role::Parent)),
            crate::accounts::MeError::Repository(error) => FamilyError::Repository(error),
        })?;
        let account = NewAccount {
            email: None,
            username: None,
            password_hash: None,
            profile: ProfileChanges {
                first_name: Some(child.first_name),
                last_name: child.last_name,
                date_of_birth: child.date_of_birth,
                // Nobody follows a child without consent.
                is_private: Some(true),
                ..ProfileChanges::default()
            },
            time_zone: parent.time_zone,
            roles: vec![Role::Student],
            created_at: self.clock.now(),
        };
        Ok(self.families.create_child(actor.user_id, account, child.grade_level, from_address).await?)
    }

    /// Asks a student who has an account whether the caller may act for them.
    pub async fn invite(&self, actor: &Actor, email: EmailAddress) -> Result<Child, FamilyError> {
        actor.parent()?;
        let (user, student) = self.families.find_student(email).await?.ok_or(FamilyError::StudentNotFound)?;
        if user == actor.user_id {
            return Err(FamilyError::Yourself);
        }
        self.gate.open(Some(actor.user_id), user).await.map_err(|error| match error {
            ConnectionError::Refused(_) => FamilyError::StudentNotFound,
            ConnectionError::Repository(error) => FamilyError::Repository(error),
        })?;
        match self.families.invite(actor.user_id, student, self.clock.now()).await {
            Err(RepositoryError::Conflict) => Err(FamilyError::AlreadyThere),
            invited => Ok(invited?),
        }
    }

    /// Ends the caller's guardianship over a student, or takes the invitation back.
    pub async fn release(
        &self,
        actor: &Actor,
        student: StudentId,
        from_address: Option<String>,
    ) -> Result<(), FamilyError> {
        actor.parent()?;
        let open = self.families.find_open(actor.user_id, student).await?.ok_or(FamilyError::ChildNotFound)?;
        self.step(actor.user_id, open, GuardianStep::End, from_address).await
    }

    /// The guardianships over the caller, past ones too.
    pub async fn guardians(&self, actor: &Actor) -> Result<Vec<Guardian>, FamilyError> {
        let student = actor.student()?.profile;
        Ok(self.families.guardians(student).await?)
    }

    /// What the caller, a student, says to a guardianship over them.
    pub async fn answer(
        &self,
        actor: &Actor,
        id: GuardianshipId,
        step: GuardianStep,
        from_address: Option<String>,
    ) -> Result<Vec<Guardian>, FamilyError> {
        let student = actor.student()?.profile;
        let guardianship = self.families.find(id).await?.filter(|found| found.student == student);
        let guardianship = guardianship.ok_or(FamilyError::GuardianNotFound)?;
        self.step(actor.user_id, guardianship, step, from_address).await?;
        Ok(self.families.guardians(student).await?)
    }

    async fn step(
        &self,
        by: UserId,
        guardianship: Guardianship,
        step: GuardianStep,
        from_address: Option<String>,
    ) -> Result<(), FamilyError> {
        let from = guardianship.status;
        let to = from.step(step).map_err(FamilyError::AlreadyAnswered)?;
        let plan = GuardianshipPlan { id: guardianship.id, from, to, by, from_address, at: self.clock.now() };
        match self.families.apply(plan).await {
            // Somebody was faster: what it is now is what forbids the step.
            Err(RepositoryError::Conflict) => {
                let now = self.families.find(guardianship.id).await?.ok_or(FamilyError::GuardianNotFound)?;
                Err(FamilyError::AlreadyAnswered(now.status))
            }
            done => Ok(done?),
        }
    }

    /// A code by which a child of the caller's, who has no login, may claim the account. It is good once, and
    /// only the last one given is.
    pub async fn claim_code(&self, actor: &Actor, student: StudentId) -> Result<(String, DateTime<Utc>), FamilyError> {
        actor.parent()?;
        let open = self.families.find_open(actor.user_id, student).await?;
        if !open.is_some_and(|open| open.status == GuardianshipStatus::Active) {
            return Err(FamilyError::ChildNotFound);
        }
        let code = self.tokens.refresh_token();
        let now = self.clock.now();
        let expires_at = now + CLAIM_LIFETIME;
        match self.families.keep_claim_code(student, actor.user_id, code.digest, now, expires_at).await {
            Err(RepositoryError::Conflict) => Err(FamilyError::HasLogin),
            kept => {
                kept?;
                Ok((code.secret, expires_at))
            }
        }
    }

    /// Takes over an account that a guardian made, under a login of one's own. All ids stay what they were.
    pub async fn claim(
        &self,
        code: &str,
        email: EmailAddress,
        password: Password,
        device: NewDevice,
    ) -> Result<SignedIn, HandOverError> {
        let password_hash = self.hasher.hash(password.expose().to_owned()).await?;
        let claim = Claim { code_digest: self.tokens.digest(code), email, password_hash, at: self.clock.now() };
        let token = self.tokens.refresh_token();
        let secret = token.secret.clone();
        let (user, device_id) = self.families.claim(claim, device, token).await?;
        Ok(self.accounts.signed_in(user, device_id, secret))
    }
}
