//! Rows that a call of the run has read.

use serde::{Deserialize, Serialize};

use super::ContentError;

/// Rows of named columns; a cell is `None` where there is no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// The columns' names.
    pub columns: Vec<String>,
    /// A cell for each column.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Grid {
    /// Where the column of this name is.
    pub(super) fn column(&self, data: &str, name: &str) -> Result<usize, ContentError> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| ContentError::NoColumn {
            data: data.to_owned(),
            column: name.to_owned(),
            columns: self.columns.join(", "),
        })
    }

    /// The texts of a column.
    pub(super) fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().map(move |row| row.get(column).and_then(Option::as_deref).unwrap_or_default())
    }
}
