//! The figures of a text by their value, so that a translation may write them its own way: 1,200,000 is 1.2 million is
//! 120万. 12 and 12% are not the same.

use std::collections::BTreeSet;

use mezzofy_domain::period::ENGLISH_MONTHS;

/// A value: its digits without zeros at either end, times a power of ten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Figure {
    digits: String,
    exponent: i32,
    percent: bool,
}

/// A figure where it stands.
#[derive(Debug)]
pub(super) struct FigureMatch {
    /// As it is written.
    pub(super) written: String,
    pub(super) figure: Figure,
    /// Whether it only counts the items of a list.
    pub(super) marks_item: bool,
}

/// Words that multiply the number before them. Those of one or two letters must touch it.
const SCALES: [(&str, i32); 21] = [
    ("thousand", 3),
    ("million", 6),
    ("billion", 9),
    ("trillion", 12),
    ("ribu", 3),
    ("juta", 6),
    ("bilion", 9),
    ("千万", 7),
    ("千萬", 7),
    ("百万", 6),
    ("百萬", 6),
    ("千", 3),
    ("万亿", 12),
    ("萬億", 12),
    ("万", 4),
    ("萬", 4),
    ("亿", 8),
    ("億", 8),
    ("bn", 9),
    ("k", 3),
    ("m", 6),
];
const PERCENTS: [&str; 6] = ["%", "per cent", "percent", "peratus", "个百分点", "個百分點"];
const NUMBERS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

impl Figure {
    fn new(digits: &str, exponent: i32, percent: bool) -> Self {
        let digits = digits.trim_start_matches('0');
        let short = digits.trim_end_matches('0');
        let zeros = i32::try_from(digits.len() - short.len()).unwrap_or(i32::MAX);
        let exponent = if short.is_empty() { 0 } else { exponent.saturating_add(zeros) };
        Self { digits: short.to_owned(), exponent, percent }
    }

    fn whole(number: usize) -> Self {
        Self::new(&number.to_string(), 0, false)
    }
}

/// Every figure that is written with digits.
pub(super) fn figures(text: &str) -> Vec<FigureMatch> {
    let text = narrow(text);
    let (mut found, mut items) = (Vec::new(), 0);
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (end, digits, fraction) = number(&text, at);
        let after: String = text[end..].iter().take(20).flat_map(|c| c.to_lowercase()).collect();
        let (scale, scaled) = scale(&after);
        let rest = after[scaled..].trim_start_matches(' ');
        let percent = PERCENTS.iter().any(|word| rest.starts_with(word)) || text[..at].ends_with(&['百', '分', '之']);
        let exponent = scale - i32::try_from(fraction).unwrap_or(i32::MAX);
        let marks_item = fraction == 0 && digits.parse() == Ok(items + 1) && begins_item(&text, at, end);
        let marks_item = marks_item || (digits == "1" && begins_item(&text, at, end));
        if marks_item {
            items = digits.parse().unwrap_or_default();
        }
        if !is_inside_name(&text, at, end) {
            let written: String = text[at..end].iter().chain(percent.then_some(&'%')).collect();
            found.push(FigureMatch { written, figure: Figure::new(&digits, exponent, percent), marks_item });
        }
        at = end;
    }
    found
}

/// Figures that a text says in words: months, small numbers, Chinese numerals up to 99. A text made from it may write them
/// with digits.
pub(super) fn in_words(text: &str) -> BTreeSet<Figure> {
    let words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() >= 3);
    let named = words.filter_map(|word| {
        let is_month = |month: &str| month == word || (word.len() == 3 && month.starts_with(word));
        let is_number = |number: &str| number.eq_ignore_ascii_case(word);
        ENGLISH_MONTHS
            .iter()
            .position(|month| is_month(month))
            .or_else(|| NUMBERS.iter().position(|number| is_number(number)))
    });
    let chinese = text.split(|c: char| !is_numeral(c)).filter_map(value_of_numerals);
    named.map(|place| place + 1).chain(chinese).map(Figure::whole).collect()
}

fn is_numeral(c: char) -> bool {
    c == '十' || numeral(c).is_some()
}

fn numeral(c: char) -> Option<usize> {
    match c {
        '两' | '兩' => Some(2),
        _ => "一二三四五六七八九".chars().position(|digit| digit == c).map(|place| place + 1),
    }
}

fn value_of_numerals(text: &str) -> Option<usize> {
    let one = |text: &str| {
        let mut all = text.chars();
        all.next().and_then(numeral).filter(|_| all.next().is_none())
    };
    match text.split_once('十') {
        None => one(text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { Some(1) } else { one(tens) };
            let ones = if ones.is_empty() { Some(0) } else { one(ones) };
            Some(tens? * 10 + ones?)
        }
    }
}

/// Full-width digits and the marks between them as ASCII has them.
fn narrow(text: &str) -> Vec<char> {
    let wide = |c: Option<&char>| c.is_some_and(|c| ('０'..='９').contains(c));
    let text: Vec<char> = text.chars().collect();
    let narrowed = text.iter().enumerate().map(|(at, &c)| {
        let between = || wide(at.checked_sub(1).and_then(|before| text.get(before))) && wide(text.get(at + 1));
        match c {
            '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
            '％' => '%',
            '，' if between() => ',',
            '．' if between() => '.',
            _ => c,
        }
    });
    narrowed.collect()
}

/// Where the number ends that begins at `at`, its digits, and how many of them are behind the point.
fn number(text: &[char], at: usize) -> (usize, String, usize) {
    let run = |from: usize| text[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut end = at + run(at);
    let mut digits: String = text[at..end].iter().collect();
    let separates = |c: char| matches!(c, ',' | '\'' | '’' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    while digits.len() <= 3 || end - at > digits.len() {
        if !text.get(end).is_some_and(|&c| separates(c)) || run(end + 1) != 3 {
            break;
        }
        digits.extend(&text[end + 1..end + 4]);
        end += 4;
    }
    let fraction = if text.get(end) == Some(&'.') { run(end + 1) } else { 0 };
    if fraction > 0 {
        digits.extend(&text[end + 1..=end + fraction]);
        end += fraction + 1;
    }
    (end, digits, fraction)
}

/// The power of ten that the words after a number multiply it with, and the bytes they take.
fn scale(after: &str) -> (i32, usize) {
    let spaces = after.len() - after.trim_start_matches([' ', '\u{a0}']).len();
    let found = SCALES.iter().find_map(|&(word, power)| {
        let rest = after[spaces..].strip_prefix(word)?;
        let whole = !word.is_ascii() || !rest.starts_with(|c: char| c.is_ascii_alphabetic());
        (whole && (spaces == 0 || !word.is_ascii() || word.len() > 2)).then_some((power, spaces + word.len()))
    });
    found.unwrap_or((0, 0))
}

/// Whether a number stands at the begin of a line, before a mark, as the items of a list are counted.
fn begins_item(text: &[char], at: usize, end: usize) -> bool {
    let before = text[..at].iter().rev().take_while(|&&c| c != '\n');
    let marked = match text.get(end) {
        Some('.' | ')' | '）') => text.get(end + 1).is_none_or(|c| c.is_whitespace()),
        Some('、') => true,
        Some(_) | None => false,
    };
    marked && before.into_iter().all(|&c| c.is_whitespace() || matches!(c, '#' | '*' | '>'))
}

/// Whether it is the digit of a name such as B2B.
fn is_inside_name(text: &[char], at: usize, end: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(char::is_ascii_alphabetic);
    let wordy = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(char::is_ascii_alphanumeric);
    end == at + 1
        && letter(at.checked_sub(1))
        && !wordy(at.checked_sub(2))
        && letter(Some(end))
        && !wordy(Some(end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<Figure> {
        figures(text).into_iter().filter(|found| !found.marks_item).map(|found| found.figure).collect()
    }

    #[test]
    fn the_same_value_is_the_same_figure_however_it_is_written() {
        for (one, other) in [
            ("1,200,000", "1.2 million"),
            ("1.2 million", "120万"),
            ("SGD1200000.00", "US$1.2m"),
            ("１，２００．５０", "1200.5"),
            ("1'234", "1234"),
            ("12%", "百分之12"),
            ("12 percent", "１２％"),
            ("3 percentage points", "3个百分点"),
            ("2026-03-05", "2026年3月5日"),
            ("5k", "5千"),
            ("3亿", "300 million"),
            ("0", "0.00"),
        ] {
            assert_eq!(values(one), values(other), "{one} and {other}");
        }
    }

    #[test]
    fn other_values_are_other_figures() {
        for (one, other) in
            [("12", "12%"), ("1,200", "1.2"), ("5", "5 million"), ("1.25", "1.3"), ("0.5", "5"), ("10", "100")]
        {
            assert_ne!(values(one), values(other), "{one} and {other}");
        }
        assert_eq!(values("in 2025,2026 and 1,23").len(), 4, "commas that group nothing");
        assert_eq!(values("5 metres"), values("5"));
    }

    #[test]
    fn counted_items_and_digits_of_names_are_no_figures() {
        assert!(values("B2B for O2O").is_empty());
        assert!(values("1. Coupons\n2. Points\n\n## 1) Begin\n2、继续").is_empty());
        assert_eq!(values("7. Not the first item").len(), 1);
        assert_eq!(values("Of 2. class").len(), 1);
    }

    #[test]
    fn months_and_numerals_in_words_are_figures_of_a_source() {
        let source = in_words("Three shops in October, 二十五家, 十二月, maybe.");
        let digits: BTreeSet<Figure> = values("3 10 25 12").into_iter().collect();
        assert_eq!(source, digits);
    }
}
