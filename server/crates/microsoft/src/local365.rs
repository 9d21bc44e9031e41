//! A Graph-compatible service of mail, calendars and Teams for where no tenant is configured: the same routes, the same rules, the same
//! refusals. It stores through [`Storage`] and listens on loopback only. It shares no type with the client, so that a
//! mistake there isn't mirrored here. It delivers into its own mailboxes and nowhere else.

mod attachments;
mod calendar;
mod faults;
mod gate;
mod ids;
mod memory;
mod message;
mod messages;
mod payload;
mod query;
mod refusal;
mod sending;
mod storage;
mod teams;
mod tokens;
mod uploads;
mod wire;

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex};

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};
use axum::{Router, serve as listen};
use secrecy::SecretString;
use tokio::net::TcpListener;

pub use faults::{Fault, Faults, Operation};
pub use memory::Memory;
pub use storage::{Document, Find, Mailbox, Storage, StorageError};
pub use teams::Team;

use crate::clock::Clock;
use refusal::Refusal;

/// The one app that local365 knows.
#[derive(Debug, Clone)]
pub struct Config {
    /// The tenant's id, the first part of the token address.
    pub tenant: String,
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: SecretString,
    /// What tokens are signed with: random, at least 32 bytes. A new one makes all tokens given out before worthless.
    pub signing_key: SecretString,
    /// The application permissions that tokens carry, for instance `Mail.ReadWrite` and `Mail.Send`.
    pub roles: Vec<String>,
    /// The account that may be signed in.
    pub account: Option<Mailbox>,
    /// What that account has agreed to, for instance `ChannelMessage.Send`.
    pub scopes: Vec<String>,
    /// The team.
    pub team: Team,
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Local365(Arc<Inner>);

struct Inner {
    config: Config,
    storage: Box<dyn Storage>,
    clock: Clock,
    faults: Faults,
    /// Requests under way, by mailbox.
    seats: Mutex<HashMap<String, usize>>,
    /// Codes of sign-ins that were used up.
    used_codes: Mutex<HashSet<uuid::Uuid>>,
}

impl Local365 {
    /// The service on this storage. Nothing listens yet.
    #[must_use]
    pub fn new(config: Config, storage: impl Storage, clock: Clock) -> Self {
        let (faults, seats, used_codes) = (Faults::default(), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { config, storage: Box::new(storage), clock, faults, seats, used_codes }))
    }

    /// The handle that scripts faults; for tests.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.0.faults.clone()
    }

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
            .route("/v1.0/users/{user}", get(teams::user))
            .nest("/v1.0/users/{user}", of_user)
            .route("/v1.0/me", get(teams::me))
            .route("/v1.0/teams/{team}/channels", get(teams::channels))
            .route("/v1.0/teams/{team}/channels/{channel}/filesFolder", get(teams::files_folder))
            .route(
                "/v1.0/teams/{team}/channels/{channel}/messages",
                get(teams::channel_messages).post(teams::post_in_channel),
            )
            .route("/v1.0/chats", post(teams::chat))
            .route("/v1.0/chats/{chat}/messages", get(teams::chat_messages).post(teams::post_in_chat))
            .route(
                "/v1.0/drives/{drive}/items/{*path}",
                put(teams::put_file).layer(DefaultBodyLimit::max(teams::FILE_MOST)),
            )
            .route("/upload/{mailbox}/{session}", put(uploads::put).get(uploads::progress))
            .route_layer(from_fn_with_state(self.clone(), gate::pass))
            .fallback(|| async { Refusal::new(404, "BadRequest", "Resource not found for the segment.") })
            .layer(DefaultBodyLimit::max(payload::MOST))
            .layer(from_fn_with_state(self.clone(), gate::sign))
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
    let routes = service.router().into_make_service_with_connect_info::<wire::Cut>();
    listen(wire::Wire(listener), routes).with_graceful_shutdown(shutdown).await
}
