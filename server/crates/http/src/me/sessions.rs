//! Where a person is signed in, and ending it from elsewhere.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_store::{StoreError, Tx, audit, commit, sessions};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::caller::Caller;
use crate::extract::ApiPath;
use crate::permission::route;
use crate::problem::{Problem, Problems};
use mezzofy_engine::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(end_others)).routes(route!(end))
}

/// A sign-in that goes on.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    id: Uuid,
    /// When the person signed in.
    created_at: DateTime<Utc>,
    /// When it last got new tokens, which a program in use does every 15 minutes.
    last_seen_at: DateTime<Utc>,
    /// What it runs on as the program says, e.g. `Chrome on macOS`; null when it does not say.
    #[schema(required = true)]
    device: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

/// The sessions of a person.
#[derive(Debug, Serialize, ToSchema)]
struct SessionsView {
    /// The current one first, then by when they were seen; 100 at most.
    items: Vec<SessionView>,
}

/// Lists where the caller is signed in.
#[utoipa::path(get, path = "/v1/me/sessions", responses((status = 200, body = SessionsView), Problems))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<SessionsView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let open = sessions::open(&mut tx, caller.person.id, caller.session, app.clock.now()).await?;
    let view = |session: sessions::Session| SessionView {
        id: session.id.uuid(),
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        device: session.device,
        current: session.id == caller.session,
    };
    Ok(Json(SessionsView { items: open.into_iter().map(view).collect() }))
}

/// Ends a session of the caller at once: neither its access token nor its refresh token is taken any more.
#[utoipa::path(delete, path = "/v1/me/sessions/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn end(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Session>>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    let now = app.clock.now();
    if !sessions::end_of_person(&mut tx, caller.person.id, id, now).await? {
        return Err(Problem::not_found("session"));
    }
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &AuditEvent::SignedOut { session: id }).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of the caller but the one that asks.
#[utoipa::path(delete, path = "/v1/me/sessions", responses((status = 204), Problems))]
async fn end_others(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    end_all_but(&mut tx, &caller, "ended by the person", app.clock.now()).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the caller's other sessions and notes each in the audit log.
pub(super) async fn end_all_but(
    tx: &mut Tx,
    caller: &Caller,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for session in sessions::end_others(tx, caller.person.id, caller.session, reason, now).await? {
        audit::append(tx, now, Actor::Person(caller.person.id), &AuditEvent::SignedOut { session }).await?;
    }
    Ok(())
}
