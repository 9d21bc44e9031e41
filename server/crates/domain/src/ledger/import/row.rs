//! From a row's texts to one posting.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::ImportErrors;
use super::columns::Column;
use crate::import::rows::Cells;
use crate::ledger::entry::EntryLine;
use crate::ledger::{Account, AccountType};

/// A decimal with four places holds sums below 7.9e24, so that billions of rows of this size can't overflow it.
const MAX_WHOLE_DIGITS: usize = 15;
const MAX_DECIMALS: usize = 4;

/// One row: a posting and the entry it belongs to.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) entry_id: String,
    pub(super) date: NaiveDate,
    pub(super) posting: EntryLine,
}

impl Row {
    /// Tells everything that is wrong in the row; `None` when anything is.
    pub(super) fn read(cells: &Cells<'_>, problems: &mut ImportErrors) -> Option<Self> {
        let mut told = |column: Column, read: Result<String, String>| match read {
            Ok(text) => Some(text),
            Err(reason) => {
                problems.add(cells.line, Some(column.name()), reason);
                None
            }
        };
        let entry_id = told(Column::EntryId, name(cells.get(Column::EntryId.name()), 64));
        let code = told(Column::AccountCode, name(cells.get(Column::AccountCode.name()), 32));
        let account_name = told(Column::AccountName, name(cells.get(Column::AccountName.name()), 200));
        let currency = told(Column::Currency, currency(cells.get(Column::Currency.name())));
        let description = told(Column::Description, description(cells.get(Column::Description.name()), 1_000));

        let date = tell(Column::Date, cells, problems, date);
        let kind = tell(Column::AccountType, cells, problems, account_type);
        let debit = tell(Column::Debit, cells, problems, amount);
        let credit = tell(Column::Credit, cells, problems, amount);
        let (debit, credit) = match (debit?, credit?) {
            (Some(debit), None) => (debit, Decimal::ZERO),
            (None, Some(credit)) => (Decimal::ZERO, credit),
            (filled, _) => {
                let both = if filled.is_some() { "both debit and credit are" } else { "neither debit nor credit is" };
                let reason = format!("{both} filled; a row has exactly one of them");
                problems.add(cells.line, Some(Column::Debit.name()), reason);
                return None;
            }
        };
        let account = Account { code: code?, name: account_name?, kind: kind?, currency: currency? };
        let posting = EntryLine { account, debit, credit, description: description? };
        Some(Self { line: cells.line, entry_id: entry_id?, date: date?, posting })
    }
}

fn tell<T>(
    column: Column,
    cells: &Cells<'_>,
    problems: &mut ImportErrors,
    read: fn(&str) -> Result<T, String>,
) -> Option<T> {
    read(cells.get(column.name())).map_err(|reason| problems.add(cells.line, Some(column.name()), reason)).ok()
}

fn name(text: &str, longest: usize) -> Result<String, String> {
    if text.is_empty() {
        return Err("the field is empty".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("the field holds a line break or another control character".to_owned());
    }
    within(text, longest)
}

fn description(text: &str, longest: usize) -> Result<String, String> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err("the field holds a control character".to_owned());
    }
    within(text, longest)
}

fn within(text: &str, longest: usize) -> Result<String, String> {
    let length = text.chars().count();
    if length > longest {
        return Err(format!("the field has {length} characters; at most {longest} are allowed"));
    }
    Ok(text.to_owned())
}

fn currency(text: &str) -> Result<String, String> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(text.to_owned());
    }
    Err(format!("{} is not a currency; write three capital letters, e.g. SGD", quoted(text)))
}

fn date(text: &str) -> Result<NaiveDate, String> {
    let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = shaped.then(|| text.parse::<NaiveDate>().ok()).flatten().filter(|day| day.year() >= 1);
    day.ok_or_else(|| format!("{} is not a day of the calendar; write it as 2026-12-31", quoted(text)))
}

fn account_type(text: &str) -> Result<AccountType, String> {
    AccountType::from_code(text).ok_or_else(|| {
        format!("{} is not an account type; it is asset, liability, equity, revenue or expense", quoted(text))
    })
}

/// `None` for an empty field.
fn amount(text: &str) -> Result<Option<Decimal>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let signs = ['-', '\u{2212}'];
    let unsigned = text.trim_start_matches(signs);
    let (whole, decimals) =
        unsigned.split_once('.').map_or((unsigned, None), |(whole, decimals)| (whole, Some(decimals)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !decimals.is_none_or(digits) {
        return Err(format!("{} is not a number; write it as 1234.50, without separators of thousands", quoted(text)));
    }
    if text.starts_with(signs) {
        return Err(format!("{} is negative; put the amount into the other column", quoted(text)));
    }
    if decimals.is_some_and(|decimals| decimals.len() > MAX_DECIMALS) {
        return Err(format!("{} has more than four decimals", quoted(text)));
    }
    if whole.trim_start_matches('0').len() > MAX_WHOLE_DIGITS {
        return Err(format!("{} is too large", quoted(text)));
    }
    text.parse().map(Some).map_err(|_| format!("{} is not a number", quoted(text)))
}

fn quoted(text: &str) -> String {
    const MAX_SHOWN_CHARS: usize = 40;
    if text.chars().count() <= MAX_SHOWN_CHARS {
        return format!("“{text}”");
    }
    format!("“{}…”", text.chars().take(MAX_SHOWN_CHARS).collect::<String>())
}
