//! Saying no, and taking back.

use chrono::{DateTime, Utc};

use super::{RequestStatus, SessionRequest, Step};
use crate::ids::{RequestId, UserId};

/// The notice that both parties read after a withdrawal.
const WITHDRAWN: &str = "Session request withdrawn";

/// A message that the platform puts into the conversation in somebody's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// In whose name.
    pub sender: UserId,
    /// To whom.
    pub recipient: UserId,
    /// The words.
    pub content: String,
}

/// What becomes true when a request is answered or withdrawn: its status, and a message that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPlan {
    /// Which request. The write makes sure that it is still pending and has not expired.
    pub request_id: RequestId,
    /// What it becomes.
    pub to: RequestStatus,
    /// Why, if the tutor says.
    pub reason: Option<String>,
    /// When, an instant.
    pub at: DateTime<Utc>,
    /// What the two read of it.
    pub notice: Notice,
}

/// Decides on a tutor's no; the error is the status that forbids it.
pub fn plan_rejection(
    request: &SessionRequest,
    reason: Option<String>,
    now: DateTime<Utc>,
) -> Result<AnswerPlan, RequestStatus> {
    let content = match &reason {
        Some(reason) => format!("Session request rejected: {reason}"),
        None => "Session request rejected".to_owned(),
    };
    plan(request, Step::Reject, reason, content, now)
}

/// Decides on a requester's taking back; the error is the status that forbids it.
pub fn plan_withdrawal(request: &SessionRequest, now: DateTime<Utc>) -> Result<AnswerPlan, RequestStatus> {
    plan(request, Step::Withdraw, None, WITHDRAWN.to_owned(), now)
}

/// The part that every answer shares.
pub(super) fn plan(
    request: &SessionRequest,
    step: Step,
    reason: Option<String>,
    content: String,
    now: DateTime<Utc>,
) -> Result<AnswerPlan, RequestStatus> {
    let to = request.status.at(request.expires_at, now).step(step)?;
    let (tutor, requester) = (request.parties.tutor, request.requester_id);
    let (sender, recipient) = if step == Step::Withdraw { (requester, tutor) } else { (tutor, requester) };
    Ok(AnswerPlan { request_id: request.id, to, reason, at: now, notice: Notice { sender, recipient, content } })
}
