//! Extractors whose refusals are problems.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mezzofy_store::page::{MAX_PAGE_ROWS, Page, PageRequest};
use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, MapDeserializer};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::problem::{Problem, ProblemKind};

/// A JSON body. A request without any is read as one with an empty object.
pub(super) struct ApiJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers();
        let length = headers.get(CONTENT_LENGTH).map_or(Some("0"), |length| length.to_str().ok());
        let empty =
            length == Some("0") && !headers.contains_key(CONTENT_TYPE) && !headers.contains_key(TRANSFER_ENCODING);
        if empty {
            let body = T::deserialize(MapDeserializer::<_, ValueError>::new(std::iter::empty::<(&str, &str)>()));
            return body.map(Self).map_err(|error| {
                Problem::new(ProblemKind::Invalid, sentence(&format!("The body is missing: {error}")))
            });
        }
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::JsonDataError(error)) => {
                Err(Problem::new(ProblemKind::Invalid, sentence(&error.body_text())))
            }
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(Problem::new(ProblemKind::MediaType, "Send JSON with the header Content-Type: application/json."))
            }
            Err(error) if error.status().as_u16() == 413 => {
                Err(Problem::new(ProblemKind::TooLarge, "The body is larger than 1 MiB."))
            }
            Err(error) => Err(Problem::new(ProblemKind::Malformed, sentence(&error.body_text()))),
        }
    }
}

/// One part of the path; what can't be read names nothing that exists.
pub(super) struct ApiPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        path.map(|Path(part)| Self(part))
            .map_err(|_| Problem::new(ProblemKind::NotFound, "The id in the address is not one of ours."))
    }
}

/// The query of the address.
pub(super) struct ApiQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(query)| Self(query))
            .map_err(|error| Problem::new(ProblemKind::Malformed, sentence(&error.body_text())))
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    format!("{text}.")
}

/// Which page of a list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// At most 200; 50 when not given.
    pub limit: Option<i64>,
}

impl PageQuery {
    /// The page, if the cursor is one of ours and the limit is in bounds.
    pub(super) fn page(&self) -> Result<PageRequest, Problem> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=MAX_PAGE_ROWS).contains(&limit) {
            return Err(Problem::field("limit", format!("The limit must be between 1 and {MAX_PAGE_ROWS}.")));
        }
        let before = self
            .cursor
            .as_ref()
            .map(|cursor| {
                let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| Uuid::from_slice(&bytes).ok());
                bytes.ok_or_else(|| Problem::field("cursor", "The cursor is not one that a list gave out."))
            })
            .transpose()?;
        Ok(PageRequest { before, limit })
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = List)]
pub(super) struct PageView<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// Give it as `cursor` to read on; null at the end.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
}

impl<T> PageView<T> {
    /// The view of a slice.
    pub(super) fn of<R>(slice: Page<R>, view: impl FnMut(R) -> T) -> Self {
        Self {
            next_cursor: slice.next.map(|id| URL_SAFE_NO_PAD.encode(id.as_bytes())),
            items: slice.items.into_iter().map(view).collect(),
        }
    }
}
