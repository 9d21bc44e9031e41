//! Files of a message that fit into one request.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::SecondsFormat;
use serde::Deserialize;
use serde_json::{Value, json};

use super::message::{Enclosure, Letter, select};
use super::payload::Payload;
use super::query::Options;
use super::refusal::Refusal;
use super::storage::Document;
use super::tokens::Caller;
use super::{Local365, ids};

/// From here on a file needs an upload session.
pub(super) const LARGE: usize = 3_000_000;

/// A file attachment; other kinds are refused.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewAttachment {
    #[serde(rename = "@odata.type")]
    kind: String,
    name: String,
    content_type: Option<String>,
    content_bytes: String,
    #[serde(default)]
    is_inline: bool,
}

pub(super) async fn list(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
    options: Options,
) -> Result<Json<Value>, Refusal> {
    caller.may_read()?;
    let mailbox = local.mailbox(&user).await?;
    let (_, letter) = local.message(&mailbox, &message).await?;
    let shown: Vec<_> = letter.attachments.iter().map(|it| it.show(&options)).collect();
    Ok(Json(json!({"value": shown})))
}

pub(super) async fn add(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
    options: Options,
    Payload(wanted): Payload<NewAttachment>,
) -> Result<Response, Refusal> {
    caller.may_write()?;
    let mailbox = local.mailbox(&user).await?;
    let (draft, letter) = local.message(&mailbox, &message).await?;
    let kept = local.keep(wanted).await?;
    local.0.storage.save(&[with_enclosure(&draft, letter, kept.clone())?]).await?;
    Ok((StatusCode::CREATED, Json(kept.show(&options))).into_response())
}

/// A file's bytes.
pub(super) async fn content(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message, attachment)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    caller.may_read()?;
    let mailbox = local.mailbox(&user).await?;
    let (_, letter) = local.message(&mailbox, &message).await?;
    let named = ids::read(&attachment).ok_or_else(Refusal::item_not_found)?;
    let found = letter.attachments.iter().find(|it| it.id == named.id).ok_or_else(Refusal::item_not_found)?;
    let mut bytes = Vec::new();
    for blob in &found.blobs {
        bytes.extend(local.0.storage.blob(*blob).await?.ok_or_else(Refusal::item_not_found)?);
    }
    let kind = found.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

/// The draft with one more file, as its next version.
pub(super) fn with_enclosure(draft: &Document, mut letter: Letter, kept: Enclosure) -> Result<Document, Refusal> {
    if !letter.is_draft {
        return Err(Refusal::new(400, "ErrorInvalidRequest", "Only a draft takes attachments."));
    }
    letter.modified = kept.modified;
    letter.attachments.push(kept);
    Ok(letter.keep(&draft.mailbox, draft.id, &draft.folder, draft.version + 1))
}

impl Local365 {
    /// Checks a file and keeps its bytes.
    pub(super) async fn keep(&self, wanted: NewAttachment) -> Result<Enclosure, Refusal> {
        if wanted.kind != "#microsoft.graph.fileAttachment" {
            return Err(Refusal::bad_request(format!(
                "Attachments of type '{}' are not served by local365.",
                wanted.kind
            )));
        }
        let bytes = BASE64_STANDARD.decode(&wanted.content_bytes).map_err(|_| {
            Refusal::new(400, "RequestBodyRead", "Cannot convert contentBytes to the type 'Edm.Binary'.")
        })?;
        if bytes.len() >= LARGE {
            return Err(Refusal::too_large("A file of 3 MB or more needs an upload session."));
        }
        let (id, blob) = (self.0.clock.id(), self.0.clock.id());
        self.0.storage.put_blob(blob, &bytes).await?;
        Ok(Enclosure {
            id,
            name: wanted.name,
            content_type: wanted.content_type,
            is_inline: wanted.is_inline,
            size: bytes.len() as u64,
            modified: self.0.clock.now(),
            blobs: vec![blob],
        })
    }
}

impl Enclosure {
    fn show(&self, options: &Options) -> Value {
        let full = json!({
            "@odata.type": "#microsoft.graph.fileAttachment",
            "name": self.name,
            "contentType": self.content_type,
            "isInline": self.is_inline,
            "size": self.size,
            "lastModifiedDateTime": self.modified.to_rfc3339_opts(SecondsFormat::Secs, true),
        });
        select(ids::show(self.id, 0, options.immutable), full, options)
    }
}
