//! Sessions across clock changes and midnight, from the request to the stored row.

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::requests::ScheduleDraft;
use astegni_domain::schedule::{Dst, Move, Scope, Session, SessionUpdate};
use astegni_domain::tutoring::ScheduleType;
use chrono::{NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use futures_executor::block_on;

use super::{book, sessions};
use crate::harness::{World, contract, now};

fn clock(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// A weekly series on Sundays in New York.
fn sundays(from: &str, times: [&str; 2], weeks: u8) -> ScheduleDraft {
    ScheduleDraft {
        schedule_type: Some(ScheduleType::Recurring),
        days: Some(vec![Weekday::Sun]),
        start_time: clock(times[0]),
        end_time: clock(times[1]),
        time_zone: Some(Tz::America__New_York),
        starts_on: from.parse().ok(),
        weeks: Some(weeks),
        overnight: true,
        ..ScheduleDraft::default()
    }
}

fn booked(world: &World, schedule: ScheduleDraft) -> (Actor, Actor) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    book(world, &tutor, &student, schedule);
    (tutor, student)
}

/// Returns the civil dates, instants and clock changes of sessions.
fn shown(sessions: &[Session]) -> Vec<(String, Option<Dst>)> {
    let show = |session: &Session| {
        let occurrence = &session.occurrence;
        assert_eq!(occurrence.ends_at - occurrence.starts_at, occurrence.slot.duration());
        assert_eq!(session.time_zone, Tz::America__New_York);
        let instants = (occurrence.starts_at.format("%m-%dT%H:%MZ"), occurrence.ends_at.format("%m-%dT%H:%MZ"));
        (format!("{} {} {}", occurrence.date.format("%m-%d"), instants.0, instants.1), occurrence.dst)
    };
    sessions.iter().map(show).collect()
}

fn expected(rows: &[(&str, Option<Dst>)]) -> Vec<(String, Option<Dst>)> {
    rows.iter().map(|(row, dst)| ((*row).to_owned(), *dst)).collect()
}

/// Moves the first session of a tutor and those behind it.
fn move_series(world: &World, tutor: &Actor, date: Option<&str>, times: [&str; 2]) {
    let first = sessions(world, tutor).remove(0);
    let time = Move {
        date: date.and_then(|date| date.parse().ok()),
        start: clock(times[0]),
        end: clock(times[1]),
        overnight: Some(true),
    };
    let update = SessionUpdate { time, scope: Scope::Following, ..SessionUpdate::default() };
    block_on(world.sessions_at(now()).update(tutor, first.id, &update, |_, _| true)).unwrap();
}

contract! {
    fn a_series_in_the_hour_that_the_clock_skips_is_stored_with_the_gap(world: World) {
        let (tutor, student) = booked(&world, sundays("2026-03-01", ["02:30", "04:00"], 2));
        let rows = [
            ("03-01 03-01T07:30Z 03-01T09:00Z", None),
            ("03-08 03-08T07:30Z 03-08T09:00Z", Some(Dst::Gap)),
            ("03-15 03-15T06:30Z 03-15T08:00Z", None),
        ];
        assert_eq!(shown(&sessions(&world, &tutor)), expected(&rows));
        assert_eq!(sessions(&world, &student), sessions(&world, &tutor));
        assert!(
            sessions(&world, &tutor).iter().all(|session| session.occurrence.slot.start() == clock("02:30").unwrap())
        );
        assert_eq!(world.number("SELECT COUNT(*) FROM sessions WHERE dst = 'gap' AND duration = 90"), 1);
    }

    fn a_series_in_the_hour_that_the_clock_repeats_takes_the_first(world: World) {
        let (tutor, _) = booked(&world, sundays("2026-10-25", ["01:30", "02:30"], 2));
        let rows = [
            ("10-25 10-25T05:30Z 10-25T06:30Z", None),
            ("11-01 11-01T05:30Z 11-01T06:30Z", Some(Dst::Overlap)),
            ("11-08 11-08T06:30Z 11-08T07:30Z", None),
        ];
        assert_eq!(shown(&sessions(&world, &tutor)), expected(&rows));
    }

    fn an_overnight_series_ends_on_the_next_day(world: World) {
        let (tutor, _) = booked(
            &world,
            ScheduleDraft { days: Some(vec![Weekday::Sat]), ..sundays("2026-02-28", ["22:00", "01:00"], 1) },
        );
        let rows = [("02-28 03-01T03:00Z 03-01T06:00Z", None), ("03-07 03-08T03:00Z 03-08T06:00Z", None)];
        assert_eq!(shown(&sessions(&world, &tutor)), expected(&rows));
        assert_eq!(world.number("SELECT COUNT(*) FROM sessions WHERE duration = 180"), 2);
        // The night of the clock change keeps the duration, not the end on the wall clock.
        move_series(&world, &tutor, None, ["23:00", "03:30"]);
        let rows = [("02-28 03-01T04:00Z 03-01T08:30Z", None), ("03-07 03-08T04:00Z 03-08T08:30Z", None)];
        assert_eq!(shown(&sessions(&world, &tutor)), expected(&rows));
    }

    fn a_series_that_moves_across_a_clock_change_keeps_its_wall_clock(world: World) {
        let (tutor, _) = booked(&world, sundays("2026-03-01", ["10:00", "12:00"], 2));
        let rows = [
            ("03-01 03-01T15:00Z 03-01T17:00Z", None),
            ("03-08 03-08T14:00Z 03-08T16:00Z", None),
            ("03-15 03-15T14:00Z 03-15T16:00Z", None),
        ];
        assert_eq!(shown(&sessions(&world, &tutor)), expected(&rows));
        move_series(&world, &tutor, Some("2026-03-07"), ["09:00", "10:00"]);
        let rows = [
            ("03-07 03-07T14:00Z 03-07T15:00Z", None),
            ("03-14 03-14T13:00Z 03-14T14:00Z", None),
            ("03-21 03-21T13:00Z 03-21T14:00Z", None),
        ];
        assert_eq!(shown(&sessions(&world, &tutor)), expected(&rows));
        move_series(&world, &tutor, Some("2026-03-08"), ["02:00", "03:00"]);
        let rows = [
            ("03-08 03-08T07:00Z 03-08T08:00Z", Some(Dst::Gap)),
            ("03-15 03-15T06:00Z 03-15T07:00Z", None),
            ("03-22 03-22T06:00Z 03-22T07:00Z", None),
        ];
        assert_eq!(shown(&sessions(&world, &tutor)), expected(&rows));
        move_series(&world, &tutor, Some("2026-03-01"), ["10:00", "12:00"]);
        let back = sessions(&world, &tutor);
        assert!(
            back.iter()
                .all(|session| session.version == 3 && session.occurrence.dst.is_none() && !session.is_exception)
        );
        assert_eq!(back[1].occurrence.starts_at - back[0].occurrence.starts_at, TimeDelta::hours(7 * 24 - 1));
    }
}
