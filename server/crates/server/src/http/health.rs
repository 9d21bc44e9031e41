//! Whether the process lives, and whether it can serve.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::{Kind, Problem, ProblemBody};
use super::rule;
use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(rule::open(routes!(alive))).routes(rule::open(routes!(ready)))
}

#[derive(Serialize, ToSchema)]
struct Health {
    /// ok.
    status: &'static str,
}

/// Answers while the process lives.
#[utoipa::path(get, path = "/healthz", responses((status = 200, body = Health)))]
async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Answers 200 when requests can be served: the database answers and the server is not stopping.
#[utoipa::path(get, path = "/readyz", responses((status = 200, body = Health), (status = 503, body = ProblemBody)))]
async fn ready(State(app): State<App>) -> Result<Json<Health>, Problem> {
    if app.stop.is_cancelled() {
        return Err(Problem::new(Kind::Unavailable, "The server is stopping."));
    }
    app.store.ping().await?;
    Ok(Json(Health { status: "ok" }))
}
