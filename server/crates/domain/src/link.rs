//! What a text leads to: all that a browser, a mail program or an office program would open, or make a link of by itself.
//!
//! Finding is generous; what was found is read by the URL standard alone (the `url` crate), so a host is the one that a browser
//! would go to. What the standard refuses, and what is no page and no mail address, is [`LinkTarget::Other`]: nobody can vouch for it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

mod finder;
mod markup;
mod names;
mod url_standard;
mod view;

use finder::Finder;
use view::View;

/// A place in a text that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it is written, in bytes.
    pub span: Range<usize>,
    /// Where it leads.
    pub target: LinkTarget,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkTarget {
    /// A page.
    Web {
        /// Its host as the URL standard writes it: ASCII, lower case, without a final dot.
        host: String,
        /// Host, port, path and query, lower case.
        place: String,
    },
    /// A mailbox.
    Mail {
        /// Lower case; its domain as the URL standard writes it.
        address: String,
    },
    /// All else that a program opens (a call, a script, a file, a share), and what the URL standard can't read.
    Other {
        /// As it is written, in full-width or not.
        text: String,
    },
}

impl LinkTarget {
    /// Where it leads, for a reader.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Web { place: name, .. } | Self::Mail { address: name } | Self::Other { text: name } => name,
        }
    }
}

/// All links of a text, in its order. Where programs differ about how far a link goes, each of the readings is one.
#[must_use]
pub fn links(text: &str) -> Vec<Link> {
    let mut links = Finder::new(&View::of(text)).links();
    if let Some(unescaped) = View::unescaped(text) {
        links.extend(Finder::new(&unescaped).links());
    }
    links.sort_by(|one, other| (one.span.start, &one.target).cmp(&(other.span.start, &other.target)));
    links.dedup_by(|later, first| later.span.start == first.span.start && later.target == first.target);
    links
}

#[cfg(test)]
mod tests;
