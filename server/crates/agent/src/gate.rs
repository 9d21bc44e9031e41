//! What may be done is decided here, below whatever planned it: before a skill's first step and again before every call.

use mezzofy_domain::effect::Mail;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::{Company, Person};
use mezzofy_domain::roles::{Permission, Roles};
use mezzofy_domain::run::{RunError, RunErrorKind};

use crate::texts::Texts;
use crate::tool::ToolSpec;

/// The rules in force.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// Who may do what.
    pub roles: &'a Roles,
    /// Which addresses are inside.
    pub company: &'a Company,
    /// How a refusal is said.
    pub texts: &'a Texts,
}

/// What a plan will do, as far as the gate must know it.
#[derive(Debug, Clone, Copy)]
pub struct Intent<'a> {
    /// The skill's name.
    pub skill: &'a str,
    /// The skill as people call it, in `language`.
    pub title: &'a str,
    /// The tools of the steps it will take.
    pub tools: &'a [&'a ToolSpec],
    /// The addresses it will write to.
    pub recipients: &'a [String],
    /// In which a refusal is said.
    pub language: Language,
}

impl Gate<'_> {
    /// Checks everything a plan needs, all or nothing, before its first step.
    pub fn admit(&self, person: &Person, intent: Intent<'_>) -> Result<(), RunError> {
        let language = intent.language;
        if person.disabled || !self.roles.allows_skill(&person.role, intent.skill) {
            let detail = self.texts.skill_not_permitted.say(language, &[("skill", intent.title)]);
            return Err(RunError { kind: RunErrorKind::NotPermitted, detail });
        }
        for tool in intent.tools {
            self.admit_tool(person, tool, intent.title, language)?;
        }
        self.admit_recipients(intent.recipients.iter().map(String::as_str), language)
    }

    /// Checks one call just before it is made; the person's role may have changed since the plan was.
    pub fn admit_tool(
        &self,
        person: &Person,
        tool: &ToolSpec,
        title: &str,
        language: Language,
    ) -> Result<(), RunError> {
        if !person.disabled && self.roles.allows(&person.role, tool.permission) {
            return Ok(());
        }
        let what = match tool.permission {
            Permission::SendMail => &self.texts.send_mail,
            Permission::ReadLedger => &self.texts.read_ledger,
            Permission::MakeDocuments | Permission::Chat | Permission::Administer | Permission::ReadAudit => {
                &self.texts.make_documents
            }
        };
        let values = [("skill", title), ("what", what.in_language(language))];
        Err(RunError { kind: RunErrorKind::NotPermitted, detail: self.texts.tool_not_permitted.say(language, &values) })
    }

    /// Checks a mail just before it becomes an effect: nothing leaves the company.
    pub fn admit_mail(&self, mail: &Mail, language: Language) -> Result<(), RunError> {
        self.admit_recipients(mail.to.iter().chain(&mail.cc).map(String::as_str), language)
    }

    fn admit_recipients<'r>(
        &self,
        recipients: impl Iterator<Item = &'r str>,
        language: Language,
    ) -> Result<(), RunError> {
        let outside: Vec<&str> = recipients.filter(|address| !self.company.holds(address)).collect();
        if outside.is_empty() {
            return Ok(());
        }
        let values = [("address", outside.join(", ")), ("domain", self.company.domain.clone())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        Err(RunError { kind: RunErrorKind::NotPossible, detail: self.texts.outside.say(language, &values) })
    }
}

#[cfg(test)]
mod tests;
