//! What a channel says of its kind of effect.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mezzofy_agent::skills::Text;
use mezzofy_agent::texts::Texts;
use mezzofy_domain::effect::Payload;
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Permission;
use mezzofy_microsoft::graph::GraphOutcome;
use mezzofy_microsoft::mail::Attachment;
use mezzofy_store::effects::Effect;
use serde_json::Value;

use super::checkpoint::{Checkpoint, CheckpointError};
use crate::app::AppState;
use crate::config::Limits;

/// A kind of effect: who may have it, how often, what is said of it, and how one is brought to its provider.
#[async_trait]
pub trait Channel: Sync {
    /// What the role of who sends must allow.
    fn permission(&self) -> Permission;

    /// How many one person may send in an hour.
    fn hourly_limit(&self, limits: &Limits) -> u32;

    /// Several of them, in a sentence.
    fn plural(&self) -> &'static str;

    /// What is said when it goes wrong.
    fn texts<'t>(&self, texts: &'t Texts) -> ChannelTexts<'t>;

    /// What people know one by.
    fn label(&self, payload: &Payload) -> String {
        payload.to().join(", ")
    }

    /// Where to look whether it happened, when that can't be known.
    fn advice(&self) -> &'static str;

    /// Tries once to bring it to its provider, from where it stands.
    async fn attempt(&self, delivery: &mut Delivery<'_>) -> Result<AttemptOutcome, CheckpointError>;

    /// From where it is attempted once more, when its end was unknown and its person wants that.
    fn again(&self, app: &AppState, checkpoint: Option<Value>) -> Option<Value>;

    /// Removes what a request that came late may have left, once the effect has ended.
    async fn tidy(&self, _app: &AppState, _sender: &Person, _effect: &Effect) -> Result<(), String> {
        Ok(())
    }
}

/// What is said when a kind of effect goes wrong.
pub struct ChannelTexts<'t> {
    /// More than an hour allows.
    pub too_many: &'t Text,
    /// It certainly did not happen.
    pub failed: &'t Text,
    /// It can't be known whether it happened.
    pub unknown: &'t Text,
}

/// An effect on its way.
pub struct Delivery<'a> {
    /// The server.
    pub app: &'a AppState,
    /// Who sends it.
    pub sender: &'a Person,
    /// What is sent.
    pub effect: &'a Effect,
    /// The bytes of what goes with it.
    pub files: Vec<Attachment>,
    /// Where it stands with the provider.
    pub checkpoint: Checkpoint<'a>,
    /// Whether it may have happened though nobody saw it.
    pub in_doubt: bool,
}

/// What came of a try.
pub enum AttemptOutcome {
    /// It is there.
    Done,
    /// It may be on its way. It is looked for again at this time, and nothing is sent until then.
    Awaited(DateTime<Utc>),
    /// It is not there, or not known to be.
    Stopped(AttemptError),
}

/// A try that brought it to no end.
pub struct AttemptError {
    /// What happened, a sentence without its full stop.
    pub error: String,
    /// When another try may help.
    pub retry_after: Option<Duration>,
    /// What it means if there is no other try.
    pub outcome: GraphOutcome,
}
