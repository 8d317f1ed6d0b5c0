//! The contracts of `CalendarQueries`, and of the queries on one session or one student.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, NewAccount, Role};
use astegni_domain::ids::{SessionId, StudentId, UserId};
use astegni_domain::page::{PageRequest, PageSize};
use astegni_domain::requests::ScheduleDraft;
use astegni_domain::schedule::{
    BusyTimes, CalendarQueries, ChangeKind, Parties, Period, Scope, SessionQueries, SessionRepository, SessionUpdate,
    TimeOffTerms,
};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures_executor::block_on;

use super::{
    Household, book, cancel, enrolled, facts, household, leave, sessions, time, to, to_hour, update, versatile,
};
use crate::blocks::guardianship;
use crate::harness::{World, contract, dates, now};

fn busy(world: &World, parties: Parties, from: DateTime<Utc>, until: DateTime<Utc>) -> BusyTimes {
    block_on(world.database.busy_times(parties, from..until)).unwrap()
}

fn parties(tutor: &Actor, student: &Actor) -> Parties {
    Parties { tutor: tutor.user_id, student: student.user_id }
}

/// Gives a tutor time off.
fn off(world: &World, tutor: &Actor, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) {
    let terms = TimeOffTerms { period: Period { starts_at, ends_at }, reason: None, cancels_sessions: false };
    block_on(world.availability_at(now()).add_time_off(tutor, &terms)).unwrap();
}

contract! {
    fn busy_times_are_half_open(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        book(&world, &tutor, &student, dates(&["2026-02-02"], 10, 12));
        let session = sessions(&world, &tutor).remove(0).occurrence.period();
        let day = TimeDelta::days(1);
        let free = Period { starts_at: session.starts_at + day, ends_at: session.ends_at + day };
        off(&world, &tutor, free.starts_at, free.ends_at);
        let minute = TimeDelta::minutes(1);
        for period in [session, free] {
            let found = |from: TimeDelta, until: TimeDelta| {
                let busy = busy(&world, parties(&tutor, &student), period.starts_at + from, period.starts_at + until);
                busy.bookings.len() + busy.time_off.len()
            };
            let (zero, length) = (TimeDelta::zero(), period.ends_at - period.starts_at);
            let table = [
                (-minute, zero, 0),
                (-minute, minute, 1),
                (zero, minute, 1),
                (minute, minute * 2, 1),
                (length - minute, length, 1),
                (length, length + minute, 0),
                (-minute, length + minute, 1),
            ];
            for (from, until, expected) in table {
                assert_eq!(found(from, until), expected, "{from} {until}");
            }
        }
    }

    fn sessions_of_almost_a_day_are_found_up_to_their_ends(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let long = ScheduleDraft {
            end_time: NaiveTime::from_hms_opt(9, 59, 0),
            overnight: true,
            ..dates(&["2026-02-02"], 10, 12)
        };
        book(&world, &tutor, &student, long);
        let Period { starts_at, ends_at } = sessions(&world, &tutor).remove(0).occurrence.period();
        assert_eq!(ends_at - starts_at, TimeDelta::minutes(24 * 60 - 1));
        let found = |from, until| busy(&world, parties(&tutor, &student), from, until).bookings.len();
        let second = TimeDelta::seconds(1);
        assert_eq!(found(ends_at - second, ends_at + second), 1);
        assert_eq!(found(ends_at, ends_at + second), 0);
    }

    fn time_off_of_a_year_is_found_up_to_its_end(world: World) {
        let [tutor, student] = [versatile(&world), versatile(&world)];
        let ends_at = now() + TimeOffTerms::MAX_DURATION;
        off(&world, &tutor, now(), ends_at);
        off(&world, &student, now(), ends_at);
        let second = TimeDelta::seconds(1);
        let found = |from, until| busy(&world, parties(&tutor, &student), from, until).time_off;
        let expected = [Period { starts_at: now(), ends_at }];
        assert_eq!(found(ends_at - second, ends_at + second), expected, "the student's time off does not count");
        assert_eq!(found(now() - second, now() + second), expected);
        assert!(found(ends_at, ends_at + second).is_empty());
        assert!(found(now() - second, now()).is_empty());
    }

    fn the_sessions_of_both_users_with_anyone_are_busy_times_once_each(world: World) {
        let [tutor, student, third, fourth] = [(); 4].map(|()| versatile(&world));
        let pairs = [
            (&tutor, &student),
            (&student, &tutor),
            (&tutor, &third),
            (&third, &tutor),
            (&student, &third),
            (&third, &student),
            (&third, &fourth),
        ];
        for (hour, (teaches, learns)) in (8..).zip(pairs) {
            book(&world, teaches, learns, dates(&["2026-02-02"], hour, hour + 1));
        }
        let cancelled = sessions(&world, &tutor).remove(0);
        cancel(&world, &tutor, cancelled.id);
        let busy = busy(&world, parties(&tutor, &student), now(), now() + TimeDelta::days(7));
        let found: Vec<Parties> = busy.bookings.iter().map(|booking| booking.parties).collect();
        let expected: Vec<Parties> = pairs[1..6].iter().map(|(teaches, learns)| parties(teaches, learns)).collect();
        assert_eq!(found, expected);
    }

    fn facts_about_a_session_are_visible_to_its_sides(world: World) {
        let Household { tutor, child, parent, guardian } = household(&world);
        let first = sessions(&world, &tutor).remove(0);
        let [invited, stranger] = [Role::Parent, Role::Tutor].map(|role| world.person(role));
        guardianship(&world, &invited, &child, "invited");
        leave(&world, &guardian, &child);
        let found =
            |viewer: &Actor, id| block_on(world.database.change_facts(viewer.user_id, id, Scope::This)).unwrap();
        for viewer in [&tutor, &child, &parent] {
            let facts = found(viewer, first.id).unwrap();
            assert_eq!((&facts.session, facts.following.len()), (&first, 0));
            assert_eq!((facts.contact.requester, facts.contact.requester_is_guardian), (parent.user_id, true));
        }
        for viewer in [&guardian, &invited, &stranger] {
            assert_eq!(found(viewer, first.id), None);
        }
        assert_eq!(found(&tutor, SessionId::new(first.id.get() + 100)), None);
        leave(&world, &parent, &child);
        assert!(!found(&tutor, first.id).unwrap().contact.requester_is_guardian);
    }

    fn the_following_sessions_are_the_scheduled_ones_of_the_course_that_start_later(world: World) {
        let (tutor, student) = enrolled(&world);
        book(&world, &tutor, &student, dates(&["2026-02-03"], 13, 14));
        let mut all = sessions(&world, &tutor);
        all.retain(|session| session.occurrence.slot.start() == time(10).unwrap());
        let following = |session| facts(&world, &tutor, session, Scope::Following).following;
        // A session that has moved before the first one does not follow it any more.
        let moved = update(&world, &tutor, all[2].id, &to("2026-02-01", 10));
        assert_eq!(following(&all[0]), all[1..2]);
        assert_eq!(following(&moved), all[..2]);
        cancel(&world, &tutor, all[1].id);
        assert!(following(&all[0]).is_empty());
    }

    fn the_history_is_paged_down_to_the_booking(world: World) {
        let (tutor, _) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let (id, other) = (all[0].id, all[1].id);
        for hour in [13, 14, 15, 16] {
            update(&world, &tutor, id, &to_hour(hour));
        }
        let edited = SessionUpdate { topics: Some(vec!["Angles".to_owned()]), ..SessionUpdate::default() };
        update(&world, &tutor, other, &edited);
        for size in 1..=6 {
            let (mut after, mut entries) = (None, Vec::new());
            loop {
                let page = PageRequest { size: PageSize::new(size).unwrap(), after };
                let page = block_on(world.database.history(id, page)).unwrap();
                entries.extend(page.items);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let versions: Vec<_> = entries.iter().map(|entry| (entry.version, entry.kind)).collect();
            let moved = ChangeKind::Rescheduled;
            assert_eq!(versions, [(4, moved), (3, moved), (2, moved), (1, moved), (0, ChangeKind::Created)]);
            assert!(entries.windows(2).all(|pair| pair[0].from == Some(pair[1].to)));
        }
        let edit = block_on(world.database.history(other, PageRequest::FIRST)).unwrap().items;
        assert_eq!(edit.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [ChangeKind::Edited, ChangeKind::Created]);
        assert_eq!(edit[0].from, Some(edit[0].to), "an edited session keeps its time");
        let unknown = block_on(world.database.history(SessionId::new(99_999), PageRequest::FIRST)).unwrap();
        assert!(unknown.items.is_empty() && unknown.next.is_none());
    }

    fn the_account_of_a_student_is_known_to_the_student_and_the_guardians(world: World) {
        let Household { tutor, child, parent, guardian } = household(&world);
        let invited = world.person(Role::Parent);
        guardianship(&world, &invited, &child, "invited");
        leave(&world, &guardian, &child);
        let student = child.profiles.student.unwrap();
        let account = |viewer: &Actor, student| block_on(world.database.student_for(viewer.user_id, student)).unwrap();
        let guards = |viewer: &Actor| block_on(world.database.guards(viewer.user_id, student)).unwrap();
        for (viewer, is_known, is_guardian) in [
            (&child, true, false),
            (&parent, true, true),
            (&tutor, false, false),
            (&invited, false, false),
            (&guardian, false, false),
        ] {
            assert_eq!(account(viewer, student), Some(child.user_id).filter(|_| is_known));
            assert_eq!(guards(viewer), is_guardian);
        }
        assert_eq!(account(&parent, StudentId::new(99_999)), None);
    }

    fn the_zone_of_a_user_is_that_of_the_account(world: World) {
        let account = |time_zone| NewAccount { time_zone, ..World::account(&[Role::Student]) };
        for zone in [Tz::America__New_York, Tz::Asia__Kathmandu] {
            let user = world.register(account(zone)).1;
            assert_eq!(block_on(world.database.zone_of(user.user_id)).unwrap(), zone);
        }
        let unknown = block_on(world.database.zone_of(UserId::new(99_999)));
        assert!(matches!(unknown, Err(RepositoryError::Unexpected(_))), "{unknown:?}");
    }
}
