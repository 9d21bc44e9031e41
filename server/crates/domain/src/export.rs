//! Cells of files that spreadsheet programs open.

/// A text as a cell that no spreadsheet program takes for a formula.
#[must_use]
pub fn neutral(cell: &str) -> String {
    let starts = cell
        .trim_start_matches([' ', '\u{a0}', '\u{3000}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if starts && !is_number(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// A sign and digits alone do nothing.
fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit() || ".,%".contains(c))
        && digits.starts_with(|c: char| c.is_ascii_digit())
}
