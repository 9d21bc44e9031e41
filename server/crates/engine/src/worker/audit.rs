//! What the gate refuses is noted in the audit log: which tool or skill, for which family of reasons, never for whom it was meant.

use mezzofy_agent::model::Source;
use mezzofy_agent::planner::PLANNER;
use mezzofy_agent::run::ParsedCall;
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_store::{audit, commit};

use super::run_worker::{RunWorker, StepError};

impl RunWorker<'_> {
    /// Notes that a call was refused.
    pub(super) async fn audit_refused_tool(&self, tool: &str, refusal: &RunError) -> Result<(), StepError> {
        self.note(&AuditEvent::ToolRefused { tool: tool.to_owned(), run: self.run.id, reason: refusal.kind }).await
    }

    /// Notes that a skill was refused before its first step.
    pub(super) async fn audit_refused_skill(&self, skill: &str, refusal: &RunError) -> Result<(), StepError> {
        self.note(&AuditEvent::SkillRefused { skill: skill.to_owned(), run: self.run.id, reason: refusal.kind }).await
    }

    /// Notes the skills of a reply that were refused. That a model of its own declines is no refusal of ours.
    pub(super) async fn audit_refused_skills(&self, calls: &[ParsedCall], source: &Source) -> Result<(), StepError> {
        for call in calls {
            match call {
                ParsedCall::Skill { plan, admitted: Err(refusal) } => {
                    self.audit_refused_skill(&plan.skill, refusal).await?;
                }
                ParsedCall::Decline { error, skill: Some(skill), .. }
                    if source.provider == PLANNER && error.kind == RunErrorKind::NotPermitted =>
                {
                    self.audit_refused_skill(skill, error).await?;
                }
                ParsedCall::Skill { admitted: Ok(()), .. }
                | ParsedCall::Decline { .. }
                | ParsedCall::Tool { .. }
                | ParsedCall::AskPerson { .. }
                | ParsedCall::Malformed(_)
                | ParsedCall::Rejected(_) => {}
            }
        }
        Ok(())
    }

    async fn note(&self, event: &AuditEvent) -> Result<(), StepError> {
        let actor = Actor::Person(self.person.id);
        let mut tx = self.begin().await?;
        audit::append(&mut tx, self.app.clock.now(), actor, event).await?;
        Ok(commit(tx).await?)
    }
}
