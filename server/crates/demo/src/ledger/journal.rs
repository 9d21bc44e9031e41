//! Collects a month's bookings and keeps the balances of the accounts.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use mezzofy_domain::ledger::entry::{CLOSING_PREFIX, Entry, EntryLine};
use mezzofy_domain::ledger::{Account, AccountType};
use rust_decimal::Decimal;

use super::chart::{ChartAccount, RETAINED_EARNINGS};

/// The books so far. Amounts are cents, debit positive.
#[derive(Default)]
pub(super) struct Journal {
    entries: Vec<Entry>,
    month: Vec<Draft>,
    balances: BTreeMap<ChartAccount, i64>,
}

struct Draft {
    date: NaiveDate,
    text: String,
    lines: Vec<(ChartAccount, i64)>,
}

impl Journal {
    /// Books lines that add up to zero.
    pub(super) fn post(&mut self, date: NaiveDate, text: impl Into<String>, lines: &[(ChartAccount, i64)]) {
        let lines: Vec<_> = lines.iter().copied().filter(|(_, cents)| *cents != 0).collect();
        for (account, cents) in &lines {
            *self.balances.entry(*account).or_default() += cents;
        }
        self.month.push(Draft { date, text: text.into(), lines });
    }

    /// What an account holds after everything booked so far, whatever its date.
    pub(super) fn balance(&self, account: ChartAccount) -> i64 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    /// Numbers the month's bookings by date.
    pub(super) fn end_month(&mut self) {
        self.month.sort_by_key(|draft| draft.date);
        for (draft, number) in std::mem::take(&mut self.month).into_iter().zip(1..) {
            let id = format!("MZ-{}-{number:03}", draft.date.format("%Y-%m"));
            self.entries.push(draft.entry(id));
        }
    }

    /// Books and files the balances brought forward to `first_day`, dated the day before; what is missing to zero are
    /// earnings retained so far.
    pub(super) fn open(&mut self, first_day: NaiveDate, lines: &[(ChartAccount, i64)]) {
        let rest: i64 = lines.iter().map(|(_, cents)| cents).sum();
        let lines = [lines, &[(RETAINED_EARNINGS, -rest)]].concat();
        self.post(first_day.pred_opt().unwrap_or(first_day), "Opening balances", &lines);
        let id = format!("OPEN-{}", first_day.year());
        self.entries.extend(self.month.drain(..).map(|draft| draft.entry(id.clone())));
    }

    /// Moves the year's revenue and expenses to retained earnings.
    pub(super) fn close_year(&mut self, last_day: NaiveDate) {
        let earned = |account: &ChartAccount| matches!(account.kind, AccountType::Revenue | AccountType::Expense);
        let mut lines: Vec<_> = self
            .balances
            .iter()
            .filter(|(account, _)| earned(account))
            .map(|(account, cents)| (*account, -cents))
            .collect();
        let net: i64 = lines.iter().map(|(_, cents)| cents).sum();
        lines.push((RETAINED_EARNINGS, -net));
        self.post(last_day, format!("Closing of {}", last_day.year()), &lines);
        let id = format!("{CLOSING_PREFIX}-{}", last_day.year());
        self.entries.extend(self.month.drain(..).map(|draft| draft.entry(id.clone())));
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

impl Draft {
    fn entry(self, id: String) -> Entry {
        let line = |(account, cents): (ChartAccount, i64)| EntryLine {
            account: Account {
                code: account.code.to_owned(),
                name: account.name.to_owned(),
                kind: account.kind,
                currency: "SGD".to_owned(),
            },
            debit: Decimal::new(cents.max(0), 2),
            credit: Decimal::new((-cents).max(0), 2),
            description: self.text.clone(),
        };
        Entry { id, date: self.date, lines: self.lines.iter().copied().map(line).collect() }
    }
}

/// The working day of the month at or before its day `number`; the first working day when there is none before.
pub(super) fn working_day(first_day: NaiveDate, number: u32) -> NaiveDate {
    let day = (1..=number).rev().find_map(|number| first_day.with_day(number)).unwrap_or(first_day);
    let works = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let before = (0..3).filter_map(|back| day.checked_sub_days(Days::new(back))).find(works);
    before.filter(|day| *day >= first_day).or_else(|| first_day.iter_days().find(works)).unwrap_or(day)
}
