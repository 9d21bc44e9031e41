//! Tables as workbooks (XLSX) and as CSV. What stands in a cell is never a formula: text stays text, numbers are exact.

use chrono::{DateTime, Datelike, Timelike, Utc};
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{
    Chart as XlsxChart, ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};
use thiserror::Error;

use crate::doc::{Block, Chart, ColumnKind, Doc, Form, Row, RowKind, Table};

/// The number of the paper in Office (ECMA-376 part 1, 18.3.1.63).
const A4: u8 = 9;

mod csv;

pub use csv::csv;

/// Excel's limit (ECMA-376 does not name one; Excel refuses longer names).
const NAME: usize = 31;
/// Rows of a sheet at most, less the heading.
const ROWS: usize = 1_048_575;
/// The colours of headings and totals.
const ACCENT: u32 = 0x000f_766e;
const PANEL: u32 = 0x00f4_f7f7;
const LINE: u32 = 0x00d9_dfe4;

/// Why a document became no workbook.
#[derive(Debug, Error)]
pub enum SheetsError {
    /// There is no table and no chart in it.
    #[error("there is no table in it, so there is nothing to put into sheets")]
    Empty,
    /// More rows than a sheet has.
    #[error("a table has {0} rows, and a sheet holds {ROWS} at most; ask for less")]
    TooLong(usize),
    /// The library refused something.
    #[error("the workbook could not be written: {0}")]
    Refused(#[from] XlsxError),
}

/// A workbook with a sheet for each table and chart of the document, in their order. The same document and time give the
/// same bytes.
pub fn xlsx(doc: &Doc, made_at: DateTime<Utc>) -> Result<Vec<u8>, SheetsError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(doc, made_at)?);
    let formats = Formats::new();
    let mut names = Names::default();
    for section in &doc.sections {
        for block in &section.blocks {
            let heading = section.title.as_deref().unwrap_or(&doc.title);
            match block {
                Block::Table(table) => {
                    let name = names.take(table.title.as_deref().unwrap_or(heading));
                    fill(sheet(&mut book, &name)?, table, &formats)?;
                }
                Block::Chart(chart) => {
                    let name = names.take(&chart.title);
                    draw(sheet(&mut book, &name)?, &name, chart, &formats)?;
                }
                Block::Paragraph { .. }
                | Block::List { .. }
                | Block::Image { .. }
                | Block::Callout { .. }
                | Block::Facts { .. }
                | Block::Kpis { .. } => {}
            }
        }
    }
    if names.0.is_empty() {
        return Err(SheetsError::Empty);
    }
    Ok(book.save_to_buffer()?)
}

/// A sheet that is printed one page wide.
fn sheet<'a>(book: &'a mut Workbook, name: &str) -> Result<&'a mut Worksheet, XlsxError> {
    Ok(book.add_worksheet().set_name(name)?.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0))
}

fn properties(doc: &Doc, made_at: DateTime<Utc>) -> Result<DocProperties, XlsxError> {
    let year = u16::try_from(made_at.year()).unwrap_or(1900);
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let day = ExcelDateTime::from_ymd(year, part(made_at.month()), part(made_at.day()))?;
    let hour = u16::try_from(made_at.hour()).unwrap_or_default();
    let created = day.and_hms(hour, part(made_at.minute()), made_at.second())?;
    Ok(DocProperties::new().set_title(&doc.title).set_author("Mezzofy AI Assistant").set_creation_datetime(&created))
}

struct Formats {
    heading: Format,
}

impl Formats {
    fn new() -> Self {
        let heading = Format::new().set_bold().set_font_color(Color::White).set_background_color(Color::RGB(ACCENT));
        Self { heading: heading.set_align(FormatAlign::VerticalCenter).set_text_wrap() }
    }

    fn cell(kind: ColumnKind, row: RowKind) -> Format {
        let format = Format::new().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(Color::RGB(LINE));
        let format = match kind {
            ColumnKind::Amount | ColumnKind::Change => format.set_num_format("#,##0.00;[Red]-#,##0.00"),
            ColumnKind::Figure => format.set_num_format("#,##0.######"),
            ColumnKind::Code | ColumnKind::Text | ColumnKind::Word => format,
        };
        match row {
            RowKind::Line => format,
            RowKind::Group => format.set_bold().set_font_color(Color::RGB(ACCENT)),
            RowKind::Total | RowKind::Result => format.set_bold().set_background_color(Color::RGB(PANEL)),
        }
    }
}

fn fill(sheet: &mut Worksheet, table: &Table, formats: &Formats) -> Result<(), SheetsError> {
    if table.rows.len() > ROWS {
        return Err(SheetsError::TooLong(table.rows.len()));
    }
    let kinds: Vec<ColumnKind> = table.columns.iter().map(|column| column.kind).collect();
    for (at, column) in (0_u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, at, &column.title, &formats.heading)?;
        sheet.set_column_width(at, width(table, usize::from(at)))?;
    }
    let of = |row: RowKind| kinds.iter().map(|kind| Formats::cell(*kind, row)).collect::<Vec<_>>();
    let (line, group, total) = (of(RowKind::Line), of(RowKind::Group), of(RowKind::Total));
    for (at, row) in (1_u32..).zip(&table.rows) {
        let looks = match row.kind {
            RowKind::Line => &line,
            RowKind::Group => &group,
            RowKind::Total | RowKind::Result => &total,
        };
        write_row(sheet, at, row, looks)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    if let (Ok(last_row @ 1..), Ok(columns @ 1..)) = (u32::try_from(table.rows.len()), u16::try_from(kinds.len()))
        && table.rows.iter().all(|row| row.kind == RowKind::Line)
    {
        sheet.autofilter(0, 0, last_row, columns - 1)?;
    }
    Ok(())
}

fn write_row(sheet: &mut Worksheet, at: u32, row: &Row, looks: &[Format]) -> Result<(), XlsxError> {
    for ((column, cell), look) in (0_u16..).zip(&row.cells).zip(looks) {
        match row.value(usize::from(column)).and_then(|value| value.to_f64()) {
            Some(value) => sheet.write_number_with_format(at, column, value, look)?,
            None if cell.is_empty() => sheet.write_blank(at, column, look)?,
            None => sheet.write_string_with_format(at, column, cell, look)?,
        };
    }
    Ok(())
}

/// In characters: what the longest of the first cells needs; a Chinese character is as wide as two letters.
fn width(table: &Table, column: usize) -> f64 {
    let wide = |text: &str| {
        text.chars().map(|character| if character.is_ascii() { 1_u8 } else { 2 }).map(f64::from).sum::<f64>()
    };
    let cells = table.rows.iter().take(1_000).filter_map(|row| row.cells.get(column)).map(|cell| wide(cell));
    let title = table.columns.get(column).map_or(0.0, |column| wide(&column.title));
    (cells.fold(title, f64::max) + 2.0).clamp(8.0, 60.0)
}

/// The values of a chart, and the chart beside them.
fn draw(sheet: &mut Worksheet, name: &str, chart: &Chart, formats: &Formats) -> Result<(), SheetsError> {
    let all: Vec<_> = chart.series.iter().chain(&chart.line).collect();
    for (at, category) in (1_u32..).zip(&chart.categories) {
        sheet.write_string(at, 0, &category.label)?;
    }
    sheet.write_string_with_format(0, 0, "", &formats.heading)?;
    sheet.set_column_width(0, 24)?;
    let last = u32::try_from(chart.categories.len()).unwrap_or(u32::MAX);
    let mut drawing = XlsxChart::new(match chart.form {
        Form::Columns | Form::Waterfall => ChartType::Column,
        Form::Stacked => ChartType::ColumnStacked,
        Form::Bars => ChartType::Bar,
        Form::Line | Form::Sparkline => ChartType::Line,
        Form::Pie => ChartType::Pie,
    });
    let mut line = XlsxChart::new(ChartType::Line);
    for (nth, series) in (1_u16..).zip(&all) {
        sheet.write_string_with_format(0, nth, &series.name, &formats.heading)?;
        sheet.set_column_width(nth, 18)?;
        for (at, value) in (1_u32..).zip(&series.values) {
            sheet.write_number(at, nth, value.to_f64().unwrap_or_default())?;
        }
        let over = chart.line.is_some() && usize::from(nth) == all.len();
        let target = if over { &mut line } else { &mut drawing };
        target
            .add_series()
            .set_name((name, 0, nth))
            .set_categories((name, 1, 0, last, 0))
            .set_values((name, 1, nth, last, nth));
    }
    drawing.title().set_name(&chart.title);
    drawing.set_alt_text(chart.alt.chars().take(250).collect::<String>());
    if chart.line.is_some() {
        drawing.combine(&line);
    }
    let column = u16::try_from(all.len()).unwrap_or_default() + 2;
    sheet.insert_chart(1, column, &drawing)?;
    Ok(())
}

/// Names that are taken, in small letters.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    /// A name that Excel takes and no other sheet has.
    fn take(&mut self, wanted: &str) -> String {
        let clean: String = wanted
            .chars()
            .map(|character| if "[]:*?/\\\n\r\t".contains(character) { ' ' } else { character })
            .collect();
        let clean = clean.trim().trim_matches('\'');
        let stem = if clean.is_empty() { "Sheet" } else { clean };
        let mut name: String = stem.chars().take(NAME).collect();
        let mut count = 1;
        while self.0.contains(&name.to_lowercase()) {
            count += 1;
            let ending = format!(" {count}");
            name = stem.chars().take(NAME - ending.len()).collect::<String>() + &ending;
        }
        self.0.push(name.to_lowercase());
        name
    }
}

#[cfg(test)]
mod tests;
