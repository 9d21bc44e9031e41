//! The demo company's books: a coupon platform in Singapore, in SGD, from the start of a year to the last month that has
//! ended, after one entry with its opening balances. The same day always gives the same books, and a later day only adds months to them.

use chrono::{Datelike, NaiveDate};
use mezzofy_domain::ledger::entry::Entry;
use mezzofy_domain::ledger::import::{FileAccount, FileEntry, LedgerFile};
use mezzofy_domain::period::{Period, PeriodKind};

mod chart;
mod company;
mod journal;

/// The year the books begin, so long as that gives two years of them.
const FIRST_YEAR: i32 = 2024;

/// Every entry up to the end of the month before `today`: at least 24 months.
#[must_use]
pub fn entries(today: NaiveDate) -> Vec<Entry> {
    let last = Period::month_before(today);
    let two_years = if last.first_day().month() == 12 { 1 } else { 2 };
    let year = FIRST_YEAR.min(last.year_number() - two_years);
    let Some(first) = Period::month(year, 1) else { return Vec::new() };
    let mut company = company::Company::opened(first.first_day());
    let mut month = first;
    while month.first_day() <= last.first_day() {
        company.work(month);
        let Some(next) = month.last_day(today).succ_opt() else { break };
        month = Period::containing(PeriodKind::Month, next);
    }
    company.into_entries()
}

/// The entries in the form of an import.
#[must_use]
pub fn file(today: NaiveDate) -> LedgerFile {
    let mut file = LedgerFile::default();
    for (line, entry) in (2..).zip(entries(today)) {
        for posting in &entry.lines {
            if !file.accounts.iter().any(|account| account.code == posting.account.code) {
                let (code, name, kind) =
                    (posting.account.code.clone(), posting.account.name.clone(), posting.account.kind);
                file.accounts.push(FileAccount { code, name, kind, line });
            }
        }
        file.entries.push(FileEntry { line, entry });
    }
    file
}

#[cfg(test)]
mod tests;
