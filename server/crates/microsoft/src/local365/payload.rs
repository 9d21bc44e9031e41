//! A JSON body as Graph takes it: at most 4 MB, and no property that the type doesn't have.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;

use super::Local365;
use super::refusal::Refusal;

/// What is read of any body before it is refused.
pub(super) const MOST: usize = 4_200_000;
const JSON_MOST: usize = 4_000_000;

/// The body of a request.
pub(super) struct Payload<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Local365> for Payload<T> {
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
        let bytes = read(request, state).await?;
        if bytes.len() > JSON_MOST {
            return Err(Refusal::too_large("The request exceeds the maximum size of 4 MB."));
        }
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Refusal::new(400, "RequestBodyRead", format!("The request body can't be read: {error}."))
        })?;
        Ok(Self(value))
    }
}

/// All bytes of the body, up to [`MOST`].
pub(super) async fn read(request: Request, state: &Local365) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, state).await.map_err(|_| Refusal::too_large("The request is too large or broke off."))
}
