//! What the gate refuses is noted in the audit log: which tool or skill, for which family of reasons, never for whom it was meant.

use mezzofy_agent::model::Source;
use mezzofy_agent::planner::PLANNER;
use mezzofy_agent::run::Wanted;
use mezzofy_domain::audit::{Deed, Who};
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_store::{audit, commit};

use super::run_worker::{RunWorker, StepError};

impl RunWorker<'_> {
    /// Notes that a call was refused.
    pub(super) async fn tool_refused(&self, tool: &str, refusal: &RunError) -> Result<(), StepError> {
        self.note(&Deed::ToolRefused { tool: tool.to_owned(), run: self.run.id, reason: refusal.kind }).await
    }

    /// Notes that a skill was refused before its first step.
    pub(super) async fn skill_refused(&self, skill: &str, refusal: &RunError) -> Result<(), StepError> {
        self.note(&Deed::SkillRefused { skill: skill.to_owned(), run: self.run.id, reason: refusal.kind }).await
    }

    /// Notes the skills of a reply that were refused. That a model of its own declines is no refusal of ours.
    pub(super) async fn skills_refused(&self, wanted: &[Wanted], source: &Source) -> Result<(), StepError> {
        for wanted in wanted {
            match wanted {
                Wanted::Skill { plan, admitted: Err(refusal) } => self.skill_refused(&plan.skill, refusal).await?,
                Wanted::Decline { error, skill: Some(skill), .. }
                    if source.provider == PLANNER && error.kind == RunErrorKind::NotPermitted =>
                {
                    self.skill_refused(skill, error).await?;
                }
                Wanted::Skill { admitted: Ok(()), .. }
                | Wanted::Decline { .. }
                | Wanted::Tool { .. }
                | Wanted::Ask { .. }
                | Wanted::Broken(_)
                | Wanted::Told(_) => {}
            }
        }
        Ok(())
    }

    async fn note(&self, deed: &Deed) -> Result<(), StepError> {
        let who = Who::Person(self.person.id);
        let mut tx = self.begin().await?;
        audit::append(&mut tx, self.app.clock.now(), who, deed).await?;
        Ok(commit(tx).await?)
    }
}
