//! The headers that keep other code out, on every answer, and the way in for the pages of other origins that may ask.

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_SECURITY_POLICY,
    ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use mezzofy_engine::app::{App, AppState};

/// Scripts, workers and frames come from here only; react-native-web writes style elements, so styles may be inline.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self'; frame-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
/// What a page of another origin may ask, and read of an answer. It never gets cookies.
const CROSS_ORIGIN: [(HeaderName, &str); 4] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, range"),
    (ACCESS_CONTROL_EXPOSE_HEADERS, "content-disposition, content-range, retry-after, x-request-id"),
    (ACCESS_CONTROL_MAX_AGE, "600"),
];

/// Puts the security headers on every response, and answers the question of a browser whether an origin may ask.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = known_origin(&app, request.headers());
    let asks = *request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response =
        if asks && origin.is_some() { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (PERMISSIONS, "camera=(self), microphone=(self), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if app.secure_cookies {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !app.allowed_origins.is_empty() {
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        for (name, value) in CROSS_ORIGIN {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// The origin that asks, if the configuration names it. The server's own pages need no leave.
fn known_origin(app: &AppState, headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(ORIGIN).filter(|origin| app.allowed_origins.iter().any(|known| known == *origin)).cloned()
}
