//! What a person asked to be remembered: seen, added and deleted in Settings.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use mezzofy_domain::memory::{MAX_FACT_CHARS, MAX_FACTS};
use mezzofy_store::commit;
use mezzofy_store::memories::{self, Memory};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::extract::{ApiJson, ApiPath, PageView};
use super::permission::route;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(create)).routes(route!(delete))
}

/// A fact that is remembered.
#[derive(Debug, Serialize, ToSchema)]
struct MemoryView {
    id: Uuid,
    text: String,
    created_at: DateTime<Utc>,
}

impl From<Memory> for MemoryView {
    fn from(Memory { id, text, created_at }: Memory) -> Self {
        Self { id, text, created_at }
    }
}

/// A fact to remember.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMemory {
    /// 1 to 500 characters.
    text: String,
}

/// Lists what is remembered for the caller, oldest first.
#[utoipa::path(get, path = "/v1/memories", responses((status = 200, body = PageView<MemoryView>), Problems))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<PageView<MemoryView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let items = memories::list(&mut tx, caller.person.id, MAX_FACTS).await?;
    Ok(Json(PageView { items: items.into_iter().map(MemoryView::from).collect(), next_cursor: None }))
}

/// Remembers a fact for the caller.
#[utoipa::path(post, path = "/v1/memories", request_body = NewMemory, responses((status = 204), Problems))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(new): ApiJson<NewMemory>,
) -> Result<StatusCode, Problem> {
    let text = new.text.trim();
    if text.is_empty() || text.chars().count() > MAX_FACT_CHARS {
        return Err(Problem::field("text", format!("A fact has 1 to {MAX_FACT_CHARS} characters.")));
    }
    let mut tx = caller.begin(&app).await?;
    let known = memories::list(&mut tx, caller.person.id, MAX_FACTS).await?.len();
    if i64::try_from(known).is_ok_and(|known| known >= MAX_FACTS) {
        return Err(Problem::new(
            ProblemKind::Conflict,
            format!("{MAX_FACTS} facts are remembered already. Forget one first."),
        ));
    }
    memories::add(&mut tx, caller.person.id, text, app.clock.now()).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a fact.
#[utoipa::path(delete, path = "/v1/memories/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn delete(State(app): State<App>, caller: Caller, ApiPath(id): ApiPath<Uuid>) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    if !memories::remove(&mut tx, caller.person.id, id).await? {
        return Err(Problem::not_found("fact"));
    }
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
