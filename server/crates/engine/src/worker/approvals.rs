//! Asking for an approval, and ending the wait for one without anybody's decision.

use mezzofy_domain::approval::{self, ApprovalState, DECISION_TIMEOUT, ProposedEffect};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::event::EventBody;
use mezzofy_store::approvals::{self, Approval, Decision};
use mezzofy_store::{audit, commit, effects, events};

use super::run_worker::{RunWorker, StepError};
use super::step::Step;
use crate::effects::audit_of_approval;

impl RunWorker<'_> {
    /// Stores what waits for a person, all of it or nothing.
    pub(super) async fn ask_approval(&mut self, effects: Vec<ProposedEffect>, why: String) -> Result<bool, StepError> {
        let (texts, language, now) = (&self.app.texts, self.machine.language(), self.app.clock.now());
        let payloads = || effects.iter().map(|proposed| &proposed.payload);
        let recipients = approval::recipients(payloads());
        let payload_hash = approval::payloads_hash(payloads()).map_err(|error| StepError::Retry(error.to_string()))?;
        let expires_at = now + DECISION_TIMEOUT;
        let first = effects.first().map(|proposed| &proposed.payload);
        let (subject, to) =
            first.map_or_else(Default::default, |first| (first.title().to_owned(), first.to().join(", ")));
        let until = expires_at.with_timezone(&self.app.zone).format("%Y-%m-%d %H:%M").to_string();
        let (mails, many) = (effects.len().to_string(), recipients.to_string());
        let values = [
            ("subject", subject.as_str()),
            ("to", &to),
            ("why", &why),
            ("until", &until),
            ("mails", &mails),
            ("recipients", &many),
        ];
        let (summary, text) = if effects.len() == 1 {
            (&texts.approval_summary, &texts.approval_of_one)
        } else {
            (&texts.approval_summary_of_several, &texts.approval_of_several)
        };
        let approval = Approval {
            id: self.app.new_id(),
            person: self.person.id,
            department: self.person.department,
            run: self.run.id,
            conversation: self.run.conversation,
            call: effects.first().map(|proposed| proposed.call.clone()).unwrap_or_default(),
            state: ApprovalState::Pending,
            summary: summary.say(language, &values),
            recipients,
            payload_hash,
            approved: None,
            created_at: now,
            expires_at,
            decided_at: None,
            decided_by: None,
            reason: None,
            effects,
            why: why.clone(),
        };
        let text = text.say(language, &values);
        self.machine.await_approval(approval.id);
        self.save(Step::requesting_approval(approval, text)).await?;
        Ok(false)
    }

    /// Takes back what has not left, and ends the wait for a decision.
    pub(super) async fn undo_effects(&mut self) -> Result<(), StepError> {
        let mut tx = self.begin().await?;
        let pending = approvals::pending_of_run(&mut tx, self.run.id).await?;
        let reason = self.app.texts.taken_back_effect.in_language(self.machine.language());
        let actor = Actor::Person(self.person.id);
        for effect in effects::undo_all(&mut tx, self.run.id, reason).await? {
            let event = AuditEvent::EffectTakenBack { effect, run: self.run.id };
            audit::append(&mut tx, self.app.clock.now(), actor, &event).await?;
        }
        commit(tx).await?;
        match pending {
            Some(approval) => self.decide(&approval, ApprovalState::Rejected).await,
            None => Ok(()),
        }
    }

    /// Notes that nobody decided in time, or that the run is over before anybody did.
    pub(super) async fn decide(&mut self, approval: &Approval, state: ApprovalState) -> Result<(), StepError> {
        let now = self.app.clock.now();
        let by = (state == ApprovalState::Rejected).then_some(self.person.id);
        let payload_hash = approval.payload_hash.as_str();
        // That nobody decided in time is noted as nobody's doing, which the person's own transaction can't.
        let mut tx = if by.is_some() { self.begin().await? } else { self.app.store.begin().await? };
        let decision = Decision { state, by, reason: None, approved: None, payload_hash, now };
        if approvals::decide(&mut tx, approval.id, &decision).await? {
            let event = EventBody::ApprovalDecided { approval_id: approval.id, state };
            events::append(&mut tx, self.run.person, self.run.id, &[event], now).await?;
            let actor = by.map_or(Actor::System, Actor::Person);
            audit::append(&mut tx, now, actor, &audit_of_approval(approval, state)).await?;
        }
        commit(tx).await?;
        Ok(())
    }
}
