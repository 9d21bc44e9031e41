//! A run, looked at.

use std::collections::BTreeMap;

use mezzofy_domain::file::Attachment;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Department;
use mezzofy_domain::run::{RunError, RunState, WaitingFor};
use serde_json::{Map, Value};

use super::{Phase, RunEnd, RunMachine};
use crate::model::Turn;
use crate::sources::Sources;

impl RunMachine {
    /// Where it stands, as people see it.
    #[must_use]
    pub fn state(&self) -> (RunState, Option<WaitingFor>) {
        match &self.phase {
            Phase::MakingCalls(_) if self.pending_approval.is_some() => (RunState::Waiting, Some(WaitingFor::Approval)),
            Phase::MakingCalls(round) if round.waits() => (RunState::Waiting, Some(WaitingFor::Person)),
            Phase::AwaitingReply | Phase::MakingCalls(_) => (RunState::Running, None),
            Phase::Ended(RunEnd::Answered(_)) => (RunState::Succeeded, None),
            Phase::Ended(RunEnd::Failed(_)) => (RunState::Failed, None),
            Phase::Ended(RunEnd::Cancelled(_)) => (RunState::Cancelled, None),
        }
    }

    /// What it has read.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Why it failed.
    #[must_use]
    pub fn error(&self) -> Option<&RunError> {
        match &self.phase {
            Phase::Ended(RunEnd::Failed(error)) => Some(error),
            Phase::Ended(RunEnd::Answered(_) | RunEnd::Cancelled(_)) | Phase::AwaitingReply | Phase::MakingCalls(_) => {
                None
            }
        }
    }

    /// What the person said, the newest last.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Of what the person said what is surely their own: not an answer that a model offered after it had read something from
    /// outside, which may have put the words there.
    #[must_use]
    pub fn own_words(&self) -> Vec<String> {
        self.texts.iter().filter(|text| !self.unverified_answers.contains(text)).cloned().collect()
    }

    /// What a model may take figures from: the person's words, and what calls gave.
    #[must_use]
    pub fn facts(&self) -> Vec<String> {
        let results = self.finished_calls.iter().map(|call| call.result.to_string());
        self.texts
            .iter()
            .chain(&self.file_texts)
            .cloned()
            .chain(results)
            .chain(self.retained.values().map(Value::to_string))
            .collect()
    }

    /// The files that were sent with the request.
    #[must_use]
    pub fn attached(&self) -> &[Attachment] {
        &self.attached
    }

    /// Whether what those files say was taken.
    #[must_use]
    pub fn has_file_texts(&self) -> bool {
        self.file_texts.len() >= self.attached.len()
    }

    /// What was said and done so far.
    #[must_use]
    pub fn history(&self) -> &[Turn] {
        &self.history
    }

    /// The department whose agent serves it.
    #[must_use]
    pub fn agent(&self) -> Option<Department> {
        self.agent
    }

    /// The department whose agent the models are asked as.
    #[must_use]
    pub fn prompted_department(&self) -> Option<Department> {
        self.prompted_department
    }

    /// Whether the person was told this in this run.
    #[must_use]
    pub fn has_notice(&self, name: &str) -> bool {
        self.notices.contains(name)
    }

    /// The skill in use.
    #[must_use]
    pub fn skill(&self) -> Option<&str> {
        self.skill.as_deref()
    }

    /// What the skill was given.
    #[must_use]
    pub fn inputs(&self) -> &Map<String, Value> {
        &self.inputs
    }

    /// The names of the calls made, in order.
    #[must_use]
    pub fn called_tools(&self) -> &[String] {
        &self.called_tools
    }

    /// What calls keep for later ones, by call id.
    #[must_use]
    pub fn retained(&self) -> &BTreeMap<String, Value> {
        &self.retained
    }

    /// The language of the request.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// Replies of models so far.
    #[must_use]
    pub fn turns(&self) -> u32 {
        self.turns
    }

    /// Replies in a row with a call that can't be made.
    #[must_use]
    pub fn malformed_replies(&self) -> u32 {
        self.malformed_replies
    }

    /// Tokens of the newest request and reply: what the history fills of the model's window.
    #[must_use]
    pub fn context_tokens(&self) -> u64 {
        self.context_tokens
    }

    /// Whether something outside our database was changed.
    #[must_use]
    pub fn has_acted(&self) -> bool {
        self.has_acted
    }
}
