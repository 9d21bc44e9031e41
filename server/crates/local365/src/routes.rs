//! The routes, and the port they are served on.

use std::io;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};
use axum::{Router, serve as listen};
use tokio::net::TcpListener;

use crate::refusal::Refusal;
use crate::state::Local365;
use crate::{
    attachments, calendar, chats, directory, drive, gate, graph_json, messages, sending, teams, tokens, uploads, wire,
};

impl Local365 {
    /// The routes alone. Faults that cut the connection need [`serve`]; here they answer 504.
    pub fn router(&self) -> Router {
        let of_user = Router::new()
            .route("/messages", get(messages::list).post(messages::create))
            .route("/messages/{message}", get(messages::show).delete(messages::delete))
            .route("/messages/{message}/send", post(sending::send))
            .route("/messages/{message}/attachments", get(attachments::list).post(attachments::add))
            .route("/messages/{message}/attachments/createUploadSession", post(uploads::open))
            .route("/messages/{message}/attachments/{attachment}/$value", get(attachments::content))
            .route("/mailFolders/{folder}/messages", get(messages::list_folder))
            .route("/events", post(calendar::create))
            .route("/calendarView", get(calendar::view))
            .route("/calendar/getSchedule", post(calendar::schedules));
        Router::new()
            .route("/{tenant}/oauth2/v2.0/token", post(tokens::grant))
            .route("/{tenant}/oauth2/v2.0/authorize", get(tokens::authorize))
            .route("/v1.0/users/{user}", get(directory::user))
            .nest("/v1.0/users/{user}", of_user)
            .route("/v1.0/me", get(directory::me))
            .route("/v1.0/teams/{team}/channels", get(teams::channels))
            .route("/v1.0/teams/{team}/channels/{channel}/filesFolder", get(drive::files_folder))
            .route(
                "/v1.0/teams/{team}/channels/{channel}/messages",
                get(teams::channel_messages).post(teams::post_in_channel),
            )
            .route("/v1.0/chats", post(chats::create))
            .route("/v1.0/chats/{chat}/messages", get(chats::messages).post(chats::post))
            .route(
                "/v1.0/drives/{drive}/items/{*path}",
                put(drive::put_file).layer(DefaultBodyLimit::max(drive::MAX_FILE_BYTES)),
            )
            .route("/upload/{mailbox}/{session}", put(uploads::put).get(uploads::progress))
            .route_layer(from_fn_with_state(self.clone(), gate::admit))
            .fallback(|| async { Refusal::new(404, "BadRequest", "Resource not found for the segment.") })
            .layer(DefaultBodyLimit::max(graph_json::MAX_BODY_BYTES))
            .layer(from_fn_with_state(self.clone(), gate::add_request_ids))
            .layer(from_fn(gate::loopback_host))
            .with_state(self.clone())
    }
}

/// Serves until `shutdown` resolves and the requests under way are answered. Refuses to listen anywhere but loopback.
pub async fn serve(
    listener: TcpListener,
    service: Local365,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, "local365 listens on loopback only"));
    }
    let routes = service.router().into_make_service_with_connect_info::<wire::ConnectionCut>();
    listen(wire::CuttableListener(listener), routes).with_graceful_shutdown(shutdown).await
}
