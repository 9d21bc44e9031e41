//! Posting in Teams once: the row says that it may be on its way, then it is sent. Whoever comes later looks for its mark first.

use std::time::Duration;

use async_trait::async_trait;
use mezzofy_agent::texts::Texts;
use mezzofy_domain::effect::{Payload, PostTarget};
use mezzofy_domain::roles::Permission;
use mezzofy_microsoft::graph::GraphOutcome;
use mezzofy_microsoft::teams::{Post, TeamsError, To};
use serde_json::json;

use super::channel::{AttemptError, Channel, ChannelTexts, Delivery};
use super::checkpoint::CheckpointError;
use crate::config::Limits;

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
        "Look there before sending it again."
    }

    async fn attempt(&self, delivery: &mut Delivery<'_>) -> Result<Result<(), AttemptError>, CheckpointError> {
        let Some(post) = post_of(delivery) else {
            return Err(CheckpointError::Retry("an effect of Teams holds no message".to_owned()));
        };
        let teams = &delivery.app.teams;
        let found = if delivery.in_doubt { teams.find(&post).await } else { Ok(None) };
        let sent = match found {
            Ok(None) => {
                // Another worker that stands here too stores no place of its own any more, and sends nothing.
                let mark = json!({"at": "posting", "id": delivery.app.new_id::<()>()});
                delivery.checkpoint.advance(mark).await?;
                let sent = teams.send(&post).await;
                delivery.in_doubt =
                    matches!(&sent, Err(TeamsError::Graph(error)) if error.outcome() != GraphOutcome::NotDone);
                sent.map(Some)
            }
            found => found,
        };
        match sent {
            Ok(id) => {
                delivery.checkpoint.advance(json!({"at": "posted", "id": id})).await?;
                Ok(Ok(()))
            }
            Err(error) => {
                let outcome = if delivery.in_doubt { GraphOutcome::Unknown } else { GraphOutcome::NotDone };
                Ok(Err(AttemptError { error: error.to_string(), retry_after: retry_after(&error), outcome }))
            }
        }
    }
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
