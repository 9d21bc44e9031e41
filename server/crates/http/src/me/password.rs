//! A new password for who is signed in.

use axum::extract::State;
use axum::http::StatusCode;
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::password::{self, Owner};
use mezzofy_store::{audit, commit, people, second_factors, sign_in_failures};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::{Proven, proven, sessions};
use crate::caller::Caller;
use crate::extract::ApiJson;
use crate::permission::route;
use crate::problem::{Problem, Problems};
use mezzofy_engine::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(update))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    /// The password that holds now.
    current: String,
    /// The one to take: 12 to 256 characters, none of the common ones, without the name or address of the person and the company.
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
    let owner = Owner { name: &person.name, email: &person.email, company: &app.company.name };
    password::check(&change.new, &owner).map_err(|problem| Problem::field("new", problem.to_string()))?;
    if change.new == change.current {
        return Err(Problem::field("new", "The new password must differ from the current one."));
    }
    let Proven { mut tx, counter, _turn } = proven(&app, &caller, "current", change.current).await?;
    let now = app.clock.now();
    let hash = app.access.hashing.hash_password(change.new).await?;
    // What was typed wrong may have been codes, which this password says nothing of.
    if !second_factors::in_force(&mut tx, person.id).await? {
        sign_in_failures::clear(&mut tx, &counter).await?;
    }
    people::set_password(&mut tx, person.id, &hash).await?;
    audit::append(&mut tx, now, Actor::Person(person.id), &AuditEvent::PersonReset { person: person.id }).await?;
    sessions::end_all_but(&mut tx, &caller, "password changed", now).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
