//! The web app: its files, its one page for every address of the app, and the headers that keep other code out.

use std::path::Path;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};

use super::problem::{Kind, Problem};
use crate::app::App;

/// Scripts, workers and frames come from here only; react-native-web writes style elements, so styles may be inline.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self'; frame-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// Serves the app where no route matched. An address without a dot in its last part is a page of the app; a file that is
/// not there is 404, never the page.
pub(super) async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let of_api = path.starts_with("/v1/") || path.starts_with("/webhooks/");
    if of_api || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::new(Kind::NotFound, "There is nothing at this address.").into_response();
    }
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    let mut response = if is_page { page(&app.web_dir, request).await } else { file(&app.web_dir, request).await };
    let hashed = path.starts_with("/_expo/static/") || path.starts_with("/assets/");
    let cache =
        if hashed && response.status().is_success() { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

async fn page(web_dir: &Path, request: Request) -> Response {
    let index = web_dir.join("index.html");
    if !index.is_file() {
        return Problem::new(Kind::NotFound, "The web app is not built. Run “make web”, then load the page again.")
            .into_response();
    }
    ServeFile::new(index).oneshot(request).await.into_response()
}

async fn file(web_dir: &Path, request: Request) -> Response {
    let response =
        ServeDir::new(web_dir).append_index_html_on_directories(false).oneshot(request).await.into_response();
    if response.status().as_u16() == 404 {
        return Problem::new(Kind::NotFound, "There is no such file.").into_response();
    }
    response
}

/// Puts the security headers on every response.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (PERMISSIONS, "camera=(self), microphone=(self), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
