//! The people of the company as a text may name them.

use std::ops::Range;

use mezzofy_domain::effect::is_address;
use mezzofy_domain::people::Person;
use serde::{Deserialize, Serialize};

use super::super::prompts::{Office, Prompts};
use super::super::words::{Kind, Phrase, Sentence, Token, tokens};

/// Someone to write to; without a name when the address is not in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recipient {
    pub(crate) email: String,
    pub(crate) name: Option<String>,
}

/// Who a few words name.
#[derive(Debug)]
pub(super) enum Match {
    One(Recipient),
    Several { named: String, candidates: Vec<Recipient> },
    Nobody { named: String },
}

/// The directory with each entry cut into tokens once.
pub(super) struct Directory<'a> {
    prompts: &'a Prompts,
    me: &'a Person,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    person: &'a Person,
    /// Title and role: matched whole.
    posts: Vec<Phrase>,
    /// Full name, first name, last name.
    names: Vec<Phrase>,
    /// Everything that a vague description may hit.
    all: Vec<Token>,
}

impl Recipient {
    pub(super) fn of(person: &Person) -> Self {
        Self { email: person.email.clone(), name: Some(person.name.clone()) }
    }
}

impl<'a> Directory<'a> {
    pub(super) fn new(prompts: &'a Prompts, me: &'a Person, people: &'a [Person]) -> Self {
        let entries = people.iter().filter(|person| !person.disabled).map(Entry::new).collect();
        Self { prompts, me, entries }
    }

    pub(super) fn is_me(&self, who: &Recipient) -> bool {
        who.email == self.me.email
    }

    /// Who is named at `at`, and in how many tokens.
    pub(super) fn at(&self, sentence: &Sentence, at: usize) -> Option<(usize, Match)> {
        let token = sentence.tokens.get(at)?;
        if token.kind == Kind::Email {
            return self.address_at(sentence, at);
        }
        if let Some(len) = self.prompts.me.longest_at(&sentence.tokens, at) {
            return Some((len, Match::One(Recipient::of(self.me))));
        }
        let office = super::office_at(self.prompts, sentence, at);
        let (len, people) = self.longest(sentence, at, |entry| entry.posts.iter().chain(&entry.names));
        match office {
            Some((office, office_len)) if office_len >= len => {
                Some((office_len, self.holders(office, sentence.quote(at..at + office_len))))
            }
            _ if len > 0 => Some((len, one_of(sentence.quote(at..at + len), people))),
            _ => None,
        }
    }

    /// Who has the address at `at`; nobody where a word with `@` is none.
    pub(super) fn address_at(&self, sentence: &Sentence, at: usize) -> Option<(usize, Match)> {
        let token = sentence.tokens.get(at).filter(|token| token.kind == Kind::Email)?;
        if !is_address(&token.text) {
            return Some((1, Match::Nobody { named: token.raw.clone() }));
        }
        let known = self.entries.iter().find(|entry| entry.person.email.eq_ignore_ascii_case(&token.text));
        let who = known
            .map_or_else(|| Recipient { email: token.text.clone(), name: None }, |entry| Recipient::of(entry.person));
        Some((1, Match::One(who)))
    }

    /// Who is called so at `at`, by name alone.
    pub(super) fn name_at(&self, sentence: &Sentence, at: usize) -> Option<(usize, Match)> {
        let (len, people) = self.longest(sentence, at, |entry| entry.names.iter());
        (len > 0).then(|| (len, one_of(sentence.quote(at..at + len), people)))
    }

    /// The length of the full name, of more than one word, that begins at `at`.
    pub(super) fn full_name_at(&self, sentence: &Sentence, at: usize) -> Option<usize> {
        let names = self.entries.iter().filter_map(|entry| entry.names.first());
        names.filter(|name| name.len() > 1 && name.is_at(&sentence.tokens, at)).map(Phrase::len).max()
    }

    /// The people a vague description may mean: all its words are in their name, title or department.
    pub(super) fn search(&self, sentence: &Sentence, range: Range<usize>) -> Match {
        let named = sentence.quote(range.clone());
        let sought = sentence.tokens.get(range).unwrap_or_default();
        let fits = |entry: &&Entry| sought.iter().all(|token| entry.all.iter().any(|known| known.stem == token.stem));
        one_of(named, self.entries.iter().filter(fits).map(|entry| entry.person).collect())
    }

    fn holders(&self, office: &Office, named: String) -> Match {
        one_of(
            named,
            self.entries.iter().map(|entry| entry.person).filter(|person| office.is_held_with(&person.title)).collect(),
        )
    }

    /// The people one of whose phrases is written longest at `at`.
    fn longest<'s, P: Iterator<Item = &'s Phrase>>(
        &'s self,
        sentence: &Sentence,
        at: usize,
        phrases: impl Fn(&'s Entry<'a>) -> P,
    ) -> (usize, Vec<&'a Person>) {
        let mut best = (0, Vec::new());
        for entry in &self.entries {
            let len =
                phrases(entry).filter(|phrase| phrase.is_at(&sentence.tokens, at)).map(Phrase::len).max().unwrap_or(0);
            if len > best.0 {
                best = (len, vec![entry.person]);
            } else if len > 0 && len == best.0 {
                best.1.push(entry.person);
            }
        }
        best
    }
}

impl<'a> Entry<'a> {
    fn new(person: &'a Person) -> Self {
        let name = tokens(&person.name);
        let han = name.iter().all(|token| token.kind == Kind::Han);
        let mut names = vec![Phrase::new(&person.name)];
        if han && name.len() > 2 {
            names.push(Phrase::new(&name[1..].iter().map(|token| token.raw.as_str()).collect::<String>()));
        } else if !han && name.len() > 1 {
            names.extend([name.first(), name.last()].into_iter().flatten().map(|token| Phrase::new(&token.raw)));
            let given: Vec<&str> = name[..name.len() - 1].iter().map(|token| token.raw.as_str()).collect();
            names.push(Phrase::new(&given.join(" ")));
        }
        let posts = vec![Phrase::new(&person.title), Phrase::new(&person.role.replace('_', " "))];
        let all = tokens(&format!(
            "{} {} {} {}",
            person.name,
            person.title,
            person.role.replace('_', " "),
            person.department
        ));
        Self { person, posts: posts.into_iter().filter(|post| post.len() > 0).collect(), names, all }
    }
}

fn one_of(named: String, people: Vec<&Person>) -> Match {
    match people.as_slice() {
        [] => Match::Nobody { named },
        [one] => Match::One(Recipient::of(one)),
        _ => Match::Several { named, candidates: people.into_iter().map(Recipient::of).collect() },
    }
}
