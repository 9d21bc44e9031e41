//! The nine columns.

/// A column of the ledger file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    pub(super) const ALL: [Self; 9] = [
        Self::EntryId,
        Self::Date,
        Self::AccountCode,
        Self::AccountName,
        Self::AccountType,
        Self::Debit,
        Self::Credit,
        Self::Currency,
        Self::Description,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::EntryId => "entry_id",
            Self::Date => "date",
            Self::AccountCode => "account_code",
            Self::AccountName => "account_name",
            Self::AccountType => "account_type",
            Self::Debit => "debit",
            Self::Credit => "credit",
            Self::Currency => "currency",
            Self::Description => "description",
        }
    }
}
