//! Chats of two, each of which there is once.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::graph_json::GraphJson;
use crate::posts::NewPost;
use crate::query::QueryOptions;
use crate::refusal::Refusal;
use crate::state::Local365;

const CHAT_FOLDER: &str = "messages";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewChat {
    chat_type: String,
    members: Vec<ChatMember>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatMember {
    #[serde(rename = "@odata.type")]
    kind: String,
    roles: Vec<String>,
    #[serde(rename = "user@odata.bind")]
    user: String,
}

pub(crate) async fn create(
    State(local): State<Local365>,
    caller: Caller,
    GraphJson(new): GraphJson<NewChat>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let author =
        caller.author("Missing role permissions on the request. API requires one of 'Teamwork.Migrate.All'.")?;
    caller.has(&["Chat.ReadWrite", "Chat.Create"])?;
    let kind = "#microsoft.graph.aadUserConversationMember";
    if new.chat_type != "oneOnOne" || new.members.len() != 2 || new.members.iter().any(|it| it.kind != kind) {
        return Err(Refusal::bad_request("A chat of two needs chatType oneOnOne and two members."));
    }
    let mut people = Vec::new();
    for member in &new.members {
        let user = member.user.rsplit_once("/users('").and_then(|(_, rest)| rest.strip_suffix("')"));
        let user = user.filter(|_| member.roles == ["owner"]);
        let user = user.ok_or_else(|| Refusal::bad_request("A member needs a user and the role owner."))?;
        people.push(local.account_or_mailbox(user).await?.address);
    }
    people.sort();
    people.dedup();
    if people.len() != 2 || !people.iter().any(|one| one == author) {
        return Err(Refusal::bad_request("The caller must be one of the two members."));
    }
    let id = format!("19:{}@unq.gbl.spaces", BASE64_URL_SAFE_NO_PAD.encode(people.join(" ")));
    Ok((StatusCode::CREATED, Json(json!({"id": id, "chatType": "oneOnOne"}))))
}

pub(crate) async fn messages(
    State(local): State<Local365>,
    caller: Caller,
    Path(chat): Path<String>,
    options: QueryOptions,
) -> Result<Json<Value>, Refusal> {
    let author = caller.author("Chats are read for a signed-in account.")?;
    caller.has(&["Chat.ReadWrite", "Chat.Read"])?;
    local.posts(&chat_mailbox(&chat, author)?, CHAT_FOLDER, &options).await
}

pub(crate) async fn post(
    State(local): State<Local365>,
    caller: Caller,
    Path(chat): Path<String>,
    GraphJson(message): GraphJson<NewPost>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let author =
        caller.author("Missing role permissions on the request. API requires one of 'Teamwork.Migrate.All'.")?;
    caller.has(&["Chat.ReadWrite", "ChatMessage.Send"])?;
    let mailbox = chat_mailbox(&chat, author)?;
    local.check_files(&message).await?;
    local.post(&mailbox, CHAT_FOLDER, author, &message).await
}

/// Where the messages of a chat lie, for one of its two.
fn chat_mailbox(chat: &str, author: &str) -> Result<String, Refusal> {
    let people = chat.strip_prefix("19:").and_then(|rest| rest.strip_suffix("@unq.gbl.spaces"));
    let people = people.and_then(|people| BASE64_URL_SAFE_NO_PAD.decode(people).ok());
    let people = people.and_then(|people| String::from_utf8(people).ok()).ok_or_else(Refusal::resource_not_found)?;
    if people.split(' ').any(|one| one == author) {
        Ok(format!("chat {people}"))
    } else {
        Err(Refusal::resource_not_found())
    }
}
