//! Phones that the caller is told on: a device registers itself with the token that Expo gave it, and goes with its session.

use axum::Json;
use axum::extract::State;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use chrono::{DateTime, Utc};
use mezzofy_domain::device::device;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::notification::is_token;
use mezzofy_store::commit;
use mezzofy_store::devices::{self, Device, NewDevice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::docs::{nullable, one_of};
use super::extract::{ApiJson, ApiPath, PageView};
use super::me::languages;
use super::permission::route;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::App;

const PLATFORMS: [&str; 2] = ["ios", "android"];

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(register)).routes(route!(delete))
}

/// A phone that the caller is told on.
#[derive(Debug, Serialize, ToSchema)]
struct DeviceView {
    id: Uuid,
    #[schema(schema_with = platforms, required = true)]
    platform: Option<String>,
    /// In which language it is told.
    #[schema(schema_with = languages)]
    language: String,
    /// What the program said of itself, such as `App on iOS`.
    #[schema(required = true)]
    name: Option<String>,
    created_at: DateTime<Utc>,
    /// When it registered last.
    seen_at: DateTime<Utc>,
    /// Whether it is signed in with the session that asks.
    current: bool,
}

fn platforms() -> Object {
    nullable(one_of(PLATFORMS))
}

/// A phone that registers itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterDevice {
    /// Its Expo push token, `ExponentPushToken[...]`.
    token: String,
    #[serde(default)]
    #[schema(schema_with = platforms)]
    platform: Option<String>,
    /// In which language it is told; the caller's when not given.
    #[serde(default)]
    #[schema(schema_with = languages)]
    language: Option<String>,
}

/// Lists the caller's phones, the one that registered last first.
#[utoipa::path(get, path = "/v1/devices", responses((status = 200, body = PageView<DeviceView>), Problems))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<PageView<DeviceView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let items = devices::list(&mut tx, caller.person.id).await?;
    let items = items.into_iter().map(|device| view(device, caller.session)).collect();
    Ok(Json(PageView { items, next_cursor: None }))
}

/// Registers the phone that asks. The same token again is the same phone; whoever had it before is not told there any more. It is removed
/// when the session ends. Of more than ten the one that registered longest ago is removed.
#[utoipa::path(post, path = "/v1/devices", request_body = RegisterDevice, responses((status = 200, body = DeviceView), (status = 201, body = DeviceView), Problems))]
async fn register(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ApiJson(register): ApiJson<RegisterDevice>,
) -> Result<(StatusCode, Json<DeviceView>), Problem> {
    if !is_token(&register.token) {
        return Err(Problem::field("token", "It must be an Expo push token, like ExponentPushToken[...]."));
    }
    if register.platform.as_deref().is_some_and(|platform| !PLATFORMS.contains(&platform)) {
        return Err(Problem::field("platform", "It must be ios or android."));
    }
    let language = match &register.language {
        Some(code) => {
            Language::from_code(code).ok_or_else(|| Problem::field("language", "The language must be en, zh or ms."))?
        }
        None => caller.person.language,
    };
    let name = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).and_then(device);
    let new = NewDevice {
        id: app.new_id(),
        person: caller.person.id,
        session: caller.session,
        token: &register.token,
        platform: register.platform.as_deref(),
        language: language.code(),
        name: name.as_deref(),
        now: app.clock.now(),
    };
    // Somebody else may have had the phone, which only the owner of the tables sees.
    let mut tx = app.store.begin().await?;
    let registered = devices::register(&mut tx, &new).await?;
    commit(tx).await?;
    let ended = || Problem::new(ProblemKind::SignedOut, "The session is over. Sign in again.");
    let (device, is_new) = registered.ok_or_else(ended)?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(view(device, caller.session))))
}

/// Removes a phone. It is told nothing more until it registers again.
#[utoipa::path(delete, path = "/v1/devices/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Device>>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    if !devices::remove(&mut tx, caller.person.id, id).await? {
        return Err(Problem::not_found("device"));
    }
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(device: Device, session: Id<id::Session>) -> DeviceView {
    DeviceView {
        id: device.id.uuid(),
        current: device.session == session,
        platform: device.platform,
        language: device.language,
        name: device.name,
        created_at: device.created_at,
        seen_at: device.seen_at,
    }
}
