//! Adding sessions, availability, time off and feeds.

use astegni_domain::change::Change;
use astegni_domain::page::PageRequest;
use astegni_domain::schedule::{
    AddedSession, Availability, AvailabilityChanges, AvailabilityRepository, DayWindow, FeedRepository, FeedScope,
    NewFeed, Period, TimeOffTerms, TimeSlot,
};
use chrono::{NaiveTime, TimeDelta, Weekday};
use futures_executor::block_on;

use super::{enrolled, sessions};
use crate::harness::{contract, now};

contract! {
    fn an_added_session_is_the_next_in_its_series(world: World) {
        let (tutor, student) = enrolled(&world);
        let course = sessions(&world, &tutor).remove(0).course_id;
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let slot = TimeSlot::new(time(10), time(12)).unwrap();
        let added =
            AddedSession { course, date: "2026-02-05".parse().unwrap(), slot, topics: vec!["Angles".to_owned()] };
        let added = block_on(world.sessions_at(now()).add(&tutor, &added)).unwrap();
        assert_eq!((added.series_index, added.is_exception, added.version), (3, true, 0));
        assert_eq!(sessions(&world, &student).pop(), Some(added));
    }

    fn availability_is_replaced_as_it_was_read(world: World) {
        let (tutor, _) = enrolled(&world);
        let service = world.availability_at(now());
        let unset = block_on(service.own(&tutor)).unwrap();
        assert_eq!(unset, Availability::unlimited(unset.time_zone));
        let changes = AvailabilityChanges {
            weekly: Change::Set(vec![(Weekday::Mon, DayWindow::new(540, 1440).unwrap())]),
            overrides: Change::Set(vec![("2026-02-02".parse().unwrap(), Vec::new())]),
            buffer_minutes: Change::Set(15),
            max_per_day: Change::Set(3),
            cancellation_notice_hours: Change::Set(12),
            ..AvailabilityChanges::default()
        };
        let set = block_on(service.update(&tutor, &changes, |_| true)).unwrap();
        assert_eq!(block_on(service.own(&tutor)).unwrap(), set);
        assert_eq!(sessions(&world, &tutor)[0].cancellation_notice, TimeDelta::hours(12));
        assert!(block_on(world.database.set_availability(tutor.user_id, set.clone())).is_err());
    }

    fn time_off_lists_the_sessions_that_it_affects(world: World) {
        let (tutor, _) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let period = Period { starts_at: now(), ends_at: all[1].occurrence.ends_at };
        let terms = |cancels_sessions| TimeOffTerms { period, reason: Some("Holidays".to_owned()), cancels_sessions };
        let service = world.availability_at(now());
        let off = block_on(service.add_time_off(&tutor, &terms(false))).unwrap();
        assert_eq!((off.affected.as_slice(), off.affected_count), (&all[..2], 2));
        assert_eq!(sessions(&world, &tutor), all);
        let off = block_on(service.add_time_off(&tutor, &terms(true))).unwrap();
        assert_eq!(off.affected, sessions(&world, &tutor)[..2]);
        let listed = block_on(service.time_off(&tutor, PageRequest::FIRST)).unwrap().items;
        assert_eq!((listed.len(), listed[0].clone()), (2, off.time_off.clone()));
        block_on(service.remove_time_off(&tutor, off.time_off.id)).unwrap();
        assert!(block_on(service.remove_time_off(&tutor, off.time_off.id)).is_err());
    }

    fn feeds_are_found_by_their_digests(world: World) {
        let (tutor, student) = enrolled(&world);
        let new = |digest: &str| NewFeed {
            owner: tutor.user_id,
            scope: FeedScope::Busy,
            name: None,
            digest: digest.to_owned(),
            at: now(),
        };
        for number in 0..20 {
            assert!(block_on(world.database.create_feed(new(&number.to_string()))).unwrap().is_some());
        }
        assert_eq!(block_on(world.database.create_feed(new("20"))).unwrap(), None);
        let feed = block_on(world.database.find_feed("19")).unwrap().unwrap();
        assert_eq!(block_on(world.database.feeds(tutor.user_id)).unwrap()[0], feed);
        assert!(!block_on(world.database.delete_feed(student.user_id, feed.id)).unwrap());
        assert!(block_on(world.database.delete_feed(tutor.user_id, feed.id)).unwrap());
        assert_eq!(block_on(world.database.find_feed("19")).unwrap(), None);
        assert_eq!(block_on(world.database.sessions_since(tutor.user_id, now(), 5000)).unwrap().len(), 3);
        let identity = block_on(world.database.installation("one")).unwrap();
        assert_eq!(
            (identity.as_str(), block_on(world.database.installation("two")).unwrap()),
            ("one", "one".to_owned())
        );
    }
}
