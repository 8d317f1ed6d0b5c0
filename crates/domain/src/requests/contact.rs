//! The rule for showing a requester's contact data.

use super::RequestStatus;
use crate::ids::UserId;

/// Contact data as one viewer sees it. Both fields are `None` for viewers who may not see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after the account's")]
pub struct Contact {
    pub phone: Option<String>,
    pub email: Option<String>,
}

/// Stored contact data of a requester, with the facts that decide who may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequesterContact {
    /// The user whom the data belongs to.
    pub requester: UserId,
    /// The requester's phone number.
    pub phone: Option<String>,
    /// The requester's e-mail address; `None` for accounts without a login.
    pub email: Option<String>,
    /// Whether the requester and the tutor are separated by a block in either direction.
    pub blocked: bool,
}

impl RequesterContact {
    /// Returns whether a viewer may see the data: once a request is accepted, its requester and its tutor, the tutor
    /// only while neither has blocked the other. The student and other guardians see the request without it.
    pub fn is_visible_to(&self, viewer: UserId, tutor: UserId, status: RequestStatus) -> bool {
        status == RequestStatus::Accepted && (viewer == self.requester || (viewer == tutor && !self.blocked))
    }

    /// Returns the data as a viewer sees it.
    #[must_use]
    pub fn shown_to(self, viewer: UserId, tutor: UserId, status: RequestStatus) -> Contact {
        if self.is_visible_to(viewer, tutor, status) {
            Contact { phone: self.phone, email: self.email }
        } else {
            Contact::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    const REQUESTER: UserId = UserId::new(1);
    const TUTOR: UserId = UserId::new(3);
    const STUDENT_OR_GUARDIAN: UserId = UserId::new(6);

    fn contact(blocked: bool) -> RequesterContact {
        let text = |text: &str| Some(text.to_owned());
        RequesterContact { requester: REQUESTER, phone: text("+251"), email: text("a@example.com"), blocked }
    }

    #[test]
    fn contact_data_is_for_the_parties_of_an_accepted_request_without_a_block() {
        for status in RequestStatus::VARIANTS {
            for blocked in [false, true] {
                for viewer in [REQUESTER, TUTOR, STUDENT_OR_GUARDIAN] {
                    let accepted = *status == RequestStatus::Accepted;
                    let expected = match viewer {
                        REQUESTER => accepted,
                        TUTOR => accepted && !blocked,
                        _ => false,
                    };
                    let case = format!("{status:?} {blocked} {viewer}");
                    assert_eq!(contact(blocked).is_visible_to(viewer, TUTOR, *status), expected, "{case}");
                    let shown = contact(blocked).shown_to(viewer, TUTOR, *status);
                    let all = Contact { phone: contact(false).phone, email: contact(false).email };
                    assert_eq!(shown, if expected { all } else { Contact::default() }, "{case}");
                }
            }
        }
    }
}
