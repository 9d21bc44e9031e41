//! Names that programs make links of by themselves: mail addresses, and hosts without a scheme.

use std::ops::Range;

use super::LinkTarget;
use super::finder::{Finder, MAX_LINK_CHARS, is_hidden};
use super::markup::mailbox;
use super::url_standard::{self, Page};
use crate::writing::is_han;

const MAX_NAME_CHARS: usize = 300;

impl Finder<'_> {
    pub(super) fn addresses(&mut self) {
        for at in 0..self.chars.len() {
            if self.chars[at] == '@' && !self.covered[at] {
                self.address(at);
            }
        }
    }

    fn address(&mut self, at: usize) {
        let of_local = |place: &usize| {
            let c = self.chars[*place];
            !self.covered[*place] && (c.is_alphanumeric() || "._%+-'".contains(c) || is_hidden(c))
        };
        let least = at.saturating_sub(MAX_NAME_CHARS);
        let start = (least..at).rev().take_while(of_local).last().unwrap_or(at);
        // What is written in Chinese right before it belongs to the sentence.
        let start = (start..at).rev().find(|place| is_han(self.chars[*place])).map_or(start, |han| han + 1);
        let start = (start..at).find(|place| !"._'".contains(self.chars[*place])).unwrap_or(at);
        let local = self.text(&(start..at));
        let end = self.name_end(at + 1);
        for part in self.pieces(at + 1..end) {
            let written = format!("{local}@{}", self.text(&part).replace('。', "."));
            if let Some(address) = mailbox(&written) {
                self.push(start..part.end, LinkTarget::Mail { address });
                self.cover(start..part.end);
            }
        }
    }

    pub(super) fn hosts(&mut self) {
        let mut at = 0;
        while at < self.chars.len() {
            let end = self.name_end(at);
            for part in self.pieces(at..end) {
                self.host(part);
            }
            at = end.max(at + 1);
        }
    }

    fn host(&mut self, word: Range<usize>) {
        let name = self.text(&word);
        let Some(Page { host, .. }) = url_standard::page("http", &name) else { return };
        let linked = url_standard::registered(&host).is_some()
            || url_standard::is_dotted_quad(&name)
            || name.to_ascii_lowercase().starts_with("www.");
        if !linked {
            return;
        }
        let end = self.token_end(word.end);
        let port = match self.chars[word.end..] {
            [':', digit, ..] if digit.is_ascii_digit() => {
                1 + self.chars[word.end + 1..end].iter().take_while(|c| c.is_ascii_digit()).count()
            }
            _ => 0,
        };
        let path = word.end + port;
        let has_path = self.chars.get(path).is_some_and(|c| matches!(c, '/' | '\\' | '?' | '#'));
        let stop = if has_path { self.path_end(word.start, path, end).min(path + MAX_LINK_CHARS) } else { path };
        let written: String = self.chars[word.end..stop.max(word.end)].iter().collect();
        let place =
            url_standard::page("http", &format!("{name}{written}")).map_or_else(|| host.clone(), |page| page.place);
        self.push(word.start..stop.max(word.end), LinkTarget::Web { host, place });
        if has_path {
            self.cover(word.start..self.cover_end(path, end));
        }
    }

    /// The end of a word that may be a host.
    fn name_end(&self, from: usize) -> usize {
        let of_name = |place: &usize| {
            let c = self.chars[*place];
            !self.covered[*place]
                && (c.is_alphanumeric() || "-_.".contains(c) || is_hidden(c) || self.is_wide_dot(*place))
        };
        from + (from..self.chars.len()).take_while(of_name).count()
    }

    /// Whether a full stop of Chinese stands between Latin letters: there browsers read a dot.
    fn is_wide_dot(&self, at: usize) -> bool {
        let latin = |place: usize| self.chars.get(place).is_some_and(char::is_ascii_alphanumeric);
        self.chars[at] == '。' && latin(at + 1) && at.checked_sub(1).is_some_and(latin)
    }

    /// What may be read as a host in such a word: all of it, and the parts between Chinese and between hidden characters.
    fn pieces(&self, word: Range<usize>) -> Vec<Range<usize>> {
        let word = self.without_ends(word);
        let dot = |place: &usize| matches!(self.chars[*place], '.' | '。');
        let Some(last_dot) = word.clone().rev().find(dot).filter(|_| word.len() <= MAX_NAME_CHARS) else {
            return Vec::new();
        };
        let parts = |place: &usize| is_han(self.chars[*place]) || is_hidden(self.chars[*place]);
        let mut pieces = Vec::new();
        let mut start = word.start;
        for end in word.clone().filter(parts).chain([word.end]) {
            let piece = self.without_ends(start..end);
            if piece.clone().any(|place| dot(&place)) {
                pieces.push(piece);
            }
            start = end + 1;
        }
        let chinese = word.clone().any(|place| is_han(self.chars[place]));
        let whole = !chinese || (last_dot..word.end).any(|place| is_han(self.chars[place]));
        if whole && !pieces.contains(&word) {
            pieces.push(word);
        }
        pieces
    }

    fn without_ends(&self, word: Range<usize>) -> Range<usize> {
        let inner = |place: &usize| !".-_。".contains(self.chars[*place]) && !is_hidden(self.chars[*place]);
        match (word.clone().find(inner), word.clone().rev().find(inner)) {
            (Some(first), Some(last)) => first..last + 1,
            (None, _) | (_, None) => word.start..word.start,
        }
    }
}
