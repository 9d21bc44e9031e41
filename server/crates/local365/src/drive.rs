//! The team's files: a folder for each channel.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::posts::FILES_FOLDER;
use crate::refusal::Refusal;
use crate::state::Local365;
use crate::storage::{Document, DocumentQuery};
use crate::teams::channel_id;

/// What Graph takes of a whole file at once.
pub(crate) const MAX_FILE_BYTES: usize = 250_000_000;

pub(crate) async fn files_folder(
    State(local): State<Local365>,
    caller: Caller,
    Path((team, channel)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["Files.ReadWrite.All", "Files.Read.All"])?;
    local.channel(&team, &channel)?;
    Ok(Json(json!({"id": folder_id(&channel), "name": channel, "parentReference": {"driveId": drive_id(&team)}})))
}

/// Puts a file at `{folder}:/{path}:/content`; folders on the way come into being, and what lay there is replaced.
pub(crate) async fn put_file(
    State(local): State<Local365>,
    caller: Caller,
    Path((drive, path)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    caller.has(&["Files.ReadWrite.All"])?;
    let team = &local.0.config.team.id;
    let known = drive == drive_id(team);
    let location = path.strip_suffix(":/content").and_then(|path| path.split_once(":/"));
    let known_folder =
        |folder: &str| local.0.config.team.channels.iter().any(|name| folder_id(&channel_id(name)) == folder);
    let (folder, path) =
        location.filter(|(folder, _)| known && known_folder(folder)).ok_or_else(Refusal::resource_not_found)?;
    let name = path.rsplit('/').next().unwrap_or_default();
    let mailbox = local.0.config.team.mailbox();
    let tag = format!("{folder}/{path}");
    let query = DocumentQuery { mailbox: &mailbox, folders: &[FILES_FOLDER], tag: Some(&tag), skip: 0, limit: 1 };
    let before = local.0.storage.find(query).await?.pop();
    let blob = local.0.clock.id();
    local.0.storage.put_blob(blob, &bytes).await?;
    let (id, version) = before.map_or_else(|| (local.0.clock.id(), 1), |before| (before.id, before.version + 1));
    let tags = vec![tag.clone(), id.to_string()];
    let body = json!({"name": name, "size": bytes.len(), "blob": blob});
    let document =
        Document { mailbox, id, folder: FILES_FOLDER.to_owned(), tags, at: local.0.clock.now(), version, body };
    local.0.storage.save(&[document]).await?;
    let tag_of_file = format!("\"{{{}}},{version}\"", id.to_string().to_uppercase());
    let shown = json!({
        "id": id, "name": name, "size": bytes.len(), "eTag": tag_of_file,
        "webUrl": format!("https://mezzofy.example/sites/{tag}"),
    });
    Ok((if version == 1 { StatusCode::CREATED } else { StatusCode::OK }, Json(shown)))
}

fn folder_id(channel: &str) -> String {
    format!("01{}", BASE64_URL_SAFE_NO_PAD.encode(channel))
}

fn drive_id(team: &str) -> String {
    format!("b!{}", BASE64_URL_SAFE_NO_PAD.encode(team))
}
