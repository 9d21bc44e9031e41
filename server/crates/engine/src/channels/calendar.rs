//! Making an event once: Graph takes an event with the effect's id once, so that who is in doubt asks again.

use async_trait::async_trait;
use mezzofy_agent::texts::Texts;
use mezzofy_domain::effect::{EventPayload, Payload};
use mezzofy_domain::roles::Permission;
use mezzofy_microsoft::calendar::NewEvent;
use mezzofy_microsoft::graph::GraphOutcome;
use serde_json::{Value, json};

use super::channel::{AttemptError, AttemptOutcome, Channel, ChannelTexts, Delivery};
use super::checkpoint::CheckpointError;
use crate::app::AppState;
use crate::config::Limits;

/// An event in the person's calendar, and the invitations to it.
pub(super) struct CalendarChannel;

#[async_trait]
impl Channel for CalendarChannel {
    fn permission(&self) -> Permission {
        Permission::Calendar
    }

    fn hourly_limit(&self, limits: &Limits) -> u32 {
        limits.events_an_hour
    }

    fn plural(&self) -> &'static str {
        "invitations"
    }

    fn texts<'t>(&self, texts: &'t Texts) -> ChannelTexts<'t> {
        ChannelTexts { too_many: &texts.too_many_events, failed: &texts.event_failed, unknown: &texts.event_unknown }
    }

    fn label(&self, payload: &Payload) -> String {
        payload.subject().to_owned()
    }

    fn advice(&self) -> &'static str {
        "Look into the calendar, and say here whether it is there, or have it made again."
    }

    async fn attempt(&self, delivery: &mut Delivery<'_>) -> Result<AttemptOutcome, CheckpointError> {
        let Payload::Event(event) = &delivery.effect.payload else {
            return Err(CheckpointError::Retry("an effect of the calendar holds no event".to_owned()));
        };
        let event = event_of(delivery, event);
        let mark = json!({"at": "making", "id": delivery.app.new_id::<()>()});
        delivery.checkpoint.advance(mark).await?;
        let error = match delivery.app.calendar.make(&event).await {
            Ok(id) => {
                delivery.checkpoint.advance(json!({"at": "made", "id": id})).await?;
                return Ok(AttemptOutcome::Done);
            }
            Err(error) => error,
        };
        let outcome = match error.outcome() {
            GraphOutcome::Done => return Ok(AttemptOutcome::Done),
            GraphOutcome::NotDone if delivery.in_doubt => GraphOutcome::Unknown,
            outcome => outcome,
        };
        delivery.in_doubt = outcome == GraphOutcome::Unknown;
        let retry_after = error.retry_after();
        Ok(AttemptOutcome::Stopped(AttemptError { error: error.to_string(), retry_after, outcome }))
    }

    /// It is asked for under the same id, of which there is one event at most.
    fn again(&self, _app: &AppState, checkpoint: Option<Value>) -> Option<Value> {
        checkpoint
    }
}

fn event_of(delivery: &Delivery<'_>, event: &EventPayload) -> NewEvent {
    NewEvent {
        mailbox: delivery.sender.email.clone(),
        key: delivery.effect.id.to_string(),
        subject: event.title.clone(),
        text: event.text.clone(),
        start: event.times.start,
        end: event.times.end,
        time_zone: event.times.time_zone.clone(),
        attendees: event.attendees.clone(),
        online: event.times.online,
    }
}
