//! A simple calendar in memory: the expected effect of every action.
//!
//! Times are minutes on the wall clock of one zone without clock changes. The rules are stated a second time here, on lists.

use astegni_domain::schedule::{ConflictKind, SessionStatus};

pub(super) const DAY: i64 = 24 * 60;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lesson {
    pub(super) id: i64,
    pub(super) course: i64,
    pub(super) place: i32,
    pub(super) tutor: usize,
    pub(super) student: usize,
    pub(super) day: i64,
    pub(super) times: Times,
    pub(super) series_day: i64,
    pub(super) is_exception: bool,
    pub(super) status: SessionStatus,
    pub(super) is_late: bool,
    pub(super) moved_at: Option<i64>,
    pub(super) version: i32,
}

/// A start, in minutes since midnight, and a duration in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) from: i64,
    pub(super) length: i64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    pub(super) id: i64,
    pub(super) tutor: usize,
    pub(super) student: usize,
    pub(super) included: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Off {
    pub(super) id: i64,
    pub(super) tutor: usize,
    pub(super) from: i64,
    pub(super) until: i64,
}

/// A new time of a session, and of those behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    pub(super) day: Option<i64>,
    pub(super) times: Option<Times>,
    pub(super) following: bool,
    pub(super) overwrites: bool,
}

/// Reasons why an action changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    NotFound,
    TutorOnly,
    Status,
    HasBegun,
    NotBegun,
    UsedUp,
    /// Another thread was always first.
    Outrun,
    Clashes(Vec<(i64, ConflictKind)>),
}

#[derive(Debug, Default)]
pub(super) struct Calendar {
    pub(super) now: i64,
    pub(super) lessons: Vec<Lesson>,
    pub(super) courses: Vec<Course>,
    pub(super) offs: Vec<Off>,
    /// The time before the start within which a student cancels late, by tutor.
    pub(super) notice: Vec<i64>,
}

impl Lesson {
    pub(super) fn start(&self) -> i64 {
        self.day * DAY + self.times.from
    }

    pub(super) fn end(&self) -> i64 {
        self.start() + self.times.length
    }

    pub(super) fn is_upcoming(&self, now: i64) -> bool {
        self.status == SessionStatus::Scheduled && self.start() > now
    }
}

impl Calendar {
    fn lesson(&self, id: i64) -> &Lesson {
        self.lessons.iter().find(|lesson| lesson.id == id).unwrap()
    }

    pub(super) fn lesson_mut(&mut self, id: i64) -> &mut Lesson {
        self.lessons.iter_mut().find(|lesson| lesson.id == id).unwrap()
    }

    pub(super) fn course(&self, id: i64) -> &Course {
        self.courses.iter().find(|course| course.id == id).unwrap()
    }

    /// Returns the clashes of new times, given in ascending order, of two people.
    pub(super) fn clashes(
        &self,
        (tutor, student): (usize, usize),
        new: &[(i64, i64)],
        moving: &[i64],
    ) -> Vec<(i64, ConflictKind)> {
        let is_booked = |person: usize, (start, end): (i64, i64)| {
            self.lessons.iter().any(|other| {
                other.status != SessionStatus::Cancelled
                    && !moving.contains(&other.id)
                    && (other.tutor == person || other.student == person)
                    && other.start() < end
                    && start < other.end()
            })
        };
        let mut clashes = Vec::new();
        let mut kept: Vec<(i64, i64)> = Vec::new();
        for time in new {
            let overlaps = |(start, end): (i64, i64)| start < time.1 && time.0 < end;
            let kind = if time.0 <= self.now {
                Some(ConflictKind::InPast)
            } else if is_booked(tutor, *time) {
                Some(ConflictKind::TutorBusy)
            } else if self.offs.iter().any(|off| off.tutor == tutor && overlaps((off.from, off.until))) {
                Some(ConflictKind::TimeOff)
            } else if is_booked(student, *time) {
                Some(ConflictKind::StudentBusy)
            } else if kept.iter().any(|earlier| overlaps(*earlier)) {
                Some(ConflictKind::TutorBusy)
            } else {
                None
            };
            match kind {
                Some(kind) => clashes.push((time.0, kind)),
                None => kept.push(*time),
            }
        }
        clashes
    }

    /// Returns the sessions of a booking: those without clashes, if `skips`, or all, up to the number of the package.
    pub(super) fn book(
        &self,
        people: (usize, usize),
        new: &[(i64, i64)],
        included: Option<usize>,
        skips: bool,
    ) -> Result<Vec<(i64, i64)>, Refusal> {
        let limit = included.unwrap_or(usize::MAX);
        if !skips {
            let first: Vec<_> = new.iter().copied().take(limit).collect();
            let clashes = self.clashes(people, &first, &[]);
            return if clashes.is_empty() { Ok(first) } else { Err(Refusal::Clashes(clashes)) };
        }
        let clashes = self.clashes(people, new, &[]);
        let free = new.iter().copied().filter(|time| clashes.iter().all(|(start, _)| *start != time.0));
        let free: Vec<_> = free.take(limit).collect();
        if free.is_empty() && !clashes.is_empty() { Err(Refusal::Clashes(clashes)) } else { Ok(free) }
    }

    pub(super) fn shift(&mut self, by: usize, id: i64, shift: Shift) -> Result<(), Refusal> {
        let base = self.lesson(id).clone();
        match by {
            _ if by == base.tutor => {}
            _ if by == base.student => return Err(Refusal::TutorOnly),
            _ => return Err(Refusal::NotFound),
        }
        if base.status == SessionStatus::Cancelled {
            return Err(Refusal::Status);
        }
        if shift.day.is_none() && shift.times.is_none() {
            return Ok(());
        }
        let days = shift.day.map_or(0, |day| day - base.day);
        let mut target =
            Lesson { day: shift.day.unwrap_or(base.day), times: shift.times.unwrap_or(base.times), ..base.clone() };
        let moves = |old: &Lesson, new: &Lesson| (old.day, old.times) != (new.day, new.times);
        if shift.following {
            target.series_day += days;
        } else {
            target.is_exception |= moves(&base, &target);
        }
        if moves(&base, &target) && base.status != SessionStatus::Scheduled {
            return Err(Refusal::Status);
        }
        if moves(&base, &target) && base.start() <= self.now {
            return Err(Refusal::HasBegun);
        }
        let mut pairs = vec![(base.clone(), target.clone())];
        let behind = self.lessons.iter().filter(|one| one.course == base.course && one.start() > base.start());
        for one in behind.filter(|one| shift.following && one.is_upcoming(self.now)) {
            if one.is_exception && !(shift.overwrites && one.series_day > base.series_day) {
                continue;
            }
            let day = one.series_day + days;
            let times = if one.is_exception { target.times } else { shift.times.unwrap_or(one.times) };
            pairs.push((one.clone(), Lesson { day, times, series_day: day, is_exception: false, ..one.clone() }));
        }
        pairs.retain(|(old, new)| old != new);
        let moving: Vec<&Lesson> = pairs.iter().filter(|(old, new)| moves(old, new)).map(|(_, new)| new).collect();
        let ids: Vec<i64> = moving.iter().map(|lesson| lesson.id).collect();
        let mut new: Vec<(i64, i64)> = moving.iter().map(|lesson| (lesson.start(), lesson.end())).collect();
        new.sort_by_key(|time| time.0);
        let clashes = self.clashes((base.tutor, base.student), &new, &ids);
        if !clashes.is_empty() {
            return Err(Refusal::Clashes(clashes));
        }
        for (old, mut changed) in pairs {
            changed.version += 1;
            changed.moved_at = if old.start() == changed.start() { changed.moved_at } else { Some(self.now) };
            let id = changed.id;
            *self.lesson_mut(id) = changed;
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self, by: usize, id: i64, following: bool) -> Result<(), Refusal> {
        let base = self.lesson(id).clone();
        if by != base.tutor && by != base.student {
            return Err(Refusal::NotFound);
        }
        if base.status != SessionStatus::Scheduled {
            return Err(Refusal::Status);
        }
        if base.start() <= self.now {
            return Err(Refusal::HasBegun);
        }
        let (now, notice) = (self.now, self.notice[base.tutor]);
        for one in self.lessons.iter_mut().filter(|one| one.course == base.course && one.is_upcoming(now)) {
            if one.id == id || (following && one.start() > base.start()) {
                let deadline = one.start() - notice;
                let deadline = if one.moved_at.is_some_and(|moved| moved > deadline) { one.start() } else { deadline };
                one.is_late = by == one.student && now > deadline;
                one.status = SessionStatus::Cancelled;
                one.version += 1;
            }
        }
        Ok(())
    }

    pub(super) fn conclude(&mut self, by: usize, id: i64, status: SessionStatus) -> Result<(), Refusal> {
        let base = self.lesson(id);
        if by != base.tutor {
            return Err(if by == base.student { Refusal::TutorOnly } else { Refusal::NotFound });
        }
        match base.status {
            SessionStatus::Cancelled => Err(Refusal::Status),
            current if current == status => Ok(()),
            _ if base.start() > self.now => Err(Refusal::NotBegun),
            _ => {
                let lesson = self.lesson_mut(id);
                (lesson.status, lesson.version) = (status, lesson.version + 1);
                Ok(())
            }
        }
    }

    /// Decides whether a session can be added to a course.
    pub(super) fn add(&self, by: usize, course: i64, start: i64, end: i64) -> Result<(), Refusal> {
        let course = *self.course(course);
        if by != course.tutor {
            return Err(Refusal::NotFound);
        }
        let is_used = |one: &&Lesson| one.status != SessionStatus::Cancelled || one.is_late;
        let used = self.lessons.iter().filter(|one| one.course == course.id).filter(is_used).count();
        if course.included.is_some_and(|included| used >= included) {
            return Err(Refusal::UsedUp);
        }
        let clashes = self.clashes((course.tutor, course.student), &[(start, end)], &[]);
        if clashes.is_empty() { Ok(()) } else { Err(Refusal::Clashes(clashes)) }
    }

    /// Gives a tutor time off, and returns the number of sessions that it affects.
    pub(super) fn take_off(&mut self, off: Off, cancels: bool) -> usize {
        let now = self.now;
        self.offs.push(off);
        let affected = self.lessons.iter_mut().filter(|one| {
            one.tutor == off.tutor
                && one.status == SessionStatus::Scheduled
                && one.start() < off.until
                && off.from < one.end()
        });
        let mut count = 0;
        for one in affected {
            count += 1;
            if cancels && one.start() > now {
                (one.status, one.version) = (SessionStatus::Cancelled, one.version + 1);
            }
        }
        count
    }
}
