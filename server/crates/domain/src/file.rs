//! What the product keeps of a file: its bytes live in the file storage under their SHA-256.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{self, Id};
use crate::trust::Trust;

pub mod media_type;
mod text_type;

/// A file as mails, answers and outbox rows name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Which file.
    pub id: Id<id::File>,
    /// With its ending, e.g. `financial-statement-2026-10.pdf`.
    pub name: String,
    /// IANA media type, decided by content.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
}

/// A file with its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Name, kind, size and hash.
    pub attachment: Attachment,
    /// Whose it is.
    pub owner: Id<id::Person>,
    /// The run that made it, `None` for an upload.
    pub run: Option<Id<id::Run>>,
    /// Who stands behind what is in it.
    pub trust: Trust,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}
