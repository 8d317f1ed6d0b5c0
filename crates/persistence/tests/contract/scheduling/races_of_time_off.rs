//! Time off at the same time as bookings, moves and cancellations.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::ids::RequestId;
use astegni_domain::requests::{AcceptError, AcceptRefusal, Acceptance, RequestDraft};
use astegni_domain::schedule::{
    AddSessionError, AdditionRefusal, CancelCommand, ConflictKind, NewTimeOff, Period, SessionChangeError, TimeOffTerms,
};
use chrono::{DateTime, Utc};
use futures_executor::block_on;

use super::{addition, assert_consistent, enrolled, sessions, taught_during_time_off, to};
use crate::harness::{World, contract, dates, draft, now, race};

/// The first days of February, at which the sessions of these tests are.
fn period() -> Period {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    Period { starts_at: instant("2026-02-02T00:00:00Z"), ends_at: instant("2026-02-06T00:00:00Z") }
}

fn take_off(world: &World, tutor: &Actor, cancels_sessions: bool) -> NewTimeOff {
    let terms = TimeOffTerms { period: period(), reason: None, cancels_sessions };
    block_on(world.availability_at(now()).add_time_off(tutor, &terms)).unwrap()
}

fn requested(world: &World, tutor: &Actor, hour: u32) -> RequestId {
    let schedule = dates(&["2026-02-03", "2026-02-04"], hour, hour + 2);
    let draft = RequestDraft { schedule, ..draft(tutor, None) };
    block_on(world.requests().create(&world.person(Role::Student), draft)).unwrap().request_id
}

/// Accepts a request; returns whether time off has not prevented it.
fn accept(world: &World, tutor: &Actor, id: RequestId) -> bool {
    match block_on(world.requests().accept(tutor, id, Acceptance::default())) {
        Ok(_) => true,
        Err(AcceptError::Refused(AcceptRefusal::Conflicts(conflicts))) => {
            assert!(conflicts.iter().all(|conflict| conflict.kind == ConflictKind::TimeOff), "{conflicts:?}");
            false
        }
        Err(error) => panic!("{error:?}"),
    }
}

contract! {
    fn no_acceptance_survives_time_off_that_cancels_sessions(world: World) {
        for _ in 0..8 {
            let (tutor, _) = enrolled(&world);
            let requests = [13, 15, 17].map(|hour| requested(&world, &tutor, hour));
            let outcomes = race(4, |number| match number {
                0 => {
                    let off = take_off(&world, &tutor, true);
                    assert_eq!(off.affected.len(), usize::try_from(off.affected_count).unwrap());
                    (off.affected_count - 3) / 2
                }
                _ => i64::from(accept(&world, &tutor, requests[number - 1])),
            });
            let accepted: i64 = outcomes[1..].iter().sum();
            assert_eq!(outcomes[0], accepted, "whatever was accepted is cancelled");
            assert_eq!(taught_during_time_off(&world, "TRUE"), 0);
        }
        assert_consistent(&world);
    }

    fn an_acceptance_is_either_counted_by_time_off_or_prevented_by_it(world: World) {
        for _ in 0..8 {
            let (tutor, _) = enrolled(&world);
            let requests = [13, 15, 17].map(|hour| requested(&world, &tutor, hour));
            let outcomes = race(4, |number| match number {
                0 => (take_off(&world, &tutor, false).affected_count - 3) / 2,
                _ => i64::from(accept(&world, &tutor, requests[number - 1])),
            });
            let accepted: i64 = outcomes[1..].iter().sum();
            assert_eq!(outcomes[0], accepted, "{outcomes:?}");
        }
        assert_consistent(&world);
    }

    fn no_session_moves_or_is_added_into_time_off_that_cancels_sessions(world: World) {
        for _ in 0..8 {
            let (tutor, student) = enrolled(&world);
            let all = sessions(&world, &tutor);
            let update = |update| block_on(world.sessions_at(now()).update(&tutor, all[0].id, &update, |_, _| true));
            let outside = update(to("2026-02-10", 10)).unwrap();
            race(4, |number| match number {
                0 => drop(take_off(&world, &tutor, true)),
                1 => match update(to("2026-02-05", 10)) {
                    // Time off may have cancelled the session behind the move.
                    Ok(_) => {}
                    Err(SessionChangeError::Conflicts(conflicts)) => {
                        assert_eq!(conflicts[0].kind, ConflictKind::TimeOff);
                    }
                    Err(error) => panic!("{error:?}"),
                },
                2 => {
                    match block_on(world.sessions_at(now()).add(&tutor, &addition(outside.course_id, "2026-02-05", 13)))
                    {
                        Ok(_) => {}
                        Err(AddSessionError::Refused(AdditionRefusal::Conflicts(conflicts))) => {
                            assert_eq!(conflicts[0].kind, ConflictKind::TimeOff);
                        }
                        Err(error) => panic!("{error:?}"),
                    }
                }
                _ => {
                    let service = world.sessions_at(now());
                    let cancelled =
                        block_on(service.cancel(&student, all[1].id, &CancelCommand::default(), |_, _| true));
                    assert!(matches!(cancelled, Ok(_) | Err(SessionChangeError::Refused(_))), "{cancelled:?}");
                }
            });
            assert_eq!(taught_during_time_off(&world, "TRUE"), 0);
        }
        assert_consistent(&world);
    }
}
