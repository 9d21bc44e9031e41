use std::ops::Range;

use chrono::{Days, NaiveDate};

use super::{Meeting, Which, at, between, by_day, date, day_of_month, week, weekday};
use crate::period::english_month;
use crate::schedule::words::{Time, WEEKDAYS, Word, clock, part_of_day, words};

/// Minutes that something takes at most.
const MAX_DURATION_MINUTES: u32 = 24 * 60;

/// A text cut into words, with what stood between them.
struct Text<'a> {
    text: &'a str,
    words: Vec<Word>,
}

impl Text<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    /// What stands before a word, up to the word before.
    fn gap(&self, at: usize) -> &str {
        let Some(word) = self.words.get(at) else { return "" };
        let before = at.checked_sub(1).map_or(0, |before| self.words[before].range.end);
        &self.text[before..word.range.start]
    }

    fn place(&self, from: usize, len: usize) -> Range<usize> {
        self.words[from].range.start..self.words[from + len - 1].range.end
    }
}

pub(super) fn read(text: &str, today: NaiveDate) -> Meeting {
    let text = dotted(text);
    let text = Text { text: &text, words: words(&text) };
    let mut meeting = Meeting::default();
    let (mut time, mut part) = (None, None);
    let mut from = 0;
    while from < text.words.len() {
        let mut len = 0;
        if let Some((minutes, read)) = duration(&text, from).filter(|_| meeting.minutes.is_none()) {
            (meeting.minutes, len) = (Some(minutes), read);
        } else if let Some((days, read)) = days(&text, from, today).filter(|_| meeting.days.is_none()) {
            part = part.or((text.word(from) == "tonight").then_some(20));
            (meeting.days, len) = (Some(days), read);
        } else if let Some((start, end, read)) = hours(&text, from).filter(|_| time.is_none()) {
            (time, len) = (Some((start, end, text.place(from, read))), read);
        } else if let Some(((hour, _), read)) = part_of_day(&|at| text.word(at), from) {
            // "Tomorrow afternoon": said, but no time.
            (part, len) = (part.or(Some(hour)), read);
        }
        if len > 0 {
            meeting.said.push(text.place(from, len));
        }
        from += len.max(1);
    }
    if let Some((start, end, place)) = time {
        let (start, end) = by_day(&text.text[place], part, start, end);
        meeting.time = at(start);
        meeting.minutes = between(start, end).or(meeting.minutes);
    }
    meeting
}

/// A text in which "3.30pm" is "3:30pm"; every place in it stays the same.
fn dotted(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for at in 1..bytes.len().saturating_sub(2) {
        let digits = |range: Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
        if bytes[at] != b'.' || !digits(at - 1..at) || !digits(at + 1..at + 3) || digits(at + 3..at + 4) {
            continue;
        }
        let after = text.get(at + 3..).unwrap_or_default().trim_start().to_ascii_lowercase();
        let before =
            text.get(..at).unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
        if after.starts_with("am") || after.starts_with("pm") || before.ends_with("at ") {
            bytes[at] = b':';
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// "for 30 minutes", "an hour", "1.5 hours", "45-minute"; and how many words that takes.
fn duration(text: &Text<'_>, from: usize) -> Option<(u32, usize)> {
    let led = usize::from(text.word(from) == "for");
    let begin = from + led;
    let unit = |at: usize| match text.word(at) {
        "minute" | "minutes" | "min" | "mins" => Some(1),
        "hour" | "hours" | "hr" | "hrs" => Some(60),
        _ => None,
    };
    if text.word(begin) == "half" && matches!(text.word(begin + 1), "an" | "a") && unit(begin + 2) == Some(60) {
        return Some((30, led + 3));
    }
    if text.word(begin) == "half" && unit(begin + 1) == Some(60) {
        return Some((30, led + 2));
    }
    if text.gap(begin) == "." {
        // What stands behind a dot is the end of a number.
        return None;
    }
    if text.word(begin) == "0" && text.gap(begin + 1) == "." && text.word(begin + 1) == "5" {
        return (unit(begin + 2) == Some(60)).then_some((30, led + 3));
    }
    let number = match text.word(begin) {
        "an" | "a" | "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "ten" => 10,
        "fifteen" => 15,
        "twenty" => 20,
        "thirty" => 30,
        "forty" if text.word(begin + 1) == "five" => return unit(begin + 2).map(|unit| (45 * unit, led + 3)),
        digits => digits.parse().ok().filter(|number| (1..=MAX_DURATION_MINUTES).contains(number))?,
    };
    // "1.5 hours" is cut at its dot.
    if text.gap(begin + 1) == "." && text.word(begin + 1) == "5" {
        return (unit(begin + 2) == Some(60)).then_some((number * 60 + 30, led + 3));
    }
    let minutes = unit(begin + 1)? * number;
    let half = (text.word(begin + 2), text.word(begin + 3), text.word(begin + 4)) == ("and", "a", "half");
    if half {
        return Some((minutes + 30, led + 5));
    }
    // "1 hour 30 minutes", "2 hours and 15 minutes".
    let and = usize::from(text.word(begin + 2) == "and");
    let more = text.word(begin + 2 + and).parse::<u32>().ok().filter(|more| (1..60).contains(more));
    let more = more.filter(|_| unit(begin + 1) == Some(60) && unit(begin + 3 + and) == Some(1));
    Some(more.map_or((minutes, led + 2), |more| (minutes + more, led + 4 + and)))
}

/// A day or a week; and how many words that takes.
fn days(text: &Text<'_>, from: usize, today: NaiveDate) -> Option<((NaiveDate, NaiveDate), usize)> {
    let one = |day: NaiveDate, len: usize| Some(((day, day), len));
    let led = usize::from(text.word(from) == "on");
    let begin = from + led;
    match (text.word(begin), text.word(begin + 1)) {
        ("today" | "tonight", _) => one(today, led + 1),
        ("tomorrow" | "tmr" | "tmrw" | "esok", _) => one(today + Days::new(1), led + 1),
        ("day", "after") if text.word(begin + 2) == "tomorrow" => one(today + Days::new(2), led + 3),
        ("this", "week") => Some((week(today, 0), 2)),
        ("next", "week") => Some((week(today, 1), 2)),
        (word @ ("this" | "next"), name) => match weekday_named(name) {
            Some(day) => {
                let which = if word == "next" { Which::NextWeek } else { Which::This };
                one(weekday(today, day, which), led + 2)
            }
            None => None,
        },
        (name, "next") if text.word(begin + 2) == "week" => {
            weekday_named(name).and_then(|day| one(weekday(today, day, Which::NextWeek), led + 3))
        }
        (name, _) => match weekday_named(name) {
            // "Friday 4 December" is that day.
            Some(day) => match dated(text, begin + 1, today) {
                Some((day, len)) => one(day, led + 1 + len),
                None => one(weekday(today, day, Which::Coming), led + 1),
            },
            None => dated(text, begin, today).map(|(day, len)| ((day, day), led + len)),
        },
    }
}

/// From Monday, 0.
fn weekday_named(name: &str) -> Option<u32> {
    let found = WEEKDAYS.iter().position(|day| {
        *day == name
            || (matches!(name, "mon" | "tue" | "tues" | "wed" | "thu" | "thur" | "thurs" | "fri" | "sat" | "sun")
                && day.starts_with(name))
    })?;
    u32::try_from((found + 6) % 7).ok()
}

/// "2 December", "the 2nd of December 2026", "Dec 2", "2026-12-02"; and how many words that takes.
fn dated(text: &Text<'_>, from: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let the = usize::from(text.word(from) == "the");
    let begin = from + the;
    let number = |at: usize| text.word(at).parse::<u32>().ok();
    let year = |at: usize| text.word(at).parse::<i32>().ok().filter(|year| (1990..2100).contains(year));
    if let (Some(year), Some(month), Some(day)) = (year(begin), number(begin + 1), number(begin + 2))
        && text.gap(begin + 1) == "-"
        && text.gap(begin + 2) == "-"
    {
        return NaiveDate::from_ymd_opt(year, month, day).map(|day| (day, the + 3));
    }
    let month = |at: usize| english_month(text.word(at));
    let day = |at: usize| {
        let digits = text.word(at).trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ending = &text.word(at)[digits.len()..];
        let day = digits.parse::<u32>().ok().filter(|day| (1..=31).contains(day))?;
        matches!(ending, "" | "st" | "nd" | "rd" | "th").then_some(day)
    };
    let (number, named, len) = if let Some(number) = day(begin) {
        let of = usize::from(text.word(begin + 1) == "of");
        let Some(named) = month(begin + 1 + of) else {
            // "The 15th" is the next one.
            let ordinal = text.word(begin).ends_with(|c: char| c.is_ascii_alphabetic());
            let alone = ordinal && (the == 1 || text.word(begin.wrapping_sub(1)) == "on");
            return day_of_month(today, number).filter(|_| alone).map(|day| (day, the + 1));
        };
        (number, named, 2 + of)
    } else {
        (day(begin + 1)?, month(begin)?, 2)
    };
    let year = year(begin + len);
    let day = date(today, year, named, number)?;
    Some((day, the + len + usize::from(year.is_some())))
}

/// "at 3pm", "from 3 to 4pm", "14:00-15:30"; and how many words that takes.
fn hours(text: &Text<'_>, from: usize) -> Option<(Time, Option<Time>, usize)> {
    let word = |at: usize| text.word(at);
    let led = usize::from(matches!(text.word(from), "from" | "between"));
    let begin = from + led;
    let joined = |at: usize| match text.word(at) {
        "to" | "until" | "till" => Some(1),
        "and" if text.word(from) == "between" => Some(1),
        _ => matches!(text.gap(at).trim(), "-" | "–" | "—").then_some(0),
    };
    let Some((start, len)) = clock(&word, begin) else {
        // "From 3 to 4pm", "3-4pm": the end says which half of the day it is.
        let hour: u32 = text.word(begin).parse().ok().filter(|hour| *hour < 24)?;
        let joint = joined(begin + 1)?;
        let (end, len) = clock(&word, begin + 1 + joint)?;
        let late = end.0 > 12 && hour < 12 && hour + 12 <= end.0;
        return Some(((if late { hour + 12 } else { hour }, 0), Some(end), led + 1 + joint + len));
    };
    let after = begin + len;
    let end = joined(after).and_then(|joint| {
        let (end, len) = clock(&word, after + joint).or_else(|| {
            let hour: u32 = text.word(after + joint).parse().ok().filter(|hour| *hour < 24)?;
            Some(((hour, 0), 1))
        })?;
        // "At 3pm to 4".
        let end = if end.0 < start.0 && end.0 < 12 { (end.0 + 12, end.1) } else { end };
        Some((end, joint + len))
    });
    let more = end.map_or(0, |(_, len)| len);
    Some((start, end.map(|(end, _)| end), led + len + more))
}
