use std::collections::{BTreeMap, BTreeSet};

use mezzofy_domain::ledger::AccountType;
use mezzofy_domain::ledger::entry::EntryLine;
use rust_decimal::Decimal;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Without the opening balances.
fn by_month(entries: &[Entry]) -> BTreeMap<String, Vec<&Entry>> {
    let mut months = BTreeMap::<String, Vec<&Entry>>::new();
    for entry in entries.iter().filter(|entry| !entry.id.starts_with("OPEN")) {
        months.entry(entry.date.format("%Y-%m").to_string()).or_default().push(entry);
    }
    months
}

#[test]
fn every_entry_balances_and_has_an_id_of_its_own() {
    let entries = entries(day("2027-01-15"));
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids.len(), entries.len());
    for entry in &entries {
        assert_eq!(entry.lines.iter().map(EntryLine::amount).sum::<Decimal>(), Decimal::ZERO, "{}", entry.id);
        assert!(entry.lines.len() >= 2, "{}", entry.id);
        assert!(entry.lines.iter().all(|line| !line.debit.is_sign_negative() && !line.credit.is_sign_negative()));
        assert!(entry.lines.iter().all(|line| line.debit.is_zero() != line.credit.is_zero()), "{}", entry.id);
    }
}

#[test]
fn there_are_two_years_up_to_the_last_ended_month() {
    for (today, first, last) in [
        ("2026-11-22", "2024-01", "2026-10"),
        ("2026-01-01", "2024-01", "2025-12"),
        ("2025-12-31", "2023-01", "2025-11"),
        ("2024-06-15", "2022-01", "2024-05"),
        ("2031-02-01", "2024-01", "2031-01"),
    ] {
        let entries = entries(day(today));
        let months = by_month(&entries);
        assert!(months.len() >= 24, "{today}: {} months", months.len());
        assert_eq!(months.keys().next().unwrap(), first);
        assert_eq!(months.keys().last().unwrap(), last);
    }
}

#[test]
fn a_month_has_sixty_to_ninety_entries() {
    let entries = entries(day("2026-11-22"));
    for (month, entries) in by_month(&entries) {
        assert!((60..=90).contains(&entries.len()), "{month}: {}", entries.len());
    }
}

#[test]
fn a_later_day_only_adds_months() {
    let before = entries(day("2026-11-22"));
    let after = entries(day("2027-02-01"));
    assert_eq!(after.get(..before.len()), Some(before.as_slice()));
    assert!(after.get(before.len()..).unwrap().iter().all(|entry| entry.date >= day("2026-11-01")));
}

#[test]
fn each_ended_year_is_closed_and_only_then() {
    let entries = entries(day("2026-11-22"));
    let closings: Vec<_> = entries.iter().filter(|entry| entry.is_closing()).map(|entry| entry.id.as_str()).collect();
    assert_eq!(closings, ["CLOSE-2024", "CLOSE-2025"]);
    let mut earned = BTreeMap::<&str, Decimal>::new();
    for line in entries.iter().filter(|entry| entry.date < day("2026-01-01")).flat_map(|entry| &entry.lines) {
        if matches!(line.account.kind, AccountType::Revenue | AccountType::Expense) {
            *earned.entry(&line.account.code).or_default() += line.amount();
        }
    }
    assert!(earned.values().all(Decimal::is_zero), "{earned:?}");
}

#[test]
fn the_business_is_plausible() {
    let entries = entries(day("2032-01-05"));
    let mut banks = BTreeMap::<&str, Decimal>::new();
    for line in entries.iter().filter(|entry| entry.id.starts_with("OPEN")).flat_map(|entry| &entry.lines) {
        if line.account.name.contains("bank") {
            banks.insert(&line.account.code, line.amount());
        }
    }
    for (month, entries) in by_month(&entries) {
        let (mut revenue, mut expenses) = (Decimal::ZERO, Decimal::ZERO);
        for (entry, line) in entries.iter().flat_map(|entry| entry.lines.iter().map(move |line| (entry, line))) {
            match line.account.kind {
                AccountType::Revenue if !entry.is_closing() => revenue -= line.amount(),
                AccountType::Expense if !entry.is_closing() => expenses += line.amount(),
                AccountType::Asset if line.account.name.contains("bank") => {
                    *banks.entry(&line.account.code).or_default() += line.amount();
                }
                AccountType::Revenue
                | AccountType::Expense
                | AccountType::Asset
                | AccountType::Liability
                | AccountType::Equity => {}
            }
        }
        assert!(revenue > Decimal::from(200_000), "{month}: revenue {revenue}");
        assert!(
            expenses > Decimal::from(150_000) && expenses < revenue * Decimal::TWO,
            "{month}: {expenses} of {revenue}"
        );
        assert!(banks.values().all(Decimal::is_sign_positive), "{month}: {banks:?}");
    }
}
