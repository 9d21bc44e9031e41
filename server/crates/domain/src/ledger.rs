//! The company's books: accounts and entries, the file they are imported from, and the statements made of them.
//!
//! A debit is positive and a credit negative wherever one amount stands for both; only a statement's lines turn the sign
//! to what people read. Amounts of different currencies are never added.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::coded;

pub mod entry;
pub mod import;
pub mod statement;

/// The five kinds of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AccountType {
    /// What the company has.
    Asset,
    /// What it owes.
    Liability,
    /// What belongs to its owners.
    Equity,
    /// What it earned.
    Revenue,
    /// What earning it cost.
    Expense,
}

coded!(AccountType);

impl AccountType {
    /// Whether a debit makes it grow, so that people read its debit balance as positive.
    #[must_use]
    pub fn grows_by_debit(self) -> bool {
        match self {
            Self::Asset | Self::Expense => true,
            Self::Liability | Self::Equity | Self::Revenue => false,
        }
    }
}

/// An account as one currency uses it. The code has one name and one type whatever the currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Its number in the chart of accounts, e.g. `4010`.
    pub code: String,
    /// As people call it.
    pub name: String,
    /// What kind of account it is.
    pub kind: AccountType,
    /// Three letters, ISO 4217.
    pub currency: String,
}

/// Which asset accounts are cash: those whose name holds one of [`CashRule::WORDS`], and those the configuration names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashRule {
    /// Codes of asset accounts that are cash whatever their name.
    pub codes: Vec<String>,
}

impl CashRule {
    /// What the name of a cash account holds, in any case.
    pub const WORDS: [&'static str; 4] = ["cash", "bank", "现金", "银行"];

    /// Whether the account is cash.
    #[must_use]
    pub fn is_cash(&self, account: &Account) -> bool {
        let name = account.name.to_lowercase();
        account.kind == AccountType::Asset
            && (Self::WORDS.iter().any(|word| name.contains(word)) || self.codes.contains(&account.code))
    }
}

/// What a statement was made from: how many entries the ledger holds and the hash over all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerState {
    /// Entries in the whole ledger.
    pub entries: u64,
    /// [`entry::StateHash`] over them.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cash_is_an_asset_that_is_called_so_or_configured_so() {
        let rule = CashRule { codes: vec!["1300".into(), "2000".into()] };
        let account = |code: &str, name: &str, kind| Account {
            code: code.into(),
            name: name.into(),
            kind,
            currency: "SGD".into(),
        };
        for (held, is_cash) in [
            (account("1010", "Cash at fiscal host", AccountType::Asset), true),
            (account("1020", "DBS BANK current", AccountType::Asset), true),
            (account("1030", "库存现金", AccountType::Asset), true),
            (account("1040", "银行存款", AccountType::Asset), true),
            (account("1300", "Stripe balance", AccountType::Asset), true),
            (account("1400", "Stripe balance", AccountType::Asset), false),
            (account("2000", "Credit card", AccountType::Liability), false),
            (account("2100", "Bank loan", AccountType::Liability), false),
            (account("5200", "Bank charges", AccountType::Expense), false),
        ] {
            assert_eq!(rule.is_cash(&held), is_cash, "{held:?}");
        }
    }
}
