//! The web app: its files, and its one page for every address of the app.

use std::path::Path;

use axum::extract::{Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};

use super::problem::{Kind, Problem};
use mezzofy_engine::app::App;

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
