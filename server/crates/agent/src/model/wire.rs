//! What the clients of providers share: posting JSON, refusals, and a reply as a stream of events that may not stall. What
//! a refusal means is the client's to say. Nothing is tried twice here, and the key is in no error and no log.

use std::collections::VecDeque;
use std::error::Error;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout, timeout_at};

use super::ModelError;
use super::sse::{EventStream, SseEvent};

pub(crate) use refusal::Refusal;

mod refusal;

/// A stream takes no longer, as in the providers' own libraries.
const STREAM_TIMEOUT: Duration = Duration::from_mins(10);
/// A stream has no more bytes: a reply of 128,000 tokens has about a tenth of them.
const MAX_STREAM_BYTES: usize = 64 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// More of a refusal than this is not read.
const MAX_REFUSAL_BYTES: usize = 16 * 1024;

/// What is wrong with a provider's settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSettings(String);

/// How a request says whose it is.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    /// Not at all: a server of our own.
    Nothing,
    /// `x-api-key`.
    ApiKey(SecretString),
    /// `authorization: Bearer`.
    Bearer(SecretString),
}

/// A connection to one provider.
#[derive(Debug)]
pub(crate) struct Wire {
    http: reqwest::Client,
    base: Url,
    credential: Credential,
    idle: Duration,
}

/// Why there is no good answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The provider answered that it won't.
    Refused(Refusal),
    /// No answer came, or not all of it.
    Lost(ModelError),
}

impl Wire {
    /// A client of the provider below `base_url`; `headers` go with every request. Silence for `idle` ends a request.
    pub(crate) fn new(
        base_url: &str,
        credential: Credential,
        headers: &[(&'static str, &'static str)],
        idle: Duration,
    ) -> Result<Self, BadSettings> {
        let base = address(base_url)?;
        let mut all: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        if let Some((name, value)) = credential.header()? {
            all.insert(name, value);
        }
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .default_headers(all)
            .user_agent(concat!("mezzofy/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| BadSettings(cause(&error)))?;
        Ok(Self { http, base, credential, idle })
    }

    /// Posts JSON and gives the answer as events.
    pub(crate) async fn stream(&self, path: &[&str], body: String) -> Result<Events, Failure> {
        let answer = self.ask(Method::POST, path, Some(body)).await?;
        let bytes = answer.bytes_stream().map(|piece| piece.map(|it| it.to_vec()).map_err(|error| cause(&error)));
        Ok(Events::of(bytes.boxed(), self.idle))
    }

    /// Posts JSON and gives the answer's body.
    pub(crate) async fn post(&self, path: &[&str], body: String) -> Result<String, Failure> {
        let answer = self.ask(Method::POST, path, Some(body)).await?;
        self.whole(answer).await
    }

    /// Asks for something and gives its body.
    pub(crate) async fn get(&self, path: &[&str]) -> Result<String, Failure> {
        let answer = self.ask(Method::GET, path, None).await?;
        self.whole(answer).await
    }

    /// One request; each part of `path` is escaped.
    async fn ask(&self, method: Method, path: &[&str], body: Option<String>) -> Result<Response, Failure> {
        let mut url = self.base.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let lost = |detail: String| Failure::Lost(ModelError::Unreachable(detail));
        let answer = match timeout(self.idle, request.send()).await {
            Ok(answer) => answer.map_err(|error| lost(cause(&error)))?,
            Err(_) => return Err(lost(format!("no answer came for {} seconds", self.idle.as_secs()))),
        };
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let request_id = headers.get("request-id").and_then(|id| id.to_str().ok());
        tracing::debug!(status, request_id, "the provider refused a request");
        let body = self.credential.scrub(self.beginning(answer).await);
        Err(Failure::Refused(Refusal::new(status, &headers, body)))
    }

    async fn whole(&self, answer: Response) -> Result<String, Failure> {
        let detail = match timeout(self.idle, answer.text()).await {
            Ok(Ok(text)) => return Ok(text),
            Ok(Err(error)) => cause(&error),
            Err(_) => format!("nothing came for {} seconds", self.idle.as_secs()),
        };
        Err(Failure::Lost(ModelError::BrokenOff(detail)))
    }

    /// As much of a refusal's body as comes; that it was refused is known without it.
    async fn beginning(&self, mut answer: Response) -> String {
        let mut body = Vec::new();
        let deadline = Instant::now() + self.idle;
        while body.len() < MAX_REFUSAL_BYTES
            && let Ok(Ok(Some(piece))) = timeout_at(deadline, answer.chunk()).await
        {
            body.extend_from_slice(&piece);
        }
        body.truncate(MAX_REFUSAL_BYTES);
        String::from_utf8_lossy(&body).into_owned()
    }
}

impl Credential {
    fn secret(&self) -> Option<&SecretString> {
        match self {
            Self::Nothing => None,
            Self::ApiKey(key) | Self::Bearer(key) => Some(key),
        }
    }

    fn header(&self) -> Result<Option<(HeaderName, HeaderValue)>, BadSettings> {
        let (name, text) = match self {
            Self::Nothing => return Ok(None),
            Self::ApiKey(key) => (HeaderName::from_static("x-api-key"), key.expose_secret().to_owned()),
            Self::Bearer(key) => (reqwest::header::AUTHORIZATION, format!("Bearer {}", key.expose_secret())),
        };
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| BadSettings("the provider's key has characters that no key has".to_owned()))?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }

    /// Some providers repeat a wrong key in their refusal.
    fn scrub(&self, text: String) -> String {
        match self.secret().map(ExposeSecret::expose_secret) {
            Some(key) if !key.is_empty() && text.contains(key) => text.replace(key, "***"),
            Some(_) | None => text,
        }
    }
}

/// A reply's events, but for pings.
pub(crate) struct Events {
    bytes: BoxStream<'static, Result<Vec<u8>, String>>,
    parser: Option<EventStream>,
    ready: VecDeque<SseEvent>,
    idle: Duration,
    /// When even a stream that is alive has taken too long.
    end: Instant,
    /// Bytes that may still come.
    left: usize,
}

impl Events {
    pub(crate) fn of(bytes: BoxStream<'static, Result<Vec<u8>, String>>, idle: Duration) -> Self {
        let end = Instant::now() + STREAM_TIMEOUT;
        Self { bytes, parser: Some(EventStream::default()), ready: VecDeque::new(), idle, end, left: MAX_STREAM_BYTES }
    }

    /// The next event; `None` at the stream's end. A stream that is silent, or only pings, has broken off.
    pub(crate) async fn next(&mut self) -> Result<Option<SseEvent>, ModelError> {
        let silent = Instant::now() + self.idle;
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            let Some(parser) = &mut self.parser else { return Ok(None) };
            let events = match timeout_at(silent.min(self.end), self.bytes.next()).await {
                Ok(Some(Ok(piece))) => {
                    let left = self.left.checked_sub(piece.len());
                    self.left = left.ok_or_else(|| ModelError::BrokenOff("it has no end".to_owned()))?;
                    parser.push(&piece).map_err(|error| ModelError::BrokenOff(error.to_string()))?
                }
                Ok(Some(Err(detail))) => return Err(ModelError::BrokenOff(detail)),
                Ok(None) => self.parser.take().and_then(EventStream::finish).into_iter().collect(),
                Err(_) if Instant::now() >= self.end => {
                    let detail = format!("it took more than {} minutes", STREAM_TIMEOUT.as_secs() / 60);
                    return Err(ModelError::BrokenOff(detail));
                }
                Err(_) => {
                    let detail = format!("nothing came for {} seconds", self.idle.as_secs());
                    return Err(ModelError::BrokenOff(detail));
                }
            };
            self.ready.extend(events.into_iter().filter(|event| !is_ping(event)));
        }
    }
}

fn is_ping(event: &SseEvent) -> bool {
    event.name.as_deref() == Some("ping")
        || event.data.len() < 40 && event.data.split_whitespace().collect::<String>() == r#"{"type":"ping"}"#
}

/// The innermost cause of a failed request: the outer ones name the address and say nothing.
fn cause(error: &reqwest::Error) -> String {
    if error.is_connect() && error.is_timeout() {
        return format!("no connection within {} seconds", CONNECT_TIMEOUT.as_secs());
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if std::ptr::addr_eq(cause, error) { "the request could not be sent".to_owned() } else { cause.to_string() }
}

fn address(text: &str) -> Result<Url, BadSettings> {
    let refuse = |why: &str| BadSettings(format!("the provider's address {text:?} {why}"));
    let url = Url::parse(text).map_err(|_| refuse("isn't an address"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(refuse("must be https or http"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(BadSettings("a provider's address has no query, fragment or user".to_owned()));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;
