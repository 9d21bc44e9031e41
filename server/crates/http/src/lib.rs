//! The HTTP edge: one file for each resource with its routes, views and handlers.

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::HeaderValue;
use axum::middleware::{from_fn, from_fn_with_state, map_request};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::Level;
use tracing::field::Empty;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use docs::BearerToken;
use mezzofy_engine::app::App;

mod admin;
mod approvals;
mod auth;
mod caller;
mod codes;
mod conversations;
mod devices;
mod docs;
mod extract;
pub(crate) mod files;
mod headers;
mod health;
mod kpis;
mod leads;
mod me;
pub(crate) mod memories;
pub(crate) mod messages;
mod network;
mod outbox;
mod permission;
pub(crate) mod problem;
mod products;
mod range;
pub(crate) mod runs;
mod schedules;
mod search;
mod skills;
mod slow_body;
mod standing_approvals;
mod stream;
mod tries;
mod upload;
mod web;
mod webhooks;

/// Bytes of a JSON body at most.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Bytes of a path or a method that the log holds at most.
const MAX_LOGGED_BYTES: usize = 200;

#[derive(OpenApi)]
#[openapi(
    info(title = "Mezzofy AI Assistant", description = "What the app and other programs build against."),
    servers((url = "/", description = "The server that shows this description.")),
    modifiers(&BearerToken),
    components(schemas(problem::ProblemBody), responses(problem::Problems))
)]
struct Api;

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Api::openapi())
        .merge(auth::routes())
        .merge(me::routes())
        .merge(conversations::routes())
        .merge(messages::routes())
        .merge(runs::routes())
        .merge(stream::routes())
        .merge(files::routes())
        .merge(outbox::routes())
        .merge(approvals::routes())
        .merge(standing_approvals::routes())
        .merge(schedules::routes())
        .merge(skills::routes())
        .merge(leads::routes())
        .merge(products::routes())
        .merge(kpis::routes())
        .merge(search::routes())
        .merge(memories::routes())
        .merge(devices::routes())
        .merge(webhooks::routes())
        .merge(admin::routes())
        .merge(health::routes())
}

/// The description of every route, as `/openapi.json` shows it.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut api = api().into_openapi();
    docs::complete(&mut api);
    api
}

/// Everything the server answers.
pub fn router(app: App) -> Router {
    let (routes, _) = api().split_for_parts();
    let readable = SizeAbove::new(1024).and(NotForContentType::const_new("application/pdf"));
    routes
        .route("/openapi.json", get(docs::openapi))
        .route("/docs", get(docs::page))
        .route("/docs/docs.js", get(docs::script))
        .fallback(web::serve)
        .method_not_allowed_fallback(docs::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(map_request(|request: Request| async { slow_body::bound(request) }))
        .layer(CompressionLayer::new().compress_when(readable))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(problem::write))
        .layer(PropagateRequestIdLayer::new(problem::REQUEST_ID))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &Request| {
                    let id =
                        request.headers().get(problem::REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
                    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
                    let (method, path) = (beginning(request.method().as_str()), beginning(request.uri().path()));
                    // Who asks is known when their token is read: the caller adds it.
                    tracing::info_span!("request", id, method, path, route, person = Empty)
                })
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
        .layer(SetRequestIdLayer::new(problem::REQUEST_ID, Numbered))
        .layer(map_request(|request: Request| async { problem::without_odd_number(request) }))
        .layer(from_fn_with_state(app.clone(), headers::guard))
        .with_state(app)
}

/// As much of a text from outside as a line of the log holds of it.
fn beginning(text: &str) -> &str {
    text.get(..MAX_LOGGED_BYTES).unwrap_or(if text.len() > MAX_LOGGED_BYTES { "" } else { text })
}

/// Numbers requests at random.
#[derive(Clone, Copy)]
struct Numbered;

impl MakeRequestId for Numbered {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::try_from(Uuid::new_v4().simple().to_string()).ok().map(RequestId::new)
    }
}
