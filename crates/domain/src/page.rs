//! Keyset pagination: a page continues after the last row that the client saw.
//!
//! Rows that are added or removed in between are neither repeated nor skipped, and a late page costs no more than the
//! first one.

/// The number of rows of a page, 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u8);

impl PageSize {
    /// The size of a page for a client that names none.
    pub const DEFAULT: Self = Self(20);

    /// The largest size, and the default of the unversioned paths: the old platform had no pages.
    pub const MAX: Self = Self(100);

    /// Returns a size within the bounds, or `None`.
    pub fn new(rows: i64) -> Option<Self> {
        u8::try_from(rows).ok().filter(|rows| (1..=Self::MAX.0).contains(rows)).map(Self)
    }

    /// Returns the number of rows.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// Returns the number of rows to read: one more, which shows whether there is a next page.
    pub fn overread(self) -> i64 {
        i64::from(self.0) + 1
    }
}

/// The position of a row in a list: the value that the list is sorted by, then the row's id, which breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Keyset {
    /// The value sorted by; instants count in microseconds since 1970.
    pub sort: i64,
    /// The id of the row.
    pub id: i64,
}

/// A request for one page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// The largest number of rows.
    pub size: PageSize,
    /// The last row of the previous page; none for the first page.
    pub after: Option<Keyset>,
}

impl PageRequest {
    /// The first page, at its largest.
    pub const FIRST: Self = Self { size: PageSize::MAX, after: None };
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the order of the list.
    pub items: Vec<T>,
    /// The last row, if there is a next page.
    pub next: Option<Keyset>,
}

/// A page of a list whose rows are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedPage<T> {
    /// The requested rows.
    pub page: Page<T>,
    /// The number of rows on all pages together.
    pub total: i64,
}

impl<T> Page<T> {
    /// Builds a page from rows that were read with [`PageSize::overread`].
    pub fn from_overread(mut items: Vec<T>, size: PageSize, keyset: impl Fn(&T) -> Keyset) -> Self {
        let more = items.len() > size.get();
        items.truncate(size.get());
        let next = items.last().filter(|_| more).map(keyset);
        Self { items, next }
    }

    /// Returns the page with each of its rows converted.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(convert).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_1_to_100_rows() {
        for rows in [i64::MIN, -1, 0, 101, 256, 257, i64::MAX] {
            assert_eq!(PageSize::new(rows), None, "{rows}");
        }
        assert_eq!(PageSize::new(1).map(PageSize::get), Some(1));
        assert_eq!(PageSize::new(20), Some(PageSize::DEFAULT));
        assert_eq!(PageSize::new(100), Some(PageSize::MAX));
        assert_eq!((PageSize::MAX.get(), PageSize::MAX.overread()), (100, 101));
    }

    #[test]
    fn a_full_page_without_an_extra_row_is_the_last() {
        let keyset = |id: &i64| Keyset { sort: -id, id: *id };
        let size = PageSize::new(2).unwrap();
        for (rows, items, next) in [
            (vec![], vec![], None),
            (vec![1], vec![1], None),
            (vec![1, 2], vec![1, 2], None),
            (vec![1, 2, 3], vec![1, 2], Some(Keyset { sort: -2, id: 2 })),
        ] {
            assert_eq!(Page::from_overread(rows, size, keyset), Page { items, next });
        }
    }

    #[test]
    fn rows_are_ordered_by_their_sort_value_before_their_id() {
        assert!(Keyset { sort: 1, id: 9 } < Keyset { sort: 2, id: 1 });
        assert!(Keyset { sort: 1, id: 1 } < Keyset { sort: 1, id: 2 });
    }
}
