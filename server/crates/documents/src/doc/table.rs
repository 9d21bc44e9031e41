//! Rows of figures and words.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Rows under repeating headings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// What it shows; also the name of its sheet in a workbook.
    pub title: Option<String>,
    /// Stays on one page; for tables that fit on one.
    pub keep: bool,
    pub columns: Vec<Column>,
    /// The rows; each has a cell for each column.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds: decides alignment and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// A short code.
    Code,
    /// Text; takes the space that is left and wraps.
    Text,
    /// One or two words.
    Word,
    /// Money.
    Amount,
    /// The difference of two amounts.
    Change,
    /// A percentage or a count.
    Figure,
}

impl ColumnKind {
    /// Whether its cells are set flush right.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Amount | Self::Change | Self::Figure)
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its weight.
    pub kind: RowKind,
    /// A text for each column.
    pub cells: Vec<String>,
    /// The exact value of each cell that is one, for workbooks; may be shorter than `cells`.
    #[serde(skip)]
    pub values: Vec<Option<Decimal>>,
}

impl Row {
    /// A row of texts.
    #[must_use]
    pub fn new(kind: RowKind, cells: Vec<String>) -> Self {
        Self { kind, cells, values: Vec::new() }
    }

    /// The exact value of a cell, where it is one.
    #[must_use]
    pub fn value(&self, column: usize) -> Option<Decimal> {
        self.values.get(column).copied().flatten()
    }
}

/// The weight of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// Names the rows below it; only its first cell with text is shown. Repeats where its rows go on on another page.
    Group,
    /// One item.
    Line,
    /// The sum of the lines above.
    Total,
    /// What the table is for, e.g. the net income.
    Result,
}
