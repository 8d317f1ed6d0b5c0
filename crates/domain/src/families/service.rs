//! The use cases of families.

use std::sync::Arc;

use super::{
    Child, ChildRegistration, ClaimAccountError, ClaimCode, ClaimError, ClaimPlan, Evidence, FamilyError,
    FamilyRefusal, FamilyRepository, Guardian, GuardianshipTransition, check_claim, plan_child, plan_claim_code,
    plan_invitation, plan_transition,
};
use crate::accounts::{
    AccountService, Actor, EmailAddress, NewDevice, Password, PasswordHasher, Role, RoleRequired, SignedIn, TokenIssuer,
};
use crate::ids::{GuardianshipId, StudentId};
use crate::page::{Page, PageRequest};
use crate::{Clock, RepositoryError, retry_on_conflict};

/// The use cases of families.
#[derive(Clone)]
pub struct FamilyService {
    families: Arc<dyn FamilyRepository>,
    accounts: AccountService,
    hasher: Arc<dyn PasswordHasher>,
    tokens: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
}

impl FamilyService {
    /// Wires the use cases to their ports.
    pub fn new(
        families: Arc<dyn FamilyRepository>,
        accounts: AccountService,
        hasher: Arc<dyn PasswordHasher>,
        tokens: Arc<dyn TokenIssuer>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { families, accounts, hasher, tokens, clock }
    }

    /// Returns a page of the caller's children and invitations, newest first, and their total number.
    pub async fn children(&self, actor: &Actor, page: PageRequest) -> Result<(Page<Child>, i64), FamilyError> {
        let parent = actor.parent()?.user;
        let (Page { items, next }, total) = self.families.children(parent, page).await?;
        Ok((Page { items: items.into_iter().map(Child::from).collect(), next }, total))
    }

    /// Creates an account without a login for a child of the caller.
    pub async fn create_child(
        &self,
        actor: &Actor,
        child: ChildRegistration,
        address: Option<String>,
    ) -> Result<Child, FamilyError> {
        let parent = actor.parent()?.user;
        let created = retry_on_conflict(async || {
            let facts = self.families.parent_facts(parent).await?.ok_or(RoleRequired(Role::Parent))?;
            let plan = plan_child(facts, child.clone(), self.evidence(actor, address.clone()))?;
            Ok::<_, FamilyError>(self.families.create_child(plan).await)
        });
        Ok(created.await?.into())
    }

    /// Invites the student with an e-mail address to become a child of the caller.
    pub async fn invite(
        &self,
        actor: &Actor,
        email: EmailAddress,
        address: Option<String>,
    ) -> Result<Child, FamilyError> {
        let parent = actor.parent()?.user;
        let invited = retry_on_conflict(async || {
            let facts = self.families.invitation_facts(parent, email.clone()).await?;
            let plan = plan_invitation(facts, self.evidence(actor, address.clone()))?;
            Ok::<_, FamilyError>(self.families.invite(plan).await)
        });
        Ok(invited.await?.into())
    }

    /// Ends the caller's guardianship over a student, or cancels the invitation.
    pub async fn release(&self, actor: &Actor, student: StudentId, address: Option<String>) -> Result<(), FamilyError> {
        let parent = actor.parent()?.user;
        retry_on_conflict(async || {
            let open = self.families.find_open(parent, student).await?.ok_or(FamilyRefusal::ChildNotFound)?;
            let plan = plan_transition(open, GuardianshipTransition::End, self.evidence(actor, address.clone()))?;
            Ok(self.families.apply(plan).await)
        })
        .await
    }

    /// Returns a page of the guardianships over the caller and their total number. Active ones come first, then
    /// invitations, then past ones; newest first within each.
    pub async fn guardians(&self, actor: &Actor, page: PageRequest) -> Result<(Page<Guardian>, i64), FamilyError> {
        Ok(self.families.guardians(actor.student()?.profile, page).await?)
    }

    /// Accepts, rejects or ends a guardianship over the caller. Returns the first page of the caller's guardians.
    pub async fn answer(
        &self,
        actor: &Actor,
        id: GuardianshipId,
        transition: GuardianshipTransition,
        address: Option<String>,
    ) -> Result<(Page<Guardian>, i64), FamilyError> {
        let student = actor.student()?.profile;
        retry_on_conflict(async || {
            let found = self.families.find(id).await?.filter(|facts| facts.guardianship.student == student);
            let facts = found.ok_or(FamilyRefusal::GuardianshipNotFound)?;
            let plan = plan_transition(facts, transition, self.evidence(actor, address.clone()))?;
            Ok::<_, FamilyError>(self.families.apply(plan).await)
        })
        .await?;
        Ok(self.families.guardians(student, PageRequest::FIRST).await?)
    }

    /// Issues a code with which a child of the caller can claim their account. It can be used once and replaces
    /// earlier codes.
    pub async fn issue_claim_code(
        &self,
        actor: &Actor,
        student: StudentId,
        address: Option<String>,
    ) -> Result<ClaimCode, FamilyError> {
        let parent = actor.parent()?.user;
        let token = self.tokens.refresh_token();
        let expires_at = retry_on_conflict(async || {
            let open = self.families.find_open(parent, student).await?;
            let plan = plan_claim_code(open, token.digest.clone(), self.evidence(actor, address.clone()))?;
            let expires_at = plan.expires_at;
            Ok::<_, FamilyError>(self.families.issue_claim_code(plan).await.map(|()| expires_at))
        })
        .await?;
        Ok(ClaimCode { code: token.secret, expires_at })
    }

    /// Gives the account that a code opens its own login, and signs it in. An invalid code is rejected before the
    /// password is hashed, so that guessing codes is cheap for the server.
    pub async fn claim(
        &self,
        code: &str,
        email: EmailAddress,
        password: Password,
        device: NewDevice,
    ) -> Result<SignedIn, ClaimAccountError> {
        let digest = self.tokens.digest(code);
        let facts = self.families.find_claim(digest.clone()).await?;
        let claim = check_claim(digest, facts, self.clock.now())?;
        let password_hash = self.hasher.hash(password.expose().to_owned()).await?;
        let token = self.tokens.refresh_token();
        let secret = token.secret.clone();
        let claimed = self.families.claim(ClaimPlan { claim, email, password_hash }, device, token).await;
        let (user, device_id) = claimed.map_err(|error| match error {
            ClaimError::EmailTaken => ClaimAccountError::EmailTaken,
            ClaimError::Repository(RepositoryError::Conflict) => ClaimAccountError::InvalidCode,
            ClaimError::Repository(error) => ClaimAccountError::Repository(error),
        })?;
        Ok(self.accounts.signed_in(user, device_id, secret))
    }

    fn evidence(&self, actor: &Actor, address: Option<String>) -> Evidence {
        Evidence { by: actor.user_id, at: self.clock.now(), address }
    }
}
