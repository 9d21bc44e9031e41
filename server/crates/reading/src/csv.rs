//! CSV: rows as tables, with the lines they stand on.

use mezzofy_domain::reading::{FileKind, Locator, Reading, ReadingError, ReadingPart};

use crate::table::{table_row, table_rule};
use crate::text::decode;

const ROWS_PER_PART: usize = 50;
const MAX_COLUMNS: usize = 100;

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let text = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let (mut head, mut parts, mut cut) = (None::<Vec<String>>, Vec::new(), false);
    let (mut lines, mut first, mut last, mut count) = (Vec::new(), 1, 1, 0);
    for record in reader.records() {
        let record = record.map_err(|_| ReadingError::Damaged)?;
        last = record.position().map_or(last, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        cut |= record.len() > MAX_COLUMNS;
        let row: Vec<String> = record.iter().take(MAX_COLUMNS).map(str::to_owned).collect();
        count += 1;
        let Some(head) = &head else {
            lines.extend([table_row(&row), table_rule(row.len())]);
            head = Some(row);
            continue;
        };
        if lines.is_empty() {
            first = last;
            lines.extend([table_row(head), table_rule(head.len())]);
        }
        lines.push(table_row(&row));
        if lines.len() >= ROWS_PER_PART + 2 {
            let text = std::mem::take(&mut lines).join("\n");
            parts.push(ReadingPart { locator: Locator::Lines { first, last }, text });
        }
    }
    if !lines.is_empty() {
        parts.push(ReadingPart { locator: Locator::Lines { first, last }, text: lines.join("\n") });
    }
    Ok(Reading { cut, ..Reading::new(FileKind::Csv, count, parts) })
}

/// What stands most often in the first line: comma, semicolon or tab.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(count).unwrap_or(b',')
}
