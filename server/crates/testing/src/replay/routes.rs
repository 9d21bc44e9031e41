//! The routes of both protocols.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State as Of};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::frames::{self, Sending};
use super::protocol::Protocol;
use super::state::State;
use super::{collect, messages};
use crate::answer::{Answer, Fault, Kind};
use crate::checks;

/// The largest body the Messages API takes.
const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;

pub(super) fn all(state: &Arc<State>) -> Router {
    Router::new()
        .route("/v1/messages", post(|of: Of<Arc<State>>, headers, body| reply(of.0, Protocol::Messages, headers, body)))
        .route(
            "/v1/chat/completions",
            post(|of: Of<Arc<State>>, headers, body| reply(of.0, Protocol::Chat, headers, body)),
        )
        .route("/v1/messages/count_tokens", post(count_tokens))
        .route("/v1/tokenizers/estimate-token-count", post(estimate_tokens))
        .route("/v1/models/{id}", get(facts))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(state))
}

/// What a request is refused with: a status and what to say.
struct Refusal(u16, String);

impl Refusal {
    fn written(&self, protocol: Protocol) -> Response {
        let status = StatusCode::from_u16(self.0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [("request-id", "req_0000")], Json(protocol.refusal(self.0, &self.1))).into_response()
    }
}

async fn reply(state: Arc<State>, protocol: Protocol, headers: HeaderMap, body: Bytes) -> Response {
    let answered = match take(&state, protocol, &headers, &body) {
        Ok((answer, request, number)) => write(&state, protocol, answer, &request, number, &body).await,
        Err(refusal) => Err(refusal),
    };
    answered.unwrap_or_else(|refusal| refusal.written(protocol))
}

/// The answer to a request that nothing is wrong with, and its number.
fn take(
    state: &State,
    protocol: Protocol,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Answer, Value, usize), Refusal> {
    admit(state, protocol, headers)?;
    let text = String::from_utf8_lossy(body);
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut inner = state.inner();
    inner.bodies.push(text.into_owned());
    let number = inner.bodies.len();
    state.called.send_replace(number);
    if body.len() > MAX_BODY_BYTES {
        return Err(Refusal(413, "Request exceeds the maximum size".to_owned()));
    }
    let mut problems = protocol.problems(&request);
    problems.extend(inner.sent.problems(protocol, &request));
    if !problems.is_empty() {
        let refusal = Refusal(400, problems.join("; "));
        inner.problems.extend(problems.iter().map(|problem| format!("request {number}: {problem}")));
        return Err(refusal);
    }
    let fitting = inner.script.iter().position(|answer| answer.fits(&request));
    if let Some(answer) = fitting.and_then(|at| inner.script.remove(at)) {
        return Ok((answer, request, number));
    }
    inner.problems.push(format!("request {number}: the script is used up"));
    Err(Refusal(500, "the script is used up".to_owned()))
}

/// Whether the key and the headers are right.
fn admit(state: &State, protocol: Protocol, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut inner = state.inner();
    if inner.refuses_keys || protocol.key(headers) != Some(state.key.as_str()) {
        let said = match protocol {
            Protocol::Messages => "invalid x-api-key",
            Protocol::Chat => "Incorrect API key provided",
        };
        return Err(Refusal(401, said.to_owned()));
    }
    let version = headers.get("anthropic-version").map(HeaderValue::as_bytes);
    if protocol == Protocol::Messages && version != Some(messages::VERSION.as_bytes()) {
        let problem = format!("anthropic-version: {} is required", messages::VERSION);
        inner.problems.push(problem.clone());
        return Err(Refusal(400, problem));
    }
    Ok(())
}

async fn write(
    state: &State,
    protocol: Protocol,
    answer: Answer,
    request: &Value,
    number: usize,
    body: &[u8],
) -> Result<Response, Refusal> {
    let answer = answer.made(request);
    if answer.fault == Some(Fault::Silent) {
        let _ = state.ended.subscribe().wait_for(|ended| *ended).await;
        return Err(Refusal(500, "the server ends".to_owned()));
    }
    let text = String::from_utf8_lossy(body);
    let frames = match answer.kind {
        Kind::Status { status, headers, body } => {
            state.inner().sent.refused(status, &body);
            return Ok(refuse(protocol, status, &headers, body));
        }
        Kind::Raw(raw) => frames::of_raw(&raw),
        Kind::Words(words) => {
            let counted = state.inner().sent.usage(protocol, &text, words.tokens());
            protocol.stream(&words, request, number, words.usage.unwrap_or(counted))
        }
        // `made` has left none.
        Kind::With(_) => Vec::new(),
    };
    let error = |kind: &str| protocol.error_event(kind);
    let (frames, end) = frames::spoil(frames, answer.fault.as_ref(), error, &protocol.ping());
    let chunks = frames::chunks(&frames, answer.chop, answer.held);
    state.inner().sent.keep(protocol, request, &chunks.iter().flatten().copied().collect::<Vec<u8>>());
    if let Err(error) = collect::keep(protocol, &text) {
        state.inner().problems.push(format!("request {number}: its body could not be kept: {error}"));
    }
    let gate = answer.held.then(|| Arc::clone(&state.gate));
    let stream = Sending { chunks, end, gate, ended: state.ended.subscribe() };
    let headers = [("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache")];
    Ok((headers, [("request-id", format!("req_{number:04}"))], stream.body()).into_response())
}

fn refuse(protocol: Protocol, status: u16, headers: &[(String, String)], body: Value) -> Response {
    let response = Response::builder().status(status);
    let response = headers.iter().fold(response, |response, (name, value)| response.header(name, value));
    let (kind, body) = match body {
        Value::Null => ("application/json", protocol.refusal(status, "The request was refused.").to_string()),
        Value::String(text) => ("text/html", text),
        other => ("application/json", other.to_string()),
    };
    let response = response.header(header::CONTENT_TYPE, kind).body(Body::from(body));
    response.unwrap_or_else(|error| Refusal(500, format!("the script's headers are wrong: {error}")).written(protocol))
}

async fn count_tokens(Of(state): Of<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    let counted = count(&state, Protocol::Messages, &headers, &body, checks::count_tokens);
    match counted {
        Ok(tokens) => Json(json!({"input_tokens": tokens})).into_response(),
        Err(refusal) => refusal.written(Protocol::Messages),
    }
}

async fn estimate_tokens(Of(state): Of<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    match count(&state, Protocol::Chat, &headers, &body, checks::estimate_tokens) {
        Ok(tokens) => Json(json!({"code": 0, "data": {"total_tokens": tokens}, "status": true})).into_response(),
        Err(refusal) => refusal.written(Protocol::Chat),
    }
}

/// Counts four bytes of the input for a token.
fn count(
    state: &State,
    protocol: Protocol,
    headers: &HeaderMap,
    body: &[u8],
    check: fn(&Value) -> Vec<String>,
) -> Result<u64, Refusal> {
    admit(state, protocol, headers)?;
    let problems = check(&serde_json::from_slice(body).unwrap_or_default());
    if problems.is_empty() {
        return Ok(checks::input(&String::from_utf8_lossy(body)).len() as u64 / 4);
    }
    let refusal = Refusal(400, problems.join("; "));
    state.inner().problems.extend(problems.iter().map(|problem| format!("count of tokens: {problem}")));
    Err(refusal)
}

async fn facts(Of(state): Of<Arc<State>>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let protocol = Protocol::of(&headers);
    if let Err(refusal) = admit(&state, protocol, &headers) {
        return refusal.written(protocol);
    }
    let claude = id.starts_with("claude-");
    if claude != (protocol == Protocol::Messages) {
        return Refusal(404, format!("model: {id}")).written(protocol);
    }
    Json(protocol.facts(&id, state.inner().window)).into_response()
}
