//! The spans of time that a statement or a report covers, written as `2026-10`, `2026-Q3`, `2026-H1`, `2026`,
//! `2026-W47` (ISO 8601: Monday to Sunday) and `2026-YTD`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::language::Language;

mod label;

pub use label::{ENGLISH_MONTHS, day_label, english_month};

/// What a period is: its length and where it may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodKind {
    /// A calendar month.
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// Six months from January or July.
    Half,
    /// A calendar year.
    Year,
    /// Monday to Sunday, numbered as in ISO 8601.
    Week,
    /// From 1 January to today.
    YearToDate,
}

/// A span of whole days that begins where its kind begins, in the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    kind: PeriodKind,
    first: NaiveDate,
}

/// A text that is no period.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "“{0}” is not a period. Write a month as 2026-10, a quarter as 2026-Q3, a half as 2026-H1, a year as 2026, a week as 2026-W47 or the year to date as 2026-YTD."
)]
pub struct PeriodError(String);

impl Period {
    /// A calendar month, 1 to 12.
    #[must_use]
    pub fn month(year: i32, month: u32) -> Option<Self> {
        Self::starting(PeriodKind::Month, NaiveDate::from_ymd_opt(year, month, 1))
    }

    /// A quarter, 1 to 4.
    #[must_use]
    pub fn quarter(year: i32, quarter: u32) -> Option<Self> {
        (1..=4)
            .contains(&quarter)
            .then(|| NaiveDate::from_ymd_opt(year, quarter * 3 - 2, 1))
            .and_then(|first| Self::starting(PeriodKind::Quarter, first))
    }

    /// A half of a year, 1 or 2.
    #[must_use]
    pub fn half(year: i32, half: u32) -> Option<Self> {
        (1..=2)
            .contains(&half)
            .then(|| NaiveDate::from_ymd_opt(year, half * 6 - 5, 1))
            .and_then(|first| Self::starting(PeriodKind::Half, first))
    }

    /// A calendar year.
    #[must_use]
    pub fn year(year: i32) -> Option<Self> {
        Self::starting(PeriodKind::Year, NaiveDate::from_ymd_opt(year, 1, 1))
    }

    /// An ISO week, 1 to 52 or 53; the year is the ISO year, which differs around New Year.
    #[must_use]
    pub fn week(year: i32, week: u32) -> Option<Self> {
        Self::starting(PeriodKind::Week, NaiveDate::from_isoywd_opt(year, week, Weekday::Mon))
    }

    /// A year from its first day to today.
    #[must_use]
    pub fn year_to_date(year: i32) -> Option<Self> {
        Self::starting(PeriodKind::YearToDate, NaiveDate::from_ymd_opt(year, 1, 1))
    }

    /// The period of that kind which holds a day.
    #[must_use]
    pub fn containing(kind: PeriodKind, day: NaiveDate) -> Self {
        let first = match kind {
            PeriodKind::Month => day.with_day(1),
            PeriodKind::Quarter => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1),
            PeriodKind::Half => NaiveDate::from_ymd_opt(day.year(), day.month0() / 6 * 6 + 1, 1),
            PeriodKind::Year | PeriodKind::YearToDate => NaiveDate::from_ymd_opt(day.year(), 1, 1),
            PeriodKind::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
        };
        Self { kind, first: first.unwrap_or(day) }
    }

    /// The last calendar month that ended before `day`.
    #[must_use]
    pub fn month_before(day: NaiveDate) -> Self {
        Self::containing(PeriodKind::Month, day).previous()
    }

    /// What the period is.
    #[must_use]
    pub fn kind(self) -> PeriodKind {
        self.kind
    }

    /// The year in its name; for a week the ISO year.
    #[must_use]
    pub fn year_number(self) -> i32 {
        match self.kind {
            PeriodKind::Week => self.first.iso_week().year(),
            PeriodKind::Month | PeriodKind::Quarter | PeriodKind::Half | PeriodKind::Year | PeriodKind::YearToDate => {
                self.first.year()
            }
        }
    }

    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.first
    }

    /// Its last day; the year to date ends today, or with its year when that is over.
    #[must_use]
    pub fn last_day(self, today: NaiveDate) -> NaiveDate {
        match self.kind {
            PeriodKind::YearToDate => today.clamp(self.first, self.calendar_end()),
            PeriodKind::Month | PeriodKind::Quarter | PeriodKind::Half | PeriodKind::Year | PeriodKind::Week => {
                self.calendar_end()
            }
        }
    }

    /// Its first and last day, both included.
    #[must_use]
    pub fn bounds(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        (self.first, self.last_day(today))
    }

    /// The period of the same kind just before this one; of a year to date the one of the year before. For its days
    /// take [`Period::previous_bounds`]. The very first period is its own.
    #[must_use]
    pub fn previous(self) -> Self {
        match self.first.pred_opt().map(|day| Self::containing(self.kind, day)) {
            Some(before) if before.year_number() >= 1 => before,
            _ => self,
        }
    }

    /// First and last day of what this period is compared with: the period before, and for a year to date the same span
    /// of the year before (29 February is compared with 28 February).
    #[must_use]
    pub fn previous_bounds(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let before = self.previous();
        if self.kind != PeriodKind::YearToDate {
            return (before.first, before.calendar_end());
        }
        let (_, last) = self.bounds(today);
        (
            before.first,
            last.checked_sub_months(Months::new(12)).map_or(before.calendar_end(), |day| day.max(before.first)),
        )
    }

    /// Whether its last day is over. A year to date has ended when its year has.
    #[must_use]
    pub fn has_ended(self, today: NaiveDate) -> bool {
        self.calendar_end() < today
    }

    /// Whether it goes on and its name does not say so, as that of a year to date does.
    #[must_use]
    pub fn goes_on(self, today: NaiveDate) -> bool {
        self.kind != PeriodKind::YearToDate && self.first <= today && !self.has_ended(today)
    }

    /// The period as people read it: `October 2026`, `Q3 2026`, `2026年10月`, `2026年第三季度`.
    #[must_use]
    pub fn label(self, language: Language) -> String {
        label::period_label(self, language)
    }

    /// Its place in its year, from 1: the month, quarter, half or week; 1 for a year.
    fn number(self) -> u32 {
        match self.kind {
            PeriodKind::Month => self.first.month(),
            PeriodKind::Quarter => self.first.month0() / 3 + 1,
            PeriodKind::Half => self.first.month0() / 6 + 1,
            PeriodKind::Week => self.first.iso_week().week(),
            PeriodKind::Year | PeriodKind::YearToDate => 1,
        }
    }

    fn calendar_end(self) -> NaiveDate {
        let months = |count| self.first.checked_add_months(Months::new(count));
        let next = match self.kind {
            PeriodKind::Month => months(1),
            PeriodKind::Quarter => months(3),
            PeriodKind::Half => months(6),
            PeriodKind::Year | PeriodKind::YearToDate => months(12),
            PeriodKind::Week => self.first.checked_add_days(Days::new(7)),
        };
        next.and_then(|day| day.pred_opt()).unwrap_or(NaiveDate::MAX)
    }

    fn starting(kind: PeriodKind, first: Option<NaiveDate>) -> Option<Self> {
        first.map(|first| Self { kind, first }).filter(|period| (1..=9999).contains(&period.year_number()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, number) = (self.year_number(), self.number());
        match self.kind {
            PeriodKind::Month => write!(f, "{year:04}-{number:02}"),
            PeriodKind::Quarter => write!(f, "{year:04}-Q{number}"),
            PeriodKind::Half => write!(f, "{year:04}-H{number}"),
            PeriodKind::Year => write!(f, "{year:04}"),
            PeriodKind::Week => write!(f, "{year:04}-W{number:02}"),
            PeriodKind::YearToDate => write!(f, "{year:04}-YTD"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| PeriodError(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

fn parse(text: &str) -> Option<Period> {
    let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
    let year = i32::try_from(digits(year, 4)?).ok()?;
    let Some(rest) = rest else { return Period::year(year) };
    if rest == "YTD" {
        return Period::year_to_date(year);
    }
    match (rest.strip_prefix('Q'), rest.strip_prefix('H'), rest.strip_prefix('W')) {
        (Some(quarter), _, _) => Period::quarter(year, digits(quarter, 1)?),
        (_, Some(half), _) => Period::half(year, digits(half, 1)?),
        (_, _, Some(week)) => Period::week(year, digits(week, 2)?),
        (None, None, None) => Period::month(year, digits(rest, 2)?),
    }
}

fn digits(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
