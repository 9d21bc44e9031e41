//! How English writes a time.

use mezzofy_domain::period::{Period, PeriodKind, english_month};

use super::part;
use crate::planner::calendar::{Atom, Part};
use crate::planner::words::{Sentence, Token};

const PRONOUNS: [&str; 9] = ["i", "we", "you", "he", "she", "they", "it", "this", "that"];

/// Fixed wordings, the longer ones first.
const FIXED: [(&str, Atom); 30] = [
    ("so far this year", Atom::Relative(PeriodKind::Year, 0)),
    ("this year so far", Atom::Relative(PeriodKind::Year, 0)),
    ("month before last", Atom::Relative(PeriodKind::Month, -2)),
    ("quarter before last", Atom::Relative(PeriodKind::Quarter, -2)),
    ("year before last", Atom::Relative(PeriodKind::Year, -2)),
    ("trailing twelve months", Atom::Span),
    ("year to date", Atom::Relative(PeriodKind::Year, 0)),
    ("quarter to date", Atom::Relative(PeriodKind::Quarter, 0)),
    ("month to date", Atom::Relative(PeriodKind::Month, 0)),
    ("half yearly", Atom::Cadence(PeriodKind::Half)),
    ("half year", Atom::Cadence(PeriodKind::Half)),
    ("most recent", Atom::Latest),
    ("full year", Atom::Cadence(PeriodKind::Year)),
    ("year end", Atom::Cadence(PeriodKind::Year)),
    ("month end", Atom::Cadence(PeriodKind::Month)),
    ("quarter end", Atom::Cadence(PeriodKind::Quarter)),
    ("ytd", Atom::Relative(PeriodKind::Year, 0)),
    ("qtd", Atom::Relative(PeriodKind::Quarter, 0)),
    ("mtd", Atom::Relative(PeriodKind::Month, 0)),
    ("ttm", Atom::Span),
    ("yesterday", Atom::Span),
    ("monthly", Atom::Cadence(PeriodKind::Month)),
    ("quarterly", Atom::Cadence(PeriodKind::Quarter)),
    ("annual", Atom::Cadence(PeriodKind::Year)),
    ("annually", Atom::Cadence(PeriodKind::Year)),
    ("yearly", Atom::Cadence(PeriodKind::Year)),
    ("weekly", Atom::Cadence(PeriodKind::Week)),
    ("latest", Atom::Latest),
    ("newest", Atom::Latest),
    ("recent", Atom::Latest),
];

/// The time that begins at a token, and how many tokens it takes.
pub(super) fn atom(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    dated(sentence, at)
        .or_else(|| relative(sentence, at))
        .or_else(|| fixed(sentence, at))
        .or_else(|| month(sentence, at))
        .or_else(|| quarter_or_half(sentence, at))
        .or_else(|| year(sentence, at))
}

/// `2025-10`, `2025/10/31`, `10/2025`.
fn dated(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    let number = |at: usize| sentence.tokens.get(at).and_then(Token::number);
    let joint = |at: usize| matches!(sentence.text(at), "-" | "/");
    if !joint(at + 1) {
        return None;
    }
    let year = |number: u32| i32::try_from(number).ok().filter(|year| is_year(*year));
    let (first, second) = (number(at)?, number(at + 2)?);
    let (year, month, day) = match (year(first), year(second)) {
        (Some(year), None) => {
            (year, second, joint(at + 3) && number(at + 4).is_some_and(|day| (1..=31).contains(&day)))
        }
        (None, Some(year)) => (year, first, false),
        _ => return None,
    };
    // A thirteenth month is no period: the person is asked.
    Some((Period::month(year, month).map_or(Atom::Span, Atom::Exact), if day { 5 } else { 3 }))
}

/// `last quarter`, `this month`, `the past three months`, `two months ago`.
fn relative(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    if let Some(count) = count(sentence.text(at))
        && let Some((kind, len)) = unit(sentence, at + 1)
        && sentence.text(at + 1 + len) == "ago"
    {
        return Some((Atom::Relative(kind, -i32::try_from(count).ok()?), len + 2));
    }
    let offset = match sentence.text(at) {
        "last" | "previous" | "past" | "prior" | "preceding" | "latest" | "newest" | "recent" => -1,
        "this" | "current" | "running" => 0,
        "next" | "coming" | "upcoming" => 1,
        _ => return None,
    };
    let mut next = at + 1;
    while matches!(sentence.text(next), "full" | "completed" | "complete" | "closed" | "ended" | "calendar") {
        next += 1;
    }
    if let Some((kind, len)) = unit(sentence, next) {
        let newest = matches!(sentence.text(at), "latest" | "newest" | "recent") && kind == PeriodKind::Month;
        return Some((if newest { Atom::Latest } else { Atom::Relative(kind, offset) }, next + len - at));
    }
    let (kind, len) = count(sentence.text(next)).filter(|_| offset != 0).and_then(|_| unit(sentence, next + 1))?;
    let one = count(sentence.text(next)) == Some(1);
    Some((if one { Atom::Relative(kind, offset) } else { Atom::Span }, next + 1 + len - at))
}

fn unit(sentence: &Sentence, at: usize) -> Option<(PeriodKind, usize)> {
    let kind = match sentence.text(at) {
        "month" | "months" => PeriodKind::Month,
        "quarter" | "quarters" => PeriodKind::Quarter,
        "year" | "years" => PeriodKind::Year,
        "week" | "weeks" => PeriodKind::Week,
        "half" if matches!(sentence.text(at + 1), "year" | "years") => return Some((PeriodKind::Half, 2)),
        "half" => PeriodKind::Half,
        "fiscal" | "financial" if matches!(sentence.text(at + 1), "year" | "years") => {
            return Some((PeriodKind::Year, 2));
        }
        "fiscal" | "financial" if sentence.text(at + 1) == "quarter" => return Some((PeriodKind::Quarter, 2)),
        _ => return None,
    };
    Some((kind, 1))
}

fn fixed(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    FIXED.iter().find_map(|(words, atom)| {
        let exact = words.split(' ').enumerate().all(|(offset, word)| sentence.text(at + offset) == word);
        exact.then(|| (*atom, words.split(' ').count()))
    })
}

/// `October`, `31 October`, `Oct 31,`; `may` and `march` only where they can't be verbs.
fn month(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    let day = |at: usize| {
        let text = sentence.text(at);
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ending = &text[digits.len()..];
        matches!(ending, "" | "st" | "nd" | "rd" | "th") && digits.parse().is_ok_and(|day: u32| (1..=31).contains(&day))
    };
    let begin = if day(at) { at + 1 } else { at };
    let begin = if begin > at && sentence.text(begin) == "of" { begin + 1 } else { begin };
    let name = sentence.text(begin);
    let month = english_month(name)?;
    let verb = PRONOUNS.contains(&sentence.text(begin + 1))
        || (PRONOUNS.contains(&sentence.before(begin)) && sentence.before(begin) != "this");
    if name == "may" && verb {
        return None;
    }
    let mut end = begin + 1;
    if begin == at && day(end) {
        end += 1;
    }
    Some((Atom::Part(Part::Month(month)), end - at))
}

/// `Q3`, `3Q`, `third quarter`, `quarter 3`, `H1`, `first half of the year`.
fn quarter_or_half(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    let text = sentence.text(at);
    let short = |letter: char, kind| {
        let digits = text.strip_prefix(letter).or_else(|| text.strip_suffix(letter))?;
        let number = digits.parse().ok().filter(|_| digits.len() == 1)?;
        Some((part(number, kind).unwrap_or(Atom::Span), 1))
    };
    if let Some(found) = short('q', PeriodKind::Quarter).or_else(|| short('h', PeriodKind::Half)) {
        return Some(found);
    }
    // `Q3 2025` written as one word: Q32025, 3Q25.
    if let Some((number, year)) = text.split_once('q').filter(|(_, year)| year.len() == 2 || year.len() == 4) {
        let year: i32 = year.parse().ok().map(|year: i32| if year < 100 { 2000 + year } else { year })?;
        let quarter = number.parse().ok().and_then(|quarter| Period::quarter(year, quarter))?;
        return Some((Atom::Exact(quarter), 1));
    }
    let (number, kind) = match (text, sentence.text(at + 1)) {
        ("quarter", number) => (count(number)?, PeriodKind::Quarter),
        (number, "quarter" | "qtr") => (ordinal(number)?, PeriodKind::Quarter),
        (number, "half") => (ordinal(number)?, PeriodKind::Half),
        _ => return None,
    };
    Some((part(number, kind)?, 2))
}

/// `2025`, `FY2025`, `FY25`.
fn year(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    let text = sentence.text(at);
    let (text, fiscal) = text.strip_prefix("fy").map_or((text, false), |rest| (rest, true));
    let year: i32 = text.parse().ok().filter(|_| text.len() == 4 || (fiscal && text.len() == 2))?;
    let year = if year < 100 { 2000 + year } else { year };
    is_year(year).then_some((Atom::Year(year), 1))
}

pub(super) fn is_year(year: i32) -> bool {
    (1990..2100).contains(&year)
}

fn count(word: &str) -> Option<u32> {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let spelled = WORDS.iter().position(|name| *name == word).and_then(|at| u32::try_from(at + 1).ok());
    spelled.or_else(|| word.parse().ok().filter(|count| (1..=60).contains(count)))
}

fn ordinal(word: &str) -> Option<u32> {
    match word {
        "first" | "1st" => Some(1),
        "second" | "2nd" => Some(2),
        "third" | "3rd" => Some(3),
        "fourth" | "4th" | "final" => Some(4),
        _ => None,
    }
}
