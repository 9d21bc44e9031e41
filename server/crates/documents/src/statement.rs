//! A financial statement as a document: a page to read at a glance, then profit and loss, balance sheet and cash flow, notes
//! and sources. With several currencies each has a part of its own; nothing is added across them.

use chrono::{DateTime, FixedOffset};
use mezzofy_domain::language::Language;
use mezzofy_domain::ledger::statement::{CurrencyStatement, Mismatch, Statement};
use mezzofy_domain::money::MINUS;
use mezzofy_domain::period::day_label;

use crate::doc::{Block, Doc, DocKind, Fact, Section};

mod glance;
mod notes;
mod tables;
mod words;

use words::Words;

/// What a statement says besides its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementMeta {
    /// Whose statement it is.
    pub company: String,
    /// Who gets it, as it should stand on the page.
    pub prepared_for: String,
    /// Who asked for it.
    pub prepared_by: String,
    /// When it was made, in the company's time zone.
    pub made_at: DateTime<FixedOffset>,
    /// What a person wants to add; shown as it is, never read as markup.
    pub note: Option<String>,
}

/// The document of a statement. The statement is checked first: one that does not add up becomes no document. Malay
/// statements have English labels.
pub fn doc(statement: &Statement, meta: &StatementMeta, language: Language) -> Result<Doc, Mismatch> {
    statement.check()?;
    let words = Words::of(language);
    let page = Page { statement, words };
    let alone = statement.currencies.len() == 1;
    let mut sections = Vec::new();
    for (index, books) in statement.currencies.iter().enumerate() {
        let heading = (!alone).then(|| words.currency(&books.currency));
        let note = meta.note.as_deref().filter(|note| index == 0 && !note.trim().is_empty());
        sections.push(page.overview(books, heading, index > 0, note));
        sections.extend(page.tables(books, if alone { 1 } else { 2 }));
    }
    sections.push(notes::notes(page));
    sections.extend(notes::sources(page));
    Ok(Doc {
        kind: DocKind::Statement,
        title: words.title.into(),
        subtitle: statement.period.label(words.language),
        language: words.language.into(),
        meta: page.facts(meta),
        sections,
        pictures: Vec::new(),
    })
}

/// What every part of the document is made from.
#[derive(Clone, Copy)]
struct Page<'a> {
    statement: &'a Statement,
    words: &'static Words,
}

impl Page<'_> {
    fn facts(self, meta: &StatementMeta) -> Vec<Fact> {
        let words = self.words;
        let codes: Vec<&str> = self.statement.currencies.iter().map(|books| books.currency.as_str()).collect();
        let currency = match codes.as_slice() {
            [code] => words.currency(code),
            several => several.join(", "),
        };
        let made_at = format!(
            "{} (UTC{})",
            words.listed(&[
                &day_label(meta.made_at.date_naive(), words.language),
                &meta.made_at.format("%H:%M").to_string(),
            ]),
            hours(*meta.made_at.offset())
        );
        vec![
            Fact::new(words.company, &*meta.company),
            Fact::new(words.period, self.days()),
            Fact::new(words.currency, currency),
            Fact::new(words.prepared_for, &*meta.prepared_for),
            Fact::new(words.prepared_by, &*meta.prepared_by),
            Fact::new(words.prepared_at, made_at),
        ]
    }

    fn overview(self, books: &CurrencyStatement, title: Option<String>, new_page: bool, note: Option<&str>) -> Section {
        let mut blocks = vec![glance::kpis(self, books)];
        blocks.extend(glance::chart(books, self.words));
        blocks.push(tables::summary(self, books));
        if let Some(note) = note {
            blocks.push(Block::Callout { title: self.words.note.into(), text: note.to_owned() });
        }
        Section { title, new_page, ..Section::new("", blocks) }
    }

    fn tables(self, books: &CurrencyStatement, level: u8) -> [Section; 3] {
        let words = self.words;
        let during = words.listed(&[&self.days(), &books.currency]);
        let at_end = words.listed(&[&words.at(&day_label(self.statement.last_day, words.language)), &books.currency]);
        let section = |title: &str, caption: String, new_page, table| Section {
            level,
            caption: Some(caption),
            new_page,
            ..Section::new(title, vec![table])
        };
        let result = tables::profit_and_loss(self, books);
        let fits = matches!(&result, Block::Table(table) if table.keep);
        [
            section(words.profit_and_loss, during.clone(), !fits, result),
            section(words.balance_sheet, at_end, false, tables::balance_sheet(self, books)),
            section(words.cash_flow, during, false, tables::cash_flow(self, books)),
        ]
    }

    /// The statement's days, e.g. `1 October 2026 to 31 October 2026`.
    fn days(self) -> String {
        self.words.span(self.statement.first_day, self.statement.last_day)
    }

    /// The period it is compared with, by name.
    fn before(self) -> Option<String> {
        self.statement.previous.map(|span| span.period.label(self.words.language))
    }
}

/// A time zone as it is written after UTC: `+8`, `+5:30`, `−3`.
fn hours(offset: FixedOffset) -> String {
    let minutes = offset.local_minus_utc() / 60;
    let sign = if minutes < 0 { MINUS } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (hours, 0) => format!("{sign}{hours}"),
        (hours, rest) => format!("{sign}{hours}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests;
