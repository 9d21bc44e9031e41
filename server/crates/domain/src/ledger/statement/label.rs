//! What the rows of a statement are called in people's languages.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineName {
    Account {
        /// Its number in the chart of accounts.
        code: String,
        /// As people call it; never translated.
        name: String,
    },
    /// The sum of all revenue.
    TotalRevenue,
    /// The sum of all expenses.
    TotalExpenses,
    /// Revenue less expenses.
    NetIncome,
    /// The sum of all assets.
    TotalAssets,
    /// The sum of all liabilities.
    TotalLiabilities,
    /// Earnings that no closing entry has moved to an equity account.
    UnclosedEarnings,
    /// The sum of all equity.
    TotalEquity,
    /// Cash before the first day.
    CashAtStart,
    /// Inflow.
    CashIn,
    /// Outflow.
    CashOut,
    /// Inflow less outflow.
    NetChangeInCash,
    /// Cash after the last day.
    CashAtEnd,
}

impl LineName {
    /// The row's label; an account's is its name.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        let [en, zh, ms] = match self {
            Self::Account { name, .. } => return name,
            Self::TotalRevenue => ["Total revenue", "收入合计", "Jumlah hasil"],
            Self::TotalExpenses => ["Total expenses", "费用合计", "Jumlah perbelanjaan"],
            Self::NetIncome => ["Net income", "净利润", "Pendapatan bersih"],
            Self::TotalAssets => ["Total assets", "资产合计", "Jumlah aset"],
            Self::TotalLiabilities => ["Total liabilities", "负债合计", "Jumlah liabiliti"],
            Self::UnclosedEarnings => ["Earnings not yet closed", "未结转损益", "Perolehan belum ditutup"],
            Self::TotalEquity => ["Total equity", "所有者权益合计", "Jumlah ekuiti"],
            Self::CashAtStart => ["Cash at start", "期初现金", "Tunai pada permulaan"],
            Self::CashIn => ["Cash in", "现金流入", "Tunai masuk"],
            Self::CashOut => ["Cash out", "现金流出", "Tunai keluar"],
            Self::NetChangeInCash => ["Net change in cash", "现金净变动", "Perubahan bersih tunai"],
            Self::CashAtEnd => ["Cash at end", "期末现金", "Tunai pada akhir"],
        };
        match language {
            Language::En => en,
            Language::Zh => zh,
            Language::Ms => ms,
        }
    }
}
