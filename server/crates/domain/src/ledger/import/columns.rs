//! The nine columns.

use strum::{IntoStaticStr, VariantNames};

/// A column of the ledger file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Column {
    EntryId,
    Date,
    AccountCode,
    AccountName,
    AccountType,
    Debit,
    Credit,
    Currency,
    Description,
}

impl Column {
    pub(super) fn name(self) -> &'static str {
        self.into()
    }
}
