//! What begins a run in the place of a person's words: an event that a source has told, or a skill that its owner has ordered.

use mezzofy_domain::effect::is_address;
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::trust::Trust;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::RunMachine;
use crate::sources::{Provenance, names_in};

/// An event, and the skill that serves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TriggerEvent {
    pub skill: String,
    /// Who told it.
    pub source: String,
    /// What it tells.
    pub data: Map<String, Value>,
}

/// A skill that a person has ordered with its inputs, as a schedule keeps it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScheduledRequest {
    /// Whose agent is asked where a model plans; found from the words where none is named.
    pub agent: Option<Department>,
    /// The skill; without one the words count.
    pub skill: Option<String>,
    /// Its inputs by name, as a model would give them: a period may be `last week`.
    pub inputs: Map<String, Value>,
}

impl ScheduledRequest {
    /// The addresses and channels that are named in it: its person has chosen them, as if they had said them.
    #[must_use]
    pub fn recipients(&self) -> Vec<String> {
        let said = Value::Object(self.inputs.clone()).to_string();
        let addresses = names_in(&said).into_iter().filter(|name| is_address(name));
        addresses.chain(self.inputs.values().filter_map(Value::as_str).map(str::to_owned)).collect()
    }
}

impl RunMachine {
    /// A run for a person that begins with what they have ordered; `text` says it in words.
    #[must_use]
    pub fn of_schedule(text: String, person: &Person, request: ScheduledRequest) -> Self {
        Self { scheduled_request: Some(request), ..Self::new(text, person) }
    }

    /// What was ordered.
    #[must_use]
    pub fn scheduled_request(&self) -> Option<&ScheduledRequest> {
        self.scheduled_request.as_ref()
    }

    /// A run for a person that begins with an event; `text` names it and is ours, not the source's.
    ///
    /// The source is proved by its signature, so the address in `data.email` is the company's data: the one that its own system
    /// has for the customer. All else in it is what somebody outside has typed.
    #[must_use]
    pub fn of_event(text: String, person: &Person, event: TriggerEvent) -> Self {
        let mut run = Self::new(text, person);
        let place = || Provenance::Webhook(event.source.clone());
        if let Some(address) = event.data.get("email").and_then(Value::as_str).filter(|address| is_address(address)) {
            run.add_source(Trust::Company, place(), address);
        }
        run.add_source(Trust::Outside, place(), &Value::Object(event.data.clone()).to_string());
        run.event = Some(event);
        run
    }

    /// The event it began with.
    #[must_use]
    pub fn event(&self) -> Option<&TriggerEvent> {
        self.event.as_ref()
    }
}
