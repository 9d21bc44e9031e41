//! The two files of a skill as they are written, with the lines of what can be wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mezzofy_domain::people::Department;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::{InputKind, SkillProblem, Text};
use crate::planner::words::Phrases;

/// A skill's folder.
pub(super) struct Files {
    pub(super) manual: PathBuf,
    pub(super) steps_file: PathBuf,
    pub(super) folder: String,
    pub(super) head: Head,
    pub(super) body: String,
    pub(super) plan: Plan,
}

/// The front matter of `SKILL.md`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) name: Spanned<String>,
    pub(super) description: Spanned<String>,
    pub(super) department: Department,
    pub(super) tools: Vec<Spanned<String>>,
}

/// `steps.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) title: Text,
    pub(super) summary: Text,
    pub(super) recognise: Recognise,
    #[serde(default)]
    pub(super) inputs: Vec<Input>,
    pub(super) steps: Vec<Step>,
    pub(super) answers: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recognise {
    pub(super) examples: Spanned<Examples>,
    pub(super) subjects: Phrases,
    #[serde(default)]
    pub(super) hints: Phrases,
    #[serde(default)]
    pub(super) against: Phrases,
    #[serde(default)]
    pub(super) recurring: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Examples {
    pub(super) en: Vec<String>,
    pub(super) zh: Vec<String>,
    #[serde(default)]
    pub(super) ms: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    pub(super) name: Spanned<String>,
    #[serde(rename = "type")]
    pub(super) kind: InputKind,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) default: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) choices: Vec<String>,
    #[serde(default)]
    pub(super) words: Phrases,
    #[serde(default)]
    pub(super) unless: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) needs: Vec<String>,
    pub(super) ask: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) id: Spanned<String>,
    pub(super) tool: Spanned<String>,
    pub(super) progress: Spanned<Value>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) for_each: Option<Spanned<Value>>,
    #[serde(default)]
    pub(super) with: BTreeMap<String, Spanned<Value>>,
    pub(super) stop: Option<Stop>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    pub(super) when: Spanned<String>,
    pub(super) text: Spanned<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) when: Option<Spanned<String>>,
    pub(super) text: Spanned<Value>,
}

/// Reads both files of a folder.
pub(super) fn read(folder: &Path) -> Result<Files, Vec<SkillProblem>> {
    let (manual, steps_file) = (folder.join("SKILL.md"), folder.join("steps.yaml"));
    let mut problems = Vec::new();
    let head = read_text(&manual).and_then(|text| {
        let (yaml, body) = front_matter(&manual, &text)?;
        Ok((parse::<Head>(&manual, 1, yaml)?, body.trim().to_owned()))
    });
    let plan = read_text(&steps_file).and_then(|text| parse::<Plan>(&steps_file, 0, &text));
    let head = head.map_err(|problem| problems.push(problem)).ok();
    let plan = plan.map_err(|problem| problems.push(problem)).ok();

    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match (head, plan) {
        (Some((head, body)), Some(plan)) => Ok(Files { manual, steps_file, folder: name, head, body, plan }),
        _ => Err(problems),
    }
}

/// The YAML between the two lines `---` at the beginning of a Markdown file, and what follows.
pub(crate) fn front_matter<'a>(file: &Path, text: &'a str) -> Result<(&'a str, &'a str), SkillProblem> {
    let inner = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    inner.ok_or_else(|| SkillProblem {
        file: file.to_owned(),
        line: 1,
        reason: "the file must begin with its front matter between two lines `---`".to_owned(),
    })
}

/// The text of a file.
pub(crate) fn read_text(file: &Path) -> Result<String, SkillProblem> {
    std::fs::read_to_string(file).map_err(|error| SkillProblem {
        file: file.to_owned(),
        line: 0,
        reason: format!("the file can't be read: {error}"),
    })
}

/// Parses a YAML text that begins after `offset` lines of its file.
pub(crate) fn parse<T: DeserializeOwned>(file: &Path, offset: u64, yaml: &str) -> Result<T, SkillProblem> {
    serde_saphyr::from_str(yaml).map_err(|error| SkillProblem::of_yaml(file, offset, &error))
}
