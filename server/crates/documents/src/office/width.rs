//! How wide text is, about and never too little: so that what does not fit is split before it overflows. In hundredths of the
//! font's size; Inter's average widths, rounded up.

use crate::doc::{Column, ColumnKind, Row, RowKind};

/// How text stands in a table's cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// The font's size in points.
    pub(super) size: f64,
    /// Points beside the text, left and right together.
    pub(super) padding: f64,
    /// In which unit widths are wanted: so many are a point.
    pub(super) unit: i64,
}

/// The width of each column of a table that is `whole` wide: figures as wide as they are, the rest for the first column of text. Where there
/// is too little for all, each gives as much as it has.
pub(super) fn columns(columns: &[Column], rows: &[Row], whole: i64, cell: Cell) -> Vec<i64> {
    let need = |(at, column): (usize, &Column)| {
        let cells = rows.iter().filter(|row| row.kind != RowKind::Group).filter_map(|row| row.cells.get(at));
        let longest = cells.chain([&column.title]).map(|text| width(text, cell.size)).fold(24.0, f64::max);
        in_units(longest + cell.padding, cell.unit).min(whole / 2)
    };
    let needed: Vec<i64> = columns.iter().enumerate().map(need).collect();
    let sum = needed.iter().sum::<i64>().max(1);
    if sum > whole {
        return needed.into_iter().map(|width| width * whole / sum).collect();
    }
    let text = columns.iter().position(|column| !column.kind.is_number() && column.kind != ColumnKind::Code);
    let (text, spare) = (text.unwrap_or(0), whole - sum);
    needed.into_iter().enumerate().map(|(at, width)| if at == text { width + spare } else { width }).collect()
}

/// Points in a unit, rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "widths on a page")]
pub(super) fn in_units(points: f64, unit: i64) -> i64 {
    (points * unit as f64).ceil() as i64
}

/// The width of a text in points.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let hundredths: u32 = text.chars().map(of).sum();
    f64::from(hundredths) * size / 100.0
}

fn of(character: char) -> u32 {
    match character {
        ' ' => 30,
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' => 31,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 92,
        'A'..='Z' | '&' => 74,
        '0'..='9' | '+' | '−' => 66,
        character if character.is_ascii() => 62,
        '\u{c0}'..='\u{24f}' | '“' | '”' | '‘' | '’' | '–' => 66,
        _ => 102,
    }
}

/// In how many lines a text is set in a column of this width: words stay whole, Chinese breaks anywhere.
pub(super) fn lines(text: &str, size: f64, column: f64) -> usize {
    text.split('\n').map(|line| lines_of(line, size, column.max(size))).sum::<usize>().max(1)
}

fn lines_of(line: &str, size: f64, column: f64) -> usize {
    let (mut count, mut at) = (1, 0.0);
    for word in words(line) {
        let wide = width(word.trim_end(), size);
        if at + wide > column && at > 0.0 {
            count += 1;
            at = 0.0;
        }
        let mut whole = width(word, size);
        while whole > column {
            count += 1;
            whole -= column;
        }
        at += whole;
    }
    count
}

/// Pieces between which a line may break.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut begin = 0;
    for (at, character) in line.char_indices() {
        let end = at + character.len_utf8();
        if character == ' ' || of(character) > 100 {
            words.push(&line[begin..end]);
            begin = end;
        }
    }
    words.push(&line[begin..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_as_wide_as_its_place_and_text_gets_what_figures_leave() {
        let table = crate::press::samples::table(crate::doc::Writing::English, 4);
        let cell = Cell { size: 9.0, padding: 9.0, unit: 20 };
        let roomy = columns(&table.columns, &table.rows, 9_000, cell);
        assert_eq!(roomy.iter().sum::<i64>(), 9_000);
        assert!(roomy[1] > roomy[0] + roomy[2], "{roomy:?}");
        let tight: i64 = columns(&table.columns, &table.rows, 900, cell).iter().sum();
        assert!((890..=900).contains(&tight), "{tight}");
    }

    #[test]
    fn text_breaks_between_words_and_between_chinese_characters() {
        assert_eq!(lines("one two three", 10.0, 1_000.0), 1);
        assert_eq!(lines("one two three", 10.0, width("one two", 10.0) + 1.0), 2);
        assert_eq!(lines("报表已经发给首席执行官", 10.0, 51.0 + 1.0), 3);
        assert_eq!(lines("averyveryverylongwordwithoutaplace", 10.0, 50.0), 4);
        assert_eq!([lines("", 10.0, 50.0), lines("a\nb", 10.0, 50.0)], [1, 2]);
    }
}
