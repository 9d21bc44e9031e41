//! Drafts are made and messages are read here.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::message::{DELETED_ITEMS, DRAFTS, FOLDERS, Letter, NewMessage};
use super::payload::Payload;
use super::query::Options;
use super::refusal::Refusal;
use super::storage::{Document, Find, Mailbox};
use super::tokens::Caller;
use super::{Local365, ids};

pub(super) async fn create(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    options: Options,
    Payload(mut wanted): Payload<NewMessage>,
) -> Result<Response, Refusal> {
    caller.may_write()?;
    let mailbox = local.mailbox(&user).await?;
    wanted.check()?;
    let mut kept = Vec::new();
    for attachment in std::mem::take(&mut wanted.attachments) {
        kept.push(local.keep(attachment).await?);
    }
    let id = local.0.clock.id();
    let letter = wanted.into_letter(&mailbox, id, local.0.clock.now(), kept);
    let document = letter.keep(&mailbox.address, id, DRAFTS, 1);
    local.0.storage.save(std::slice::from_ref(&document)).await?;
    Ok((StatusCode::CREATED, applied(&options), Json(letter.show(&document, &options))).into_response())
}

pub(super) async fn show(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
    options: Options,
) -> Result<Response, Refusal> {
    caller.may_read()?;
    let mailbox = local.mailbox(&user).await?;
    let (document, letter) = local.message(&mailbox, &message).await?;
    Ok((applied(&options), Json(letter.show(&document, &options))).into_response())
}

/// Moves the message to Deleted Items, as Graph does.
pub(super) async fn delete(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    caller.may_write()?;
    let mailbox = local.mailbox(&user).await?;
    let (document, mut letter) = local.message(&mailbox, &message).await?;
    letter.modified = local.0.clock.now();
    letter.moves = letter.moves.saturating_add(1);
    let deleted = letter.keep(&mailbox.address, document.id, DELETED_ITEMS, document.version + 1);
    local.0.storage.save(&[deleted]).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    options: Options,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    caller.may_read()?;
    local.page(&user, &FOLDERS, &["messages"], &options, &headers).await
}

pub(super) async fn list_folder(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, folder)): Path<(String, String)>,
    options: Options,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    caller.may_read()?;
    let known = FOLDERS.iter().find(|it| it.eq_ignore_ascii_case(&folder));
    let folder = known.ok_or_else(|| Refusal::new(400, "ErrorInvalidIdMalformed", "Id is malformed."))?;
    local.page(&user, &[folder], &["mailFolders", folder, "messages"], &options, &headers).await
}

/// Says that the ids are of the kind that was asked for.
fn applied(options: &Options) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if options.immutable {
        let value = header::HeaderValue::from_static(r#"IdType="ImmutableId""#);
        headers.insert("preference-applied", value);
    }
    headers
}

impl Local365 {
    pub(super) async fn mailbox(&self, user: &str) -> Result<Mailbox, Refusal> {
        let found = self.0.storage.mailbox(user).await?;
        found.ok_or_else(|| Refusal::new(404, "ErrorInvalidUser", format!("The requested user '{user}' is invalid.")))
    }

    /// The message of that id. A regular id that was given out before a move finds nothing.
    pub(super) async fn message(&self, mailbox: &Mailbox, id: &str) -> Result<(Document, Letter), Refusal> {
        let malformed = || Refusal::new(400, "ErrorInvalidIdMalformed", "Id is malformed.");
        let named = ids::read(id).ok_or_else(malformed)?;
        let document = self.0.storage.get(&mailbox.address, named.id).await?.ok_or_else(Refusal::item_not_found)?;
        if !FOLDERS.contains(&document.folder.as_str()) {
            return Err(Refusal::item_not_found());
        }
        let letter = Letter::of(&document)?;
        if named.holds(letter.moves) { Ok((document, letter)) } else { Err(Refusal::item_not_found()) }
    }

    async fn page(
        &self,
        user: &str,
        folders: &[&str],
        path: &[&str],
        options: &Options,
        headers: &HeaderMap,
    ) -> Result<Response, Refusal> {
        let mailbox = self.mailbox(user).await?;
        let (skip, limit) = (options.skip, options.top + 1);
        let find = Find { mailbox: &mailbox.address, folders, tag: options.tag.as_deref(), skip, limit };
        let mut documents = self.0.storage.find(find).await?;
        let more = i64::try_from(documents.len()).is_ok_and(|found| found > options.top);
        if more {
            documents.pop();
        }
        let shown =
            documents.iter().map(|it| Ok(Letter::of(it)?.show(it, options))).collect::<Result<Vec<_>, Refusal>>()?;
        let mut page = json!({"value": shown});
        if more {
            page["@odata.nextLink"] = next_link(user, path, options, headers);
        }
        Ok((applied(options), Json(page)).into_response())
    }
}

/// The next page on the host by which this one was asked for.
pub(super) fn next_link(user: &str, path: &[&str], options: &Options, headers: &HeaderMap) -> Value {
    let Some(mut url) = base(headers) else { return Value::Null };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(["v1.0", "users", user]).extend(path);
    }
    options.next_page(&mut url);
    Value::String(url.into())
}

/// The service's own address, as the client knows it.
pub(super) fn base(headers: &HeaderMap) -> Option<reqwest::Url> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    reqwest::Url::parse(&format!("http://{host}")).ok()
}
