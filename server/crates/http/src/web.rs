//! The web app: its files, and its one page for every address of the app. Which those are its export says in `routes.json`.

use std::path::Path;

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};

use super::problem::{Problem, ProblemKind};
use mezzofy_engine::app::App;

/// Serves the app where no route matched. An address without a dot in its last part may be a page of the app; a file that is
/// not there is 404, never the page.
pub(super) async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let of_api = path.starts_with("/v1/") || path.starts_with("/webhooks/");
    if of_api || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return nothing();
    }
    let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
    let mut response = if is_page { page(&app.web_dir, request).await } else { file(&app.web_dir, request).await };
    let hashed = path.starts_with("/_expo/static/") || path.starts_with("/assets/");
    let cache =
        if hashed && response.status().is_success() { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn nothing() -> Response {
    Problem::new(ProblemKind::NotFound, "There is nothing at this address.").into_response()
}

/// The app's page, with 404 where the app has none at this address: it says so itself then.
async fn page(web_dir: &Path, request: Request) -> Response {
    let index = web_dir.join("index.html");
    let routes = tokio::fs::read(web_dir.join("routes.json")).await.ok();
    let routes: Option<Vec<String>> = routes.and_then(|json| serde_json::from_slice(&json).ok());
    let Some(routes) = routes.filter(|_| index.is_file()) else {
        return Problem::new(
            ProblemKind::NotFound,
            "The web app is not built. Run “make web”, then load the page again.",
        )
        .into_response();
    };
    let path = request.uri().path();
    if routes.iter().any(|route| leads_to(route, path)) {
        return ServeFile::new(index).oneshot(request).await.into_response();
    }
    match tokio::fs::read(index).await {
        Ok(page) if is_browser(request.headers()) => (StatusCode::NOT_FOUND, Html(page)).into_response(),
        _ => nothing(),
    }
}

/// Whether a path is an address of a route such as `/schedules/[id]/edit`.
fn leads_to(route: &str, path: &str) -> bool {
    let (route, path) = (parts(route), parts(path));
    route.len() == path.len() && route.iter().zip(&path).all(|(wanted, part)| wanted.starts_with('[') || wanted == part)
}

fn parts(address: &str) -> Vec<&str> {
    address.split('/').filter(|part| !part.is_empty()).collect()
}

fn is_browser(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|kinds| kinds.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}

async fn file(web_dir: &Path, request: Request) -> Response {
    let response =
        ServeDir::new(web_dir).append_index_html_on_directories(false).oneshot(request).await.into_response();
    if response.status().as_u16() == 404 {
        return Problem::new(ProblemKind::NotFound, "There is no such file.").into_response();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_route_of_its_parts_and_to_no_other() {
        for (route, path, leads) in [
            ("/", "/", true),
            ("/", "/chat", false),
            ("/chat", "/chat/", true),
            ("/chat", "/chats", false),
            ("/chat/[id]", "/chat/42", true),
            ("/chat/[id]", "/chat", false),
            ("/chat/[id]", "/chat/42/more", false),
            ("/schedules/[id]/edit", "/schedules/42/edit", true),
            ("/schedules/[id]/edit", "/schedules/42/other", false),
        ] {
            assert_eq!(leads_to(route, path), leads, "{route} {path}");
        }
    }
}
