//! The planner's own words: what it recognises besides the skills' words, and everything it says. They are data
//! (`prompts/planner.yaml`), checked when they are read.

use std::ops::Range;
use std::path::Path;

use mezzofy_domain::people::Person;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::words::{Phrase, Phrases, Sentence, Token};
use crate::skills::{SkillProblem, Text};

/// The content of `prompts/planner.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prompts {
    /// Words that say nothing about what is wanted.
    pub(super) filler: Phrases,
    /// Words that ask for something to be brought to someone.
    pub(super) send: Phrases,
    /// Those of them that can only mean a mail, so that a recipient is needed.
    pub(super) mail: Phrases,
    /// Words that hold a sending word but mean something else.
    pub(super) not_sending: Phrases,
    /// Words that turn what follows into its contrary.
    pub(super) negation: Phrases,
    /// The person who asks.
    pub(super) me: Phrases,
    /// What may stand before a person.
    pub(super) before_person: Phrases,
    /// What joins two persons.
    pub(super) joining: Phrases,
    /// Offices of the company.
    pub(super) offices: Vec<Office>,
    /// File formats.
    pub(super) formats: Vec<Named>,
    /// Languages to write in.
    pub(super) languages: Vec<Named>,
    /// Industries of companies.
    pub(super) industries: Vec<Named>,
    /// Places of companies.
    pub(super) places: Vec<Named>,
    /// What a company's name may follow.
    pub(super) company_leads: Phrases,
    /// What a product's name may follow.
    pub(super) product_leads: Phrases,
    /// What may stand between those words and the name.
    pub(super) before_name: Phrases,
    /// Where a name ends.
    pub(super) name_ends: Phrases,
    /// Channels in Teams by name; `own` is that of the person's department.
    channels: Vec<Named>,
    /// What may stand before a channel.
    before_channel: Phrases,
    /// What may stand after one.
    after_channel: Phrases,
    /// What leads to a channel that something is to go to.
    to_channel: Phrases,
    /// What asks for a post; at the beginning of a sentence it says nothing of the work.
    posting: Phrases,
    /// Places the assistant can't deliver to.
    pub(super) elsewhere: Vec<Named>,
    /// Words that ask for work at other times than now.
    pub(super) recurring: Phrases,
    /// Words that speak of a schedule that is there.
    pub(super) standing: Phrases,
    pub(super) greeting: Phrases,
    pub(super) thanks: Phrases,
    pub(super) help: Phrases,
    pub(super) yes: Phrases,
    pub(super) nobody: Phrases,
    pub(super) stop: Phrases,
    pub(super) texts: Texts,
}

/// An office, e.g. the CEO.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Office {
    /// How people call it.
    pub(super) words: Phrases,
    /// What the title of who holds it contains.
    pub(super) titles: Phrases,
}

/// Something with a code, a name to say, and the words people use for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) code: String,
    pub(super) name: Text,
    pub(super) words: Phrases,
    /// Further names in data, which nobody says.
    #[serde(default)]
    pub(super) names: Vec<String>,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($($hole:literal),*);)*) => {
        /// What the planner says. Each text may hold only the references named for it.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct Texts {
            $($(#[$doc])* pub(super) $name: Spanned<Text>,)*
        }

        impl Texts {
            fn with_holes(&self) -> Vec<(&'static str, &Spanned<Text>, &'static [&'static str])> {
                vec![$((stringify!($name), &self.$name, &[$($hole),*]),)*]
            }
        }
    };
}

texts! {
    greeting("name", "offers");
    thanks();
    help("offers");
    nothing_offered();
    not_possible("offers");
    not_permitted("skill", "offers");
    which_skill();
    this_skill("skill");
    no_person("who");
    several_people("who", "count");
    several_periods();
    unclear_period("said");
    format_not_possible("format", "skill", "formats");
    language_not_possible("language", "skill");
    elsewhere_not_possible("place");
    recurring_not_possible();
    recurring_unclear("question");
    not_understood("question");
    stopped();
}

/// Reads and checks the planner's words.
pub(super) fn load(file: &Path) -> Result<Prompts, Vec<SkillProblem>> {
    let problem = |line, reason| SkillProblem { file: file.to_owned(), line, reason };
    let yaml =
        std::fs::read_to_string(file).map_err(|error| vec![problem(0, format!("the file can't be read: {error}"))])?;
    let prompts: Prompts =
        serde_saphyr::from_str(&yaml).map_err(|error| vec![SkillProblem::of_yaml(file, 0, &error)])?;

    let mut problems = Vec::new();
    for (name, text, holes) in prompts.texts.with_holes() {
        for hole in text.value.holes() {
            if !holes.contains(&hole.as_str()) {
                problems
                    .push(problem(text.referenced.line(), format!("the text `{name}` has no value for ${{{hole}}}")));
            }
        }
    }
    if problems.is_empty() { Ok(prompts) } else { Err(problems) }
}

impl Prompts {
    /// The stems of its words.
    pub(super) fn stems(&self) -> impl Iterator<Item = String> {
        let lists =
            [&self.filler, &self.send, &self.mail, &self.negation, &self.joining, &self.recurring, &self.name_ends];
        let named = [&self.formats, &self.languages, &self.industries, &self.places, &self.channels, &self.elsewhere];
        let offices = self.offices.iter().map(|office| &office.words);
        let named = named.into_iter().flatten().map(|named| &named.words);
        lists.into_iter().chain(named).chain(offices).flat_map(Phrases::stems).map(str::to_owned)
    }

    /// The channel that the work is to be posted in. Its words, and those that only lead to it, leave the sentence: they say nothing of
    /// the work itself. A channel that nothing is asked to go to is none.
    pub(super) fn channel(&self, me: &Person, sentence: &mut Sentence) -> Option<String> {
        let tokens = &sentence.tokens;
        let at = |at: usize| Named::found_at(&self.channels, tokens, at).map(|(named, len)| (named, at..at + len));
        let (named, Range { start, end }) = (0..tokens.len()).find_map(at)?;
        let lead = |end: usize| {
            (1..=4.min(end)).rev().find(|len| self.before_channel.longest_at(tokens, end - len) == Some(*len))
        };
        let mut begin = start;
        while let Some(len) = lead(begin) {
            begin -= len;
        }
        // "Content for our sales channel" only speaks of one.
        let asked = [&self.posting, &self.send].into_iter().any(|words| words.first_in(&tokens[..start]).is_some());
        if !asked || !self.to_channel.is_in(&tokens[begin..end]) {
            return None;
        }
        let end = end + self.after_channel.longest_at(tokens, end).unwrap_or(0);
        let negated = self.is_negated(tokens, begin);
        let channel = if named.code == "own" { me.department.code().to_owned() } else { named.code.clone() };
        sentence.remove(begin..end);
        if let Some(len) = self.posting.longest_at(&sentence.tokens, 0) {
            sentence.remove(0..len);
        }
        (!negated).then_some(channel)
    }

    /// Whether a text names this channel.
    pub(super) fn names_channel(&self, text: &str, channel: &str) -> bool {
        let tokens = super::words::tokens(text);
        let named = |at| Named::found_at(&self.channels, &tokens, at).is_some_and(|(named, _)| named.code == channel);
        (0..tokens.len()).any(named)
    }

    /// Whether a word of negation stands before `at`, with nothing but filler between.
    pub(super) fn is_negated(&self, tokens: &[Token], at: usize) -> bool {
        let filler = self.filler.covered(tokens);
        let other = self.not_sending.covered(tokens);
        (at.saturating_sub(5)..at).filter(|begin| !other[*begin]).any(|begin| {
            let len = self.negation.longest_at(tokens, begin).unwrap_or(0);
            len > 0 && begin + len <= at && (begin + len..at).all(|between| filler[between])
        })
    }
}

impl Named {
    /// The first of a list that is named in a text, and where.
    pub(super) fn found_at<'a>(list: &'a [Self], tokens: &[Token], at: usize) -> Option<(&'a Self, usize)> {
        list.iter()
            .filter_map(|named| named.words.longest_at(tokens, at).map(|len| (named, len)))
            .max_by_key(|(_, len)| *len)
    }
}

impl Office {
    /// Whether a title is that of who holds the office.
    pub(super) fn is_held_with(&self, title: &str) -> bool {
        let title = super::words::tokens(title);
        self.titles.iter().any(|phrase: &Phrase| phrase.is_in(&title))
    }
}
