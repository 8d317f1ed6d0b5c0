//! The orders of search results, in Rust and in SQL.

use std::cmp::Reverse;

use astegni_domain::money::Money;
use astegni_domain::page::Keyset;
use astegni_domain::tutoring::{SortTutors, TutorFilter};

/// Tutors without a price come last in both orders, so that a missing price counts as one beyond all others.
const NO_PRICE_ASCENDING: i64 = i64::MAX;
pub(super) const NO_PRICE_DESCENDING: i64 = -1;

/// The prices of ascending order, as in the index that has them.
const PRICE_ASCENDING: &str = "COALESCE(price_min_cents, 9223372036854775807)";

/// The prices of descending order, as in the index that has them.
pub(super) const PRICE_DESCENDING: &str = "COALESCE(price_min_cents, -1)";

/// Returns the value that a tutor with a price is sorted by.
fn sort_value(sort: SortTutors, id: i64, price: Option<i64>) -> i64 {
    match sort {
        SortTutors::Newest => id,
        SortTutors::PriceAscending => price.unwrap_or(NO_PRICE_ASCENDING),
        SortTutors::PriceDescending => price.unwrap_or(NO_PRICE_DESCENDING),
    }
}

/// Returns the position of a tutor with a price.
pub(super) fn keyset(sort: SortTutors, id: i64, price: Option<i64>) -> Keyset {
    Keyset { sort: sort_value(sort, id, price), id }
}

/// Returns a key by which positions compare as in the result.
pub(super) fn rank(sort: SortTutors, position: Keyset) -> (i64, Reverse<i64>) {
    let first = match sort {
        SortTutors::Newest => 0,
        SortTutors::PriceAscending => position.sort,
        // A cursor may contain any number.
        SortTutors::PriceDescending => position.sort.saturating_neg(),
    };
    (first, Reverse(position.id))
}

/// An order by price.
#[derive(Debug, Clone, Copy)]
pub(super) struct PriceOrder {
    /// The price of a row of `tutor_profiles`.
    pub(super) price: &'static str,
    pub(super) direction: &'static str,
    /// The operators by which a price is compared with the beginning and the end of a range.
    pub(super) from: &'static str,
    pub(super) to: &'static str,
}

impl PriceOrder {
    /// Returns the order by price that a search asks for, if it does.
    pub(super) fn of(sort: SortTutors) -> Option<Self> {
        match sort {
            SortTutors::Newest => None,
            SortTutors::PriceAscending => Some(Self { price: PRICE_ASCENDING, direction: "ASC", from: ">=", to: "<=" }),
            SortTutors::PriceDescending => {
                Some(Self { price: PRICE_DESCENDING, direction: "DESC", from: "<=", to: ">=" })
            }
        }
    }
}

/// The prices that a filter admits, both ends inclusive. Without bounds, they include the values of a missing price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PriceRange {
    pub(super) lowest: i64,
    pub(super) highest: i64,
}

impl PriceRange {
    const ALL: Self = Self { lowest: NO_PRICE_DESCENDING, highest: NO_PRICE_ASCENDING };

    /// Returns the bounds of a filter.
    pub(super) fn of(filter: &TutorFilter) -> Self {
        if filter.min_price.is_none() && filter.max_price.is_none() {
            return Self::ALL;
        }
        Self {
            lowest: filter.min_price.map_or(0, Money::cents),
            highest: filter.max_price.map_or(NO_PRICE_ASCENDING - 1, Money::cents),
        }
    }

    /// Returns whether every price is admitted, and a missing one.
    pub(super) fn is_all(self) -> bool {
        self == Self::ALL
    }

    /// Returns the range behind a price in an order.
    pub(super) fn after(self, sort: SortTutors, price: i64) -> Self {
        const NONE: PriceRange = PriceRange { lowest: 1, highest: 0 };
        match sort {
            SortTutors::Newest => self,
            SortTutors::PriceAscending => {
                price.checked_add(1).map_or(NONE, |next| Self { lowest: self.lowest.max(next), ..self })
            }
            SortTutors::PriceDescending => {
                price.checked_sub(1).map_or(NONE, |next| Self { highest: self.highest.min(next), ..self })
            }
        }
    }

    /// Returns the price with which the range begins in an order, and the one with which it ends unless all follow.
    pub(super) fn ends(self, sort: SortTutors) -> (i64, Option<i64>) {
        match sort {
            SortTutors::Newest | SortTutors::PriceAscending => {
                (self.lowest, Some(self.highest).filter(|highest| *highest < Self::ALL.highest))
            }
            SortTutors::PriceDescending => {
                (self.highest, Some(self.lowest).filter(|lowest| *lowest > Self::ALL.lowest))
            }
        }
    }

    /// Returns whether a price is within the range.
    pub(super) fn contains(self, price: i64) -> bool {
        (self.lowest..=self.highest).contains(&price)
    }
}
