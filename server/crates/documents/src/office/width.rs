//! How wide text is, about and never too little: so that what does not fit is split before it overflows. In hundredths of the
//! font's size; Inter's average widths, rounded up.

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
    fn text_breaks_between_words_and_between_chinese_characters() {
        assert_eq!(lines("one two three", 10.0, 1_000.0), 1);
        assert_eq!(lines("one two three", 10.0, width("one two", 10.0) + 1.0), 2);
        assert_eq!(lines("报表已经发给首席执行官", 10.0, 51.0 + 1.0), 3);
        assert_eq!(lines("averyveryverylongwordwithoutaplace", 10.0, 50.0), 4);
        assert_eq!([lines("", 10.0, 50.0), lines("a\nb", 10.0, 50.0)], [1, 2]);
    }
}
