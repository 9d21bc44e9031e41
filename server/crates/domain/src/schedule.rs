//! Schedules: a rule in time, its moments, and what becomes of each of them. Storing and running them is done elsewhere.
//!
//! A moment that is made into a row is an occurrence. Every moment of a rule becomes exactly one, also when nobody was
//! there to run it: [`plan`](plan::plan) says which rows are missing and [`Misfire`](plan::Misfire) what to do with them.

use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::language::Language;
use wall::Wall;

pub mod occurrence;
pub mod plan;
mod refusal;
mod say;
mod wall;
pub mod words;

pub use refusal::RuleError;

/// The longest interval, in minutes: 365 days.
pub const MAX_INTERVAL_MINUTES: u32 = 365 * 24 * 60;

/// When a schedule comes. Its JSON is `{"kind": "cron", "cron": "0 9 * * 1", "zone": "Asia/Singapore"}`,
/// `{"kind": "interval", "minutes": 60, "from": ".."}` or `{"kind": "once", "at": ".."}`; reading it back proves nothing,
/// [`ScheduleRule::check`] does. Moments are whole seconds, so that a database keeps them as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScheduleRule {
    /// By the clock on the wall of a place.
    ///
    /// Where the clock is put forward or back: a wall time runs once, when the clock first shows it or, if it is skipped, the
    /// first time after it. So a time in a gap runs at the gap's end, together with whatever else falls there, and a
    /// time in a doubled hour runs in the first of the two. A rule for many hours (`*` or a step in the hour field, or all 24
    /// hours named) is no wall time but a pace: it runs in both doubled hours, and the hour that is skipped has no run.
    Cron {
        /// Minute, hour, day of the month, month, weekday. A day has to fit the day of the month or the weekday when both
        /// are given, and both when the weekday begins with `+`.
        cron: String,
        /// The IANA name of the place, e.g. `Asia/Singapore`.
        zone: String,
    },
    /// At `from` and then in even steps of real time, whatever clocks show.
    Interval {
        /// The step in minutes.
        minutes: u32,
        /// The first moment.
        from: DateTime<Utc>,
    },
    /// A single time.
    Once {
        /// The moment.
        at: DateTime<Utc>,
    },
}

impl ScheduleRule {
    /// A cron of five fields in the zone of an IANA name, checked as by [`ScheduleRule::check`].
    pub fn cron(cron: &str, zone: &str, most_often: u32) -> Result<Self, RuleError> {
        let cron = cron.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::Cron { cron, zone: zone.trim().to_owned() }.checked(most_often)
    }

    /// Every so many minutes, first at `from`, checked as by [`ScheduleRule::check`].
    pub fn every(minutes: u32, from: DateTime<Utc>, most_often: u32) -> Result<Self, RuleError> {
        Self::Interval { minutes, from: whole_second(from) }.checked(most_often)
    }

    /// A single time, checked as by [`ScheduleRule::check`]. Whether it is still ahead, [`ScheduleRule::first_after`] says.
    pub fn once(at: DateTime<Utc>) -> Result<Self, RuleError> {
        Self::Once { at: whole_second(at) }.checked(0)
    }

    /// Whether it can be understood, ever comes, and leaves at least `most_often` minutes between its moments. What counts is
    /// the wall clock: two moments that only the change of the clock brings nearer are let be.
    pub fn check(&self, most_often: u32) -> Result<(), RuleError> {
        match self {
            Self::Cron { cron, zone } => {
                let wall = Wall::read(cron, zone)?;
                match wall.shortest_step() {
                    None => Err(RuleError::Never { cron: cron.clone() }),
                    Some(minutes) if minutes < i64::from(most_often) => {
                        Err(RuleError::TooOften { minutes, most_often })
                    }
                    Some(_) => Ok(()),
                }
            }
            Self::Interval { minutes, .. } if *minutes == 0 || *minutes < most_often => {
                Err(RuleError::TooOften { minutes: (*minutes).into(), most_often: most_often.max(1) })
            }
            Self::Interval { minutes, .. } if *minutes > MAX_INTERVAL_MINUTES => Err(RuleError::TooSeldom),
            Self::Interval { from: at, .. } | Self::Once { at } => {
                if (2000..=2100).contains(&at.year()) {
                    Ok(())
                } else {
                    Err(RuleError::OutOfRange)
                }
            }
        }
    }

    /// Its first moment strictly after `after`. `None` when there is none, or none within 40 years, or the rule can't be
    /// understood.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.moments(after).next()
    }

    /// The same, for a rule that is just being made: one without a moment ahead is refused.
    pub fn first_after(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, RuleError> {
        self.next_after(now).ok_or(RuleError::Over)
    }

    /// Its moments strictly after `after`, in order, each once.
    #[must_use]
    pub fn moments(&self, after: DateTime<Utc>) -> Moments {
        let pace = match self {
            Self::Cron { cron, zone } => Wall::read(cron, zone).ok().map(|wall| Pace::Wall(Box::new(wall))),
            Self::Interval { minutes, from } => {
                (*minutes > 0).then_some(Pace::Steps { seconds: i64::from(*minutes) * 60, from: whole_second(*from) })
            }
            Self::Once { at } => Some(Pace::Single(whole_second(*at))),
        };
        Moments { pace, after }
    }

    /// The rule as people say it: `every Monday at 09:00, Singapore time`, `每周一 09:00（新加坡时间）`,
    /// `setiap Isnin pada 09:00, waktu Singapura`. What has no zone of its own is told by the clock of `here`.
    #[must_use]
    pub fn say(&self, language: Language, here: Tz) -> String {
        let zone = match self {
            Self::Cron { zone, .. } => say::zone(zone, language),
            Self::Interval { .. } | Self::Once { .. } => say::zone(here.name(), language),
        };
        match language {
            Language::Zh => format!("{}（{zone}）", say::rule(self, language, here)),
            Language::En | Language::Ms => format!("{}, {zone}", say::rule(self, language, here)),
        }
    }

    fn checked(self, most_often: u32) -> Result<Self, RuleError> {
        self.check(most_often).map(|()| self)
    }
}

/// The moments of a rule, in order.
#[derive(Debug, Clone)]
pub struct Moments {
    pace: Option<Pace>,
    after: DateTime<Utc>,
}

#[derive(Debug, Clone)]
enum Pace {
    Wall(Box<Wall>),
    Steps { seconds: i64, from: DateTime<Utc> },
    Single(DateTime<Utc>),
}

impl Iterator for Moments {
    type Item = DateTime<Utc>;

    fn next(&mut self) -> Option<DateTime<Utc>> {
        let after = self.after;
        let moment = match self.pace.as_ref()? {
            Pace::Wall(wall) => wall.next_after(after)?,
            Pace::Steps { from, .. } if *from > after => *from,
            Pace::Steps { seconds, from } => {
                let steps = (after - from).num_seconds() / seconds + 1;
                DateTime::from_timestamp(from.timestamp().checked_add(steps.checked_mul(*seconds)?)?, 0)?
            }
            Pace::Single(at) => Some(*at).filter(|at| *at > after)?,
        };
        self.after = moment;
        Some(moment)
    }
}

fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_nanosecond(0).unwrap_or(at)
}

#[cfg(test)]
mod tests;
