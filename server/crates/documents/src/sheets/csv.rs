//! CSV (RFC 4180), in which no spreadsheet program finds a formula.

use mezzofy_domain::export::neutral;

use crate::doc::{RowKind, Table};

/// With a byte order mark, so that Excel reads Chinese; lines end with CRLF. A text that a spreadsheet would take for a formula
/// gets an apostrophe before it (OWASP, "CSV Injection"); numbers stay numbers, negative ones too.
#[must_use]
pub fn csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![0xef, 0xbb, 0xbf]);
    // Writing to memory can't fail, and every row has as many cells as there are columns.
    let _ = writer.write_record(table.columns.iter().map(|column| neutral(&column.title)));
    for row in table.rows.iter().filter(|row| row.kind != RowKind::Group) {
        let cell = |(at, cell): (usize, &String)| match row.value(at) {
            Some(value) => value.to_string(),
            None => neutral(cell),
        };
        let _ = writer.write_record(row.cells.iter().enumerate().map(cell));
    }
    writer.into_inner().unwrap_or_default()
}
