//! The person who is signed in.

use axum::Json;
use axum::extract::State;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use mezzofy_store::{commit, people};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::Caller;
use super::extract::Body;
use super::problem::{Problem, ProblemBody};
use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, update))
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonView {
    id: Uuid,
    email: String,
    name: String,
    title: String,
    role: String,
    /// finance, sales, marketing, support or management.
    department: String,
    /// en, zh or ms.
    language: String,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        Self {
            id: person.id.uuid(),
            email: person.email,
            name: person.name,
            title: person.title,
            role: person.role,
            department: person.department.code().to_owned(),
            language: person.language.code().to_owned(),
        }
    }
}

/// What a person may change of themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Update {
    /// en, zh or ms.
    language: String,
}

/// Shows who is signed in.
#[utoipa::path(get, path = "/v1/me", responses((status = 200, body = PersonView), (status = "4XX", body = ProblemBody)))]
async fn show(caller: Caller) -> Json<PersonView> {
    Json(caller.person.into())
}

/// Saves the language the app and the assistant speak with the person.
#[utoipa::path(patch, path = "/v1/me", request_body = Update, responses((status = 200, body = PersonView), (status = "4XX", body = ProblemBody)))]
async fn update(
    State(app): State<App>,
    mut caller: Caller,
    Body(update): Body<Update>,
) -> Result<Json<PersonView>, Problem> {
    let language = Language::from_code(&update.language)
        .ok_or_else(|| Problem::field("language", "The language must be en, zh or ms."))?;
    let mut tx = app.store.begin().await?;
    people::set_language(&mut tx, caller.person.id, language).await?;
    commit(tx).await?;
    caller.person.language = language;
    Ok(Json(caller.person.into()))
}
