//! Finds the places of a file that have the words of a question. No model: what is shown is quoted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Locator, Reading};

const MAX_QUOTE_CHARS: usize = 400;
/// Words that say nothing about what is asked.
const STOP_WORDS: [&str; 40] = [
    "the", "and", "for", "with", "what", "which", "who", "when", "where", "how", "does", "did", "this", "that",
    "these", "from", "are", "was", "were", "has", "have", "can", "you", "please", "file", "document", "attached",
    "tell", "about", "say", "says", "into", "our", "yang", "apa", "dan", "untuk", "dalam", "ini", "itu",
];

/// A place of a file and what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub locator: Locator,
    pub text: String,
}

impl Reading {
    /// The places that have most of the question's words, rare ones first of all, in the file's order; at most so many.
    #[must_use]
    pub fn find(&self, question: &str, most: usize) -> Vec<Quote> {
        let wanted = terms(question);
        let passages = self.passages();
        let held: Vec<BTreeSet<&String>> = passages
            .iter()
            .map(|quote| {
                let has = terms(&quote.text);
                wanted.iter().filter(|term| has.contains(*term)).collect()
            })
            .collect();
        let mut spread: BTreeMap<&String, usize> = BTreeMap::new();
        held.iter().flatten().for_each(|term| *spread.entry(term).or_default() += 1);
        // A word that stands everywhere says little; whole numbers keep the order the same everywhere.
        let worth = |held: &BTreeSet<&String>| {
            held.iter().map(|term| 1_000_000 / spread.get(term).unwrap_or(&1)).sum::<usize>()
        };
        let mut ranked: Vec<(usize, usize)> =
            held.iter().enumerate().map(|(at, held)| (worth(held), at)).filter(|(worth, _)| *worth > 0).collect();
        ranked.sort_by_key(|(worth, at)| (std::cmp::Reverse(*worth), *at));
        let best = ranked.first().map_or(0, |(worth, _)| *worth);
        let mut chosen: Vec<usize> =
            ranked.into_iter().filter(|(worth, _)| *worth * 3 >= best).take(most).map(|(_, at)| at).collect();
        chosen.sort_unstable();
        chosen.into_iter().filter_map(|at| passages.get(at).cloned()).collect()
    }

    /// Where it begins.
    #[must_use]
    pub fn beginning(&self) -> Option<Quote> {
        self.passages().into_iter().next()
    }

    /// Paragraphs, and rows of tables under their head.
    fn passages(&self) -> Vec<Quote> {
        let mut passages = Vec::new();
        for part in &self.parts {
            let (mut said, mut head) = (String::new(), None::<&str>);
            let mut end = |said: &mut String| {
                if !said.trim().is_empty() {
                    let text = std::mem::take(said).trim().chars().take(MAX_QUOTE_CHARS).collect();
                    passages.push(Quote { locator: part.locator.clone(), text });
                }
                said.clear();
            };
            for line in part.text.lines() {
                if line.starts_with("| ---") || line.is_empty() {
                    end(&mut said);
                } else if line.starts_with('|') {
                    end(&mut said);
                    match head {
                        Some(head) => said = format!("{head}\n{line}"),
                        None => head = Some(line),
                    }
                    end(&mut said);
                } else {
                    head = None;
                    said.push_str(line);
                    said.push('\n');
                    if said.chars().count() > MAX_QUOTE_CHARS / 2 {
                        end(&mut said);
                    }
                }
            }
            end(&mut said);
        }
        passages
    }
}

/// Words of three letters or more, numbers, and pairs of Chinese characters.
fn terms(text: &str) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    let mut word = String::new();
    let mut before = None;
    for character in text.to_lowercase().chars().chain([' ']) {
        if is_han(character) {
            if let Some(before) = before {
                terms.insert([before, character].iter().collect());
            }
            before = Some(character);
        } else {
            before = None;
        }
        if character.is_alphanumeric() && !is_han(character) {
            word.push(character);
        } else if !word.is_empty() {
            let word = std::mem::take(&mut word);
            let number = word.chars().any(|c| c.is_ascii_digit());
            if (number || word.chars().count() >= 3) && !STOP_WORDS.contains(&word.as_str()) {
                // Plural and singular are one word.
                terms.insert(word.strip_suffix('s').filter(|stem| stem.len() >= 3).unwrap_or(&word).to_owned());
            }
        }
    }
    terms
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::super::{FileKind, ReadingPart};
    use super::*;

    fn reading() -> Reading {
        let part = |page, text: &str| ReadingPart { locator: Locator::Page(page), text: text.to_owned() };
        let parts = vec![
            part(1, "Master agreement between Mezzofy and ABC.\n\nThe term is two years."),
            part(
                2,
                "Payment is due within thirty days of the invoice.\n\n| Item | Price |\n| --- | --- |\n| Coupons | 1,200 |\n| Stamps | 300 |",
            ),
            part(3, "付款期限为发票开出后三十天。\n\n本合同适用新加坡法律。"),
        ];
        Reading { kind: FileKind::Pdf, count: 3, parts, cut: false, macros: false }
    }

    fn found(question: &str) -> Vec<(usize, String)> {
        let page = |quote: Quote| match quote.locator {
            Locator::Page(page) => (page, quote.text),
            other => panic!("{other:?}"),
        };
        reading().find(question, 3).into_iter().map(page).collect()
    }

    #[test]
    fn the_places_with_the_words_of_a_question_are_found() {
        assert_eq!(
            found("When is the payment due?"),
            [(2, "Payment is due within thirty days of the invoice.".into())]
        );
        assert_eq!(found("What do coupons cost?"), [(2, "| Item | Price |\n| Coupons | 1,200 |".into())]);
        assert_eq!(found("合同适用什么法律？")[0], (3, "本合同适用新加坡法律。".into()));
        assert_eq!(found("Who is the CFO of Contoso?"), []);
    }
}
