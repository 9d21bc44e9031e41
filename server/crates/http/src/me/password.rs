//! A new password for who is signed in.

use axum::extract::State;
use axum::http::StatusCode;
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::password;
use mezzofy_store::{audit, commit, people, second_factors};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::{proven, sessions};
use crate::caller::Caller;
use crate::extract::ApiJson;
use crate::permission::route;
use crate::problem::{Problem, Problems};
use mezzofy_engine::app::App;
use mezzofy_engine::secrets;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(update))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    /// The password that holds now.
    current: String,
    /// The one to take: 12 to 256 characters, none of the common ones, not the person's name or address.
    new: String,
}

/// Changes the caller's password and ends their other sessions. Wrong tries count together with those of signing in.
#[utoipa::path(post, path = "/v1/me/password", request_body = ChangePassword, responses((status = 204), Problems))]
async fn update(
    State(app): State<App>,
    caller: Caller,
    ApiJson(change): ApiJson<ChangePassword>,
) -> Result<StatusCode, Problem> {
    let person = &caller.person;
    password::check(&change.new, &person.name, &person.email)
        .map_err(|problem| Problem::field("new", problem.to_string()))?;
    if change.new == change.current {
        return Err(Problem::field("new", "The new password must differ from the current one."));
    }
    let mut tx = proven(&app, &caller, "current", change.current).await?;
    let now = app.clock.now();
    let hashing = app.tasks.spawn_blocking(move || secrets::hash_password(&change.new));
    let hash = hashing.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    // What was typed wrong may have been codes, which this password says nothing of.
    if !second_factors::in_force(&mut tx, person.id).await? {
        people::clear_failures(&mut tx, &person.email).await?;
    }
    people::set_password(&mut tx, person.id, &hash).await?;
    audit::append(&mut tx, now, Actor::Person(person.id), &AuditEvent::PersonReset { person: person.id }).await?;
    sessions::end_all_but(&mut tx, &caller, "password changed", now).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
