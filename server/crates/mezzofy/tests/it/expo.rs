//! Expo's push service on loopback, as far as it can be told from outside: tickets in the order of the messages, its limits, one project
//! in a request, receipts only once Apple and Google have answered, errors of requests apart from errors of messages. It can be told to
//! fail. It shares no type with the client.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Error;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The fields that a message may have.
const FIELDS: [&str; 7] = ["to", "title", "body", "data", "sound", "ttl", "priority"];

/// How a request fails.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// With a status and, where there is one, `Retry-After`.
    Status(u16, Option<&'static str>),
    /// The connection is cut before anything was done,
    Cut,
    /// or after the messages were taken.
    CutAfterwards,
    /// A page of something on the way.
    Page,
    /// A ticket is missing.
    Short,
}

#[derive(Default)]
struct Inside {
    /// Tokens of another project than ours.
    foreign: BTreeSet<String>,
    /// What becomes of messages to a token: the error of the ticket, and the error of the receipt.
    ticket_errors: BTreeMap<String, &'static str>,
    receipt_errors: BTreeMap<String, &'static str>,
    access_token: Option<&'static str>,
    faults: VecDeque<Fault>,
    /// The messages taken, and in which requests they came.
    taken: Vec<Value>,
    batches: Vec<usize>,
    requests: usize,
    /// The token of each ticket, and the receipts that are there.
    tickets: BTreeMap<String, String>,
    receipts: BTreeMap<String, Value>,
    /// The ids of each request for receipts.
    asked: Vec<Vec<String>>,
    problems: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Expo {
    inside: Arc<Mutex<Inside>>,
    pub(crate) base: String,
}

impl Expo {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/--/api/v2", listener.local_addr().unwrap());
        let expo = Self { inside: Arc::default(), base };
        let routes = Router::new()
            .route("/--/api/v2/push/send", post(send))
            .route("/--/api/v2/push/getReceipts", post(receipts))
            .with_state(expo.clone());
        #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
        tokio::spawn(async move { axum::serve(listener, routes).await });
        expo
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }

    pub(crate) fn fails(&self, faults: impl IntoIterator<Item = Fault>) {
        self.inside().faults.extend(faults);
    }

    /// The faults that nobody has met yet.
    pub(crate) fn faults_left(&self) -> usize {
        self.inside().faults.len()
    }

    /// Wants an access token from now on.
    pub(crate) fn wants(&self, token: &'static str) {
        self.inside().access_token = Some(token);
    }

    pub(crate) fn is_of_another_project(&self, token: &str) {
        self.inside().foreign.insert(token.to_owned());
    }

    pub(crate) fn refuses(&self, token: &str, error: &'static str) {
        self.inside().ticket_errors.insert(token.to_owned(), error);
    }

    /// Lets Apple and Google refuse it.
    pub(crate) fn does_not_deliver(&self, token: &str, error: &'static str) {
        self.inside().receipt_errors.insert(token.to_owned(), error);
    }

    pub(crate) fn delivers_again(&self, token: &str) {
        self.inside().receipt_errors.remove(token);
    }

    /// Lets Apple and Google answer, so that there are receipts for all tickets.
    pub(crate) fn hands_over(&self) {
        let mut inside = self.inside();
        let receipt = |token: &String| match inside.receipt_errors.get(token) {
            None => json!({"status": "ok"}),
            Some(error) => {
                json!({"status": "error", "message": "no", "details": {"error": error, "apns": {"reason": "x"}}})
            }
        };
        let receipts: Vec<_> = inside.tickets.iter().map(|(id, token)| (id.clone(), receipt(token))).collect();
        for (id, receipt) in receipts {
            inside.receipts.entry(id).or_insert(receipt);
        }
    }

    /// The messages taken so far.
    pub(crate) fn taken(&self) -> Vec<Value> {
        self.inside().taken.clone()
    }

    pub(crate) fn batches(&self) -> Vec<usize> {
        self.inside().batches.clone()
    }

    pub(crate) fn requests(&self) -> usize {
        self.inside().requests
    }

    pub(crate) fn asked(&self) -> Vec<Vec<String>> {
        self.inside().asked.clone()
    }

    /// Nobody may have sent what Expo would not know.
    pub(crate) fn end(&self) {
        let inside = self.inside();
        assert!(inside.problems.is_empty(), "{:?}", inside.problems);
        assert!(inside.faults.is_empty(), "{:?}", inside.faults);
    }
}

impl Inside {
    /// What is wrong with a request as a whole.
    fn refusal(&mut self, headers: &HeaderMap) -> Option<Response> {
        self.requests += 1;
        let given = headers.get("authorization").and_then(|value| value.to_str().ok());
        let wanted = self.access_token.map(|token| format!("Bearer {token}"));
        if wanted.as_deref() != given {
            if wanted.is_none() {
                self.problems.push("a token that nobody asked for".to_owned());
            }
            return Some(whole(401, "UNAUTHORIZED", &Value::Null));
        }
        None
    }

    fn take(&mut self, message: &Value) -> Value {
        let to = message["to"].as_str().unwrap_or_default().to_owned();
        if let Some(error) = self.ticket_errors.get(&to) {
            let message = format!("\"{to}\" is not a registered push notification recipient");
            return json!({"status": "error", "message": message, "details": {"error": error}});
        }
        let id = format!("ticket-{}", self.tickets.len());
        self.tickets.insert(id.clone(), to);
        self.taken.push(message.clone());
        json!({"status": "ok", "id": id})
    }
}

fn whole(status: u16, code: &str, details: &Value) -> Response {
    let body = json!({"errors": [{"code": code, "message": "no", "details": details}]});
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

fn cut() -> Response {
    Response::new(Body::from_stream(stream::iter([Err::<Bytes, Error>(Error::other("cut"))])))
}

async fn send(State(expo): State<Expo>, headers: HeaderMap, body: Bytes) -> Response {
    let mut inside = expo.inside();
    if let Some(refusal) = inside.refusal(&headers) {
        return refusal;
    }
    let fault = inside.faults.pop_front();
    match fault {
        Some(Fault::Status(status, after)) => {
            let mut response =
                whole(status, if status == 429 { "TOO_MANY_REQUESTS" } else { "INTERNAL" }, &Value::Null);
            if let Some(after) = after {
                response.headers_mut().insert("retry-after", after.parse().unwrap());
            }
            return response;
        }
        Some(Fault::Cut) => return cut(),
        Some(Fault::Page) => return (StatusCode::OK, "<html>Please sign in to this network</html>").into_response(),
        Some(Fault::CutAfterwards | Fault::Short) | None => {}
    }
    let Ok(Value::Array(messages)) = serde_json::from_slice(&body) else {
        inside.problems.push("not a list of messages".to_owned());
        return whole(400, "VALIDATION_ERROR", &Value::Null);
    };
    if messages.len() > 100 {
        inside.problems.push(format!("{} messages at once", messages.len()));
        return whole(400, "PUSH_TOO_MANY_NOTIFICATIONS", &Value::Null);
    }
    for message in &messages {
        let unknown =
            message.as_object().and_then(|fields| fields.keys().find(|name| !FIELDS.contains(&name.as_str())));
        if unknown.is_some() || !message["to"].is_string() || message.to_string().len() > 4096 {
            inside.problems.push(format!("not a message: {message}"));
            return whole(400, "VALIDATION_ERROR", &Value::Null);
        }
    }
    let foreign = messages.iter().filter(|it| inside.foreign.contains(it["to"].as_str().unwrap())).count();
    if foreign > 0 && foreign < messages.len() {
        return whole(400, "PUSH_TOO_MANY_EXPERIENCE_IDS", &json!({"@other/app": [], "@mezzofy/assistant": []}));
    }
    inside.batches.push(messages.len());
    let mut tickets: Vec<Value> = messages.iter().map(|message| inside.take(message)).collect();
    match fault {
        Some(Fault::CutAfterwards) => return cut(),
        Some(Fault::Short) => drop(tickets.pop()),
        _ => {}
    }
    json!({"data": tickets}).to_string().into_response()
}

async fn receipts(State(expo): State<Expo>, headers: HeaderMap, body: Bytes) -> Response {
    let mut inside = expo.inside();
    if let Some(refusal) = inside.refusal(&headers) {
        return refusal;
    }
    let ids = serde_json::from_slice::<Value>(&body).ok().and_then(|body| body["ids"].as_array().cloned());
    let ids: Option<Vec<String>> =
        ids.and_then(|ids| ids.iter().map(|id| id.as_str().map(str::to_owned)).collect::<Option<_>>());
    let Some(ids) = ids.filter(|ids| ids.len() <= 1000) else {
        inside.problems.push("not a list of at most 1000 tickets".to_owned());
        return whole(400, "PUSH_TOO_MANY_RECEIPTS", &Value::Null);
    };
    let known: BTreeMap<&String, &Value> = ids.iter().filter_map(|id| Some((id, inside.receipts.get(id)?))).collect();
    let answer = json!({"data": known}).to_string();
    inside.asked.push(ids);
    answer.into_response()
}
