//! Pages of lists: newest first, going on after the last row's id.

use uuid::Uuid;

/// How many rows a page may have at most.
pub const MAX_PAGE_ROWS: i64 = 200;

/// Which rows of a list to read.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// Rows older than this one, `None` for the newest.
    pub before: Option<Uuid>,
    /// 1 to [`MAX_PAGE_ROWS`].
    pub limit: i64,
}

/// Rows, and where to go on.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows, newest first.
    pub items: Vec<T>,
    /// Give it as `before` to read on; `None` at the end.
    pub next: Option<Uuid>,
}

impl PageRequest {
    /// How many rows to fetch: one more than asked tells whether there are more.
    pub(crate) fn fetch(self) -> i64 {
        self.limit.clamp(1, MAX_PAGE_ROWS) + 1
    }

    /// The page of rows that were fetched: cuts the extra one off again.
    pub(crate) fn cut<T>(self, mut rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> Page<T> {
        let limit = usize::try_from(self.limit.clamp(1, MAX_PAGE_ROWS)).unwrap_or(1);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(id) } else { None };
        Page { items: rows, next }
    }
}
