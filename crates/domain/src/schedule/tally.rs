//! Tallies of sessions by status.

use super::SessionStatus;

/// The sessions that have one status, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusTotal {
    /// The status that the sessions have in common.
    pub status: SessionStatus,
    /// The number of sessions.
    pub sessions: i64,
    /// Their duration together, in minutes.
    pub minutes: i64,
}

/// The number of sessions by status. Sessions that a party missed count towards the total only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the counts are named after the statuses")]
pub struct SessionTally {
    pub total: i64,
    pub completed: i64,
    pub scheduled: i64,
    pub in_progress: i64,
    pub cancelled: i64,
    /// The duration of the completed sessions together, in minutes.
    pub minutes_held: i64,
}

impl SessionTally {
    /// Returns the duration of the completed sessions in hundredths of an hour, rounded half up.
    pub fn hundredths_of_hours_held(&self) -> i64 {
        (self.minutes_held * 100 + 30) / 60
    }
}

impl FromIterator<StatusTotal> for SessionTally {
    fn from_iter<I: IntoIterator<Item = StatusTotal>>(totals: I) -> Self {
        let mut tally = Self::default();
        for StatusTotal { status, sessions, minutes } in totals {
            tally.total += sessions;
            match status {
                SessionStatus::Scheduled => tally.scheduled += sessions,
                SessionStatus::InProgress => tally.in_progress += sessions,
                SessionStatus::Completed => {
                    tally.completed += sessions;
                    tally.minutes_held += minutes;
                }
                SessionStatus::Cancelled => tally.cancelled += sessions,
                SessionStatus::NoShow => {}
            }
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(status: SessionStatus, sessions: i64) -> StatusTotal {
        StatusTotal { status, sessions, minutes: sessions * 90 }
    }

    #[test]
    fn every_status_counts_once_and_only_completed_sessions_were_held() {
        let tally: SessionTally = [
            total(SessionStatus::Scheduled, 1),
            total(SessionStatus::InProgress, 2),
            total(SessionStatus::Completed, 4),
            total(SessionStatus::Completed, 3),
            total(SessionStatus::Cancelled, 16),
            total(SessionStatus::NoShow, 32),
        ]
        .into_iter()
        .collect();
        let expected =
            SessionTally { total: 58, completed: 7, scheduled: 1, in_progress: 2, cancelled: 16, minutes_held: 630 };
        assert_eq!(tally, expected);
    }

    #[test]
    fn repeated_statuses_add_up() {
        for status in [SessionStatus::Scheduled, SessionStatus::InProgress, SessionStatus::Cancelled] {
            let tally: SessionTally = [total(status, 2), total(status, 3)].into_iter().collect();
            assert_eq!(tally.scheduled + tally.in_progress + tally.cancelled, 5);
            assert_eq!((tally.total, tally.minutes_held), (5, 0));
        }
    }

    #[test]
    fn hours_are_rounded_to_hundredths() {
        let hours = |minutes_held| SessionTally { minutes_held, ..SessionTally::default() }.hundredths_of_hours_held();
        assert_eq!([0, 1, 20, 40, 60, 90, 100].map(hours), [0, 2, 33, 67, 100, 150, 167]);
    }
}
