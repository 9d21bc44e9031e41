//! Whose request it is, where no skill is recognised: naive Bayes over the words of `prompts/departments.yaml`, their pairs, and
//! the pieces of longer words, so that a slip or an ending makes little difference.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mezzofy_domain::people::Department;

use super::words::{Kind, Phrases, Token, tokens};

/// What an unseen term counts.
const UNSEEN: f64 = 0.25;
/// A piece of a word counts so much of a word.
const PIECE: f64 = 0.2;
/// From this probability on the best guess is taken.
const LIKELY: f64 = 0.5;
/// From this probability on other guesses are not even worth a question.
const SURE: f64 = 0.9;

/// The departments with what people ask of them.
#[derive(Debug, Default)]
pub(super) struct Departments {
    terms: HashMap<String, BTreeMap<Department, f64>>,
    totals: BTreeMap<Department, f64>,
}

impl Departments {
    /// Learns from the examples of each department.
    pub(super) fn learn(examples: &BTreeMap<Department, Vec<String>>, filler: &Phrases) -> Self {
        let mut learnt = Self::default();
        for (department, texts) in examples {
            for text in texts {
                for (term, weight) in terms(&tokens(text), filler) {
                    *learnt.terms.entry(term).or_default().entry(*department).or_insert(0.0) += weight;
                    *learnt.totals.entry(*department).or_insert(0.0) += weight;
                }
            }
        }
        learnt
    }

    /// The departments a text may be for, the likeliest first, with their probabilities.
    fn guess(&self, text: &[Token], filler: &Phrases) -> Vec<(Department, f64)> {
        let vocabulary = f64::from(u32::try_from(self.terms.len()).unwrap_or(u32::MAX));
        let found = terms(text, filler);
        let score = |department: Department| -> f64 {
            let total = self.totals.get(&department).copied().unwrap_or_default();
            found
                .iter()
                .filter_map(|(term, weight)| {
                    let seen = self.terms.get(term)?.get(&department).copied().unwrap_or_default();
                    Some(weight * ((seen + UNSEEN) / UNSEEN.mul_add(vocabulary, total)).ln())
                })
                .sum()
        };
        let scores: Vec<(Department, f64)> = Department::ALL.into_iter().map(|of| (of, score(of))).collect();
        let most = scores.iter().map(|(_, score)| *score).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|(_, score)| (score - most).exp()).sum();
        let mut guesses: Vec<(Department, f64)> =
            scores.into_iter().map(|(of, score)| (of, (score - most).exp() / sum)).collect();
        guesses.sort_by(|one, other| other.1.total_cmp(&one.1));
        guesses
    }

    /// The department of a text, if it can be told; and whether that is sure.
    pub(super) fn best(&self, text: &[Token], filler: &Phrases) -> Option<(Department, bool)> {
        let (department, likely) = self.guess(text, filler).first().copied()?;
        (likely >= LIKELY).then_some((department, likely >= SURE))
    }
}

/// The terms of a text, each once, with what it counts.
fn terms(all: &[Token], filler: &Phrases) -> BTreeMap<String, f64> {
    let silent = filler.covered(all);
    let mut terms = BTreeMap::new();
    let mut before: Option<&str> = None;
    let mut pieces: BTreeSet<String> = BTreeSet::new();
    for (at, token) in all.iter().enumerate() {
        match token.kind {
            Kind::Word => {
                let pair = before.map(|before| format!("{before} {}", token.stem));
                before = Some(&token.stem);
                if let Some(pair) = pair {
                    terms.insert(pair, 0.5);
                }
                if silent[at] || token.number().is_some() {
                    continue;
                }
                terms.insert(token.stem.clone(), 1.0);
                let letters: Vec<char> = token.stem.chars().collect();
                if letters.len() >= 5 {
                    pieces.extend(letters.windows(4).map(|piece| format!("~{}", piece.iter().collect::<String>())));
                }
            }
            Kind::Han => {
                before = None;
                if let Some(next) = all.get(at + 1).filter(|next| next.kind == Kind::Han)
                    && !(silent[at] && silent[at + 1])
                {
                    terms.insert(format!("{}{}", token.text, next.text), 0.7);
                }
            }
            Kind::Email | Kind::Mark => before = None,
        }
    }
    terms.extend(pieces.into_iter().map(|piece| (piece, PIECE)));
    terms
}
