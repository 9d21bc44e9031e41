//! Upload sessions: a large file comes in ranges, in order. The session's address is the permission; a token there is
//! refused, as Outlook does.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::attachment::{MIN_UPLOAD_SESSION_BYTES, StoredAttachment};
use crate::caller::Caller;
use crate::graph_json::{GraphJson, read_body};
use crate::links::own_address;
use crate::message::StoredMessage;
use crate::refusal::Refusal;
use crate::state::Local365;
use crate::storage::Document;

const UPLOADS_FOLDER: &str = "uploads";
const SESSION_LIFETIME: TimeDelta = TimeDelta::hours(2);
const MAX_FILE_BYTES: u64 = 150_000_000;
/// A range is smaller than this.
const RANGE_LIMIT_BYTES: usize = 4_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadRequest {
    #[serde(rename = "AttachmentItem", alias = "attachmentItem")]
    item: AttachmentItem,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AttachmentItem {
    attachment_type: String,
    name: String,
    size: u64,
    content_type: Option<String>,
    #[serde(default)]
    is_inline: bool,
}

#[derive(Serialize, Deserialize)]
struct UploadSession {
    message: Uuid,
    name: String,
    content_type: Option<String>,
    is_inline: bool,
    size: u64,
    received: u64,
    blobs: Vec<Uuid>,
    expires: DateTime<Utc>,
}

pub(crate) async fn open(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
    headers: HeaderMap,
    GraphJson(UploadRequest { item }): GraphJson<UploadRequest>,
) -> Result<Response, Refusal> {
    caller.may_write()?;
    let mailbox = local.mailbox(&user).await?;
    let (draft, _) = local.message(&mailbox, &message).await?;
    if !item.attachment_type.eq_ignore_ascii_case("file") {
        return Err(Refusal::bad_request("Only files are served by local365."));
    }
    if item.size < MIN_UPLOAD_SESSION_BYTES as u64 {
        return Err(Refusal::new(400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize", "The file is below 3 MB."));
    }
    if item.size > MAX_FILE_BYTES {
        return Err(Refusal::new(413, "ErrorAttachmentSizeLimitExceeded", "The file is above 150 MB."));
    }
    let session = UploadSession {
        message: draft.id,
        name: item.name,
        content_type: item.content_type,
        is_inline: item.is_inline,
        size: item.size,
        received: 0,
        blobs: Vec::new(),
        expires: local.0.clock.now() + SESSION_LIFETIME,
    };
    let id = local.0.clock.id();
    local.0.storage.save(&[session.document(&mailbox.address, id, 1)]).await?;
    let mut url = own_address(&headers).ok_or_else(|| Refusal::bad_request("The Host header is missing."))?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.extend(["upload", &mailbox.address, &id.simple().to_string()]);
    }
    let mut shown = session.show();
    shown["uploadUrl"] = json!(url.as_str());
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// What is still expected.
pub(crate) async fn progress(
    State(local): State<Local365>,
    Path((mailbox, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let (_, session) = local.session(&mailbox, &id).await?;
    Ok(Json(session.show()))
}

/// Takes one range; the last one puts the file into the message.
pub(crate) async fn put(
    State(local): State<Local365>,
    Path((mailbox, id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refusal> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Err(Refusal::new(401, "unauthenticated", "The upload address takes no Authorization header."));
    }
    let (document, mut session) = local.session(&mailbox, &id).await?;
    let range = request.headers().get(header::CONTENT_RANGE).and_then(|it| it.to_str().ok()).and_then(parse_range);
    let wrong = || Refusal::new(416, "invalidRange", "The range is not the next one that is expected.");
    let (start, end, total) = range.ok_or_else(wrong)?;
    let bytes = read_body(request, &local).await?;
    if bytes.len() >= RANGE_LIMIT_BYTES {
        return Err(Refusal::too_large("A range is smaller than 4 MB."));
    }
    if start != session.received || total != session.size || end >= total || end - start + 1 != bytes.len() as u64 {
        return Err(wrong());
    }
    let blob = local.0.clock.id();
    local.0.storage.put_blob(blob, &bytes).await?;
    session.blobs.push(blob);
    session.received = end + 1;
    let stored = session.document(&document.mailbox, document.id, document.version + 1);
    if session.received < session.size {
        local.0.storage.save(&[stored]).await?;
        return Ok(Json(session.show()).into_response());
    }

    let draft = local.0.storage.get(&mailbox, session.message).await?.ok_or_else(Refusal::item_not_found)?;
    let message = StoredMessage::of(&draft)?;
    let attachment = StoredAttachment {
        id: local.0.clock.id(),
        name: session.name,
        content_type: session.content_type,
        is_inline: session.is_inline,
        size: session.size,
        modified: local.0.clock.now(),
        blobs: session.blobs,
    };
    local.0.storage.save(&[stored, message.attach(&draft, attachment)?]).await?;
    Ok(StatusCode::CREATED.into_response())
}

impl UploadSession {
    fn document(&self, mailbox: &str, id: Uuid, version: i64) -> Document {
        let (mailbox, folder, at) = (mailbox.to_owned(), UPLOADS_FOLDER.to_owned(), self.expires);
        Document { mailbox, id, folder, tags: Vec::new(), at, version, body: json!(self) }
    }

    fn show(&self) -> Value {
        json!({
            "expirationDateTime": self.expires.to_rfc3339_opts(SecondsFormat::Secs, true),
            "nextExpectedRanges": [format!("{}-", self.received)],
        })
    }
}

impl Local365 {
    /// A session that is open: neither complete nor expired.
    async fn session(&self, mailbox: &str, id: &str) -> Result<(Document, UploadSession), Refusal> {
        let gone = Refusal::item_not_found;
        let id = Uuid::try_parse(id).map_err(|_| gone())?;
        let document =
            self.0.storage.get(mailbox, id).await?.filter(|it| it.folder == UPLOADS_FOLDER).ok_or_else(gone)?;
        let session: UploadSession = serde_json::from_value(document.body.clone()).map_err(|_| gone())?;
        let open = session.received < session.size && self.0.clock.now() < session.expires;
        if open { Ok((document, session)) } else { Err(gone()) }
    }
}

/// Reads `bytes 0-99/200`.
fn parse_range(text: &str) -> Option<(u64, u64, u64)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end) = (start.parse().ok()?, end.parse().ok()?);
    (start <= end).then_some((start, end, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_whole_or_not_at_all() {
        assert_eq!(parse_range("bytes 0-99/200"), Some((0, 99, 200)));
        for text in ["0-99/200", "bytes 99-0/200", "bytes -99/200", "bytes 0-99/*", "bytes 0-99"] {
            assert_eq!(parse_range(text), None, "{text}");
        }
    }
}
