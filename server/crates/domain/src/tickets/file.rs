//! The tickets file: `id,created_at,customer,subject,body,category,priority,status,resolved_at,language`. All or nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use super::Ticket;
use crate::import::rows::{self, Cells};
use crate::import::{ImportErrors, Layout};

pub const COLUMNS: [&str; 10] =
    ["id", "created_at", "customer", "subject", "body", "category", "priority", "status", "resolved_at", "language"];
const NEEDED: [&str; 4] = ["id", "created_at", "subject", "status"];
const MAX_FIELD_CHARS: usize = 500;
const MAX_BODY_CHARS: usize = 20_000;

/// Reads a whole file; times without a zone are those of `zone`.
pub fn parse<Z: TimeZone>(bytes: &[u8], zone: &Z) -> Result<Vec<Ticket>, ImportErrors> {
    let layout = Layout { of: "file of tickets", rows: "tickets", columns: &COLUMNS, needed: &NEEDED };
    let (mut problems, mut tickets) = (ImportErrors::default(), Vec::new());
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    rows::read(bytes, &layout, &mut problems, |cells, problems| {
        let id = cells.get("id");
        if let Some(line) = lines.insert(id.to_owned(), cells.line).filter(|_| !id.is_empty()) {
            problems.add(cells.line, Some("id"), format!("the ticket “{id}” is on line {line} already"));
        }
        tickets.extend(read(cells, zone, problems));
    });
    if problems.is_empty() { Ok(tickets) } else { Err(problems) }
}

fn read<Z: TimeZone>(cells: &Cells<'_>, zone: &Z, problems: &mut ImportErrors) -> Option<Ticket> {
    let before = problems.count;
    let mut told = |column: &str, reason: String| problems.add(cells.line, Some(column), reason);
    for column in COLUMNS {
        let (text, longest) = (cells.get(column), if column == "body" { MAX_BODY_CHARS } else { MAX_FIELD_CHARS });
        if text.chars().count() > longest {
            told(column, format!("the field has more than {longest} characters"));
        }
        if column != "body" && text.chars().any(char::is_control) {
            told(column, "the field holds a line break or another control character".to_owned());
        }
        if text.is_empty() && NEEDED.contains(&column) {
            told(column, "the field is empty".to_owned());
        }
    }
    let mut time = |column: &str| {
        let text = cells.get(column);
        let read = if text.is_empty() { None } else { time(text, zone) };
        if read.is_none() && !text.is_empty() {
            told(column, format!("“{text}” is not a time like 2026-11-20T09:30:00Z"));
        }
        read
    };
    let (created_at, resolved_at) = (time("created_at"), time("resolved_at"));
    if let (Some(created), Some(resolved)) = (created_at, resolved_at)
        && resolved < created
    {
        told("resolved_at", "the ticket is solved before it was reported".to_owned());
    }
    let word = |column: &str| cells.get(column).to_lowercase();
    (problems.count == before).then_some(())?;
    Some(Ticket {
        id: cells.get("id").to_owned(),
        created_at: created_at?,
        customer: cells.get("customer").to_owned(),
        subject: cells.get("subject").to_owned(),
        body: cells.get("body").to_owned(),
        category: word("category"),
        priority: word("priority"),
        status: word("status"),
        resolved_at,
        language: word("language"),
    })
}

fn time<Z: TimeZone>(text: &str, zone: &Z) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let local = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = local.or_else(|| text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN)))?;
    zone.from_local_datetime(&local).earliest().map(|time| time.to_utc())
}
