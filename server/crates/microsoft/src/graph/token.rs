//! Tokens of Entra: the app's own by client credentials, or those of an account that somebody has signed in by its refresh token. Kept
//! until five minutes before they expire, fetched once at a time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::error::GraphError;
use super::retry_after;
use crate::clock::Clock;

/// Who the app is at Entra, and for whom it asks.
pub(super) struct Credentials {
    pub(super) url: Url,
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) scope: String,
    /// Whose refresh token is used; the app's own rights without.
    pub(super) account: Option<Arc<dyn Account>>,
}

/// An account that somebody has signed in once, for what Microsoft lets no app do by itself.
#[async_trait]
pub trait Account: Send + Sync {
    /// Its refresh token; `None` while nobody has signed it in.
    async fn refresh_token(&self) -> Result<Option<SecretString>, AccountError>;

    /// Keeps the one that came instead; the one before may be worth nothing any more.
    async fn keep(&self, refresh_token: SecretString) -> Result<(), AccountError>;
}

/// The account's token could not be read or kept.
#[derive(Debug, thiserror::Error)]
#[error("the account's token could not be read or kept")]
pub struct AccountError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

pub(super) struct Tokens {
    http: reqwest::Client,
    credentials: Credentials,
    clock: Clock,
    held: Mutex<Option<Token>>,
}

struct Token {
    bearer: SecretString,
    renew_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Denied {
    error: String,
}

impl Tokens {
    pub(super) fn new(http: reqwest::Client, credentials: Credentials, clock: Clock) -> Self {
        Self { http, credentials, clock, held: Mutex::new(None) }
    }

    /// The token to use now. The lock is held while one is fetched, so that callers who come meanwhile share it.
    pub(super) async fn bearer(&self) -> Result<SecretString, GraphError> {
        let mut held = self.held.lock().await;
        if let Some(token) = held.as_ref().filter(|token| self.clock.now() < token.renew_at) {
            return Ok(token.bearer.clone());
        }
        let granted = self.fetch().await?;
        let bearer = SecretString::from(granted.access_token);
        *held = Some(Token { renew_at: renew_at(self.clock.now(), granted.expires_in), bearer: bearer.clone() });
        Ok(bearer)
    }

    /// Drops the token that Graph refused, unless another one has already taken its place.
    pub(super) async fn forget(&self, refused: &SecretString) {
        let mut held = self.held.lock().await;
        if held.as_ref().is_some_and(|token| token.bearer.expose_secret() == refused.expose_secret()) {
            *held = None;
        }
    }

    async fn fetch(&self) -> Result<Granted, GraphError> {
        let mut form = vec![
            ("client_id", self.credentials.client_id.as_str()),
            ("client_secret", self.credentials.client_secret.expose_secret()),
            ("scope", self.credentials.scope.as_str()),
        ];
        let refresh_token = match &self.credentials.account {
            Some(account) => {
                let token = account.refresh_token().await.map_err(|error| {
                    tracing::error!(error = &error as &dyn std::error::Error, "the service account's token");
                    GraphError::SignInDown { retry_after: None }
                })?;
                Some(token.ok_or(GraphError::NotConnected)?)
            }
            None => None,
        };
        match &refresh_token {
            Some(token) => {
                form.extend([("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())]);
            }
            None => form.push(("grant_type", "client_credentials")),
        }
        let request = self.http.post(self.credentials.url.clone()).timeout(Duration::from_secs(10)).form(&form);
        let answer = request.send().await.map_err(|error| {
            tracing::warn!(error = %error.without_url(), "the sign-in service can't be reached");
            GraphError::SignInDown { retry_after: None }
        })?;
        let status = answer.status();
        if status.as_u16() == 429 || status.is_server_error() {
            let retry_after = retry_after(answer.headers(), self.clock.now());
            return Err(GraphError::SignInDown { retry_after });
        }
        let body = answer.bytes().await.map_err(|_| GraphError::SignInDown { retry_after: None })?;
        if status.is_success() {
            let unreadable = |_| GraphError::SignIn { code: "unreadable answer".to_owned() };
            let granted: Granted = serde_json::from_slice(&body).map_err(unreadable)?;
            if let (Some(account), Some(token)) = (&self.credentials.account, &granted.refresh_token)
                && let Err(error) = account.keep(token.as_str().into()).await
            {
                // What was granted still holds; the next time the token before is tried again.
                tracing::error!(error = &error as &dyn std::error::Error, "the service account's new token");
            }
            return Ok(granted);
        }
        let denied = serde_json::from_slice::<Denied>(&body);
        let code = denied.map_or_else(|_| format!("status {}", status.as_u16()), |it| it.error);
        let signed_out = matches!(code.as_str(), "invalid_grant" | "interaction_required");
        if signed_out && refresh_token.is_some() {
            tracing::error!(code, "Microsoft asks for a new sign-in of the service account");
            return Err(GraphError::NotConnected);
        }
        Err(GraphError::SignIn { code })
    }
}

/// Five minutes before the end; for a token that lives ten minutes or less, half its life.
fn renew_at(now: DateTime<Utc>, expires_in: i64) -> DateTime<Utc> {
    let life = expires_in.clamp(0, 24 * 3600);
    now + TimeDelta::seconds(life - (life / 2).min(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_five_minutes_before_its_end_or_at_half_of_a_short_life() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let cases = [(3599, 3299), (600, 300), (60, 30), (0, 0), (-5, 0)];
        for (expires_in, after) in cases {
            assert_eq!(renew_at(now, expires_in), now + TimeDelta::seconds(after), "{expires_in}");
        }
    }
}
