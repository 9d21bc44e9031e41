//! Made-up books of any size that add up: the bank account takes what the others leave over.

use mezzofy_domain::ledger::statement::{
    AccountActivity, CashActivity, Figures, MonthFigures, Statement, StatementInput,
};
use mezzofy_domain::ledger::{Account, AccountType, CashRule, LedgerState};
use mezzofy_domain::period::{Period, PeriodKind};
use rust_decimal::Decimal;

use AccountType::{Asset, Equity, Expense, Liability, Revenue};

/// An account and three amounts in cents, as people read them: before both periods, in the period before, in the period.
pub(super) type Given<'a> = (&'a str, &'a str, AccountType, [i64; 3]);

pub(super) const COMPANY: [Given<'static>; 21] = [
    ("1100", "Accounts receivable", Asset, [8_412_050, 1_204_410, -380_225]),
    ("1200", "Prepaid expenses", Asset, [1_260_000, -105_000, -105_000]),
    ("1500", "Computers and equipment", Asset, [4_880_000, 0, 329_900]),
    ("1590", "Accumulated depreciation", Asset, [-1_626_664, -81_333, -86_831]),
    ("2010", "Accounts payable", Liability, [2_933_541, 214_380, -127_455]),
    ("2100", "GST payable", Liability, [1_122_874, 331_209, 348_117]),
    ("2200", "Deferred revenue", Liability, [5_604_000, 412_000, 188_500]),
    ("2500", "Bank loan", Liability, [12_000_000, -250_000, -250_000]),
    ("3010", "Share capital", Equity, [25_000_000, 0, 0]),
    ("3100", "Retained earnings", Equity, [9_338_107, 0, 0]),
    ("4010", "Coupon platform fees", Revenue, [98_422_318, 11_845_230, 12_911_475]),
    ("4020", "Subscriptions", Revenue, [61_205_990, 7_390_000, 7_615_000]),
    ("4030", "Redemption fees", Revenue, [20_144_005, 2_460_118, 2_204_839]),
    ("5010", "Salaries and CPF", Expense, [96_804_400, 11_204_400, 11_204_400]),
    ("5100", "Cloud and software", Expense, [17_733_212, 2_150_344, 2_371_906]),
    ("5200", "Marketing", Expense, [14_090_175, 1_803_225, 2_415_060]),
    ("5300", "Rent", Expense, [9_900_000, 1_100_000, 1_100_000]),
    ("5400", "Payment processing fees", Expense, [3_604_118, 441_037, 462_290]),
    ("5500", "Travel", Expense, [1_688_920, 0, 318_445]),
    ("5600", "Depreciation", Expense, [731_997, 81_333, 86_831]),
    ("5900", "Professional fees", Expense, [2_240_000, 300_000, 0]),
];

/// The books in one currency.
pub(super) fn currency(code: &str, accounts: &[Given<'_>]) -> [(Vec<AccountActivity>, CashActivity); 2] {
    let mut given: Vec<Given<'_>> = accounts.to_vec();
    let bank = [0, 1, 2].map(|when| -accounts.iter().map(|row| signed(row, when)).sum::<i64>());
    given.push(("1010", "DBS Bank current account", Asset, bank));
    let cash = |start: i64, moved: i64, entries| CashActivity {
        currency: code.to_owned(),
        start: cents(start),
        cash_in: cents(moved.max(0) + 18_000_000),
        cash_out: cents((-moved).max(0) + 18_000_000),
        entries,
    };
    let rows = |opening: fn(&Given<'_>) -> i64, when: usize| {
        let row = |given: &Given<'_>| AccountActivity {
            account: Account { code: given.0.into(), name: given.1.into(), kind: given.2, currency: code.to_owned() },
            opening: cents(opening(given)),
            period: cents(signed(given, when)),
            closing_entries: Decimal::ZERO,
            entries: given.3[when].unsigned_abs() / 100_000 + 1,
        };
        given.iter().map(row).collect()
    };
    [
        (rows(|row| signed(row, 0), 1), cash(bank[0], bank[1], 61)),
        (rows(|row| signed(row, 0) + signed(row, 1), 2), cash(bank[0] + bank[1], bank[2], 64)),
    ]
}

/// The statement of October 2026 of one or more currencies.
pub(super) fn statement(currencies: &[(&str, &[Given<'_>])]) -> Statement {
    Statement::of(input(currencies)).unwrap()
}

pub(super) fn input(currencies: &[(&str, &[Given<'_>])]) -> StatementInput {
    let (period, today) = (Period::month(2026, 10).unwrap(), "2026-11-22".parse().unwrap());
    let figures = |(first_day, last_day), which: usize| {
        let parts = currencies.iter().map(|(code, accounts)| currency(code, accounts)[which].clone());
        let (accounts, cash): (Vec<_>, Vec<_>) = parts.unzip();
        Figures { first_day, last_day, entries: 83, accounts: accounts.concat(), cash }
    };
    StatementInput {
        period,
        figures: figures(period.bounds(today), 1),
        previous: Some(figures(period.previous_bounds(today), 0)),
        months: currencies.iter().flat_map(|(code, accounts)| months(code, accounts)).collect(),
        ledger: LedgerState {
            entries: 2_714,
            hash: "9f2c4be1d07a5583c6e2f1a4b8d3907e55aa1c6f02e9d4b7a81365fc2e70d94b".into(),
        },
        cash: CashRule::default(),
    }
}

fn months(currency: &str, accounts: &[Given<'_>]) -> Vec<MonthFigures> {
    let sum = |kind| accounts.iter().filter(|row| row.2 == kind).map(|row| row.3[2]).sum::<i64>();
    let (revenue, expenses) = (sum(Revenue), sum(Expense));
    let last = Period::containing(PeriodKind::Month, "2026-10-31".parse().unwrap());
    let months = std::iter::successors(Some(last), |month| Some(month.previous())).take(12);
    (0..)
        .zip(months)
        .map(|(back, month)| MonthFigures {
            month,
            currency: currency.to_owned(),
            revenue: cents(revenue - revenue * (back * 23 + back * back % 7 * 9) / 1000),
            expenses: cents(expenses - expenses * (back * 17 + back * back % 5 * 21) / 1000),
        })
        .collect()
}

/// Debit less credit.
fn signed(row: &Given<'_>, when: usize) -> i64 {
    if row.2.grows_by_debit() { row.3[when] } else { -row.3[when] }
}

fn cents(amount: i64) -> Decimal {
    Decimal::new(amount, 2)
}
