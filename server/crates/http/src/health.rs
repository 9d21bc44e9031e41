//! Whether the process lives, and whether it can serve.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::permission;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(permission::open(routes!(alive))).routes(permission::open(routes!(ready)))
}

#[derive(Serialize, ToSchema)]
struct Health {
    /// ok.
    status: &'static str,
}

/// Answers while the process lives.
#[utoipa::path(get, path = "/healthz", responses((status = 200, body = Health), Problems))]
async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

#[derive(Serialize, ToSchema)]
struct Readiness {
    /// ok.
    status: &'static str,
    /// Whether limits hold over all processes.
    redis: RedisState,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RedisState {
    /// Limits are counted in each process.
    NotConfigured,
    /// Limits hold over all processes.
    Fine,
    /// It does not answer: limits are counted in each process until it is back.
    Away,
}

/// With less room in the data folder than this nothing is stored for long: PostgreSQL makes its log in pieces of 16 MiB.
const MIN_FREE_BYTES: u64 = 16 * 1024 * 1024;

/// Answers 200 when requests can be served: the database answers, the data folder has room, and the server is not stopping. Without Redis
/// they can.
#[utoipa::path(get, path = "/readyz", responses((status = 200, body = Readiness), Problems))]
async fn ready(State(app): State<App>) -> Result<Json<Readiness>, Problem> {
    if app.stop.is_cancelled() {
        return Err(Problem::new(ProblemKind::Unavailable, "The server is stopping."));
    }
    let room = rustix::fs::statvfs(&app.data_dir).map_err(Problem::internal)?;
    if room.f_bavail * room.f_frsize < MIN_FREE_BYTES {
        return Err(Problem::disk_full());
    }
    app.store.ping().await?;
    let redis = match &app.redis {
        None => RedisState::NotConfigured,
        Some(redis) if redis.is_there() => RedisState::Fine,
        Some(_) => RedisState::Away,
    };
    Ok(Json(Readiness { status: "ok", redis }))
}
