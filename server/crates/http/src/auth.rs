//! Sign-in, refresh and sign-out.

use axum::Json;
use axum::extract::State;
use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::device::device;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_store::sessions::RedeemOutcome;
use mezzofy_store::sign_in_failures::{self, Counter};
use mezzofy_store::{Tx, audit, commit, people, sessions};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Caller;
use super::codes::{self, Code};
use super::extract::{ApiJson, TypedAddress};
use super::me::PersonView;
use super::network::Admitted;
use super::permission::{self, route};
use super::problem::{Problem, ProblemKind, Problems};
use super::tries;
use mezzofy_engine::access::refusals;
use mezzofy_engine::access::tokens::{ACCESS_TOKEN_LIFETIME, DEVICE_TOKEN_LIFETIME, KnownDevice};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::secrets;

/// How long a refresh token is good.
const REFRESH_TOKEN_LIFETIME: TimeDelta = TimeDelta::days(7);
/// Browsers keep their tokens where no script can read them.
const REFRESH_COOKIE: &str = "mezzofy_refresh";
const DEVICE_COOKIE: &str = "mezzofy_device";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(permission::open(routes!(login)))
        .routes(permission::open(routes!(refresh)))
        .routes(route!(logout))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    /// The person's address.
    #[schema(value_type = String)]
    email: TypedAddress,
    /// Their password.
    password: String,
    /// A code of their authenticator app, or a recovery code; needed once they have set up a second factor.
    code: Option<String>,
    /// The newest device token from here, if there is one; browsers leave it out and send the cookie. Wrong tries without it don't
    /// count against the person on this device.
    device_token: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// The newest refresh token; browsers leave it out and send the cookie.
    refresh_token: Option<String>,
}

/// A sign-in.
#[derive(Serialize, ToSchema)]
pub(super) struct SignIn {
    access_token: String,
    /// Good once, for 7 days.
    refresh_token: String,
    /// To be sent with the next sign-in here, also after signing out; good for 400 days. It lets nobody in.
    device_token: String,
    /// `Bearer`.
    token_type: String,
    /// Seconds until the access token is over.
    expires_in: i64,
    person: PersonView,
}

/// Signs a person in. After five wrong passwords or codes there is a wait: for tries from devices where the person has signed in
/// before each for itself, for all others together. Where a code is missing or wrong the answer to a right password is 401 with the
/// type `/problems/second-factor-needed`.
#[utoipa::path(post, path = "/v1/auth/login", request_body = Login, responses((status = 200, body = SignIn), Problems))]
async fn login(
    State(app): State<App>,
    _: Admitted,
    headers: HeaderMap,
    ApiJson(login): ApiJson<Login>,
) -> Result<Response, Problem> {
    let mut connection = app.store.connection().await?;
    let found = people::by_email(&mut connection, &login.email.0).await?.map(|(person, _)| person);
    drop(connection);

    let found = found.filter(|person| !person.disabled);
    let whose = found.as_ref().map(|person| person.id);
    let device_token = login.device_token.or_else(|| cookie(&headers, DEVICE_COOKIE));
    let known = device_token.and_then(|token| app.tokens.read_device(&token, app.clock.now()));
    let known = known.filter(|known| Some(known.person) == whose).map(|known| known.device);
    let counter = Counter::new(&login.email.0, known);
    let tries::Checked { mut tx, right, turn: _turn } =
        tries::check(&app, &counter, &login.email.0, login.password).await?;
    let now = app.clock.now();
    let Some(person) = found.filter(|_| right) else {
        refusals::note(&mut tx, Actor::System, whose, now).await?;
        commit(tx).await?;
        return Err(Problem::new(ProblemKind::SignedOut, "The email address or the password is wrong."));
    };
    match codes::check(&app, &mut tx, person.id, login.code.as_deref()).await? {
        Code::Right | Code::NotAsked => sign_in_failures::clear(&mut tx, &counter).await?,
        Code::Missing => {
            let detail = "Type the code of your authenticator app, or one of your recovery codes.";
            return Err(Problem::new(ProblemKind::SecondFactorNeeded, detail));
        }
        Code::Wrong => {
            codes::refuse(&app, tx, &counter, person.id, Actor::System).await?;
            return Err(Problem::new(ProblemKind::SecondFactorNeeded, codes::WRONG).about("code"));
        }
    }
    let session = app.new_id();
    let device = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).and_then(device);
    sessions::begin(&mut tx, session, person.id, device.as_deref(), known, now).await?;
    refusals::settle(&mut tx, person.id, now).await?;
    audit::append(&mut tx, now, Actor::Person(person.id), &AuditEvent::SignedIn { session }).await?;
    signed_in(&app, tx, session, person).await
}

/// Gives a new pair of tokens for the newest refresh token. An old one ends the session: someone has a copy of it.
#[utoipa::path(post, path = "/v1/auth/refresh", request_body = Refresh, responses((status = 200, body = SignIn), Problems))]
async fn refresh(
    State(app): State<App>,
    _: Admitted,
    headers: HeaderMap,
    ApiJson(refresh): ApiJson<Refresh>,
) -> Result<Response, Problem> {
    let refused = || Problem::new(ProblemKind::SignedOut, "The session is over. Sign in again.");
    let token = refresh.refresh_token.or_else(|| cookie(&headers, REFRESH_COOKIE)).ok_or_else(refused)?;
    let mut tx = app.store.begin().await?;
    match sessions::redeem(&mut tx, &Sha256::digest(token), app.clock.now()).await? {
        RedeemOutcome::Refused => Err(refused()),
        RedeemOutcome::Reused { session, person } => {
            let event = AuditEvent::SessionEndedByReuse { session, person };
            audit::append(&mut tx, app.clock.now(), Actor::System, &event).await?;
            commit(tx).await?;
            tracing::warn!(%session, "a refresh token was used twice; its session is ended");
            Err(refused())
        }
        RedeemOutcome::Session { session, person } => {
            let person = people::get(&mut tx, person).await?.ok_or_else(refused)?;
            signed_in(&app, tx, session, person).await
        }
    }
}

/// Ends the session.
#[utoipa::path(post, path = "/v1/auth/logout", responses((status = 204), Problems))]
async fn logout(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = caller.begin(&app).await?;
    let now = app.clock.now();
    sessions::end(&mut tx, caller.session, "signed out", now).await?;
    let event = AuditEvent::SignedOut { session: caller.session };
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, &app, REFRESH_COOKIE, "", TimeDelta::zero())?;
    Ok(response)
}

async fn signed_in(app: &AppState, mut tx: Tx, session: Id<id::Session>, person: Person) -> Result<Response, Problem> {
    let now = app.clock.now();
    let refresh_token = secrets::random_text();
    sessions::add_token(&mut tx, session, &Sha256::digest(&refresh_token), now + REFRESH_TOKEN_LIFETIME).await?;
    let known = KnownDevice { device: sessions::known_device(&mut tx, session).await?, person: person.id };
    commit(tx).await?;
    let answer = SignIn {
        access_token: app.tokens.make(session, person.id, now).map_err(Problem::internal)?,
        refresh_token: refresh_token.clone(),
        device_token: app.tokens.make_device(known, now).map_err(Problem::internal)?,
        token_type: "Bearer".to_owned(),
        expires_in: ACCESS_TOKEN_LIFETIME.num_seconds(),
        person: PersonView::of(person, &app.roles),
    };
    let device_token = answer.device_token.clone();
    let mut response = Json(answer).into_response();
    set_cookie(&mut response, app, REFRESH_COOKIE, &refresh_token, REFRESH_TOKEN_LIFETIME)?;
    set_cookie(&mut response, app, DEVICE_COOKIE, &device_token, DEVICE_TOKEN_LIFETIME)?;
    Ok(response)
}

fn set_cookie(
    response: &mut Response,
    app: &AppState,
    name: &str,
    token: &str,
    lifetime: TimeDelta,
) -> Result<(), Problem> {
    let secure = if app.secure_cookies { "; Secure" } else { "" };
    let seconds = lifetime.num_seconds();
    let cookie = format!("{name}={token}; HttpOnly; SameSite=Strict; Path=/v1/auth; Max-Age={seconds}{secure}");
    response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(Problem::internal)?);
    Ok(())
}

fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
