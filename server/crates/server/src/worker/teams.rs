//! Posting in Teams once: the row says that it may be on its way, then it is sent. Whoever comes later looks for its mark first.

use std::time::Duration;

use mezzofy_domain::effect::{EffectState, is_address};
use mezzofy_microsoft::graph::Outcome;
use mezzofy_microsoft::mail::Attachment;
use mezzofy_microsoft::teams::{Post, TeamsError, To};
use mezzofy_store::effects::Effect;
use serde_json::json;

use super::effect::{Ended, LONGEST_PAUSE, Place, TRIES, reach};
use super::{Stuck, Work};

/// Sends the message to an end.
pub(super) async fn deliver(
    work: &Work<'_>,
    effect: &Effect,
    files: Vec<Attachment>,
    place: &Place<'_>,
) -> Result<Ended, Stuck> {
    let post = post_of(work, effect, files);
    // Whether it may be there though nobody saw it.
    let mut doubtful = effect.walk.is_some();
    let mut tries = 1;
    loop {
        let found = if doubtful { work.app.teams.find(&post).await } else { Ok(None) };
        let sent = match found {
            Ok(None) => {
                // Another worker that stands here too stores no place of its own any more, and sends nothing.
                reach(place, json!({"at": "posting", "id": work.app.new_id::<()>()})).await?;
                let sent = work.app.teams.send(&post).await;
                doubtful = matches!(&sent, Err(TeamsError::Graph(error)) if error.outcome() != Outcome::NotDone);
                sent.map(Some)
            }
            found => found,
        };
        let error = match sent {
            Ok(id) => {
                reach(place, json!({"at": "posted", "id": id})).await?;
                return Ok((EffectState::Done, None));
            }
            Err(error) => error,
        };
        tracing::warn!(effect = %effect.id, %error, "a message for Teams is held up");
        if let Some(pause) = retry_after(&error).filter(|_| tries < TRIES) {
            tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
            tries += 1;
            continue;
        }
        let state = if doubtful { EffectState::Unknown } else { EffectState::Failed };
        let look = if doubtful { ". Look there before sending it again." } else { "." };
        return Ok((state, Some(format!("{error}{look}"))));
    }
}

fn retry_after(error: &TeamsError) -> Option<Duration> {
    match error {
        TeamsError::Graph(error) => error.retry_after(),
        TeamsError::NoTeam | TeamsError::NoChannel(_) | TeamsError::NoFileId(_) => None,
    }
}

fn post_of(work: &Work<'_>, effect: &Effect, files: Vec<Attachment>) -> Post {
    let to = effect.payload.to.first().cloned().unwrap_or_default();
    Post {
        to: if is_address(&to) { To::Person(to) } else { To::Channel(to) },
        key: effect.idempotency_key.clone(),
        from: format!("{} AI · {}", work.app.company.name, work.person.name),
        subject: effect.payload.subject.clone(),
        text: effect.payload.body.clone(),
        files,
    }
}
