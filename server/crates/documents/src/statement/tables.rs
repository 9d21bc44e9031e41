//! The tables of a statement: the domain's lines as rows of text.

use mezzofy_domain::ledger::statement::{CurrencyStatement, Line, LineName};
use mezzofy_domain::money::{MINUS, change_percent, format_amount, format_percent};
use mezzofy_domain::period::day_label;
use rust_decimal::Decimal;

use super::Page;
use crate::doc::{Block, Column, ColumnKind, Row, RowKind, Table};

/// Lines that fit on a page together with a heading.
const FIT: usize = 34;

/// Latin letters that fit beside the figures in one line, at least.
const WIDTH: usize = 24;

const NONE: &str = "–";

pub(super) fn profit_and_loss(page: Page<'_>, books: &CurrencyStatement) -> Block {
    let (part, words) = (&books.profit_and_loss, page.words);
    let mut draft = Draft::by_account(page);
    draft.group(words.revenue);
    draft.lines(&part.revenue);
    draft.sum(RowKind::Total, &part.total_revenue);
    draft.group(words.expenses);
    draft.lines(&part.expenses);
    draft.sum(RowKind::Total, &part.total_expenses);
    draft.sum(RowKind::Result, &part.net_income);
    draft.table(&page.statement.period.label(words.language), page.before().as_deref())
}

pub(super) fn balance_sheet(page: Page<'_>, books: &CurrencyStatement) -> Block {
    let (part, words) = (&books.balance_sheet, page.words);
    let mut draft = Draft::by_account(page);
    draft.group(words.assets);
    draft.lines(&part.assets);
    draft.sum(RowKind::Result, &part.total_assets);
    draft.group(words.liabilities);
    draft.lines(&part.liabilities);
    draft.sum(RowKind::Total, &part.total_liabilities);
    draft.group(words.equity);
    draft.lines(&part.equity);
    draft.sum(RowKind::Total, &part.total_equity);
    draft.claims(&part.total_liabilities, &part.total_equity);
    let day = |day| day_label(day, words.language);
    draft.table(&day(page.statement.last_day), page.statement.previous.map(|span| day(span.last_day)).as_deref())
}

pub(super) fn cash_flow(page: Page<'_>, books: &CurrencyStatement) -> Block {
    let part = &books.cash_flow;
    let mut draft = Draft::named(page);
    draft.sum(RowKind::Line, &part.start);
    draft.sum(RowKind::Line, &part.cash_in);
    draft.sum(RowKind::Line, &part.cash_out);
    draft.sum(RowKind::Total, &part.net_change);
    draft.sum(RowKind::Result, &part.end);
    draft.table(&page.statement.period.label(page.words.language), page.before().as_deref())
}

/// The totals of all three tables.
pub(super) fn summary(page: Page<'_>, books: &CurrencyStatement) -> Block {
    let (result, sheet, cash) = (&books.profit_and_loss, &books.balance_sheet, &books.cash_flow);
    let mut draft = Draft::named(page);
    for line in [&result.total_revenue, &result.total_expenses] {
        draft.sum(RowKind::Line, line);
    }
    draft.sum(RowKind::Total, &result.net_income);
    for line in [&sheet.total_assets, &sheet.total_liabilities, &sheet.total_equity, &cash.net_change] {
        draft.sum(RowKind::Line, line);
    }
    draft.sum(RowKind::Total, &cash.end);
    draft.table(&page.statement.period.label(page.words.language), page.before().as_deref())
}

/// The rows of one table. Without a period to compare with they have one amount only.
struct Draft<'a> {
    page: Page<'a>,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

impl<'a> Draft<'a> {
    /// Rows that begin with an account's code and name.
    fn by_account(page: Page<'a>) -> Self {
        let columns = vec![column(page.words.code, ColumnKind::Code), column(page.words.account, ColumnKind::Text)];
        Self { page, columns, rows: Vec::new() }
    }

    /// Rows that begin with a name.
    fn named(page: Page<'a>) -> Self {
        Self { page, columns: vec![column(page.words.item, ColumnKind::Text)], rows: Vec::new() }
    }

    fn group(&mut self, name: &str) {
        self.rows.push(Row::new(RowKind::Group, self.lead("", name)));
    }

    /// The cells before the figures.
    fn lead(&self, code: &str, name: &str) -> Vec<String> {
        match self.columns.len() {
            1 => vec![name.to_owned()],
            _ => vec![code.to_owned(), name.to_owned()],
        }
    }

    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            self.sum(RowKind::Line, line);
        }
    }

    fn sum(&mut self, kind: RowKind, line: &Line) {
        let code = if let LineName::Account { code, .. } = &line.name { code.as_str() } else { "" };
        let cells = self.lead(code, self.page.words.line(&line.name));
        self.push(kind, cells, line.amount, line.previous, line.change_percent);
    }

    /// Liabilities and equity together: what the assets must equal.
    fn claims(&mut self, liabilities: &Line, equity: &Line) {
        let amount = liabilities.amount + equity.amount;
        let previous = liabilities.previous.zip(equity.previous).map(|(liabilities, equity)| liabilities + equity);
        let percent = previous.and_then(|before| change_percent(amount, before));
        let cells = self.lead("", self.page.words.liabilities_and_equity);
        self.push(RowKind::Result, cells, amount, previous, percent);
    }

    fn push(
        &mut self,
        kind: RowKind,
        mut cells: Vec<String>,
        amount: Decimal,
        previous: Option<Decimal>,
        percent: Option<Decimal>,
    ) {
        let mut values = vec![None; cells.len()];
        cells.push(format_amount(amount));
        values.push(Some(amount));
        if self.page.statement.previous.is_some() {
            let shown = |value: Option<Decimal>| value.map_or_else(|| NONE.to_owned(), format_amount);
            cells.push(shown(previous));
            cells.push(shown(previous.map(|before| amount - before)));
            cells.push(percent.map_or_else(|| NONE.to_owned(), shown_percent));
            values.extend([previous, previous.map(|before| amount - before)]);
        }
        self.rows.push(Row { kind, cells, values });
    }

    fn table(mut self, now: &str, before: Option<&str>) -> Block {
        let words = self.page.words;
        self.columns.push(column(now, ColumnKind::Amount));
        if let Some(before) = before {
            self.columns.push(column(before, ColumnKind::Amount));
            self.columns.push(column(words.change, ColumnKind::Change));
            self.columns.push(column(words.change_percent, ColumnKind::Figure));
        }
        for row in &mut self.rows {
            row.cells.resize(self.columns.len(), String::new());
        }
        let lines: usize = self.rows.iter().map(lines_of).sum();
        Block::Table(Table { title: None, keep: lines <= FIT, columns: self.columns, rows: self.rows })
    }
}

/// How many lines a row may take; only its name can wrap. A character outside ASCII may be twice as wide as a letter.
fn lines_of(row: &Row) -> usize {
    let width = |cell: &String| cell.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum::<usize>();
    row.cells.iter().take(2).map(width).max().map_or(1, |width| width / WIDTH + 1)
}

/// A change in percent; one that is more than tenfold says only that.
pub(super) fn shown_percent(percent: Decimal) -> String {
    if percent.abs() < Decimal::ONE_THOUSAND {
        return format_percent(percent);
    }
    if percent.is_sign_negative() { format!("< {MINUS}999%") } else { "> +999%".to_owned() }
}

fn column(title: &str, kind: ColumnKind) -> Column {
    Column { title: title.to_owned(), kind }
}
