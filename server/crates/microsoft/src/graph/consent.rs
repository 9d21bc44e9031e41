//! Signing an account in once: the address that a browser is sent to, and the refresh token for the code that it brings back
//! (OAuth 2.0 authorization code with PKCE, RFC 6749 and RFC 7636).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::error::GraphError;
use super::settings::{self, Settings};

#[derive(Deserialize)]
struct Granted {
    refresh_token: Option<String>,
}

impl Settings {
    /// Where a browser signs the account in. `state` comes back with it; `verifier` stays here until then.
    pub fn authorize_url(&self, redirect_uri: &str, state: &str, verifier: &str) -> Result<Url, GraphError> {
        let mut url = self.login_url("authorize")?;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &self.account_scope()?)
            .append_pair("state", state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("prompt", "select_account");
        Ok(url)
    }

    /// The refresh token for a code.
    pub async fn refresh_token(
        &self,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
    ) -> Result<SecretString, GraphError> {
        let scope = self.account_scope()?;
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
            ("grant_type", "authorization_code"),
            ("scope", &scope),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        let url = self.login_url("token")?;
        let http = super::client(settings::is_loopback(&url), self.answer_timeout)?;
        let answer = http.post(url).form(&form).send().await.map_err(GraphError::from_transport)?;
        let status = answer.status().as_u16();
        let refused = || GraphError::SignIn { code: format!("status {status}") };
        if !answer.status().is_success() {
            return Err(refused());
        }
        let granted: Granted = answer.json().await.map_err(|_| refused())?;
        granted.refresh_token.map(Into::into).ok_or_else(refused)
    }

    fn account_scope(&self) -> Result<String, GraphError> {
        Ok(format!("{} offline_access", settings::scope(&self.graph_url()?)))
    }
}
