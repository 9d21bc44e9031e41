//! The demo company's books: a coupon platform in Singapore, in SGD, from the start of a year to the last month that has
//! ended, after one entry with its opening balances. The same day always gives the same books, and a later day only adds months to them.

use chrono::{Datelike, NaiveDate};

use super::entry::Entry;
use crate::period::{Period, PeriodKind};

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

#[cfg(test)]
mod tests;
