//! The door for webhooks: what is proved to be its source's is stored, and what it is for is begun, before it is answered.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use mezzofy_store::webhooks::{self as deliveries, NewDelivery};
use mezzofy_store::{Tx, commit};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::ApiPath;
use super::permission;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::webhooks::{self, WebhookError, WebhookEvent};

/// The source that signs with `WEBHOOK_SECRET`.
const MEZZOFY: &str = "mezzofy";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(permission::open(routes!(receive)))
}

/// What a source tells.
#[derive(Serialize, ToSchema)]
struct EventBody {
    /// What happened, e.g. `customer_signed_up`; `type` is taken too.
    event: String,
    /// RFC 3339 or seconds since 1970; five minutes off at most. With Standard Webhooks the header counts.
    timestamp: String,
    /// The same for the same delivery, where there is no `webhook-id`.
    id: Option<String>,
    /// More about it.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

/// Takes a delivery of a source, signed as Standard Webhooks says or with `X-Mezzofy-Signature`. It is stored when this is
/// answered; sent again, it is answered in the same way and nothing happens.
#[utoipa::path(post, path = "/webhooks/{source}", params(("source" = String, Path)), request_body = EventBody, responses((status = 202), Problems))]
async fn receive(
    State(app): State<App>,
    ApiPath(source): ApiPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    if !app.sources.contains_key(&source) {
        return Err(Problem::not_found("source of webhooks"));
    }
    let body = body.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(ProblemKind::TooLarge, "A delivery has 1 MiB at most.")
        } else {
            Problem::new(ProblemKind::Malformed, "The delivery did not arrive whole. Send it again.")
        }
    })?;
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let secrets = secrets(&app, &mut tx, &source).await?;
    // Redis may be asked next, and no transaction waits for that.
    commit(tx).await?;
    let told =
        webhooks::verify(&headers, &body, &secrets, &[now, app.clock.world_now()]).map_err(
            |refused| match refused {
                WebhookError::Unproved(why) => Problem::new(ProblemKind::SignedOut, why),
                WebhookError::Broken(why) => Problem::new(ProblemKind::Invalid, why),
            },
        )?;
    app.limiters.count_delivery(&source).await?;
    let mut tx = app.store.begin().await?;
    let WebhookEvent { key, event, .. } = &told;
    let new = NewDelivery { id: app.new_id(), source: &source, key, event, body: &body, received_at: now };
    if deliveries::add(&mut tx, &new).await? {
        let outcome = webhooks::begin(&app, &mut tx, &source, &told).await?;
        deliveries::settle(&mut tx, new.id, &outcome).await?;
        commit(tx).await?;
        tracing::info!(source, event, fate = ?outcome, "a webhook was delivered");
    }
    Ok(StatusCode::ACCEPTED)
}

/// The secrets that a source may sign with now.
async fn secrets(app: &AppState, tx: &mut Tx, source: &str) -> Result<Vec<String>, Problem> {
    let mut secrets = webhooks::secrets(app, tx, source).await?.map_err(Problem::internal)?;
    let ours = app.webhook_secret.as_ref().filter(|_| source == MEZZOFY);
    secrets.extend(ours.map(|secret| secret.expose_secret().to_owned()));
    Ok(secrets)
}
