//! What a text refers to outside itself: links, images and mail addresses.

use std::collections::BTreeSet;

use mezzofy_domain::link::{Link, LinkTarget, links};

/// The hosts and mail addresses of the sources, as the URL standard writes them.
#[derive(Debug, Default)]
pub(super) struct KnownLinks(BTreeSet<String>);

impl KnownLinks {
    /// Adds all that a source names.
    pub(super) fn add(&mut self, source: &str) {
        for link in links(source) {
            match link.target {
                LinkTarget::Web { host, .. } => {
                    self.0.insert(host);
                }
                LinkTarget::Mail { address } => {
                    self.0.extend(address.split_once('@').map(|(_, host)| host.to_owned()));
                    self.0.insert(address);
                }
                LinkTarget::Other { .. } => {}
            }
        }
    }

    /// The links, images and addresses of a text that the sources do not name, with the hosts to which they lead.
    pub(super) fn unnamed(&self, text: &str) -> Vec<String> {
        let unnamed = links(text).into_iter().filter(|link| !self.has(&link.target));
        unnamed.map(|link| shown(text, &link)).collect()
    }

    fn has(&self, target: &LinkTarget) -> bool {
        match target {
            LinkTarget::Web { host, .. } => {
                let bare = host.strip_prefix("www.").unwrap_or(host);
                self.0.contains(bare) || self.0.contains(&format!("www.{bare}"))
            }
            LinkTarget::Mail { address } => self.0.contains(address),
            LinkTarget::Other { .. } => false,
        }
    }
}

/// A link by its real host, which is what must have a source; all else as it is written.
fn shown(text: &str, link: &Link) -> String {
    let LinkTarget::Web { host, .. } = &link.target else { return link.target.name().to_owned() };
    let written = text.get(link.span.clone()).unwrap_or_default().to_lowercase();
    let scheme = ["http://", "https://"].into_iter().find(|scheme| written.starts_with(scheme));
    format!("{}{host}", scheme.unwrap_or_default())
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
    fn what_the_sources_do_not_name_is_found_with_its_real_host() {
        for (text, found) in [
            ("Go to https://evil.example/x.", "https://evil.example"),
            ("https://evil.example/pay?next=https://mezzofy.example/", "https://evil.example"),
            ("https://pay_now.evil.example/x", "https://pay_now.evil.example"),
            ("https://evil.example./pay", "https://evil.example"),
            ("![](HTTP://evil.example/p.png?q=1)", "http://evil.example"),
            ("https://mezzofy.example@evil.example/", "https://evil.example"),
            ("https://mezzofy.example.evil.example", "https://mezzofy.example.evil.example"),
            ("https://shop.mezzofy.example", "https://shop.mezzofy.example"),
            ("https://evil.example\\@mezzofy.example", "https://evil.example"),
            ("https://mezzofу.example", "https://xn--mezzof-1rf.example"),
            ("evil.example/pay", "evil.example"),
            ("http://3232235777/", "http://192.168.1.1"),
            ("\\\\mezzofy.example\\share", "\\\\mezzofy.example\\share"),
            ("www.evil.example is it", "www.evil.example"),
            ("Write to sales@mezzofy.example!", "sales@mezzofy.example"),
            ("[x](mailto:ana.lim@help.example?cc=pay@evil.example)", "pay@evil.example"),
            ("[x](javascript:alert)", "javascript:alert"),
            ("![x](data:image/png;base64,AA)", "data:image/png;base64,AA"),
            ("[x](//evil.example/a)", "evil.example"),
            ("<img src=x>", "x"),
        ] {
            assert_eq!(unnamed(text).first().map(String::as_str), Some(found), "{text}");
        }
    }
}
