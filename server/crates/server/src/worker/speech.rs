//! What the person hears while a model replies: its text as it grows, and notices when another model goes on. Written as
//! events beside the reply, each as soon as the one before is stored; what comes meanwhile goes together.

use std::collections::BTreeSet;

use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_store::events;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::{Stuck, Work};
use crate::models::{Told, Why};

/// Takes what is told while a model is asked, and passes it on as events.
pub(super) struct Speech<'a> {
    work: &'a Work<'a>,
    tell: UnboundedSender<EventBody>,
    /// The message that the reply's text is part of, once there is some.
    pub(super) message: Option<Id<id::Message>>,
    /// Notices that were given now.
    pub(super) notices: BTreeSet<String>,
}

impl<'a> Speech<'a> {
    pub(super) fn new(work: &'a Work<'a>, tell: UnboundedSender<EventBody>) -> Self {
        Self { work, tell, message: None, notices: BTreeSet::new() }
    }

    pub(super) fn hear(&mut self, told: Told<'_>) {
        match told {
            Told::Begun => self.message = None,
            Told::Heard(text) => {
                let message_id = *self.message.get_or_insert_with(|| self.work.app.new_id());
                self.tell.send(EventBody::MessageDelta { message_id, text: text.to_owned() }).ok();
            }
            Told::Passed { model, why, next } => {
                let text = self.work.notice(&model, &why, next.as_deref());
                if !self.work.machine.has_noticed(&text) && self.notices.insert(text.clone()) {
                    self.tell.send(EventBody::Notice { text }).ok();
                }
            }
        }
    }
}

impl Work<'_> {
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
                let whose = match exhausted.scope {
                    mezzofy_store::budgets::Scope::Company => &texts.company_budget,
                    mezzofy_store::budgets::Scope::Department => &texts.department_budget,
                    mezzofy_store::budgets::Scope::Person => &texts.person_budget,
                };
                let (limit, spent) = (format!("{:.2}", exhausted.limit), format!("{:.2}", exhausted.spent));
                let whose = whose.in_language(language);
                let values =
                    [("model", model), ("next", &next), ("whose", whose), ("limit", &limit), ("spent", &spent)];
                return texts.budget.say(language, &values);
            }
        };
        text.say(language, &[("model", model), ("next", &next)])
    }

    /// Writes events as they come until there are no more.
    pub(super) async fn tell(&self, mut told: UnboundedReceiver<EventBody>) -> Result<(), Stuck> {
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
            let mut connection = self.app.store.connection().await?;
            events::append(&mut connection, self.run.person, self.run.id, &bodies, self.app.clock.now()).await?;
        }
        Ok(())
    }
}
