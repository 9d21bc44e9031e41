//! What the assistant says in its own voice when a run can't go on, from `prompts/run.yaml`.

use std::path::Path;

use serde::Deserialize;

use crate::skills::{SkillProblem, Text};

/// The texts, each in every language the assistant writes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The role may not use the skill: `${skill}`.
    pub skill_not_permitted: Text,
    /// The role may not do something the skill needs: `${skill}`, `${what}`.
    pub tool_not_permitted: Text,
    /// What sending mail is called in `tool_not_permitted`.
    pub send_mail: Text,
    /// What reading the ledger is called in `tool_not_permitted`.
    pub read_ledger: Text,
    /// What making documents is called in `tool_not_permitted`.
    pub make_documents: Text,
    /// A recipient is outside the company: `${address}`, `${domain}`.
    pub outside: Text,
    /// A mail certainly was not sent: `${to}`, `${reason}`.
    pub mail_failed: Text,
    /// Whether a mail was sent is not known: `${to}`.
    pub mail_unknown: Text,
    /// The person stopped the run.
    pub cancelled: Text,
    /// A fault of ours ended the run.
    pub internal: Text,
}

impl Texts {
    /// Reads `run.yaml` in the folder of the prompts.
    pub fn load(prompts: &Path) -> Result<Self, SkillProblem> {
        let file = prompts.join("run.yaml");
        let text = std::fs::read_to_string(&file).map_err(|error| SkillProblem {
            file: file.clone(),
            line: 0,
            reason: error.to_string(),
        })?;
        serde_saphyr::from_str(&text).map_err(|error| SkillProblem::of_yaml(&file, 0, &error))
    }
}
