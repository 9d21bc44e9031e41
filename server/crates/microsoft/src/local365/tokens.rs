//! The token endpoint and what a token allows. Tokens are app-only and signed with the key of the configuration.

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use chrono::{TimeDelta, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use super::{Inner, Local365};

const AUDIENCE: &str = "https://graph.microsoft.com";
const LIFE: TimeDelta = TimeDelta::seconds(3599);

#[derive(Deserialize)]
pub(super) struct Wanted {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    appid: String,
    tid: String,
    roles: Vec<String>,
    idtyp: String,
    iat: i64,
    exp: i64,
}

/// Entra's refusals are OAuth's, not Graph's.
pub(super) type TokenRefusal = (StatusCode, Json<Value>);

/// Gives a token for the app's own permissions.
pub(super) async fn grant(
    State(local): State<Local365>,
    Path(tenant): Path<String>,
    wanted: Result<Form<Wanted>, FormRejection>,
) -> Result<Json<Value>, TokenRefusal> {
    let Inner { config, clock, .. } = &*local.0;
    let Ok(Form(wanted)) = wanted else {
        return Err(denied(400, "invalid_request", 900_144, "The request body must contain the grant_type."));
    };
    if tenant != config.tenant {
        return Err(denied(400, "invalid_request", 90002, "Tenant not found."));
    }
    if wanted.grant_type.as_deref() != Some("client_credentials") {
        return Err(denied(400, "unsupported_grant_type", 70003, "Only client_credentials is served here."));
    }
    if wanted.client_id.as_deref() != Some(&config.client_id) {
        return Err(denied(400, "unauthorized_client", 700_016, "The application was not found in the directory."));
    }
    let secret = wanted.client_secret.unwrap_or_default();
    if Sha256::digest(secret) != Sha256::digest(config.client_secret.expose_secret()) {
        return Err(denied(401, "invalid_client", 7_000_215, "Invalid client secret provided."));
    }
    if wanted.scope.as_deref() != Some("https://graph.microsoft.com/.default") {
        return Err(denied(400, "invalid_scope", 70011, "The scope must be https://graph.microsoft.com/.default."));
    }
    let now = clock.now();
    let claims = Claims {
        aud: AUDIENCE.to_owned(),
        iss: issuer(&config.tenant),
        appid: config.client_id.clone(),
        tid: config.tenant.clone(),
        roles: config.roles.clone(),
        idtyp: "app".to_owned(),
        iat: now.timestamp(),
        exp: (now + LIFE).timestamp(),
    };
    let key = EncodingKey::from_secret(config.signing_key.expose_secret().as_bytes());
    let token = encode(&Header::new(Algorithm::HS256), &claims, &key)
        .map_err(|_| denied(500, "server_error", 90033, "The token could not be signed."))?;
    let seconds = LIFE.num_seconds();
    let answer =
        json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token});
    Ok(Json(answer))
}

fn denied(status: u16, error: &str, number: u32, text: &str) -> TokenRefusal {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let description = format!("AADSTS{number}: {text}");
    (status, Json(json!({"error": error, "error_description": description, "error_codes": [number]})))
}

fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// Who asks: the app, with the permissions of its token.
pub(super) struct Caller {
    roles: Vec<String>,
}

impl Caller {
    pub(super) fn may_read(&self) -> Result<(), Refusal> {
        self.has(&["Mail.Read", "Mail.ReadWrite"])
    }

    pub(super) fn may_write(&self) -> Result<(), Refusal> {
        self.has(&["Mail.ReadWrite"])
    }

    pub(super) fn may_send(&self) -> Result<(), Refusal> {
        self.has(&["Mail.Send"])
    }

    fn has(&self, any: &[&str]) -> Result<(), Refusal> {
        if self.roles.iter().any(|role| any.contains(&role.as_str())) {
            return Ok(());
        }
        Err(Refusal::new(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."))
    }
}

impl FromRequestParts<Local365> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, local: &Local365) -> Result<Self, Refusal> {
        let refuse = |message: &str| Refusal::new(401, "InvalidAuthenticationToken", message);
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        let token = header.and_then(|it| it.strip_prefix("Bearer ")).ok_or_else(|| refuse("Access token is empty."))?;

        let config = &local.0.config;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[issuer(&config.tenant)]);
        rules.set_required_spec_claims(&["aud", "iss"]);
        rules.validate_exp = false;
        let key = DecodingKey::from_secret(config.signing_key.expose_secret().as_bytes());
        let claims = decode::<Claims>(token, &key, &rules).map_err(|error| match error.kind() {
            ErrorKind::InvalidAudience => refuse("Access token validation failure. Invalid audience."),
            _ => refuse("CompactToken validation failed."),
        })?;
        if chrono::DateTime::<Utc>::from_timestamp(claims.claims.exp, 0).is_none_or(|end| end <= local.0.clock.now()) {
            return Err(refuse("Lifetime validation failed, the token is expired."));
        }
        Ok(Self { roles: claims.claims.roles })
    }
}
