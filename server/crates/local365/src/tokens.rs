//! The token endpoint. It gives the app's own rights, or those of the one account that can be signed in (code with
//! PKCE, then refresh tokens). All are signed with the key of the configuration.

use std::sync::PoisonError;

use axum::Json;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use crate::caller::{AUDIENCE, AccessClaims, issuer};
use crate::state::{Local365, Shared};

const ACCESS_TOKEN_LIFETIME: TimeDelta = TimeDelta::seconds(3599);
const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(10);
const DEFAULT_SCOPE: &str = "https://graph.microsoft.com/.default";
const OFFLINE_SCOPE: &str = "offline_access";
/// What the tokens are for that only this service reads.
const CODE_AUDIENCE: &str = "code";
const REFRESH_AUDIENCE: &str = "refresh";

#[derive(Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
    code: Option<String>,
    code_verifier: Option<String>,
    redirect_uri: Option<String>,
    refresh_token: Option<String>,
}

/// How a browser asks for a sign-in.
#[derive(Deserialize)]
pub(crate) struct AuthorizeRequest {
    client_id: String,
    response_type: String,
    redirect_uri: String,
    state: String,
    scope: String,
    code_challenge: String,
    code_challenge_method: String,
}

/// What a code of a sign-in holds, until it is used.
#[derive(Serialize, Deserialize)]
struct CodeClaims {
    aud: String,
    id: Uuid,
    challenge: String,
    redirect_uri: String,
    exp: i64,
}

/// What a refresh token holds.
#[derive(Serialize, Deserialize)]
struct RefreshClaims {
    aud: String,
    id: Uuid,
    account: String,
}

/// Entra's refusals are OAuth's, not Graph's.
pub(crate) type TokenRefusal = (StatusCode, Json<Value>);

/// Gives a token for the app's own permissions, or for the account that was signed in.
pub(crate) async fn grant(
    State(local): State<Local365>,
    Path(tenant): Path<String>,
    request: Result<Form<TokenRequest>, FormRejection>,
) -> Result<Json<Value>, TokenRefusal> {
    let Shared { config, clock, .. } = &*local.0;
    let Ok(Form(request)) = request else {
        return Err(denied(400, "invalid_request", 900_144, "The request body must contain the grant_type."));
    };
    if tenant != config.tenant {
        return Err(denied(400, "invalid_request", 90002, "Tenant not found."));
    }
    if request.client_id.as_deref() != Some(&config.client_id) {
        return Err(denied(400, "unauthorized_client", 700_016, "The application was not found in the directory."));
    }
    let secret = request.client_secret.as_deref().unwrap_or_default();
    if Sha256::digest(secret) != Sha256::digest(config.client_secret.expose_secret()) {
        return Err(denied(401, "invalid_client", 7_000_215, "Invalid client secret provided."));
    }
    let account = match request.grant_type.as_deref() {
        Some("client_credentials") => None,
        Some("authorization_code") => {
            local.check_code(&request)?;
            config.account.as_ref()
        }
        Some("refresh_token") => {
            let held: RefreshClaims = local.opened(request.refresh_token.as_deref(), REFRESH_AUDIENCE)?;
            config.account.as_ref().filter(|account| account.address == held.account)
        }
        _ => return Err(denied(400, "unsupported_grant_type", 70003, "This grant_type is not served here.")),
    };
    let delegated = request.grant_type.as_deref() != Some("client_credentials");
    if delegated && account.is_none() {
        return Err(denied(400, "invalid_grant", 50034, "The user account does not exist in the directory."));
    }
    let scopes: Vec<&str> = request.scope.as_deref().unwrap_or_default().split(' ').collect();
    if !scopes.contains(&DEFAULT_SCOPE) || !scopes.iter().all(|scope| [DEFAULT_SCOPE, OFFLINE_SCOPE].contains(scope)) {
        return Err(denied(400, "invalid_scope", 70011, "The scope must be https://graph.microsoft.com/.default."));
    }
    let now = clock.now();
    let claims = AccessClaims {
        aud: AUDIENCE.to_owned(),
        iss: issuer(&config.tenant),
        appid: config.client_id.clone(),
        tid: config.tenant.clone(),
        roles: if delegated { Vec::new() } else { config.roles.clone() },
        scp: delegated.then(|| config.scopes.join(" ")),
        upn: account.map(|account| account.address.clone()),
        idtyp: if delegated { "user" } else { "app" }.to_owned(),
        iat: now.timestamp(),
        exp: (now + ACCESS_TOKEN_LIFETIME).timestamp(),
    };
    let seconds = ACCESS_TOKEN_LIFETIME.num_seconds();
    let mut answer = json!({
        "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": local.signed(&claims)?,
    });
    if delegated && scopes.contains(&OFFLINE_SCOPE) {
        answer["refresh_token"] = json!(local.refresh_token()?);
    }
    Ok(Json(answer))
}

/// Sends the browser of whoever signs the account in back with a code. The account is the only one here, and it agrees.
pub(crate) async fn authorize(
    State(local): State<Local365>,
    Path(tenant): Path<String>,
    request: Result<Query<AuthorizeRequest>, QueryRejection>,
) -> Result<Redirect, TokenRefusal> {
    let config = &local.0.config;
    let Ok(Query(request)) = request else {
        return Err(denied(400, "invalid_request", 900_144, "The request is missing a parameter."));
    };
    if tenant != config.tenant || request.client_id != config.client_id || config.account.is_none() {
        return Err(denied(400, "unauthorized_client", 700_016, "The application was not found in the directory."));
    }
    let pkce = request.response_type == "code"
        && request.code_challenge_method == "S256"
        && !request.code_challenge.is_empty();
    if !pkce || !request.scope.split(' ').any(|scope| scope == DEFAULT_SCOPE) {
        return Err(denied(400, "invalid_request", 9_002_325, "A code with PKCE (S256) must be asked for."));
    }
    let Ok(mut back) = Url::parse(&request.redirect_uri) else {
        return Err(denied(400, "invalid_request", 50011, "The redirect URI is not valid."));
    };
    let code = CodeClaims {
        aud: CODE_AUDIENCE.to_owned(),
        id: local.0.clock.id(),
        challenge: request.code_challenge,
        redirect_uri: request.redirect_uri,
        exp: (local.0.clock.now() + CODE_LIFETIME).timestamp(),
    };
    back.query_pairs_mut().append_pair("code", &local.signed(&code)?).append_pair("state", &request.state);
    Ok(Redirect::to(back.as_str()))
}

impl Local365 {
    /// A refresh token of the account, as its sign-in would give it.
    pub fn account_token(&self) -> Option<SecretString> {
        self.refresh_token().ok().map(Into::into)
    }

    fn refresh_token(&self) -> Result<String, TokenRefusal> {
        let account = self.0.config.account.as_ref().map(|account| account.address.clone());
        let account = account.ok_or_else(|| denied(400, "invalid_grant", 50034, "There is no account."))?;
        self.signed(&RefreshClaims { aud: REFRESH_AUDIENCE.to_owned(), id: self.0.clock.id(), account })
    }

    fn signed(&self, claims: &impl Serialize) -> Result<String, TokenRefusal> {
        let key = EncodingKey::from_secret(self.0.config.signing_key.expose_secret().as_bytes());
        encode(&Header::new(Algorithm::HS256), claims, &key)
            .map_err(|_| denied(500, "server_error", 90033, "The token could not be signed."))
    }

    /// What we have signed for this use.
    fn opened<T: DeserializeOwned>(&self, token: Option<&str>, audience: &str) -> Result<T, TokenRefusal> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[audience]);
        rules.set_required_spec_claims(&["aud"]);
        rules.validate_exp = false;
        let key = DecodingKey::from_secret(self.0.config.signing_key.expose_secret().as_bytes());
        let opened = decode::<T>(token.unwrap_or_default(), &key, &rules);
        opened
            .map(|opened| opened.claims)
            .map_err(|_| denied(400, "invalid_grant", 9_002_313, "The grant is not valid."))
    }

    /// The code of a sign-in: ours, in time, for this address and verifier, and used once.
    fn check_code(&self, request: &TokenRequest) -> Result<(), TokenRefusal> {
        let code: CodeClaims = self.opened(request.code.as_deref(), CODE_AUDIENCE)?;
        let challenge = Sha256::digest(request.code_verifier.as_deref().unwrap_or_default());
        let good = code.exp > self.0.clock.now().timestamp()
            && request.redirect_uri.as_deref() == Some(&code.redirect_uri)
            && BASE64_URL_SAFE_NO_PAD.encode(challenge) == code.challenge;
        let new = || self.0.used_codes.lock().unwrap_or_else(PoisonError::into_inner).insert(code.id);
        if good && new() {
            return Ok(());
        }
        Err(denied(400, "invalid_grant", 54005, "The authorization code is expired, used or not for this."))
    }
}

fn denied(status: u16, error: &str, number: u32, text: &str) -> TokenRefusal {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let description = format!("AADSTS{number}: {text}");
    (status, Json(json!({"error": error, "error_description": description, "error_codes": [number]})))
}
