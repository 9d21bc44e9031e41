//! A thin client of Microsoft Graph: tokens, throttling, a lane per mailbox, errors that say whether it was done.
//! What is asked of Graph is in the modules of each resource (`mail`).

mod consent;
mod error;
mod lanes;
mod patience;
mod settings;
mod token;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{self, HeaderMap};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use error::{GraphError, GraphOutcome};
pub use settings::{ANSWER_TIMEOUT, Settings};
pub use token::{Account, AccountError};

use crate::clock::Clock;
use lanes::Lanes;
use token::{Credentials, Tokens};

const UPLOAD_TIMEOUT: Duration = Duration::from_mins(2);
/// Pages of one list that are followed; more means that something goes round in circles.
const MAX_PAGES: usize = 100;

/// A connection to one tenant. Cheap to clone.
#[derive(Clone)]
pub struct Graph(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base: Url,
    tokens: Tokens,
    lanes: Lanes,
    clock: Clock,
}

/// One request. Without `range` it carries the token.
struct Ask<'a> {
    method: Method,
    url: Url,
    body: Option<Vec<u8>>,
    range: Option<&'a str>,
    /// Of the body; JSON without.
    media_type: Option<&'a str>,
}

impl Ask<'_> {
    fn new(method: Method, url: Url) -> Self {
        Self { method, url, body: None, range: None, media_type: None }
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    request_id: String,
}

#[derive(Deserialize)]
struct Page<T> {
    value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

#[derive(Default, Deserialize)]
struct ErrorAnswer {
    error: ErrorBody,
}

#[derive(Default, Deserialize)]
struct ErrorBody {
    #[serde(default)]
    code: String,
    #[serde(alias = "innererror", rename = "innerError")]
    inner: Option<InnerError>,
}

#[derive(Deserialize)]
struct InnerError {
    #[serde(rename = "request-id")]
    request_id: Option<String>,
}

impl Graph {
    /// Checks the settings and makes the client of the app itself; nothing is asked yet.
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, GraphError> {
        Self::of(settings, clock, None)
    }

    /// The same for an account that was signed in, with that account's rights.
    pub fn of_account(settings: Settings, clock: Clock, account: Arc<dyn Account>) -> Result<Self, GraphError> {
        Self::of(settings, clock, Some(account))
    }

    fn of(settings: Settings, clock: Clock, account: Option<Arc<dyn Account>>) -> Result<Self, GraphError> {
        let base = settings.graph_url()?;
        let url = settings.login_url("token")?;
        let http = client(settings::is_loopback(&base), settings.answer_timeout)?;
        let Settings { client_id, client_secret, .. } = settings;
        let mut scope = settings::scope(&base);
        if account.is_some() {
            scope.push_str(" offline_access");
        }
        let credentials = Credentials { url, client_id, client_secret, scope, account };
        let tokens = Tokens::new(http.clone(), credentials, clock.clone());
        Ok(Self(Arc::new(Inner { http, base, tokens, lanes: Lanes::default(), clock })))
    }

    /// The address of something of a mailbox; each part is escaped.
    pub(crate) fn url(&self, mailbox: &str, parts: &[&str]) -> Url {
        let parts: Vec<&str> = ["users", mailbox].into_iter().chain(parts.iter().copied()).collect();
        self.at(&parts)
    }

    /// The address of anything; each part is escaped.
    pub(crate) fn at(&self, parts: &[&str]) -> Url {
        let mut url = self.0.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().push("v1.0").extend(parts);
        }
        url
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, mailbox: &str, url: Url) -> Result<T, GraphError> {
        self.ask(mailbox, Ask::new(Method::GET, url)).await?.read()
    }

    /// All pages of a list. The token goes only to the configured host, whatever the next page's address says.
    pub(crate) async fn list<T: DeserializeOwned>(&self, mailbox: &str, url: Url) -> Result<Vec<T>, GraphError> {
        let mut all = Vec::new();
        let mut next = Some(url);
        for _ in 0..MAX_PAGES {
            let Some(url) = next else { break };
            if url.origin() != self.0.base.origin() {
                return Err(GraphError::ForeignAddress);
            }
            let page: Page<T> = self.get(mailbox, url).await?;
            all.extend(page.value);
            next = page.next.map(|it| Url::parse(&it).map_err(|_| GraphError::ForeignAddress)).transpose()?;
        }
        Ok(all)
    }

    pub(crate) async fn post(&self, mailbox: &str, url: Url, body: &impl Serialize) -> Result<Answer, GraphError> {
        let body = serde_json::to_vec(body).map_err(|error| GraphError::Settings(error.to_string()))?;
        self.ask(mailbox, Ask { body: Some(body), ..Ask::new(Method::POST, url) }).await
    }

    /// A POST that carries nothing, as actions like `send` are.
    pub(crate) async fn act(&self, mailbox: &str, url: Url) -> Result<(), GraphError> {
        self.ask(mailbox, Ask::new(Method::POST, url)).await.map(drop)
    }

    /// Deletes; what isn't there any more is deleted.
    pub(crate) async fn delete(&self, mailbox: &str, url: Url) -> Result<(), GraphError> {
        match self.ask(mailbox, Ask::new(Method::DELETE, url)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_item_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Puts one range into an upload session. The address itself is the permission: the token doesn't go there.
    pub(crate) async fn put(&self, mailbox: &str, url: Url, range: &str, body: Vec<u8>) -> Result<Answer, GraphError> {
        if url.scheme() != "https" && url.origin() != self.0.base.origin() {
            return Err(GraphError::ForeignAddress);
        }
        self.ask(mailbox, Ask { body: Some(body), range: Some(range), ..Ask::new(Method::PUT, url) }).await
    }

    /// Puts a whole file of at most 250 MB; the same place again holds the new one.
    pub(crate) async fn put_file(
        &self,
        lane: &str,
        url: Url,
        media_type: &str,
        body: Vec<u8>,
    ) -> Result<Answer, GraphError> {
        let ask = Ask { body: Some(body), media_type: Some(media_type), ..Ask::new(Method::PUT, url) };
        self.ask(lane, ask).await
    }

    pub(crate) async fn wait(&self, time: Duration) {
        self.0.clock.wait(time).await;
    }

    /// Asks, and asks again as `patience` allows. A refused token is replaced once.
    async fn ask(&self, mailbox: &str, ask: Ask<'_>) -> Result<Answer, GraphError> {
        let _place = self.0.lanes.enter(mailbox).await;
        let mut tries = 1;
        let mut token_replaced = false;
        loop {
            let token = if ask.range.is_some() { None } else { Some(self.bearer().await?) };
            let failure = match self.once(&ask, token.as_ref()).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if let (GraphError::Refused { status: 401, .. }, Some(token), false) = (&failure, &token, token_replaced) {
                token_replaced = true;
                self.0.tokens.forget(token).await;
                continue;
            }
            let jitter = self.jitter();
            // A file put twice is there once.
            let harmless = ask.method == Method::GET || ask.media_type.is_some();
            let Some(wait) = patience::wait_before_retry(&failure, harmless, tries, jitter) else {
                return Err(failure);
            };
            tracing::info!(tries, wait_ms = wait.as_millis(), error = %failure, "graph is asked again");
            self.wait(wait).await;
            tries += 1;
        }
    }

    /// The token, with the same patience: until it is there nothing was asked of Graph.
    async fn bearer(&self) -> Result<SecretString, GraphError> {
        let mut tries = 1;
        loop {
            let failure = match self.0.tokens.bearer().await {
                Ok(token) => return Ok(token),
                Err(failure) => failure,
            };
            let Some(wait) = patience::wait_before_retry(&failure, true, tries, self.jitter()) else {
                return Err(failure);
            };
            self.wait(wait).await;
            tries += 1;
        }
    }

    async fn once(&self, ask: &Ask<'_>, token: Option<&SecretString>) -> Result<Answer, GraphError> {
        let client_request_id = self.0.clock.id().to_string();
        let mut request = self
            .0
            .http
            .request(ask.method.clone(), ask.url.clone())
            .header("client-request-id", &client_request_id)
            .header("prefer", r#"IdType="ImmutableId""#);
        if let Some(token) = token {
            request = request.bearer_auth(token.expose_secret());
        }
        if let Some(range) = ask.range {
            request = request
                .header(header::CONTENT_RANGE, range)
                .header(header::CONTENT_TYPE, "application/octet-stream")
                .timeout(UPLOAD_TIMEOUT);
        } else if ask.body.is_some() {
            request = request.header(header::CONTENT_TYPE, ask.media_type.unwrap_or("application/json"));
            if ask.media_type.is_some() {
                request = request.timeout(UPLOAD_TIMEOUT);
            }
        }
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        } else if ask.method == Method::POST {
            request = request.header(header::CONTENT_LENGTH, 0);
        }

        let answer = request.send().await.map_err(GraphError::from_transport)?;
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let request_id = headers.get("request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        let body = answer.bytes().await;
        if (200..300).contains(&status) {
            return match body {
                Ok(body) => Ok(Answer { status, body: body.to_vec(), request_id }),
                Err(_) => Err(GraphError::Unreadable { request_id }),
            };
        }
        let failure = refusal(status, &headers, &body.unwrap_or_default(), request_id, self.0.clock.now());
        tracing::debug!(status, client_request_id, error = %failure, "graph did not do it");
        Err(failure)
    }

    fn jitter(&self) -> u8 {
        self.0.clock.id().as_bytes()[15]
    }
}

/// The HTTP client; to this machine it goes without a proxy.
fn client(on_loopback: bool, answer_timeout: Duration) -> Result<reqwest::Client, GraphError> {
    let mut http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(answer_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("mezzofy/", env!("CARGO_PKG_VERSION")));
    if on_loopback {
        http = http.no_proxy();
    }
    http.build().map_err(|error| GraphError::Settings(error.to_string()))
}

impl Answer {
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, GraphError> {
        serde_json::from_slice(&self.body).map_err(|_| self.unreadable())
    }

    pub(crate) fn unreadable(&self) -> GraphError {
        GraphError::Unreadable { request_id: self.request_id.clone() }
    }
}

fn refusal(status: u16, headers: &HeaderMap, body: &[u8], request_id: String, now: DateTime<Utc>) -> GraphError {
    let error = serde_json::from_slice::<ErrorAnswer>(body).unwrap_or_default().error;
    let request_id = if request_id.is_empty() {
        error.inner.and_then(|inner| inner.request_id).unwrap_or_else(|| "unknown".to_owned())
    } else {
        request_id
    };
    match status {
        408 | 429 | 500.. => GraphError::Busy { status, retry_after: retry_after(headers, now), request_id },
        _ if error.code.is_empty() => GraphError::Refused { status, code: format!("status {status}"), request_id },
        _ => GraphError::Refused { status, code: error.code, request_id },
    }
}

/// `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc);
    Some((until - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-11-22T09:00:00Z").unwrap().to_utc();
        let read = |text: &str| retry_after(&[(header::RETRY_AFTER, text.parse().unwrap())].into_iter().collect(), now);
        assert_eq!(read("12"), Some(Duration::from_secs(12)));
        assert_eq!(read("Sun, 22 Nov 2026 09:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(read("Sun, 22 Nov 2026 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }

    #[test]
    fn an_error_is_told_by_its_code_and_keeps_the_request_id() {
        let body = br#"{"error":{"code":"ErrorItemNotFound","message":"x","innerError":{"request-id":"r1"}}}"#;
        let error = refusal(404, &HeaderMap::new(), body, String::new(), DateTime::UNIX_EPOCH);
        assert!(error.is_item_not_found());
        assert_eq!(error.to_string(), "Microsoft 365 refused it: ErrorItemNotFound (status 404, request r1)");
        let plain = refusal(502, &HeaderMap::new(), b"<html>", "r2".to_owned(), DateTime::UNIX_EPOCH);
        assert_eq!(plain.outcome(), GraphOutcome::Unknown);
    }
}
