//! Drafts are made and messages are read here.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::caller::Caller;
use crate::graph_json::GraphJson;
use crate::links::next_link;
use crate::message::{DELETED_ITEMS, DRAFTS, FOLDERS, NewMessage, StoredMessage};
use crate::query::QueryOptions;
use crate::refusal::Refusal;
use crate::state::Local365;
use crate::storage::DocumentQuery;

pub(crate) async fn create(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    options: QueryOptions,
    GraphJson(mut new): GraphJson<NewMessage>,
) -> Result<Response, Refusal> {
    caller.may_write()?;
    let mailbox = local.mailbox(&user).await?;
    new.check()?;
    let mut attachments = Vec::new();
    for attachment in std::mem::take(&mut new.attachments) {
        attachments.push(local.store_attachment(attachment).await?);
    }
    let id = local.0.clock.id();
    let stored = new.into_stored(&mailbox, id, local.0.clock.now(), attachments);
    let document = stored.document(&mailbox.address, id, DRAFTS, 1);
    local.0.storage.save(std::slice::from_ref(&document)).await?;
    Ok((StatusCode::CREATED, preference_applied(&options), Json(stored.show(&document, &options))).into_response())
}

pub(crate) async fn show(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
    options: QueryOptions,
) -> Result<Response, Refusal> {
    caller.may_read()?;
    let mailbox = local.mailbox(&user).await?;
    let (document, stored) = local.message(&mailbox, &message).await?;
    Ok((preference_applied(&options), Json(stored.show(&document, &options))).into_response())
}

/// Moves the message to Deleted Items, as Graph does.
pub(crate) async fn delete(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    caller.may_write()?;
    let mailbox = local.mailbox(&user).await?;
    let (document, mut stored) = local.message(&mailbox, &message).await?;
    stored.modified = local.0.clock.now();
    stored.moves = stored.moves.saturating_add(1);
    let deleted = stored.document(&mailbox.address, document.id, DELETED_ITEMS, document.version + 1);
    local.0.storage.save(&[deleted]).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn list(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    options: QueryOptions,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    caller.may_read()?;
    local.page(&user, &FOLDERS, &["messages"], &options, &headers).await
}

pub(crate) async fn list_folder(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, folder)): Path<(String, String)>,
    options: QueryOptions,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    caller.may_read()?;
    let known = FOLDERS.iter().find(|it| it.eq_ignore_ascii_case(&folder));
    let folder = known.ok_or_else(|| Refusal::new(400, "ErrorInvalidIdMalformed", "Id is malformed."))?;
    local.page(&user, &[folder], &["mailFolders", folder, "messages"], &options, &headers).await
}

/// Says that the ids are of the kind that was asked for.
fn preference_applied(options: &QueryOptions) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if options.immutable {
        let value = header::HeaderValue::from_static(r#"IdType="ImmutableId""#);
        headers.insert("preference-applied", value);
    }
    headers
}

impl Local365 {
    async fn page(
        &self,
        user: &str,
        folders: &[&str],
        path: &[&str],
        options: &QueryOptions,
        headers: &HeaderMap,
    ) -> Result<Response, Refusal> {
        let mailbox = self.mailbox(user).await?;
        let (skip, limit) = (options.skip, options.top + 1);
        let query = DocumentQuery { mailbox: &mailbox.address, folders, tag: options.tag.as_deref(), skip, limit };
        let mut documents = self.0.storage.find(query).await?;
        let more = i64::try_from(documents.len()).is_ok_and(|found| found > options.top);
        if more {
            documents.pop();
        }
        let shown = documents
            .iter()
            .map(|it| Ok(StoredMessage::of(it)?.show(it, options)))
            .collect::<Result<Vec<_>, Refusal>>()?;
        let mut page = json!({"value": shown});
        if more {
            page["@odata.nextLink"] = next_link(user, path, options, headers);
        }
        Ok((preference_applied(options), Json(page)).into_response())
    }
}
