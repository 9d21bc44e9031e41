//! The second factor of who is signed in: codes of an authenticator app, and recovery codes for when it is lost.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::{recovery_code, totp};
use mezzofy_store::sealed::{self, SecretKind};
use mezzofy_store::{Tx, audit, commit, second_factors, sign_in_failures};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::{Proven, proven, sessions};
use crate::caller::Caller;
use crate::codes::{self, Code};
use crate::extract::ApiJson;
use crate::permission::route;
use crate::problem::{Problem, ProblemKind, Problems};
use crate::tries;
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::secrets;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(show))
        .routes(route!(begin))
        .routes(route!(delete))
        .routes(route!(confirm))
        .routes(route!(renew))
}

/// Whether signing in asks for a code.
#[derive(Debug, Serialize, ToSchema)]
struct SecondFactorView {
    /// Whether a second factor is in force.
    enabled: bool,
    /// Recovery codes that are not used yet.
    recovery_codes_left: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BeginSecondFactor {
    /// The person's password.
    password: String,
}

/// What an authenticator app needs.
#[derive(Serialize, ToSchema)]
struct SecondFactorSecret {
    /// To be typed into the app: base32.
    secret: String,
    /// To be shown to it as a QR code.
    otpauth_url: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmSecondFactor {
    /// What the app shows now: six digits.
    code: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProveSecondFactor {
    /// The person's password.
    password: String,
    /// What their app shows now, or a recovery code.
    code: String,
}

/// Codes to write down. They are not shown again.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    /// Ten, each good once in place of a code of the app.
    recovery_codes: Vec<String>,
}

/// Shows whether the caller has a second factor.
#[utoipa::path(get, path = "/v1/me/second-factor", responses((status = 200, body = SecondFactorView), Problems))]
async fn show(State(app): State<App>, caller: Caller) -> Result<Json<SecondFactorView>, Problem> {
    let mut tx = app.store.begin().await?;
    Ok(Json(SecondFactorView {
        enabled: second_factors::in_force(&mut tx, caller.person.id).await?,
        recovery_codes_left: second_factors::codes_left(&mut tx, caller.person.id).await?,
    }))
}

/// Begins to set up a second factor. It is in force once it is confirmed; beginning again replaces an unconfirmed one.
#[utoipa::path(post, path = "/v1/me/second-factor", request_body = BeginSecondFactor, responses((status = 200, body = SecondFactorSecret), Problems))]
async fn begin(
    State(app): State<App>,
    caller: Caller,
    ApiJson(body): ApiJson<BeginSecondFactor>,
) -> Result<Json<SecondFactorSecret>, Problem> {
    let Proven { mut tx, counter, _turn } = proven(&app, &caller, "password", body.password).await?;
    sealed::hold_keys(&mut tx).await?;
    let secret = secrets::random::<{ totp::SECRET_BYTES }>();
    let keys = app.keyring.keys().map_err(Problem::internal)?;
    let sealed = keys.seal(SecretKind::SecondFactor, caller.person.id.uuid(), &secret).map_err(Problem::internal)?;

    if !second_factors::begin(&mut tx, caller.person.id, &sealed).await? {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "You have a second factor already. Remove it to set up another one.",
        ));
    }

    sign_in_failures::clear(&mut tx, &counter).await?;
    commit(tx).await?;
    let otpauth_url = totp::url(&secret, &app.company.name, &caller.person.email);
    Ok(Json(SecondFactorSecret { secret: totp::base32(&secret), otpauth_url }))
}

/// Puts the second factor in force with a first code of the app, and ends the caller's other sessions.
#[utoipa::path(post, path = "/v1/me/second-factor/confirm", request_body = ConfirmSecondFactor, responses((status = 200, body = RecoveryCodes), Problems))]
async fn confirm(
    State(app): State<App>,
    caller: Caller,
    ApiJson(body): ApiJson<ConfirmSecondFactor>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let person = &caller.person;
    let counter = tries::counter(&app, &caller).await?;
    let mut tx = tries::begin(&app, &counter).await?;
    sealed::hold_keys(&mut tx).await?;
    let Some(factor) = second_factors::get(&mut tx, person.id).await?.filter(|factor| !factor.in_force) else {
        return Err(Problem::new(
            ProblemKind::Conflict,
            "There is no second factor to confirm. Begin to set one up first.",
        ));
    };
    if !codes::use_app_code(&app, &mut tx, person.id, &factor, &body.code).await? {
        codes::refuse(&app, tx, &counter, person.id, Actor::Person(person.id)).await?;
        return Err(Problem::field("code", codes::WRONG));
    }

    let now = app.clock.now();
    second_factors::confirm(&mut tx, person.id, now).await?;
    let recovery_codes = new_codes(&app, &mut tx, person.id).await?;
    audit::append(&mut tx, now, Actor::Person(person.id), &AuditEvent::SecondFactorSetUp { person: person.id }).await?;
    sessions::end_all_but(&mut tx, &caller, "second factor set up", now).await?;
    commit(tx).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Gives ten new recovery codes. The old ones are good no more.
#[utoipa::path(post, path = "/v1/me/second-factor/recovery-codes", request_body = ProveSecondFactor, responses((status = 200, body = RecoveryCodes), Problems))]
async fn renew(
    State(app): State<App>,
    caller: Caller,
    ApiJson(body): ApiJson<ProveSecondFactor>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let person = caller.person.id;
    let Proven { mut tx, counter: _, _turn } = proven_twice(&app, &caller, body).await?;
    let recovery_codes = new_codes(&app, &mut tx, person).await?;
    let event = AuditEvent::RecoveryCodesRenewed { person };
    audit::append(&mut tx, app.clock.now(), Actor::Person(person), &event).await?;
    commit(tx).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Removes the second factor: signing in asks for the password only.
#[utoipa::path(delete, path = "/v1/me/second-factor", request_body = ProveSecondFactor, responses((status = 204), Problems))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    ApiJson(body): ApiJson<ProveSecondFactor>,
) -> Result<StatusCode, Problem> {
    let person = caller.person.id;
    let Proven { mut tx, counter: _, _turn } = proven_twice(&app, &caller, body).await?;
    second_factors::remove(&mut tx, person).await?;
    let event = AuditEvent::SecondFactorRemoved { person };
    audit::append(&mut tx, app.clock.now(), Actor::Person(person), &event).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A caller who has shown their password and a code.
async fn proven_twice(app: &AppState, caller: &Caller, shown: ProveSecondFactor) -> Result<Proven, Problem> {
    let person = &caller.person;
    let mut proven = proven(app, caller, "password", shown.password).await?;
    match codes::check(app, &mut proven.tx, person.id, Some(&shown.code)).await? {
        Code::Right => {
            sign_in_failures::clear(&mut proven.tx, &proven.counter).await?;
            Ok(proven)
        }
        Code::NotAsked => Err(Problem::new(ProblemKind::Conflict, "You have no second factor. Set one up first.")),
        Code::Missing | Code::Wrong => {
            codes::refuse(app, proven.tx, &proven.counter, person.id, Actor::Person(person.id)).await?;
            Err(Problem::field("code", codes::WRONG))
        }
    }
}

async fn new_codes(app: &AppState, tx: &mut Tx, person: Id<id::Person>) -> Result<Vec<String>, Problem> {
    let codes: Vec<String> =
        (0..recovery_code::CODES_PER_PERSON).map(|_| recovery_code::of(secrets::random())).collect();
    let hashes = app.access.hashing.hash_recovery_codes(codes.clone(), person.uuid()).await?;
    second_factors::replace_codes(tx, person, &hashes).await?;
    Ok(codes)
}
