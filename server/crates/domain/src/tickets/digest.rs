//! What the tickets of a time say: how many, how fast, which issues come again. All figures are counted here.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Ticket;
use super::clusters::{self, Cluster};
use crate::language::Language;
use crate::period::Period;
use crate::writing::is_han;

/// Examples shown of an issue.
const EXAMPLES_PER_ISSUE: usize = 3;
/// Characters of an example.
const MAX_EXAMPLE_CHARS: usize = 160;

/// A digest of tickets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// Which time.
    pub period: Period,
    /// Whether the period goes on; then it is compared with as much of the one before.
    #[serde(default)]
    pub to_date: bool,
    /// Tickets reported in it.
    pub created: usize,
    /// Tickets reported in the time before.
    pub created_before: usize,
    /// Of those reported, the ones solved by now.
    pub resolved: usize,
    /// Of those reported, the ones that are not.
    pub open: usize,
    /// Open ones of high or urgent priority.
    pub urgent: usize,
    /// Hours from report to solution, the middle one; none where nothing was solved.
    pub median_hours: Option<Decimal>,
    /// The same in the time before.
    pub median_hours_before: Option<Decimal>,
    /// Tickets of each day, first to last.
    pub days: Vec<(chrono::NaiveDate, usize)>,
    /// Recurring issues, the most frequent first.
    pub clusters: Vec<Issue>,
}

/// Tickets that tell of the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// The subject of its most typical ticket.
    pub title: String,
    /// How many tickets.
    pub count: usize,
    /// How many in the time before.
    pub before: usize,
    /// Of those now, how many are open.
    pub open: usize,
    /// The middle of the hours to a solution, where any is solved.
    pub median_hours: Option<Decimal>,
    /// Their numbers.
    pub ticket_ids: Vec<String>,
    /// What customers wrote, the most typical first.
    pub examples: Vec<Example>,
    /// Under which categories they were filed, the most frequent first.
    pub categories: Vec<String>,
}

/// What a customer wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The ticket.
    pub id: String,
    pub customer: String,
    /// The beginning of what they wrote.
    pub text: String,
}

impl Digest {
    /// Counts the tickets of a period against those of the period before, or of as much of it. `now` decides what is solved, `day` when a ticket was
    /// reported; titles are in the language of the reader where a ticket has one.
    #[must_use]
    pub fn of(
        period: Period,
        tickets: &[Ticket],
        before: &[Ticket],
        day: impl Fn(DateTime<Utc>) -> chrono::NaiveDate,
        now: DateTime<Utc>,
        language: Language,
    ) -> Self {
        let refs: Vec<&Ticket> = tickets.iter().collect();
        let earlier: Vec<&Ticket> = before.iter().collect();
        let open = |ticket: &Ticket| !ticket.is_closed() && ticket.resolved_at.is_none_or(|at| at > now);
        let urgent = |ticket: &Ticket| matches!(ticket.priority.as_str(), "high" | "urgent" | "critical");
        let count_open = tickets.iter().filter(|ticket| open(ticket)).count();
        let mut days: Vec<(chrono::NaiveDate, usize)> = Vec::new();
        let last = period.last_day(day(now)).min(day(now));
        let mut at = period.first_day();
        while at <= last && days.len() < 62 {
            days.push((at, tickets.iter().filter(|ticket| day(ticket.created_at) == at).count()));
            let Some(next) = at.succ_opt() else { break };
            at = next;
        }
        let clusters = clusters::recurring(&refs, &earlier);
        let issue = |Cluster { tickets: places, before }: Cluster| {
            let all: Vec<&Ticket> = places.iter().filter_map(|at| refs.get(*at)).copied().collect();
            let mine: Vec<&&Ticket> = all.iter().filter(|ticket| speaks(ticket, language)).collect();
            let title =
                mine.first().map(|ticket| &ticket.subject).or_else(|| all.first().map(|ticket| &ticket.subject));
            let mut shown: Vec<&Ticket> = mine.into_iter().copied().take(EXAMPLES_PER_ISSUE - 1).collect();
            shown.extend(all.iter().filter(|ticket| !speaks(ticket, language)).take(EXAMPLES_PER_ISSUE - shown.len()));
            for ticket in &all {
                if shown.len() < EXAMPLES_PER_ISSUE && !shown.iter().any(|known| known.id == ticket.id) {
                    shown.push(ticket);
                }
            }
            let mut categories: Vec<(usize, String)> = Vec::new();
            for ticket in &all {
                match categories.iter_mut().find(|(_, name)| *name == ticket.category) {
                    Some((count, _)) => *count += 1,
                    None => categories.push((1, ticket.category.clone())),
                }
            }
            categories.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
            Issue {
                title: title.cloned().unwrap_or_default(),
                count: all.len(),
                before,
                open: all.iter().filter(|ticket| open(ticket)).count(),
                median_hours: median(all.iter().copied()),
                ticket_ids: all.iter().map(|ticket| ticket.id.clone()).collect(),
                examples: shown.into_iter().map(example).collect(),
                categories: categories.into_iter().map(|(_, name)| name).filter(|name| !name.is_empty()).collect(),
            }
        };
        Self {
            period,
            to_date: period.goes_on(day(now)),
            created: tickets.len(),
            created_before: before.len(),
            resolved: tickets.len() - count_open,
            open: count_open,
            urgent: tickets.iter().filter(|ticket| open(ticket) && urgent(ticket)).count(),
            median_hours: median(tickets),
            median_hours_before: median(before),
            days,
            clusters: clusters.into_iter().map(issue).collect(),
        }
    }
}

fn speaks(ticket: &Ticket, language: Language) -> bool {
    ticket.subject.chars().any(is_han) == (language == Language::Zh)
}

fn example(ticket: &Ticket) -> Example {
    let said = if ticket.body.trim().is_empty() { &ticket.subject } else { &ticket.body };
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = match said.char_indices().nth(MAX_EXAMPLE_CHARS) {
        Some((end, _)) => format!("{}…", said[..end].trim_end()),
        None => said,
    };
    Example { id: ticket.id.clone(), customer: ticket.customer.clone(), text }
}

/// The middle of the hours from report to solution, to one decimal.
#[must_use]
pub fn median<'a>(tickets: impl IntoIterator<Item = &'a Ticket>) -> Option<Decimal> {
    let hours = |ticket: &Ticket| {
        let seconds = (ticket.resolved_at? - ticket.created_at).num_seconds();
        Some(Decimal::from(seconds) / Decimal::from(3_600))
    };
    let mut all: Vec<Decimal> = tickets.into_iter().filter_map(hours).collect();
    all.sort();
    let middle = all.len() / 2;
    let value = match all.as_slice() {
        [] => return None,
        all if all.len() % 2 == 1 => all[middle],
        all => (all[middle - 1] + all[middle]) / Decimal::TWO,
    };
    Some(value.round_dp_with_strategy(1, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
}
