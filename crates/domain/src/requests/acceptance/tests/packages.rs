//! Packages with a number of sessions.

use super::*;

/// The request for 25 sessions on Mondays, Wednesdays and Fridays, for a package with fewer.
fn limited(count: u16) -> SessionRequest {
    let mut request = request();
    request.package.as_mut().unwrap().session_count = Some(count);
    request
}

/// The tutor's other sessions at the time of the second and the fourth session.
fn two_clashes() -> [Booking; 2] {
    [booking(3, 9, "2026-02-02T07:00:00Z"), booking(3, 9, "2026-02-06T07:00:00Z")]
}

fn dates(sessions: &[Occurrence]) -> Vec<String> {
    sessions.iter().map(|session| session.date.format("%m-%d").to_string()).collect()
}

#[test]
fn a_series_ends_when_the_package_is_used_up() {
    let plan = accept(&limited(3), &FAIL, &[]).unwrap();
    assert_eq!(dates(&plan.sessions), ["01-30", "02-02", "02-04"]);
    assert_eq!(accept(&limited(25), &FAIL, &[]).unwrap().sessions.len(), 25);
    assert_eq!(accept(&limited(200), &FAIL, &[]).unwrap().sessions.len(), 25, "a series is not lengthened");
}

#[test]
fn conflicts_beyond_the_end_of_the_package_do_not_count() {
    let shown = preview(&limited(3), &FAIL, &two_clashes());
    assert_eq!((dates(&shown.sessions), shown.conflicts.len()), (vec!["01-30".to_owned(), "02-04".to_owned()], 1));
    let after = [booking(3, 9, "2026-02-06T07:00:00Z")];
    assert_eq!(dates(&accept(&limited(3), &FAIL, &after).unwrap().sessions), ["01-30", "02-02", "02-04"]);
}

#[test]
fn skipped_sessions_use_up_none_of_the_package() {
    let plan = accept(&limited(3), &SKIP, &two_clashes()).unwrap();
    assert_eq!(dates(&plan.sessions), ["01-30", "02-04", "02-09"]);
    let skipped: Vec<_> = plan.skipped.iter().map(|conflict| conflict.occurrence.clone()).collect();
    assert_eq!(dates(&skipped), ["02-02", "02-06"]);
    // Without enough weeks, fewer sessions are booked than the package has.
    let plan = accept(&limited(25), &SKIP, &two_clashes()).unwrap();
    assert_eq!((plan.sessions.len(), plan.skipped.len()), (23, 2));
}

#[test]
fn the_tutors_sessions_are_no_more_than_those_of_the_package() {
    let three = edited(&[("2026-02-02", 10, 11), ("2026-02-03", 10, 11), ("2026-02-04", 10, 11)]);
    assert_eq!(accept(&limited(3), &three, &[]).unwrap().sessions.len(), 3);
    let violations = Proposal::new(&limited(2), &three, now()).unwrap_err();
    assert_eq!((violations.errors()[0].field.as_str(), violations.errors()[0].code), ("sessions", "too_many"));
}

proptest::proptest! {
    #[test]
    fn exactly_the_first_sessions_that_are_free_are_booked(
        taken in proptest::collection::btree_set(0_usize..25, 0..25), count in 1_u16..30,
    ) {
        let all = accept(&request(), &FAIL, &[]).unwrap().sessions;
        let booked: Vec<_> = taken
            .iter()
            .map(|place| Booking { period: all[*place].period(), ..booking(3, 9, "2026-02-02T07:00:00Z") })
            .collect();
        let free: Vec<_> = (0..25).filter(|place| !taken.contains(place)).map(|place| all[place].clone()).collect();
        let shown = preview(&limited(count), &SKIP, &booked);
        let expected: Vec<_> = free.iter().take(count.into()).cloned().collect();
        proptest::prop_assert_eq!(&shown.sessions, &expected);
        // Nothing is skipped after the last session of the package.
        if let (Some(last), true) = (expected.last(), expected.len() == usize::from(count)) {
            proptest::prop_assert!(shown.skipped.iter().all(|skipped| skipped.occurrence.starts_at < last.starts_at));
        }

        let shown = preview(&limited(count), &FAIL, &booked);
        let clashes = taken.iter().filter(|place| **place < usize::from(count)).count();
        proptest::prop_assert_eq!(shown.conflicts.len(), clashes);
    }
}
