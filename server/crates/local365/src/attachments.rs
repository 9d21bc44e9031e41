//! Files of a message that fit into one request.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::attachment::NewAttachment;
use crate::caller::Caller;
use crate::graph_json::GraphJson;
use crate::ids;
use crate::query::QueryOptions;
use crate::refusal::Refusal;
use crate::state::Local365;

pub(crate) async fn list(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
    options: QueryOptions,
) -> Result<Json<Value>, Refusal> {
    caller.may_read()?;
    let mailbox = local.mailbox(&user).await?;
    let (_, stored_message) = local.message(&mailbox, &message).await?;
    let shown: Vec<_> = stored_message.attachments.iter().map(|it| it.show(&options)).collect();
    Ok(Json(json!({"value": shown})))
}

pub(crate) async fn add(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
    options: QueryOptions,
    GraphJson(new): GraphJson<NewAttachment>,
) -> Result<Response, Refusal> {
    caller.may_write()?;
    let mailbox = local.mailbox(&user).await?;
    let (draft, stored_message) = local.message(&mailbox, &message).await?;
    let stored = local.store_attachment(new).await?;
    local.0.storage.save(&[stored_message.attach(&draft, stored.clone())?]).await?;
    Ok((StatusCode::CREATED, Json(stored.show(&options))).into_response())
}

/// A file's bytes.
pub(crate) async fn content(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message, attachment)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    caller.may_read()?;
    let mailbox = local.mailbox(&user).await?;
    let (_, stored_message) = local.message(&mailbox, &message).await?;
    let item = ids::parse(&attachment).ok_or_else(Refusal::item_not_found)?;
    let found = stored_message.attachments.iter().find(|it| it.id == item.id).ok_or_else(Refusal::item_not_found)?;
    let mut bytes = Vec::new();
    for blob in &found.blobs {
        bytes.extend(local.0.storage.blob(*blob).await?.ok_or_else(Refusal::item_not_found)?);
    }
    let kind = found.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}
