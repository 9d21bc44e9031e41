//! Reads of a text when something is to be, how long it takes and what it is about: "tomorrow at 3pm for 30 minutes about the October
//! figures", 明天下午三点开会半小时讨论十月报表.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime};

use crate::language::Language;
use crate::schedule::words::Time;

mod chinese;
mod english;
pub mod slots;

/// What a text says of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meeting {
    /// The day, or the days among which one may be chosen: first and last.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// When it begins.
    pub time: Option<NaiveTime>,
    /// How long it takes.
    pub minutes: Option<u32>,
    /// What it is about, as the person wrote it.
    pub topic: Option<String>,
    /// Where in the text the days, the times and the topic stand.
    pub said: Vec<Range<usize>>,
}

/// One day or several, and perhaps a time of it, by the clocks of the company: `2026-12-02T15:00`, `2026-12-02`,
/// `2026-11-30/2026-12-06`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The first day.
    pub first: NaiveDate,
    /// The last day, the first where there is one.
    pub last: NaiveDate,
    /// A time of the one day.
    pub time: Option<NaiveTime>,
}

/// A text that is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no day and no time: write 2026-12-02T15:00, 2026-12-02 or 2026-11-30/2026-12-06.")]
pub struct NoMoment(String);

/// Reads a text by the calendar of today.
#[must_use]
pub fn read(text: &str, today: NaiveDate) -> Meeting {
    let (english, chinese) = (english::read(text, today), chinese::read(text, today));
    let mut said = english.said;
    said.extend(chinese.said);
    let mut meeting = Meeting {
        days: english.days.or(chinese.days),
        time: english.time.or(chinese.time),
        minutes: english.minutes.or(chinese.minutes),
        topic: None,
        said,
    };
    if let Some(topic) = topic(text, &meeting.said) {
        meeting.topic = Some(text[topic.clone()].to_owned());
        meeting.said.push(topic);
    }
    meeting
}

impl Meeting {
    /// When it is, as far as a day is said: a time alone may be any day's.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        let (first, last) = self.days?;
        Some(Moment { first, last, time: self.time.filter(|_| first == last) })
    }
}

impl Moment {
    /// The moment as people read it: `Wednesday 2 December 2026, 15:00`, `2026年12月2日（周三）15:00`.
    #[must_use]
    pub fn label(self, language: Language) -> String {
        let day = |day: NaiveDate| day_label(day, language);
        match (self.time, self.first == self.last, language) {
            (Some(time), _, Language::Zh) => format!("{}{}", day(self.first), time.format("%H:%M")),
            (Some(time), _, _) => format!("{}, {}", day(self.first), time.format("%H:%M")),
            (None, true, _) => day(self.first),
            (None, false, Language::Zh) => format!("{}至{}", day(self.first), day(self.last)),
            (None, false, _) => format!("{} to {}", day(self.first), day(self.last)),
        }
    }
}

/// A day as people read it, with its weekday.
#[must_use]
pub fn day_label(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Zh => {
            let name = ["一", "二", "三", "四", "五", "六", "日"][day.weekday().num_days_from_monday() as usize % 7];
            format!("{}年{}月{}日（周{name}）", day.year(), day.month(), day.day())
        }
        Language::En | Language::Ms => day.format("%A %-d %B %Y").to_string(),
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time {
            Some(time) => write!(f, "{}T{}", self.first, time.format("%H:%M")),
            None if self.first == self.last => write!(f, "{}", self.first),
            None => write!(f, "{}/{}", self.first, self.last),
        }
    }
}

impl FromStr for Moment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let none = || NoMoment(text.chars().take(40).collect());
        let day = |text: &str| {
            let day = text.parse::<NaiveDate>().ok().filter(|day| YEARS.contains(&day.year()));
            day.ok_or_else(none)
        };
        if let Some((date, time)) = text.split_once('T') {
            let time = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok());
            let first = day(date)?;
            return Ok(Self { first, last: first, time: Some(time.ok_or_else(none)?) });
        }
        let (first, last) = match text.split_once('/') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(text)?, day(text)?),
        };
        if first <= last { Ok(Self { first, last, time: None }) } else { Err(none()) }
    }
}

/// Years in which events may be.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// The Monday of a day's week and its Sunday, so many weeks later.
fn week(day: NaiveDate, later: u64) -> (NaiveDate, NaiveDate) {
    let monday = day - Days::new(day.weekday().num_days_from_monday().into()) + Days::new(7 * later);
    (monday, monday + Days::new(6))
}

/// Which of the days with one name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// "This Friday": the next one, today among them.
    This,
    /// "Friday": the next one after today.
    Coming,
    /// "Next Friday": that of the week after this one.
    NextWeek,
}

/// The day with this weekday, from Monday, 0.
fn weekday(today: NaiveDate, day: u32, which: Which) -> NaiveDate {
    if which == Which::NextWeek {
        return week(today, 1).0 + Days::new(day.into());
    }
    let ahead = (day + 7 - today.weekday().num_days_from_monday()) % 7;
    today + Days::new(u64::from(if ahead == 0 && which == Which::Coming { 7 } else { ahead }))
}

/// The next day of this number, of this month or of one after it.
fn day_of_month(today: NaiveDate, day: u32) -> Option<NaiveDate> {
    let month = |later| today.with_day(1)?.checked_add_months(Months::new(later))?.with_day(day);
    (0..3).filter_map(month).find(|date| *date >= today)
}

/// A day of a month that is not over: of this year, else of the next.
fn date(today: NaiveDate, year: Option<i32>, month: u32, day: u32) -> Option<NaiveDate> {
    let of = |year| NaiveDate::from_ymd_opt(year, month, day);
    match year {
        Some(year) => of(year),
        None => of(today.year()).filter(|date| *date >= today).or_else(|| of(today.year() + 1)),
    }
}

/// "At 3" is in the afternoon, unless its words, or a part of the day beside it (its hour), say otherwise.
fn by_day(said: &str, part: Option<u32>, start: Time, end: Option<Time>) -> (Time, Option<Time>) {
    let said = said.to_ascii_lowercase();
    let other = ["am", "morning", "早", "上午", "晨", "晚"].iter().any(|word| said.contains(word));
    let late = match part {
        Some(part) => part > 12 && start.0 < 12 && !other,
        None => (1..=6).contains(&start.0) && !other && !said.contains(&format!("0{}", start.0)),
    };
    let later = |(hour, minute): Time| if hour < 12 { (hour + 12, minute) } else { (hour, minute) };
    if late { (later(start), end.map(later)) } else { (start, end) }
}

/// How long it is from one time to another, in minutes.
fn between(start: Time, end: Option<Time>) -> Option<u32> {
    let (end, start) = (end.map(|(hour, minute)| hour * 60 + minute)?, start.0 * 60 + start.1);
    end.checked_sub(start).filter(|minutes| *minutes > 0)
}

fn at((hour, minute): Time) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// What leads to the topic, the longest first where one begins with another.
const LEADS: [&str; 15] = [
    "to talk about ",
    "to discuss ",
    "discussing ",
    "regarding ",
    "titled ",
    "called ",
    "about ",
    "on the topic of ",
    "主题是",
    "主题为",
    "讨论",
    "商讨",
    "商量",
    "关于",
    "谈",
];
/// Where a topic ends.
const ENDS: [&str; 17] = [
    " with ",
    " and invite ",
    " invite ",
    " in the ",
    " please",
    ", ",
    ". ",
    "; ",
    "\n",
    "的会议",
    "的会",
    "的电话",
    "，",
    "。",
    "；",
    "？",
    "?",
];

/// Where the topic stands: what is quoted, else what follows a word that leads to it up to a time or the end of the phrase.
fn topic(text: &str, said: &[Range<usize>]) -> Option<Range<usize>> {
    if let Some(quoted) = quoted(text) {
        return Some(quoted);
    }
    let lower = text.to_ascii_lowercase();
    let begins = |lead: &&str| {
        let found = lower.find(*lead)?;
        let whole = found == 0 || !lead.is_ascii() || lower.as_bytes()[found - 1] == b' ';
        whole.then_some((found, found + lead.len()))
    };
    let (_, begin) = LEADS.iter().filter_map(begins).min_by_key(|(found, end)| (*found, usize::MAX - end))?;
    let by_mark = ENDS.iter().filter_map(|end| lower[begin..].find(end).map(|at| begin + at));
    let by_time = said.iter().map(|range| range.start).filter(|start| *start >= begin);
    let end = by_mark.chain(by_time).min().unwrap_or(text.len());
    let edge = |c: char| c.is_whitespace() || ".,;:!，。；：！".contains(c);
    let mut range = begin + text[begin..end].len() - text[begin..end].trim_start_matches(edge).len()..end;
    let mut inner = text[range.clone()].trim_end_matches(edge);
    // "The figures on" is left where "on Friday" was.
    for word in [" on", " at", " for", " from", " this", " the"] {
        inner = inner.strip_suffix(word).unwrap_or(inner).trim_end_matches(edge);
    }
    range.end = range.start + inner.len();
    (!range.is_empty()).then_some(range)
}

fn quoted(text: &str) -> Option<Range<usize>> {
    [('“', '”'), ('"', '"'), ('「', '」'), ('《', '》')].into_iter().find_map(|(open, close)| {
        let begin = text.find(open)? + open.len_utf8();
        let end = begin + text[begin..].find(close)?;
        (!text[begin..end].trim().is_empty()).then_some(begin..end)
    })
}

#[cfg(test)]
mod tests;
