//! From bytes to rows with their physical lines.

use std::io::{Chain, Read};

use csv::{ReaderBuilder, StringRecord};

use super::{ImportErrors, Layout};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Follows the file's own bytes. A row that takes in more of it than the line end has a quotation mark that is still open.
const END: &[u8] = b"\nend";

/// Which column stands at each place of a row.
struct Header(Vec<&'static str>);

impl Header {
    /// Reads the header row; tells every missing, unknown and repeated column.
    fn read(line: u64, record: &StringRecord, layout: &Layout<'_>, problems: &mut ImportErrors) -> Option<Self> {
        let before = problems.count;
        let mut columns = Vec::new();
        for name in record.iter().map(str::trim) {
            match layout.columns.iter().copied().find(|column| *column == name) {
                Some(column) if columns.contains(&column) => {
                    problems.add(line, Some(name), "the header names this column twice");
                }
                Some(column) => columns.push(column),
                None => problems.add(line, Some(name), format!("the {} has no column of this name", layout.of)),
            }
        }
        for missing in layout.needed.iter().filter(|column| !columns.contains(*column)) {
            problems.add(line, Some(missing), "the header lacks this column");
        }
        (problems.count == before).then_some(Self(columns))
    }
}

/// One row's texts, without the spaces around them.
pub(crate) struct Cells<'a> {
    /// The physical line on which the row begins.
    pub(crate) line: u64,
    record: &'a StringRecord,
    header: &'a Header,
}

impl Cells<'_> {
    /// The text of a column, empty where the file has no such column.
    pub(crate) fn get(&self, column: &str) -> &str {
        let place = self.header.0.iter().position(|held| *held == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }
}

/// Gives every row that has as many fields as the header to `each`.
pub(crate) fn read(
    bytes: &[u8],
    layout: &Layout<'_>,
    problems: &mut ImportErrors,
    mut each: impl FnMut(&Cells<'_>, &mut ImportErrors),
) {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        problems.add(1, None, "the file is empty");
        return;
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        wrong_encoding(bytes, error.valid_up_to(), layout, problems);
        return;
    }
    let mut records = Records::new(bytes);
    let mut record = StringRecord::new();
    let Some(line) = records.next(&mut record, problems) else { return };
    let Some(header) = Header::read(line, &record, layout, problems) else { return };
    let mut rows = 0_u64;
    while let Some(line) = records.next(&mut record, problems) {
        rows += 1;
        let nul = record.iter().zip(&header.0).find(|(text, _)| text.contains('\0'));
        if let Some((_, column)) = nul {
            problems.add(line, Some(column), "the field holds U+0000, which is no part of a text");
        } else if record.len() == header.0.len() {
            each(&Cells { line, record: &record, header: &header }, problems);
        } else {
            let reason = format!("the row has {} fields and the header {}", record.len(), header.0.len());
            problems.add(line, None, reason);
        }
    }
    if rows == 0 && problems.is_empty() {
        problems.add(line, None, format!("the file has a header and no {}", layout.rows));
    }
}

/// The file's records. The reader's own line numbers are off after CRLF and blank lines, so lines are counted here from
/// its byte positions.
struct Records<'a> {
    reader: csv::Reader<Chain<&'a [u8], &'static [u8]>>,
    bytes: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> Records<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.chain(END));
        Self { reader, bytes, counted: 0, line: 1 }
    }

    /// Reads the next record that is not blank and gives its line; `None` at the end of the file.
    fn next(&mut self, record: &mut StringRecord, problems: &mut ImportErrors) -> Option<u64> {
        loop {
            match self.reader.read_record(record) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    problems.add(self.line, None, format!("the row can't be read: {error}"));
                    return None;
                }
            }
            let start = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(self.bytes.len());
            let rest = self.bytes.get(start..).unwrap_or_default();
            let start = start + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if start >= self.bytes.len() {
                return None;
            }
            self.line += line_ends(self.bytes, self.counted, start);
            self.counted = start;
            if self.reader.position().byte() > self.bytes.len() as u64 + 1 {
                problems.add(self.line, None, "a quotation mark opens in this row and is never closed");
                return None;
            }
            if record.len() > 1 || record.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(self.line);
            }
        }
    }
}

/// How many lines end in `from..to`; a line ends with LF, CRLF or a lone CR.
fn line_ends(bytes: &[u8], from: usize, to: usize) -> u64 {
    let ends = (from..to).filter(|&at| match bytes.get(at) {
        Some(b'\n') => true,
        Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u64
}

fn wrong_encoding(bytes: &[u8], at: usize, layout: &Layout<'_>, problems: &mut ImportErrors) {
    let line = 1 + line_ends(bytes, 0, at);
    let utf_16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let reason = match bytes.get(at) {
        Some(_) if utf_16 => "the file is UTF-16; save it as UTF-8".to_owned(),
        Some(byte) => format!("the byte 0x{byte:02X} is not UTF-8; save the file as UTF-8"),
        None => "the file is not UTF-8".to_owned(),
    };
    problems.add(line, column_of_broken_cell(bytes, layout), reason);
}

fn column_of_broken_cell(bytes: &[u8], layout: &Layout<'_>) -> Option<&'static str> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut records = reader.byte_records().map_while(Result::ok);
    let names = StringRecord::from_byte_record(records.next()?).ok()?;
    let header = Header::read(1, &names, layout, &mut ImportErrors::default())?;
    records
        .find_map(|record| record.iter().position(|cell| std::str::from_utf8(cell).is_err()))
        .and_then(|place| header.0.get(place).copied())
}
