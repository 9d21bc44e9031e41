//! Finds the period a text asks for, in English and Chinese.

use std::ops::Range;

use chrono::Datelike;
use mezzofy_domain::period::{Period, PeriodKind};

use super::calendar::{Atom, Calendar, Part};
use super::words::Sentence;

mod chinese;
mod endings;
mod english;

/// What a text says of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PeriodMention {
    Nothing,
    /// Only that it should be the newest.
    Latest(Period),
    /// One period.
    One(Period),
    /// More than one.
    Several(Vec<Period>),
    /// A time that is no period, as the person wrote it.
    Unclear(String),
}

struct AtomMatch {
    atom: Atom,
    at: Range<usize>,
}

/// Reads the period and marks its tokens as used.
pub(crate) fn find(sentence: &mut Sentence, calendar: Calendar) -> PeriodMention {
    let mut found = atoms(sentence);
    for one in &found {
        sentence.take(one.at.clone());
    }
    give_years(&mut found, sentence, calendar);
    endings::widen(&mut found, sentence, calendar);
    drop_inner(&mut found);
    join_spans(&mut found, sentence, calendar);

    if let Some(span) = found.iter().find(|one| one.atom == Atom::Span) {
        return PeriodMention::Unclear(sentence.quote(span.at.clone()));
    }
    let strong = |one: &&AtomMatch| !matches!(one.atom, Atom::Latest | Atom::Cadence(_));
    let mut periods: Vec<Period> = Vec::new();
    for period in found.iter().filter(strong).filter_map(|one| calendar.period_of(one.atom)) {
        if !periods.contains(&period) {
            periods.push(period);
        }
    }
    match periods.as_slice() {
        [] => {}
        [one] => return PeriodMention::One(*one),
        // A statement shows the period before anyway, so "Q3 compared with Q2" is Q3.
        [one, other] if one.previous() == *other && compares(sentence) => return PeriodMention::One(*one),
        _ => return PeriodMention::Several(periods),
    }
    let cadence = found.iter().find(|one| matches!(one.atom, Atom::Cadence(_)));
    match (cadence.and_then(|one| calendar.period_of(one.atom)), found.is_empty()) {
        (Some(period), _) => PeriodMention::One(period),
        (None, false) => PeriodMention::Latest(calendar.latest()),
        (None, true) => PeriodMention::Nothing,
    }
}

/// Whether the text sets something against something else.
fn compares(sentence: &Sentence) -> bool {
    let words = ["compar", "comparison", "vs", "versus", "against", "比"];
    sentence.tokens.iter().any(|token| words.contains(&token.stem.as_str()))
}

fn atoms(sentence: &Sentence) -> Vec<AtomMatch> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < sentence.tokens.len() {
        let read =
            if sentence.used[at] { None } else { chinese::atom(sentence, at).or_else(|| english::atom(sentence, at)) };
        if let Some((atom, len)) = read {
            found.push(AtomMatch { atom, at: at..at + len });
            at += len;
        } else {
            at += 1;
        }
    }
    found
}

/// Joins a part with the year beside it, or with the only year of the sentence.
fn give_years(found: &mut Vec<AtomMatch>, sentence: &Sentence, calendar: Calendar) {
    let mut at = 0;
    while at < found.len() {
        if let Atom::Part(part) = found[at].atom {
            let this = matches!(sentence.before(found[at].at.start), "this" | "current" | "本" | "这")
                .then(|| calendar.today.year());
            let after = found
                .get(at + 1)
                .filter(|next| touches(sentence, &found[at].at, &next.at))
                .and_then(|next| calendar.year_of(next.atom));
            let before = at.checked_sub(1).filter(|before| touches(sentence, &found[*before].at, &found[at].at));
            let year_before = before.and_then(|before| calendar.year_of(found[before].atom));
            if let Some(period) = year_before.or(after).or(this).and_then(|year| Calendar::part_of(part, year)) {
                found[at].atom = Atom::Exact(period);
                if year_before.is_some() {
                    let start = found.remove(at - 1).at.start;
                    at -= 1;
                    found[at].at.start = start;
                } else if after.is_some() {
                    found[at].at.end = found.remove(at + 1).at.end;
                }
            }
        }
        at += 1;
    }
    let years: Vec<usize> = (0..found.len()).filter(|at| calendar.year_of(found[*at].atom).is_some()).collect();
    let parts: Vec<usize> = (0..found.len()).filter(|at| matches!(found[*at].atom, Atom::Part(_))).collect();
    if let ([year], [_, ..]) = (years.as_slice(), parts.as_slice())
        && let Some(number) = calendar.year_of(found[*year].atom)
    {
        for at in parts {
            if let Atom::Part(part) = found[at].atom
                && let Some(period) = Calendar::part_of(part, number)
            {
                found[at].atom = Atom::Exact(period);
            }
        }
        found.remove(*year);
    }
}

/// Drops what lies inside a wider time, such as the three months of "the three months ended 30 September".
fn drop_inner(found: &mut Vec<AtomMatch>) {
    let ranges: Vec<Range<usize>> = found.iter().map(|one| one.at.clone()).collect();
    let inside = |inner: &Range<usize>, outer: &Range<usize>| {
        inner != outer && outer.start <= inner.start && inner.end <= outer.end
    };
    found.retain(|one| !ranges.iter().any(|range| inside(&one.at, range)));
}

/// Replaces `January to March` by the quarter it is; any other range is a span.
fn join_spans(found: &mut Vec<AtomMatch>, sentence: &Sentence, calendar: Calendar) {
    let mut at = 0;
    while at + 1 < found.len() {
        let between = found[at].at.end..found[at + 1].at.start;
        let joined = between.len() == 1
            && matches!(sentence.text(between.start), "to" | "-" | "~" | "until" | "till" | "through" | "至" | "到");
        let dates = |atom: Atom| matches!(atom, Atom::Exact(_) | Atom::Part(_) | Atom::Year(_));
        if joined && dates(found[at].atom) && dates(found[at + 1].atom) {
            let to = calendar.period_of(found[at + 1].atom);
            let from = match (found[at].atom, to) {
                (Atom::Part(part), Some(to)) => Calendar::part_of(part, to.year_number()),
                (atom, _) => calendar.period_of(atom),
            };
            let period = from.zip(to).and_then(|(from, to)| Calendar::span(from, to));
            found[at].atom = period.map_or(Atom::Span, Atom::Exact);
            found[at].at.end = found.remove(at + 1).at.end;
        }
        at += 1;
    }
}

/// Whether only connecting words stand between two places.
fn touches(sentence: &Sentence, first: &Range<usize>, second: &Range<usize>) -> bool {
    (first.end..second.start).all(|at| {
        matches!(sentence.text(at), "of" | "in" | "for" | "the" | "," | "-" | "/" | "fy" | "year" | "的" | "度")
    })
}

/// The kind of period a unit names.
fn part(number: u32, of: PeriodKind) -> Option<Atom> {
    match of {
        PeriodKind::Month if (1..=12).contains(&number) => Some(Atom::Part(Part::Month(number))),
        PeriodKind::Quarter if (1..=4).contains(&number) => Some(Atom::Part(Part::Quarter(number))),
        PeriodKind::Half if (1..=2).contains(&number) => Some(Atom::Part(Part::Half(number))),
        PeriodKind::Month
        | PeriodKind::Quarter
        | PeriodKind::Half
        | PeriodKind::Year
        | PeriodKind::Week
        | PeriodKind::YearToDate => None,
    }
}

#[cfg(test)]
mod tests;
