//! Who asks: an access token, and what it allows. The token's claims are those of Entra.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use chrono::Utc;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::state::Local365;

pub(crate) const AUDIENCE: &str = "https://graph.microsoft.com";

#[derive(Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) appid: String,
    pub(crate) tid: String,
    #[serde(default)]
    pub(crate) roles: Vec<String>,
    #[serde(default)]
    pub(crate) scp: Option<String>,
    #[serde(default)]
    pub(crate) upn: Option<String>,
    pub(crate) idtyp: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

pub(crate) fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// Who asks: the app or the account, with the permissions of the token.
pub(crate) struct Caller {
    rights: Vec<String>,
    account: Option<String>,
}

impl Caller {
    pub(crate) fn may_read(&self) -> Result<(), Refusal> {
        self.has(&["Mail.Read", "Mail.ReadWrite"])
    }

    pub(crate) fn may_write(&self) -> Result<(), Refusal> {
        self.has(&["Mail.ReadWrite"])
    }

    pub(crate) fn may_send(&self) -> Result<(), Refusal> {
        self.has(&["Mail.Send"])
    }

    /// Whose name stands under a message. Microsoft refuses an app by itself with these words.
    pub(crate) fn author(&self, refused: &str) -> Result<&str, Refusal> {
        self.account.as_deref().ok_or_else(|| Refusal::new(401, "Unauthorized", refused))
    }

    pub(crate) fn has(&self, any: &[&str]) -> Result<(), Refusal> {
        if self.rights.iter().any(|role| any.contains(&role.as_str())) {
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
        let claims = decode::<AccessClaims>(token, &key, &rules).map_err(|error| match error.kind() {
            ErrorKind::InvalidAudience => refuse("Access token validation failure. Invalid audience."),
            _ => refuse("CompactToken validation failed."),
        })?;
        if chrono::DateTime::<Utc>::from_timestamp(claims.claims.exp, 0).is_none_or(|end| end <= local.0.clock.now()) {
            return Err(refuse("Lifetime validation failed, the token is expired."));
        }
        let AccessClaims { mut roles, scp, upn, .. } = claims.claims;
        roles.extend(scp.unwrap_or_default().split_whitespace().map(str::to_owned));
        Ok(Self { rights: roles, account: upn })
    }
}
