//! Makes schedules, for the route and for the tool alike.

use chrono::{DateTime, Utc};
use mezzofy_domain::audit::{Action, Deed, Who};
use mezzofy_domain::language::Language;
use mezzofy_store::schedules::{self, Schedule};
use mezzofy_store::{StoreError, Tx, audit, people};

/// How many schedules, and how close together their moments.
#[derive(Debug, Clone, Copy)]
pub struct ScheduleLimits {
    /// Schedules of one person.
    pub a_person: i64,
    /// Minutes between two moments of one at least.
    pub minutes: u32,
}

/// Why a schedule is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Its owner has as many as they may.
    TooMany(i64),
    /// Its owner has one of that name.
    Taken(String),
}

impl Refused {
    /// The reason and what to do.
    pub(crate) fn say(&self, language: Language) -> String {
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

/// Stores a new schedule with its first moment, and notes it in the audit log.
pub(crate) async fn make(
    tx: &mut Tx,
    limits: ScheduleLimits,
    schedule: &Schedule,
    next: DateTime<Utc>,
) -> Result<Result<(), Refused>, StoreError> {
    // Two at once would both find room.
    people::lock(tx, schedule.owner).await?;
    if schedules::count(tx, schedule.owner).await? >= limits.a_person {
        return Ok(Err(Refused::TooMany(limits.a_person)));
    }
    if !schedules::add(tx, schedule).await? {
        return Ok(Err(Refused::Taken(schedule.name.clone())));
    }
    schedules::set_next(tx, schedule.id, Some(next)).await?;
    let deed = Deed::Schedule { schedule: schedule.id, action: Action::ScheduleMade, name: schedule.name.clone() };
    audit::append(tx, schedule.created_at, Who::Person(schedule.owner), &deed).await?;
    Ok(Ok(()))
}
