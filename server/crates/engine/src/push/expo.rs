//! A thin client of Expo's push service. It tries nothing twice: who sends decides that by [`Failure`]. What Expo names an error stays
//! text, so that one that is new breaks nothing.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Messages in one request at most.
pub(super) const MAX_MESSAGES_PER_REQUEST: i64 = 100;
/// Receipts that are asked for at once at most.
pub(super) const MAX_RECEIPTS_PER_REQUEST: i64 = 1000;
/// Seconds that a phone which is off is waited for: as long as an approval waits.
const MESSAGE_LIFETIME_SECONDS: u32 = 72 * 3600;
/// One request must be answered within this time.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Where Expo's push service is.
#[derive(Debug, Clone)]
pub struct PushService {
    /// Its address, which ends before `/push/send`.
    pub base: String,
    /// The token that it wants where the project asks for one.
    pub token: Option<SecretString>,
}

impl PushService {
    /// Expo's own.
    pub const BASE: &'static str = "https://exp.host/--/api/v2";
}

/// What is pushed to one device.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Message<'a> {
    pub(super) to: &'a str,
    pub(super) title: &'a str,
    pub(super) body: &'a str,
    /// Ids and nothing else.
    pub(super) data: Map<String, Value>,
    sound: &'static str,
    ttl: u32,
    priority: &'static str,
}

impl<'a> Message<'a> {
    pub(super) fn new(to: &'a str, title: &'a str, body: &'a str, data: Map<String, Value>) -> Self {
        // Without these an iPhone that is off is never told, and a sleeping Android much later.
        Self { to, title, body, data, sound: "default", ttl: MESSAGE_LIFETIME_SECONDS, priority: "high" }
    }
}

/// Why Expo, Apple or Google did not take one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Expo's name for it, such as `DeviceNotRegistered`; empty where it gave none.
    pub(super) error: String,
    message: String,
}

impl Refusal {
    /// Nobody has the app at that token any more.
    pub(super) fn is_dead(&self) -> bool {
        self.error == "DeviceNotRegistered"
    }

    /// The device gets too many now.
    pub(super) fn passes(&self) -> bool {
        self.error == "MessageRateExceeded"
    }

    /// In one line, for who runs the server.
    pub(super) fn reason(&self) -> String {
        let text =
            if self.error.is_empty() { self.message.clone() } else { format!("{}: {}", self.error, self.message) };
        // The message may name the token.
        text.split_whitespace().filter(|word| !word.contains("PushToken[")).collect::<Vec<_>>().join(" ")
    }
}

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It may go well later, at the earliest after this time.
    Busy(String, Option<Duration>),
    /// These messages together are not taken; one of them alone may be.
    Refused(String),
}

/// The client.
pub(super) struct Expo {
    http: Client,
    base: Url,
    token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Answer<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<Whole>,
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// One message's answer comes without the list around it, if Expo takes it as sent alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tickets {
    Several(Vec<ExpoTicket>),
    One(Box<ExpoTicket>),
}

#[derive(Deserialize)]
struct ExpoTicket {
    #[serde(default)]
    status: String,
    id: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Value,
}

impl ExpoTicket {
    fn refusal(self) -> Option<Refusal> {
        let error = self.details["error"].as_str().unwrap_or_default().to_owned();
        (self.status != "ok").then_some(Refusal { error, message: self.message })
    }
}

impl Expo {
    /// Checks the address; nothing is asked yet.
    pub(super) fn new(service: &PushService) -> Result<Self, String> {
        let wrong = || {
            format!(
                "EXPO_PUSH_BASE_URL must be an https address, or http on this machine, that ends before /push/send, not {:?}",
                service.base
            )
        };
        let base = Url::parse(&format!("{}/", service.base.trim_end_matches('/'))).map_err(|_| wrong())?;
        let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let safe = base.scheme() == "https" || (base.scheme() == "http" && here);
        let plain = base.username().is_empty() && base.query().is_none() && base.fragment().is_none();
        if !safe || !plain || base.path().ends_with("/push/send/") {
            return Err(wrong());
        }
        let mut http = Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(REQUEST_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("mezzofy/", env!("CARGO_PKG_VERSION")));
        if here {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| error.to_string())?;
        Ok(Self { http, base, token: service.token.clone() })
    }

    /// Hands messages over; answers for each of them, in their order, Expo's number for it or why it was not taken.
    pub(super) async fn send(&self, messages: &[Message<'_>]) -> Result<Vec<Result<String, Refusal>>, Failure> {
        let tickets = match self.ask("push/send", &json!(messages)).await? {
            Tickets::Several(tickets) => tickets,
            Tickets::One(ticket) => vec![*ticket],
        };
        if tickets.len() != messages.len() {
            let reason = format!("{} messages were answered with {} tickets", messages.len(), tickets.len());
            return Err(Failure::Busy(reason, None));
        }
        let ticket = |mut ticket: ExpoTicket| match (ticket.id.take(), ticket.refusal()) {
            (_, Some(refusal)) => Err(refusal),
            (Some(id), None) => Ok(id),
            (None, None) => Err(Refusal { error: String::new(), message: "a ticket without an id".to_owned() }),
        };
        Ok(tickets.into_iter().map(ticket).collect())
    }

    /// What Apple and Google said of messages, by Expo's numbers; what is not known yet is left out.
    pub(super) async fn receipts(&self, ids: &[&str]) -> Result<BTreeMap<String, Option<Refusal>>, Failure> {
        let receipts: BTreeMap<String, ExpoTicket> = self.ask("push/getReceipts", &json!({"ids": ids})).await?;
        Ok(receipts.into_iter().map(|(id, receipt)| (id, receipt.refusal())).collect())
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Failure> {
        let url = self.base.join(path).map_err(|error| Failure::Busy(error.to_string(), None))?;
        let mut request = self.http.post(url).header(header::ACCEPT, "application/json").json(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let failed = |error: &reqwest::Error| Failure::Busy(innermost(error), None);
        let answer = request.send().await.map_err(|error| failed(&error))?;
        let status = answer.status();
        let after =
            answer.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
        let bytes = answer.bytes().await.map_err(|error| failed(&error))?;
        read(status, after.map(Duration::from_secs), &bytes)
    }
}

/// What an answer says. An answer that is not Expo's own form may come from anything on the way, so it is no refusal.
fn read<T: DeserializeOwned>(status: StatusCode, after: Option<Duration>, body: &[u8]) -> Result<T, Failure> {
    let answer = serde_json::from_slice::<Answer<Value>>(body);
    let Ok(Answer { data, errors }) = answer else {
        return Err(Failure::Busy(format!("an answer with status {} that can't be read", status.as_u16()), after));
    };
    if let Some(Whole { code, message }) = errors.into_iter().next() {
        let passes = matches!(status.as_u16(), 401 | 403 | 408 | 429 | 500..) || code == "TOO_MANY_REQUESTS";
        let reason = format!("{code}: {message} (status {})", status.as_u16());
        return Err(if passes { Failure::Busy(reason, after) } else { Failure::Refused(reason) });
    }
    let data = data.filter(|_| status.is_success()).and_then(|data| serde_json::from_value(data).ok());
    data.ok_or_else(|| Failure::Busy(format!("an answer with status {} that says nothing", status.as_u16()), after))
}

/// What went wrong at the bottom, without the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(base: &str) -> PushService {
        PushService { base: base.to_owned(), token: None }
    }

    #[test]
    fn the_address_is_safe_and_ends_before_the_route() {
        for good in [PushService::BASE, "http://127.0.0.1:9/", "http://localhost:9/a/b", "http://[::1]:9"] {
            assert!(Expo::new(&service(good)).is_ok(), "{good}");
        }
        let route = format!("{}/push/send", PushService::BASE);
        for bad in ["http://exp.host/x", "exp.host", "https://a@b/", "https://b/?x=1", route.as_str()] {
            let error = Expo::new(&service(bad)).err().unwrap_or_default();
            assert!(error.starts_with("EXPO_PUSH_BASE_URL"), "{bad}: {error}");
        }
    }

    #[test]
    fn an_answer_is_read_whatever_errors_it_names() {
        let read = |status: u16, body: &str| {
            read::<Value>(StatusCode::from_u16(status).unwrap(), Some(Duration::from_secs(7)), body.as_bytes())
        };
        assert_eq!(read(200, r#"{"data":[1],"more":2}"#), Ok(json!([1])));
        let busy = |reason: &str| Err(Failure::Busy(reason.to_owned(), Some(Duration::from_secs(7))));
        let whole = r#"{"errors":[{"code":"C","message":"m"}]}"#;
        assert_eq!(read(429, whole), busy("C: m (status 429)"));
        assert_eq!(read(503, whole), busy("C: m (status 503)"));
        assert_eq!(read(401, whole), busy("C: m (status 401)"));
        assert_eq!(read(200, r#"{"errors":[{"code":"TOO_MANY_REQUESTS"}]}"#), busy("TOO_MANY_REQUESTS:  (status 200)"));
        assert_eq!(read(400, whole), Err(Failure::Refused("C: m (status 400)".to_owned())));
        assert_eq!(read(404, "<html>"), busy("an answer with status 404 that can't be read"));
        assert_eq!(read(200, "{}"), busy("an answer with status 200 that says nothing"));
    }

    #[test]
    fn a_refusal_is_told_without_the_token_and_a_new_kind_of_it_is_text() {
        let outcome: ExpoTicket = serde_json::from_value(json!({
            "status": "error", "message": "\"ExponentPushToken[abc]\" is not registered", "details": {"error": "Quite new"}
        }))
        .unwrap();
        let refusal = outcome.refusal().unwrap();
        assert_eq!(refusal.reason(), "Quite new: is not registered");
        assert!(!refusal.is_dead() && !refusal.passes());
        let fine: ExpoTicket = serde_json::from_value(json!({"status": "ok", "details": {}})).unwrap();
        assert_eq!(fine.refusal(), None);
    }
}
