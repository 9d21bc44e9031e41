//! The account that posts in Teams: an administrator signs it in at Microsoft, who sends the browser back to the callback.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Redirect;
use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::canonical::sha256_hex;
use mezzofy_store::microsoft::{self, ConnectedAccount, SignIn};
use mezzofy_store::sealed::{self, SecretKind};
use mezzofy_store::{audit, commit, people};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::caller::Caller;
use super::super::extract::ApiQuery;
use super::super::permission::{self, Administer, RequiredPermission, route};
use super::super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::secrets;

/// How long a sign-in at Microsoft may take.
const SIGN_IN_TIMEOUT: TimeDelta = TimeDelta::minutes(10);
/// Where the browser comes back to.
const CALLBACK_PATH: &str = "/v1/auth/microsoft/callback";
/// The page of the app that shows how the sign-in ended.
const SETTINGS_PATH: &str = "/admin/microsoft";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(show))
        .routes(route!(sign_in))
        .routes(route!(sign_out))
        .routes(permission::open(routes!(callback)))
}

/// Which account posts in Teams.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceAccountView {
    /// Whether a tenant is set; else local365 stands in, whose account is always signed in.
    tenant: bool,
    /// Whether somebody has signed an account in.
    connected: bool,
    /// Who did, by name.
    #[schema(required = true)]
    connected_by: Option<String>,
    #[schema(required = true)]
    connected_at: Option<DateTime<Utc>>,
    /// The channels that may be posted in.
    channels: Vec<String>,
}

/// Where to sign in.
#[derive(Debug, Serialize, ToSchema)]
struct SignInPage {
    /// A page of Microsoft, for the browser.
    authorize_url: String,
}

/// What Microsoft sends the browser back with.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CallbackQuery {
    state: Option<String>,
    code: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

/// Shows which account posts in Teams.
#[utoipa::path(get, path = "/v1/admin/microsoft/service-account", responses((status = 200, body = ServiceAccountView), Problems))]
async fn show(State(app): State<App>, caller: Caller<Administer>) -> Result<Json<ServiceAccountView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let connected = microsoft::connected(&mut tx).await?;
    let by = match &connected {
        Some(connected) => people::get(&mut tx, connected.by).await?.map(|person| person.name),
        None => None,
    };
    Ok(Json(ServiceAccountView {
        tenant: app.tenant.is_some(),
        connected: connected.is_some() || app.tenant.is_none(),
        connected_by: by,
        connected_at: connected.map(|connected| connected.at),
        channels: app.company.channels.keys().cloned().collect(),
    }))
}

/// Begins to sign an account in: the browser goes to the address, and comes back to the app.
#[utoipa::path(post, path = "/v1/admin/microsoft/service-account", responses((status = 200, body = SignInPage), Problems))]
async fn sign_in(
    State(app): State<App>,
    caller: Caller<Administer>,
    headers: HeaderMap,
) -> Result<Json<SignInPage>, Problem> {
    let Some(tenant) = &app.tenant else {
        let detail = "No Microsoft 365 tenant is set, so local365 stands in; its account is signed in.";
        return Err(Problem::new(ProblemKind::Conflict, detail));
    };
    let redirect_uri = format!("{}{CALLBACK_PATH}", base(&app, &headers));
    let (state, verifier) = (secrets::random_text(), secrets::random_text());
    let url = tenant.authorize_url(&redirect_uri, &state, &verifier).map_err(Problem::internal)?;
    let begun = SignIn {
        state_hash: sha256_hex(state.as_bytes()),
        verifier,
        redirect_uri,
        person: caller.person.id,
        begun_at: app.clock.now(),
    };
    let mut tx = caller.begin(&app).await?;
    microsoft::begin(&mut tx, &begun).await?;
    commit(tx).await?;
    Ok(Json(SignInPage { authorize_url: url.into() }))
}

/// Forgets the account; nothing is posted in Teams from then on.
#[utoipa::path(delete, path = "/v1/admin/microsoft/service-account", responses((status = 204), Problems))]
async fn sign_out(State(app): State<App>, caller: Caller<Administer>) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    if !microsoft::disconnect(&mut tx).await? {
        return Err(Problem::not_found("service account"));
    }
    audit::append(&mut tx, app.clock.now(), Actor::Person(caller.person.id), &AuditEvent::ServiceAccountRemoved)
        .await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the browser back from Microsoft, and sends it to the app.
#[utoipa::path(get, path = "/v1/auth/microsoft/callback", params(CallbackQuery), responses((status = 303), Problems))]
async fn callback(State(app): State<App>, ApiQuery(query): ApiQuery<CallbackQuery>) -> Redirect {
    let ended = match connect(&app, query).await {
        Ok(()) => "connected",
        Err(problem) => {
            tracing::warn!(%problem, "the service account was not signed in");
            "failed"
        }
    };
    Redirect::to(&format!("{SETTINGS_PATH}?sign_in={ended}"))
}

async fn connect(app: &AppState, query: CallbackQuery) -> Result<(), Problem> {
    let now = app.clock.now();
    let state = sha256_hex(query.state.unwrap_or_default().as_bytes());
    let mut tx = app.store.begin().await?;
    let begun = microsoft::end(&mut tx, &state, now - SIGN_IN_TIMEOUT).await?;
    commit(tx).await?;
    let begun = begun.ok_or_else(|| Problem::not_found("sign-in"))?;
    let (Some(tenant), Some(code)) = (&app.tenant, query.code) else {
        let error = query.error.unwrap_or_default();
        return Err(Problem::new(ProblemKind::Conflict, format!("Microsoft sent no code: {error}")));
    };
    let token = tenant.refresh_token(&code, &begun.redirect_uri, &begun.verifier).await.map_err(Problem::internal)?;
    let mut tx = app.store.begin().await?;
    let administrator = people::get(&mut tx, begun.person).await?.filter(|person| !person.disabled);
    let administrator = administrator.filter(|person| app.roles.allows(&person.role, Administer::PERMISSION));
    let by = administrator
        .ok_or_else(|| Problem::new(ProblemKind::NotPermitted, "Who began it is no administrator now."))?;
    sealed::hold_keys(&mut tx).await?;
    let id = app.new_id::<()>().uuid();
    let keys = app.keyring.keys().map_err(Problem::internal)?;
    let token = token.expose_secret().as_bytes();
    let sealed = keys.seal(SecretKind::ServiceAccount, id, token).map_err(Problem::internal)?;
    microsoft::connect(&mut tx, id, &sealed, &ConnectedAccount { by: by.id, at: now }).await?;
    audit::append(&mut tx, now, Actor::Person(by.id), &AuditEvent::ServiceAccountConnected).await?;
    commit(tx).await?;
    Ok(())
}

/// The address browsers use: the one that is set, or that of the request.
fn base(app: &AppState, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    app.public_url.clone().unwrap_or_else(|| format!("http://{host}"))
}
