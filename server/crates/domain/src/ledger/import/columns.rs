//! The nine columns and where a file's header puts them.

use csv::StringRecord;

use super::ImportErrors;

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

/// Which column stands at each place of a row: a permutation of all nine.
pub(super) struct Header(Vec<Column>);

impl Header {
    /// Reads the header row; tells every missing, unknown and repeated column.
    pub(super) fn read(line: u64, record: &StringRecord, problems: &mut ImportErrors) -> Option<Self> {
        let before = problems.count;
        let mut columns = Vec::new();
        for name in record.iter().map(str::trim) {
            match Column::ALL.into_iter().find(|column| column.name() == name) {
                Some(column) if columns.contains(&column) => {
                    problems.add(line, Some(name), "the header names this column twice");
                }
                Some(column) => columns.push(column),
                None => problems.add(line, Some(name), "the ledger has no column of this name"),
            }
        }
        for missing in Column::ALL.into_iter().filter(|column| !columns.contains(column)) {
            problems.add(line, Some(missing.name()), "the header lacks this column");
        }
        (problems.count == before).then_some(Self(columns))
    }

    /// How many fields a row has.
    pub(super) fn width(&self) -> usize {
        self.0.len()
    }

    /// The column at a place.
    pub(super) fn at(&self, place: usize) -> Option<Column> {
        self.0.get(place).copied()
    }

    /// The place of a column.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.0.iter().position(|held| *held == column)
    }
}
