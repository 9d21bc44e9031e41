//! Makes schedules, for the route and for the tool alike, and begins their runs.

use chrono::{DateTime, Utc};
use mezzofy_agent::run::{RunMachine, ScheduledRequest};
use mezzofy_agent::skills::InputKind;
use mezzofy_domain::audit::{Actor, AuditAction, AuditEvent};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use mezzofy_store::runs::Run;
use mezzofy_store::schedules::{self, Schedule};
use mezzofy_store::{StoreError, Tx, audit, people};
use serde_json::json;

use crate::app::AppState;
use crate::config::ScheduleLimits;
use crate::runs::{self, BeginError};

/// Why a schedule is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleError {
    /// Its owner has as many as they may.
    TooMany(i64),
    /// Its owner has one of that name.
    Taken(String),
}

impl ScheduleError {
    /// The reason and what to do.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match (self, language) {
            (Self::TooMany(most), Language::Zh) => format!("您已有{most}个定时任务，请先删除一个。"),
            (Self::TooMany(most), Language::En | Language::Ms) => {
                format!("You have {most} schedules already. Remove one first.")
            }
            (Self::Taken(name), Language::Zh) => format!("您已有名为“{name}”的定时任务。"),
            (Self::Taken(name), Language::En | Language::Ms) => {
                format!("You have a schedule called “{name}” already. Choose another name.")
            }
        }
    }
}

/// Begins a run of a schedule, in a conversation of its own that bears the schedule's name.
pub async fn begin(
    app: &AppState,
    tx: &mut Tx,
    schedule: &Schedule,
    owner: &Person,
    background: bool,
) -> Result<Run, BeginError> {
    let Schedule { name, request, agent, skill, inputs, emails, channel, .. } = schedule;
    let skill = skill.as_deref().and_then(|name| app.skills.get(name));
    let mut inputs = inputs.clone();
    let mut text = request.clone();
    if let Some(channel) = channel {
        match skill.and_then(|skill| skill.input(InputKind::Channel)) {
            Some(input) => drop(inputs.insert(input.name.clone(), json!(channel))),
            None => text = posted_in(&text, channel, owner.language),
        }
    }
    if !emails.is_empty() {
        match skill.and_then(|skill| skill.input(InputKind::Person)) {
            Some(input) => {
                inputs.insert(format!("{}s", input.name), json!(emails));
            }
            None => text = sent_to(&text, emails, owner.language),
        }
    }
    let order = ScheduledRequest { agent: *agent, skill: schedule.skill.clone(), inputs };
    let machine = RunMachine::of_schedule(text.clone(), owner, order);
    runs::begin(app, tx, owner, (name, &text), &machine, background).await
}

/// A request without the mark at its end.
fn open_ended(request: &str) -> &str {
    request.trim().trim_end_matches(['.', '。', '!', '！'])
}

/// A request with the channel that its result is posted in, as a person would say it.
fn posted_in(request: &str, channel: &str, language: Language) -> String {
    let request = open_ended(request);
    match Language::of_text(request, language) {
        Language::Zh => format!("{request}，并发到#{channel}"),
        Language::En | Language::Ms => format!("{request} and post it in #{channel}"),
    }
}

/// A request with who gets what it makes, as a person would say it.
fn sent_to(request: &str, emails: &[String], language: Language) -> String {
    let request = open_ended(request);
    match Language::of_text(request, language) {
        Language::Zh => format!("{request}，并发送给{}", emails.join("、")),
        Language::En | Language::Ms => format!("{request} and send it to {}", emails.join(" and ")),
    }
}

/// Notes in the audit log what its owner did with a schedule.
pub async fn note(tx: &mut Tx, schedule: &Schedule, action: AuditAction, now: DateTime<Utc>) -> Result<(), StoreError> {
    let event = AuditEvent::Schedule { schedule: schedule.id, action, name: schedule.name.clone() };
    audit::append(tx, now, Actor::Person(schedule.owner), &event).await?;
    Ok(())
}

/// Stores a new schedule with its first moment, and notes it in the audit log.
pub async fn make(
    tx: &mut Tx,
    limits: ScheduleLimits,
    schedule: &Schedule,
    next: DateTime<Utc>,
) -> Result<Result<(), ScheduleError>, StoreError> {
    // Two at once would both find room.
    people::lock(tx, schedule.owner).await?;
    if schedules::count(tx, schedule.owner).await? >= limits.a_person {
        return Ok(Err(ScheduleError::TooMany(limits.a_person)));
    }
    if !schedules::add(tx, schedule).await? {
        return Ok(Err(ScheduleError::Taken(schedule.name.clone())));
    }
    schedules::set_next(tx, schedule.id, Some(next)).await?;
    note(tx, schedule, AuditAction::ScheduleMade, schedule.created_at).await?;
    Ok(Ok(()))
}
