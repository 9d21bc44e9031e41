//! What every request passes: the host it was meant for, the script of faults, four at once per mailbox, and the ids on
//! the answer.

use std::sync::PoisonError;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use serde_json::json;

use crate::drive::MAX_FILE_BYTES;
use crate::faults::{Operation, Verdict};
use crate::refusal::Refusal;
use crate::state::Local365;
use crate::wire::ConnectionCut;

const MAX_REQUESTS_PER_MAILBOX: usize = 4;
/// How often is looked whether a late request's time has come.
const LATE_POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Serves the request, or lets the script spoil it.
pub(crate) async fn admit(State(local): State<Local365>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned()).unwrap_or_default();
    let Some(operation) = Operation::of(request.method(), &route) else { return next.run(request).await };
    let cut = request.extensions().get::<ConnectInfo<ConnectionCut>>().map(|it| it.0.clone());
    let verdict = local.0.faults.judge(operation, local.0.clock.now());
    match verdict {
        Verdict::Refuse(time) => return Refusal::throttled(time).into_response(),
        Verdict::Unavailable => {
            return Refusal::new(503, "ServiceUnavailable", "The service is temporarily unavailable.").into_response();
        }
        Verdict::RefuseToken => {
            return Refusal::new(401, "InvalidAuthenticationToken", "The token has been revoked.").into_response();
        }
        Verdict::DropBefore => return break_connection(cut),
        Verdict::Late(time) => return serve_late(local, request, next, time).await,
        Verdict::Serve | Verdict::DropAfter => {}
    }
    let Some(seat) = Seat::take(&local, request.uri().path()) else {
        return Refusal::throttled(Duration::from_secs(1)).into_response();
    };
    let response = carry_out(async move {
        let _seat = seat;
        next.run(request).await
    })
    .await;
    if verdict == Verdict::DropAfter { break_connection(cut) } else { response }
}

/// Brings a request to its end also when its caller has gone, as the service that this one stands in for does.
#[expect(
    clippy::disallowed_methods,
    reason = "it must outlive the connection, and this service has no tracker of tasks"
)]
async fn carry_out(request: impl Future<Output = Response> + Send + 'static) -> Response {
    tokio::spawn(request).await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Takes a request in and serves it so much later by the clock of this service. Its place at the mailbox is free meanwhile.
async fn serve_late(local: Local365, request: Request, next: Next, time: Duration) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_FILE_BYTES).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let (taken_in, due) = (local.0.faults.take_in(), local.0.clock.now() + time);
    carry_out(async move {
        let _taken_in = taken_in;
        while local.0.clock.now() < due {
            tokio::time::sleep(LATE_POLL_INTERVAL).await;
        }
        next.run(Request::from_parts(parts, Body::from(body))).await
    })
    .await
}

/// Breaks the connection; where it can't, answers what says as little.
fn break_connection(cut: Option<ConnectionCut>) -> Response {
    if let Some(cut) = cut {
        cut.now();
    }
    StatusCode::GATEWAY_TIMEOUT.into_response()
}

/// A request under way at a mailbox.
struct Seat {
    local: Local365,
    mailbox: String,
}

impl Seat {
    fn take(local: &Local365, path: &str) -> Option<Self> {
        let mailbox = path.strip_prefix("/v1.0/users/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let mailbox = mailbox.to_lowercase();
        let mut seats = local.0.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = seats.entry(mailbox.clone()).or_default();
        if *taken >= MAX_REQUESTS_PER_MAILBOX && !mailbox.is_empty() {
            return None;
        }
        *taken += 1;
        Some(Self { local: local.clone(), mailbox })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.local.0.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = seats.get_mut(&self.mailbox) {
            *taken -= 1;
            if *taken == 0 {
                seats.remove(&self.mailbox);
            }
        }
    }
}

/// Puts `request-id` on the answer, and into a refusal's `innerError`.
pub(crate) async fn add_request_ids(State(local): State<Local365>, request: Request, next: Next) -> Response {
    let client_request_id = request.headers().get("client-request-id").cloned();
    let request_id = local.0.clock.id().to_string();
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        let inner = json!({
            "date": local.0.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true),
            "request-id": request_id,
            "client-request-id": client_request_id.as_ref().and_then(|it| it.to_str().ok()).unwrap_or(&request_id),
        });
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        response = Json(refusal.body(&inner)).into_response();
        *response.status_mut() = parts.status;
        response.headers_mut().extend(parts.headers);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("request-id", value);
    }
    if let Some(value) = client_request_id {
        response.headers_mut().insert("client-request-id", value);
    }
    response
}

/// Refuses what a web page on this machine could send here under another host's name.
pub(crate) async fn loopback_host(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if matches!(name, "127.0.0.1" | "localhost" | "[::1]") {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "local365 is asked by its loopback address only").into_response()
}
