//! The built-in planner: recognises what a person wants in English or Chinese, fills the skill's inputs, and asks when
//! something is missing. Deterministic, without a network and without a model. It never invents text: what it says is in
//! `prompts/planner.yaml` and in the skills' files.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use chrono::NaiveDate;
use mezzofy_domain::language::Language;
use mezzofy_domain::meeting::{self, Meeting};
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::period::Period;
use mezzofy_domain::writing::is_han;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::skills::{InputKind, Skill, SkillProblem, Skills, Text, parse, read_text};

mod answer;
mod calendar;
mod department;
mod filling;
mod model;
mod periods;
mod prompts;
mod recipients;
mod recognise;
mod values;
pub(crate) mod words;

use calendar::Calendar;
use department::Departments;
pub use filling::InputMismatch;
use filling::{Filling, MissingInput};
pub(crate) use model::question_in;
pub use model::{BuiltIn, PLANNER};
use prompts::Prompts;
use recipients::Reader;
use recognise::{SkillMatch, guesses};
pub use values::{NO_PRODUCTS, ProductNames};
use words::{Kind, Phrases, Sentence, Token};

/// The planner with its words.
#[derive(Debug)]
pub struct Planner {
    prompts: Prompts,
    departments: Departments,
}

/// What a person asks, and what must be known to understand it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The person's texts of this run, the newest last.
    pub texts: &'a [String],
    /// The question that the newest text answers.
    pub open: Option<&'a OpenQuestion>,
    /// Who asks.
    pub me: &'a Person,
    /// The company's directory; disabled people are not found.
    pub people: &'a [Person],
    /// Today in the company's time zone.
    pub today: NaiveDate,
    /// The last ended month that has ledger entries.
    pub latest_month: Option<Period>,
    /// The names of the skills this person may use.
    pub allowed: &'a [String],
    /// What the catalogue has, by name.
    pub products: &'a ProductNames,
}

/// What the planner makes of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// The skill to run, with its inputs complete.
    Skill(SkillPlan),
    /// Something must be asked first.
    Ask(OpenQuestion),
    /// Nothing the assistant has can do it.
    NotPossible {
        /// What the person is told, with what can be done instead.
        text: String,
        /// Whose agent would serve it, if that can be told.
        agent: Option<Department>,
    },
    /// A skill does it, but not for this person.
    NotPermitted {
        skill: String,
        /// Whose agent would serve it.
        agent: Department,
        /// What the person is told.
        text: String,
    },
    /// A greeting, thanks or a question for help; or the person called off what they asked for.
    Talk {
        /// What the person is told.
        text: String,
    },
}

/// A skill to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkillPlan {
    /// The skill's name.
    pub skill: String,
    /// The agent that serves it: that of the skill's department.
    pub agent: Department,
    /// The language the person is answered in.
    pub language: Language,
    /// The inputs by name.
    pub inputs: Map<String, Value>,
    /// The inputs as people read them: `October 2026`, `Grace Tan`, `Grace Tan (ceo@mezzofy.example)`.
    pub labels: BTreeMap<String, Text>,
}

/// A question that the person's next text answers. Stored with the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenQuestion {
    /// What the person is asked.
    pub question: String,
    /// The likely answers, as buttons; any other text is an answer too.
    pub choices: Vec<Choice>,
    /// Whose agent serves the request, as far as it is known.
    pub agent: Department,
    about: About,
}

/// One likely answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the button says; sending it as a text chooses it.
    pub label: String,
    /// What it stands for: a skill's name, an email address or a period.
    pub value: String,
}

/// What an open question is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum About {
    /// Which skill this text asks for.
    Skill { text: String },
    /// An input of a skill that is otherwise understood.
    Input(Filling),
}

/// A request with the language it is answered in.
#[derive(Clone, Copy)]
struct PlanContext<'a> {
    request: &'a Request<'a>,
    skills: &'a Skills,
    language: Language,
}

impl Planner {
    /// Reads the planner's words from `prompts/planner.yaml`, and what people ask of each department from `departments.yaml`
    /// beside it; a wrong file is refused with its lines.
    pub fn load(file: &Path) -> Result<Self, Vec<SkillProblem>> {
        let prompts = prompts::load(file)?;
        let beside = file.with_file_name("departments.yaml");
        let examples = read_text(&beside).and_then(|text| parse(&beside, 0, &text)).map_err(|problem| vec![problem])?;
        let departments = Departments::learn(&examples, &prompts.filler);
        Ok(Self { prompts, departments })
    }

    /// Makes a plan of a person's newest text.
    #[must_use]
    pub fn plan(&self, skills: &Skills, request: &Request<'_>) -> Plan {
        let text = request.texts.last().map_or("", String::as_str);
        let asked = PlanContext { request, skills, language: language_of(text, request) };
        match request.open {
            Some(open) => self.answered(asked, open, text),
            None => self.fresh(asked, text),
        }
    }

    /// Cuts a text, with slips of the keyboard mended where a word of ours is meant.
    fn read(&self, skills: &Skills, text: &str) -> Sentence {
        let mut sentence = Sentence::read(text);
        sentence.mend(|| {
            let of_skill = |skill: &'_ Skill| {
                let recognise = &skill.recognise;
                let phrases = [&recognise.subjects, &recognise.hints, &recognise.against];
                let flags = skill.inputs.iter().map(|input| &input.words);
                let phrases = phrases.into_iter().chain(flags).flat_map(Phrases::stems).map(str::to_owned);
                let examples = recognise.examples.iter().flatten().map(|token| token.stem.clone());
                phrases.chain(examples).collect::<Vec<_>>()
            };
            skills.iter().flat_map(of_skill).chain(self.prompts.stems()).collect()
        });
        sentence
    }

    /// A text that answers no question.
    fn fresh(&self, asked: PlanContext<'_>, text: &str) -> Plan {
        if let Some(talk) = self.talk(asked, text) {
            return talk;
        }
        if let Some(plan) = self.recurring(asked, text) {
            return plan;
        }
        let found = self.guesses(asked, text);
        let may = |guess: &&SkillMatch<'_>| asked.may_use(guess.skill);
        match found.as_slice() {
            [first, rest @ ..] if first.is_sure() && rest.first().is_none_or(|second| first.leads(second)) => {
                if asked.may_use(first.skill) {
                    self.fill(asked, first.skill, text)
                } else {
                    self.not_permitted(asked, first.skill)
                }
            }
            _ => match self.likely(asked, text, found.iter().filter(may)).as_slice() {
                [] => match found.iter().find(|guess| guess.is_sure()) {
                    Some(guess) => self.not_permitted(asked, guess.skill),
                    None => Plan::NotPossible {
                        text: asked.say(&self.prompts.texts.not_possible.value, &[("offers", &self.offers(asked))]),
                        agent: self.department_of(asked, text).map(|(department, _)| department),
                    },
                },
                likely => Plan::Ask(self.which_skill(asked, likely, text)),
            },
        }
    }

    /// A request that is to be made again and again. What is asked each time must be understood without a question, as nobody
    /// is there to answer it.
    fn recurring(&self, asked: PlanContext<'_>, text: &str) -> Option<Plan> {
        let skill = asked.skills.iter().find(|skill| skill.recognise.recurring)?;
        if self.changes_schedule(skill, text) {
            // "Move my weekly report to every Tuesday at 10" asks for nothing else.
            return Some(if asked.may_use(skill) {
                self.fill(asked, skill, text)
            } else {
                self.not_permitted(asked, skill)
            });
        }
        let recurring = mezzofy_domain::schedule::words::read(text)?;
        Some(match self.fresh(asked, &recurring.request) {
            Plan::Skill(_) if asked.may_use(skill) => self.fill(asked, skill, text),
            Plan::Skill(_) => self.not_permitted(asked, skill),
            Plan::Ask(open) => Plan::NotPossible {
                text: asked.say(&self.prompts.texts.recurring_unclear.value, &[("question", &open.question)]),
                agent: Some(open.agent),
            },
            other => other,
        })
    }

    /// Whether a text begins with what is to be done to a schedule, or in Chinese with 把 and what, and speaks of one.
    fn changes_schedule(&self, skill: &Skill, text: &str) -> bool {
        let tokens = words::tokens(text);
        let filler = self.prompts.filler.covered(&tokens);
        let flags = || skill.inputs.iter().filter(|input| input.kind == InputKind::Flag);
        let first = |at: &usize| flags().any(|flag| flag.words.longest_at(&tokens, *at).is_some());
        let led = tokens.first().is_some_and(|token| token.text == "把");
        let begins = (0..tokens.len()).find(|at| first(at) || !filler[*at]).is_some_and(|at| first(&at));
        let after = led && (0..tokens.len()).any(|at| first(&at));
        (begins || after) && self.prompts.standing.is_in(&tokens)
    }

    fn guesses<'a>(&self, asked: PlanContext<'a>, text: &str) -> Vec<SkillMatch<'a>> {
        let mut sentence = self.read(asked.skills, text);
        let reader = Reader::new(&self.prompts, asked.request.me, asked.request.people);
        self.read_slots(asked, &reader, None, &mut sentence);
        let as_read = |skill: &Skill| {
            if skill.input(InputKind::Moment).is_none() {
                return sentence.clone();
            }
            let mut timeless = self.read(asked.skills, &timeless(text, &meeting::read(text, asked.request.today)));
            self.read_slots(asked, &reader, Some(skill), &mut timeless);
            timeless
        };
        guesses(&self.prompts, asked.skills, asked.request.products, as_read)
    }

    /// All names of an industry, in lower case: those of the list that has this one, or itself alone.
    #[must_use]
    pub fn industry_names(&self, named: &str) -> Vec<String> {
        names_of(&self.prompts.industries, named)
    }

    /// What an industry is called here, if the list has it.
    #[must_use]
    pub fn industry_code(&self, named: &str) -> Option<String> {
        code_of(&self.prompts.industries, named)
    }

    /// What a place is called here, if the list has it.
    #[must_use]
    pub fn place_code(&self, named: &str) -> Option<String> {
        code_of(&self.prompts.places, named)
    }

    /// All names of a place, in lower case.
    #[must_use]
    pub fn place_names(&self, named: &str) -> Vec<String> {
        names_of(&self.prompts.places, named)
    }

    /// The two best of what may be meant; none where the words are surely those of a department that none of them serves.
    fn likely<'a>(
        &self,
        asked: PlanContext<'_>,
        text: &str,
        found: impl Iterator<Item = &'a SkillMatch<'a>>,
    ) -> Vec<&'a Skill> {
        let likely: Vec<&Skill> = found.take(2).map(|guess| guess.skill).collect();
        match self.department_of(asked, text) {
            Some((of, true)) if !likely.iter().any(|skill| skill.department == of) => Vec::new(),
            _ => likely,
        }
    }

    /// Whose request a text is, by the words that name neither time nor recipient; and whether that is sure.
    fn department_of(&self, asked: PlanContext<'_>, text: &str) -> Option<(Department, bool)> {
        let mut sentence = Sentence::read(text);
        let reader = Reader::new(&self.prompts, asked.request.me, asked.request.people);
        self.read_slots(asked, &reader, None, &mut sentence);
        let said = sentence.tokens.iter().zip(&sentence.used).filter(|(_, used)| !**used);
        let said: Vec<Token> = said.map(|(token, _)| token.clone()).collect();
        self.departments.best(&said, &self.prompts.filler)
    }

    /// Greetings, thanks and "what can you do?".
    fn talk(&self, asked: PlanContext<'_>, text: &str) -> Option<Plan> {
        let tokens = words::tokens(text);
        let (offers, texts) = (self.offers(asked), &self.prompts.texts);
        let name = asked.request.me.name.as_str();
        let said = [
            (&self.prompts.help, &texts.help),
            (&self.prompts.thanks, &texts.thanks),
            (&self.prompts.greeting, &texts.greeting),
        ];
        let (_, answer) = said.into_iter().find(|(phrases, _)| self.says_only(phrases, &tokens))?;
        Some(Plan::Talk { text: asked.say(&answer.value, &[("offers", &offers), ("name", name)]) })
    }

    /// Whether a text holds one of the phrases, and else only filler.
    fn says_only(&self, phrases: &Phrases, tokens: &[Token]) -> bool {
        let (said, filler) = (phrases.covered(tokens), self.prompts.filler.covered(tokens));
        said.contains(&true)
            && tokens.iter().enumerate().all(|(at, token)| said[at] || filler[at] || token.kind == Kind::Mark)
    }

    fn not_permitted(&self, asked: PlanContext<'_>, skill: &Skill) -> Plan {
        let title = skill.title.in_language(asked.language);
        let text =
            asked.say(&self.prompts.texts.not_permitted.value, &[("skill", title), ("offers", &self.offers(asked))]);
        Plan::NotPermitted { skill: skill.name.clone(), agent: skill.department, text }
    }

    fn which_skill(&self, asked: PlanContext<'_>, likely: &[&Skill], text: &str) -> OpenQuestion {
        let title = |skill: &Skill| skill.title.in_language(asked.language).to_owned();
        let question = match likely {
            [one] => asked.say(&self.prompts.texts.this_skill.value, &[("skill", &title(one))]),
            _ => asked.say(&self.prompts.texts.which_skill.value, &[]),
        };
        OpenQuestion {
            question,
            choices: likely.iter().map(|skill| Choice { label: title(skill), value: skill.name.clone() }).collect(),
            agent: likely.first().map_or(asked.request.me.department, |skill| skill.department),
            about: About::Skill { text: text.to_owned() },
        }
    }

    /// What this person can have done, a line each.
    fn offers(&self, asked: PlanContext<'_>) -> String {
        let language = asked.language;
        let skills = asked.skills.iter().filter(|skill| asked.may_use(skill));
        let lines: Vec<String> = skills
            .map(|skill| format!("- {}: {}", skill.title.in_language(language), skill.summary.in_language(language)))
            .collect();
        if lines.is_empty() { asked.say(&self.prompts.texts.nothing_offered.value, &[]) } else { lines.join("\n") }
    }
}

/// A text without what it says of a time and of what an event is about. What is part of a word with `@` is no time: nothing is cut out of it.
fn timeless(text: &str, meeting: &Meeting) -> String {
    let mut said = meeting.said.clone();
    said.retain(|range| !is_in_address(text, range));
    said.sort_by_key(|range| range.start);
    let (mut rest, mut from) = (String::new(), 0);
    for range in said {
        if range.start >= from {
            rest.push_str(&text[from..range.start]);
            rest.push(' ');
            from = range.end;
        }
    }
    rest + &text[from..]
}

fn is_in_address(text: &str, range: &Range<usize>) -> bool {
    let part = |c: char| (c.is_alphanumeric() && !is_han(c)) || "._%+-@".contains(c);
    let (before, said, after) = (&text[..range.start], &text[range.clone()], &text[range.end..]);
    let before = if said.starts_with(part) { before.len() - before.trim_end_matches(part).len() } else { 0 };
    let after = if said.ends_with(part) { after.len() - after.trim_start_matches(part).len() } else { 0 };
    text[range.start - before..range.start].contains('@') || text[range.end..range.end + after].contains('@')
}

fn code_of(list: &[prompts::Named], named: &str) -> Option<String> {
    let tokens = words::tokens(named);
    (0..tokens.len()).find_map(|at| prompts::Named::found_at(list, &tokens, at)).map(|(named, _)| named.code.clone())
}

/// The names of the entry that a text names, in lower case.
fn names_of(list: &[prompts::Named], named: &str) -> Vec<String> {
    let tokens = words::tokens(named);
    let mut all = vec![named.trim().to_lowercase()];
    if let Some((entry, _)) = prompts::Named::found_at(list, &tokens, 0) {
        all.extend([&entry.code, &entry.name.en, &entry.name.zh].map(|name| name.to_lowercase()));
        all.extend(entry.names.iter().map(|name| name.to_lowercase()));
    }
    all.sort();
    all.dedup();
    all
}

impl PlanContext<'_> {
    fn may_use(&self, skill: &Skill) -> bool {
        self.request.allowed.contains(&skill.name)
    }

    fn say(&self, text: &Text, values: &[(&str, &str)]) -> String {
        text.say(self.language, values).trim().to_owned()
    }

    fn calendar(&self) -> Calendar {
        Calendar { today: self.request.today, latest_month: self.request.latest_month }
    }
}

/// The language of a text; a short answer without letters is in that of the run's first text.
fn language_of(text: &str, request: &Request<'_>) -> Language {
    let first = request.texts.first().map_or("", String::as_str);
    let of_run = Language::of_text(first, request.me.language);
    if request.open.is_some() { of_run } else { Language::of_text(text, request.me.language) }
}

#[cfg(test)]
pub(crate) mod tests;
