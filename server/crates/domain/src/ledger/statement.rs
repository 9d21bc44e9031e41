//! The financial statement of a period: profit and loss, balance sheet and cash flow, one [`CurrencyStatement`] for each
//! currency. It is made of what the database aggregated, kept as JSON in a run, and checked again before it is printed.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{AccountType, LedgerState};
use crate::language::Language;
use crate::period::Period;

mod build;
mod check;
mod input;
mod label;

pub use input::{AccountActivity, CashActivity, Figures, MonthFigures, StatementInput};
pub use label::LineName;

/// A financial statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it covers.
    pub period: Period,
    /// First day, included.
    pub first_day: NaiveDate,
    /// Last day, included; the balance sheet is of this day.
    pub last_day: NaiveDate,
    /// What it is compared with; none when the books have nothing up to the end of the period before.
    pub previous: Option<Span>,
    /// Entries in the period, those of all currencies.
    pub entries: u64,
    /// One for each currency, by its letters; at least one.
    pub currencies: Vec<CurrencyStatement>,
    /// The books it was made from.
    pub ledger: LedgerState,
}

/// A period and its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub period: Period,
    /// First day, included.
    pub first_day: NaiveDate,
    /// Last day, included.
    pub last_day: NaiveDate,
}

/// The statement in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyStatement {
    /// Three letters, ISO 4217.
    pub currency: String,
    /// What was earned and spent in the period. Closing entries are left out.
    pub profit_and_loss: ProfitAndLoss,
    /// What there is at the end of the period.
    pub balance_sheet: BalanceSheet,
    /// How cash moved in the period.
    pub cash_flow: CashFlow,
    /// The months up to the period's end, oldest first.
    pub months: Vec<MonthFigures>,
    /// Every account the figures rest on, by code.
    pub sources: Vec<Source>,
}

/// Revenue less expenses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfitAndLoss {
    /// By account.
    pub revenue: Vec<Line>,
    /// Their sum.
    pub total_revenue: Line,
    /// By account.
    pub expenses: Vec<Line>,
    /// Their sum.
    pub total_expenses: Line,
    /// Total revenue less total expenses.
    pub net_income: Line,
}

/// Assets, and what they are owed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceSheet {
    /// By account.
    pub assets: Vec<Line>,
    /// Their sum; equals total liabilities and total equity together.
    pub total_assets: Line,
    /// By account.
    pub liabilities: Vec<Line>,
    /// Their sum.
    pub total_liabilities: Line,
    /// By account, then [`LineName::UnclosedEarnings`]: all revenue less all expenses up to the end of the period that no
    /// closing entry has moved to an equity account.
    pub equity: Vec<Line>,
    /// Their sum.
    pub total_equity: Line,
}

/// The movement of cash. A transfer between two cash accounts is neither inflow nor outflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashFlow {
    /// Before the period's first day.
    pub start: Line,
    /// What came in; never negative.
    pub cash_in: Line,
    /// What went out; never negative.
    pub cash_out: Line,
    /// Cash in less cash out.
    pub net_change: Line,
    /// At the end of the period's last day.
    pub end: Line,
}

/// One row of a statement, in the sign people read: what a kind of account normally holds is positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What the row shows.
    pub name: LineName,
    /// Codes of the accounts it is made of.
    pub accounts: Vec<String>,
    /// The exact amount.
    pub amount: Decimal,
    /// The same of the period before.
    pub previous: Option<Decimal>,
    /// `amount` less `previous`.
    pub change: Option<Decimal>,
    /// The change in percent of `previous`, to one decimal; none when that is zero.
    pub change_percent: Option<Decimal>,
    /// Entries of the period in its account. In a total, the sum over its accounts: an entry that touches two of them
    /// counts in both. In the cash flow, entries that moved cash.
    pub entries: u64,
}

/// An account the figures rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its number in the chart of accounts.
    pub code: String,
    /// As people call it.
    pub name: String,
    /// What kind of account it is.
    pub kind: AccountType,
    /// Entries of the period in it.
    pub entries: u64,
}

/// Why there is no statement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatementError {
    /// The ledger has nothing in the period.
    #[error("there are no ledger entries in {}", .period.label(Language::En))]
    NoEntries {
        /// The empty period.
        period: Period,
    },
    /// The aggregated figures contradict each other.
    #[error("the statement does not add up: {0}")]
    Mismatch(#[from] Mismatch),
}

/// The first figure of a statement that does not follow from the others.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Mismatch(String);

impl Statement {
    /// Makes the statement and checks it.
    pub fn of(input: StatementInput) -> Result<Self, StatementError> {
        let statement = build::build(input)?;
        statement.check()?;
        Ok(statement)
    }

    /// Computes every total, change, the accounting equation and the way of cash from start to end again, for this
    /// period and the one before, and names the first figure that differs.
    pub fn check(&self) -> Result<(), Mismatch> {
        self.currencies.iter().try_for_each(check::check)
    }
}

#[cfg(test)]
mod tests;
