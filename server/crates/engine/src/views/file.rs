//! A file as people see it.

use chrono::{DateTime, Utc};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::Id;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileView {
    id: Uuid,
    name: String,
    /// Decided by content.
    media_type: String,
    /// Bytes.
    size: u64,
    /// Lower-case hex.
    sha256: String,
    created_at: DateTime<Utc>,
    /// The run that made it.
    #[schema(required = true)]
    run_id: Option<Uuid>,
}

impl FileView {
    /// The view of a file.
    #[must_use]
    pub fn of(file: &File) -> Self {
        let Attachment { id, name, media_type, size, sha256 } = file.attachment.clone();
        Self {
            id: id.uuid(),
            name,
            media_type,
            size,
            sha256,
            created_at: file.created_at,
            run_id: file.run.map(Id::uuid),
        }
    }
}
