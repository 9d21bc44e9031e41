//! Making an event once: Graph takes an event with the effect's id once, so that who is in doubt asks again.

use mezzofy_domain::effect::{EffectState, When};
use mezzofy_microsoft::calendar::NewEvent;
use mezzofy_microsoft::graph::Outcome;
use mezzofy_store::effects::Effect;
use serde_json::json;

use super::effect::{Ended, LONGEST_PAUSE, Place, TRIES, reach};
use super::{Stuck, Work};

/// Makes the event to an end.
pub(super) async fn deliver(work: &Work<'_>, effect: &Effect, when: &When, place: &Place<'_>) -> Result<Ended, Stuck> {
    let event = NewEvent {
        mailbox: work.person.email.clone(),
        key: effect.id.to_string(),
        subject: effect.payload.subject.clone(),
        text: effect.payload.body.clone(),
        start: when.start,
        end: when.end,
        time_zone: when.time_zone.clone(),
        attendees: effect.payload.to.clone(),
        online: when.online,
    };
    let mut doubtful = effect.walk.is_some();
    let mut tries = 1;
    loop {
        reach(place, json!({"at": "making", "id": work.app.new_id::<()>()})).await?;
        let error = match work.app.calendar.make(&event).await {
            Ok(id) => {
                reach(place, json!({"at": "made", "id": id})).await?;
                return Ok((EffectState::Done, None));
            }
            Err(error) => error,
        };
        tracing::warn!(effect = %effect.id, %error, "an event is held up");
        match error.outcome() {
            Outcome::Done => return Ok((EffectState::Done, None)),
            Outcome::Unknown => doubtful = true,
            Outcome::NotDone => {}
        }
        if let Some(pause) = error.retry_after().filter(|_| tries < TRIES) {
            tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
            tries += 1;
            continue;
        }
        let state = if doubtful { EffectState::Unknown } else { EffectState::Failed };
        let look = if doubtful { ". Look into the calendar before making it again." } else { "." };
        return Ok((state, Some(format!("{error}{look}"))));
    }
}
