//! A text as the planner reads it: words, Han characters, email addresses and marks, without regard to case, width,
//! plural or traditional forms.

use std::collections::BTreeSet;
use std::ops::Range;

use mezzofy_domain::writing::{self, distance, is_han, light_stem, simplified};
use serde::Deserialize;

mod address;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters and digits of an alphabetic script.
    Word,
    /// One Han character.
    Han,
    /// A word with `@`: an email address as a whole, or none, and then no other word either.
    Email,
    /// A mark that matters: `, . ; : ? ! / - & # ~` or a line's end.
    Mark,
}

/// One unit of a text.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// As written, but for width.
    pub(crate) raw: String,
    /// Lower case, simplified.
    pub(crate) text: String,
    /// `text` without plural, `-ing`, `-ed` and a final `e`: what phrases are compared by.
    pub(crate) stem: String,
    pub(crate) kind: Kind,
}

impl Token {
    fn new(raw: String, kind: Kind) -> Self {
        let text: String = raw.to_lowercase().chars().map(simplified).collect();
        let stem = if kind == Kind::Word { light_stem(&text) } else { text.clone() };
        Self { raw, text, stem, kind }
    }

    /// The number it writes in digits.
    pub(crate) fn number(&self) -> Option<u32> {
        let digits = !self.text.is_empty() && self.text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { self.text.parse().ok() } else { None }
    }
}

/// Cuts a text into tokens.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let raw: Vec<char> = text.chars().collect();
    let chars: Vec<char> = raw.iter().copied().map(half_width).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if is_han(c) {
            found.push(Token::new(c.to_string(), Kind::Han));
            at += 1;
        } else if let Some(end) = address::end(&chars, &raw, at) {
            found.push(Token::new(chars[at..end].iter().collect(), Kind::Email));
            at = end;
        } else if let Some(end) = initials_end(&chars, at) {
            push_word(chars[at..end].iter().filter(|c| **c != '.').collect(), &mut found);
            at = end;
        } else if c.is_alphanumeric() || c == '\'' {
            at = read_word(&chars, at, &mut found);
        } else {
            let between_digits =
                || at > 0 && chars[at - 1].is_ascii_digit() && chars.get(at + 1).is_some_and(char::is_ascii_digit);
            if matches!(c, ',' | '.' | ';' | ':' | '?' | '!' | '/' | '&' | '#' | '~' | '\n')
                || (c == '-' && (between_digits() || dash_before_quarter(&chars, at)))
            {
                found.push(Token::new(c.to_string(), Kind::Mark));
            }
            at += 1;
        }
    }
    found
}

/// Reads one word from `at`, dropping apostrophes and a possessive `'s`; `'25` after a word becomes the year.
fn read_word(chars: &[char], mut at: usize, found: &mut Vec<Token>) -> usize {
    let mut word = String::new();
    let ends = |at: usize| chars.get(at).is_none_or(|c| !c.is_alphanumeric() || is_han(*c));
    while let Some(&c) = chars.get(at) {
        if c == '\'' {
            if chars.get(at + 1).is_some_and(|c| c.eq_ignore_ascii_case(&'s')) && ends(at + 2) {
                at += 2;
                break;
            }
            if let [a, b] = chars.get(at + 1..at + 3).unwrap_or_default()
                && a.is_ascii_digit()
                && b.is_ascii_digit()
                && ends(at + 3)
            {
                push_word(word, found);
                push_word(format!("20{a}{b}"), found);
                return at + 3;
            }
        } else if c.is_alphanumeric() && !is_han(c) {
            word.push(c);
        } else {
            break;
        }
        at += 1;
    }
    push_word(word, found);
    at
}

fn push_word(word: String, found: &mut Vec<Token>) {
    if !word.is_empty() {
        found.push(Token::new(word, Kind::Word));
    }
}

/// The end of initials with dots, `C.E.O.`, that begin at `at`; they are one word.
fn initials_end(chars: &[char], at: usize) -> Option<usize> {
    let pairs = chars[at..].chunks_exact(2).take_while(|pair| pair[0].is_ascii_alphabetic() && pair[1] == '.').count();
    let alone = at == 0 || !chars[at - 1].is_alphanumeric();
    (alone && pairs >= 2).then_some(at + 2 * pairs)
}

/// Whether the dash at `at` joins a year and a part of it, as in `2025-Q3`.
fn dash_before_quarter(chars: &[char], at: usize) -> bool {
    at > 0 && chars[at - 1].is_ascii_digit() && chars.get(at + 1).is_some_and(|c| matches!(c, 'Q' | 'q' | 'H' | 'h'))
}

fn half_width(c: char) -> char {
    match c {
        '。' => '.',
        '、' => ',',
        '’' | '‘' | '`' => '\'',
        '–' | '—' | '−' => '-',
        '﹫' => '@',
        other => writing::half_width(other),
    }
}

/// A few words in a row, as a data file writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase(Vec<String>);

impl Phrase {
    pub(crate) fn new(text: &str) -> Self {
        Self(tokens(text).into_iter().map(|token| token.stem).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_at(&self, tokens: &[Token], at: usize) -> bool {
        tokens
            .get(at..at + self.0.len())
            .is_some_and(|found| found.iter().zip(&self.0).all(|(token, stem)| token.stem == *stem))
    }

    pub(crate) fn is_in(&self, tokens: &[Token]) -> bool {
        (0..tokens.len()).any(|at| self.is_at(tokens, at))
    }
}

/// A list of phrases of a data file, the longest first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<String>")]
pub(crate) struct Phrases(Vec<Phrase>);

impl From<Vec<String>> for Phrases {
    fn from(texts: Vec<String>) -> Self {
        let mut phrases: Vec<Phrase> =
            texts.iter().map(|text| Phrase::new(text)).filter(|phrase| phrase.len() > 0).collect();
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
        Self(phrases)
    }
}

impl Phrases {
    /// The length of the longest phrase that begins at `at`.
    pub(crate) fn longest_at(&self, tokens: &[Token], at: usize) -> Option<usize> {
        self.0.iter().find(|phrase| phrase.is_at(tokens, at)).map(Phrase::len)
    }

    /// The first place any of them stands at.
    pub(crate) fn first_in(&self, tokens: &[Token]) -> Option<Range<usize>> {
        (0..tokens.len()).find_map(|at| self.longest_at(tokens, at).map(|len| at..at + len))
    }

    pub(crate) fn is_in(&self, tokens: &[Token]) -> bool {
        self.first_in(tokens).is_some()
    }

    /// Every token that is part of one of them.
    pub(crate) fn covered(&self, tokens: &[Token]) -> Vec<bool> {
        let mut covered = vec![false; tokens.len()];
        let mut at = 0;
        while at < tokens.len() {
            let len = self.longest_at(tokens, at).unwrap_or(0);
            covered[at..at + len].fill(true);
            at += len.max(1);
        }
        covered
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The stems of all its words.
    pub(crate) fn stems(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|phrase| phrase.0.iter().map(String::as_str))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Phrase> {
        self.0.iter()
    }
}

/// A person's text, with a note of which tokens have been understood as a period, a person or a format.
#[derive(Debug, Clone)]
pub(crate) struct Sentence {
    pub(crate) tokens: Vec<Token>,
    pub(crate) used: Vec<bool>,
    /// What stands between quotation marks, as written and as tokens.
    pub(crate) quotation: Option<(String, Vec<String>)>,
}

impl Sentence {
    pub(crate) fn read(text: &str) -> Self {
        let quotation = quotation(text).map(|quoted| {
            let words = self::tokens(&quoted).into_iter().map(|token| token.text).collect();
            (quoted, words)
        });
        let tokens = tokens(text);
        Self { used: vec![false; tokens.len()], tokens, quotation }
    }

    /// Replaces words that are none of the known ones by the one that they are a slip away from. Names are left as they are.
    pub(crate) fn mend(&mut self, known: impl FnOnce() -> BTreeSet<String>) {
        let lower = self.tokens.iter().filter(|token| token.raw.starts_with(char::is_lowercase)).count();
        let may = |at: usize, token: &Token| {
            token.kind == Kind::Word
                && token.stem.len() >= 4
                && token.stem.bytes().all(|byte| byte.is_ascii_lowercase())
                && (at == 0 || lower == 0 || !token.raw.starts_with(char::is_uppercase))
        };
        if !self.tokens.iter().enumerate().any(|(at, token)| may(at, token)) {
            return;
        }
        let known = known();
        for (_, token) in self.tokens.iter_mut().enumerate().filter(|(at, token)| may(*at, token)) {
            if known.contains(&token.stem) {
                continue;
            }
            let most = if token.stem.len() >= 8 { 2 } else { 1 };
            let near = known
                .iter()
                .filter(|word| word.len() >= 5 && word.is_ascii())
                .filter_map(|word| distance(word, &token.stem, most).map(|steps| (steps, word)))
                .min();
            if let Some((_, word)) = near {
                token.stem.clone_from(word);
            }
        }
    }

    pub(crate) fn take(&mut self, range: Range<usize>) {
        if let Some(used) = self.used.get_mut(range) {
            used.fill(true);
        }
    }

    /// Takes tokens out, as if nobody had said them.
    pub(crate) fn remove(&mut self, range: Range<usize>) {
        self.tokens.drain(range.clone());
        self.used.drain(range);
    }

    /// The text of a token, empty beyond the ends.
    pub(crate) fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    /// The text of the token before `at`, empty at the beginning.
    pub(crate) fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.text(at))
    }

    /// The tokens of a range as the person wrote them.
    pub(crate) fn quote(&self, range: Range<usize>) -> String {
        let mut quote = String::new();
        let mut word_before = false;
        for token in self.tokens.get(range).unwrap_or_default() {
            let is_word = matches!(token.kind, Kind::Word | Kind::Email);
            let joins = token.raw == "&" && quote.chars().rev().take_while(|c| c.is_alphanumeric()).count() > 1;
            if (is_word && word_before) || joins {
                quote.push(' ');
            }
            quote.push_str(&token.raw);
            word_before = is_word || joins;
        }
        quote
    }
}

/// The first text between quotation marks, if it is short enough to be a name.
fn quotation(text: &str) -> Option<String> {
    const MARKS: [(char, char); 5] = [('"', '"'), ('“', '”'), ('「', '」'), ('《', '》'), ('『', '』')];
    MARKS.iter().find_map(|(open, close)| {
        let (_, rest) = text.split_once(*open)?;
        let (inside, _) = rest.split_once(*close)?;
        let inside = inside.trim();
        (!inside.is_empty() && inside.chars().count() <= 80).then(|| inside.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn width_case_apostrophes_and_traditional_characters_make_no_difference() {
        assert_eq!(texts("Ｐ＆Ｌ，Q3"), ["p", "&", "l", ",", "q3"]);
        assert_eq!(texts("last year’s; don't"), ["last", "year", ";", "dont"]);
        assert_eq!(texts("the C.E.O. of Q3."), ["the", "ceo", "of", "q3", "."]);
        assert_eq!(texts("Oct '25"), ["oct", "2025"]);
        assert_eq!(texts("財務報表"), texts("财务报表"));
        assert_eq!(texts("2025年10月"), ["2025", "年", "10", "月"]);
    }

    #[test]
    fn an_email_address_is_one_token_and_a_sentence_may_end_after_it() {
        assert_eq!(texts("mail grace.tan+x@mezzofy.example."), ["mail", "grace.tan+x@mezzofy.example", "."]);
        assert_eq!(texts("发给ceo@mezzofy.example吧"), ["发", "给", "ceo@mezzofy.example", "吧"]);
        assert!(tokens("me @ home, 10@5, @Grace").iter().all(|token| token.kind != Kind::Email));
    }
}
