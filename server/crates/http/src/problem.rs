//! The one error of the HTTP edge: `application/problem+json` (RFC 9457). The cause is logged and never sent.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use mezzofy_engine::access::hashing::HashingError;
use mezzofy_engine::access::limiters::RateLimited;
use mezzofy_engine::runs::BeginError;
use mezzofy_store::StoreError;
use serde::Serialize;
use utoipa::openapi::{Content, Ref, RefOr, Response as Described, ResponseBuilder};
use utoipa::{IntoResponses, ToResponse, ToSchema};

/// The header that carries a request's number.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of a number that a client gave its request at most.
const MAX_REQUEST_ID_CHARS: usize = 64;

/// The media type of a problem.
const MEDIA_TYPE: &str = "application/problem+json";

/// Families of problems; the table in [`ProblemKind::facts`] gives each its status and title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The request can't be read.
    Malformed,
    /// It can be read, but not taken as it is.
    Invalid,
    /// Nobody is signed in.
    SignedOut,
    /// The password is right, and a code of the second factor has to come with it.
    SecondFactorNeeded,
    /// The caller's role does not allow it.
    NotPermitted,
    /// There is no such thing for the caller.
    NotFound,
    /// It contradicts what is there.
    Conflict,
    /// The bytes asked for are not in the file.
    Range,
    /// It is too large.
    TooLarge,
    /// It is not JSON.
    MediaType,
    /// There is such a path, but not for this method.
    Method,
    /// Too many in too short a time.
    TooMany,
    /// A fault of ours.
    Internal,
    /// A part of ours is not there at the moment.
    Unavailable,
    /// Nothing can be stored.
    DiskFull,
}

impl ProblemKind {
    fn facts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request can't be read"),
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request can't be taken as it is"),
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed-out", "Sign in first"),
            Self::SecondFactorNeeded => {
                (StatusCode::UNAUTHORIZED, "second-factor-needed", "A code of your authenticator app is needed")
            }
            Self::NotPermitted => (StatusCode::FORBIDDEN, "not-permitted", "Your role does not allow that"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "That is not possible now"),
            Self::Range => (StatusCode::RANGE_NOT_SATISFIABLE, "range", "The file has no such range"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large"),
            Self::MediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The kind of content is not taken here")
            }
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method", "The method is not for this address"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available at the moment"),
            Self::DiskFull => {
                (StatusCode::INSUFFICIENT_STORAGE, "disk-full", "There is no room left to store anything")
            }
        }
    }
}

/// What went wrong with a request.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    kind: ProblemKind,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// The field's name.
    pub field: String,
    /// What is wrong with it, as a sentence.
    pub detail: String,
}

/// The body of every error, RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemBody {
    /// A URI reference that names the kind of problem, e.g. `/problems/not-found`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in words, always the same.
    pub title: String,
    /// The status of the response.
    pub status: u16,
    /// What happened here and what to do.
    pub detail: String,
    /// The number under which the server's log has the request.
    pub request_id: String,
    /// The fields that are wrong.
    pub errors: Vec<FieldError>,
}

/// Every answer of a route that is an error, for the description of the API.
pub(super) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let (name, _) = Self::response();
        ["4XX", "5XX"].map(|status| (status.to_owned(), Ref::from_response_name(name).into())).into()
    }
}

impl ToResponse<'_> for Problems {
    fn response() -> (&'static str, RefOr<Described>) {
        let described = ResponseBuilder::new()
            .description("What went wrong, to what, and what to do.")
            .content(MEDIA_TYPE, Content::new(Some(Ref::from_schema_name(ProblemBody::name()))))
            .build();
        ("Problem", described.into())
    }
}

impl Problem {
    /// A problem of a kind, with its sentence.
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// Its family.
    pub(crate) fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// There is no such thing, or it is somebody else's.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ProblemKind::NotFound, format!("There is no such {what}, or it isn't yours."))
    }

    /// One field is wrong.
    pub(crate) fn field(field: &str, detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Invalid, detail).about(field)
    }

    /// The same with the field that it is about.
    pub(crate) fn about(self, field: &str) -> Self {
        let errors = vec![FieldError { field: field.to_owned(), detail: self.detail.clone() }];
        Self { errors, ..self }
    }

    /// Too many requests; the next one is taken after some seconds.
    pub(crate) fn too_many(detail: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after.max(1)), ..Self::new(ProblemKind::TooMany, detail) }
    }

    /// A part of ours has too much to do; it is worth trying again after some seconds.
    pub(crate) fn busy(detail: impl Into<String>, retry_after: u64) -> Self {
        Self { retry_after: Some(retry_after.max(1)), ..Self::new(ProblemKind::Unavailable, detail) }
    }

    /// The disk of the database or of the files is full.
    pub(crate) fn disk_full() -> Self {
        Self::new(
            ProblemKind::DiskFull,
            "The server's disk is full, so nothing was stored. Tell your administrator, and try again when there is room.",
        )
    }

    /// A fault of ours. The cause goes to the log.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "a request failed");
        Self::new(
            ProblemKind::Internal,
            "The request could not be carried out. Try again; the log has the cause under the request's number.",
        )
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_disk_full() {
            tracing::error!(%error, "the disk is full");
            return Self::disk_full();
        }
        let lost = matches!(
            &error,
            StoreError::Database(sqlx_error) if sqlx_error.as_database_error().is_none_or(|error| error.code().is_some_and(|code| code.starts_with("57")))
        );
        if lost {
            tracing::warn!(%error, "the database did not answer");
            return Self::new(
                ProblemKind::Unavailable,
                "The database does not answer at the moment. Try again in a few seconds.",
            );
        }
        Self::internal(error)
    }
}

impl From<RateLimited> for Problem {
    fn from(limited: RateLimited) -> Self {
        Self::too_many(limited.to_string(), limited.retry_after_seconds)
    }
}

impl From<HashingError> for Problem {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy { retry_after_seconds } => Self::busy(error.to_string(), retry_after_seconds),
            HashingError::Failed(_) => Self::internal(error),
        }
    }
}

impl From<BeginError> for Problem {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Text(_) => Self::field("text", error.to_string()),
            BeginError::FilesInAnswer => Self::field("file_ids", error.to_string()),
            BeginError::Store(error) => error.into(),
            BeginError::Json(error) => Self::internal(error),
        }
    }
}

/// The request without a number that is not short and plain: it gets one of ours then.
pub(crate) fn without_odd_number(mut request: Request) -> Request {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    let numbers = || request.headers().get_all(REQUEST_ID).iter().map(HeaderValue::as_bytes);
    let is_good = |id: &[u8]| (1..=MAX_REQUEST_ID_CHARS).contains(&id.len()) && id.iter().all(plain);
    if numbers().count() > 1 || !numbers().all(is_good) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// What a panic of a handler becomes.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::internal("a handler panicked").into_response()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.facts().0;
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the body of a problem, which needs the request's number, and turns the framework's own refusals into problems.
pub(crate) async fn write(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if response.headers().contains_key(CONTENT_TYPE) => return response,
        None => match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => {
                Problem::new(ProblemKind::Method, "This address does not take that method.")
            }
            _ => return response,
        },
    };
    let (status, kind, title) = problem.kind.facts();
    let body = ProblemBody {
        kind: format!("/problems/{kind}"),
        title: title.to_owned(),
        status: status.as_u16(),
        detail: problem.detail,
        request_id: id,
        errors: problem.errors,
    };
    let headers = std::mem::take(response.headers_mut());
    let mut written = (status, Json(body)).into_response();
    for (name, value) in &headers {
        if name != CONTENT_TYPE && name != axum::http::header::CONTENT_LENGTH {
            written.headers_mut().insert(name, value.clone());
        }
    }
    written.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if let Some(seconds) = problem.retry_after {
        written.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    written
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn kept(numbers: &[&[u8]]) -> Option<HeaderValue> {
        let mut request = Request::new(Body::empty());
        for number in numbers {
            request.headers_mut().append(REQUEST_ID, HeaderValue::from_bytes(number).unwrap());
        }
        without_odd_number(request).headers().get(REQUEST_ID).cloned()
    }

    #[test]
    fn a_number_from_outside_is_taken_only_if_it_is_short_and_plain() {
        let longest = [b'a'; 64];
        for good in [b"0af7651916cd43dd8448eb211c80319c".as_slice(), b"order-7_b.2", &longest] {
            assert_eq!(kept(&[good]).unwrap().as_bytes(), good);
        }
        for odd in [b"".as_slice(), &[b'a'; 65], b"two words", b"a=b", "caf\u{e9}".as_bytes(), b"a\tb", b"\"quoted\""] {
            assert_eq!(kept(&[odd]), None);
        }
        assert_eq!(kept(&[b"one", b"two"]), None);
        assert_eq!(kept(&[]), None);
    }
}
