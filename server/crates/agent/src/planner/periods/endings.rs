//! Periods named by their end, as accountants do: "the year ended 31 December 2025", 截至2025年12月31日止年度.

use mezzofy_domain::period::{Period, PeriodKind};

use super::AtomMatch;
use crate::planner::calendar::{Atom, Calendar, Part};
use crate::planner::words::Sentence;

/// Widens each month that ends a longer period to that period. A month that can't end one is a span.
pub(super) fn widen(found: &mut [AtomMatch], sentence: &Sentence, calendar: Calendar) {
    for one in found {
        let month = match one.atom {
            Atom::Exact(period) if period.kind() == PeriodKind::Month => period,
            Atom::Part(Part::Month(_)) => match calendar.period_of(one.atom) {
                Some(period) => period,
                None => continue,
            },
            _ => continue,
        };
        let before = kind_before(sentence, one.at.start);
        let Some((length, start, end)) = before
            .map(|(length, start)| (length, start, one.at.end))
            .or_else(|| kind_after(sentence, one.at.end).map(|(length, end)| (length, one.at.start, end)))
        else {
            continue;
        };
        let whole = length.map(|kind| Period::containing(kind, month.first_day()));
        let ends = |period: &Period| period.last_day(month.first_day()) == month.last_day(month.first_day());
        one.atom = whole.filter(ends).map_or(Atom::Span, Atom::Exact);
        one.at = start..end;
    }
}

/// The length of what ends at a month, and where it begins. A length that is no period is `None`.
fn kind_before(sentence: &Sentence, at: usize) -> Option<(Option<PeriodKind>, usize)> {
    let at = if sentence.before(at) == "on" { at - 1 } else { at };
    matches!(sentence.before(at), "ended" | "ending").then_some(())?;
    let unit = at.checked_sub(2)?;
    let lead = unit.saturating_sub(1);
    match (sentence.text(lead), sentence.text(unit)) {
        (_, "quarter") => Some((Some(PeriodKind::Quarter), unit)),
        ("half", "year") => Some((Some(PeriodKind::Half), lead)),
        (_, "year") => Some((Some(PeriodKind::Year), unit)),
        (_, "half") => Some((Some(PeriodKind::Half), unit)),
        (count, "months") => Some((months(count), lead)),
        _ => None,
    }
}

fn kind_after(sentence: &Sentence, at: usize) -> Option<(Option<PeriodKind>, usize)> {
    (sentence.text(at) == "止").then_some(())?;
    let at = if sentence.text(at + 1) == "的" { at + 2 } else { at + 1 };
    match [sentence.text(at), sentence.text(at + 1), sentence.text(at + 2)] {
        ["年", "度", _] => Some((Some(PeriodKind::Year), at + 2)),
        ["季", "度", _] => Some((Some(PeriodKind::Quarter), at + 2)),
        ["半", "年", _] => Some((Some(PeriodKind::Half), at + 2)),
        [count, "个", "月"] => Some((months(count), at + 3)),
        _ => None,
    }
}

fn months(count: &str) -> Option<PeriodKind> {
    match count {
        "three" | "3" | "三" => Some(PeriodKind::Quarter),
        "six" | "6" | "六" => Some(PeriodKind::Half),
        "twelve" | "12" => Some(PeriodKind::Year),
        _ => None,
    }
}
