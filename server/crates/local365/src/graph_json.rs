//! A JSON body as Graph takes it: at most 4 MB, and no property that the type doesn't have.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;
use crate::state::Local365;

/// What is read of any body before it is refused.
pub(crate) const MAX_BODY_BYTES: usize = 4_200_000;
const MAX_JSON_BYTES: usize = 4_000_000;

pub(crate) struct GraphJson<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Local365> for GraphJson<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Local365) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("application/json") {
            return Err(Refusal::new(
                415,
                "RequestBodyRead",
                "A write request's content type must be application/json.",
            ));
        }
        let bytes = read_body(request, state).await?;
        if bytes.len() > MAX_JSON_BYTES {
            return Err(Refusal::too_large("The request exceeds the maximum size of 4 MB."));
        }
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Refusal::new(400, "RequestBodyRead", format!("The request body can't be read: {error}."))
        })?;
        Ok(Self(value))
    }
}

/// All bytes of the body, up to [`MAX_BODY_BYTES`].
pub(crate) async fn read_body(request: Request, state: &Local365) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, state).await.map_err(|_| Refusal::too_large("The request is too large or broke off."))
}
