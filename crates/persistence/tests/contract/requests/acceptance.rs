use astegni_domain::RepositoryError;
use astegni_domain::accounts::Role;
use astegni_domain::money::Money;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{Acceptance, OnConflict, RequestRepository, RequestStatus};
use futures_executor::block_on;

use super::{accept, plan, requested, send, status};
use crate::harness::{contract, dates, draft, now};

contract! {
    fn an_error_at_the_last_table_leaves_nothing_written(world: World) {
        let (_, _, sent) = requested(&world);
        let request = block_on(RequestRepository::find(&world.database, sent.request_id, now())).unwrap().unwrap();
        let mut plan = plan(&request);
        let last = plan.sessions.last_mut().unwrap();
        // A check of the table of sessions rejects it.
        last.ends_at = last.starts_at;
        assert!(matches!(block_on(world.database.accept(plan)), Err(RepositoryError::Unexpected(_))));
        assert_eq!(status(&world, sent.request_id), RequestStatus::Pending);
        for table in ["enrolled_students", "enrolled_courses", "sessions"] {
            assert_eq!(world.number(&format!("SELECT COUNT(*) FROM {table}")), 0, "{table}");
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 1);
        assert_eq!(world.number("SELECT SUM(version) FROM calendars"), 0);
    }

    fn a_plan_that_clashes_with_a_later_booking_is_a_conflict(world: World) {
        let (tutor, _, sent) = requested(&world);
        let request = block_on(RequestRepository::find(&world.database, sent.request_id, now())).unwrap().unwrap();
        let plan = plan(&request);
        let mut other = draft(&tutor, None);
        other.schedule = dates(&["2026-02-04"], 11, 13);
        let other = send(&world, &world.person(Role::Student), other).unwrap();
        accept(&world, &tutor, other.request_id).unwrap();
        assert!(matches!(block_on(world.database.accept(plan)), Err(RepositoryError::Conflict)));
        let skip = Acceptance { on_conflict: OnConflict::Skip, sessions: None };
        let answered = block_on(world.requests().accept(&tutor, sent.request_id, skip)).unwrap();
        assert_eq!((answered.sessions_created, answered.skipped.len()), (2, 1));
    }

    fn a_later_acceptance_does_not_change_an_earlier_price(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let package = world.package(&tutor);
        for cents in [15_000, 9_999] {
            let mut draft = draft(&tutor, Some(package.id));
            draft.counter_offer_price = Some(Money::from_cents(cents));
            let sent = send(&world, &student, draft).unwrap();
            accept(&world, &tutor, sent.request_id).unwrap();
            world.execute("UPDATE enrolled_students SET payment_status = 'paid' WHERE agreed_price_cents = 15000");
        }
        let paid = "SELECT COUNT(*) FROM enrolled_students WHERE agreed_price = 150.00 AND payment_status = 'paid'";
        assert_eq!(world.number(paid), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM enrolled_students WHERE agreed_price = 99.99"), 1);
        let students = block_on(world.requests().students(&tutor, PageRequest::FIRST)).unwrap().items;
        assert_eq!(students.len(), 1, "a student with two enrolments appears once");
    }

    fn the_operators_status_query_counts_the_sessions(world: World) {
        let (tutor, _, sent) = requested(&world);
        accept(&world, &tutor, sent.request_id).unwrap();
        let query = format!(
            "SELECT COUNT(*) FROM sessions s
             JOIN enrolled_courses ec ON s.enrolled_courses_id = ec.id
             JOIN tutor_profiles tp ON ec.tutor_id = tp.id
             WHERE tp.user_id = {}",
            tutor.user_id
        );
        assert_eq!(world.number(&query), 3);
    }
}
