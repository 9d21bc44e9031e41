//! Storing a step: the run, its files, its events and what is said, in one transaction.

use mezzofy_agent::defences::Defence;
use mezzofy_domain::audit::Actor;
use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::trust::Trust;
use mezzofy_store::messages::{Author, NewMessage};
use mezzofy_store::{Tx, approvals, audit, commit, conversations, events, files, messages, runs};
use serde_json::Value;

use super::run_worker::{RunWorker, StepError};
use super::step::Step;
use crate::effects::audit_of_approval;
use crate::failpoint;
use crate::push;
use crate::views::MessageView;

impl RunWorker<'_> {
    /// Stores the run as it stands now with what the step told.
    pub(super) async fn save(&mut self, mut step: Step) -> Result<(), StepError> {
        let now = self.app.clock.now();
        self.show_machine()?;
        let said = step.message.is_some();
        if said {
            (self.run.state, self.run.waiting_for) = self.machine.state();
            self.run.ended_at = self.run.state.has_ended().then_some(now);
        }
        let mut tx = self.begin().await?;
        if let Some((text, _)) = &step.message {
            // The conversation before the run, as a new message locks them, or the two could wait for each other.
            conversations::touch(&mut tx, self.run.conversation, "", now).await?;
            self.run.answer = self.run.state.has_ended().then(|| text.clone());
        }
        self.run.wake_at = step.wake_at;
        self.run.outside = self.machine.sources().any_outside();
        runs::save(&mut tx, &mut self.run).await?;
        if let Some(approval) = &step.approval {
            approvals::ask(&mut tx, approval).await?;
        }
        for file in &mut step.files {
            file.trust = match (self.app.defences.on(Defence::Files), self.run.outside) {
                (true, true) => Trust::Outside,
                (true, false) => file.trust,
                (false, _) => Trust::Company,
            };
            files::add(&mut tx, file).await?;
            self.app.files.check(&file.attachment.sha256).await?;
        }
        if let Some((text, choices)) = step.message.take() {
            self.say(&mut tx, &mut step, &text, &choices).await?;
        }
        events::append(&mut tx, self.run.person, self.run.id, &step.events, now).await?;
        if said {
            let approval = step.approval.as_ref().map(|approval| approval.id);
            push::news::tell_of_run(&mut tx, &self.run, approval, now).await?;
        }
        // After the events, as with a decision, or the two could wait for each other.
        if let Some(approval) = &step.approval {
            audit::append(&mut tx, now, Actor::Person(self.person.id), &audit_of_approval(approval, approval.state))
                .await?;
        }
        failpoint::hit("step.before");
        commit(tx).await?;
        failpoint::hit("step.after");
        Ok(())
    }

    /// Shows the machine in the columns that people see.
    fn show_machine(&mut self) -> Result<(), StepError> {
        let read = |error: serde_json::Error| StepError::Retry(error.to_string());
        self.run.machine = serde_json::to_value(&self.machine).map_err(read)?;
        self.run.agent = self.machine.agent().map(|agent| agent.code().to_owned());
        self.run.skill = self.machine.skill().map(str::to_owned);
        self.run.inputs = Value::Object(self.machine.inputs().clone());
        self.run.tools = self.machine.called_tools().to_vec();
        self.run.error = self.machine.error().cloned();
        Ok(())
    }

    async fn say(&self, tx: &mut Tx, step: &mut Step, text: &str, choices: &[String]) -> Result<(), StepError> {
        let now = self.app.clock.now();
        let id: Id<id::Message> = self.streamed_message.unwrap_or_else(|| self.app.new_id());
        let message = NewMessage {
            id,
            conversation: self.run.conversation,
            run: self.run.id,
            author: Author::Assistant,
            text,
            choices,
            file_ids: &[],
            client_id: None,
            now,
        };
        let message = messages::add(tx, message).await?;
        let files = files::of_runs(tx, &[self.run.id.uuid()]).await?;
        let view = serde_json::to_value(MessageView::of(message, &files))
            .map_err(|error| StepError::Retry(error.to_string()))?;
        if self.streamed_message.is_none() {
            step.events.push(EventBody::MessageDelta { message_id: id, text: text.to_owned() });
        }
        step.events.push(EventBody::MessageDone { message: view });
        step.events.push(EventBody::RunState { state: self.run.state, waiting_for: self.run.waiting_for });
        Ok(())
    }
}
