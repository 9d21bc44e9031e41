//! One team with its channels, its files and its chats. Only a signed-in account may post; an app by itself is refused as Microsoft
//! refuses it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Local365;
use super::payload::Payload;
use super::query::Options;
use super::refusal::Refusal;
use super::storage::{Document, Find, Mailbox};
use super::tokens::Caller;

/// What Graph takes of a whole file at once, in bytes.
pub(super) const FILE_MOST: usize = 250_000_000;
/// Messages on a page at most.
const PAGE_MOST: i64 = 50;
/// Bytes of a message's content at most.
const CONTENT_MOST: usize = 28_000;
const FILES: &str = "files";
const MESSAGES: &str = "messages";

/// The one team that local365 has.
#[derive(Debug, Clone, Default)]
pub struct Team {
    /// Its id.
    pub id: String,
    /// The names of its channels.
    pub channels: Vec<String>,
}

/// A message as a client writes it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewMessage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    body: Content,
    #[serde(default)]
    attachments: Vec<Reference>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Content {
    content_type: String,
    content: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reference {
    id: Uuid,
    content_type: String,
    content_url: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewChat {
    chat_type: String,
    members: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    #[serde(rename = "@odata.type")]
    kind: String,
    roles: Vec<String>,
    #[serde(rename = "user@odata.bind")]
    user: String,
}

pub(super) async fn channels(
    State(local): State<Local365>,
    caller: Caller,
    Path(team): Path<String>,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["Channel.ReadBasic.All", "ChannelSettings.Read.All"])?;
    local.team(&team)?;
    let show = |name: &String| json!({"id": channel_id(name), "displayName": name, "membershipType": "standard"});
    Ok(Json(json!({"value": local.0.config.team.channels.iter().map(show).collect::<Vec<_>>()})))
}

pub(super) async fn channel_messages(
    State(local): State<Local365>,
    caller: Caller,
    Path((team, channel)): Path<(String, String)>,
    options: Options,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["ChannelMessage.Read.All"])?;
    let place = local.channel(&team, &channel)?;
    local.newest(&place, &channel, &options).await
}

pub(super) async fn post_in_channel(
    State(local): State<Local365>,
    caller: Caller,
    Path((team, channel)): Path<(String, String)>,
    Payload(message): Payload<NewMessage>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let author = caller.author("Message POST is allowed in application-only context only for import purposes.")?;
    caller.has(&["ChannelMessage.Send"])?;
    let place = local.channel(&team, &channel)?;
    local.check_files(&message).await?;
    local.write(&place, &channel, author, &message).await
}

pub(super) async fn files_folder(
    State(local): State<Local365>,
    caller: Caller,
    Path((team, channel)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["Files.ReadWrite.All", "Files.Read.All"])?;
    local.channel(&team, &channel)?;
    Ok(Json(json!({"id": folder_id(&channel), "name": channel, "parentReference": {"driveId": drive_id(&team)}})))
}

/// Puts a file at `{folder}:/{path}:/content`; folders on the way come into being, and what lay there is replaced.
pub(super) async fn put_file(
    State(local): State<Local365>,
    caller: Caller,
    Path((drive, path)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    caller.has(&["Files.ReadWrite.All"])?;
    let team = &local.0.config.team.id;
    let known = drive == drive_id(team);
    let place = path.strip_suffix(":/content").and_then(|path| path.split_once(":/"));
    let known_folder =
        |folder: &str| local.0.config.team.channels.iter().any(|name| folder_id(&channel_id(name)) == folder);
    let (folder, path) = place.filter(|(folder, _)| known && known_folder(folder)).ok_or_else(not_found)?;
    let name = path.rsplit('/').next().unwrap_or_default();
    let mailbox = team_box(team);
    let tag = format!("{folder}/{path}");
    let find = Find { mailbox: &mailbox, folders: &[FILES], tag: Some(&tag), skip: 0, limit: 1 };
    let before = local.0.storage.find(find).await?.pop();
    let blob = local.0.clock.id();
    local.0.storage.put_blob(blob, &bytes).await?;
    let (id, version) = before.map_or_else(|| (local.0.clock.id(), 1), |before| (before.id, before.version + 1));
    let tags = vec![tag.clone(), id.to_string()];
    let body = json!({"name": name, "size": bytes.len(), "blob": blob});
    let document = Document { mailbox, id, folder: FILES.to_owned(), tags, at: local.0.clock.now(), version, body };
    local.0.storage.save(&[document]).await?;
    let tag_of_file = format!("\"{{{}}},{version}\"", id.to_string().to_uppercase());
    let shown = json!({
        "id": id, "name": name, "size": bytes.len(), "eTag": tag_of_file,
        "webUrl": format!("https://mezzofy.example/sites/{tag}"),
    });
    Ok((if version == 1 { StatusCode::CREATED } else { StatusCode::OK }, Json(shown)))
}

pub(super) async fn me(State(local): State<Local365>, caller: Caller) -> Result<Json<Value>, Refusal> {
    let author = caller.author("/me request is only valid with delegated authentication flow.")?.to_owned();
    caller.has(&["User.Read", "User.ReadBasic.All"])?;
    let account = local.user(&author).await?;
    Ok(Json(json!({"id": account.address, "displayName": account.name, "mail": account.address})))
}

pub(super) async fn user(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["User.ReadBasic.All", "User.Read.All"])?;
    let found = local.user(&user).await?;
    Ok(Json(json!({"id": found.address, "displayName": found.name, "mail": found.address})))
}

/// The chat of two, which there is once.
pub(super) async fn chat(
    State(local): State<Local365>,
    caller: Caller,
    Payload(wanted): Payload<NewChat>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let author =
        caller.author("Missing role permissions on the request. API requires one of 'Teamwork.Migrate.All'.")?;
    caller.has(&["Chat.ReadWrite", "Chat.Create"])?;
    let kind = "#microsoft.graph.aadUserConversationMember";
    if wanted.chat_type != "oneOnOne" || wanted.members.len() != 2 || wanted.members.iter().any(|it| it.kind != kind) {
        return Err(Refusal::bad_request("A chat of two needs chatType oneOnOne and two members."));
    }
    let mut people = Vec::new();
    for member in &wanted.members {
        let user = member.user.rsplit_once("/users('").and_then(|(_, rest)| rest.strip_suffix("')"));
        let user = user.filter(|_| member.roles == ["owner"]);
        let user = user.ok_or_else(|| Refusal::bad_request("A member needs a user and the role owner."))?;
        people.push(local.user(user).await?.address);
    }
    people.sort();
    people.dedup();
    if people.len() != 2 || !people.iter().any(|one| one == author) {
        return Err(Refusal::bad_request("The caller must be one of the two members."));
    }
    let id = format!("19:{}@unq.gbl.spaces", BASE64_URL_SAFE_NO_PAD.encode(people.join(" ")));
    Ok((StatusCode::CREATED, Json(json!({"id": id, "chatType": "oneOnOne"}))))
}

pub(super) async fn chat_messages(
    State(local): State<Local365>,
    caller: Caller,
    Path(chat): Path<String>,
    options: Options,
) -> Result<Json<Value>, Refusal> {
    let author = caller.author("Chats are read for a signed-in account.")?;
    caller.has(&["Chat.ReadWrite", "Chat.Read"])?;
    local.newest(&chat_box(&chat, author)?, MESSAGES, &options).await
}

pub(super) async fn post_in_chat(
    State(local): State<Local365>,
    caller: Caller,
    Path(chat): Path<String>,
    Payload(message): Payload<NewMessage>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let author =
        caller.author("Missing role permissions on the request. API requires one of 'Teamwork.Migrate.All'.")?;
    caller.has(&["Chat.ReadWrite", "ChatMessage.Send"])?;
    let place = chat_box(&chat, author)?;
    local.check_files(&message).await?;
    local.write(&place, MESSAGES, author, &message).await
}

impl Local365 {
    fn team(&self, id: &str) -> Result<(), Refusal> {
        let there = !id.is_empty() && self.0.config.team.id == id;
        if there { Ok(()) } else { Err(Refusal::new(404, "NotFound", format!("No team found with Group Id {id}"))) }
    }

    /// Where the messages of a channel lie.
    fn channel(&self, team: &str, channel: &str) -> Result<String, Refusal> {
        self.team(team)?;
        let there = self.0.config.team.channels.iter().any(|name| channel_id(name) == channel);
        if there { Ok(team_box(team)) } else { Err(not_found()) }
    }

    async fn user(&self, user: &str) -> Result<Mailbox, Refusal> {
        match &self.0.config.account {
            Some(account) if account.address.eq_ignore_ascii_case(user) => Ok(account.clone()),
            _ => self.mailbox(user).await,
        }
    }

    async fn newest(&self, place: &str, folder: &str, options: &Options) -> Result<Json<Value>, Refusal> {
        if options.top > PAGE_MOST {
            return Err(Refusal::bad_request(format!("Invalid value for $top: 1 to {PAGE_MOST}.")));
        }
        let find = Find { mailbox: place, folders: &[folder], tag: None, skip: options.skip, limit: options.top };
        let found = self.0.storage.find(find).await?;
        Ok(Json(json!({"value": found.iter().map(show).collect::<Vec<_>>()})))
    }

    async fn check_files(&self, message: &NewMessage) -> Result<(), Refusal> {
        for file in &message.attachments {
            let named = message.body.content.contains(&format!("<attachment id=\"{}\"></attachment>", file.id));
            let mailbox = team_box(&self.0.config.team.id);
            let there = self.0.storage.get(&mailbox, file.id).await?.is_some_and(|it| it.folder == FILES);
            if !named || !there || file.content_type != "reference" {
                return Err(Refusal::bad_request("An attachment must be a file that is there, named in the content."));
            }
        }
        Ok(())
    }

    async fn write(
        &self,
        place: &str,
        folder: &str,
        author: &str,
        message: &NewMessage,
    ) -> Result<(StatusCode, Json<Value>), Refusal> {
        let Content { content_type, content } = &message.body;
        if !matches!(content_type.as_str(), "html" | "text") || content.is_empty() || content.len() > CONTENT_MOST {
            return Err(Refusal::bad_request("The content must be html or text, not empty and at most 28 KB."));
        }
        let mut body = serde_json::to_value(message).map_err(|_| Refusal::bad_request("The message can't be kept."))?;
        body["from"] = json!({"user": {"id": author}});
        let document = Document {
            mailbox: place.to_owned(),
            id: self.0.clock.id(),
            folder: folder.to_owned(),
            tags: Vec::new(),
            at: self.0.clock.now(),
            version: 1,
            body,
        };
        self.0.storage.save(std::slice::from_ref(&document)).await?;
        Ok((StatusCode::CREATED, Json(show(&document))))
    }
}

fn show(document: &Document) -> Value {
    let mut shown = document.body.clone();
    shown["id"] = json!(document.id);
    shown["etag"] = json!(document.at.timestamp_millis().to_string());
    shown["createdDateTime"] = json!(document.at);
    shown
}

fn not_found() -> Refusal {
    Refusal::new(404, "NotFound", "The resource could not be found.")
}

fn team_box(team: &str) -> String {
    format!("team {team}")
}

fn channel_id(name: &str) -> String {
    format!("19:{}@thread.tacv2", BASE64_URL_SAFE_NO_PAD.encode(name))
}

fn folder_id(channel: &str) -> String {
    format!("01{}", BASE64_URL_SAFE_NO_PAD.encode(channel))
}

fn drive_id(team: &str) -> String {
    format!("b!{}", BASE64_URL_SAFE_NO_PAD.encode(team))
}

/// Where the messages of a chat lie, for one of its two.
fn chat_box(chat: &str, author: &str) -> Result<String, Refusal> {
    let people = chat.strip_prefix("19:").and_then(|rest| rest.strip_suffix("@unq.gbl.spaces"));
    let people = people.and_then(|people| BASE64_URL_SAFE_NO_PAD.decode(people).ok());
    let people = people.and_then(|people| String::from_utf8(people).ok()).ok_or_else(not_found)?;
    if people.split(' ').any(|one| one == author) { Ok(format!("chat {people}")) } else { Err(not_found()) }
}
