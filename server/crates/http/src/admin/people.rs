//! The people who can sign in, as administrators see and change them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use mezzofy_domain::audit::Actor;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::password::Owner;
use mezzofy_domain::people::change::{NewPerson, PersonChange, PersonProblem};
use mezzofy_store::commit;
use mezzofy_store::people::accounts::{self, Account};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::super::caller::Caller;
use super::super::extract::{ApiJson, ApiPath, ApiQuery, PageQuery, PageView};
use super::super::me::{departments, languages};
use super::super::permission::{Administer, route};
use super::super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::people::{self, AccountChange, AccountError};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(create)).routes(route!(show)).routes(route!(update))
}

/// A person as administrators see them.
#[derive(Debug, Serialize, ToSchema)]
struct AccountView {
    id: Uuid,
    email: String,
    name: String,
    title: String,
    role: String,
    #[schema(schema_with = departments)]
    department: String,
    #[schema(schema_with = languages)]
    language: String,
    /// Whether they are kept out.
    disabled: bool,
    /// Whether signing in asks them for a code besides the password.
    second_factor: bool,
    created_at: DateTime<Utc>,
    /// The newest sign-in or refresh; null when they have never signed in.
    #[schema(required = true)]
    last_seen_at: Option<DateTime<Utc>>,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let person = account.person;
        Self {
            id: person.id.uuid(),
            email: person.email,
            name: person.name,
            title: person.title,
            role: person.role,
            department: person.department.code().to_owned(),
            language: person.language.code().to_owned(),
            disabled: person.disabled,
            second_factor: account.second_factor,
            created_at: account.created_at,
            last_seen_at: account.last_seen_at,
        }
    }
}

/// Which people.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most 200; 50 when not given.
    limit: Option<i64>,
    /// Only those whose name, title or address has this text in it.
    q: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddPerson {
    /// Their address, which is their mailbox and sign-in name.
    email: String,
    /// As people call them: 1 to 120 characters.
    name: String,
    /// What they are in the company, e.g. `Chief Executive Officer`; "the CEO" is found by it.
    title: String,
    /// A role of `/v1/admin/roles`.
    role: String,
    /// English when not given.
    #[schema(schema_with = languages)]
    language: Option<String>,
    /// 12 to 256 characters, none of the common ones, not the person's name or address.
    password: String,
}

/// What is to change; what is not given stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePerson {
    name: Option<String>,
    title: Option<String>,
    /// Holds from the next request and the next call of a run on.
    role: Option<String>,
    /// True ends the person's sessions and keeps them out, false lets them in again.
    disabled: Option<bool>,
    /// A new password ends the person's sessions.
    password: Option<String>,
    /// True removes the person's second factor and recovery codes.
    remove_second_factor: Option<bool>,
}

/// Lists the people, the newest first.
#[utoipa::path(get, path = "/v1/admin/people", params(PeopleQuery), responses((status = 200, body = PageView<AccountView>), Problems))]
async fn list(
    State(app): State<App>,
    _: Caller<Administer>,
    ApiQuery(query): ApiQuery<PeopleQuery>,
) -> Result<Json<PageView<AccountView>>, Problem> {
    let page = PageQuery { cursor: query.cursor, limit: query.limit }.page()?;
    let mut tx = app.store.begin().await?;
    let found = accounts::list(&mut tx, query.q.as_deref().unwrap_or_default().trim(), page).await?;
    Ok(Json(PageView::of(found, Into::into)))
}

/// Shows a person.
#[utoipa::path(get, path = "/v1/admin/people/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = AccountView), Problems))]
async fn show(
    State(app): State<App>,
    _: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::Person>>,
) -> Result<Json<AccountView>, Problem> {
    let mut connection = app.store.connection().await?;
    let account = accounts::get(&mut connection, id).await?.ok_or_else(unknown)?;
    Ok(Json(account.into()))
}

/// Adds a person, who can sign in at once.
#[utoipa::path(post, path = "/v1/admin/people", request_body = AddPerson, responses((status = 201, body = AccountView), Problems))]
async fn create(
    State(app): State<App>,
    Caller { person: admin, .. }: Caller<Administer>,
    ApiJson(body): ApiJson<AddPerson>,
) -> Result<(StatusCode, Json<AccountView>), Problem> {
    let AddPerson { email, name, title, role, language, password } = body;
    let language = language.map_or(Some(Language::En), |code| Language::from_code(&code));
    let language = language.ok_or_else(|| Problem::field("language", "The language must be en, zh or ms."))?;
    let new = NewPerson { email, name, title, role, language };
    let person = new.checked(app.new_id(), &app.roles).map_err(|problem| rule(&problem))?;
    let hash = hashed(&app, password, &person.name, &person.email).await?;

    let mut tx = app.store.begin().await?;
    people::add(&mut tx, &person, &hash, Actor::Person(admin.id), app.clock.now()).await?;
    let account = accounts::get(&mut tx, person.id).await?.ok_or_else(unknown)?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

/// Changes a person. Each change is an entry of the audit log.
#[utoipa::path(patch, path = "/v1/admin/people/{id}", params(("id" = Uuid, Path)), request_body = ChangePerson, responses((status = 200, body = AccountView), Problems))]
async fn update(
    State(app): State<App>,
    Caller { person: admin, .. }: Caller<Administer>,
    ApiPath(id): ApiPath<Id<id::Person>>,
    ApiJson(body): ApiJson<ChangePerson>,
) -> Result<Json<AccountView>, Problem> {
    let ChangePerson { name, title, role, disabled, password, remove_second_factor } = body;
    let mut connection = app.store.connection().await?;
    let person = accounts::get(&mut connection, id).await?.ok_or_else(unknown)?.person;
    drop(connection);
    let password_hash = match password {
        Some(password) => Some(hashed(&app, password, name.as_ref().unwrap_or(&person.name), &person.email).await?),
        None => None,
    };
    let change = PersonChange { name, title, role, disabled, ..PersonChange::default() };
    let wanted = AccountChange { change, password_hash, remove_second_factor: remove_second_factor == Some(true) };

    let mut tx = app.store.begin().await?;
    people::change(&mut tx, &app.roles, id, wanted, Actor::Person(admin.id), app.clock.now()).await?;
    let account = accounts::get(&mut tx, id).await?.ok_or_else(unknown)?;
    commit(tx).await?;
    Ok(Json(account.into()))
}

async fn hashed(app: &AppState, password: String, name: &str, email: &str) -> Result<String, Problem> {
    let owner = Owner { name, email, company: &app.company.name };
    Ok(people::checked_hash(&app.access.hashing, password, &owner).await?)
}

fn unknown() -> Problem {
    Problem::new(ProblemKind::NotFound, "There is no such person.")
}

fn rule(problem: &PersonProblem) -> Problem {
    let detail = problem.to_string();
    match problem {
        PersonProblem::Address(_) => Problem::field("email", detail),
        PersonProblem::Name => Problem::field("name", detail),
        PersonProblem::Title => Problem::field("title", detail),
        PersonProblem::Role { .. } => Problem::field("role", detail),
        PersonProblem::Taken(_) => Problem::new(ProblemKind::Conflict, detail).about("email"),
        PersonProblem::DisablesSelf
        | PersonProblem::OwnRole
        | PersonProblem::OwnSignIn
        | PersonProblem::LastAdministrator => Problem::new(ProblemKind::Conflict, detail),
    }
}

impl From<AccountError> for Problem {
    fn from(refused: AccountError) -> Self {
        match refused {
            AccountError::Person(problem) => rule(&problem),
            AccountError::Password(problem) => Self::field("password", problem.to_string()),
            AccountError::Unknown => unknown(),
            AccountError::Store(error) => error.into(),
            AccountError::Hashing(error) => error.into(),
        }
    }
}
