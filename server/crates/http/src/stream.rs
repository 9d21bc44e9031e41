//! The live stream: a person's events after a cursor, then as they come. The first frame says who listens.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use chrono::TimeDelta;
use mezzofy_domain::id::{self, Id};
use mezzofy_store::events::{self, Event};
use mezzofy_store::{people, sessions};
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, interval_at, timeout};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Caller;
use super::extract::ApiQuery;
use super::permission::{self, Chat};
use super::problem::{Problem, ProblemKind, Problems};
use super::runs::EventView;
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::events::Waiter;

const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// A client that takes longer to take a frame has gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// How often the session is looked at, so that a signed-out person's stream ends, and whether the client has answered a ping.
const PINGS_PER_RECHECK: u32 = 2;
/// A stream counts as open for so long after it was noted, which is at every second ping.
const WATCH_LIFETIME: TimeDelta = TimeDelta::minutes(2);
const EVENTS_PER_BATCH: u16 = 500;
/// Bytes that each stream holds for what a client says, which is a hello and pongs; the usual 128 KiB are 1.3 GB for 10,000 streams.
const READ_BUFFER_BYTES: usize = 2 * 1024;

const CLOSE_REFUSED: u16 = 4401;
const CLOSE_NOT_PERMITTED: u16 = 4403;
const CLOSE_BAD_FRAME: u16 = 4400;
const CLOSE_TOO_MANY: u16 = 4429;
const TOO_MANY: &str = "You have too many of these streams open already. Close a window or another program of yours.";
const CLOSE_GOING_AWAY: u16 = 1001;
const CLOSE_FAULT: u16 = 1011;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(permission::requiring::<Chat>(routes!(stream)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StreamQuery {
    /// Events after this cursor; the first frame may say it instead. Without one the stream is live only.
    after: Option<i64>,
}

/// The first frame.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hello {
    #[serde(rename = "type")]
    kind: HelloKind,
    token: String,
    after: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum HelloKind {
    Hello,
}

/// Opens a WebSocket. The first frame must be `{"type": "hello", "token", "after"?}` within 10 s; a wrong token closes with 4401, a role that may not with 4403, one stream more than a person may have with 4429.
#[utoipa::path(get, path = "/v1/stream", params(StreamQuery), responses((status = 101, description = "frames `{type: \"event\", cursor, run_id, conversation_id, kind, data}`"), Problems))]
async fn stream(State(app): State<App>, ApiQuery(from): ApiQuery<StreamQuery>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(64 * 1024).read_buffer_size(READ_BUFFER_BYTES).on_upgrade(move |socket| async move {
        let serving = app.tasks.track_future(serve(&app, socket, from.after));
        serving.await;
    })
}

#[tracing::instrument(name = "stream", skip_all, fields(person = tracing::field::Empty))]
async fn serve(app: &AppState, mut socket: WebSocket, after: Option<i64>) {
    let end = match greet(app, &mut socket, after).await {
        Ok((caller, cursor)) => match app.access.streams.open(caller.person.id) {
            Some(_open) => {
                let session = caller.session;
                watched(app, session, true).await;
                let end = send_events(app, &mut socket, caller, cursor).await;
                watched(app, session, false).await;
                end
            }
            None => Some((CLOSE_TOO_MANY, TOO_MANY)),
        },
        Err(end) => end,
    };
    if let Some((code, reason)) = end {
        let frame = CloseFrame { code, reason: reason.into() };
        deliver(&mut socket, Message::Close(Some(frame))).await;
    }
}

/// Why a stream ends: the close code and its reason; `None` when the client has gone.
type End = Option<(u16, &'static str)>;

async fn greet(app: &AppState, socket: &mut WebSocket, after: Option<i64>) -> Result<(Caller, i64), End> {
    let frame = match timeout(HELLO_TIMEOUT, socket.recv()).await {
        Ok(Some(Ok(Message::Text(frame)))) => frame,
        Ok(None | Some(Err(_))) => return Err(None),
        Ok(Some(Ok(_))) | Err(_) => return Err(Some((CLOSE_BAD_FRAME, "the first frame must be hello, within 10 s"))),
    };
    let hello: Hello = serde_json::from_str(&frame)
        .map_err(|_| Some((CLOSE_BAD_FRAME, "the first frame must be {type: hello, token, after?}")))?;
    let HelloKind::Hello = hello.kind;
    let fault = |error: Problem| {
        tracing::warn!(?error, "a stream could not begin");
        Some((CLOSE_FAULT, "try again"))
    };
    let caller: Option<Caller> = Caller::signed_in(app, &hello.token).await.map_err(fault)?;
    let caller = caller.ok_or(Some((CLOSE_REFUSED, "the token is not good")))?;
    let refused = |problem: Problem| {
        if problem.kind() == ProblemKind::NotPermitted {
            Some((CLOSE_NOT_PERMITTED, "the role does not allow it"))
        } else {
            fault(problem)
        }
    };
    let caller = caller.allowed(app, "GET /v1/stream").await.map_err(refused)?;
    let cursor = match hello.after.or(after) {
        Some(cursor) => cursor,
        None => newest(app, caller.person.id).await.map_err(fault)?,
    };
    Ok((caller, cursor))
}

async fn newest(app: &AppState, person: Id<id::Person>) -> Result<i64, Problem> {
    let mut tx = app.store.begin().await?;
    Ok(events::newest(&mut tx, person).await?)
}

async fn send_events(app: &AppState, socket: &mut WebSocket, caller: Caller, mut cursor: i64) -> End {
    let person = caller.person.id;
    let mut waiter = app.hub.waiter(person);
    let mut ping = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
    let mut pings = 0;
    let mut answered = false;
    loop {
        match send_after(app, socket, &waiter, person, &mut cursor).await {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                tracing::warn!(?error, "a stream could not read events");
                return Some((CLOSE_FAULT, "try again"));
            }
        }
        tokio::select! {
            () = waiter.woken() => {}
            () = app.stop.cancelled() => return Some((CLOSE_GOING_AWAY, "the server restarts")),
            frame = socket.recv() => match frame {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => answered = true,
                Some(Ok(Message::Text(_) | Message::Binary(_))) => return Some((CLOSE_BAD_FRAME, "nothing is expected after hello")),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            },
            _ = ping.tick() => {
                if !deliver(socket, Message::Ping(Vec::new().into())).await {
                    return None;
                }
                pings += 1;
                if pings % PINGS_PER_RECHECK == 0 {
                    if !still_signed_in(app, &caller).await {
                        return Some((CLOSE_REFUSED, "the session is over"));
                    }
                    if !std::mem::take(&mut answered) {
                        return None;
                    }
                    watched(app, caller.session, true).await;
                }
            }
        }
    }
}

/// Sends everything after the cursor; answers false when the client has gone.
async fn send_after(
    app: &AppState,
    socket: &mut WebSocket,
    waiter: &Waiter,
    person: Id<id::Person>,
    cursor: &mut i64,
) -> Result<bool, Problem> {
    if let Some(newest) = waiter.follow(*cursor) {
        return Ok(send(socket, newest.to_vec(), cursor).await);
    }
    loop {
        let mut connection = app.store.connection().await?;
        let found = events::after(&mut connection, person, *cursor, i64::from(EVENTS_PER_BATCH)).await?;
        drop(connection);
        let are_all = found.len() < usize::from(EVENTS_PER_BATCH);
        let is_there = send(socket, found, cursor).await;
        if are_all || !is_there {
            return Ok(is_there);
        }
    }
}

async fn send(socket: &mut WebSocket, found: Vec<Event>, sent: &mut i64) -> bool {
    for event in found {
        *sent = event.cursor;
        let EventView { cursor, run_id, conversation_id, kind, data } = event.into();
        let frame = json!({
            "type": "event", "cursor": cursor, "run_id": run_id, "conversation_id": conversation_id, "kind": kind, "data": data
        });
        if !deliver(socket, Message::Text(frame.to_string().into())).await {
            return false;
        }
    }
    true
}

/// Sends a frame; answers false when the client has gone.
async fn deliver(socket: &mut WebSocket, frame: Message) -> bool {
    matches!(timeout(SEND_TIMEOUT, socket.send(frame)).await, Ok(Ok(())))
}

/// Notes that the person watches, so that their phone is not called for what they see; or that they do no more.
async fn watched(app: &AppState, session: Id<id::Session>, watched: bool) {
    let until = watched.then(|| app.clock.now() + WATCH_LIFETIME);
    let noted = async { sessions::watch(&mut *app.store.connection().await?, session, until).await };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "that a stream is watched could not be noted");
    }
}

async fn still_signed_in(app: &AppState, caller: &Caller) -> bool {
    people::of_session(&app.store, caller.session).await.map_or(true, |person| person.is_some())
}
