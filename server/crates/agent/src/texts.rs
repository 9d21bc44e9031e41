//! What the assistant says in its own voice when a run can't go on, from `prompts/run.yaml`.

use std::collections::BTreeMap;
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
    /// What posting in Teams is called in `tool_not_permitted`.
    pub post_in_teams: Text,
    /// What making events needs the right for.
    pub calendar: Text,
    /// The person may not post in `${channel}`.
    pub channel_not_permitted: Text,
    /// What reading the ledger is called in `tool_not_permitted`.
    pub read_ledger: Text,
    /// What seeing leads is called in `tool_not_permitted`.
    pub read_leads: Text,
    /// What changing leads is called in `tool_not_permitted`.
    pub change_leads: Text,
    /// What looking for companies is called in `tool_not_permitted`.
    pub find_leads: Text,
    /// What reading tickets is called in `tool_not_permitted`.
    pub read_tickets: Text,
    /// What seeing key figures is called in `tool_not_permitted`.
    pub read_kpis: Text,
    /// What having schedules is called in `tool_not_permitted`.
    pub schedules: Text,
    /// What making documents is called in `tool_not_permitted`.
    pub make_documents: Text,
    /// One mail waits for a decision: `${to}`, `${why}`, `${until}`.
    pub approval_of_one: Text,
    /// Several mails wait for a decision: `${mails}`, `${recipients}`, `${why}`, `${until}`.
    pub approval_of_several: Text,
    /// One line for the list of approvals: `${subject}`, `${to}`.
    pub approval_summary: Text,
    /// The same for several: `${mails}`, `${recipients}`, `${subject}`.
    pub approval_summary_of_several: Text,
    /// Why a person must decide: it leaves the company, to `${addresses}`.
    pub why_leaving: Text,
    /// Why a person must decide: something of it was read from outside, `${places}`.
    pub why_outside: Text,
    /// Why a manager must decide: more than `${most}` recipients.
    pub why_many: Text,
    /// `${word}`.
    pub why_reservation: Text,
    /// Nobody decided in time.
    pub approval_expired: Text,
    /// Somebody rejected it; `${reason}` is a sentence of its own or empty.
    pub approval_rejected: Text,
    /// A mail was approved with changes: `${to}`, `${subject}`.
    pub approved_edited: Text,
    /// Mails that an approval left out: `${count}`.
    pub approved_fewer: Text,
    /// `${count}`, `${owner}`, `${skill}`, `${limit}`.
    pub sent_under_standing: Text,
    /// A mail is held before it leaves: `${count}`, `${until}`.
    pub held: Text,
    /// Whether a message arrived is not known yet, and looked for: `${to}`.
    pub awaited: Text,
    /// What was sent again is there: `${title}`.
    pub sent_again: Text,
    /// What was to be sent again was not: `${title}`, `${reason}`.
    pub not_sent_again: Text,
    /// The person says that it arrived: `${title}`.
    pub arrived: Text,
    /// The person took all mails back.
    pub taken_back: Text,
    /// The person took some of the mails back: `${count}`.
    pub taken_back_some: Text,
    /// Why an effect that was taken back failed.
    pub taken_back_effect: Text,
    /// The person has sent as many mails as an hour allows: `${limit}`, `${sent}`, `${wanted}`, `${after}`.
    pub too_many_mails: Text,
    /// A person has posted as much as an hour allows: as `too_many_mails`.
    pub too_many_posts: Text,
    /// A person has made as many events as an hour allows: as `too_many_mails`.
    pub too_many_events: Text,
    /// Some of several mails were not sent: `${sent}`, `${all}`, `${to}`, `${reason}`.
    pub mails_failed: Text,
    /// A call needs a yes, as text from outside may have asked for it: `${tool}`, `${value}`, `${places}`.
    pub may_i: Text,
    /// A step of a skill would use what text from outside may have chosen: `${places}`.
    pub not_from_outside: Text,
    /// The yes to that.
    pub yes: Text,
    /// The no to that.
    pub no: Text,
    /// Where a value comes from: the person's words.
    pub from_person: Text,
    /// Where a value comes from: company data.
    pub from_company: Text,
    /// Where a value comes from: the directory.
    pub from_directory: Text,
    /// A channel of one's own department.
    pub from_channel: Text,
    /// Where a value comes from: nothing was read that holds it.
    pub from_assistant: Text,
    /// Where a file comes from: the run made it.
    pub from_run: Text,
    /// Where a file comes from: the person's files.
    pub from_files: Text,
    /// Where a value comes from: a file from outside, `${name}`.
    pub from_file: Text,
    /// Where a value comes from: the result of `${tool}`.
    pub from_tool: Text,
    /// Where a value comes from: a webhook of `${source}`.
    pub from_webhook: Text,
    /// What a run for an event of a webhook is called: `${source}`, `${event}`.
    pub of_webhook: Text,
    /// Where a value comes from: what was said before.
    pub from_conversation: Text,
    /// Where a value comes from can't be told; `${places}` were read.
    pub from_unknown: Text,
    /// A mail certainly was not sent: `${to}`, `${reason}`.
    pub mail_failed: Text,
    /// Whether a mail was sent is not known: `${to}`.
    pub mail_unknown: Text,
    /// A message in Teams was not posted: as `mail_failed`.
    pub post_failed: Text,
    /// Whether a message in Teams was posted can't be told: as `mail_unknown`.
    pub post_unknown: Text,
    /// An event was not made: `${to}` is its title, `${reason}`.
    pub event_failed: Text,
    /// Whether an event was made can't be told: `${to}` is its title.
    pub event_unknown: Text,
    /// The person stopped the run.
    pub cancelled: Text,
    /// A fault of ours ended the run.
    pub internal: Text,
    /// A step was tried `${tries}` times and the run `${run}` ended.
    pub given_up: Text,
    /// A model failed and another goes on: `${model}`, `${next}`.
    pub key_refused: Text,
    /// See `key_refused`.
    pub spend_limit: Text,
    /// See `key_refused`.
    pub busy: Text,
    /// See `key_refused`.
    pub unreachable: Text,
    /// See `key_refused`.
    pub broken_off: Text,
    /// See `key_refused`.
    pub rejected: Text,
    /// See `key_refused`.
    pub refused: Text,
    /// A budget does not allow a model; another goes on: `${model}`, `${whose}`, `${limit}`, `${spent}`, `${next}`.
    pub budget: Text,
    /// No budget for a model, and the planner can't do it either: `${whose}`, `${limit}`.
    pub without_budget: Text,
    /// No model serves, and the planner can't do it either.
    pub without_model: Text,
    /// Whose budget it is: the company's.
    pub company_budget: Text,
    /// Whose budget it is: the department's.
    pub department_budget: Text,
    /// Whose budget it is: the person's.
    pub person_budget: Text,
    /// What the planner is called in these.
    pub planner: Text,
    /// The planner can't go on with what a model began and partly did: `${done}`.
    pub unfinished: Text,
    /// The run took as much as a run may: `${limit}`.
    pub limit_reached: Text,
    /// The limit of turns, for `limit_reached`.
    pub limit_turns: Text,
    /// The limit of tokens, for `limit_reached`.
    pub limit_tokens: Text,
    /// The limit of money, for `limit_reached`.
    pub limit_money: Text,
    /// The limit of time, for `limit_reached`.
    pub limit_time: Text,
    /// A file that was sent is read: `${file}`.
    pub reading: Text,
    /// A file could not be read: `${file}`, `${reason}`.
    pub unread: Text,
    /// What a file is, without a model: `${file}`, `${kind}`, `${size}`.
    pub file_is: Text,
    /// That a file holds macros, which were not looked at.
    pub file_macros: Text,
    /// Before the places of a file that the request's words stand in.
    pub file_says: Text,
    /// Nothing in a file has the words of the request.
    pub file_silent: Text,
    /// That quoting is all that can be done without a model.
    pub file_quoted: Text,
    /// A model called something twice that can't be called so: `${model}`.
    pub misread: Text,
    /// A reply did not fit twice: `${model}`.
    pub too_long: Text,
}

/// What a tool is for, and what the person is told while it works.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolText {
    /// For models: what it gives and when to call it.
    pub description: String,
    /// For the person, meanwhile.
    pub progress: Text,
}

/// The texts of all tools, by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct ToolTexts(BTreeMap<String, ToolText>);

impl ToolTexts {
    /// Reads `tools.yaml` in the folder of the prompts; it has the texts of these tools and of no others.
    pub fn load(prompts: &Path, tools: &[&str]) -> Result<Self, SkillProblem> {
        let file = prompts.join("tools.yaml");
        let problem = |reason: String| SkillProblem { file: file.clone(), line: 0, reason };
        let text = std::fs::read_to_string(&file).map_err(|error| problem(error.to_string()))?;
        let texts: Self = serde_saphyr::from_str(&text).map_err(|error| SkillProblem::of_yaml(&file, 0, &error))?;
        if let Some(missing) = tools.iter().find(|name| !texts.0.contains_key(**name)) {
            return Err(problem(format!("the tool {missing} has no texts")));
        }
        match texts.0.keys().find(|name| !tools.contains(&name.as_str())) {
            Some(unknown) => Err(problem(format!("there is no tool {unknown}"))),
            None => Ok(texts),
        }
    }

    /// The texts of a tool.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ToolText> {
        self.0.get(name)
    }
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
