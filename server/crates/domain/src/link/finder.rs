//! Where links begin, and how far they go.

use std::ops::Range;

use super::url_standard::{self, Page};
use super::view::View;
use super::{Link, LinkTarget};
use crate::writing::is_han;

/// What programs open without `//` after the scheme, besides `mailto:` and web pages.
const OPAQUE_SCHEMES: [&str; 28] = [
    "alipay",
    "alipays",
    "bitcoin",
    "blob",
    "callto",
    "ethereum",
    "facetime",
    "facetime-audio",
    "javascript",
    "lightning",
    "magnet",
    "mhtml",
    "mms",
    "mmsto",
    "search-ms",
    "sip",
    "sips",
    "skype",
    "sms",
    "smsto",
    "tel",
    "vbscript",
    "viber",
    "view-source",
    "weixin",
    "whatsapp",
    "wtai",
    "xmpp",
];

const MAX_SCHEME_CHARS: usize = 40;
const MAX_SLASHES: usize = 40;
const MAX_READINGS: usize = 16;
/// A host has 253 characters at most.
const MAX_AUTHORITY_CHARS: usize = 400;
pub(super) const MAX_LINK_CHARS: usize = 2_048;

pub(super) struct Finder<'a> {
    view: &'a View,
    pub(super) chars: &'a [char],
    /// What a link covers: no bare name is looked for there.
    pub(super) covered: Vec<bool>,
    links: Vec<Link>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        let chars = view.chars();
        Self { view, chars, covered: vec![false; chars.len()], links: Vec::new() }
    }

    pub(super) fn links(mut self) -> Vec<Link> {
        for colon in 0..self.chars.len() {
            if self.chars[colon] == ':' {
                self.scheme(colon);
            }
        }
        self.slashes();
        self.targets();
        self.addresses();
        self.hosts();
        self.links
    }

    /// A link whose scheme ends at this colon.
    fn scheme(&mut self, colon: usize) {
        let part_of_it = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c) || is_hidden(c);
        let earliest = colon.saturating_sub(MAX_SCHEME_CHARS);
        let start = (earliest..colon).rev().take_while(|at| part_of_it(self.chars[*at])).last().unwrap_or(colon);
        let run = self.text(&(start..colon)).to_ascii_lowercase();
        let run = run.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        let (rest, slashes) = self.after_slashes(colon + 1);
        let Some(first) = self.chars.get(rest).filter(|c| !is_end(**c)) else { return };
        // Only a colon of ASCII ends a scheme; people who write Chinese get the other one before `//` by mistake.
        let opaque =
            slashes > 0 || (!self.view.is_full_width(colon) && (first.is_alphanumeric() || "[%+(?".contains(*first)));
        if run.is_empty() || !opaque {
            return;
        }
        let last = run.rsplit(['.', '+']).next().unwrap_or(run);
        match last {
            "http" | "https" => self.page(last, start, rest),
            // What is written right before it is no part of it.
            _ if slashes > 0 && last.ends_with("https") => self.page("https", start, rest),
            _ if slashes > 0 && last.ends_with("http") => self.page("http", start, rest),
            "ftp" | "ws" | "wss" if slashes > 0 => self.page(last, start, rest),
            "mailto" => self.mailto(start, rest),
            "file" if slashes > 0 => self.other(start, rest),
            "data" if self.text(&(rest..self.token_end(rest))).contains(',') => self.other(start, rest),
            _ if OPAQUE_SCHEMES.contains(&last) || last.starts_with("ms-") => self.other(start, rest),
            _ if slashes > 1 && run.len() > 1 => self.other(start, rest),
            _ => {}
        }
    }

    /// Links without scheme: `//host`, which a page completes, and `\\host\share`.
    fn slashes(&mut self) {
        let mut at = 0;
        while at < self.chars.len() {
            let (rest, slashes) = self.after_slashes(at);
            let before = at.checked_sub(1).map(|before| self.chars[before]);
            let begins = before.is_none_or(|c| !c.is_ascii_alphanumeric() && !"./\\-_?&".contains(c));
            let drive =
                self.chars[at] == '\\' && before == Some(':') && at > 1 && self.chars[at - 2].is_ascii_alphabetic();
            let named = self.chars.get(rest).is_some_and(|c| c.is_alphanumeric() || "[%_-".contains(*c));
            if slashes > 1 && begins && !drive && named && !self.covered[at] {
                if self.chars[at] == '\\' && self.chars[rest - 1] == '\\' {
                    self.other(at, rest);
                } else {
                    self.page("https", at, rest);
                }
            }
            at = rest.max(at + 1);
        }
    }

    /// Where the slashes from here end, and how many they are. Browsers take either kind.
    fn after_slashes(&self, from: usize) -> (usize, usize) {
        let near = self.chars[from..].iter().take(MAX_SLASHES);
        let ahead = near.take_while(|c| matches!(c, '/' | '\\') || is_hidden(**c));
        let (length, slashes) =
            ahead.fold((0, 0), |(length, slashes), c| (length + 1, slashes + usize::from(!is_hidden(*c))));
        if slashes == 0 { (from, 0) } else { (from + length, slashes) }
    }

    /// A page whose host begins at `rest`. A browser reads on to the end of the word; other programs stop at a mark or a Chinese
    /// character. Where the two lead to different hosts, it is a link to each.
    pub(super) fn page(&mut self, scheme: &str, start: usize, rest: usize) {
        let end = self.token_end(rest);
        let ends_authority = |c: &char| matches!(c, '/' | '\\' | '?' | '#');
        let authority = rest + self.chars[rest..end].iter().position(ends_authority).unwrap_or(end - rest);
        // `https://…` names nothing.
        if self.chars[rest..end].iter().all(|c| *c == '.' || (is_mark(*c) && !is_han(*c))) {
            return;
        }
        if authority - rest > MAX_AUTHORITY_CHARS {
            return self.other(start, rest);
        }
        let found = self.links.len();
        let ends = self.early_ends(rest, authority);
        if ends.is_empty() {
            self.read(scheme, start, rest..self.path_end(rest, authority, end));
        }
        for stop in &ends {
            self.read_host(scheme, start, rest..self.trimmed(rest, *stop), found);
        }
        if !ends.is_empty() {
            let stop = if authority == end { self.trimmed(rest, end) } else { authority };
            self.read_host(scheme, start, rest..stop, found);
        }
        if self.links.len() == found {
            return self.other(start, rest);
        }
        self.cover(start..ends.first().copied().unwrap_or_else(|| self.cover_end(authority, end)));
    }

    /// Reads a host that may end here. The first that can be read counts, and each further one that exists and that is not
    /// found by itself because it is written out at the end. The links from `found` are of this place.
    fn read_host(&mut self, scheme: &str, start: usize, part: Range<usize>, found: usize) {
        let written = self.text_with_hidden(&part).to_lowercase();
        let page = url_standard::page(scheme, &written);
        let Some(Page { host, place }) = page.or_else(|| url_standard::page(scheme, &self.text(&part))) else { return };
        let elsewhere = match url_standard::registered(&host) {
            Some(name) => {
                let before =
                    written.rfind(|c: char| is_mark(c) || c == '@').and_then(|at| written[at..].chars().next());
                !written.ends_with(name) || before.is_some_and(|c| c == '。' || is_hidden(c))
            }
            None => written.contains('@'),
        };
        if elsewhere || self.links.len() == found {
            self.push(start..part.end, LinkTarget::Web { host, place });
        }
    }

    fn read(&mut self, scheme: &str, start: usize, rest: Range<usize>) {
        if rest.len() > MAX_LINK_CHARS {
            return self.other(start, rest.start);
        }
        if let Some(Page { host, place }) = url_standard::page(scheme, &self.text_with_hidden(&rest)) {
            self.push(start..rest.end, LinkTarget::Web { host, place });
        }
    }

    /// Something that is opened and whose target can't be judged.
    pub(super) fn other(&mut self, start: usize, rest: usize) {
        let end = self.trimmed(rest, self.token_end(rest)).min(start + MAX_LINK_CHARS);
        self.push(start..end, LinkTarget::Other { text: self.text(&(start..end)) });
        self.cover(start..self.cover_end(rest, end));
    }

    pub(super) fn push(&mut self, part: Range<usize>, target: LinkTarget) {
        self.links.push(Link { span: self.view.span(&part), target });
    }

    pub(super) fn cover(&mut self, part: Range<usize>) {
        self.covered[part].fill(true);
    }

    /// Without the characters that nobody sees.
    pub(super) fn text(&self, part: &Range<usize>) -> String {
        self.chars[part.clone()].iter().filter(|c| !is_hidden(**c)).collect()
    }

    fn text_with_hidden(&self, part: &Range<usize>) -> String {
        self.chars[part.clone()].iter().collect()
    }

    /// The end of the word: no link goes further. One that is too long to be read ends where that is sure.
    pub(super) fn token_end(&self, from: usize) -> usize {
        from + self.chars[from..].iter().take(MAX_LINK_CHARS + 1).take_while(|c| !is_end(**c)).count()
    }

    /// Where programs may end a host before a browser does.
    fn early_ends(&self, rest: usize, end: usize) -> Vec<usize> {
        let address = if self.chars[rest] == '[' { self.chars[rest..end].iter().position(|c| *c == ']') } else { None };
        let from = rest + address.map_or(1, |closing| closing + 1);
        let ends = (from..end).filter(|at| is_mark(self.chars[*at]) && (*at == from || !is_mark(self.chars[*at - 1])));
        ends.take(MAX_READINGS).collect()
    }

    /// The end of a link with its path: a closing bracket and what is no letter of any script end it.
    pub(super) fn path_end(&self, rest: usize, authority: usize, end: usize) -> usize {
        let closes = |c: char| ")]}|*`\"".contains(c) || (!c.is_ascii() && !c.is_alphanumeric() && !is_hidden(c));
        let stop = (authority..end).find(|at| closes(self.chars[*at])).unwrap_or(end);
        self.trimmed(rest, stop)
    }

    /// How far a link covers the text when it ends as early as any program ends it.
    pub(super) fn cover_end(&self, from: usize, end: usize) -> usize {
        let within = |c: char| !is_mark(c) || "&=+$~".contains(c);
        (from..end).find(|at| !within(self.chars[*at])).unwrap_or(end)
    }

    /// Without the marks that end a sentence.
    pub(super) fn trimmed(&self, from: usize, end: usize) -> usize {
        let ends = |c: char| ".:_?".contains(c) || (is_mark(c) && !is_han(c) && !"&=+$]".contains(c));
        (from..end).rev().find(|at| !ends(self.chars[*at])).map_or(from, |last| last + 1)
    }
}

/// What no link contains where people write it.
fn is_end(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '<' || c == '>'
}

/// What a host may contain by the URL standard and where other programs end it.
pub(super) fn is_mark(c: char) -> bool {
    if c.is_ascii() {
        return ",;!'\"()[]{}|*`&=+$~^".contains(c);
    }
    is_han(c) || is_hidden(c) || !c.is_alphanumeric()
}

/// Characters that take no room: what is ignored by default (Unicode's `Default_Ignorable_Code_Point`).
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}
