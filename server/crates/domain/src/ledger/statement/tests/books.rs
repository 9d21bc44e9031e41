//! Aggregates entries as the database does, for tests without one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::super::*;
use crate::ledger::entry::{Entry, EntryLine, StateHash};
use crate::ledger::{Account, AccountType, CashRule, LedgerState};
use crate::period::{Period, PeriodKind};

/// A short way to write an entry: `(code, name, kind, currency, debit less credit)` for each line.
pub(super) fn entry(id: &str, date: &str, lines: &[(&str, &str, AccountType, &str, &str)]) -> Entry {
    let line = |(code, name, kind, currency, amount): &(&str, &str, AccountType, &str, &str)| {
        let amount: Decimal = amount.parse().unwrap();
        EntryLine {
            account: Account { code: (*code).into(), name: (*name).into(), kind: *kind, currency: (*currency).into() },
            debit: amount.max(Decimal::ZERO),
            credit: (-amount).max(Decimal::ZERO),
            description: String::new(),
        }
    };
    Entry { id: id.into(), date: date.parse().unwrap(), lines: lines.iter().map(line).collect() }
}

/// Everything a statement of the period is made of.
pub(super) fn input(entries: &[Entry], period: &str, today: &str) -> StatementInput {
    let (period, today) = (period.parse::<Period>().unwrap(), today.parse().unwrap());
    let cash = CashRule::default();
    let mut hash = StateHash::default();
    let by_id: BTreeMap<&str, &Entry> = entries.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    for (id, entry) in by_id {
        hash.add(id, &entry.content_hash());
    }
    StatementInput {
        period,
        figures: figures(entries, period.bounds(today), &cash),
        previous: Some(figures(entries, period.previous_bounds(today), &cash)),
        months: months(entries),
        ledger: LedgerState { entries: entries.len() as u64, hash: hash.finish() },
        cash,
    }
}

fn figures(entries: &[Entry], (first_day, last_day): (NaiveDate, NaiveDate), rule: &CashRule) -> Figures {
    let mut accounts = BTreeMap::<&Account, AccountActivity>::new();
    let mut cash = BTreeMap::<&str, CashActivity>::new();
    for entry in entries.iter().filter(|entry| entry.date <= last_day) {
        let within = entry.date >= first_day;
        for line in &entry.lines {
            let row = accounts.entry(&line.account).or_insert_with(|| AccountActivity {
                account: line.account.clone(),
                opening: Decimal::ZERO,
                period: Decimal::ZERO,
                closing_entries: Decimal::ZERO,
                entries: 0,
            });
            match (within, entry.is_closing()) {
                (false, _) => row.opening += line.amount(),
                (true, false) => row.period += line.amount(),
                (true, true) => {
                    row.period += line.amount();
                    row.closing_entries += line.amount();
                }
            }
        }
        let touched: BTreeSet<&Account> = entry.lines.iter().map(|line| &line.account).collect();
        for account in touched.into_iter().filter(|_| within) {
            accounts.entry(account).and_modify(|row| row.entries += 1);
        }
        let mut nets = BTreeMap::<&str, Decimal>::new();
        for line in entry.lines.iter().filter(|line| rule.is_cash(&line.account)) {
            *nets.entry(&line.account.currency).or_default() += line.amount();
        }
        for (currency, net) in nets {
            let zero = Decimal::ZERO;
            let row = cash.entry(currency).or_insert_with(|| CashActivity {
                currency: currency.to_owned(),
                start: zero,
                cash_in: zero,
                cash_out: zero,
                entries: 0,
            });
            if within {
                row.cash_in += net.max(zero);
                row.cash_out += (-net).max(zero);
                row.entries += u64::from(!net.is_zero());
            } else {
                row.start += net;
            }
        }
    }
    Figures {
        first_day,
        last_day,
        entries: entries.iter().filter(|entry| (first_day..=last_day).contains(&entry.date)).count() as u64,
        accounts: accounts.into_values().collect(),
        cash: cash.into_values().collect(),
    }
}

fn months(entries: &[Entry]) -> Vec<MonthFigures> {
    let mut months = BTreeMap::<(String, &str), MonthFigures>::new();
    for entry in entries.iter().filter(|entry| !entry.is_closing()) {
        let month = Period::containing(PeriodKind::Month, entry.date);
        for line in &entry.lines {
            let currency = line.account.currency.as_str();
            let figures = months.entry((month.to_string(), currency)).or_insert_with(|| MonthFigures {
                month,
                currency: currency.to_owned(),
                revenue: Decimal::ZERO,
                expenses: Decimal::ZERO,
            });
            match line.account.kind {
                AccountType::Revenue => figures.revenue -= line.amount(),
                AccountType::Expense => figures.expenses += line.amount(),
                AccountType::Asset | AccountType::Liability | AccountType::Equity => {}
            }
        }
    }
    months.into_values().collect()
}
