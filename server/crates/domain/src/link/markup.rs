//! Links that markup makes: targets in Markdown, attributes of HTML, `mailto:`.

use std::ops::Range;

use url::{ParseError, Url};

use super::LinkTarget;
use super::finder::{Finder, MAX_LINK_CHARS};
use super::url_standard::{self, Page};
use crate::effect::is_address;

/// Attributes of HTML that are opened or fetched.
const LINK_ATTRIBUTES: [&str; 13] = [
    "action",
    "background",
    "cite",
    "codebase",
    "data",
    "formaction",
    "href",
    "longdesc",
    "manifest",
    "ping",
    "poster",
    "src",
    "xlink:href",
];

impl Finder<'_> {
    /// What Markdown and HTML name as a target. One that is no page and no mail address by itself leads to a place that depends on
    /// who reads it.
    pub(super) fn targets(&mut self) {
        for at in 0..self.chars.len() {
            match self.chars[at..] {
                [']', '(', ..] => {
                    let blank = |c: &char| *c == ' ' || *c == '<';
                    let start = at + 2 + self.chars[at + 2..].iter().take_while(|c| blank(c)).count();
                    let closes = |c: &char| c.is_whitespace() || *c == ')' || *c == '>';
                    let length = self.chars[start..].iter().take(MAX_LINK_CHARS).position(closes);
                    self.target(start..start + length.unwrap_or(MAX_LINK_CHARS.min(self.chars.len() - start)));
                }
                ['<', c, ..] if c.is_ascii_alphabetic() => self.tag(at),
                _ => {}
            }
        }
    }

    fn tag(&mut self, start: usize) {
        let end = self.chars.len().min(start + 2 * MAX_LINK_CHARS);
        let mut at = self.skip(start + 1, end, |c| !c.is_whitespace() && c != '/' && c != '>');
        loop {
            at = self.skip(at, end, |c| c.is_whitespace() || c == '/');
            if at >= end || matches!(self.chars[at], '>' | '<') {
                return;
            }
            let name_end = self.skip(at + 1, end, |c| !c.is_whitespace() && !"=<>/".contains(c));
            let name = self.text(&(at..name_end)).to_ascii_lowercase();
            at = self.skip(name_end, end, char::is_whitespace);
            if at >= end || self.chars[at] != '=' {
                continue;
            }
            at = self.skip(at + 1, end, char::is_whitespace);
            let quote = self.chars.get(at).copied().filter(|c| matches!(c, '"' | '\''));
            let value = match quote {
                Some(quote) => at + 1..self.skip(at + 1, end, |c| c != quote),
                None => at..self.skip(at, end, |c| !c.is_whitespace() && c != '>'),
            };
            at = value.end + usize::from(quote.is_some());
            if LINK_ATTRIBUTES.contains(&name.as_str()) {
                self.target(value);
            }
        }
    }

    fn skip(&self, from: usize, end: usize, passes: impl Fn(char) -> bool) -> usize {
        (from..end).find(|at| !passes(self.chars[*at])).unwrap_or(end.max(from))
    }

    /// A target, whole: tabs and line breaks in it are left out, as browsers do.
    fn target(&mut self, part: Range<usize>) {
        let written = self.text(&part);
        let target = written.trim();
        if target.is_empty() || target.starts_with('#') {
            return;
        }
        let url = match Url::parse(target) {
            // `//host/path`; of the two slashes either may be the other one.
            Err(ParseError::RelativeUrlWithoutBase) if target.starts_with(['/', '\\']) => {
                Url::parse("https://relative.invalid").and_then(|base| base.join(target))
            }
            read => read,
        };
        let page = url.as_ref().ok().and_then(url_standard::page_of).filter(|page| page.host != "relative.invalid");
        match (url, page) {
            (_, Some(Page { host, place })) => self.push(part, LinkTarget::Web { host, place }),
            (Ok(url), None) if url.scheme() == "mailto" => self.mailboxes(&part, &url),
            (Ok(_) | Err(_), None) => self.push(part, LinkTarget::Other { text: target.to_owned() }),
        }
    }

    /// A link that writes a mail.
    pub(super) fn mailto(&mut self, start: usize, rest: usize) {
        let end = self.path_end(rest, rest, self.token_end(rest)).min(rest + MAX_LINK_CHARS);
        match Url::parse(&format!("mailto:{}", self.text(&(rest..end)))) {
            Ok(url) => self.mailboxes(&(start..end), &url),
            Err(_) => self.other(start, rest),
        }
        self.cover(start..end);
    }

    /// To whom a mail of a link goes. What else it sets, besides subject and text, is not ours to judge.
    fn mailboxes(&mut self, part: &Range<usize>, url: &Url) {
        let mut addresses = vec![url.path().to_owned()];
        let mut other = url.path().contains('%');
        for (field, value) in url.query_pairs() {
            match field.to_ascii_lowercase().as_str() {
                "to" | "cc" | "bcc" => addresses.push(value.into_owned()),
                "subject" | "body" => {}
                _ => other = true,
            }
        }
        for address in addresses.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|one| !one.is_empty()) {
            match mailbox(address) {
                Some(address) => self.push(part.clone(), LinkTarget::Mail { address }),
                None => other = true,
            }
        }
        if other {
            let text = self.text(part);
            self.push(part.clone(), LinkTarget::Other { text });
        }
    }
}

/// A mail address as it is compared and shown.
pub(super) fn mailbox(address: &str) -> Option<String> {
    let address = address.to_lowercase();
    let (local, domain) = address.split_once('@')?;
    let domain = url_standard::domain(domain).unwrap_or_else(|| domain.to_owned());
    Some(format!("{local}@{domain}")).filter(|address| is_address(address))
}
