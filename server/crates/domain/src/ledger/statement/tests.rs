use AccountType::{Asset, Equity, Expense, Liability, Revenue};
use proptest::prelude::*;

use super::*;
use crate::ledger::entry::Entry;
use crate::ledger::import;
use crate::money::format_amount;

mod books;

fn small_books() -> Vec<Entry> {
    vec![
        books::entry(
            "1",
            "2025-12-01",
            &[("1010", "Cash at bank", Asset, "SGD", "1000"), ("3010", "Capital", Equity, "SGD", "-1000")],
        ),
        books::entry(
            "2",
            "2025-12-20",
            &[("1010", "Cash at bank", Asset, "SGD", "200"), ("4010", "Sales", Revenue, "SGD", "-200")],
        ),
        books::entry(
            "CLOSE-2025",
            "2025-12-31",
            &[("4010", "Sales", Revenue, "SGD", "200"), ("3100", "Retained earnings", Equity, "SGD", "-200")],
        ),
        books::entry(
            "3",
            "2026-01-05",
            &[("1010", "Cash at bank", Asset, "SGD", "-300"), ("1020", "Petty cash", Asset, "SGD", "300")],
        ),
        books::entry(
            "4",
            "2026-01-10",
            &[("1010", "Cash at bank", Asset, "SGD", "250.50"), ("4010", "Sales", Revenue, "SGD", "-250.50")],
        ),
        books::entry(
            "5",
            "2026-01-12",
            &[
                ("5010", "Fees", Expense, "SGD", "80.25"),
                ("1020", "Petty cash", Asset, "SGD", "-50.25"),
                ("2010", "Payables", Liability, "SGD", "-30"),
            ],
        ),
        books::entry(
            "6",
            "2026-01-15",
            &[("1030", "Cash in dollars", Asset, "USD", "40"), ("4010", "Sales", Revenue, "USD", "-40")],
        ),
    ]
}

fn statement(entries: &[Entry], period: &str) -> Statement {
    Statement::of(books::input(entries, period, "2026-11-22")).unwrap()
}

fn amounts(lines: &[Line]) -> Vec<(&str, String)> {
    lines.iter().map(|line| (line.name.text(Language::En), format_amount(line.amount))).collect()
}

#[test]
fn profit_and_loss_reads_positive_and_leaves_closing_entries_out() {
    let january = statement(&small_books(), "2026-01");
    let sgd = &january.currencies[0];
    assert_eq!(amounts(&sgd.profit_and_loss.revenue), [("Sales", "250.50".to_owned())]);
    assert_eq!(amounts(&sgd.profit_and_loss.expenses), [("Fees", "80.25".to_owned())]);
    let net = &sgd.profit_and_loss.net_income;
    assert_eq!((net.amount.to_string(), net.previous.unwrap().to_string()), ("170.25".to_owned(), "200".to_owned()));
    assert_eq!(net.change.unwrap().to_string(), "-29.75");
    assert_eq!(net.change_percent.unwrap().to_string(), "-14.9");
    let fees = &sgd.profit_and_loss.expenses[0];
    assert_eq!((fees.change.unwrap().to_string(), fees.change_percent), ("80.25".to_owned(), None));

    let december = statement(&small_books(), "2025-12");
    assert_eq!(december.currencies[0].profit_and_loss.net_income.amount.to_string(), "200");
}

#[test]
fn the_balance_sheet_holds_earnings_until_they_are_closed() {
    let january = statement(&small_books(), "2026-01");
    let sheet = &january.currencies[0].balance_sheet;
    assert_eq!(
        amounts(&sheet.equity),
        [
            ("Capital", "1,000.00".to_owned()),
            ("Retained earnings", "200.00".to_owned()),
            ("Earnings not yet closed", "170.25".to_owned()),
        ]
    );
    assert_eq!(sheet.total_equity.amount.to_string(), "1370.25");
    assert_eq!(sheet.total_assets.amount.to_string(), "1400.25");
    assert_eq!(amounts(&sheet.liabilities), [("Payables", "30.00".to_owned())]);

    let december = statement(&small_books(), "2025-12");
    assert_eq!(december.currencies[0].balance_sheet.equity.last().unwrap().amount, Decimal::ZERO);
}

#[test]
fn a_transfer_between_cash_accounts_is_neither_inflow_nor_outflow() {
    let flow = &statement(&small_books(), "2026-01").currencies[0].cash_flow;
    let shown: Vec<String> = [&flow.start, &flow.cash_in, &flow.cash_out, &flow.net_change, &flow.end]
        .map(|line| format_amount(line.amount))
        .into();
    assert_eq!(shown, ["1,200.00", "250.50", "50.25", "200.25", "1,400.25"]);
    assert_eq!(flow.cash_in.entries, 2);
    assert_eq!(flow.end.accounts, ["1010", "1020"]);
}

#[test]
fn currencies_stand_side_by_side_and_are_never_added() {
    let january = statement(&small_books(), "2026-01");
    let currencies: Vec<&str> = january.currencies.iter().map(|part| part.currency.as_str()).collect();
    assert_eq!(currencies, ["SGD", "USD"]);
    assert_eq!(january.currencies[1].profit_and_loss.total_revenue.amount.to_string(), "40");
    assert_eq!(january.currencies[1].cash_flow.end.amount.to_string(), "40");
    assert_eq!(january.entries, 4);
}

#[test]
fn the_first_period_of_the_books_is_compared_with_nothing() {
    let first = statement(&small_books(), "2025-12");
    assert_eq!(first.previous, None);
    assert!(
        first.currencies[0].balance_sheet.assets.iter().all(|line| line.previous.is_none() && line.change.is_none())
    );
    assert_eq!(statement(&small_books(), "2026-01").previous.unwrap().period.to_string(), "2025-12");
}

#[test]
fn twelve_months_lead_up_to_the_end_of_the_period() {
    let months = &statement(&small_books(), "2026-Q1").currencies[0].months;
    let named: Vec<String> = months.iter().map(|row| format!("{} {}", row.month, row.net_income())).collect();
    assert_eq!(named.len(), 12);
    assert_eq!(named[0], "2025-04 0");
    assert_eq!(named[8..], ["2025-12 200", "2026-01 170.25", "2026-02 0", "2026-03 0"]);
}

#[test]
fn the_sources_name_every_account_and_its_entries() {
    let sources = &statement(&small_books(), "2026-01").currencies[0].sources;
    let named: Vec<_> = sources.iter().map(|source| (source.code.as_str(), source.entries)).collect();
    assert_eq!(named, [("1010", 2), ("1020", 2), ("2010", 1), ("3010", 0), ("3100", 0), ("4010", 1), ("5010", 1)]);
}

#[test]
fn an_account_that_is_zero_in_both_periods_is_left_out() {
    let mut entries = small_books();
    let lines = [("1500", "Deposit", Asset, "SGD", "5"), ("1500", "Deposit", Asset, "SGD", "-5")];
    entries.push(books::entry("7", "2026-01-20", &lines));
    let part = statement(&entries, "2026-01").currencies.remove(0);
    assert!(part.balance_sheet.assets.iter().all(|line| line.accounts != ["1500"]));
    assert!(part.sources.iter().any(|source| source.code == "1500"));
}

#[test]
fn an_empty_period_has_no_statement() {
    let error = Statement::of(books::input(&small_books(), "2019-03", "2026-11-22")).unwrap_err();
    assert_eq!(error.to_string(), "there are no ledger entries in March 2019");
    assert!(Statement::of(books::input(&[], "2026", "2026-11-22")).is_err());
}

#[test]
fn a_stored_statement_reads_back_with_amounts_as_strings() {
    let january = statement(&small_books(), "2026-01");
    let json = serde_json::to_value(&january).unwrap();
    assert_eq!(json["currencies"][0]["profit_and_loss"]["net_income"]["amount"], "170.25");
    assert_eq!(json["currencies"][0]["profit_and_loss"]["revenue"][0]["name"]["account"]["code"], "4010");
    assert_eq!(serde_json::from_value::<Statement>(json).unwrap(), january);
}

#[test]
fn figures_that_contradict_each_other_are_named() {
    let mut input = books::input(&small_books(), "2026-01", "2026-11-22");
    input.figures.cash[0].start += Decimal::ONE;
    assert_eq!(
        Statement::of(input).unwrap_err().to_string(),
        "the statement does not add up: in SGD, in this period, Cash at end is 1,401.25 but the cash accounts hold \
         1,400.25: off by 1"
    );
    let mut input = books::input(&small_books(), "2026-01", "2026-11-22");
    input.figures.accounts.retain(|row| row.account.code != "2010");
    let told = Statement::of(input).unwrap_err().to_string();
    assert!(told.contains("Total assets is 1,400.25 but liabilities and equity together are 1,370.25"), "{told}");
}

#[test]
fn any_changed_figure_is_found() {
    let mut json = serde_json::to_value(statement(&small_books(), "2026-01")).unwrap();
    let amounts: Vec<String> = paths(&json["currencies"], "/currencies");
    assert!(amounts.len() > 60, "{}", amounts.len());
    for path in amounts {
        let place = json.pointer_mut(&path).unwrap();
        let kept = place.clone();
        *place = "12345.67".into();
        let changed: Statement = serde_json::from_value(json.clone()).unwrap();
        assert!(changed.check().is_err(), "{path}");
        *json.pointer_mut(&path).unwrap() = kept;
    }
}

/// The places of all amounts of the statement's rows.
fn paths(value: &serde_json::Value, at: &str) -> Vec<String> {
    let amount = |key: &str| ["amount", "previous", "change", "change_percent"].contains(&key);
    match value {
        serde_json::Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| key.as_str() != "months")
            .flat_map(
                |(key, held)| {
                    if amount(key) { vec![format!("{at}/{key}")] } else { paths(held, &format!("{at}/{key}")) }
                },
            )
            .collect(),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().flat_map(|(place, held)| paths(held, &format!("{at}/{place}"))).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn the_open_projects_ledger_has_the_totals_of_its_oracle() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/ledger-open-project.csv");
    let Ok(bytes) = std::fs::read(path) else {
        eprintln!("skipped: the open project's ledger is not on this machine");
        return;
    };
    let file = import::parse(&bytes).unwrap();
    let entries: Vec<Entry> = file.entries.into_iter().map(|held| held.entry).collect();
    assert_eq!((entries.iter().map(|entry| entry.lines.len()).sum::<usize>(), file.accounts.len()), (5_168, 5));
    for (year, sponsors, fees, bounties, misc, net) in [
        ("2019", "105.00", "23.33", "0.00", "0.00", "81.67"),
        ("2020", "1,254.38", "189.81", "0.00", "0.00", "1,064.57"),
        ("2021", "4,721.00", "708.34", "760.01", "0.00", "3,252.65"),
        ("2022", "3,744.00", "592.10", "400.00", "578.12", "2,173.78"),
        ("2023", "1,868.00", "303.93", "962.00", "0.00", "602.07"),
        ("2024", "1,277.00", "171.89", "1,198.14", "0.00", "−93.03"),
        ("2025", "1,779.00", "298.08", "1,681.91", "0.00", "−200.99"),
    ] {
        let result = statement(&entries, year).currencies.remove(0).profit_and_loss;
        let expense = |name: &str| {
            let line = result.expenses.iter().find(|line| line.name.text(Language::En) == name);
            line.map_or_else(|| "0.00".to_owned(), |line| format_amount(line.amount))
        };
        assert_eq!(format_amount(result.total_revenue.amount), sponsors, "{year}");
        assert_eq!([expense("Fees"), expense("Bounties"), expense("Misc")], [fees, bounties, misc], "{year}");
        assert_eq!(format_amount(result.net_income.amount), net, "{year}");
    }
    let now = Statement::of(books::input(&entries, "2026-YTD", "2026-07-07")).unwrap();
    assert_eq!(format_amount(now.currencies[0].cash_flow.end.amount), "5,688.29");
}

const ACCOUNTS: [(&str, &str, AccountType); 7] = [
    ("1010", "Bank", Asset),
    ("1020", "Cash box", Asset),
    ("1100", "Receivables", Asset),
    ("2010", "Payables", Liability),
    ("3010", "Capital", Equity),
    ("4010", "Sales", Revenue),
    ("5010", "Costs", Expense),
];

fn any_entry() -> impl Strategy<Value = Entry> {
    let posting = (0..ACCOUNTS.len(), -1_000_000_i64..1_000_000);
    (
        proptest::collection::vec(posting, 1..5),
        0..ACCOUNTS.len(),
        0..900_u64,
        any::<bool>(),
        any::<bool>(),
        any::<u64>(),
    )
        .prop_map(|(postings, last, days, closing, dollars, id)| {
            let date = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + chrono::Days::new(days);
            let currency = if dollars { "USD" } else { "SGD" };
            let rest = -postings.iter().map(|(_, units)| units).sum::<i64>();
            let amounts: Vec<_> = postings
                .into_iter()
                .chain([(last, rest)])
                .map(|(place, units)| (ACCOUNTS[place], Decimal::new(units, 4).to_string()))
                .collect();
            let lines: Vec<_> = amounts
                .iter()
                .map(|((code, name, kind), amount)| (*code, *name, *kind, currency, amount.as_str()))
                .collect();
            books::entry(&format!("{}{id}", if closing { "CLOSE" } else { "" }), &date.to_string(), &lines)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn balanced_books_always_give_a_statement_that_adds_up(entries in proptest::collection::vec(any_entry(), 1..40)) {
        for period in ["2025", "2025-Q2", "2025-12", "2026-YTD"] {
            match Statement::of(books::input(&entries, period, "2026-05-20")) {
                Ok(made) => prop_assert!(made.check().is_ok()),
                Err(StatementError::NoEntries { .. }) => {}
                Err(StatementError::Mismatch(mismatch)) => prop_assert!(false, "{}: {}", period, mismatch),
            }
        }
    }
}
