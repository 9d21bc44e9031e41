//! The ledger file: `entry_id,date,account_code,account_name,account_type,debit,credit,currency,description` in UTF-8.
//!
//! All or nothing: a file with any problem gives no entries. Its columns may stand in any order. Rows of one entry may
//! stand apart (a file sorted by account), but when each group of them balances by itself the entry stands there twice:
//! with the same content it counts once, with other content it is refused.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::AccountType;
use super::entry::Entry;

mod columns;
mod grouping;
mod row;
mod rows;

/// The most problems that are named; the rest is counted.
pub const NAMED_PROBLEMS: usize = 20;

/// A ledger file that is right in itself. Whether it fits what is stored is the store's to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerFile {
    /// In the order of the file.
    pub entries: Vec<FileEntry>,
    /// In the order in which the file names them first.
    pub accounts: Vec<FileAccount>,
}

/// An entry and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The physical line of its first row.
    pub line: u64,
    /// The entry, its lines in the order of the file.
    pub entry: Entry,
}

/// An account as the whole file knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAccount {
    /// Its number in the chart of accounts.
    pub code: String,
    /// As the file calls it.
    pub name: String,
    /// What kind of account it is.
    pub kind: AccountType,
    /// The physical line that names it first.
    pub line: u64,
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
        f.write_str("the ledger was not imported and nothing was stored")?;
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

/// Reads a whole ledger file.
pub fn parse(bytes: &[u8]) -> Result<LedgerFile, ImportErrors> {
    let mut problems = ImportErrors::default();
    let mut grouping = grouping::Grouping::default();
    rows::read(bytes, &mut problems, |cells, problems| match row::Row::read(cells, problems) {
        Some(row) => grouping.take(row, problems),
        None => grouping.skip(cells.entry_id()),
    });
    let file = grouping.finish(&mut problems);
    if problems.is_empty() {
        return Ok(file);
    }
    problems.problems.sort_by_key(|problem| problem.line);
    Err(problems)
}

#[cfg(test)]
mod tests;
