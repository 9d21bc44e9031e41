//! Where Graph and Entra are and who the app is there.

use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use super::error::GraphError;

/// How long an answer is waited for: Graph mostly answers within a second, and says 504 itself when something behind it is slow.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

const GRAPH: &str = "https://graph.microsoft.com";

/// The app's registration in a tenant. The bases are origins: no path.
#[derive(Debug, Clone)]
pub struct Settings {
    /// For instance `https://login.microsoftonline.com`.
    pub login_base: String,
    /// For instance `https://graph.microsoft.com`; it is asked below `/v1.0`.
    pub graph_base: String,
    /// The tenant's id or domain.
    pub tenant: String,
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: SecretString,
    /// How long an answer is waited for, usually [`ANSWER_TIMEOUT`].
    pub answer_timeout: Duration,
}

impl Settings {
    /// Entra's address for `token` or `authorize`.
    pub(super) fn login_url(&self, what: &str) -> Result<Url, GraphError> {
        let mut url = origin("login base", &self.login_base)?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend([&self.tenant, "oauth2", "v2.0", what]);
        }
        Ok(url)
    }

    pub(super) fn graph_url(&self) -> Result<Url, GraphError> {
        origin("Graph base", &self.graph_base)
    }
}

/// The scope of app-only tokens. A national cloud is its own audience; a stand-in on loopback serves the public one's.
pub(super) fn scope(graph: &Url) -> String {
    let audience = if graph.scheme() == "https" { graph.origin().ascii_serialization() } else { GRAPH.to_owned() };
    format!("{audience}/.default")
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The secret and the token travel there, so it is https, or plain http on this machine.
fn origin(what: &str, text: &str) -> Result<Url, GraphError> {
    let refuse = |why: &str| GraphError::Settings(format!("the {what} {text:?} {why}"));
    let url = Url::parse(text).map_err(|_| refuse("isn't an address"))?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(refuse("must be https, or http on this machine"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(refuse("must be an origin, without path, query or user"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_an_origin_on_https_or_on_this_machine() {
        for good in
            ["https://graph.microsoft.com", "https://graph.microsoft.us/", "http://127.0.0.1:99", "http://[::1]:9"]
        {
            assert!(origin("base", good).is_ok(), "{good}");
        }
        for bad in ["http://graph.microsoft.com", "https://graph.microsoft.com/v1.0", "graph", "https://a@b", "ftp://b"]
        {
            assert!(matches!(origin("base", bad), Err(GraphError::Settings(_))), "{bad}");
        }
    }

    #[test]
    fn a_national_cloud_is_its_own_audience() {
        let scope_of = |base: &str| scope(&Url::parse(base).unwrap());
        assert_eq!(scope_of("https://graph.microsoft.us"), "https://graph.microsoft.us/.default");
        assert_eq!(scope_of("http://127.0.0.1:4000"), "https://graph.microsoft.com/.default");
    }
}
