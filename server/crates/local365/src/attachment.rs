//! A file of a message: as a client gives it, as it is stored, and as it is shown.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ids;
use crate::query::QueryOptions;
use crate::refusal::Refusal;
use crate::state::Local365;

/// From here on a file needs an upload session.
pub(crate) const MIN_UPLOAD_SESSION_BYTES: usize = 3_000_000;

/// A file attachment; other kinds are refused.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewAttachment {
    #[serde(rename = "@odata.type")]
    kind: String,
    name: String,
    content_type: Option<String>,
    content_bytes: String,
    #[serde(default)]
    is_inline: bool,
}

/// A file in a message: its bytes are the blobs in their order.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredAttachment {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) is_inline: bool,
    pub(crate) size: u64,
    pub(crate) modified: DateTime<Utc>,
    pub(crate) blobs: Vec<Uuid>,
}

impl Local365 {
    /// Checks a file and stores its bytes.
    pub(crate) async fn store_attachment(&self, new: NewAttachment) -> Result<StoredAttachment, Refusal> {
        if new.kind != "#microsoft.graph.fileAttachment" {
            return Err(Refusal::bad_request(format!(
                "Attachments of type '{}' are not served by local365.",
                new.kind
            )));
        }
        let bytes = BASE64_STANDARD.decode(&new.content_bytes).map_err(|_| {
            Refusal::new(400, "RequestBodyRead", "Cannot convert contentBytes to the type 'Edm.Binary'.")
        })?;
        if bytes.len() >= MIN_UPLOAD_SESSION_BYTES {
            return Err(Refusal::too_large("A file of 3 MB or more needs an upload session."));
        }
        let (id, blob) = (self.0.clock.id(), self.0.clock.id());
        self.0.storage.put_blob(blob, &bytes).await?;
        Ok(StoredAttachment {
            id,
            name: new.name,
            content_type: new.content_type,
            is_inline: new.is_inline,
            size: bytes.len() as u64,
            modified: self.0.clock.now(),
            blobs: vec![blob],
        })
    }
}

impl StoredAttachment {
    pub(crate) fn show(&self, options: &QueryOptions) -> Value {
        let full = json!({
            "@odata.type": "#microsoft.graph.fileAttachment",
            "name": self.name,
            "contentType": self.content_type,
            "isInline": self.is_inline,
            "size": self.size,
            "lastModifiedDateTime": self.modified.to_rfc3339_opts(SecondsFormat::Secs, true),
        });
        options.select(ids::format(self.id, 0, options.immutable), full)
    }
}
