//! A refusal as Graph words it: `{"error":{"code","message","innerError"}}`.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::storage::StorageError;

/// Why a request isn't served. The gate adds the ids and the date on the way out.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    retry_after: Option<Duration>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn item_not_found() -> Self {
        Self::new(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    }

    pub(crate) fn resource_not_found() -> Self {
        Self::new(404, "NotFound", "The resource could not be found.")
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(413, "RequestEntityTooLarge", message)
    }

    pub(crate) fn throttled(retry_after: Duration) -> Self {
        let message = "Application is over its MailboxConcurrency limit.";
        Self { retry_after: Some(retry_after), ..Self::new(429, "ApplicationThrottled", message) }
    }

    pub(crate) fn body(&self, inner: &serde_json::Value) -> serde_json::Value {
        json!({"error": {"code": self.code, "message": self.message, "innerError": inner}})
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.body(&json!({})))).into_response();
        if let Some(time) = self.retry_after {
            let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Conflict => Self::new(
                409,
                "ErrorIrresolvableConflict",
                "The send or update operation could not be performed because the change key does not match.",
            ),
            StorageError::Failed(source) => {
                tracing::error!(error = source, "local365's storage failed");
                Self::new(500, "ErrorInternalServerError", "An internal server error occurred. Try again later.")
            }
        }
    }
}
