//! Random actions of three people, compared with a [simple calendar](calendar) after each of them.

mod calendar;
mod concurrent;
mod stage;

use astegni_domain::change::Change;
use astegni_domain::schedule::{AvailabilityChanges, SessionStatus};
use futures_executor::block_on;

use self::calendar::{Calendar, Course, DAY, Lesson, Off, Refusal, Shift, Times};
use self::stage::{Action, Days, Effect, INCLUDED, Stage, minute};
use super::assert_consistent;
use crate::harness::{contract, now};

/// The number of actions.
const STEPS: usize = 1500;

/// The sessions that actions name ended at most this long ago, in minutes.
const REACH: i64 = 3 * DAY;

/// A generator of pseudo-random numbers: Marsaglia's xorshift.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    /// Returns a number between two others, both inclusive.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let count = u64::try_from(high - low + 1).unwrap();
        low + i64::try_from(self.next() % count).unwrap()
    }

    pub(super) fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        let last = i64::try_from(values.len()).unwrap() - 1;
        values[usize::try_from(self.between(0, last)).unwrap()].clone()
    }

    fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }
}

/// The seed of the tests; another one is chosen by `MODEL_SEED`. A test that fails shows it.
fn seed() -> u64 {
    let seed = std::env::var("MODEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
    println!("MODEL_SEED={seed}");
    seed
}

fn times(random: &mut Random) -> Times {
    Times { from: 30 * random.between(16, 42), length: random.one_of(&[30, 60, 60, 90, 120, 120, 480]) }
}

fn booking(random: &mut Random, now: i64) -> Action {
    let (tutor, student) = random.one_of(&[(0, 1), (1, 0), (0, 2), (1, 2)]);
    let days = if random.chance(70) {
        let mut dates: Vec<i64> = (0..random.between(1, 4)).map(|_| now / DAY + random.between(1, 12)).collect();
        dates.sort_unstable();
        dates.dedup();
        Days::Dates(dates)
    } else {
        let mut days: Vec<u8> = (0..2).map(|_| random.one_of(&[0, 1, 2, 3, 4, 5, 6])).collect();
        days.dedup();
        Days::Weekly { days, weeks: random.one_of(&[1, 2]) }
    };
    Action::Book { tutor, student, days, times: times(random), is_limited: random.chance(40), skips: random.chance(40) }
}

/// Chooses an action on some of these sessions, courses and periods of time off.
fn choose(random: &mut Random, now: i64, lessons: &[Lesson], courses: &[Course], offs: &[Off]) -> Action {
    let near: Vec<&Lesson> = lessons.iter().filter(|lesson| lesson.end() > now - REACH).collect();
    let kind = random.between(0, 85);
    if near.is_empty() || courses.is_empty() || kind < 17 {
        return booking(random, now);
    }
    let begun: Vec<&Lesson> = near.iter().copied().filter(|lesson| lesson.start() <= now).collect();
    let concludes = (55..67).contains(&kind);
    let prefers_begun = concludes && !begun.is_empty() && random.chance(80);
    let lesson = random.one_of(if prefers_begun { &begun } else { &near });
    let (id, other) = (lesson.id, 3 - lesson.tutor - lesson.student);
    match kind {
        17..42 => {
            let by = random.one_of(&[[lesson.tutor; 8].as_slice(), &[lesson.student, other]].concat());
            let day = random.chance(70).then(|| lesson.day + random.between(-2, 4));
            let times = (day.is_none() || random.chance(50)).then(|| times(random));
            let shift = Shift { day, times, following: random.chance(40), overwrites: random.chance(50) };
            Action::Shift { by, id, shift }
        }
        42..55 => {
            let by = random.one_of(&[lesson.tutor, lesson.student, lesson.tutor, lesson.student, other]);
            Action::Cancel { by, id, following: random.chance(30) }
        }
        55..67 => {
            let by = random.one_of(&[[lesson.tutor; 8].as_slice(), &[lesson.student, other]].concat());
            Action::Conclude { by, id, status: random.one_of(&[SessionStatus::Completed, SessionStatus::NoShow]) }
        }
        67..74 => {
            let course = random.one_of(courses);
            let by = if random.chance(90) { course.tutor } else { course.student };
            let day = now / DAY + random.between(0, 8);
            Action::Add { by, course: course.id, day, times: times(random) }
        }
        _ if kind < 81 || offs.is_empty() => {
            let from = now + random.between(-DAY, 6 * DAY);
            let until = (from + random.between(60, 2 * DAY)).max(now + 1);
            Action::TakeOff { tutor: random.one_of(&[0, 1]), from, until, cancels: random.chance(50) }
        }
        _ => {
            let off = random.one_of(offs);
            let tutor = if random.chance(90) { off.tutor } else { 1 - off.tutor };
            Action::Return { tutor, id: off.id }
        }
    }
}

/// Returns the starts and ends of the sessions of a booking.
fn expand(days: &Days, times: Times, now: i64) -> Vec<(i64, i64)> {
    let is_weekday = |day: i64, weekdays: &[u8]| weekdays.iter().any(|one| i64::from(*one) == (day + 3) % 7);
    let dates: Vec<i64> = match days {
        Days::Dates(dates) => dates.clone(),
        Days::Weekly { days, weeks } => {
            let today = now / DAY;
            (today..=today + 7 * i64::from(*weeks))
                .filter(|day| is_weekday(*day, days) && day * DAY + times.from > now)
                .collect()
        }
    };
    dates.iter().map(|day| (day * DAY + times.from, day * DAY + times.from + times.length)).collect()
}

/// Predicts the outcome of an action, and applies it. The ids of what is new are those of the database.
fn predict(calendar: &mut Calendar, action: &Action, found: Effect, new: &[Lesson]) -> Result<Effect, Refusal> {
    let unchanged = |()| Effect::default();
    match action {
        Action::Book { tutor, student, days, times, is_limited, skips } => {
            let included = is_limited.then_some(INCLUDED);
            let people = (*tutor, *student);
            let booked = calendar.book(people, &expand(days, *times, calendar.now), included, *skips)?;
            calendar.courses.push(Course { id: found.id, tutor: *tutor, student: *student, included });
            for (place, (start, _)) in (0..).zip(&booked) {
                let id = new.iter().find(|lesson| lesson.place == place).map_or(0, |lesson| lesson.id);
                calendar.lessons.push(booked_lesson((found.id, place, id), people, *start, *times));
            }
            Ok(Effect { id: found.id, count: booked.len() })
        }
        Action::Shift { by, id, shift } => calendar.shift(*by, *id, *shift).map(unchanged),
        Action::Cancel { by, id, following } => calendar.cancel(*by, *id, *following).map(unchanged),
        Action::Conclude { by, id, status } => calendar.conclude(*by, *id, *status).map(unchanged),
        Action::Add { by, course, day, times } => {
            let start = day * DAY + times.from;
            calendar.add(*by, *course, start, start + times.length)?;
            let place = calendar.lessons.iter().filter(|lesson| lesson.course == *course).count();
            let Course { tutor, student, .. } = *calendar.course(*course);
            let place = i32::try_from(place).unwrap();
            let lesson = booked_lesson((*course, place, found.id), (tutor, student), start, *times);
            calendar.lessons.push(Lesson { is_exception: true, ..lesson });
            Ok(Effect { id: found.id, count: 1 })
        }
        Action::TakeOff { tutor, from, until, cancels } => {
            let off = Off { id: found.id, tutor: *tutor, from: *from, until: *until };
            Ok(Effect { id: found.id, count: calendar.take_off(off, *cancels) })
        }
        Action::Return { tutor, id } => {
            let place = calendar.offs.iter().position(|off| off.id == *id && off.tutor == *tutor);
            calendar.offs.remove(place.ok_or(Refusal::NotFound)?);
            Ok(Effect::default())
        }
    }
}

fn booked_lesson(
    (course, place, id): (i64, i32, i64),
    (tutor, student): (usize, usize),
    start: i64,
    times: Times,
) -> Lesson {
    let day = start / DAY;
    Lesson {
        id,
        course,
        place,
        tutor,
        student,
        day,
        times,
        series_day: day,
        is_exception: false,
        status: SessionStatus::Scheduled,
        is_late: false,
        moved_at: None,
        version: 0,
    }
}

/// Compares the sessions of all people that end after a minute.
fn compare(stage: &Stage<'_>, calendar: &Calendar, since: i64, context: &str) {
    for person in 0..3 {
        let is_shown = |one: &&Lesson| (one.tutor == person || one.student == person) && one.end() > since;
        let mut expected: Vec<Lesson> = calendar.lessons.iter().filter(is_shown).cloned().collect();
        expected.sort_by_key(|lesson| (lesson.start(), lesson.id));
        let found = stage.lessons(person, since);
        let differs = expected.iter().zip(&found).find(|(expected, found)| expected != found);
        assert!(differs.is_none(), "{context}: expected and found {differs:#?}");
        assert_eq!(found.len(), expected.len(), "{context}");
    }
}

contract! {
    fn sessions_are_those_of_a_simple_calendar(world: World) {
        let seed = seed();
        let mut random = Random::new(seed);
        let stage = Stage::new(&world);
        let notice = Change::Set(24);
        let changes = AvailabilityChanges { cancellation_notice_hours: notice, ..AvailabilityChanges::default() };
        block_on(world.availability_at(now()).update(&stage.people[0], &changes, |_| true)).unwrap();
        let mut calendar = Calendar { now: minute(now()), notice: vec![DAY, 0], ..Calendar::default() };
        let (mut done, mut refused) = (0, 0);
        for step in 0..STEPS {
            if random.chance(14) {
                calendar.now += random.one_of(&[30, 90, DAY / 4, DAY / 2, DAY]);
                continue;
            }
            let action = choose(&mut random, calendar.now, &calendar.lessons, &calendar.courses, &calendar.offs);
            let context = format!("seed {seed}, step {step}, at {}, {action:?}", calendar.now);
            let outcome = stage.perform(&action, calendar.now);
            let effect = outcome.clone().unwrap_or_default();
            let new = match &action {
                Action::Book { student, .. } => stage.lessons(*student, calendar.now),
                _ => Vec::new(),
            };
            let new: Vec<Lesson> = new.into_iter().filter(|lesson| lesson.course == effect.id).collect();
            assert_eq!(outcome, predict(&mut calendar, &action, effect, &new), "{context}");
            *(if outcome.is_ok() { &mut done } else { &mut refused }) += 1;
            if step % 5 == 0 {
                compare(&stage, &calendar, calendar.now - REACH - DAY, &context);
            }
        }
        compare(&stage, &calendar, 0, "at the end");
        assert!(done > STEPS / 3 && refused > STEPS / 10, "{done} {refused}: the actions are one-sided");
        assert_consistent(&world);
    }
}
