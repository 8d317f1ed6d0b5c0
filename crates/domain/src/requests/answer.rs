//! Rejecting and withdrawing a request.

use chrono::{DateTime, Utc};

use super::{GuardianshipFact, Involved, RequestStatus, RequestTransition, SessionRequest};
use crate::chat::{Notice, NoticeKind};
use crate::events::Event;
use crate::ids::{ConversationId, MessageId, RequestId, TutorId, UserId};

/// The text of the message about a withdrawal.
const WITHDRAWN: &str = "Session request withdrawn";

/// The resulting state of a rejection, a withdrawal or, as a part of its plan, an acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPlan {
    /// The request to change. The write guards that it is still pending and not past its deadline.
    pub request_id: RequestId,
    /// The new status.
    pub to: RequestStatus,
    /// The tutor's reason for a rejection.
    pub reason: Option<String>,
    /// The instant of the answer.
    pub at: DateTime<Utc>,
    /// The user who answers or withdraws.
    pub actor: UserId,
    /// The users whom the request concerns.
    pub involved: Involved,
    /// The message about the answer.
    pub notice: Notice,
    /// The guardianship that entitles the caller. The write guards that it is still active.
    pub guardianship: Option<GuardianshipFact>,
}

impl AnswerPlan {
    /// Returns the events of the answer and of the message about it, whose ids the write has given.
    pub fn events(&self, conversation: ConversationId, message: MessageId) -> Vec<Event> {
        vec![
            self.involved.changed(self.request_id, self.to, Some(self.actor), self.at),
            self.involved.told(conversation, message, self.actor, self.at),
        ]
    }
}

/// Reasons why a request is neither rejected nor withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerRefusal {
    /// No such request exists, or the caller may not know of it.
    NotFound,
    /// The request is no longer pending.
    AlreadyAnswered(RequestStatus),
}

/// Facts that [`plan_withdrawal`] needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalFacts {
    /// The request to withdraw.
    pub request: SessionRequest,
    /// Whether the caller is an active guardian of the student.
    pub is_guardian: bool,
}

/// Decides on a tutor's rejection.
pub fn plan_rejection(
    tutor: TutorId,
    request: &SessionRequest,
    reason: Option<String>,
    now: DateTime<Utc>,
) -> Result<AnswerPlan, AnswerRefusal> {
    if request.tutor_id != tutor {
        return Err(AnswerRefusal::NotFound);
    }
    let content = match &reason {
        Some(reason) => format!("Session request rejected: {reason}"),
        None => "Session request rejected".to_owned(),
    };
    let plan = plan(request, RequestTransition::Reject, content, now).map_err(AnswerRefusal::AlreadyAnswered)?;
    Ok(AnswerPlan { reason, ..plan })
}

/// Decides on a withdrawal by `user`. The message appears in the requester's name, since only the requester takes part
/// in the conversation with the tutor.
pub fn plan_withdrawal(user: UserId, facts: &WithdrawalFacts, now: DateTime<Utc>) -> Result<AnswerPlan, AnswerRefusal> {
    let request = &facts.request;
    if !request.is_withdrawable_by(user, facts.is_guardian) {
        return Err(AnswerRefusal::NotFound);
    }
    let plan = plan(request, RequestTransition::Withdraw, WITHDRAWN.to_owned(), now)
        .map_err(AnswerRefusal::AlreadyAnswered)?;
    let by_guardianship = !request.is_withdrawable_by(user, false);
    let guardianship = by_guardianship.then_some(GuardianshipFact { parent: user, student: request.student_id });
    Ok(AnswerPlan { actor: user, guardianship, ..plan })
}

/// Decides on any transition, without a reason or a guardianship. The error is the status that forbids it.
pub(super) fn plan(
    request: &SessionRequest,
    transition: RequestTransition,
    content: String,
    now: DateTime<Utc>,
) -> Result<AnswerPlan, RequestStatus> {
    let to = request.apply(transition, now)?;
    let (tutor, requester) = (request.parties.tutor, request.requester_id);
    let (sender, recipient, kind) = match transition {
        RequestTransition::Withdraw | RequestTransition::Expire => (requester, tutor, NoticeKind::RequestWithdrawn),
        RequestTransition::Accept => (tutor, requester, NoticeKind::RequestAccepted),
        RequestTransition::Reject => (tutor, requester, NoticeKind::RequestRejected),
    };
    Ok(AnswerPlan {
        request_id: request.id,
        to,
        reason: None,
        at: now,
        actor: sender,
        involved: request.into(),
        notice: Notice { sender, recipient, kind, content },
        guardianship: None,
    })
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::super::announcement::tests::audience;
    use super::super::request::tests::{now, request};
    use super::*;
    use crate::events::{EventKind, Subject};
    use crate::ids::StudentId;

    const REQUESTER: UserId = UserId::new(1);
    const TUTOR: UserId = UserId::new(3);

    fn withdraw(user: i64, is_guardian: bool) -> Result<AnswerPlan, AnswerRefusal> {
        plan_withdrawal(UserId::new(user), &WithdrawalFacts { request: request(), is_guardian }, now())
    }

    #[test]
    fn a_rejection_tells_the_requester_its_reason() {
        let plan = plan_rejection(TutorId::new(2), &request(), Some("No time".to_owned()), now()).unwrap();
        let expected = AnswerPlan {
            request_id: RequestId::new(1),
            to: RequestStatus::Rejected,
            reason: Some("No time".to_owned()),
            at: now(),
            actor: TUTOR,
            involved: (&request()).into(),
            notice: Notice {
                sender: TUTOR,
                recipient: REQUESTER,
                kind: NoticeKind::RequestRejected,
                content: "Session request rejected: No time".to_owned(),
            },
            guardianship: None,
        };
        assert_eq!(plan, expected);
        let plan = plan_rejection(TutorId::new(2), &request(), None, now()).unwrap();
        assert_eq!((plan.reason, plan.notice.content.as_str()), (None, "Session request rejected"));
    }

    #[test]
    fn a_withdrawal_appears_in_the_requesters_name() {
        let expected = AnswerPlan {
            request_id: RequestId::new(1),
            to: RequestStatus::Withdrawn,
            reason: None,
            at: now(),
            actor: REQUESTER,
            involved: (&request()).into(),
            notice: Notice {
                sender: REQUESTER,
                recipient: TUTOR,
                kind: NoticeKind::RequestWithdrawn,
                content: "Session request withdrawn".to_owned(),
            },
            guardianship: None,
        };
        assert_eq!(withdraw(1, false), Ok(expected.clone()));
        assert_eq!(withdraw(1, true), Ok(expected.clone()), "the requester needs no guardianship");
        let by = |user| AnswerPlan { actor: UserId::new(user), ..expected.clone() };
        assert_eq!(withdraw(6, false), Ok(by(6)), "the student withdraws");
        let guardianship = Some(GuardianshipFact { parent: UserId::new(9), student: StudentId::new(8) });
        assert_eq!(withdraw(9, true), Ok(AnswerPlan { guardianship, ..by(9) }), "a guardian withdraws");
    }

    #[test]
    fn an_answer_is_announced_to_all_but_the_actor_and_its_message_to_those_who_read_it() {
        use EventKind::{MessageSent, RequestAnswered, RequestWithdrawn};
        use RequestStatus::{Rejected, Withdrawn};
        let (conversation, message) = (ConversationId::new(5), MessageId::new(9));
        let rejection = plan_rejection(TutorId::new(2), &request(), None, now()).unwrap();
        let table = [
            (rejection, RequestAnswered, Rejected, 3, vec![1, 6]),
            (withdraw(1, false).unwrap(), RequestWithdrawn, Withdrawn, 1, vec![3, 6]),
            (withdraw(6, false).unwrap(), RequestWithdrawn, Withdrawn, 6, vec![1, 3]),
            (withdraw(9, true).unwrap(), RequestWithdrawn, Withdrawn, 9, vec![1, 3, 6]),
        ];
        for (plan, kind, status, actor, told) in table {
            let events = plan.events(conversation, message);
            let [changed, sent] = events.as_slice() else { panic!("there are {} events", events.len()) };
            assert_eq!((changed.kind, audience(changed)), (kind, (told, vec![6])), "{plan:?}");
            assert_eq!(changed.subject, Subject::Request { request: RequestId::new(1), status });
            assert_eq!((sent.kind, audience(sent)), (MessageSent, (vec![1, 3], vec![1])), "{plan:?}");
            assert_eq!(sent.subject, Subject::Message { conversation, message });
            assert!(events.iter().all(|event| event.actor == Some(UserId::new(actor)) && event.at == now()));
        }
    }

    #[test]
    fn uninvolved_callers_learn_nothing_about_a_request() {
        for status in RequestStatus::VARIANTS {
            let request = SessionRequest { status: *status, ..request() };
            let rejected = plan_rejection(TutorId::new(9), &request, None, now());
            assert_eq!(rejected, Err(AnswerRefusal::NotFound));
            for user in [3, 9] {
                let facts = WithdrawalFacts { request: request.clone(), is_guardian: false };
                let withdrawn = plan_withdrawal(UserId::new(user), &facts, now());
                assert_eq!(withdrawn, Err(AnswerRefusal::NotFound), "{user}");
            }
        }
    }

    #[test]
    fn answered_and_expired_requests_stay_as_they_are() {
        let check = |request: SessionRequest, at, status| {
            let refusal = Err(AnswerRefusal::AlreadyAnswered(status));
            assert_eq!(plan_rejection(TutorId::new(2), &request, None, at), refusal);
            assert_eq!(plan_withdrawal(REQUESTER, &WithdrawalFacts { request, is_guardian: false }, at), refusal);
        };
        for status in RequestStatus::VARIANTS.iter().filter(|status| **status != RequestStatus::Pending) {
            check(SessionRequest { status: *status, ..request() }, now(), *status);
        }
        check(request(), request().expires_at, RequestStatus::Expired);
    }
}
