//! What the database aggregates for a statement. Amounts are debit less credit.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ledger::{Account, CashRule, LedgerState};
use crate::period::Period;

/// Everything a statement is made of, all currencies together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementInput {
    /// What it covers.
    pub period: Period,
    /// The period's own figures.
    pub figures: Figures,
    /// Those of the period before, over [`Period::previous_bounds`].
    pub previous: Option<Figures>,
    /// The last twelve months up to the period's end, in any order; what is missing had nothing.
    pub months: Vec<MonthFigures>,
    /// The whole ledger.
    pub ledger: LedgerState,
    /// Which accounts are cash; the same that `figures.cash` was made with.
    pub cash: CashRule,
}

/// The figures of one span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// First day, included.
    pub first_day: NaiveDate,
    /// Last day, included.
    pub last_day: NaiveDate,
    /// Entries in the span, each counted once.
    pub entries: u64,
    /// Every account with an entry up to the last day, one row for each currency of it.
    pub accounts: Vec<AccountActivity>,
    /// One row for each currency that has a cash account.
    pub cash: Vec<CashActivity>,
}

/// What happened in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountActivity {
    /// The account in one currency.
    pub account: Account,
    /// Of all entries before the span.
    pub opening: Decimal,
    /// Of all entries in the span, closing entries too.
    pub period: Decimal,
    /// Of the closing entries in the span.
    pub closing_entries: Decimal,
    /// Entries in the span that touch the account.
    pub entries: u64,
}

/// How cash moved. For each entry the net over all cash accounts counts: in when positive, out when negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashActivity {
    /// Three letters, ISO 4217.
    pub currency: String,
    /// Cash before the span.
    pub start: Decimal,
    /// The sum of the positive nets.
    pub cash_in: Decimal,
    /// The sum of the negative nets, as a positive amount.
    pub cash_out: Decimal,
    /// Entries whose net is not zero.
    pub entries: u64,
}

/// Revenue and expenses of one month without closing entries, in the sign people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthFigures {
    /// A calendar month.
    pub month: Period,
    /// Three letters, ISO 4217.
    pub currency: String,
    /// Total revenue.
    pub revenue: Decimal,
    /// Total expenses.
    pub expenses: Decimal,
}

impl MonthFigures {
    /// Revenue less expenses.
    #[must_use]
    pub fn net_income(&self) -> Decimal {
        self.revenue - self.expenses
    }
}
