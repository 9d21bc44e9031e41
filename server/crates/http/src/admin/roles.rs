//! The roles and what they may do. They are changed in `roles.yaml`.

use axum::Json;
use axum::extract::State;
use mezzofy_domain::roles::Permission;
use mezzofy_store::people::accounts;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::super::caller::Caller;
use super::super::me::departments;
use super::super::permission::{Administer, route};
use super::super::problem::{Problem, Problems};
use mezzofy_engine::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list))
}

/// All roles.
#[derive(Debug, Serialize, ToSchema)]
struct RolesView {
    /// What every role may do: codes of permissions, e.g. `chat`.
    #[schema(value_type = Vec<String>)]
    everyone: Vec<Permission>,
    /// By name.
    items: Vec<RoleView>,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
struct RoleView {
    name: String,
    /// Whose data its people work with.
    #[schema(schema_with = departments)]
    department: String,
    /// What it may do besides what every role may.
    #[schema(value_type = Vec<String>)]
    may: Vec<Permission>,
    /// The skills it may use.
    skills: Vec<String>,
    /// How many have it, those who are kept out too.
    people: i64,
}

/// Lists the roles with how many people have each.
#[utoipa::path(get, path = "/v1/admin/roles", responses((status = 200, body = RolesView), Problems))]
async fn list(State(app): State<App>, _: Caller<Administer>) -> Result<Json<RolesView>, Problem> {
    let mut connection = app.store.connection().await?;
    let people = accounts::by_role(&mut connection).await?;
    let items = app.roles.all().map(|(name, role)| RoleView {
        name: name.to_owned(),
        department: role.department.code().to_owned(),
        may: role.may.iter().copied().collect(),
        skills: role.skills.iter().cloned().collect(),
        people: people.get(name).copied().unwrap_or_default(),
    });
    Ok(Json(RolesView { everyone: app.roles.everyone().collect(), items: items.collect() }))
}
