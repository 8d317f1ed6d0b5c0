//! Periods between two instants, and sets of them.

use chrono::{DateTime, Utc};

/// The time between two instants, the second one exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the two instants")]
pub struct Period {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl Period {
    /// Returns whether the periods share an instant: 10-11 and 11-12 do not.
    pub fn overlaps(self, other: Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }

    /// Returns whether the other period is a part of this one.
    pub fn contains(self, other: Self) -> bool {
        self.starts_at <= other.starts_at && other.ends_at <= self.ends_at
    }
}

/// Instants as disjoint periods in ascending order, in which others are found by binary search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeriodSet(Vec<Period>);

impl FromIterator<Period> for PeriodSet {
    /// Joins periods that overlap or touch, and leaves out empty ones.
    fn from_iter<I: IntoIterator<Item = Period>>(periods: I) -> Self {
        let mut periods: Vec<Period> = periods.into_iter().filter(|period| period.starts_at < period.ends_at).collect();
        periods.sort_by_key(|period| period.starts_at);
        let mut union: Vec<Period> = Vec::with_capacity(periods.len());
        for period in periods {
            match union.last_mut() {
                Some(previous) if previous.ends_at >= period.starts_at => {
                    previous.ends_at = previous.ends_at.max(period.ends_at);
                }
                _ => union.push(period),
            }
        }
        Self(union)
    }
}

impl PeriodSet {
    /// Adds a period.
    pub fn insert(&mut self, period: Period) {
        *self = self.0.iter().copied().chain([period]).collect();
    }

    /// Returns the periods, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Period> {
        self.0.iter().copied()
    }

    /// Returns whether a period is in the set as a whole.
    pub fn contains(&self, period: Period) -> bool {
        let behind = self.0.partition_point(|one| one.starts_at <= period.starts_at);
        behind.checked_sub(1).and_then(|place| self.0.get(place)).is_some_and(|one| one.contains(period))
    }

    /// Returns whether a period shares an instant with the set.
    pub fn overlaps(&self, period: Period) -> bool {
        let first = self.0.partition_point(|one| one.ends_at <= period.starts_at);
        self.0.get(first).is_some_and(|one| one.overlaps(period))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period((from, minutes): (i64, i64)) -> Period {
        let at = |minute: i64| DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(minute);
        Period { starts_at: at(from), ends_at: at(from + minutes) }
    }

    #[test]
    fn periods_that_touch_are_joined_and_empty_ones_left_out() {
        let set: PeriodSet = [(60, 60), (0, 60), (200, 0), (130, 5), (10, 20)].map(period).into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [(0, 120), (130, 5)].map(period));
    }

    proptest! {
        #[test]
        fn a_set_agrees_with_its_minutes(
            periods in prop::collection::vec((0_i64..200, 0_i64..40), 0..12),
            (from, minutes) in (0_i64..220, 1_i64..40),
        ) {
            let mut set: PeriodSet = periods.iter().skip(1).copied().map(period).collect();
            if let Some(first) = periods.first() {
                set.insert(period(*first));
            }
            let covers = |minute: i64| periods.iter().any(|(start, length)| (*start..start + length).contains(&minute));
            prop_assert_eq!(set.contains(period((from, minutes))), (from..from + minutes).all(covers));
            prop_assert_eq!(set.overlaps(period((from, minutes))), (from..from + minutes).any(covers));
        }
    }
}
