//! What a text refers to outside itself: links, images and mail addresses.

use std::collections::BTreeSet;

/// The host names and mail addresses of the sources, lower case.
#[derive(Debug, Default)]
pub(super) struct KnownLinks(BTreeSet<String>);

impl KnownLinks {
    /// Adds all that a source names.
    pub(super) fn add(&mut self, source: &str) {
        let part = |c: char| c.is_ascii_alphanumeric() || "._%+-'@".contains(c);
        for token in source.to_lowercase().split(|c| !part(c)) {
            let token = token.trim_matches(['.', '-', '\'']);
            if token.contains('.') {
                self.0.insert(token.to_owned());
                self.0.extend(token.split_once('@').map(|(_, host)| host.to_owned()));
            }
        }
    }

    /// The links, images and addresses of a text that the sources do not name, as they are written.
    pub(super) fn unnamed(&self, text: &str) -> Vec<String> {
        let text = text.to_lowercase();
        let links = text.match_indices("://").map(|(at, mark)| {
            let scheme = text[..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |end| after_char(&text, end));
            (scheme, authority(&text[at + mark.len()..]))
        });
        let hosts = text.match_indices("www.").filter_map(|(at, _)| {
            let before = text[..at].chars().next_back();
            (!before.is_some_and(|c| c == '/' || c.is_ascii_alphanumeric())).then(|| (at, authority(&text[at..])))
        });
        let unnamed = links.chain(hosts).filter(|(_, host)| !self.has_host(host));
        let unnamed = unnamed.map(|(begin, host)| {
            let end = host.as_ptr() as usize - text.as_ptr() as usize + host.len();
            text[begin..end].to_owned()
        });
        let addresses = text.match_indices('@').filter_map(|(at, _)| address(&text, at));
        let unnamed = unnamed.chain(addresses.filter(|address| !self.0.contains(*address)).map(str::to_owned));
        let pictures = text.match_indices("<img").map(|(_, tag)| tag.to_owned());
        unnamed.chain(targets(&text).map(str::to_owned)).chain(pictures).collect()
    }

    fn has_host(&self, authority: &str) -> bool {
        let host = match authority.split_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            Some(_) | None => authority,
        };
        let bare = host.strip_prefix("www.").unwrap_or(host);
        self.0.contains(bare) || self.0.contains(&format!("www.{bare}"))
    }
}

fn after_char(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(0, char::len_utf8)
}

/// The part of a link that names the host.
fn authority(rest: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || "/?#)>]\"'`*|,，。；：、！？（）《》“”".contains(c);
    let end = rest.find(ends).unwrap_or(rest.len());
    rest[..end].trim_end_matches(['.', ';', ':', '!', '_', '~'])
}

/// The mail address around an `@`.
fn address(text: &str, at: usize) -> Option<&str> {
    let local = |c: char| c.is_ascii_alphanumeric() || "._%+-'".contains(c);
    let domain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let begin = text[..at].rfind(|c| !local(c)).map_or(0, |end| after_char(text, end));
    let end = text[at + 1..].find(|c| !domain(c)).map_or(text.len(), |end| at + 1 + end);
    let found = text[begin..end].trim_end_matches(['.', '-']);
    let (name, host) = found.split_once('@')?;
    (!name.is_empty() && host.contains('.')).then(|| found.trim_start_matches(['.', '\'']))
}

/// Targets of Markdown links that are neither a web page nor a mail address: scripts, embedded data, places of nowhere.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let all = text.match_indices("](").map(|(at, mark)| &text[at + mark.len()..]);
    let all = all.map(|rest| &rest[..rest.find(|c: char| c == ')' || c.is_whitespace()).unwrap_or(rest.len())]);
    all.filter(|target| {
        let plain = ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme));
        !plain && !target.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unnamed(text: &str) -> Vec<String> {
        let mut known = KnownLinks::default();
        known.add("Shop: https://www.mezzofy.example/shop. Write to Ana.Lim@help.example, or visit news.example！");
        known.unnamed(text)
    }

    #[test]
    fn what_the_sources_name_may_be_linked() {
        for text in [
            "See https://mezzofy.example/other?x=1 or http://WWW.mezzofy.example:8080.",
            "![logo](https://news.example/logo.png) [us](https://news.example)",
            "请联系ana.lim@help.example。网站：https://news.example，谢谢",
            "[mail](mailto:ana.lim@help.example), www.mezzofy.example",
            "No links, 5 @ once, e.g. and/or.",
        ] {
            assert!(unnamed(text).is_empty(), "{text}: {:?}", unnamed(text));
        }
    }

    #[test]
    fn what_the_sources_do_not_name_is_found() {
        for (text, found) in [
            ("Go to https://evil.example/x.", "https://evil.example"),
            ("![](HTTP://evil.example/p.png?q=1)", "http://evil.example"),
            ("https://mezzofy.example@evil.example/", "https://mezzofy.example@evil.example"),
            ("https://mezzofy.example.evil.example", "https://mezzofy.example.evil.example"),
            ("https://evil.example\\@mezzofy.example", "https://evil.example\\@mezzofy.example"),
            ("https://mezzofy.exampleé.evil.example", "https://mezzofy.exampleé.evil.example"),
            ("www.evil.example is it", "www.evil.example"),
            ("Write to sales@mezzofy.example!", "sales@mezzofy.example"),
            ("[x](javascript:alert)", "javascript:alert"),
            ("![x](data:image/png;base64,AA)", "data:image/png;base64,aa"),
            ("[x](//evil.example/a)", "//evil.example/a"),
            ("<img src=x>", "<img"),
        ] {
            assert_eq!(unnamed(text).first().map(String::as_str), Some(found), "{text}");
        }
    }
}
