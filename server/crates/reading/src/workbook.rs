//! Workbooks: the values of each sheet as tables, with the cells they stand in.

use std::io::Cursor;

use calamine::{Data, Range, Reader as _, Xlsx, XlsxError, open_workbook_from_rs};
use mezzofy_domain::file::media_type::is_compound;
use mezzofy_domain::reading::{FileKind, Locator, Reading, ReadingError, ReadingPart};

use crate::archive::Archive;
use crate::table::{table_row, table_rule};

const ROWS_PER_PART: usize = 50;
const MAX_COLUMNS: usize = 100;
const MAX_ROWS_PER_SHEET: usize = 20_000;

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    if is_compound(bytes) {
        return Err(ReadingError::Protected);
    }
    let mut archive = Archive::open(bytes)?;
    archive.check_size()?;
    let macros = archive.has("vbaProject.bin");
    // A long fuzz run found indexing in calamine 0.38 that panics on broken sheets.
    let sheets = std::panic::catch_unwind(|| sheets(bytes)).unwrap_or(Err(ReadingError::Damaged));
    Ok(Reading { macros, ..sheets? })
}

fn sheets(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => ReadingError::Protected,
        _ => ReadingError::Damaged,
    })?;
    let names = book.sheet_names().clone();
    let (mut parts, mut cut) = (Vec::new(), false);
    for sheet in &names {
        let Ok(range) = book.worksheet_range(sheet) else {
            cut = true;
            continue;
        };
        cut |= range.height() > MAX_ROWS_PER_SHEET || range.width() > MAX_COLUMNS;
        parts.extend(tables(sheet, &range));
    }
    if parts.is_empty() && cut {
        return Err(ReadingError::Damaged);
    }
    Ok(Reading { cut, ..Reading::new(FileKind::Workbook, names.len(), parts) })
}

fn tables(sheet: &str, range: &Range<Data>) -> Vec<ReadingPart> {
    let Some((top, left)) = range.start() else { return Vec::new() };
    let width = range.width().min(MAX_COLUMNS);
    let rows: Vec<Vec<String>> =
        range.rows().take(MAX_ROWS_PER_SHEET).map(|row| row.iter().take(width).map(shown).collect()).collect();
    let head = rows.first().cloned().unwrap_or_default();
    let mut parts = Vec::new();
    for (nth, some) in rows.chunks(ROWS_PER_PART).enumerate() {
        let first = top as usize + nth * ROWS_PER_PART;
        let mut lines = Vec::new();
        // The head stands above each part, so that its columns can be told.
        if nth > 0 {
            lines.push(table_row(&head));
            lines.push(table_rule(width));
        }
        for (at, row) in some.iter().enumerate() {
            if row.iter().any(|cell| !cell.is_empty()) {
                lines.push(table_row(row));
            }
            if nth == 0 && at == 0 {
                lines.push(table_rule(width));
            }
        }
        let last_column = left as usize + width.saturating_sub(1);
        let range = format!("{}{}:{}{}", column(left as usize), first + 1, column(last_column), first + some.len());
        parts.push(ReadingPart { locator: Locator::Cells { sheet: sheet.to_owned(), range }, text: lines.join("\n") });
    }
    parts
}

fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::DateTime(at) => at.as_datetime().map_or_else(
            || at.to_string(),
            |at| {
                let text = at.format("%Y-%m-%d %H:%M").to_string();
                text.strip_suffix(" 00:00").map_or(text.clone(), str::to_owned)
            },
        ),
        other => other.to_string(),
    }
}

/// The letters of a column, from 0: `A`, `Z`, `AA`.
fn column(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(index % 26).unwrap_or_default()));
        if index < 26 {
            return letters.iter().rev().collect();
        }
        index = index / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn columns_are_named_by_letters() {
        assert_eq!([0, 25, 26, 51, 701, 702].map(column), ["A", "Z", "AA", "AZ", "ZZ", "AAA"]);
    }
}
