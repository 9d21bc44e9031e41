//! Tables as Markdown.

/// A row of a Markdown table.
pub(crate) fn table_row<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let mut row = String::from("|");
    for cell in cells {
        let cell = cell.as_ref().split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
        row.push(' ');
        row.push_str(&cell);
        row.push_str(" |");
    }
    row
}

/// The rule below a Markdown table's head.
pub(crate) fn table_rule(columns: usize) -> String {
    format!("|{}", " --- |".repeat(columns))
}
