//! Extractors whose refusals are problems.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection, RawPathParamsRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, RawPathParams, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mezzofy_domain::effect::MAX_ADDRESS_CHARS;
use mezzofy_store::page::{MAX_PAGE_ROWS, Page, PageRequest};
use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, MapDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::problem::{Problem, ProblemKind};

/// Characters of a value in a query at most; longer texts come in bodies.
const MAX_QUERY_VALUE_CHARS: usize = 4_000;
/// U+0000 as JSON writes it; any other way is no JSON.
const NUL_IN_JSON: &[u8] = b"\\u0000";

/// A JSON body none of whose texts has U+0000, which no database of ours stores. A request without any is read as one with an empty object.
pub(super) struct ApiJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let headers = &parts.headers;
        let length = headers.get(CONTENT_LENGTH).map_or(Some("0"), |length| length.to_str().ok());
        let empty =
            length == Some("0") && !headers.contains_key(CONTENT_TYPE) && !headers.contains_key(TRANSFER_ENCODING);
        if empty {
            let body = T::deserialize(MapDeserializer::<_, ValueError>::new(std::iter::empty::<(&str, &str)>()));
            return body.map(Self).map_err(|error| {
                Problem::new(ProblemKind::Invalid, sentence(&format!("The body is missing: {error}")))
            });
        }
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await;
        let bytes = bytes.map_err(|error| unread(error.status(), &error.body_text()))?;
        if let Some(field) = field_with_nul(&bytes) {
            return Err(has_nul(&field));
        }
        match Json::from_request(Request::from_parts(parts, Body::from(bytes)), state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::JsonDataError(error)) => {
                Err(Problem::new(ProblemKind::Invalid, sentence(&error.body_text())))
            }
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(Problem::new(ProblemKind::MediaType, "Send JSON with the header Content-Type: application/json."))
            }
            Err(error) => Err(unread(error.status(), &error.body_text())),
        }
    }
}

fn unread(status: StatusCode, text: &str) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(ProblemKind::TooLarge, "The body is larger than 1 MiB.");
    }
    Problem::new(ProblemKind::Malformed, sentence(text))
}

/// The field of a JSON object in which there is U+0000, however deep.
fn field_with_nul(json: &[u8]) -> Option<String> {
    fn is_in(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(is_in),
            Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || is_in(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    if !json.windows(NUL_IN_JSON.len()).any(|part| part == NUL_IN_JSON) {
        return None;
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(json) else { return None };
    fields.into_iter().find(|(name, value)| name.contains('\0') || is_in(value)).map(|(name, _)| name)
}

/// A text that can't be stored.
pub(super) fn has_nul(field: &str) -> Problem {
    let field = field.replace('\0', "");
    Problem::field(&field, format!("{field} holds U+0000, which is no part of a text. Leave it out."))
}

/// An address of mail as somebody has typed it. It may be nobody's, but is no longer than any.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct TypedAddress(pub String);

impl TryFrom<String> for TypedAddress {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.chars().count() > MAX_ADDRESS_CHARS {
            return Err(format!("an email address has at most {MAX_ADDRESS_CHARS} characters"));
        }
        Ok(Self(text))
    }
}

/// One part of the path; what can't be read names nothing that exists.
pub(super) struct ApiPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let nothing = || Problem::new(ProblemKind::NotFound, "The id in the address is not one of ours.");
        let raw: Result<RawPathParams, RawPathParamsRejection> = RawPathParams::from_request_parts(parts, state).await;
        if raw.map_err(|_| nothing())?.iter().any(|(_, value)| value.contains('\0')) {
            return Err(nothing());
        }
        let path: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        path.map(|Path(part)| Self(part)).map_err(|_| nothing())
    }
}

/// The query of the address: no U+0000, no endless values.
pub(super) struct ApiQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        for (name, value) in pairs.map(|Query(pairs)| pairs).unwrap_or_default() {
            if name.contains('\0') || value.contains('\0') {
                return Err(has_nul(&name));
            }
            if value.chars().count() > MAX_QUERY_VALUE_CHARS {
                let detail = format!("{name} must have at most {MAX_QUERY_VALUE_CHARS} characters.");
                return Err(Problem::field(&name, detail));
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_nul_is_found_however_deep_and_its_field_is_named() {
        let found = |json: &str| field_with_nul(json.as_bytes());
        assert_eq!(found(r#"{"text": "a\u0000b"}"#).as_deref(), Some("text"));
        assert_eq!(found(r#"{"a": 1, "payload": [{"to": ["x", {"y": "\u0000"}]}]}"#).as_deref(), Some("payload"));
        assert_eq!(found(r#"{"inputs": {"a\u0000": 1}}"#).as_deref(), Some("inputs"));
        assert_eq!(found(r#"{"text": "a backslash and \\u0000 in digits"}"#), None);
        assert_eq!(found(r#"{"text": "a\u0001b"}"#), None);
    }
}
