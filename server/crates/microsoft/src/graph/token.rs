//! The app's token: client credentials at Entra, kept until five minutes before it expires, fetched once at a time.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::error::GraphError;
use super::retry_after;
use crate::clock::Clock;

/// Who the app is at Entra.
pub(super) struct Credentials {
    pub(super) url: Url,
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) scope: String,
}

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
        let form = [
            ("client_id", self.credentials.client_id.as_str()),
            ("client_secret", self.credentials.client_secret.expose_secret()),
            ("scope", self.credentials.scope.as_str()),
            ("grant_type", "client_credentials"),
        ];
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
            return serde_json::from_slice(&body).map_err(unreadable);
        }
        let denied = serde_json::from_slice::<Denied>(&body);
        Err(GraphError::SignIn { code: denied.map_or_else(|_| format!("status {}", status.as_u16()), |it| it.error) })
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
