//! What the person hears while a model replies: its text as it grows, and notices when another model goes on. Written as
//! events beside the reply, each as soon as the one before is stored; what comes meanwhile goes together.

use std::collections::BTreeSet;

use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::run::RunErrorKind;
use mezzofy_store::budgets::BudgetScope;
use mezzofy_store::events;
use mezzofy_store::model_calls::BudgetExhausted;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::run_worker::{RunWorker, StepError};
use crate::models::{AttemptEvent, FallbackReason};

/// Takes what is told while a model is asked, and passes it on as events.
pub(super) struct ReplyEvents<'a> {
    work: &'a RunWorker<'a>,
    sender: UnboundedSender<EventBody>,
    /// The message that the reply's text is part of, once there is some.
    pub(super) message: Option<Id<id::Message>>,
    /// The names of the notices that were given now.
    pub(super) notices: BTreeSet<String>,
}

impl<'a> ReplyEvents<'a> {
    pub(super) fn new(work: &'a RunWorker<'a>, sender: UnboundedSender<EventBody>) -> Self {
        Self { work, sender, message: None, notices: BTreeSet::new() }
    }

    pub(super) fn on_attempt(&mut self, event: AttemptEvent<'_>) {
        match event {
            AttemptEvent::Started => self.message = None,
            AttemptEvent::Delta(text) => {
                let message_id = *self.message.get_or_insert_with(|| self.work.app.new_id());
                self.sender.send(EventBody::MessageDelta { message_id, text: text.to_owned() }).ok();
            }
            AttemptEvent::PassedOver { model, why, next } => {
                self.message = None;
                let name = format!("{model}: {}", why.code());
                if !self.work.machine.has_notice(&name) && self.notices.insert(name) {
                    let text = self.work.notice(&model, &why, next.as_deref());
                    self.sender.send(EventBody::Notice { text }).ok();
                }
            }
        }
    }
}

impl RunWorker<'_> {
    /// Says that a model is passed over.
    fn notice(&self, model: &str, why: &FallbackReason, next: Option<&str>) -> String {
        let (texts, language) = (&self.app.texts, self.machine.language());
        let next = next.map_or_else(|| texts.planner.in_language(language).to_owned(), str::to_owned);
        let text = match why {
            FallbackReason::KeyRefused => &texts.key_refused,
            FallbackReason::SpendLimit => &texts.spend_limit,
            FallbackReason::Busy => &texts.busy,
            FallbackReason::Unreachable => &texts.unreachable,
            FallbackReason::BrokenOff => &texts.broken_off,
            FallbackReason::Rejected => &texts.rejected,
            FallbackReason::Refused => &texts.refused,
            FallbackReason::Budget(exhausted) => {
                let (limit, spent) = (format!("{:.2}", exhausted.limit), format!("{:.2}", exhausted.spent));
                let whose = self.whose(exhausted);
                let values =
                    [("model", model), ("next", &next), ("whose", whose), ("limit", &limit), ("spent", &spent)];
                return texts.budget.say(language, &values);
            }
        };
        text.say(language, &[("model", model), ("next", &next)])
    }

    fn whose(&self, exhausted: &BudgetExhausted) -> &str {
        let texts = &self.app.texts;
        let whose = match exhausted.scope {
            BudgetScope::Company => &texts.company_budget,
            BudgetScope::Department => &texts.department_budget,
            BudgetScope::Person => &texts.person_budget,
        };
        whose.in_language(self.machine.language())
    }

    /// Why no model serves, where the planner can't serve either.
    pub(super) fn reason(&self, why: &FallbackReason) -> (RunErrorKind, String) {
        let (texts, language) = (&self.app.texts, self.machine.language());
        match why {
            FallbackReason::Budget(exhausted) => {
                let limit = format!("{:.2}", exhausted.limit);
                let values = [("whose", self.whose(exhausted)), ("limit", &limit)];
                (RunErrorKind::BudgetExceeded, texts.without_budget.say(language, &values))
            }
            FallbackReason::KeyRefused
            | FallbackReason::SpendLimit
            | FallbackReason::Busy
            | FallbackReason::Unreachable
            | FallbackReason::BrokenOff
            | FallbackReason::Rejected
            | FallbackReason::Refused => {
                (RunErrorKind::ModelFailed, texts.without_model.in_language(language).to_owned())
            }
        }
    }

    /// Writes events as they come until there are no more.
    pub(super) async fn emit(&self, mut receiver: UnboundedReceiver<EventBody>) -> Result<(), StepError> {
        while let Some(first) = receiver.recv().await {
            let mut bodies = vec![first];
            while let Ok(next) = receiver.try_recv() {
                match (bodies.last_mut(), next) {
                    (
                        Some(EventBody::MessageDelta { message_id, text }),
                        EventBody::MessageDelta { message_id: same, text: more },
                    ) if *message_id == same => text.push_str(&more),
                    (_, next) => bodies.push(next),
                }
            }
            let (person, run, now) = (self.run.person, self.run.id, self.app.clock.now());
            let mut connection = self.app.store.connection().await?;
            let written = events::write(&mut connection, person, run, &bodies, now).await?;
            // Those who listen here need not wait until the notice has gone through the database.
            self.app.hub.wake(person, written.clone());
            events::announce(&mut connection, person, &written).await?;
        }
        Ok(())
    }
}
