//! Schedules and sessions: from wall-clock times to instants in two calendars.
//!
//! Three kinds of time, never mixed: an instant (UTC), a wall-clock date and time in an IANA zone, and a
//! duration in minutes.

mod availability;
mod change;
mod conflict;
mod errors;
mod expansion;
mod feed;
mod filter;
#[cfg(test)]
mod fixtures;
mod period;
mod ports;
mod service;
mod session;
mod slot;
mod tally;
mod zone;

pub use availability::{
    Availability, AvailabilityChanges, AvailabilityError, AvailabilityRepository, AvailabilityService, DEFAULT_STEP,
    DayWindow, FreeSlots, MAX_AFFECTED, MAX_OVERRIDES, MAX_SLOT_DAYS, MAX_TIME_OFF, MAX_WINDOWS, NewTimeOff, Objection,
    Openings, RecordedTimeOff, STEPS, SlotQuery, SlotsError, TimeOff, TimeOffError, TimeOffPlan, TimeOffTerms,
    cancellation_notice,
};
pub use change::{
    ActionRefusal, AddSessionError, AddedSession, AdditionPlan, AdditionRefusal, Announcement, CancelCommand,
    ChangeFacts, ChangeKind, ChangedField, CourseContact, CourseFacts, FindCourseError, HistoryEntry, Move,
    MovedSessions, Outcome, PackageUse, RecheckReport, Scope, SessionAction, SessionChange, SessionChangeError,
    SessionChangePlan, SessionRepository, SessionService, SessionUpdate, StuckSession, parse_topics, plan_addition,
    plan_cancellation, plan_cancellations, plan_recheck, plan_update,
};
pub use conflict::{Booking, BusyTimes, Conflict, ConflictKind, Parties, find_conflicts};
pub use errors::SessionError;
pub use expansion::{DEFAULT_WEEKS, MAX_SESSIONS, Occurrence, Schedule, expand, last_chance, self_overlap};
pub use feed::{
    Calendar, CalendarEvent, CalendarFeed, CreatedFeed, FEED_SECRET_PREFIX, FeedError, FeedRepository, FeedScope,
    FeedService, MAX_FEEDS, NewFeed, parse_feed_name,
};
pub use filter::{Bound, ListedSessions, Perspective, SessionFilter, Side};
pub use period::{Period, PeriodSet};
pub use ports::{CalendarQueries, SessionQueries};
pub use service::{ScheduleService, StudentSessions};
pub use session::{Cancellation, PriorityLevel, Session, SessionMode, SessionStatus};
pub use slot::{TimeSlot, parse_date, parse_time, parse_weekday, weekday_name};
pub use tally::{SessionTally, StatusTotal};
pub use zone::{DEFAULT_ZONE, Dst, ZONE_RULES, parse_zone, resolve};

#[cfg(feature = "test-util")]
pub use availability::MockAvailabilityRepository;
#[cfg(feature = "test-util")]
pub use change::MockSessionRepository;
#[cfg(feature = "test-util")]
pub use feed::MockFeedRepository;
#[cfg(feature = "test-util")]
pub use ports::{MockCalendarQueries, MockSessionQueries};
