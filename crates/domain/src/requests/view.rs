//! A request as its viewers see it.

use super::{Contact, RequesterContact, SessionRequest};
use crate::ids::UserId;

/// Names and pictures shown with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayFields {
    /// The tutor's name.
    pub tutor_name: String,
    /// The requester's name.
    pub requester_name: String,
    /// The URL of the requester's picture.
    pub requester_profile_picture: Option<String>,
    /// The student's name.
    pub student_name: String,
    /// The student's grade.
    pub student_grade: Option<String>,
}

/// A stored request. It reaches viewers as a [`RequestView`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is named after its type")]
pub struct RequestRecord {
    pub request: SessionRequest,
    pub display: DisplayFields,
    pub contact: RequesterContact,
}

/// The side of a request on which a viewer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Direction {
    /// Sent by the viewer, or for the viewer or the viewer's child.
    Sent,
    /// Received by the viewer as a tutor.
    Received,
}

impl Direction {
    /// Returns the name used in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A request as one viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is named after its type")]
pub struct RequestView {
    pub request: SessionRequest,
    pub display: DisplayFields,
    pub contact: Contact,
    pub direction: Direction,
}

impl RequestRecord {
    /// Returns the request as a viewer sees it.
    #[must_use]
    pub fn shown_to(self, viewer: UserId) -> RequestView {
        let Self { request, display, contact } = self;
        let tutor = request.parties.tutor;
        let contact = contact.shown_to(viewer, tutor, request.status);
        let direction = if viewer == tutor { Direction::Received } else { Direction::Sent };
        RequestView { request, display, contact, direction }
    }
}

#[cfg(test)]
mod tests {
    use super::super::RequestStatus;
    use super::super::request::tests::request;
    use super::*;

    #[test]
    fn contact_and_direction_follow_the_viewer() {
        let record = RequestRecord {
            request: SessionRequest { status: RequestStatus::Accepted, ..request() },
            display: DisplayFields {
                tutor_name: "Tutor".to_owned(),
                requester_name: "Requester".to_owned(),
                requester_profile_picture: None,
                student_name: "Student".to_owned(),
                student_grade: None,
            },
            contact: RequesterContact {
                requester: UserId::new(1),
                phone: None,
                email: Some("a@example.com".to_owned()),
                blocked: false,
            },
        };
        for (viewer, direction, sees) in
            [(1, Direction::Sent, true), (3, Direction::Received, true), (6, Direction::Sent, false)]
        {
            let view = record.clone().shown_to(UserId::new(viewer));
            assert_eq!((view.direction, view.contact.email.is_some()), (direction, sees), "{viewer}");
            assert_eq!((view.request, view.display), (record.request.clone(), record.display.clone()));
        }
        assert_eq!((Direction::Sent.as_str(), Direction::Received.as_str()), ("sent", "received"));
    }
}
