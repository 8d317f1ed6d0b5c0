//! Rechecking sessions after a change of time zone rules.

use astegni_domain::accounts::Role;
use astegni_domain::ids::SessionId;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::ScheduleDraft;
use astegni_domain::schedule::{
    ChangeKind, ConflictKind, RecheckReport, Session, SessionQueries, SessionRepository, ZONE_RULES,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_executor::block_on;

use super::{EVERY_DAY, assert_consistent, book, cancel, enrolled, sessions, time, written};
use crate::harness::{World, contract, dates, now, weekly};

/// Makes a session look as if it was resolved under former rules, at other instants.
pub(super) fn resolved_before(world: &World, session: &Session, shift: TimeDelta) {
    let text = |instant: DateTime<Utc>| (instant + shift).format("%Y-%m-%d %H:%M:%S").to_string();
    world.execute(&format!(
        "UPDATE sessions SET zone_rules = '2020a', starts_at = '{}', ends_at = '{}' WHERE id = {}",
        text(session.occurrence.starts_at),
        text(session.occurrence.ends_at),
        session.id
    ));
}

fn under_other_rules(world: &World) -> i64 {
    world.number(&format!("SELECT COUNT(*) FROM sessions WHERE zone_rules <> '{ZONE_RULES}'"))
}

fn recheck(world: &World) -> (usize, Vec<SessionId>, Vec<(SessionId, ConflictKind)>) {
    let report = block_on(world.sessions_at(now()).recheck_zones()).unwrap();
    let stuck = report.stuck.iter().map(|stuck| (stuck.session.id, stuck.conflict.kind)).collect();
    (report.unchanged, report.moved, stuck)
}

/// Ignores what every move changes.
fn as_booked(session: &Session) -> Session {
    Session { version: 0, rescheduled_at: None, ..session.clone() }
}

contract! {
    fn sessions_follow_their_wall_clock_and_others_are_confirmed(world: World) {
        let (tutor, _) = enrolled(&world);
        let all = sessions(&world, &tutor);
        resolved_before(&world, &all[0], TimeDelta::hours(1));
        resolved_before(&world, &all[1], TimeDelta::zero());
        let (before, stored) = (written(&world), sessions(&world, &tutor));
        let trial = block_on(world.sessions_at(now()).preview_recheck()).unwrap();
        assert_eq!((trial.unchanged, trial.moved, trial.stuck.len()), (1, vec![all[0].id], 0));
        assert_eq!((written(&world), sessions(&world, &tutor)), (before, stored), "a trial writes nothing");
        assert_eq!(under_other_rules(&world), 2);

        assert_eq!(recheck(&world), (1, vec![all[0].id], vec![]));
        let after = sessions(&world, &tutor);
        assert_eq!(after.iter().map(as_booked).collect::<Vec<_>>(), all);
        assert_eq!(after.iter().map(|session| session.version).collect::<Vec<_>>(), [1, 0, 0]);
        let history = block_on(world.database.history(all[0].id, PageRequest::FIRST)).unwrap().items;
        assert_eq!((history[0].kind, history[0].actor.as_ref()), (ChangeKind::ZoneRules, None));
        assert!(history[0].fields.is_empty(), "the wall clock is the same");
        assert_eq!(history[0].from.unwrap().starts_at, all[0].occurrence.starts_at + TimeDelta::hours(1));

        let before = written(&world);
        assert_eq!((recheck(&world), under_other_rules(&world)), ((0, vec![], vec![]), 0));
        assert_eq!(written(&world), before, "a second run does nothing");
        assert_consistent(&world);
    }

    fn sessions_that_are_over_cancelled_or_have_begun_are_left_alone(world: World) {
        let (tutor, _) = enrolled(&world);
        let all = sessions(&world, &tutor);
        for session in &all {
            resolved_before(&world, session, TimeDelta::hours(1));
        }
        world.execute(&format!("UPDATE sessions SET status = 'cancelled' WHERE id = {}", all[0].id));
        world.execute(&format!("UPDATE sessions SET status = 'completed' WHERE id = {}", all[1].id));
        let started = all[2].occurrence.starts_at + TimeDelta::hours(1);
        let before = sessions(&world, &tutor);
        let report = block_on(world.sessions_at(started).recheck_zones()).unwrap();
        assert_eq!((report, sessions(&world, &tutor)), (RecheckReport::default(), before));
        let rules = |after: SessionId, limit| {
            let found = block_on(world.database.resolved_under_other_rules(ZONE_RULES, now(), after, limit)).unwrap();
            found.iter().map(|facts| facts.session.id).collect::<Vec<_>>()
        };
        assert_eq!(rules(SessionId::new(0), 10), [all[2].id]);
        assert!(rules(all[2].id, 10).is_empty());
    }

    fn the_sessions_under_other_rules_are_listed_by_id(world: World) {
        let (tutor, _) = enrolled(&world);
        let all = sessions(&world, &tutor);
        let rules = |rules: &str, after: SessionId, limit| {
            let found = block_on(world.database.resolved_under_other_rules(rules, now(), after, limit)).unwrap();
            found.iter().map(|facts| facts.session.id).collect::<Vec<_>>()
        };
        let ids: Vec<_> = all.iter().map(|session| session.id).collect();
        assert!(rules(ZONE_RULES, SessionId::new(0), 10).is_empty());
        assert_eq!(rules("2099a", SessionId::new(0), 10), ids);
        assert_eq!(rules("2099a", SessionId::new(0), 2), ids[..2]);
        assert_eq!(rules("2099a", ids[0], 10), ids[1..]);
        let confirmed = vec![(ids[0], 0), (ids[1], 1), (ids[2], 0)];
        block_on(world.database.confirm_rules(confirmed, "2099a")).unwrap();
        assert_eq!(rules("2099a", SessionId::new(0), 10), [ids[1]], "a session of another version is left out");
        assert_eq!(sessions(&world, &tutor), all, "a confirmation is no change");
        block_on(world.database.confirm_rules(Vec::new(), "2099a")).unwrap();
    }

    fn adjacent_sessions_move_together_in_either_direction(world: World) {
        for shift in [TimeDelta::hours(1), TimeDelta::hours(-1)] {
            let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
            for hour in [10, 12, 14] {
                book(&world, &tutor, &student, dates(&["2026-02-02"], hour, hour + 2));
            }
            let all = sessions(&world, &tutor);
            for session in &all {
                resolved_before(&world, session, shift);
            }
            let (unchanged, mut moved, stuck) = recheck(&world);
            moved.sort_unstable();
            assert_eq!((unchanged, moved, stuck), (0, all.iter().map(|session| session.id).collect(), vec![]));
            assert_eq!(sessions(&world, &tutor).iter().map(as_booked).collect::<Vec<_>>(), all);
            assert!(sessions(&world, &tutor).iter().all(|session| session.version == 1));
        }
        assert_consistent(&world);
    }

    fn sessions_that_would_conflict_are_reported_and_left_alone(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        book(&world, &tutor, &student, dates(&["2026-02-02"], 10, 12));
        let stuck = sessions(&world, &tutor).remove(0);
        resolved_before(&world, &stuck, TimeDelta::hours(2));
        let other = world.person(Role::Student);
        book(&world, &tutor, &other, dates(&["2026-02-02"], 11, 12));
        let blocking = sessions(&world, &other).remove(0);
        let (before, stored) = (written(&world), sessions(&world, &tutor));
        for _ in 0..2 {
            assert_eq!(recheck(&world), (0, vec![], vec![(stuck.id, ConflictKind::TutorBusy)]));
            assert_eq!((&written(&world), &sessions(&world, &tutor)), (&before, &stored));
            assert_eq!(under_other_rules(&world), 1);
        }
        cancel(&world, &tutor, blocking.id);
        assert_eq!(recheck(&world), (0, vec![stuck.id], vec![]));
        assert_consistent(&world);
    }

    fn many_sessions_are_rechecked_in_parts(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let schedule = ScheduleDraft { days: Some(EVERY_DAY.to_vec()), weeks: Some(26), ..weekly() };
        book(&world, &tutor, &student, schedule.clone());
        let afternoon = ScheduleDraft { start_time: time(14), end_time: time(15), ..schedule };
        book(&world, &tutor, &world.person(Role::Student), afternoon);
        world.execute("UPDATE sessions SET zone_rules = '2020a'");
        let count = usize::try_from(world.number("SELECT COUNT(*) FROM sessions")).unwrap();
        assert!(count > 200, "more than one part");
        let trial = block_on(world.sessions_at(now()).preview_recheck()).unwrap();
        assert_eq!((trial.unchanged, trial.moved.len(), trial.stuck.len()), (count, 0, 0));
        assert_eq!(recheck(&world), (count, vec![], vec![]));
        assert_eq!(under_other_rules(&world), 0);
    }
}
