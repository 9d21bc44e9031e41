//! The moments of a cron by the clock of a place. The crate croner reads the cron and knows its days; what happens where
//! the clock is changed is decided here.

use std::iter;

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use croner::parser::{CronParser, Seconds, Year};
use croner::{CronPattern, Weekday};

use super::refusal::{Field, RuleError};

/// How far ahead a day is looked for. The calendar's days of the week come back after 28 years, after 40 when the century
/// leaves out a leap day.
const SEARCH_YEARS: u32 = 41;
const MAX_CRON_BYTES: usize = 200;
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

#[derive(Debug, Clone)]
pub(super) struct Wall {
    pub(super) pattern: CronPattern,
    pub(super) times: Vec<NaiveTime>,
    zone: Tz,
    is_pace: bool,
}

impl Wall {
    pub(super) fn read(cron: &str, zone: &str) -> Result<Self, RuleError> {
        let zone = zone.parse().map_err(|_| RuleError::UnknownZone { zone: shown(zone) })?;
        let fields: Vec<&str> = cron.split_whitespace().collect();
        let &[minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(RuleError::NotFiveFields { found: fields.len() });
        };
        let named = Field::ALL.into_iter().zip([minute, hour, day, month, weekday]);
        let pattern = if named.clone().all(|(field, text)| is_plain(field, text)) { parse(cron) } else { None };
        let Some(pattern) = pattern else {
            let wrong = named.into_iter().find(|(field, text)| !is_readable(*field, text));
            let (field, text) = wrong.unwrap_or((Field::Minute, minute));
            return Err(RuleError::Unreadable { field, text: shown(text) });
        };
        let hours = pattern.hours.values();
        let is_pace = hour.contains(['*', '/']) || hours.len() == 24;
        let minutes = pattern.minutes.values();
        let times = hours
            .into_iter()
            .flat_map(|hour| minutes.iter().map(move |minute| (hour, *minute)))
            .filter_map(|(hour, minute)| NaiveTime::from_hms_opt(hour.into(), minute.into(), 0))
            .collect();
        Ok(Self { pattern, times, zone, is_pace })
    }

    pub(super) fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !(1..=9000).contains(&after.year()) {
            return None;
        }
        if self.is_pace { self.next_of_pace(after) } else { self.next_wall_time(after) }
    }

    /// The fewest minutes between two moments by a clock that is never changed; `None` for a cron that has no day.
    pub(super) fn shortest_step(&self) -> Option<i64> {
        let (first, last) = (self.times.first()?, self.times.last()?);
        let within = self.times.windows(2).filter_map(|pair| match pair {
            [one, next] => Some((*next - *one).num_minutes()),
            _ => None,
        });
        let overnight = (*first - *last).num_minutes();
        let start = NaiveDate::from_ymd_opt(2000, 1, 1)?;
        let mut days = self.days_from(start);
        let mut day = days.next()?;
        let mut nearest: Option<i64> = None;
        for next in days {
            let apart = (next - day).num_days();
            nearest = Some(nearest.map_or(apart, |nearest| nearest.min(apart)));
            if apart == 1 {
                break;
            }
            day = next;
        }
        // A day that comes only once in all these years is never too often.
        within.chain(nearest.map(|days| days * 24 * 60 + overnight)).min().or(Some(i64::MAX))
    }

    /// A later wall time is never reached before an earlier one, so the first that is reached after `after` is the next.
    fn next_wall_time(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let shown = after.with_timezone(&self.zone).naive_local();
        self.days_from(shown.date())
            .flat_map(|day| self.times.iter().map(move |time| day.and_time(*time)))
            .filter(|wall| *wall > shown)
            .filter_map(|wall| self.reached(wall))
            .find(|moment| *moment > after)
    }

    /// Where the clock is put back over midnight, moments of two days are mixed; so the day before is looked at too, and the
    /// day after the first that has one.
    fn next_of_pace(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let shown = after.with_timezone(&self.zone).date_naive();
        let mut found: Option<(NaiveDate, DateTime<Utc>)> = None;
        for day in self.days_from(shown.pred_opt().unwrap_or(shown)) {
            if found.is_some_and(|(first, _)| day > first + Days::new(1)) {
                break;
            }
            let moment =
                self.times.iter().flat_map(|time| self.showing(day.and_time(*time))).filter(|at| *at > after).min();
            if let Some(moment) = moment {
                found = Some(found.map_or((day, moment), |(first, at)| (first, at.min(moment))));
            }
        }
        found.map(|(_, moment)| moment)
    }

    /// When the clock first shows this time or a later one.
    fn reached(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.showing(wall).min().or_else(|| self.end_of_gap(wall))
    }

    /// When the clock shows this time: never in a gap, twice in a doubled hour.
    fn showing(&self, wall: NaiveDateTime) -> impl Iterator<Item = DateTime<Utc>> + use<> {
        let local = self.zone.from_local_datetime(&wall);
        let first = local.earliest().map(|at| at.with_timezone(&Utc));
        let second = local.latest().map(|at| at.with_timezone(&Utc)).filter(|at| Some(*at) != first);
        first.into_iter().chain(second)
    }

    fn end_of_gap(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let day = TimeDelta::days(1);
        let mut before = wall.and_utc().checked_sub_signed(day)?;
        let mut behind = wall.and_utc().checked_add_signed(day)?;
        while behind - before > TimeDelta::seconds(1) {
            let middle = before + TimeDelta::seconds((behind - before).num_seconds() / 2);
            if middle.with_timezone(&self.zone).naive_local() < wall {
                before = middle;
            } else {
                behind = middle;
            }
        }
        Some(behind)
    }

    fn days_from(&self, from: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let last = from.checked_add_months(Months::new(12 * SEARCH_YEARS)).unwrap_or(NaiveDate::MAX);
        iter::successors(self.day_from(from, last), move |day| self.day_from(day.succ_opt()?, last))
    }

    fn day_from(&self, from: NaiveDate, last: NaiveDate) -> Option<NaiveDate> {
        let mut day = from;
        while day <= last {
            if !self.pattern.month_match(day.month()).ok()? {
                day = day.with_day(1)?.checked_add_months(Months::new(1))?;
                continue;
            }
            let weekday = Weekday::from_days_from_sunday(day.weekday().num_days_from_sunday());
            if self.pattern.day_match(day.year(), day.month(), day.day(), weekday).ok()? {
                return Some(day);
            }
            day = day.succ_opt()?;
        }
        None
    }
}

/// Minutes since midnight.
pub(super) fn minute_of_day(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight() / 60)
}

fn parse(cron: &str) -> Option<CronPattern> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(cron).ok().map(|cron| cron.pattern)
}

fn is_readable(field: Field, text: &str) -> bool {
    let alone = match field {
        Field::Minute => format!("{text} * * * *"),
        Field::Hour => format!("* {text} * * *"),
        Field::Day => format!("* * {text} * *"),
        Field::Month => format!("* * * {text} *"),
        Field::Weekday => format!("* * * * {text}"),
    };
    is_plain(field, text) && parse(&alone).is_some()
}

/// Whether it has only what this field may have. croner takes names of days and months in any field and lets the empty parts
/// of a list pass.
fn is_plain(field: Field, text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let is_name = |word: &str| match field {
        Field::Minute | Field::Hour => false,
        Field::Day => matches!(word, "L" | "W" | "LW"),
        Field::Month => MONTHS.contains(&word),
        Field::Weekday => word == "L" || WEEKDAYS.contains(&word),
    };
    text.len() <= MAX_CRON_BYTES
        && text.split(',').all(|part| !part.is_empty())
        && upper.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).all(is_name)
}

fn shown(text: &str) -> String {
    text.trim().chars().take(40).collect()
}
