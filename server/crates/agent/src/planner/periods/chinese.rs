//! How Chinese writes a time.

use mezzofy_domain::period::PeriodKind;

use super::english::is_year;
use super::part;
use crate::planner::calendar::{Atom, Part};
use crate::planner::words::{Kind, Sentence};

/// Fixed wordings, the longer ones before what they begin with.
const FIXED: [(&str, Atom); 36] = [
    ("最近一个月", Atom::Relative(PeriodKind::Month, -1)),
    ("最近一年", Atom::Span),
    ("最新一期", Atom::Latest),
    ("最近一期", Atom::Latest),
    ("年初至今", Atom::Relative(PeriodKind::Year, 0)),
    ("今年以来", Atom::Relative(PeriodKind::Year, 0)),
    ("今年至今", Atom::Relative(PeriodKind::Year, 0)),
    ("本年至今", Atom::Relative(PeriodKind::Year, 0)),
    ("今年到现在", Atom::Relative(PeriodKind::Year, 0)),
    ("上一年", Atom::Relative(PeriodKind::Year, -1)),
    ("上年", Atom::Relative(PeriodKind::Year, -1)),
    ("上财年", Atom::Relative(PeriodKind::Year, -1)),
    ("上个财年", Atom::Relative(PeriodKind::Year, -1)),
    ("去年", Atom::Relative(PeriodKind::Year, -1)),
    ("前年", Atom::Relative(PeriodKind::Year, -2)),
    ("今年", Atom::Relative(PeriodKind::Year, 0)),
    ("本年", Atom::Relative(PeriodKind::Year, 0)),
    ("当年", Atom::Relative(PeriodKind::Year, 0)),
    ("明年", Atom::Relative(PeriodKind::Year, 1)),
    ("上半年", Atom::Part(Part::Half(1))),
    ("下半年", Atom::Part(Part::Half(2))),
    ("上个半年", Atom::Relative(PeriodKind::Half, -1)),
    ("半年度", Atom::Cadence(PeriodKind::Half)),
    ("半年报", Atom::Cadence(PeriodKind::Half)),
    ("月度", Atom::Cadence(PeriodKind::Month)),
    ("月报", Atom::Cadence(PeriodKind::Month)),
    ("季度", Atom::Cadence(PeriodKind::Quarter)),
    ("季报", Atom::Cadence(PeriodKind::Quarter)),
    ("年度", Atom::Cadence(PeriodKind::Year)),
    ("年报", Atom::Cadence(PeriodKind::Year)),
    ("全年", Atom::Cadence(PeriodKind::Year)),
    ("周报", Atom::Cadence(PeriodKind::Week)),
    ("昨天", Atom::Span),
    ("最新", Atom::Latest),
    ("最近", Atom::Latest),
    ("近期", Atom::Latest),
];

/// The time that begins at a token, and how many tokens it takes.
pub(super) fn atom(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    span(sentence, at)
        .or_else(|| numbered(sentence, at))
        .or_else(|| relative(sentence, at))
        .or_else(|| {
            FIXED.iter().find_map(|(words, atom)| says(sentence, at, words).then(|| (*atom, words.chars().count())))
        })
        .map(|(atom, len)| (atom, len + tail(sentence, at + len, atom)))
}

fn says(sentence: &Sentence, at: usize, words: &str) -> bool {
    words.chars().enumerate().all(|(offset, c)| sentence.text(at + offset).chars().eq([c]))
}

/// What may follow a time without changing it: `年度`, `月份`, `以来`, a day of the month.
fn tail(sentence: &Sentence, at: usize, atom: Atom) -> usize {
    let endings: &[&str] = match atom {
        Atom::Relative(PeriodKind::Year, 0) => &["度", "至今", "以来", "迄今", "到现在"],
        Atom::Year(_) | Atom::Relative(PeriodKind::Year, _) => &["度"],
        Atom::Part(Part::Month(_)) => {
            let day = number(sentence, at).filter(|(_, len)| matches!(sentence.text(at + len), "日" | "号"));
            return match day {
                Some((_, len)) => len + 1,
                None => ["份", "底", "末"].iter().filter(|word| says(sentence, at, word)).count(),
            };
        }
        _ => &[],
    };
    endings.iter().find(|ending| says(sentence, at, ending)).map_or(0, |ending| ending.chars().count())
}

/// `2025年`, `二〇二五年`, `25年`, `10月`, `第三季度`, `Q3季度`.
fn numbered(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    let ordinal = usize::from(sentence.text(at) == "第");
    if let Some((year, len)) = written_year(sentence, at).filter(|(_, len)| sentence.text(at + len) == "年") {
        return Some((Atom::Year(year), len + 1));
    }
    if sentence.text(at + 1) == "季"
        && let Some(quarter) = sentence.text(at).strip_prefix('q').and_then(|digit| digit.parse().ok())
    {
        return Some((part(quarter, PeriodKind::Quarter)?, 2 + usize::from(sentence.text(at + 2) == "度")));
    }
    let (value, len) = number(sentence, at + ordinal)?;
    let mut end = at + ordinal + len;
    match sentence.text(end) {
        "月" if ordinal == 0 => Some((part(value, PeriodKind::Month).unwrap_or(Atom::Span), len + 1)),
        "季" | "个" => {
            end += usize::from(sentence.text(end) == "个");
            (sentence.text(end) == "季" && (ordinal == 1 || sentence.text(end - 1) != "个")).then_some(())?;
            end += 1 + usize::from(sentence.text(end + 1) == "度");
            Some((part(value, PeriodKind::Quarter).unwrap_or(Atom::Span), end - at))
        }
        _ => None,
    }
}

/// `上个月`, `上上季度`, `本周`, `这个季度`.
fn relative(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    let (offset, mut end) = match (sentence.text(at), sentence.text(at + 1)) {
        ("上", "上") => (-2, at + 2),
        ("上", _) => (-1, at + 1),
        ("本" | "这" | "当", _) => (0, at + 1),
        ("下", _) => (1, at + 1),
        _ => return None,
    };
    end += usize::from(sentence.text(end) == "一");
    end += usize::from(sentence.text(end) == "个");
    let (kind, len) = unit(sentence, end)?;
    Some((Atom::Relative(kind, offset), end + len - at))
}

fn unit(sentence: &Sentence, at: usize) -> Option<(PeriodKind, usize)> {
    match (sentence.text(at), sentence.text(at + 1)) {
        ("月", next) => Some((PeriodKind::Month, 1 + usize::from(matches!(next, "份" | "度")))),
        ("季", next) => Some((PeriodKind::Quarter, 1 + usize::from(next == "度"))),
        ("年", next) => Some((PeriodKind::Year, 1 + usize::from(next == "度"))),
        ("周", _) => Some((PeriodKind::Week, 1)),
        ("星", "期") | ("礼", "拜") => Some((PeriodKind::Week, 2)),
        _ => None,
    }
}

/// `最近三个月`, `过去12个月`, `三个月`: spans that are no period.
fn span(sentence: &Sentence, at: usize) -> Option<(Atom, usize)> {
    let lead =
        ["最近", "过去", "近"].iter().find(|lead| says(sentence, at, lead)).map_or(0, |lead| lead.chars().count());
    let (value, len) = number(sentence, at + lead)?;
    let mut end = at + lead + len;
    let counted = sentence.text(end) == "个";
    end += usize::from(counted);
    let (kind, len) = unit(sentence, end).or_else(|| (sentence.text(end) == "天").then_some((PeriodKind::Week, 1)))?;
    let many = lead > 0 || (counted && kind == PeriodKind::Month);
    if !many || (value == 1 && kind == PeriodKind::Month) {
        return None;
    }
    Some((Atom::Span, end + len - at))
}

/// A number up to 99 in digits or characters.
fn number(sentence: &Sentence, at: usize) -> Option<(u32, usize)> {
    if let Some(value) = sentence.tokens.get(at)?.number() {
        return (value < 100).then_some((value, 1));
    }
    let digit = |at: usize| numeral(sentence.text(at)).filter(|value| *value > 0);
    match (digit(at), sentence.text(at), sentence.text(at + 1)) {
        (Some(tens), _, "十") => Some(digit(at + 2).map_or((tens * 10, 2), |ones| (tens * 10 + ones, 3))),
        (Some(value), _, _) => Some((value, 1)),
        (None, "十", _) => Some(digit(at + 1).map_or((10, 1), |ones| (10 + ones, 2))),
        (None, "两", _) => Some((2, 1)),
        (None, _, _) => None,
    }
}

/// `2025`, `25`, `二〇二五`, `二五` before 年.
fn written_year(sentence: &Sentence, at: usize) -> Option<(i32, usize)> {
    let token = sentence.tokens.get(at)?;
    let (value, digits, len) = if token.kind == Kind::Han {
        let digits: Vec<u32> = (at..at + 4).map_while(|at| numeral(sentence.text(at))).collect();
        (digits.iter().fold(0, |value, digit| value * 10 + digit), digits.len(), digits.len())
    } else {
        (token.number()?, token.text.len(), 1)
    };
    let value = i32::try_from(value).ok()?;
    let year = match digits {
        4 => value,
        2 => 2000 + value,
        _ => return None,
    };
    is_year(year).then_some((year, len))
}

fn numeral(text: &str) -> Option<u32> {
    let at = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"].iter().position(|numeral| *numeral == text);
    if text == "〇" { Some(0) } else { u32::try_from(at?).ok() }
}
