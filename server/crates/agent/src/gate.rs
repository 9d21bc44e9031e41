//! What may be done is decided here, below whatever planned it: before a skill's first step and again before every call.

use std::collections::BTreeSet;

use mezzofy_domain::approval::{self, MAX_RECIPIENTS_WITHOUT_MANAGER, ProposedEffect};
use mezzofy_domain::effect::Payload;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::{Company, Department, Person};
use mezzofy_domain::roles::{Permission, Roles};
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_domain::trust::Trust;

use crate::defences::{Defence, Defences};
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
    /// What guards against text from outside.
    pub defences: Defences,
}

/// Addresses named in a reason, at most.
const MAX_NAMED_ADDRESSES: usize = 3;

/// What a plan will do, as far as the gate must know it.
#[derive(Debug, Clone, Copy)]
pub struct PlanRequest<'a> {
    /// The skill's name.
    pub skill: &'a str,
    /// The skill as people call it, in `language`.
    pub title: &'a str,
    /// The tools of the steps it will take.
    pub tools: &'a [&'a ToolSpec],
    /// The channel in Teams that it will post in.
    pub channel: Option<&'a str>,
    /// In which a refusal is said.
    pub language: Language,
}

impl Gate<'_> {
    /// Checks everything a plan needs, all or nothing, before its first step.
    pub fn authorize_plan(&self, person: &Person, intent: PlanRequest<'_>) -> Result<(), RunError> {
        let language = intent.language;
        if person.disabled || !self.roles.allows_skill(&person.role, intent.skill) {
            let detail = self.texts.skill_not_permitted.say(language, &[("skill", intent.title)]);
            return Err(RunError { kind: RunErrorKind::NotPermitted, detail });
        }
        intent.tools.iter().try_for_each(|tool| self.authorize_tool(person, tool, intent.title, language))?;
        match intent.channel.and_then(|channel| self.company.channel(channel)) {
            Some((channel, of)) if !self.roles.allow_channel(person, of) => {
                let detail = self.texts.channel_not_permitted.say(language, &[("channel", channel)]);
                Err(RunError { kind: RunErrorKind::NotPermitted, detail })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Checks one call just before it is made; the person's role may have changed since the plan was.
    pub fn authorize_tool(
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
            Permission::PostInTeams | Permission::PostAnywhere => &self.texts.post_in_teams,
            Permission::Calendar => &self.texts.calendar,
            Permission::ReadLedger => &self.texts.read_ledger,
            Permission::ReadLeads | Permission::ReadOwnLeads => &self.texts.read_leads,
            Permission::ChangeLeads => &self.texts.change_leads,
            Permission::FindLeads => &self.texts.find_leads,
            Permission::ReadTickets => &self.texts.read_tickets,
            Permission::ReadCampaigns | Permission::ReadKpis | Permission::QueryData => &self.texts.read_kpis,
            Permission::Schedules => &self.texts.schedules,
            Permission::MakeDocuments
            | Permission::Chat
            | Permission::DecideForOthers
            | Permission::StandingApprovals
            | Permission::Administer
            | Permission::ReadAudit => &self.texts.make_documents,
        };
        let values = [("skill", title), ("what", what.in_language(language))];
        Err(RunError { kind: RunErrorKind::NotPermitted, detail: self.texts.tool_not_permitted.say(language, &values) })
    }

    /// Why a person must decide on these mails before they are sent; `None` when they may go at once. `places` says what the run has
    /// read from outside.
    #[must_use]
    pub fn approval_reason(
        &self,
        mails: &[ProposedEffect],
        covered: Coverage<'_>,
        places: &str,
        language: Language,
    ) -> Option<String> {
        let mut why = Vec::new();
        if mails.iter().any(|mail| mail.origin.trust == Trust::Outside) {
            why.push(self.texts.why_outside.say(language, &[("places", places)]));
        }
        let external_recipients = self.external_recipients(mails.iter().map(|mail| &mail.payload));
        if !external_recipients.is_empty() && !covered.standing && self.defences.on(Defence::Leaving) {
            let rest = external_recipients.len().saturating_sub(MAX_NAMED_ADDRESSES);
            let mut addresses =
                external_recipients.into_iter().take(MAX_NAMED_ADDRESSES).collect::<Vec<_>>().join(", ");
            if rest > 0 {
                addresses = format!("{addresses}, +{rest}");
            }
            why.push(self.texts.why_leaving.say(language, &[("addresses", &addresses)]));
            why.extend(covered.reservation.map(|word| self.texts.why_reservation.say(language, &[("word", word)])));
        }
        if why.is_empty() {
            return None;
        }
        if approval::recipients(mails.iter().map(|mail| &mail.payload)) > MAX_RECIPIENTS_WITHOUT_MANAGER {
            why.push(self.texts.why_many.say(language, &[("most", &MAX_RECIPIENTS_WITHOUT_MANAGER.to_string())]));
        }
        Some(why.join(if language == Language::Zh { "" } else { " " }))
    }

    /// The recipients outside the company, each once.
    #[must_use]
    pub fn external_recipients<'m>(&self, mails: impl IntoIterator<Item = &'m Payload>) -> Vec<&'m str> {
        let mut seen = BTreeSet::new();
        let outside = mails.into_iter().flat_map(Payload::recipients);
        // A channel is the company's own, and has no `@`.
        let outside = outside.filter(|to| to.contains('@') && !self.company.holds(to));
        outside.filter(|address| seen.insert(*address)).collect()
    }

    /// Whether a person may decide on effects for so many recipients that somebody of a department asked for.
    #[must_use]
    pub fn may_decide(&self, person: &Person, asked: &DecisionRequest) -> bool {
        let others = self.approver_scope(person).is_some_and(|of| of.is_none_or(|of| of == asked.department));
        !person.disabled
            && if asked.recipients > MAX_RECIPIENTS_WITHOUT_MANAGER { others } else { asked.person == person.id }
    }

    /// For whom else a person may decide: everyone of one department, or of all when the inner one is `None`.
    #[must_use]
    pub fn approver_scope(&self, person: &Person) -> Option<Option<Department>> {
        let one = (person.department != Department::Management).then_some(person.department);
        self.roles.allows(&person.role, Permission::DecideForOthers).then_some(one)
    }
}

/// What stands behind mails ahead of a decision on them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Coverage<'a> {
    /// Whether a standing approval covers all of them.
    pub standing: bool,
    /// The word of the person for which none is looked for.
    pub reservation: Option<&'a str>,
}

/// What somebody asked to have decided.
#[derive(Debug, Clone, Copy)]
pub struct DecisionRequest {
    pub person: Id<id::Person>,
    pub department: Department,
    /// Recipients of all effects together.
    pub recipients: usize,
}

#[cfg(test)]
mod tests;
