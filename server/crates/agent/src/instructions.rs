//! What models are told of their work, from the `.md` files in `prompts/`, the agents and the skills.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Datelike as _};
use chrono_tz::Tz;
use mezzofy_domain::people::Person;

use crate::agents::Agent;
use crate::calls::{ASK_PERSON, DECLINE};
use crate::skills::{Skill, SkillProblem};

/// The texts for models.
#[derive(Debug, Clone)]
pub struct Instructions {
    assistant: String,
    /// How to sum up a history that has become too long.
    pub summarise: String,
    /// How to tell which department serves a request.
    pub classify: String,
    /// How to write a text.
    pub write: String,
}

impl Instructions {
    /// Reads the files in the folder of the prompts.
    pub fn load(prompts: &Path, company: &str) -> Result<Self, SkillProblem> {
        let read = |name: &str| {
            let file = prompts.join(name);
            let text = std::fs::read_to_string(&file).map_err(|error| SkillProblem {
                file: file.clone(),
                line: 0,
                reason: error.to_string(),
            })?;
            let text = text.trim().replace("${company}", company);
            let text = text.replace("${ask_person}", ASK_PERSON).replace("${decline}", DECLINE);
            let hole = text.lines().position(|line| line.contains("${"));
            match hole {
                Some(at) => Err(SkillProblem {
                    file,
                    line: at as u64 + 1,
                    reason: "there is no value for what stands in ${}".to_owned(),
                }),
                None => Ok(text),
            }
        };
        Ok(Self {
            assistant: read("assistant.md")?,
            summarise: read("summarise.md")?,
            classify: read("classify.md")?,
            write: read("write.md")?,
        })
    }

    /// What a model that serves as an agent is told; the same bytes for everyone of a role.
    #[must_use]
    pub fn system(&self, agent: &Agent, allowed: &[&Skill], others: &[&Skill]) -> String {
        let mut system = self.assistant.clone();
        let _ = write!(system, "\n\n# Your department: {}\n\n{}", agent.title.en, agent.instructions.trim());
        for skill in allowed {
            let _ = write!(system, "\n\n# Skill: {}\n\n{}", skill.name, body(&skill.instructions));
        }
        if !others.is_empty() {
            system.push_str("\n\n# What this person's role does not allow\n\nDecline it as not_permitted:");
            for skill in others {
                let _ = write!(system, "\n- {}", skill.description);
            }
        }
        system
    }
}

/// The skill's own heading would only repeat its name.
fn body(instructions: &str) -> &str {
    let text = instructions.trim();
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("# ") => rest.trim(),
        Some(_) | None => text,
    }
}

/// What a model must know of a request besides the person's words: who and when. Part of the newest turn, so that what is
/// before it stays the same from day to day.
#[must_use]
pub fn context(person: &Person, now: DateTime<Tz>, facts: &[String]) -> String {
    let Person { name, email, title, role, department, .. } = person;
    let mut context = format!(
        "Today is {}, {} {} ({}). The person is {name}, {title} ({email}), role {role}, department {}.",
        now.format("%A"),
        now.day(),
        now.format("%B %Y, %H:%M"),
        now.timezone().name(),
        department.code()
    );
    if !facts.is_empty() {
        context.push_str(" They asked you to remember:");
        for fact in facts {
            let _ = write!(context, "\n- {fact}");
        }
    }
    context
}
