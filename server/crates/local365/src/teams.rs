//! One team with its channels. Only a signed-in account may post; an app by itself is refused as Microsoft refuses it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::graph_json::GraphJson;
use crate::posts::NewPost;
use crate::query::QueryOptions;
use crate::refusal::Refusal;
use crate::state::Local365;

pub(crate) async fn channels(
    State(local): State<Local365>,
    caller: Caller,
    Path(team): Path<String>,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["Channel.ReadBasic.All", "ChannelSettings.Read.All"])?;
    local.team(&team)?;
    let show = |name: &String| json!({"id": channel_id(name), "displayName": name, "membershipType": "standard"});
    Ok(Json(json!({"value": local.0.config.team.channels.iter().map(show).collect::<Vec<_>>()})))
}

pub(crate) async fn channel_messages(
    State(local): State<Local365>,
    caller: Caller,
    Path((team, channel)): Path<(String, String)>,
    options: QueryOptions,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["ChannelMessage.Read.All"])?;
    let mailbox = local.channel(&team, &channel)?;
    local.posts(&mailbox, &channel, &options).await
}

pub(crate) async fn post_in_channel(
    State(local): State<Local365>,
    caller: Caller,
    Path((team, channel)): Path<(String, String)>,
    GraphJson(message): GraphJson<NewPost>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let author = caller.author("Message POST is allowed in application-only context only for import purposes.")?;
    caller.has(&["ChannelMessage.Send"])?;
    let mailbox = local.channel(&team, &channel)?;
    local.check_files(&message).await?;
    local.post(&mailbox, &channel, author, &message).await
}

impl Local365 {
    fn team(&self, id: &str) -> Result<(), Refusal> {
        let there = !id.is_empty() && self.0.config.team.id == id;
        if there { Ok(()) } else { Err(Refusal::new(404, "NotFound", format!("No team found with Group Id {id}"))) }
    }

    /// Where the messages of a channel lie.
    pub(crate) fn channel(&self, team: &str, channel: &str) -> Result<String, Refusal> {
        self.team(team)?;
        let there = self.0.config.team.channels.iter().any(|name| channel_id(name) == channel);
        if there { Ok(self.0.config.team.mailbox()) } else { Err(Refusal::resource_not_found()) }
    }
}

pub(crate) fn channel_id(name: &str) -> String {
    format!("19:{}@thread.tacv2", BASE64_URL_SAFE_NO_PAD.encode(name))
}
