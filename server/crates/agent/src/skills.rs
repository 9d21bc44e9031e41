//! Skills: folders that teach one kind of work, read and checked when the server starts. `SKILL.md` says what the skill
//! is for and instructs a model; `steps.yaml` says how people ask, the inputs, the steps as tool calls, and the texts.

use std::fmt;
use std::path::{Path, PathBuf};

use mezzofy_domain::language::Language;
pub use mezzofy_domain::language::Text;
use mezzofy_domain::people::Department;
use serde::Deserialize;
use serde_json::Value;

use crate::planner::words::{Phrases, Token};

mod check;
mod file;
mod run;
mod template;

pub(crate) use file::{front_matter, parse, read_text};
pub use run::{NextStep, SkillRun, SkillRunError, StepCall};
use template::{Condition, Template};

/// A tool as the skills see it: its name and the JSON schemas of what it takes and gives.
#[derive(Debug, Clone)]
pub struct ToolShape {
    /// The tool's name.
    pub name: String,
    /// Whether it changes something outside our database.
    pub effect: bool,
    /// The schema of its input object.
    pub input_schema: Value,
    /// The schema of its result, where the tool declares one; references into the result are checked against it.
    pub output_schema: Option<Value>,
}

/// Why a skill file is refused. The line is 0 when the file as a whole is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillProblem {
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, as a sentence.
    pub reason: String,
}

impl SkillProblem {
    /// The problem a YAML text has, `offset` lines into its file.
    pub(crate) fn of_yaml(file: &Path, offset: u64, error: &serde_saphyr::Error) -> Self {
        let error = error.without_snippet();
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        Self { file: file.to_owned(), line: error.location().map_or(0, |location| location.line() + offset), reason }
    }
}

impl fmt::Display for SkillProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.reason)
    }
}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// A period in the contract's form, e.g. `2026-10`.
    Period,
    /// Who gets the result: an email address. All of them are the list named with an `s` at its end.
    Person,
    /// The name of a channel in Teams.
    Channel,
    /// A file format's code, e.g. `pdf`.
    Format,
    /// The language of what is made: `en` or `zh`; that of the request unless it names another.
    Language,
    /// How many: a number.
    Count,
    /// An industry's name, e.g. `F&B`.
    Industry,
    /// A place's name, e.g. `Singapore`.
    Location,
    /// A company's name as it was said.
    Company,
    /// A product or feature as it was said, or as the catalogue calls it.
    Product,
    /// Whether one of some words was said: true, or not there.
    Flag,
    /// A day or days, and perhaps a time: `2026-12-02T15:00`, `2026-12-02`, `2026-11-30/2026-12-06`.
    Moment,
    /// How long something takes, in minutes.
    Duration,
    /// What an event is about, as it was said.
    Topic,
    /// What a webhook told, an object; only a run that one began has it.
    Event,
    /// The whole request.
    Request,
}

/// One input of a skill.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name in `${inputs.name}`.
    pub name: String,
    pub kind: InputKind,
    /// Whether the person is asked when it is neither said nor defaulted.
    pub required: bool,
    /// What holds when nothing is said: for a period `latest`, `month` or `week` for the present one, or a period; for a format a
    /// code; for a count a number.
    pub default: Option<String>,
    /// The formats the skill can make.
    pub choices: Vec<String>,
    /// The question that asks for it.
    pub ask: Option<Text>,
    /// The words of a flag; of a person those that lead to somebody besides the words of sending.
    pub(crate) words: Phrases,
    /// The flags with which it is not asked for.
    pub(crate) unless: Vec<String>,
    /// The fields without which nothing is begun for an event.
    pub needs: Vec<String>,
}

/// How people ask for a skill, in each language the assistant understands.
#[derive(Debug, Clone)]
pub struct Examples {
    /// English.
    pub en: Vec<String>,
    /// Chinese.
    pub zh: Vec<String>,
    /// Malay.
    pub ms: Vec<String>,
}

impl Examples {
    /// Those in a language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &[String] {
        match language {
            Language::Zh => &self.zh,
            Language::Ms if !self.ms.is_empty() => &self.ms,
            Language::En | Language::Ms => &self.en,
        }
    }
}

/// What tells that a request is for a skill.
#[derive(Debug)]
pub(crate) struct Recognise {
    pub(crate) examples: Vec<Vec<Token>>,
    /// What the work is about: one of them is said in nearly every request.
    pub(crate) subjects: Phrases,
    /// Words that may mean it: the person is asked.
    pub(crate) hints: Phrases,
    /// Words of other kinds of work.
    pub(crate) against: Phrases,
    /// Whether it takes requests that are to be made again and again, whatever they ask for.
    pub(crate) recurring: bool,
}

/// One step: a tool call.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) tool: String,
    /// Whether the tool changes something outside our database.
    pub(crate) effect: bool,
    pub(crate) progress: Template,
    pub(crate) when: Option<Condition>,
    pub(crate) for_each: Option<Template>,
    pub(crate) with: Vec<(String, Template)>,
    /// After the step: whether there is nothing more to do, and what is answered then.
    pub(crate) stop: Option<(Condition, Template)>,
}

/// An answer, and when it is the one to give.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) when: Option<Condition>,
    pub(crate) text: Template,
}

/// A skill whose files are in order.
#[derive(Debug)]
pub struct Skill {
    /// Its name and that of its folder.
    pub name: String,
    /// What it does, for a model.
    pub description: String,
    /// Whose agent serves it.
    pub department: Department,
    /// The tools its steps and a model may use for it.
    pub tools: Vec<String>,
    /// How to do it, for a model.
    pub instructions: String,
    /// Its name, for people.
    pub title: Text,
    /// What it does in one sentence, for people.
    pub summary: Text,
    /// How people ask for it.
    pub examples: Examples,
    /// Its inputs, in the order in which they are asked for.
    pub inputs: Vec<Input>,
    pub(crate) recognise: Recognise,
    pub(crate) steps: Vec<Step>,
    pub(crate) answers: Vec<Answer>,
}

impl Skill {
    /// The input of a kind; a skill has at most one of each.
    #[must_use]
    pub fn input(&self, kind: InputKind) -> Option<&Input> {
        self.inputs.iter().find(|input| input.kind == kind)
    }

    /// Whether events alone begin it, so that nobody asks for it.
    #[must_use]
    pub fn is_for_events(&self) -> bool {
        !self.inputs.is_empty() && self.inputs.iter().all(|input| input.kind == InputKind::Event)
    }

    /// Whether it has a step of this name that changes something outside our database.
    #[must_use]
    pub fn has_effect_step(&self, id: &str) -> bool {
        self.step(id).is_some_and(|step| step.effect)
    }

    pub(crate) fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// All skills, by name.
#[derive(Debug, Default)]
pub struct Skills(Vec<Skill>);

impl Skills {
    /// The skill of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Skill> {
        self.0.iter().find(|skill| skill.name == name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Skill> {
        self.0.iter()
    }
}

/// Reads every skill folder below `dir` and checks it against the tools. All problems of all files are reported.
pub fn load(dir: &Path, tools: &[ToolShape]) -> Result<Skills, Vec<SkillProblem>> {
    let unreadable = |error: std::io::Error| {
        vec![SkillProblem {
            file: dir.to_owned(),
            line: 0,
            reason: format!("the folder of skills can't be read: {error}"),
        }]
    };
    let entries = std::fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    let mut folders: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();

    let (mut skills, mut problems) = (Vec::new(), Vec::new());
    for folder in folders {
        match file::read(&folder).and_then(|files| check::build(files, tools)) {
            Ok(skill) => skills.push(skill),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(Skills(skills)) } else { Err(problems) }
}

#[cfg(test)]
pub(crate) mod tests;
