//! Random actions of the same three people at once.

use super::calendar::{Course, Lesson};
use super::stage::{Stage, minute};
use super::{Random, booking, choose, seed};
use crate::harness::{contract, now, race};
use crate::scheduling::{assert_consistent, taught_during_time_off};

const THREADS: usize = 6;
const STEPS: usize = 60;

/// Takes a random action on the sessions of a random person, as they are when it is chosen.
fn act(stage: &Stage<'_>, random: &mut Random) -> bool {
    let at = minute(now());
    let lessons: Vec<Lesson> = stage.lessons(random.one_of(&[0, 1, 2]), at);
    let course =
        |lesson: &Lesson| Course { id: lesson.course, tutor: lesson.tutor, student: lesson.student, included: None };
    let courses: Vec<Course> = lessons.iter().map(course).collect();
    let offs = stage.offs(random.one_of(&[0, 1]));
    let action = choose(random, at, &lessons, &courses, &offs);
    stage.perform(&action, at).is_ok()
}

contract! {
    fn actions_at_once_leave_calendars_histories_and_logs_consistent(world: World) {
        let seed = seed();
        let stage = Stage::new(&world);
        let mut random = Random::new(seed);
        for _ in 0..10 {
            drop(stage.perform(&booking(&mut random, minute(now())), minute(now())));
        }
        let done = race(THREADS, |thread| {
            let mut random = Random::new(seed + 1 + u64::try_from(thread).unwrap());
            (0..STEPS).filter(|_| act(&stage, &mut random)).count()
        });
        let done: usize = done.iter().sum();
        assert!(done > THREADS * STEPS / 5, "only {done} actions succeeded");
        assert_consistent(&world);
        assert_eq!(taught_during_time_off(&world, "t.reason = 'cancels'"), 0);
        let people: Vec<usize> = (0..3).map(|person| stage.lessons(person, 0).len()).collect();
        let sessions = usize::try_from(world.number("SELECT COUNT(*) FROM sessions")).unwrap();
        assert_eq!(people.iter().sum::<usize>(), 2 * sessions, "every session is in two calendars");
    }
}
