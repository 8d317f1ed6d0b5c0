//! Keyset pagination: a page continues after the last row that the caller saw, so that rows which come
//! and go in between neither repeat nor hide others, and the thousandth page costs what the first does.

/// How many rows a page may have: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u8);

impl PageSize {
    /// The largest page, which callers get that name no limit (the old platform had no pages).
    pub const MAX: Self = Self(100);

    /// A size within the bounds, or `None`.
    pub fn new(rows: i64) -> Option<Self> {
        u8::try_from(rows).ok().filter(|rows| (1..=100).contains(rows)).map(Self)
    }

    /// The number of rows.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// One more than that, which tells whether there is a next page.
    pub fn overread(self) -> i64 {
        i64::from(self.0) + 1
    }
}

/// The place of a row in a list: what the list is sorted by, then the row's id, which breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Keyset {
    /// The value sorted by; an instant counts in microseconds since 1970.
    pub sort: i64,
    /// The row's id.
    pub id: i64,
}

/// Which page is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many rows.
    pub size: PageSize,
    /// The row behind which the page begins; none for the first page.
    pub after: Option<Keyset>,
}

impl PageRequest {
    /// The first page at its largest.
    pub const FIRST: Self = Self { size: PageSize::MAX, after: None };
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Keyset>,
}

impl<T> Page<T> {
    /// Makes a page of rows that were read with one more than the page holds.
    pub fn from_overread(mut items: Vec<T>, size: PageSize, keyset: impl Fn(&T) -> Keyset) -> Self {
        let more = items.len() > size.get();
        items.truncate(size.get());
        let next = items.last().filter(|_| more).map(keyset);
        Self { items, next }
    }
}
