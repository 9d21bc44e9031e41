//! A text as finders of links read it: in half width, each character with the place where it is written.

use std::ops::Range;

use crate::writing::half_width;

/// Names of characters in HTML and Markdown that a link can be made of.
const CHARACTER_NAMES: [(&str, char); 22] = [
    ("amp", '&'),
    ("apos", '\''),
    ("bsol", '\\'),
    ("colon", ':'),
    ("commat", '@'),
    ("dash", '-'),
    ("equals", '='),
    ("gt", '>'),
    ("hyphen", '-'),
    ("lowbar", '_'),
    ("lpar", '('),
    ("lt", '<'),
    ("nbsp", ' '),
    ("NewLine", '\n'),
    ("num", '#'),
    ("period", '.'),
    ("quest", '?'),
    ("quot", '"'),
    ("shy", '\u{ad}'),
    ("sol", '/'),
    ("Tab", '\t'),
    ("ZeroWidthSpace", '\u{200b}'),
];
const MAX_REFERENCE_CHARS: usize = 16;

pub(super) struct View {
    chars: Vec<char>,
    spans: Vec<Range<usize>>,
}

impl View {
    /// The text as it is written.
    pub(super) fn of(text: &str) -> Self {
        Self::from(text.char_indices().map(|(at, c)| (c, at..at + c.len_utf8())))
    }

    /// The text as Markdown and HTML show it, where that is another one: without the backslash before a mark, and with the
    /// characters that are written by name or number.
    pub(super) fn unescaped(text: &str) -> Option<Self> {
        let mut shown = Vec::new();
        let mut at = 0;
        let mut differs = false;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            let (c, length) = match c {
                '\\' => match rest[1..].chars().next() {
                    Some(mark) if mark.is_ascii_punctuation() => (mark, 2),
                    Some(_) | None => (c, 1),
                },
                '&' => reference(rest).unwrap_or((c, 1)),
                other => (other, other.len_utf8()),
            };
            differs |= length != c.len_utf8();
            shown.push((c, at..at + length));
            at += length;
        }
        differs.then(|| Self::from(shown))
    }

    fn from(shown: impl IntoIterator<Item = (char, Range<usize>)>) -> Self {
        let (chars, spans) = shown.into_iter().map(|(c, span)| (half_width(c), span)).unzip();
        Self { chars, spans }
    }

    pub(super) fn chars(&self) -> &[char] {
        &self.chars
    }

    /// Whether a mark is written in the width of Chinese characters: three bytes, which no reference or escape has.
    pub(super) fn is_full_width(&self, at: usize) -> bool {
        self.spans[at].len() == 3
    }

    /// Where these characters are written, in bytes of the text.
    pub(super) fn span(&self, part: &Range<usize>) -> Range<usize> {
        let end = self.spans[part.start..part.end].last().map(|span| span.end);
        let start = self.spans.get(part.start).map(|span| span.start);
        start.unwrap_or_default()..end.or(start).unwrap_or_default()
    }
}

/// The character that a reference of HTML stands for (`&#46;`, `&#x2e;`, `&period;`), and the bytes of the reference.
fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(MAX_REFERENCE_CHARS).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => CHARACTER_NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((c, end + 1))
}
