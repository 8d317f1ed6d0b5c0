use SessionAction::{Cancel, Complete, Edit, MarkNoShow, Reschedule};
use SessionStatus::{Cancelled, Completed, InProgress, NoShow, Scheduled};
use chrono::TimeDelta;
use strum::VariantArray;

use super::*;
use crate::schedule::fixtures::{MOMENT, PARENT, STUDENT, facts_of, session};
use crate::schedule::{SessionStatus, Side};

/// The reasons of the table below, which are the same for every action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum No {
    Status,
    Begun,
    Early,
}

#[test]
fn the_whole_table_of_actions() {
    use No::{Begun, Early, Status};
    #[rustfmt::skip]
    let table = [
        // action, status        before the start  since the start
        (Edit,       Scheduled,  Ok(Scheduled),    Ok(Scheduled)),
        (Edit,       InProgress, Ok(InProgress),   Ok(InProgress)),
        (Edit,       Completed,  Ok(Completed),    Ok(Completed)),
        (Edit,       Cancelled,  Err(Status),      Err(Status)),
        (Edit,       NoShow,     Ok(NoShow),       Ok(NoShow)),
        (Reschedule, Scheduled,  Ok(Scheduled),    Err(Begun)),
        (Reschedule, InProgress, Err(Status),      Err(Status)),
        (Reschedule, Completed,  Err(Status),      Err(Status)),
        (Reschedule, Cancelled,  Err(Status),      Err(Status)),
        (Reschedule, NoShow,     Err(Status),      Err(Status)),
        (Cancel,     Scheduled,  Ok(Cancelled),    Err(Begun)),
        (Cancel,     InProgress, Err(Status),      Err(Status)),
        (Cancel,     Completed,  Err(Status),      Err(Status)),
        (Cancel,     Cancelled,  Err(Status),      Err(Status)),
        (Cancel,     NoShow,     Err(Status),      Err(Status)),
        (Complete,   Scheduled,  Err(Early),       Ok(Completed)),
        (Complete,   InProgress, Err(Early),       Ok(Completed)),
        (Complete,   Completed,  Err(Status),      Err(Status)),
        (Complete,   Cancelled,  Err(Status),      Err(Status)),
        (Complete,   NoShow,     Err(Early),       Ok(Completed)),
        (MarkNoShow, Scheduled,  Err(Early),       Ok(NoShow)),
        (MarkNoShow, InProgress, Err(Early),       Ok(NoShow)),
        (MarkNoShow, Completed,  Err(Early),       Ok(NoShow)),
        (MarkNoShow, Cancelled,  Err(Status),      Err(Status)),
        (MarkNoShow, NoShow,     Err(Status),      Err(Status)),
    ];
    assert_eq!(table.len(), SessionAction::VARIANTS.len() * SessionStatus::VARIANTS.len());
    let start = now();
    for (action, status, before, since) in table {
        let refusal = |reason| match reason {
            Status => ActionRefusal::Status(action, status),
            Begun => ActionRefusal::HasBegun(action, status),
            Early => ActionRefusal::NotBegun(action, status),
        };
        for (at, expected) in [(start - MOMENT, before), (start, since), (start + MOMENT, since)] {
            for side in Side::VARIANTS {
                let expected = match side {
                    Side::Learning | Side::Guarding if action != Cancel => Err(ActionRefusal::TutorOnly(action)),
                    Side::Teaching | Side::Learning | Side::Guarding => expected.map_err(refusal),
                };
                assert_eq!(action.apply(*side, status, start, at), expected, "{action:?} {status:?} {side:?} {at}");
            }
        }
    }
}

/// Returns whether the plans accept an action and change the session by it.
fn is_accepted(action: SessionAction, facts: &ChangeFacts, user: UserId, at: DateTime<Utc>) -> bool {
    let update = match action {
        Cancel => return plan_cancellation(facts, user, &CancelCommand::default(), at).is_ok(),
        Edit => SessionUpdate { topics: Some(vec!["Decimals".to_owned()]), ..SessionUpdate::default() },
        Reschedule => {
            let date = Some(facts.session.occurrence.date + TimeDelta::days(1));
            SessionUpdate { time: Move { date, ..Move::default() }, ..SessionUpdate::default() }
        }
        Complete => SessionUpdate { outcome: Some(Outcome::Completed), ..SessionUpdate::default() },
        MarkNoShow => SessionUpdate { outcome: Some(Outcome::NoShow), ..SessionUpdate::default() },
    };
    plan_update(facts, user, &update, at).is_ok_and(|plan| plan.is_some())
}

#[test]
fn the_actions_shown_are_those_that_are_accepted() {
    let start = session(0).occurrence.starts_at;
    for status in SessionStatus::VARIANTS {
        let facts = facts_of(vec![Session { status: *status, ..session(0) }]);
        for user in [TUTOR, STUDENT, PARENT] {
            for at in [start - TimeDelta::days(3), start - MOMENT, start, start + MOMENT] {
                let accepted: Vec<_> = SessionAction::VARIANTS
                    .iter()
                    .copied()
                    .filter(|action| is_accepted(*action, &facts, user, at))
                    .collect();
                assert_eq!(facts.session.allowed_actions(user, at), accepted, "{status:?} {user} {at}");
            }
        }
    }
}

#[test]
fn a_tutor_who_guards_the_student_acts_as_the_tutor() {
    assert_eq!(session(0).side_of(TUTOR), Side::Teaching);
    assert_eq!(session(0).side_of(STUDENT), Side::Learning);
    assert_eq!(session(0).side_of(PARENT), Side::Guarding);
}

#[test]
fn actions_have_their_names_of_the_api() {
    let names: Vec<_> = SessionAction::VARIANTS.iter().map(|action| action.as_str()).collect();
    assert_eq!(names, ["edit", "reschedule", "cancel", "complete", "mark_no_show"]);
}
