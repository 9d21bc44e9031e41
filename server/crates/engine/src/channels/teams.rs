//! Posting in Teams at most once: the row says that it may be on its way, then it is sent. Teams has no key by which a second request would
//! be known for the first, so where an answer was lost the message is only looked for, and never sent again because it isn't seen.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_agent::texts::Texts;
use mezzofy_domain::effect::{Payload, PostTarget};
use mezzofy_domain::roles::Permission;
use mezzofy_microsoft::graph::GraphOutcome;
use mezzofy_microsoft::teams::{Post, TeamsError, To};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::channel::{AttemptError, AttemptOutcome, Channel, ChannelTexts, Delivery};
use super::checkpoint::CheckpointError;
use crate::app::AppState;
use crate::config::Limits;

/// The shortest and the longest pause between two looks for a message that may be on its way.
const MIN_LOOK_DELAY: TimeDelta = TimeDelta::seconds(1);
const MAX_LOOK_DELAY: TimeDelta = TimeDelta::seconds(15);

/// How far a message has come. The ids tell the place of one worker from that of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
enum PostCheckpoint {
    /// Its sending was asked for; it may be on its way.
    Posting {
        id: Uuid,
        /// Since when; a version before did not store it.
        #[serde(default)]
        since: DateTime<Utc>,
    },
    /// Teams refused that, so nothing is on its way.
    Refused { id: Uuid },
    /// Its person has looked and wants it sent again.
    Again { id: Uuid },
    /// It is there.
    Posted {
        /// Teams' id of it, where that could be read.
        id: Option<String>,
    },
}

/// A message in a Teams channel, or to one colleague there.
pub(super) struct TeamsChannel;

#[async_trait]
impl Channel for TeamsChannel {
    fn permission(&self) -> Permission {
        Permission::PostInTeams
    }

    fn hourly_limit(&self, limits: &Limits) -> u32 {
        limits.posts_an_hour
    }

    fn plural(&self) -> &'static str {
        "messages in Teams"
    }

    fn texts<'t>(&self, texts: &'t Texts) -> ChannelTexts<'t> {
        ChannelTexts { too_many: &texts.too_many_posts, failed: &texts.post_failed, unknown: &texts.post_unknown }
    }

    fn advice(&self) -> &'static str {
        "Look there, and say here whether it arrived, or have it sent again."
    }

    async fn attempt(&self, delivery: &mut Delivery<'_>) -> Result<AttemptOutcome, CheckpointError> {
        let Some(post) = post_of(delivery) else {
            return Err(CheckpointError::Retry("an effect of Teams holds no message".to_owned()));
        };
        let checkpoint = delivery.checkpoint.current().await.map(serde_json::from_value);
        match checkpoint.transpose().map_err(|error| CheckpointError::Retry(error.to_string()))? {
            None | Some(PostCheckpoint::Refused { .. }) => send(delivery, &post).await,
            Some(PostCheckpoint::Again { .. }) => match delivery.app.teams.find(&post).await {
                Ok(Some(id)) => posted(delivery, Some(id)).await,
                Ok(None) => send(delivery, &post).await,
                Err(error) => Ok(stopped(&error, GraphOutcome::Unknown)),
            },
            Some(PostCheckpoint::Posting { since, .. }) => look(delivery, &post, since).await,
            Some(PostCheckpoint::Posted { .. }) => Ok(AttemptOutcome::Done),
        }
    }

    /// It is looked for once more, then sent.
    fn again(&self, app: &AppState, _checkpoint: Option<Value>) -> Option<Value> {
        Some(json!(PostCheckpoint::Again { id: app.new_id::<()>().uuid() }))
    }
}

/// Sends what is certainly not on its way.
async fn send(delivery: &Delivery<'_>, post: &Post) -> Result<AttemptOutcome, CheckpointError> {
    let app = delivery.app;
    let ready = match app.teams.prepare(post).await {
        Ok(ready) => ready,
        Err(error) => return Ok(stopped(&error, GraphOutcome::NotDone)),
    };
    // Another worker that stands here too stores no place of its own any more, and sends nothing.
    let (id, since) = (app.new_id::<()>().uuid(), app.clock.now());
    delivery.checkpoint.advance(json!(PostCheckpoint::Posting { id, since })).await?;
    let error = match app.teams.send(&ready).await {
        Ok(id) => return posted(delivery, Some(id)).await,
        Err(error) => error,
    };
    match error.outcome() {
        GraphOutcome::Done => posted(delivery, None).await,
        GraphOutcome::NotDone => {
            delivery.checkpoint.advance(json!(PostCheckpoint::Refused { id })).await?;
            Ok(stopped(&error.into(), GraphOutcome::NotDone))
        }
        GraphOutcome::Unknown => {
            tracing::warn!(effect = %delivery.effect.id, %error, "a message in Teams is looked for, as its answer was lost");
            look(delivery, post, since).await
        }
    }
}

/// Looks for what may be on its way since then. That it isn't there proves nothing before the last of those who hold it has given up, and
/// even then only its person can say so.
async fn look(delivery: &Delivery<'_>, post: &Post, since: DateTime<Utc>) -> Result<AttemptOutcome, CheckpointError> {
    let (now, until) = (delivery.app.clock.now(), since + delivery.app.max_arrival);
    let found = delivery.app.teams.find(post).await;
    if let Ok(Some(id)) = found {
        return posted(delivery, Some(id)).await;
    }
    if now < until {
        return Ok(AttemptOutcome::Awaited(next_look(since, now).min(until)));
    }
    let waited = delivery.app.max_arrival.num_seconds();
    let error = match found {
        Ok(_) => {
            format!("Teams did not say whether it took the message, and after {waited} seconds it was not to be seen")
        }
        Err(error) => format!("Teams did not say whether it took the message, and it can't be looked for: {error}"),
    };
    Ok(AttemptOutcome::Stopped(AttemptError { error, retry_after: None, outcome: GraphOutcome::Unknown }))
}

/// When to look again: after as long as it is on its way already, so that a quick one is seen soon and a slow one costs few requests.
fn next_look(since: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now + (now - since).clamp(MIN_LOOK_DELAY, MAX_LOOK_DELAY)
}

async fn posted(delivery: &Delivery<'_>, id: Option<String>) -> Result<AttemptOutcome, CheckpointError> {
    delivery.checkpoint.advance(json!(PostCheckpoint::Posted { id })).await?;
    Ok(AttemptOutcome::Done)
}

fn stopped(error: &TeamsError, outcome: GraphOutcome) -> AttemptOutcome {
    AttemptOutcome::Stopped(AttemptError { error: error.to_string(), retry_after: retry_after(error), outcome })
}

fn retry_after(error: &TeamsError) -> Option<Duration> {
    match error {
        TeamsError::Graph(error) => error.retry_after(),
        TeamsError::NoTeam | TeamsError::NoChannel(_) | TeamsError::NoFileId(_) => None,
    }
}

fn post_of(delivery: &Delivery<'_>) -> Option<Post> {
    let Payload::Post(post) = &delivery.effect.payload else { return None };
    let to = match &post.target {
        PostTarget::Channel(name) => To::Channel(name.clone()),
        PostTarget::Person(address) => To::Person(address.clone()),
    };
    Some(Post {
        to,
        key: delivery.effect.idempotency_key.clone(),
        from: format!("{} AI · {}", delivery.app.company.name, delivery.sender.name),
        subject: post.title.clone(),
        text: post.text.clone(),
        files: delivery.files.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_become_rarer_and_end_at_the_longest_pause() {
        let since = DateTime::UNIX_EPOCH;
        let pause = |after: i64| {
            let now = since + TimeDelta::seconds(after);
            (next_look(since, now) - now).num_seconds()
        };
        assert_eq!([-5, 0, 1, 2, 8, 15, 119].map(pause), [1, 1, 1, 2, 8, 15, 15]);
    }

    #[test]
    fn a_place_that_an_earlier_version_stored_is_in_doubt_since_long_ago() {
        let stored = json!({"at": "posting", "id": "01939a2e-0000-7000-8000-000000000000"});
        let read: PostCheckpoint = serde_json::from_value(stored).unwrap();
        assert!(matches!(read, PostCheckpoint::Posting { since, .. } if since == DateTime::UNIX_EPOCH), "{read:?}");
        let posted: PostCheckpoint = serde_json::from_value(json!({"at": "posted", "id": "1700"})).unwrap();
        assert_eq!(posted, PostCheckpoint::Posted { id: Some("1700".to_owned()) });
    }
}
