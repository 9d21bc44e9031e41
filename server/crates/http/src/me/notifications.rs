//! What the caller wants to be told on their phones.

use axum::Json;
use axum::extract::State;
use mezzofy_domain::notification::Wishes;
use mezzofy_store::{commit, devices};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::caller::Caller;
use crate::extract::ApiJson;
use crate::permission::route;
use crate::problem::{Problem, Problems};
use mezzofy_engine::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(show)).routes(route!(update))
}

/// What the caller is told on their phones.
#[derive(Debug, Serialize, ToSchema)]
struct NotificationSettings {
    /// What waits for them: approvals and questions.
    decisions: bool,
    /// What came of their messages, where no stream of theirs was open or it took more than two minutes.
    results: bool,
    /// What came of their schedules and webhooks, and times that did not run.
    schedules: bool,
}

impl From<Wishes> for NotificationSettings {
    fn from(Wishes { decisions, results, schedules }: Wishes) -> Self {
        Self { decisions, results, schedules }
    }
}

/// What is to be changed of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeNotificationSettings {
    decisions: Option<bool>,
    results: Option<bool>,
    schedules: Option<bool>,
}

/// Shows what the caller is told on their phones.
#[utoipa::path(get, path = "/v1/me/notifications", responses((status = 200, body = NotificationSettings), Problems))]
async fn show(State(app): State<App>, caller: Caller) -> Result<Json<NotificationSettings>, Problem> {
    let mut tx = caller.begin(&app).await?;
    Ok(Json(devices::wishes(&mut tx, caller.person.id).await?.into()))
}

/// Changes what the caller is told on their phones; what is left out stays.
#[utoipa::path(patch, path = "/v1/me/notifications", request_body = ChangeNotificationSettings, responses((status = 200, body = NotificationSettings), Problems))]
async fn update(
    State(app): State<App>,
    caller: Caller,
    ApiJson(change): ApiJson<ChangeNotificationSettings>,
) -> Result<Json<NotificationSettings>, Problem> {
    let ChangeNotificationSettings { decisions, results, schedules } = change;
    let mut tx = caller.begin(&app).await?;
    let wishes = devices::wish(&mut tx, caller.person.id, decisions, results, schedules).await?;
    commit(tx).await?;
    Ok(Json(wishes.into()))
}
