//! A message as people see it.

use chrono::{DateTime, Utc};
use mezzofy_domain::file::File;
use mezzofy_domain::id::Id;
use mezzofy_store::messages::{Author, Message};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Object, ObjectBuilder};
use uuid::Uuid;

use super::FileView;

/// What a person sees in a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    id: Uuid,
    conversation_id: Uuid,
    #[schema(schema_with = authors)]
    author: String,
    /// Markdown when the assistant wrote it.
    text: String,
    /// What the person sent with it; what the run made, with its last message.
    files: Vec<FileView>,
    /// Texts to send next with one touch.
    choices: Vec<String>,
    run_id: Uuid,
    created_at: DateTime<Utc>,
}

impl MessageView {
    /// The view of a message with its files, which are among these.
    #[must_use]
    pub fn of(row: Message, files: &[File]) -> Self {
        let of_run =
            |file: &&File| row.author == Author::Assistant.code() && file.run.map(Id::uuid) == Some(row.run_id);
        let sent = |file: &&File| row.file_ids.contains(&file.attachment.id.uuid());
        let made = files.iter().filter(|file| sent(file) || of_run(file));
        Self {
            files: made.map(FileView::of).collect(),
            id: row.id,
            conversation_id: row.conversation_id,
            author: row.author,
            text: row.text,
            choices: row.choices,
            run_id: row.run_id,
            created_at: row.created_at,
        }
    }
}

fn authors() -> Object {
    let codes = [Author::Person, Author::Assistant].map(Author::code);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).build()
}
