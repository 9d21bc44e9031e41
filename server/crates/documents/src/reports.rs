//! Documents that are composed from the company's data without a model: the KPI dashboard, the ticket digest, the pitch deck,
//! the playbook and the web copy of a product. What they say stands in the data or in the words below, and nowhere else.

use chrono::{DateTime, FixedOffset};
use mezzofy_domain::language::Language;
use mezzofy_domain::money::{format_amount, format_percent};
use mezzofy_domain::period::day_label;
use rust_decimal::Decimal;

use crate::doc::{Column, ColumnKind, Fact, Row, RowKind};

pub mod dashboard;
pub mod digest;
pub mod pitch;
pub mod product;

/// What a report says besides its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Whose report it is.
    pub company: String,
    /// Who asked for it.
    pub prepared_by: String,
    /// When it was made, in the company's time zone.
    pub made_at: DateTime<FixedOffset>,
}

impl Meta {
    fn facts(&self, language: Language) -> Vec<Fact> {
        let day = day_label(self.made_at.date_naive(), language);
        let at = format!("{day}{}{}", pick(language, ", ", " "), self.made_at.format("%H:%M"));
        vec![
            Fact::new(pick(language, "Company", "公司"), &*self.company),
            Fact::new(pick(language, "Prepared by", "编制人"), &*self.prepared_by),
            Fact::new(pick(language, "Prepared at", "编制时间"), at),
        ]
    }
}

/// Malay reports have English words.
fn pick<T>(language: Language, en: T, zh: T) -> T {
    if language == Language::Zh { zh } else { en }
}

/// A figure in its unit: `SGD 1,234.50`, `12.5 h`, `4.2%`, `1,250`.
fn in_unit(value: Decimal, unit: &str, language: Language) -> String {
    match unit {
        "count" => whole(value),
        "hours" => format!("{} {}", value.normalize(), pick(language, "h", "小时")),
        "percent" => format!("{}%", value.normalize()),
        currency => format!("{currency} {}", format_amount(value)),
    }
}

/// A count with commas between thousands.
fn whole(value: Decimal) -> String {
    let text = format_amount(value.round());
    text.strip_suffix(".00").map(str::to_owned).unwrap_or(text)
}

/// A change in percent with its sign, or nothing.
fn change(percent: Option<Decimal>) -> String {
    percent.map(format_percent).unwrap_or_default()
}

fn columns(titles: &[(&str, ColumnKind)]) -> Vec<Column> {
    titles.iter().map(|(title, kind)| Column { title: (*title).to_owned(), kind: *kind }).collect()
}

fn line(cells: Vec<String>) -> Row {
    Row::new(RowKind::Line, cells)
}

#[cfg(test)]
mod tests;
