//! The leads file: `company,contact_name,email,phone,industry,location,website,source,status,assigned_to,follow_up_date,
//! last_contacted,opted_out,notes`. Only the company must be there. All or nothing; a bad address of mail is kept and marked.

use chrono::{DateTime, NaiveDate};

use super::{Contact, Lead, LeadStatus};
use crate::effect::is_address;
use crate::export::neutral;
use crate::import::rows::{self, Cells};
use crate::import::{ImportErrors, Layout};

/// The columns, in the order in which they are exported.
pub const COLUMNS: [&str; 14] = [
    "company",
    "contact_name",
    "email",
    "phone",
    "industry",
    "location",
    "website",
    "source",
    "status",
    "assigned_to",
    "follow_up_date",
    "last_contacted",
    "opted_out",
    "notes",
];
/// Characters of a field, and of the notes.
const MAX_FIELD_CHARS: usize = 300;
const MAX_NOTES_CHARS: usize = 10_000;

/// Reads a whole file: a lead for each row, in its order.
pub fn parse(bytes: &[u8]) -> Result<Vec<Lead>, ImportErrors> {
    let layout = Layout { of: "file of leads", rows: "leads", columns: &COLUMNS, needed: &COLUMNS[..1] };
    let (mut problems, mut leads) = (ImportErrors::default(), Vec::new());
    rows::read(bytes, &layout, &mut problems, |cells, problems| leads.extend(read(cells, problems)));
    if problems.is_empty() { Ok(leads) } else { Err(problems) }
}

fn read(cells: &Cells<'_>, problems: &mut ImportErrors) -> Option<Lead> {
    let before = problems.count;
    let mut told = |column: &str, reason: String| problems.add(cells.line, Some(column), reason);
    for column in COLUMNS {
        let (text, longest) = (cells.get(column), if column == "notes" { MAX_NOTES_CHARS } else { MAX_FIELD_CHARS });
        if text.chars().count() > longest {
            told(column, format!("the field has more than {longest} characters"));
        }
        if column != "notes" && text.chars().any(char::is_control) {
            told(column, "the field holds a line break or another control character".to_owned());
        }
    }
    if cells.get("company").is_empty() {
        told("company", "the field is empty".to_owned());
    }
    let status = match cells.get("status").to_lowercase().as_str() {
        "" => Some(LeadStatus::New),
        code => LeadStatus::from_code(code),
    };
    if status.is_none() {
        let all = LeadStatus::ALL.map(LeadStatus::code).join(", ");
        told("status", format!("“{}” is no status; there are {all}", cells.get("status")));
    }
    let assigned_to = Some(cells.get("assigned_to").to_lowercase()).filter(|email| !email.is_empty());
    if assigned_to.as_ref().is_some_and(|email| !is_address(email)) {
        told("assigned_to", format!("“{}” is not an email address", cells.get("assigned_to")));
    }
    let opted_out = match cells.get("opted_out").to_lowercase().as_str() {
        "" | "no" | "false" | "0" | "n" | "否" => Some(false),
        "yes" | "true" | "1" | "y" | "是" => Some(true),
        _ => None,
    };
    if opted_out.is_none() {
        told("opted_out", format!("“{}” is neither yes nor no", cells.get("opted_out")));
    }
    let mut day = |column: &str| match cells.get(column) {
        "" => None,
        text => {
            let day = text.parse::<NaiveDate>().ok().filter(|_| text.len() == 10);
            let day = day.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.date_naive()));
            if day.is_none() {
                told(column, format!("“{text}” is not a date like 2026-10-05"));
            }
            day
        }
    };
    let (follow_up_date, last_contacted) = (day("follow_up_date"), day("last_contacted"));
    let contact = Contact {
        name: cells.get("contact_name").to_owned(),
        email: cells.get("email").to_lowercase(),
        phone: cells.get("phone").to_owned(),
    };
    (problems.count == before).then(|| Lead {
        company: cells.get("company").to_owned(),
        contacts: Some(contact).filter(|contact| !contact.is_empty()).into_iter().collect(),
        industry: cells.get("industry").to_owned(),
        location: cells.get("location").to_owned(),
        website: cells.get("website").to_owned(),
        source: cells.get("source").to_owned(),
        status: status.unwrap_or_default(),
        assigned_to,
        follow_up_date,
        last_contacted,
        opted_out: opted_out.unwrap_or_default(),
        notes: cells.get("notes").to_owned(),
    })
}

/// Leads in the same layout, with a byte order mark so that Excel reads Chinese.
pub fn write<'l>(leads: impl IntoIterator<Item = &'l Lead>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    let written = writer.write_record(COLUMNS).and_then(|()| {
        leads.into_iter().try_for_each(|lead| {
            writer.write_record(row(lead).into_iter().map(|cell| neutral(&cell.unwrap_or_default())))
        })
    });
    // Writing to memory can't fail.
    written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default()
}

/// A lead's cells, in the order of [`COLUMNS`]; `None` where nothing is known.
#[must_use]
pub fn row(lead: &Lead) -> Vec<Option<String>> {
    let Contact { name, email, phone } = lead.contacts.first().cloned().unwrap_or_default();
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    vec![
        Some(lead.company.clone()),
        Some(name),
        Some(email),
        Some(phone),
        Some(lead.industry.clone()),
        Some(lead.location.clone()),
        Some(lead.website.clone()),
        Some(lead.source.clone()),
        Some(lead.status.code().to_owned()),
        lead.assigned_to.clone(),
        day(lead.follow_up_date),
        day(lead.last_contacted),
        Some(if lead.opted_out { "yes" } else { "no" }.to_owned()),
        Some(lead.notes.clone()),
    ]
}
