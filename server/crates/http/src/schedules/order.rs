//! What a schedule orders, and its check: a skill with its inputs, whose agent, and who gets the result.

use mezzofy_agent::skills::{Input, InputKind, Skill};
use mezzofy_domain::effect::{MAX_RECIPIENTS, is_address};
use mezzofy_domain::people::{Department, Person};
use serde_json::{Map, Value};

use crate::problem::{Problem, ProblemKind};
use mezzofy_engine::app::AppState;

/// The agent of a department's code.
pub(super) fn checked_agent(code: &str) -> Result<Department, Problem> {
    Department::from_code(code)
        .ok_or_else(|| Problem::field("agent", "The agent must be finance, sales, marketing, support or management."))
}

/// The skill that is ordered: there, allowed to the person, served by the agent, and with inputs of these names.
pub(super) fn checked_skill<'a>(
    app: &'a AppState,
    person: &Person,
    named: Option<&str>,
    agent: Option<Department>,
    inputs: &Map<String, Value>,
) -> Result<Option<&'a Skill>, Problem> {
    let Some(named) = named else {
        let none = inputs.is_empty();
        return if none { Ok(None) } else { Err(Problem::field("inputs", "Inputs are those of a skill: name it.")) };
    };
    let skill = app.skills.get(named);
    let skill = skill.ok_or_else(|| Problem::field("skill", format!("There is no skill “{named}”.")))?;
    if !app.roles.allows_skill(&person.role, named) {
        return Err(
            Problem::new(ProblemKind::NotPermitted, format!("Your role does not allow {named}.")).about("skill")
        );
    }
    if agent.is_some_and(|agent| agent != skill.department) {
        return Err(Problem::field("agent", format!("{named} is served by {}.", skill.department)));
    }
    let known = |name: &String| {
        let of = |input: &Input| *name == input.name || *name == format!("{}s", input.name);
        skill.inputs.iter().filter(|input| input.kind != InputKind::Event).any(of)
    };
    match inputs.keys().find(|name| !known(name)) {
        Some(name) => Err(Problem::field("inputs", format!("{named} has no input “{name}”."))),
        None => Ok(Some(skill)),
    }
}

/// The addresses that a result is mailed to, where it can be.
pub(super) fn checked_emails(emails: &[String], skill: Option<&Skill>) -> Result<Vec<String>, Problem> {
    let emails: Vec<String> = emails.iter().map(|email| email.trim().to_lowercase()).collect();
    if let Some(wrong) = emails.iter().find(|email| !is_address(email)) {
        return Err(Problem::field("deliver", format!("“{wrong}” is not an email address.")));
    }
    if emails.len() > MAX_RECIPIENTS {
        return Err(Problem::field("deliver", format!("At most {MAX_RECIPIENTS} addresses get it.")));
    }
    match skill.filter(|skill| skill.input(InputKind::Person).is_none() && !emails.is_empty()) {
        Some(skill) => {
            Err(Problem::field("deliver", format!("{} makes nothing that is mailed to somebody.", skill.name)))
        }
        None => Ok(emails),
    }
}

/// The channel that a result is posted in, where it can be, by its name.
pub(super) fn checked_channel(
    app: &AppState,
    person: &Person,
    named: Option<&str>,
    skill: Option<&Skill>,
) -> Result<Option<String>, Problem> {
    let Some(named) = named.filter(|named| !named.trim().is_empty()) else { return Ok(None) };
    let channel = app.company.channel(named);
    let (channel, of) = channel.ok_or_else(|| Problem::field("deliver", format!("There is no channel “{named}”.")))?;
    if !app.roles.allow_channel(person, of) {
        let detail = format!("Your role does not allow posting in the channel “{channel}”.");
        return Err(Problem::new(ProblemKind::NotPermitted, detail).about("deliver"));
    }
    match skill.filter(|skill| skill.input(InputKind::Channel).is_none()) {
        Some(skill) => Err(Problem::field("deliver", format!("{} makes nothing that is posted.", skill.name))),
        None => Ok(Some(channel.to_owned())),
    }
}
