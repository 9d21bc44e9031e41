//! The ledger file: `entry_id,date,account_code,account_name,account_type,debit,credit,currency,description` in UTF-8.
//!
//! All or nothing: a file with any problem gives no entries. Its columns may stand in any order. Rows of one entry may
//! stand apart (a file sorted by account), but when each group of them balances by itself the entry stands there twice:
//! with the same content it counts once, with other content it is refused.

use super::AccountType;
use super::entry::Entry;
pub use crate::import::{ImportErrors, ImportProblem};
use crate::import::{Layout, rows};
use columns::Column;
use strum::VariantNames;

mod columns;
mod grouping;
mod row;

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

/// Reads a whole ledger file.
pub fn parse(bytes: &[u8]) -> Result<LedgerFile, ImportErrors> {
    let mut problems = ImportErrors::default();
    let mut grouping = grouping::Grouping::default();
    let layout = Layout { of: "ledger", rows: "entries", columns: Column::VARIANTS, needed: Column::VARIANTS };
    rows::read(bytes, &layout, &mut problems, |cells, problems| match row::Row::read(cells, problems) {
        Some(row) => grouping.take(row, problems),
        None => grouping.skip(cells.get(Column::EntryId.name())),
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
