//! What the person hears while a model replies: its text as it grows, and notices when another model goes on. Written as
//! events beside the reply, each as soon as the one before is stored; what comes meanwhile goes together.

use std::collections::BTreeSet;

use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::run::RunErrorKind;
use mezzofy_store::budgets::Scope;
use mezzofy_store::events;
use mezzofy_store::model_calls::Exhausted;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::run_worker::{RunWorker, StepError};
use crate::models::{AttemptEvent, Why};

/// Takes what is told while a model is asked, and passes it on as events.
pub(super) struct Speech<'a> {
    work: &'a RunWorker<'a>,
    tell: UnboundedSender<EventBody>,
    /// The message that the reply's text is part of, once there is some.
    pub(super) message: Option<Id<id::Message>>,
    /// The names of the notices that were given now.
    pub(super) notices: BTreeSet<String>,
}

impl<'a> Speech<'a> {
    pub(super) fn new(work: &'a RunWorker<'a>, tell: UnboundedSender<EventBody>) -> Self {
        Self { work, tell, message: None, notices: BTreeSet::new() }
    }

    pub(super) fn hear(&mut self, told: AttemptEvent<'_>) {
        match told {
            AttemptEvent::Begun => self.message = None,
            AttemptEvent::Heard(text) => {
                let message_id = *self.message.get_or_insert_with(|| self.work.app.new_id());
                self.tell.send(EventBody::MessageDelta { message_id, text: text.to_owned() }).ok();
            }
            AttemptEvent::Passed { model, why, next } => {
                self.message = None;
                let name = format!("{model}: {}", why.code());
                if !self.work.machine.has_noticed(&name) && self.notices.insert(name) {
                    let text = self.work.notice(&model, &why, next.as_deref());
                    self.tell.send(EventBody::Notice { text }).ok();
                }
            }
        }
    }
}

impl RunWorker<'_> {
    /// Says that a model is passed over.
    fn notice(&self, model: &str, why: &Why, next: Option<&str>) -> String {
        let (texts, language) = (&self.app.texts, self.machine.language());
        let next = next.map_or_else(|| texts.planner.in_language(language).to_owned(), str::to_owned);
        let text = match why {
            Why::KeyRefused => &texts.key_refused,
            Why::SpendLimit => &texts.spend_limit,
            Why::Busy => &texts.busy,
            Why::Unreachable => &texts.unreachable,
            Why::BrokenOff => &texts.broken_off,
            Why::Rejected => &texts.rejected,
            Why::Refused => &texts.refused,
            Why::Budget(exhausted) => {
                let (limit, spent) = (format!("{:.2}", exhausted.limit), format!("{:.2}", exhausted.spent));
                let whose = self.whose(exhausted);
                let values =
                    [("model", model), ("next", &next), ("whose", whose), ("limit", &limit), ("spent", &spent)];
                return texts.budget.say(language, &values);
            }
        };
        text.say(language, &[("model", model), ("next", &next)])
    }

    fn whose(&self, exhausted: &Exhausted) -> &str {
        let texts = &self.app.texts;
        let whose = match exhausted.scope {
            Scope::Company => &texts.company_budget,
            Scope::Department => &texts.department_budget,
            Scope::Person => &texts.person_budget,
        };
        whose.in_language(self.machine.language())
    }

    /// Why no model serves, where the planner can't serve either.
    pub(super) fn reason(&self, why: &Why) -> (RunErrorKind, String) {
        let (texts, language) = (&self.app.texts, self.machine.language());
        match why {
            Why::Budget(exhausted) => {
                let limit = format!("{:.2}", exhausted.limit);
                let values = [("whose", self.whose(exhausted)), ("limit", &limit)];
                (RunErrorKind::BudgetExceeded, texts.without_budget.say(language, &values))
            }
            Why::KeyRefused
            | Why::SpendLimit
            | Why::Busy
            | Why::Unreachable
            | Why::BrokenOff
            | Why::Rejected
            | Why::Refused => (RunErrorKind::ModelFailed, texts.without_model.in_language(language).to_owned()),
        }
    }

    /// Writes events as they come until there are no more.
    pub(super) async fn tell(&self, mut told: UnboundedReceiver<EventBody>) -> Result<(), StepError> {
        while let Some(first) = told.recv().await {
            let mut bodies = vec![first];
            while let Ok(next) = told.try_recv() {
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
