//! From aggregated figures to the rows of a statement.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{
    AccountActivity, BalanceSheet, CashActivity, CashFlow, CurrencyStatement, Figures, Line, LineName, MonthFigures,
    ProfitAndLoss, Source, Span, Statement, StatementError, StatementInput,
};
use crate::ledger::{AccountType, CashRule};
use crate::money::change_percent;
use crate::period::{Period, PeriodKind};

/// How many months a statement looks back.
const MONTHS: usize = 12;

pub(super) fn build(input: StatementInput) -> Result<Statement, StatementError> {
    let StatementInput { period, figures, previous, months, ledger, cash } = input;
    if figures.entries == 0 {
        return Err(StatementError::NoEntries { period });
    }
    let previous = previous.filter(|before| before.accounts.iter().any(has_figures));
    let codes: BTreeSet<&str> = figures.accounts.iter().filter(|row| has_figures(row)).map(currency_of).collect();
    let last_month = Period::containing(PeriodKind::Month, figures.last_day);
    let currencies = codes
        .into_iter()
        .map(|currency| {
            let books = Books::of(currency, &figures, previous.as_ref(), &cash);
            CurrencyStatement {
                currency: currency.to_owned(),
                profit_and_loss: books.profit_and_loss(),
                balance_sheet: books.balance_sheet(),
                cash_flow: books.cash_flow(),
                months: year_up_to(last_month, currency, &months),
                sources: books.sources(),
            }
        })
        .collect();
    let span = |figures: &Figures| Span {
        period: period.previous(),
        first_day: figures.first_day,
        last_day: figures.last_day,
    };
    Ok(Statement {
        period,
        first_day: figures.first_day,
        last_day: figures.last_day,
        previous: previous.as_ref().map(span),
        entries: figures.entries,
        currencies,
        ledger,
    })
}

fn has_figures(row: &AccountActivity) -> bool {
    row.entries > 0 || !row.opening.is_zero() || !row.period.is_zero()
}

fn currency_of(row: &AccountActivity) -> &str {
    &row.account.currency
}

fn year_up_to(last: Period, currency: &str, months: &[MonthFigures]) -> Vec<MonthFigures> {
    let mut wanted: Vec<Period> =
        std::iter::successors(Some(last), |month| Some(month.previous())).take(MONTHS).collect();
    wanted.reverse();
    let figures = |month: Period| {
        months.iter().find(|row| row.month == month && row.currency == currency).cloned().unwrap_or_else(|| {
            MonthFigures { month, currency: currency.to_owned(), revenue: Decimal::ZERO, expenses: Decimal::ZERO }
        })
    };
    wanted.into_iter().map(figures).collect()
}

/// One account now and in the period before; either may be missing.
#[derive(Clone, Copy, Default)]
struct Pair<'a> {
    now: Option<&'a AccountActivity>,
    before: Option<&'a AccountActivity>,
}

impl<'a> Pair<'a> {
    fn row(self) -> Option<&'a AccountActivity> {
        self.now.or(self.before)
    }
}

/// The figures of one currency, accounts by code.
struct Books<'a> {
    accounts: BTreeMap<&'a str, Pair<'a>>,
    cash_now: Option<&'a CashActivity>,
    cash_before: Option<&'a CashActivity>,
    cash_codes: Vec<String>,
    compared: bool,
}

impl<'a> Books<'a> {
    fn of(currency: &str, figures: &'a Figures, previous: Option<&'a Figures>, rule: &CashRule) -> Self {
        let mut accounts = BTreeMap::<&str, Pair<'_>>::new();
        for row in figures.accounts.iter().filter(|row| currency_of(row) == currency) {
            accounts.entry(&row.account.code).or_default().now = Some(row);
        }
        for row in previous.iter().flat_map(|before| &before.accounts).filter(|row| currency_of(row) == currency) {
            accounts.entry(&row.account.code).or_default().before = Some(row);
        }
        let cash = |figures: &'a Figures| figures.cash.iter().find(|row| row.currency == currency);
        let is_cash = |pair: &Pair<'_>| pair.row().is_some_and(|row| rule.is_cash(&row.account));
        Self {
            cash_codes: accounts.iter().filter(|(_, pair)| is_cash(pair)).map(|(code, _)| (*code).to_owned()).collect(),
            accounts,
            cash_now: cash(figures),
            cash_before: previous.and_then(cash),
            compared: previous.is_some(),
        }
    }

    fn profit_and_loss(&self) -> ProfitAndLoss {
        let earned = |row: &AccountActivity| row.period - row.closing_entries;
        let revenue = self.lines(AccountType::Revenue, earned);
        let expenses = self.lines(AccountType::Expense, earned);
        let total_revenue = Line::total(LineName::TotalRevenue, &revenue, self.compared);
        let total_expenses = Line::total(LineName::TotalExpenses, &expenses, self.compared);
        let net_income = Line::between(LineName::NetIncome, &total_revenue, &total_expenses);
        ProfitAndLoss { revenue, total_revenue, expenses, total_expenses, net_income }
    }

    fn balance_sheet(&self) -> BalanceSheet {
        let assets = self.lines(AccountType::Asset, balance);
        let liabilities = self.lines(AccountType::Liability, balance);
        let mut equity = self.lines(AccountType::Equity, balance);
        equity.push(self.unclosed_earnings());
        let total = |name, lines: &[Line]| Line::total(name, lines, self.compared);
        BalanceSheet {
            total_assets: total(LineName::TotalAssets, &assets),
            total_liabilities: total(LineName::TotalLiabilities, &liabilities),
            total_equity: total(LineName::TotalEquity, &equity),
            assets,
            liabilities,
            equity,
        }
    }

    fn cash_flow(&self) -> CashFlow {
        let line = |name, amount: fn(&CashActivity) -> Decimal, counts: bool| {
            let of = |row: Option<&CashActivity>| row.map_or(Decimal::ZERO, amount);
            let entries = self.cash_now.filter(|_| counts).map_or(0, |row| row.entries);
            let before = self.compared.then(|| of(self.cash_before));
            Line::new(name, self.cash_codes.clone(), of(self.cash_now), before, entries)
        };
        CashFlow {
            start: line(LineName::CashAtStart, |row| row.start, false),
            cash_in: line(LineName::CashIn, |row| row.cash_in, true),
            cash_out: line(LineName::CashOut, |row| row.cash_out, true),
            net_change: line(LineName::NetChangeInCash, |row| row.cash_in - row.cash_out, true),
            end: line(LineName::CashAtEnd, |row| row.start + row.cash_in - row.cash_out, true),
        }
    }

    fn sources(&self) -> Vec<Source> {
        let rows = self
            .accounts
            .values()
            .filter(|pair| pair.now.is_some_and(has_figures) || pair.before.is_some_and(has_figures));
        rows.filter_map(|pair| {
            let account = &pair.row()?.account;
            let entries = pair.now.map_or(0, |row| row.entries);
            Some(Source { code: account.code.clone(), name: account.name.clone(), kind: account.kind, entries })
        })
        .collect()
    }

    /// A row for each account of that kind which is not zero in both periods.
    fn lines(&self, kind: AccountType, amount: fn(&AccountActivity) -> Decimal) -> Vec<Line> {
        let signed = |row: &AccountActivity| if kind.grows_by_debit() { amount(row) } else { -amount(row) };
        let of_kind = self.accounts.values().filter_map(|pair| {
            let account = &pair.row().filter(|row| row.account.kind == kind)?.account;
            let name = LineName::Account { code: account.code.clone(), name: account.name.clone() };
            let before = self.compared.then(|| pair.before.map_or(Decimal::ZERO, signed));
            let entries = pair.now.map_or(0, |row| row.entries);
            Some(Line::new(name, vec![account.code.clone()], pair.now.map_or(Decimal::ZERO, signed), before, entries))
        });
        of_kind.filter(|line| !line.amount.is_zero() || line.previous.is_some_and(|before| !before.is_zero())).collect()
    }

    fn unclosed_earnings(&self) -> Line {
        let earns = |pair: &&Pair<'_>| {
            pair.row().is_some_and(|row| matches!(row.account.kind, AccountType::Revenue | AccountType::Expense))
        };
        let sum = |row: fn(&Pair<'a>) -> Option<&'a AccountActivity>| -> Decimal {
            self.accounts.values().filter(earns).filter_map(row).map(|row| -balance(row)).sum()
        };
        let rows = || self.accounts.values().filter(earns);
        let codes = rows().filter_map(|pair| Some(pair.row()?.account.code.clone())).collect();
        let entries = rows().filter_map(|pair| pair.now).map(|row| row.entries).sum();
        let before = self.compared.then(|| sum(|pair| pair.before));
        Line::new(LineName::UnclosedEarnings, codes, sum(|pair| pair.now), before, entries)
    }
}

fn balance(row: &AccountActivity) -> Decimal {
    row.opening + row.period
}

impl Line {
    fn new(name: LineName, accounts: Vec<String>, amount: Decimal, previous: Option<Decimal>, entries: u64) -> Self {
        let (amount, previous) = (amount.normalize(), previous.map(|before| before.normalize()));
        let change = previous.map(|before| (amount - before).normalize());
        let change_percent = previous.and_then(|before| change_percent(amount, before));
        Self { name, accounts, amount, previous, change, change_percent, entries }
    }

    fn total(name: LineName, lines: &[Self], compared: bool) -> Self {
        let accounts = lines.iter().flat_map(|line| line.accounts.clone()).collect();
        let amount = lines.iter().map(|line| line.amount).sum();
        let previous = compared.then(|| lines.iter().filter_map(|line| line.previous).sum());
        Self::new(name, accounts, amount, previous, lines.iter().map(|line| line.entries).sum())
    }

    fn between(name: LineName, plus: &Self, minus: &Self) -> Self {
        let accounts = plus.accounts.iter().chain(&minus.accounts).cloned().collect();
        let previous = plus.previous.zip(minus.previous).map(|(plus, minus)| plus - minus);
        Self::new(name, accounts, plus.amount - minus.amount, previous, plus.entries + minus.entries)
    }
}
