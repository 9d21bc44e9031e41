//! Conversations and the messages in them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use mezzofy_domain::approval::ApprovalState;
use mezzofy_domain::audit::Actor;
use mezzofy_domain::id::{self, Id};
use mezzofy_store::approvals::{self, Decision};
use mezzofy_store::conversations::{self, Conversation};
use mezzofy_store::{audit, commit, runs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::extract::{ApiJson, ApiPath, ApiQuery, PageQuery, PageView};
use super::permission::route;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::App;
use mezzofy_engine::effects::audit_of_approval;

/// Characters of a title at most.
const MAX_TITLE_CHARS: usize = 120;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(list))
        .routes(route!(create))
        .routes(route!(show))
        .routes(route!(rename))
        .routes(route!(delete))
}

/// A thread of messages.
#[derive(Debug, Serialize, ToSchema)]
struct ConversationView {
    id: Uuid,
    /// Empty before the first message.
    title: String,
    created_at: DateTime<Utc>,
    /// When something was last said in it.
    updated_at: DateTime<Utc>,
}

impl From<Conversation> for ConversationView {
    fn from(row: Conversation) -> Self {
        Self { id: row.id, title: row.title, created_at: row.created_at, updated_at: row.updated_at }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewConversation {
    /// What to call it; without one it takes the first message's words.
    title: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RenameConversation {
    /// 1 to 120 characters.
    title: String,
}

/// Lists the caller's conversations, newest first.
#[utoipa::path(get, path = "/v1/conversations", params(PageQuery), responses((status = 200, body = PageView<ConversationView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<PageView<ConversationView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let slice = conversations::list(&mut tx, caller.person.id, query.page()?).await?;
    Ok(Json(PageView::of(slice, Into::into)))
}

/// Begins a conversation.
#[utoipa::path(post, path = "/v1/conversations", request_body = NewConversation, responses((status = 201, body = ConversationView), Problems))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(create): ApiJson<NewConversation>,
) -> Result<(StatusCode, Json<ConversationView>), Problem> {
    let title = create.title.map(|title| checked_title(&title)).transpose()?.unwrap_or_default();
    let mut tx = caller.begin(&app).await?;
    let conversation = conversations::add(&mut tx, app.new_id(), caller.person.id, &title, app.clock.now()).await?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(conversation.into())))
}

/// Shows a conversation.
#[utoipa::path(get, path = "/v1/conversations/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ConversationView), Problems))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Conversation>>,
) -> Result<Json<ConversationView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let conversation = conversations::get(&mut tx, caller.person.id, id).await?;
    Ok(Json(conversation.ok_or_else(|| Problem::not_found("conversation"))?.into()))
}

/// Renames a conversation.
#[utoipa::path(patch, path = "/v1/conversations/{id}", params(("id" = Uuid, Path)), request_body = RenameConversation, responses((status = 200, body = ConversationView), Problems))]
async fn rename(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Conversation>>,
    ApiJson(rename): ApiJson<RenameConversation>,
) -> Result<Json<ConversationView>, Problem> {
    let title = checked_title(&rename.title)?;
    let mut tx = caller.begin(&app).await?;
    let conversation = conversations::rename(&mut tx, caller.person.id, id, &title).await?;
    commit(tx).await?;
    Ok(Json(conversation.ok_or_else(|| Problem::not_found("conversation"))?.into()))
}

/// Deletes a conversation with its messages. Its files and what is in the outbox stay.
#[utoipa::path(delete, path = "/v1/conversations/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Conversation>>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    conversations::lock(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    if runs::any_queued_or_running(&mut tx, id).await? {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "A run is at work in this conversation. Stop it first, then delete.",
        ));
    }
    let now = app.clock.now();
    for approval in approvals::pending_of_conversation(&mut tx, id).await? {
        let (state, by) = (ApprovalState::Rejected, Some(caller.person.id));
        let payload_hash = approval.payload_hash.as_str();
        let decision = Decision { state, by, reason: None, approved: None, payload_hash, now };
        approvals::decide(&mut tx, approval.id, &decision).await?;
        audit::append(&mut tx, now, Actor::Person(caller.person.id), &audit_of_approval(&approval, state)).await?;
    }
    conversations::delete(&mut tx, id).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn checked_title(title: &str) -> Result<String, Problem> {
    let title = title.trim();
    if !(1..=MAX_TITLE_CHARS).contains(&title.chars().count()) {
        return Err(Problem::field("title", format!("The title must have 1 to {MAX_TITLE_CHARS} characters.")));
    }
    Ok(title.to_owned())
}
