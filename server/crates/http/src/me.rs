//! The person who is signed in.

use axum::Json;
use axum::extract::State;
use mezzofy_domain::audit::Actor;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::roles::{Permission, Roles};
use mezzofy_store::sign_in_failures::Counter;
use mezzofy_store::{Tx, commit, people};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa::openapi::schema::{Array, ArrayBuilder};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::docs::one_of;
use super::extract::ApiJson;
use super::permission::route;
use super::problem::{Problem, Problems};
use super::tries;
use mezzofy_engine::access::limiters::RateKind;
use mezzofy_engine::access::refusals;
use mezzofy_engine::access::turns::Turn;
use mezzofy_engine::app::{App, AppState};

mod notifications;
mod password;
mod second_factor;
mod sessions;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(show))
        .routes(route!(update))
        .merge(sessions::routes())
        .merge(password::routes())
        .merge(notifications::routes())
        .merge(second_factor::routes())
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonView {
    id: Uuid,
    email: String,
    name: String,
    title: String,
    role: String,
    #[schema(schema_with = departments)]
    department: String,
    #[schema(schema_with = languages)]
    language: String,
    /// What the role allows.
    #[schema(schema_with = permissions)]
    permissions: Vec<Permission>,
}

fn permissions() -> Array {
    ArrayBuilder::new()
        .items(one_of(Permission::ALL.map(Permission::code)))
        .description(Some("What the role allows."))
        .build()
}

pub(super) fn departments() -> Object {
    one_of(Department::ALL.map(Department::code))
}

pub(super) fn languages() -> Object {
    one_of([Language::En, Language::Zh, Language::Ms].map(Language::code))
}

impl PersonView {
    pub(super) fn of(person: Person, roles: &Roles) -> Self {
        Self {
            permissions: roles.permissions(&person.role),
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
struct UpdatePerson {
    #[schema(schema_with = languages)]
    language: String,
}

/// Shows who is signed in.
#[utoipa::path(get, path = "/v1/me", responses((status = 200, body = PersonView), Problems))]
async fn show(State(app): State<App>, caller: Caller) -> Json<PersonView> {
    Json(PersonView::of(caller.person, &app.roles))
}

/// Saves the language the app and the assistant speak with the person.
#[utoipa::path(patch, path = "/v1/me", request_body = UpdatePerson, responses((status = 200, body = PersonView), Problems))]
async fn update(
    State(app): State<App>,
    mut caller: Caller,
    ApiJson(update): ApiJson<UpdatePerson>,
) -> Result<Json<PersonView>, Problem> {
    let language = Language::from_code(&update.language)
        .ok_or_else(|| Problem::field("language", "The language must be en, zh or ms."))?;
    let mut tx = caller.begin(&app).await?;
    people::set_language(&mut tx, caller.person.id, language).await?;
    commit(tx).await?;
    caller.person.language = language;
    Ok(Json(PersonView::of(caller.person, &app.roles)))
}

/// A caller who has shown their password.
struct Proven {
    /// Keeps other tries of theirs waiting.
    tx: Tx,
    /// Where their tries are counted.
    counter: Counter,
    /// The same in this process.
    _turn: Turn,
}

/// Looks at the password in a field of the body. A wrong one counts as a wrong try of signing in on the caller's device. How often
/// a person may is counted before anything is hashed.
async fn proven(app: &AppState, caller: &Caller, field: &str, password: String) -> Result<Proven, Problem> {
    let person = &caller.person;
    app.limiters.count(person.id, RateKind::PasswordCheck).await?;
    let counter = tries::counter(app, caller).await?;
    let tries::Checked { mut tx, right, turn } = tries::check(app, &counter, &person.email, password).await?;
    if right {
        return Ok(Proven { tx, counter, _turn: turn });
    }
    refusals::note(&mut tx, Actor::Person(person.id), Some(person.id), app.clock.now()).await?;
    commit(tx).await?;
    Err(Problem::field(field, "The current password is wrong."))
}
