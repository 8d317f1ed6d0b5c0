//! The contract of `AvailabilityRepository`.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, NewAccount, Role};
use astegni_domain::change::Change;
use astegni_domain::ids::TimeOffId;
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::schedule::{
    Availability, AvailabilityChanges, AvailabilityRepository, Period, SessionStatus, TimeOffPlan, TimeOffTerms,
    plan_cancellations,
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures_executor::block_on;

use super::{addition, book, cancel, enrolled, sessions, to_hour, update, versatile, written};
use crate::harness::{World, contract, dates, now, race};

fn terms(period: Period, cancels_sessions: bool) -> TimeOffTerms {
    TimeOffTerms { period, reason: None, cancels_sessions }
}

/// Returns a plan that cancels the sessions that a tutor teaches during a period.
fn plan(world: &World, tutor: &Actor, period: Period) -> TimeOffPlan {
    let affected = block_on(world.database.taught_during(tutor.user_id, period, 100)).unwrap();
    let cancellations = Some(plan_cancellations(&affected, tutor.user_id, now()));
    TimeOffPlan { tutor: tutor.user_id, terms: terms(period, true), cancellations, at: now() }
}

#[track_caller]
fn assert_conflict(world: &World, plan: &TimeOffPlan) {
    let before = written(world);
    assert!(matches!(block_on(world.database.add_time_off(plan.clone())), Err(RepositoryError::Conflict)));
    assert_eq!(written(world), before, "nothing is written");
}

/// The first week of February.
fn week() -> Period {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    Period { starts_at: instant("2026-02-01T00:00:00Z"), ends_at: instant("2026-02-08T00:00:00Z") }
}

contract! {
    fn a_tutor_who_has_set_nothing_is_available_in_the_zone_of_the_account(world: World) {
        let account = NewAccount { time_zone: Tz::Asia__Kathmandu, ..World::account(&[Role::Tutor]) };
        let tutor = world.register(account).1;
        let found = block_on(world.database.availability(tutor.user_id)).unwrap();
        assert_eq!(found, Availability::unlimited(Tz::Asia__Kathmandu));
    }

    fn availability_is_replaced_by_the_next_version_only(world: World) {
        let tutor = world.person(Role::Tutor);
        let version = |version| {
            let buffer_minutes = u16::try_from(version).unwrap();
            let new = Availability { version, buffer_minutes, ..Availability::unlimited(Tz::Europe__Berlin) };
            match block_on(world.database.set_availability(tutor.user_id, new)) {
                Ok(()) => true,
                Err(RepositoryError::Conflict) => false,
                Err(error) => panic!("{error:?}"),
            }
        };
        let stored = || block_on(world.database.availability(tutor.user_id)).unwrap();
        let table =
            [(2, false), (5, false), (1, true), (1, false), (3, false), (2, true), (3, true), (2, false), (4, true)];
        for (next, is_written) in table {
            let before = stored();
            assert_eq!(version(next), is_written, "{next} after {}", before.version);
            let after = stored();
            assert_eq!(after.version, if is_written { next } else { before.version });
            assert_eq!(after.version, i64::from(after.buffer_minutes));
        }
    }

    fn changes_of_availability_at_once_are_all_kept(world: World) {
        let tutor = world.person(Role::Tutor);
        race(6, |number| {
            let value = Change::Set(7);
            let none = AvailabilityChanges::default();
            let changes = match number {
                0 => AvailabilityChanges { buffer_minutes: value, ..none },
                1 => AvailabilityChanges { minimum_notice_hours: value, ..none },
                2 => AvailabilityChanges { cancellation_notice_hours: value, ..none },
                3 => AvailabilityChanges { max_per_day: value, ..none },
                4 => AvailabilityChanges { max_per_week: value, ..none },
                _ => AvailabilityChanges { time_zone: Some(Tz::UTC), ..none },
            };
            block_on(world.availability_at(now()).update(&tutor, &changes, |_| true)).unwrap();
        });
        let found = block_on(world.database.availability(tutor.user_id)).unwrap();
        let expected = Availability {
            buffer_minutes: 7,
            minimum_notice_hours: 7,
            cancellation_notice_hours: Some(7),
            max_per_day: Some(7),
            max_per_week: Some(7),
            version: 6,
            ..Availability::unlimited(Tz::UTC)
        };
        assert_eq!(found, expected);
    }

    fn the_sessions_of_a_period_are_those_that_the_tutor_teaches(world: World) {
        let [tutor, student, third] = [versatile(&world), versatile(&world), versatile(&world)];
        let days = ["2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05", "2026-02-06"];
        book(&world, &tutor, &student, dates(&days, 10, 12));
        book(&world, &tutor, &third, dates(&["2026-02-04"], 8, 9));
        book(&world, &third, &tutor, dates(&["2026-02-04"], 15, 16));
        let all = sessions(&world, &tutor);
        for (place, status) in [(0, "completed"), (1, "no_show"), (6, "in_progress")] {
            world.execute(&format!("UPDATE sessions SET status = '{status}' WHERE id = {}", all[place].id));
        }
        cancel(&world, &tutor, all[5].id);
        let taught = |period, limit| -> Vec<_> {
            let found = block_on(world.database.taught_during(tutor.user_id, period, limit)).unwrap();
            found.iter().map(|facts| facts.session.id).collect()
        };
        assert_eq!(taught(week(), 100), [all[2].id, all[3].id, all[6].id]);
        assert_eq!(taught(week(), 2), [all[2].id, all[3].id]);
        let Period { starts_at, ends_at } = all[2].occurrence.period();
        let second = TimeDelta::seconds(1);
        let around = |from, until| taught(Period { starts_at: from, ends_at: until }, 100).len();
        assert_eq!([around(starts_at - second, starts_at), around(ends_at, ends_at + second)], [0, 0]);
        assert_eq!([around(starts_at, starts_at + second), around(ends_at - second, ends_at)], [1, 1]);
    }

    fn time_off_is_not_written_if_other_sessions_are_scheduled_than_it_cancels(world: World) {
        let (tutor, student) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let before_a_booking = plan(&world, &tutor, week());
        let course = all[0].course_id;
        let added = block_on(world.sessions_at(now()).add(&tutor, &addition(course, "2026-02-05", 10))).unwrap();
        assert_conflict(&world, &before_a_booking);
        let before_a_cancellation = plan(&world, &tutor, week());
        cancel(&world, &student, added.id);
        assert_conflict(&world, &before_a_cancellation);
        let before_an_edit = plan(&world, &tutor, week());
        update(&world, &tutor, all[1].id, &to_hour(15));
        assert_conflict(&world, &before_an_edit);
        let recorded = block_on(world.database.add_time_off(plan(&world, &tutor, week()))).unwrap();
        assert_eq!(recorded.unwrap().affected_count, 3);
        let statuses: Vec<_> = sessions(&world, &tutor).iter().map(|session| session.status).collect();
        assert_eq!(statuses, [SessionStatus::Cancelled; 4]);
    }

    fn time_off_leaves_sessions_that_have_begun(world: World) {
        let (tutor, _) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let during_the_first = all[0].occurrence.starts_at + TimeDelta::minutes(1);
        let off = block_on(world.availability_at(during_the_first).add_time_off(&tutor, &terms(week(), true))).unwrap();
        assert_eq!((off.affected_count, off.affected.len()), (3, 3));
        let statuses: Vec<_> = sessions(&world, &tutor).iter().map(|session| session.status).collect();
        assert_eq!(statuses, [SessionStatus::Scheduled, SessionStatus::Cancelled, SessionStatus::Cancelled]);
        assert_eq!(off.affected, sessions(&world, &tutor));
    }

    fn time_off_without_cancellations_does_not_depend_on_sessions(world: World) {
        let (tutor, _) = enrolled(&world);
        let plan = TimeOffPlan { cancellations: None, terms: terms(week(), false), ..plan(&world, &tutor, week()) };
        let first = sessions(&world, &tutor).remove(0);
        cancel(&world, &tutor, first.id);
        assert_eq!(block_on(world.database.add_time_off(plan)).unwrap().unwrap().affected_count, 2);
    }

    fn time_off_is_paged_from_the_latest_start(world: World) {
        let (tutor, other) = (world.person(Role::Tutor), world.person(Role::Tutor));
        let add = |user: &Actor, days: i64| {
            let starts_at = now() + TimeDelta::days(days);
            let period = Period { starts_at, ends_at: starts_at + TimeDelta::days(1) };
            block_on(world.availability_at(now()).add_time_off(user, &terms(period, false))).unwrap().time_off
        };
        let mut added: Vec<_> = [3, 1, 2, 2, 2, 5].iter().map(|days| add(&tutor, *days)).collect();
        add(&other, 2);
        added.sort_by_key(|off| (off.period.starts_at, off.id));
        added.reverse();
        for size in [1, 2, 4, 6, 7] {
            let (mut after, mut listed) = (None, Vec::new());
            loop {
                let page = PageRequest { size: PageSize::new(size).unwrap(), after };
                let page = block_on(world.database.time_off(tutor.user_id, page)).unwrap();
                listed.extend(page.items);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(listed, added, "{size}");
        }
        let id = added[0].id;
        let remove = |user: &Actor, id| block_on(world.database.remove_time_off(user.user_id, id)).unwrap();
        assert!(!remove(&other, id) && !remove(&tutor, TimeOffId::new(99_999)));
        assert!(remove(&tutor, id) && !remove(&tutor, id));
    }
}
