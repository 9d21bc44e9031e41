//! What a text says besides periods and people: how many, which industry and place, which company, which product.

use std::ops::Range;

use super::prompts::{Named, Prompts};
use super::words::{Kind, Phrases, Sentence, Token};
use crate::skills::{InputKind, Skill};

/// Counts above this are something else: a year, an amount.
const MAX_COUNT: u32 = 500;
/// Words of a name at most.
const MAX_NAME_WORDS: usize = 8;

/// The values of a text, each with its tokens.
#[derive(Debug, Default)]
pub(super) struct Values<'a> {
    pub(super) count: Option<(u32, Range<usize>)>,
    pub(super) industry: Option<(&'a Named, Range<usize>)>,
    pub(super) place: Option<(&'a Named, Range<usize>)>,
    pub(super) company: Option<(String, Range<usize>)>,
    pub(super) product: Option<(String, Range<usize>)>,
}

/// The products of the catalogue by name, with what people call them.
#[derive(Debug, Clone, Default)]
pub struct ProductNames(pub(super) Vec<(String, Phrases)>);

/// For requests in which no product can be named.
pub static NO_PRODUCTS: ProductNames = ProductNames(Vec::new());

impl ProductNames {
    /// Each product or feature: what it is to be called in the plan, and all its names.
    #[must_use]
    pub fn new(names: Vec<(String, Vec<String>)>) -> Self {
        Self(names.into_iter().map(|(name, all)| (name, Phrases::from(all))).collect())
    }
}

impl Prompts {
    /// Reads the values of a sentence that a skill can use; `products` is the catalogue.
    pub(super) fn values<'a>(&'a self, skill: &Skill, products: &ProductNames, sentence: &Sentence) -> Values<'a> {
        let industry = first(&self.industries, sentence);
        let place = first(&self.places, sentence);
        let product = products
            .0
            .iter()
            .filter_map(|(name, phrases)| phrases.first_in(&sentence.tokens).map(|at| (name.clone(), at)))
            .max_by_key(|(_, at)| at.len());
        // "for" leads to the customer where there is one, so a product is then one of the catalogue.
        let of_customer = skill.inputs.iter().any(|input| input.kind == InputKind::Company);
        let product = product.or_else(|| (!of_customer).then(|| self.name(skill, sentence, &self.product_leads))?);
        Values {
            count: count(sentence),
            company: self.name(skill, sentence, &self.company_leads),
            product,
            industry,
            place,
        }
    }

    /// The name that follows one of the words that lead to one; one with a capital letter before others.
    fn name(&self, skill: &Skill, sentence: &Sentence, leads: &Phrases) -> Option<(String, Range<usize>)> {
        let tokens = &sentence.tokens;
        if let Some(quoted) = quoted(sentence) {
            return Some(quoted);
        }
        let mut found: Vec<Range<usize>> = Vec::new();
        for at in 0..tokens.len() {
            let Some(len) = leads.longest_at(tokens, at) else { continue };
            let name = self.name_from(skill, sentence, at + len);
            if !name.is_empty() {
                found.push(name);
            }
        }
        let capital = |range: &&Range<usize>| {
            Range::<usize>::clone(range)
                .any(|at| tokens[at].kind == Kind::Word && tokens[at].raw.starts_with(char::is_uppercase))
        };
        let han = |range: &&Range<usize>| Range::<usize>::clone(range).any(|at| tokens[at].kind == Kind::Han);
        let range = found
            .iter()
            .find(capital)
            .or_else(|| found.iter().find(han))
            .or_else(|| found.first())
            .cloned()
            .or_else(|| self.capitals(skill, sentence))
            .or_else(|| self.before_of(skill, sentence))?;
        Some((sentence.quote(range.clone()), range))
    }

    /// The words of a name from `begin` on.
    fn name_from(&self, skill: &Skill, sentence: &Sentence, mut begin: usize) -> Range<usize> {
        let tokens = &sentence.tokens;
        while let Some(len) = self.before_name.longest_at(tokens, begin).or_else(|| self.kind_at(tokens, begin)) {
            begin += len;
        }
        let mut end = begin;
        while let Some(token) = tokens.get(end) {
            let joined = matches!(token.text.as_str(), "and" | "&" | "-" | "'")
                && end > begin
                && tokens.get(end + 1).is_some_and(|next| {
                    next.raw.starts_with(char::is_uppercase) && self.name_ends.longest_at(tokens, end + 1).is_none()
                });
            let ends = self.name_ends.longest_at(tokens, end).is_some()
                || token.kind == Kind::Mark
                || token.kind == Kind::Email;
            if (ends && !joined) || end - begin >= MAX_NAME_WORDS * if token.kind == Kind::Han { 3 } else { 1 } {
                break;
            }
            end += 1;
        }
        let filler = self.filler.covered(tokens);
        let subject = skill.recognise.subjects.covered(tokens);
        let says = |at: usize| !filler[at] && !subject[at] && !sentence.used[at] && tokens[at].number().is_none();
        if (begin..end).any(says) { begin..end } else { begin..begin }
    }

    /// What says of which kind the named company is: "hotel group" before a name in capitals, 香港的.
    fn kind_at(&self, tokens: &[Token], at: usize) -> Option<usize> {
        const GROUPS: [&str; 5] = ["group", "chain", "brand", "business", "operator"];
        let (_, len) =
            [&self.industries, &self.places].into_iter().find_map(|list| Named::found_at(list, tokens, at))?;
        let next = tokens.get(at + len)?;
        if next.text == "的" {
            return Some(len + 1);
        }
        let len = if GROUPS.contains(&next.text.as_str()) { len + 1 } else { len };
        let small = tokens[at..at + len].iter().all(|token| token.raw.starts_with(char::is_lowercase));
        (small && tokens.get(at + len)?.raw.starts_with(char::is_uppercase)).then_some(len)
    }

    /// "ABC Restaurant Group pitch deck": words in capitals that are not the beginning of the sentence or the subject.
    fn capitals(&self, skill: &Skill, sentence: &Sentence) -> Option<Range<usize>> {
        let tokens = &sentence.tokens;
        let lower = tokens.iter().filter(|token| token.raw.starts_with(char::is_lowercase)).count();
        if lower < 1 {
            return None;
        }
        let (filler, send) = (self.filler.covered(tokens), self.send.covered(tokens));
        let subject = skill.recognise.subjects.covered(tokens);
        let hint = skill.recognise.hints.covered(tokens);
        let names = |at: usize| {
            let token = &tokens[at];
            token.kind == Kind::Word
                && token.raw.starts_with(char::is_uppercase)
                && !filler[at]
                && !send[at]
                && !subject[at]
                && !hint[at]
                && !sentence.used[at]
                && self.name_ends.longest_at(tokens, at).is_none()
        };
        let mut longest: Option<Range<usize>> = None;
        let mut at = 0;
        while at < tokens.len() {
            let mut end = at;
            while end < tokens.len() && names(end) {
                end += 1;
            }
            if end > at && longest.as_ref().is_none_or(|range| range.len() < end - at) {
                longest = Some(at..end);
            }
            at = end.max(at + 1);
        }
        longest
    }

    /// ABC餐饮集团的推介方案: what stands before 的 and the subject.
    fn before_of(&self, skill: &Skill, sentence: &Sentence) -> Option<Range<usize>> {
        let tokens = &sentence.tokens;
        let of = (0..tokens.len())
            .find(|at| tokens[*at].text == "的" && skill.recognise.subjects.longest_at(tokens, *at + 1).is_some())?;
        let filler = self.filler.covered(tokens);
        let mut begin = of;
        while begin > 0 && !filler[begin - 1] && tokens[begin - 1].kind != Kind::Mark {
            begin -= 1;
        }
        (begin < of && (begin..of).any(|at| !sentence.used[at])).then_some(begin..of)
    }
}

/// A name between quotation marks: they are no tokens, so the text between them is looked for among them.
fn quoted(sentence: &Sentence) -> Option<(String, Range<usize>)> {
    let (text, words) = sentence.quotation.as_ref()?;
    let texts: Vec<&str> = sentence.tokens.iter().map(|token| token.text.as_str()).collect();
    let at = texts
        .windows(words.len().max(1))
        .position(|window| window.iter().zip(words).all(|(one, other)| one == other))?;
    Some((text.clone(), at..at + words.len()))
}

/// The entry of a list that a text names first, the longest where several begin at once.
fn first<'a>(list: &'a [Named], sentence: &Sentence) -> Option<(&'a Named, Range<usize>)> {
    (0..sentence.tokens.len())
        .find_map(|at| Named::found_at(list, &sentence.tokens, at).map(|(named, len)| (named, at..at + len)))
}

/// The first number that is no part of a period: in digits, as an English word, or in Chinese before a word of measure.
fn count(sentence: &Sentence) -> Option<(u32, Range<usize>)> {
    const WORDS: [(&str, u32); 16] = [
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("twelve", 12),
        ("dozen", 12),
        ("fifteen", 15),
        ("twenty", 20),
        ("thirty", 30),
        ("fifty", 50),
        ("hundred", 100),
    ];
    let tokens = &sentence.tokens;
    for (at, token) in tokens.iter().enumerate().filter(|(at, _)| !sentence.used[*at]) {
        if let Some(number) = token.number().filter(|number| (1..=MAX_COUNT).contains(number)) {
            return Some((number, at..at + 1));
        }
        if let Some((_, number)) = WORDS.iter().find(|(word, _)| *word == token.text) {
            return Some((*number, at..at + 1));
        }
        if let Some((number, len)) = chinese(sentence, at) {
            return Some((number, at..at + len));
        }
    }
    None
}

fn chinese(sentence: &Sentence, at: usize) -> Option<(u32, usize)> {
    let digit =
        |text: &str| "一二三四五六七八九".chars().position(|c| text.starts_with(c) && text.chars().count() == 1);
    let digit =
        |text: &str| if text == "两" { Some(2) } else { digit(text).and_then(|at| u32::try_from(at + 1).ok()) };
    let (mut total, mut last, mut len) = (0, None, 0);
    loop {
        let text = sentence.text(at + len);
        match (digit(text), text) {
            (Some(number), _) => last = Some(number),
            (None, "十") => total += last.take().unwrap_or(1) * 10,
            (None, "百") => total += last.take().unwrap_or(1) * 100,
            _ => break,
        }
        len += 1;
    }
    let number = total + last.unwrap_or_default();
    let measure = ["家", "个", "间", "名", "位", "条", "封", "份"].contains(&sentence.text(at + len));
    (len > 0 && measure && number > 1 && number <= MAX_COUNT).then_some((number, len))
}
