//! Endpoints: other systems that are told what happens, and what was sent to them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_store::endpoints::{self as stored, Endpoint, Sending, secrets_of};
use mezzofy_store::sealed::{self, SecretKind};
use mezzofy_store::webhooks::{self as secrets_store, Secret};
use mezzofy_store::{Tx, audit, commit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::super::caller::Caller;
use super::super::docs::one_of;
use super::super::extract::{ApiJson, ApiPath, ApiQuery, PageQuery, PageView};
use super::super::permission::{Administer, route};
use super::super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::endpoints::{EVENTS, TEST};
use mezzofy_engine::{secrets, webhooks};

/// How long the secret before a new one still signs beside it, so that the other system can be changed over.
const SECRET_OVERLAP: TimeDelta = TimeDelta::hours(24);
/// Endpoints at most, and characters of a name and an address.
const MAX_ENDPOINTS: usize = 50;
const MAX_NAME_CHARS: usize = 100;
const MAX_URL_CHARS: usize = 2_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(list))
        .routes(route!(create))
        .routes(route!(update))
        .routes(route!(delete))
        .routes(route!(rotate_secret))
        .routes(route!(test))
        .routes(route!(sendings))
        .routes(route!(repeat))
}

/// Another system that is told what happens.
#[derive(Debug, Serialize, ToSchema)]
struct EndpointView {
    id: Uuid,
    name: String,
    url: String,
    /// run.ended, run.waiting, approval.requested, approval.decided or effect.ended.
    events: Vec<String>,
    created_at: DateTime<Utc>,
    /// Why it is told nothing at the moment.
    #[schema(required = true)]
    paused_reason: Option<String>,
}

impl From<Endpoint> for EndpointView {
    fn from(endpoint: Endpoint) -> Self {
        let Endpoint { id, name, url, events, created_at, paused_reason } = endpoint;
        Self { id: id.uuid(), name, url, events, created_at, paused_reason }
    }
}

/// A new endpoint.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEndpoint {
    name: String,
    /// `https`, on the public internet.
    url: String,
    /// Of what it is told: run.ended, run.waiting, approval.requested, approval.decided, effect.ended.
    events: Vec<String>,
}

/// What is to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeEndpoint {
    name: Option<String>,
    url: Option<String>,
    events: Option<Vec<String>>,
    /// Whether it is told nothing for now.
    paused: Option<bool>,
}

/// An endpoint's secret.
#[derive(Debug, Serialize, ToSchema)]
struct EndpointSecret {
    id: Uuid,
    /// With it the other system proves what it gets. It is shown only now.
    secret: String,
}

/// Something that an endpoint is told.
#[derive(Debug, Serialize, ToSchema)]
struct SendingView {
    id: Uuid,
    endpoint_id: Uuid,
    /// What the endpoint is called.
    endpoint: String,
    event: String,
    #[schema(schema_with = states)]
    state: String,
    /// How often it was tried.
    tries: i32,
    /// When it is tried again.
    #[schema(required = true)]
    next_at: Option<DateTime<Utc>>,
    /// The status of the last answer.
    #[schema(required = true)]
    status: Option<i32>,
    /// Why the last try failed.
    #[schema(required = true)]
    reason: Option<String>,
    created_at: DateTime<Utc>,
    #[schema(required = true)]
    done_at: Option<DateTime<Utc>>,
}

fn states() -> Object {
    one_of(["waiting", "sending", "done", "failed"])
}

impl From<Sending> for SendingView {
    fn from(sending: Sending) -> Self {
        Self {
            id: sending.id,
            endpoint_id: sending.endpoint,
            endpoint: sending.name,
            event: sending.event,
            state: sending.state,
            tries: sending.tries,
            next_at: sending.next_at,
            status: sending.status,
            reason: sending.reason,
            created_at: sending.created_at,
            done_at: sending.done_at,
        }
    }
}

/// Which sendings.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SendingQuery {
    /// Only those of this endpoint.
    endpoint: Option<Uuid>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most 200; 50 when not given.
    limit: Option<i64>,
}

/// Lists the endpoints.
#[utoipa::path(get, path = "/v1/admin/endpoints", responses((status = 200, body = PageView<EndpointView>), Problems))]
async fn list(State(app): State<App>, caller: Caller<Administer>) -> Result<Json<PageView<EndpointView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let items = stored::all(&mut tx).await?.into_iter().map(EndpointView::from).collect();
    Ok(Json(PageView { items, next_cursor: None }))
}

/// Adds an endpoint. Its secret is shown only now.
#[utoipa::path(post, path = "/v1/admin/endpoints", request_body = NewEndpoint, responses((status = 201, body = EndpointSecret), Problems))]
async fn create(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiJson(new): ApiJson<NewEndpoint>,
) -> Result<(StatusCode, Json<EndpointSecret>), Problem> {
    let now = app.clock.now();
    let NewEndpoint { name, url, events } = new;
    let endpoint = Endpoint { id: app.new_id(), name, url, events, created_at: now, paused_reason: None };
    let endpoint = checked(&app, endpoint)?;
    let mut tx = caller.begin(&app).await?;
    if stored::all(&mut tx).await?.len() >= MAX_ENDPOINTS {
        return Err(Problem::new(
            ProblemKind::Conflict,
            format!("There are {MAX_ENDPOINTS} endpoints already. Remove one first."),
        ));
    }
    stored::add(&mut tx, &endpoint).await?;
    let secret = new_secret(&app, &mut tx, endpoint.id, now).await?;
    let event = AuditEvent::EndpointAdded { endpoint: endpoint.id };
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(EndpointSecret { id: endpoint.id.uuid(), secret })))
}

/// Changes, pauses or resumes an endpoint. What happens while it is paused it is never told.
#[utoipa::path(patch, path = "/v1/admin/endpoints/{id}", params(("id" = Uuid, Path)), request_body = ChangeEndpoint, responses((status = 200, body = EndpointView), Problems))]
async fn update(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::Endpoint>>,
    ApiJson(wanted): ApiJson<ChangeEndpoint>,
) -> Result<Json<EndpointView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let before = stored::lock(&mut tx, id).await?.ok_or_else(|| Problem::not_found("endpoint"))?;
    let paused_reason = match wanted.paused {
        Some(true) => before.paused_reason.clone().or_else(|| Some("An administrator has paused it.".to_owned())),
        Some(false) => None,
        None => before.paused_reason.clone(),
    };
    let after = Endpoint {
        name: wanted.name.unwrap_or_else(|| before.name.clone()),
        url: wanted.url.unwrap_or_else(|| before.url.clone()),
        events: wanted.events.unwrap_or_else(|| before.events.clone()),
        paused_reason,
        ..before.clone()
    };
    let after = checked(&app, after)?;
    let changes = [
        ("name", before.name != after.name),
        ("url", before.url != after.url),
        ("events", before.events != after.events),
        ("paused", before.paused_reason.is_some() != after.paused_reason.is_some()),
    ];
    let fields: Vec<&'static str> =
        changes.into_iter().filter_map(|(field, changed)| changed.then_some(field)).collect();
    if !fields.is_empty() {
        stored::change(&mut tx, &after).await?;
        let event = AuditEvent::EndpointChanged { endpoint: id, fields };
        audit::append(&mut tx, app.clock.now(), Actor::Person(caller.person.id), &event).await?;
        commit(tx).await?;
    }
    Ok(Json(after.into()))
}

/// Removes an endpoint, with its secrets and what was still to be sent to it.
#[utoipa::path(delete, path = "/v1/admin/endpoints/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn delete(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::Endpoint>>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    stored::remove(&mut tx, id).await?.ok_or_else(|| Problem::not_found("endpoint"))?;
    let event = AuditEvent::EndpointRemoved { endpoint: id };
    audit::append(&mut tx, app.clock.now(), Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives an endpoint a new secret. For a day what is sent is signed with the one before, too.
#[utoipa::path(post, path = "/v1/admin/endpoints/{id}/secret", params(("id" = Uuid, Path)), responses((status = 201, body = EndpointSecret), Problems))]
async fn rotate_secret(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::Endpoint>>,
) -> Result<(StatusCode, Json<EndpointSecret>), Problem> {
    let now = app.clock.now();
    let mut tx = caller.begin(&app).await?;
    stored::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("endpoint"))?;
    let secret = new_secret(&app, &mut tx, id, now).await?;
    let event = AuditEvent::EndpointChanged { endpoint: id, fields: vec!["secret"] };
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(EndpointSecret { id: id.uuid(), secret })))
}

/// Sends an `endpoint.test`, also to one that is paused; what becomes of it is among the sendings.
#[utoipa::path(post, path = "/v1/admin/endpoints/{id}/test", params(("id" = Uuid, Path)), responses((status = 202), Problems))]
async fn test(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::Endpoint>>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    stored::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("endpoint"))?;
    let data = json!({"endpoint_id": id});
    stored::enqueue(&mut tx, app.new_id(), id, (TEST, &data), app.clock.now()).await?;
    commit(tx).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Lists what was sent, newest first.
#[utoipa::path(get, path = "/v1/admin/sendings", params(SendingQuery), responses((status = 200, body = PageView<SendingView>), Problems))]
async fn sendings(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiQuery(query): ApiQuery<SendingQuery>,
) -> Result<Json<PageView<SendingView>>, Problem> {
    let page = PageQuery { cursor: query.cursor, limit: query.limit }.page()?;
    let mut tx = caller.begin(&app).await?;
    let slice = stored::list(&mut tx, query.endpoint.map(Into::into), page).await?;
    Ok(Json(PageView::of(slice, SendingView::from)))
}

/// Sends something again that was given up.
#[utoipa::path(post, path = "/v1/admin/sendings/{id}/repeat", params(("id" = Uuid, Path)), responses((status = 202), Problems))]
async fn repeat(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::Sending>>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    if !stored::repeat(&mut tx, id, app.clock.now()).await?.ok_or_else(|| Problem::not_found("sending"))? {
        return Err(Problem::new(ProblemKind::Conflict, "It was not given up: it is done, or still at work."));
    }
    commit(tx).await?;
    Ok(StatusCode::ACCEPTED)
}

/// An endpoint as it may be stored.
fn checked(app: &AppState, mut endpoint: Endpoint) -> Result<Endpoint, Problem> {
    endpoint.name = endpoint.name.trim().to_owned();
    endpoint.url = endpoint.url.trim().to_owned();
    let plain = |text: &str, most: usize| {
        !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
    };
    if !plain(&endpoint.name, MAX_NAME_CHARS) {
        return Err(Problem::field(
            "name",
            format!("The name must be one line of at most {MAX_NAME_CHARS} characters."),
        ));
    }
    if !plain(&endpoint.url, MAX_URL_CHARS) {
        return Err(Problem::field("url", format!("The address must have at most {MAX_URL_CHARS} characters.")));
    }
    if let Some(why) = app.web.why_not(&endpoint.url) {
        return Err(Problem::field("url", why));
    }
    endpoint.events.sort();
    endpoint.events.dedup();
    if endpoint.events.is_empty() || !endpoint.events.iter().all(|event| EVENTS.contains(&event.as_str())) {
        return Err(Problem::field("events", format!("It must be told of one or more of: {}.", EVENTS.join(", "))));
    }
    Ok(endpoint)
}

async fn new_secret(
    app: &AppState,
    tx: &mut Tx,
    endpoint: Id<id::Endpoint>,
    now: DateTime<Utc>,
) -> Result<String, Problem> {
    sealed::hold_keys(tx).await?;
    let secret = webhooks::new_secret(secrets::random());
    let stored = Secret { id: app.new_id(), source: secrets_of(endpoint), created_at: now, ends_at: None };
    let keys = app.keyring.keys().map_err(Problem::internal)?;
    let sealed = keys.seal(SecretKind::Source, stored.id.uuid(), secret.as_bytes()).map_err(Problem::internal)?;
    secrets_store::add_secret(tx, &stored, &sealed, now + SECRET_OVERLAP).await?;
    Ok(secret)
}
