//! Scores each skill against a text: the work's subject, the words nothing explains, the words of other work, and the
//! likeness to the nearest example (words, and pairs of Han characters).

use std::collections::BTreeSet;

use super::prompts::Prompts;
use super::values::ProductNames;
use super::words::{Kind, Sentence, Token};
use crate::skills::{InputKind, Skill, Skills};

/// From here on a skill is taken without asking.
const SURE: f64 = 0.6;
/// From here on a skill is worth asking about.
const LIKELY: f64 = 0.32;
/// A best guess this far ahead of the second needs no question.
const LEAD: f64 = 0.1;
/// What each unexplained word takes from the score, and how much they can take together. A name weighs more: the
/// statement of another company is other work.
const UNEXPLAINED: f64 = 0.12;
const NAME_WEIGHT: f64 = 4.0;
const UNEXPLAINED_AT_MOST: f64 = 0.7;
/// What a hint counts beside a subject, and what remains of a score that words of other work speak against.
const HINT: f64 = 0.5;
const SPOKEN_AGAINST: f64 = 0.3;
/// The share of the nearest example in the score.
const EXAMPLE: f64 = 0.25;

/// A skill and how well a text fits it, from 0 to 1.
pub(super) struct SkillMatch<'a> {
    pub(super) skill: &'a Skill,
    score: f64,
}

impl SkillMatch<'_> {
    pub(super) fn is_sure(&self) -> bool {
        self.score >= SURE
    }

    pub(super) fn leads(&self, second: &Self) -> bool {
        self.score - second.score >= LEAD
    }
}

/// The skills that are worth a question at least, the best first. `sentence` is the text as a skill reads it.
pub(super) fn guesses<'a>(
    prompts: &Prompts,
    skills: &'a Skills,
    products: &ProductNames,
    sentence: impl Fn(&Skill) -> Sentence,
) -> Vec<SkillMatch<'a>> {
    let score = |skill| score(prompts, skill, &explained(prompts, skill, products, sentence(skill)));
    let scored = skills.iter().map(|skill| SkillMatch { skill, score: score(skill) });
    let mut guesses: Vec<SkillMatch<'a>> = scored.filter(|guess| guess.score >= LIKELY).collect();
    guesses.sort_by(|one, other| other.score.total_cmp(&one.score));
    guesses
}

/// The sentence with what the skill's own inputs explain.
fn explained(prompts: &Prompts, skill: &Skill, products: &ProductNames, mut sentence: Sentence) -> Sentence {
    let values = prompts.values(skill, products, &sentence);
    for input in &skill.inputs {
        let at = match input.kind {
            InputKind::Count => values.count.as_ref().map(|(_, at)| at.clone()),
            InputKind::Industry => values.industry.as_ref().map(|(_, at)| at.clone()),
            InputKind::Location => values.place.as_ref().map(|(_, at)| at.clone()),
            InputKind::Company => {
                // "Garden Cafe in Hong Kong", "the hotel group Harbour": of the company, and no other work.
                let of_company = [&values.place, &values.industry].into_iter().flatten();
                of_company.for_each(|(_, at)| sentence.take(at.clone()));
                values.company.as_ref().map(|(_, at)| at.clone())
            }
            InputKind::Product => values.product.as_ref().map(|(_, at)| at.clone()),
            InputKind::Request => Some(0..sentence.tokens.len()),
            InputKind::Flag => {
                for (at, covered) in input.words.covered(&sentence.tokens).into_iter().enumerate() {
                    if covered {
                        sentence.take(at..at + 1);
                    }
                }
                None
            }
            InputKind::Period
            | InputKind::Person
            | InputKind::Channel
            | InputKind::Format
            | InputKind::Language
            | InputKind::Moment
            | InputKind::Duration
            | InputKind::Topic
            | InputKind::Event => None,
        };
        if let Some(at) = at {
            sentence.take(at);
        }
    }
    sentence
}

fn score(prompts: &Prompts, skill: &Skill, sentence: &Sentence) -> f64 {
    let tokens = &sentence.tokens;
    let recognise = &skill.recognise;
    if recognise.subjects.first_in(tokens).is_some_and(|subject| prompts.is_negated(tokens, subject.start)) {
        return 0.0;
    }
    let subject = if recognise.subjects.is_in(tokens) {
        1.0
    } else if recognise.hints.is_in(tokens) {
        HINT
    } else {
        return 0.0;
    };
    let examples: Vec<BTreeSet<String>> =
        recognise.examples.iter().map(|example| terms(prompts, example, &[])).collect();
    let vocabulary: BTreeSet<&String> = examples.iter().flatten().collect();

    let on_topic = recognise.subjects.covered(tokens).into_iter().zip(recognise.hints.covered(tokens));
    let explained: Vec<bool> =
        on_topic.zip(&sentence.used).map(|((subject, hint), used)| subject || hint || *used).collect();
    let unexplained = terms(prompts, tokens, &explained);
    let names = names(tokens);
    let weight = |term: &String| match term.is_ascii() {
        true if names.contains(term.as_str()) => NAME_WEIGHT,
        true => 1.0,
        false => 0.5,
    };
    let unexplained: f64 = unexplained.iter().filter(|term| !vocabulary.contains(term)).map(weight).sum();

    let all = terms(prompts, tokens, &[]);
    let nearest = examples.iter().map(|example| likeness(&all, example)).fold(0.0, f64::max);
    let evidence = subject * (1.0 - (unexplained * UNEXPLAINED).min(UNEXPLAINED_AT_MOST));
    let score = (1.0 - EXAMPLE) * evidence + EXAMPLE * nearest;
    if recognise.against.is_in(tokens) { score * SPOKEN_AGAINST } else { score }
}

/// The stems of a text and the pairs of its Han characters, without filler and without the tokens already explained.
fn terms(prompts: &Prompts, tokens: &[Token], explained: &[bool]) -> BTreeSet<String> {
    let filler = prompts.filler.covered(tokens);
    let counts =
        |at: usize| !filler[at] && !explained.get(at).copied().unwrap_or(false) && tokens[at].kind != Kind::Mark;
    let han = |at: usize| at < tokens.len() && counts(at) && tokens[at].kind == Kind::Han;
    let mut terms = BTreeSet::new();
    for at in (0..tokens.len()).filter(|at| counts(*at)) {
        if !han(at) {
            terms.insert(tokens[at].stem.clone());
        } else if han(at + 1) {
            terms.insert(format!("{}{}", tokens[at].text, tokens[at + 1].text));
        } else if at == 0 || !han(at - 1) {
            terms.insert(tokens[at].text.clone());
        }
    }
    terms
}

/// The words written like names: with a capital letter inside a sentence that has small ones too.
fn names(tokens: &[Token]) -> BTreeSet<&str> {
    let begins = |token: &Token, with: fn(char) -> bool| token.kind == Kind::Word && token.raw.starts_with(with);
    if tokens.iter().filter(|token| begins(token, char::is_lowercase)).count() < 2 {
        return BTreeSet::new();
    }
    tokens.iter().skip(1).filter(|token| begins(token, char::is_uppercase)).map(|token| token.stem.as_str()).collect()
}

/// Dice's coefficient of two sets of terms.
fn likeness(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let total = count(one.len() + other.len());
    if total == 0.0 { 0.0 } else { 2.0 * count(one.intersection(other).count()) / total }
}
