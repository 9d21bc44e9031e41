//! Sources of webhooks with their secrets, and what they have delivered.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_store::sealed::{self, SecretKind};
use mezzofy_store::webhooks::{self as deliveries, Delivery, DeliveryOutcome, Secret};
use mezzofy_store::{audit, commit};
use serde::{Deserialize, Serialize};
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::super::caller::Caller;
use super::super::docs::one_of;
use super::super::extract::{ApiPath, ApiQuery, PageQuery, PageView};
use super::super::permission::{Administer, route};
use super::super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::App;
use mezzofy_engine::{secrets, webhooks};

/// How long the secret before a new one still holds, so that a source can be changed over.
const SECRET_OVERLAP: TimeDelta = TimeDelta::hours(24);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(list))
        .routes(route!(create_secret))
        .routes(route!(end_secret))
        .routes(route!(delivered))
        .routes(route!(repeat))
}

/// Who sends webhooks.
#[derive(Debug, Serialize, ToSchema)]
struct SourceView {
    /// Where it sends to: `/webhooks/NAME`.
    name: String,
    /// The address of the person whose the runs are.
    owner: String,
    /// The skill for each event.
    events: BTreeMap<String, String>,
    /// Its secrets that hold, newest first.
    secrets: Vec<SecretView>,
    /// Whether it may also sign with `WEBHOOK_SECRET`.
    secret_of_environment: bool,
}

/// A secret of a source, without the secret.
#[derive(Debug, Serialize, ToSchema)]
struct SecretView {
    id: Uuid,
    created_at: DateTime<Utc>,
    /// From when on it is good no more.
    #[schema(required = true)]
    ends_at: Option<DateTime<Utc>>,
}

/// A new secret.
#[derive(Debug, Serialize, ToSchema)]
struct NewSecret {
    id: Uuid,
    /// To be given to the source. It is shown only now.
    secret: String,
}

/// A received webhook.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryView {
    id: Uuid,
    source: String,
    event: String,
    /// The same for the same delivery.
    key: String,
    received_at: DateTime<Utc>,
    /// `ignored`: no skill is set for its event; `failed`: nothing was begun, see `reason`.
    #[schema(schema_with = states)]
    state: String,
    /// Why nothing was begun.
    #[schema(required = true)]
    reason: Option<String>,
    /// Where its run stands.
    #[schema(required = true)]
    run_state: Option<String>,
    /// What its run waits for: approval or person.
    #[schema(required = true)]
    waiting_for: Option<String>,
    /// Whether it can be taken up again.
    repeatable: bool,
}

fn states() -> Object {
    one_of(["started", "ignored", "failed"])
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            repeatable: hindrance(&delivery).is_none(),
            id: delivery.id,
            source: delivery.source,
            event: delivery.event,
            key: delivery.key,
            received_at: delivery.received_at,
            state: delivery.state,
            reason: delivery.reason,
            run_state: delivery.run_state,
            waiting_for: delivery.waiting_for,
        }
    }
}

/// Why a delivery must not be taken up again.
fn hindrance(delivery: &Delivery) -> Option<&'static str> {
    match (delivery.state.as_str(), delivery.run_state.as_deref()) {
        ("ignored" | "failed", _) => None,
        (_, Some("failed" | "cancelled")) if delivery.acted => {
            Some("Something of it has left the house already, and would leave twice. See its owner's outbox.")
        }
        (_, Some("failed" | "cancelled")) => None,
        (_, Some("succeeded") | None) => Some("It is done."),
        (_, Some(_)) => Some("It is at work."),
    }
}

/// Which deliveries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveryQuery {
    /// Only those of this source.
    source: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most 200; 50 when not given.
    limit: Option<i64>,
}

/// Lists who may send webhooks.
#[utoipa::path(get, path = "/v1/admin/sources", responses((status = 200, body = PageView<SourceView>), Problems))]
async fn list(State(app): State<App>, caller: Caller<Administer>) -> Result<Json<PageView<SourceView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let secrets = deliveries::secrets(&mut tx, app.clock.now()).await?;
    let view = |Secret { id, created_at, ends_at, .. }: &Secret| SecretView {
        id: id.uuid(),
        created_at: *created_at,
        ends_at: *ends_at,
    };
    let items = app.sources.iter().map(|(name, source)| SourceView {
        name: name.clone(),
        owner: source.owner.clone(),
        events: source.events.clone(),
        secrets: secrets.iter().filter(|secret| secret.source == *name).map(view).collect(),
        secret_of_environment: name == "mezzofy" && app.webhook_secret.is_some(),
    });
    Ok(Json(PageView { items: items.collect(), next_cursor: None }))
}

/// Makes a new secret for a source. The ones before still hold for a day.
#[utoipa::path(post, path = "/v1/admin/sources/{name}/secrets", params(("name" = String, Path)), responses((status = 201, body = NewSecret), Problems))]
async fn create_secret(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(name): ApiPath<String>,
) -> Result<(StatusCode, Json<NewSecret>), Problem> {
    if !app.sources.contains_key(&name) {
        return Err(Problem::not_found("source of webhooks"));
    }
    let now = app.clock.now();
    let mut tx = caller.begin(&app).await?;
    sealed::hold_keys(&mut tx).await?;
    let secret = webhooks::new_secret(secrets::random());
    let stored = Secret { id: app.new_id(), source: name.clone(), created_at: now, ends_at: None };
    let keys = app.keyring.keys().map_err(Problem::internal)?;
    let sealed = keys.seal(SecretKind::Source, stored.id.uuid(), secret.as_bytes()).map_err(Problem::internal)?;
    deliveries::add_secret(&mut tx, &stored, &sealed, now + SECRET_OVERLAP).await?;
    let event = AuditEvent::SourceSecretMade { source: name };
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(NewSecret { id: stored.id.uuid(), secret })))
}

/// Ends a secret at once.
#[utoipa::path(delete, path = "/v1/admin/sources/secrets/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn end_secret(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::SourceSecret>>,
) -> Result<StatusCode, Problem> {
    let now = app.clock.now();
    let mut tx = caller.begin(&app).await?;
    let source = deliveries::end_secret(&mut tx, id, now).await?.ok_or_else(|| Problem::not_found("secret"))?;
    let event = AuditEvent::SourceSecretEnded { source };
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists what was delivered, newest first, without what it says.
#[utoipa::path(get, path = "/v1/admin/deliveries", params(DeliveryQuery), responses((status = 200, body = PageView<DeliveryView>), Problems))]
async fn delivered(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiQuery(query): ApiQuery<DeliveryQuery>,
) -> Result<Json<PageView<DeliveryView>>, Problem> {
    let page = PageQuery { cursor: query.cursor, limit: query.limit }.page()?;
    let mut tx = caller.begin(&app).await?;
    let slice = deliveries::list(&mut tx, query.source.as_deref(), page).await?;
    Ok(Json(PageView::of(slice, DeliveryView::from)))
}

/// Takes a delivery up again for which nothing was begun, or whose run has failed before anything left the house.
#[utoipa::path(post, path = "/v1/admin/deliveries/{id}/repeat", params(("id" = Uuid, Path)), responses((status = 200, body = DeliveryView), Problems))]
async fn repeat(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::Delivery>>,
) -> Result<Json<DeliveryView>, Problem> {
    // The run is its owner's, whom an administrator does not act as.
    let mut tx = app.store.begin().await?;
    let stored = deliveries::lock(&mut tx, id).await?.ok_or_else(|| Problem::not_found("delivery"))?;
    let missing = || Problem::not_found("delivery");
    let delivery = deliveries::get(&mut tx, id).await?.ok_or_else(missing)?;
    if let Some(why) = hindrance(&delivery) {
        return Err(Problem::new(ProblemKind::Conflict, why));
    }
    let told =
        webhooks::parse(&stored.body, delivery.key).map_err(|_| Problem::internal("a stored delivery is broken"))?;
    let outcome = webhooks::begin(&app, &mut tx, &stored.source, &told).await?;
    deliveries::settle(&mut tx, id, &outcome).await?;
    if let DeliveryOutcome::Started(run) = outcome {
        let event = AuditEvent::DeliveryRepeated { delivery: id, run };
        audit::append(&mut tx, app.clock.now(), Actor::Person(caller.person.id), &event).await?;
    }
    let delivery = deliveries::get(&mut tx, id).await?.ok_or_else(missing)?;
    commit(tx).await?;
    Ok(Json(delivery.into()))
}
