//! What a text may draw on. Data decides what has a source, not the model that wrote the text.

use std::collections::BTreeSet;

use super::figures::{Figure, figures, in_words};
use super::links::KnownLinks;

/// So much of what has no source is named, at most.
const NAMED: usize = 12;

/// The figures, hosts and addresses of brief and facts.
#[derive(Debug, Default)]
pub(super) struct Sources {
    figures: BTreeSet<Figure>,
    known: KnownLinks,
}

impl Sources {
    pub(super) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sources = Self::default();
        for text in texts {
            sources.figures.extend(figures(text).into_iter().map(|found| found.figure));
            sources.figures.extend(in_words(text));
            sources.known.add(text);
        }
        sources
    }

    /// Figures, links, images and addresses of a text that no source has, each once, as they are written.
    pub(super) fn unfounded(&self, text: &str) -> Vec<String> {
        let made_up =
            figures(text).into_iter().filter(|found| !found.marks_item && !self.figures.contains(&found.figure));
        let mut unfounded: Vec<String> = Vec::new();
        for written in made_up.map(|found| found.written).chain(self.known.unnamed(text)) {
            if unfounded.len() < NAMED && !unfounded.contains(&written) {
                unfounded.push(written);
            }
        }
        unfounded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_a_text_has_a_source() {
        let sources =
            Sources::of(["October 2026, two shops", "Revenue: SGD 1,234,500.00 (+12.0%)", "https://mezzofy.example"]);
        for text in [
            "Revenue in October 2026 rose by 12% to SGD 1,234,500.",
            "２０２６年10月，两家门店的收入增长12%，达123.45万新元。",
            "1. Two shops\n2. SGD 1,234,500\nMore: https://mezzofy.example/october",
        ] {
            assert!(sources.unfounded(text).is_empty(), "{text}: {:?}", sources.unfounded(text));
        }
        assert_eq!(
            sources.unfounded("Up 12.5% to SGD 1.2 million in 3 shops, 3 of them new: https://other.example/x"),
            ["12.5%", "1.2", "3", "https://other.example"]
        );
    }
}
