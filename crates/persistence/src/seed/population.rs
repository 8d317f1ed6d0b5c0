//! The arithmetic of a population: its users are numbered from 1, and their follows depend on nothing but these numbers.

use super::count;

/// The distance between two users whom a user follows. A prime, so that the follows are spread over everyone.
const STRIDE: i64 = 7919;

/// The numbers that describe a population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PopulationSize {
    /// Number of users, all of them students.
    pub users: u32,
    /// Number of users who are tutors as well, the first of all users.
    pub tutors: u32,
    /// Number of users whom each user follows, less repetitions in a small population.
    pub follows: u32,
    /// Number of users after the first who follow the first.
    pub celebrity: u32,
}

/// Error returned for a population that cannot exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPopulation {
    /// There are more tutors than users.
    #[error("there cannot be more tutors than users")]
    TooManyTutors,
    /// There are not enough users besides the first to follow the first.
    #[error("there must be more users than followers of the first user")]
    TooManyFollowers,
}

/// A population that can be written to an empty database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    pub(super) users: i64,
    pub(super) tutors: i64,
    /// Number of users after the first who follow the first, whether or not they do so by their strides.
    pub(super) celebrity: i64,
    /// The distances, modulo the number of users, at which each user follows another. They are distinct, and none
    /// leads back to the user, so that their number is that of every user's follows and followers.
    pub(super) strides: Vec<i64>,
}

impl Population {
    /// Checks the size of a population. User n follows `1 + (n + k * 7919) % users` for each k up to `follows`, except
    /// n itself and repetitions.
    pub fn new(size: PopulationSize) -> Result<Self, InvalidPopulation> {
        if size.tutors > size.users {
            return Err(InvalidPopulation::TooManyTutors);
        }
        if size.celebrity > size.users.saturating_sub(1) {
            return Err(InvalidPopulation::TooManyFollowers);
        }
        let users = i64::from(size.users);
        let mut strides = Vec::new();
        for stride in (1..=i64::from(size.follows)).filter_map(|k| (k * STRIDE).checked_rem(users)) {
            if stride != users - 1 && !strides.contains(&stride) {
                strides.push(stride);
            }
        }
        Ok(Self { users, tutors: size.tutors.into(), celebrity: size.celebrity.into(), strides })
    }

    /// Returns the number of users.
    pub fn users(&self) -> i64 {
        self.users
    }

    /// Returns the number of tutors, each of whom offers two packages.
    pub fn tutors(&self) -> i64 {
        self.tutors
    }

    /// Returns the number of follows between all users.
    pub fn follows(&self) -> i64 {
        let already: Vec<i64> = self.followers_by_stride().filter(|user| self.is_fan(*user)).collect();
        self.follows_by_stride(self.users) + self.celebrity - count(&already)
    }

    /// Returns the number of follows that the strides of some users make.
    pub(super) fn follows_by_stride(&self, users: i64) -> i64 {
        users * count(&self.strides)
    }

    /// Returns the users who follow the first user by one of their strides.
    pub(super) fn followers_by_stride(&self) -> impl Iterator<Item = i64> {
        self.strides.iter().map(|stride| self.users - stride)
    }

    fn is_fan(&self, user: i64) -> bool {
        (2..=self.celebrity + 1).contains(&user)
    }

    /// Returns the SQL condition that user `n` follows the first user although none of the strides says so.
    pub(super) fn follows_celebrity_only(&self) -> String {
        let already: Vec<String> = self.followers_by_stride().map(|user| user.to_string()).collect();
        let range = format!("n BETWEEN 2 AND {}", self.celebrity + 1);
        if already.is_empty() { range } else { format!("{range} AND n NOT IN ({})", already.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Lists the follows as the documentation of [`Population::new`] defines them.
    fn follows(size: PopulationSize) -> BTreeSet<(i64, i64)> {
        let users = i64::from(size.users);
        let stride = |n: i64, k: i64| (n, 1 + (n + k * STRIDE) % users);
        let by_stride = (1..=users).flat_map(|n| (1..=i64::from(size.follows)).map(move |k| stride(n, k)));
        let fans = (2..=i64::from(size.celebrity) + 1).map(|n| (n, 1));
        by_stride.chain(fans).filter(|(from, to)| from != to).collect()
    }

    #[test]
    fn follows_are_counted_without_repetitions_and_self_follows() {
        for users in [1, 2, 3, 7, 30, 720] {
            for (wanted, celebrity) in [(0, 0), (1, 0), (20, users - 1), (50, users / 2)] {
                let size = PopulationSize { users, tutors: 0, follows: wanted, celebrity };
                let counted = Population::new(size).unwrap().follows();
                assert_eq!(usize::try_from(counted), Ok(follows(size).len()), "{size:?}");
            }
        }
    }

    #[test]
    fn tutors_and_followers_are_users() {
        let size = PopulationSize { users: 3, tutors: 3, follows: 0, celebrity: 2 };
        assert!(Population::new(size).is_ok());
        let tutors = Population::new(PopulationSize { tutors: 4, ..size });
        assert_eq!(tutors, Err(InvalidPopulation::TooManyTutors));
        let followers = Population::new(PopulationSize { celebrity: 3, ..size });
        assert_eq!(followers, Err(InvalidPopulation::TooManyFollowers));
        let nobody = Population::new(PopulationSize { users: 0, tutors: 0, follows: 5, celebrity: 0 }).unwrap();
        assert_eq!(nobody.follows(), 0);
    }
}
