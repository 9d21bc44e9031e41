//! Files of rows that are imported all or nothing: CSV in UTF-8 with a header. What is wrong is told with its physical line,
//! its column and the reason.

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) mod rows;

/// The most problems that are named; the rest is counted.
pub const NAMED_PROBLEMS: usize = 20;

/// Which columns a file has; they may stand in any order.
pub(crate) struct Layout<'a> {
    /// What the file holds, as a reader is told: `ledger`.
    pub(crate) of: &'static str,
    /// What its rows are: `entries`.
    pub(crate) rows: &'static str,
    /// All columns.
    pub(crate) columns: &'a [&'static str],
    /// Those that must be there.
    pub(crate) needed: &'a [&'static str],
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProblem {
    /// The physical line; the header is line 1.
    pub line: u64,
    /// The column as the header names it; none when the whole line or file is meant.
    pub column: Option<String>,
    /// A sentence without its full stop.
    pub reason: String,
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, column {column}: {}", self.line, self.reason),
            None => write!(f, "line {}: {}", self.line, self.reason),
        }
    }
}

/// Why a file is refused: the first problems by line, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportErrors {
    /// At most [`NAMED_PROBLEMS`].
    pub problems: Vec<ImportProblem>,
    /// All of them, the unnamed ones too.
    pub count: u64,
}

impl ImportErrors {
    /// Adds a problem, named while there is room.
    pub fn add(&mut self, line: u64, column: Option<&str>, reason: impl Into<String>) {
        self.count += 1;
        if self.problems.len() < NAMED_PROBLEMS {
            self.problems.push(ImportProblem { line, column: column.map(str::to_owned), reason: reason.into() });
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for ImportErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing was imported")?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        match self.count.saturating_sub(self.problems.len() as u64) {
            0 => Ok(()),
            1 => f.write_str("\n  and 1 more problem"),
            more => write!(f, "\n  and {more} more problems"),
        }
    }
}

impl std::error::Error for ImportErrors {}
