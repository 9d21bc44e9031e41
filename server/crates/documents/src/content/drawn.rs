//! Tables and charts of a description: from data of the run, or with values of their own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mezzofy_domain::language::Language;
use mezzofy_domain::money::format_amount;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ContentError, Grid, number};
use crate::doc::{Category, Chart, Column, ColumnKind, Form, Row, RowKind, Series, Table};

/// A table: `from` and perhaps `columns` of it, or `columns` and `rows`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DrawnTable {
    title: Option<String>,
    from: Option<String>,
    #[serde(default)]
    columns: Vec<Head>,
    #[serde(default)]
    rows: Vec<Vec<String>>,
    total: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    column: Option<String>,
    title: Option<String>,
    kind: Option<ColumnKind>,
}

/// A chart: `from` with a column of categories and columns of values, or both written out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DrawnChart {
    form: Form,
    title: String,
    from: Option<String>,
    category: Option<String>,
    #[serde(default)]
    categories: Vec<String>,
    series: Vec<Drawn>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Drawn {
    column: Option<String>,
    name: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

const KINDS: [&str; 6] = ["code", "text", "word", "amount", "change", "figure"];
const FROM: &str = "The `call` of an earlier database_query, whose rows are shown";

pub(super) fn table_schema() -> Value {
    let short = json!({"type": "string", "maxLength": 300});
    json!({
        "title": short,
        "from": {"type": "string", "description": FROM},
        "columns": {"type": "array", "maxItems": 20, "items": {
            "type": "object", "additionalProperties": false,
            "properties": {
                "column": {"type": "string", "description": "A column of the data"},
                "title": short, "kind": {"type": "string", "enum": KINDS}
            }
        }},
        "rows": {"type": "array", "maxItems": 500, "description": "Without data: a text for each column",
                 "items": {"type": "array", "items": {"type": "string", "maxLength": 2_000}}},
        "total": {"type": "string", "maxLength": 100, "description": "Names a last row with the sums of the amounts"}
    })
}

pub(super) fn chart_schema() -> Value {
    let short = json!({"type": "string", "maxLength": 300});
    let forms = Form::ALL.map(|form| json!(form));
    json!({
        "form": {"type": "string", "enum": forms, "description": "waterfall: first the start, then changes, last the end"},
        "title": short,
        "from": {"type": "string", "description": FROM},
        "category": {"type": "string", "description": "The column of the data that names the categories"},
        "categories": {"type": "array", "maxItems": 60, "items": short},
        "series": {"type": "array", "minItems": 1, "maxItems": 6, "items": {
            "type": "object", "additionalProperties": false,
            "properties": {
                "column": {"type": "string", "description": "A column of the data"}, "name": short,
                "values": {"type": "array", "maxItems": 60, "items": short, "description": "Without data: a number for each category"}
            }
        }}
    })
}

fn rows<'a>(data: &'a BTreeMap<String, Grid>, name: &str) -> Result<&'a Grid, ContentError> {
    data.get(name).ok_or_else(|| ContentError::NoData(name.to_owned()))
}

impl DrawnTable {
    pub(super) fn fill(self, data: &BTreeMap<String, Grid>) -> Result<Table, ContentError> {
        let (columns, cells) = match &self.from {
            Some(name) => self.of_data(name, rows(data, name)?)?,
            None => self.of_rows()?,
        };
        let numbers: Vec<bool> = columns.iter().map(|column| column.kind.is_number()).collect();
        let mut rows: Vec<Row> = cells.into_iter().map(|cells| row(&columns, cells)).collect();
        if let Some(total) = self.total.filter(|_| !rows.is_empty()) {
            rows.push(total_row(&total, &columns, &rows)?);
        }
        let keep = rows.len() <= 25 && numbers.len() <= 8;
        Ok(Table { title: self.title, keep, columns, rows })
    }

    fn of_data(&self, name: &str, grid: &Grid) -> Result<(Vec<Column>, Vec<Vec<String>>), ContentError> {
        let mut picked = Vec::new();
        let mut columns = Vec::new();
        let all: Vec<Head> =
            grid.columns.iter().map(|column| Head { column: Some(column.clone()), title: None, kind: None }).collect();
        for head in if self.columns.is_empty() { &all } else { &self.columns } {
            let wanted = head.column.as_deref().or(head.title.as_deref()).unwrap_or_default();
            let at = grid.column(name, wanted)?;
            let title = head.title.clone().unwrap_or_else(|| wanted.to_owned());
            columns.push(Column { title, kind: head.kind.unwrap_or_else(|| kind_of(grid, at)) });
            picked.push(at);
        }
        let cell = |row: &Vec<Option<String>>, at: usize| row.get(at).cloned().flatten().unwrap_or_default();
        let cells = grid.rows.iter().map(|row| picked.iter().map(|at| cell(row, *at)).collect());
        Ok((columns, cells.collect()))
    }

    fn of_rows(&self) -> Result<(Vec<Column>, Vec<Vec<String>>), ContentError> {
        if self.columns.is_empty() {
            return Err(ContentError::Shape("A table needs `from`, or `columns` and `rows`.".to_owned()));
        }
        if let Some(row) = self.rows.iter().find(|row| row.len() != self.columns.len()) {
            let (cells, columns) = (row.len(), self.columns.len());
            return Err(ContentError::Shape(format!("A row of a table has {cells} cells for {columns} columns.")));
        }
        let head = |head: &Head| Column {
            // `column` names data and is no text: its figures are held against nothing.
            title: head.title.clone().unwrap_or_default(),
            kind: head.kind.unwrap_or(ColumnKind::Text),
        };
        Ok((self.columns.iter().map(head).collect(), self.rows.clone()))
    }
}

/// What a column of data holds, by its cells: whole numbers are figures, others amounts, all else is text.
fn kind_of(grid: &Grid, column: usize) -> ColumnKind {
    let filled = || grid.cells(column).filter(|cell| !cell.is_empty());
    if filled().next().is_none()
        || filled()
            .any(|cell| number(cell).is_none() || cell.starts_with('0') && cell.len() > 1 && !cell.starts_with("0."))
    {
        return ColumnKind::Text;
    }
    if filled().any(|cell| cell.contains('.')) { ColumnKind::Amount } else { ColumnKind::Figure }
}

fn row(columns: &[Column], cells: Vec<String>) -> Row {
    let value = |(cell, column): (&String, &Column)| if column.kind.is_number() { number(cell) } else { None };
    let values: Vec<Option<Decimal>> = cells.iter().zip(columns).map(value).collect();
    let shown = cells.into_iter().zip(&values).zip(columns).map(|((cell, value), column)| match (value, column.kind) {
        (Some(value), ColumnKind::Amount | ColumnKind::Change) => format_amount(*value),
        _ => cell,
    });
    Row { kind: RowKind::Line, cells: shown.collect(), values }
}

fn total_row(name: &str, columns: &[Column], rows: &[Row]) -> Result<Row, ContentError> {
    let mut total = Row::new(RowKind::Total, vec![String::new(); columns.len()]);
    total.values = vec![None; columns.len()];
    for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.kind == ColumnKind::Amount) {
        let mut sum = Decimal::ZERO;
        for row in rows.iter().filter(|row| !row.cells[at].is_empty()) {
            let wrong = || ContentError::NoNumber { value: row.cells[at].clone(), place: column.title.clone() };
            sum = sum.checked_add(row.value(at).ok_or_else(wrong)?).ok_or_else(wrong)?;
        }
        total.cells[at] = format_amount(sum);
        total.values[at] = Some(sum);
    }
    if let Some(first) = total.cells.iter_mut().find(|cell| cell.is_empty()) {
        name.clone_into(first);
    }
    Ok(total)
}

impl DrawnChart {
    pub(super) fn fill(self, data: &BTreeMap<String, Grid>, language: Language) -> Result<Chart, ContentError> {
        let grid = self.from.as_deref().map(|name| rows(data, name).map(|grid| (name, grid))).transpose()?;
        let categories: Vec<String> = match grid {
            Some((name, grid)) => {
                let column = self.category.as_deref().or_else(|| grid.columns.first().map(String::as_str));
                grid.cells(grid.column(name, column.unwrap_or_default())?).map(str::to_owned).collect()
            }
            None => self.categories,
        };
        let mut series = Vec::new();
        for drawn in self.series {
            let name =
                drawn.name.clone().or_else(|| drawn.column.clone().filter(|_| grid.is_some())).unwrap_or_default();
            let texts: Vec<&str> = match grid {
                Some((data, grid)) => {
                    let column = drawn.column.as_deref().or(drawn.name.as_deref()).unwrap_or_default();
                    grid.cells(grid.column(data, column)?).collect()
                }
                None => drawn.values.iter().map(String::as_str).collect(),
            };
            let value = |text: &&str| {
                let wrong = || ContentError::NoNumber { value: (*text).to_owned(), place: name.clone() };
                if text.is_empty() { Ok(Decimal::ZERO) } else { number(text).ok_or_else(wrong) }
            };
            let values = texts.iter().map(value).collect::<Result<_, _>>()?;
            series.push(Series { name, values });
        }
        let alt = alt(&self.title, &categories, &series, language);
        let categories = categories.into_iter().map(Category::new).collect();
        Ok(Chart::new(self.form, self.title, alt, categories, series, language)?)
    }
}

/// The chart in words, with every value.
fn alt(title: &str, categories: &[String], series: &[Series], language: Language) -> String {
    let (colon, comma, stop) = if language == Language::Zh { ("：", "，", "。") } else { (": ", ", ", ". ") };
    let mut text = format!("{title}{stop}");
    for (at, category) in categories.iter().enumerate() {
        let value = |series: &Series| {
            let value = series.values.get(at).map(ToString::to_string).unwrap_or_default();
            if series.name.is_empty() { value } else { format!("{} {value}", series.name) }
        };
        let values: Vec<String> = series.iter().map(value).collect();
        let _ = write!(text, "{category}{colon}{}{stop}", values.join(comma));
    }
    text.trim_end().to_owned()
}
