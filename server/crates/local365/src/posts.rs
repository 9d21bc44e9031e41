//! Messages in channels and chats: as a client writes them, and as they are stored and shown.

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::query::QueryOptions;
use crate::refusal::Refusal;
use crate::state::Local365;
use crate::storage::{Document, DocumentQuery};

/// Where the files lie that messages may name, in the team's mailbox.
pub(crate) const FILES_FOLDER: &str = "files";
const MAX_POSTS_PER_PAGE: i64 = 50;
const MAX_CONTENT_BYTES: usize = 28_000;

/// A message as a client writes it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPost {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    body: PostBody,
    #[serde(default)]
    attachments: Vec<FileReference>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PostBody {
    content_type: String,
    content: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FileReference {
    id: Uuid,
    content_type: String,
    content_url: String,
    name: String,
}

impl Local365 {
    pub(crate) async fn posts(
        &self,
        mailbox: &str,
        folder: &str,
        options: &QueryOptions,
    ) -> Result<Json<Value>, Refusal> {
        if options.top > MAX_POSTS_PER_PAGE {
            return Err(Refusal::bad_request(format!("Invalid value for $top: 1 to {MAX_POSTS_PER_PAGE}.")));
        }
        let query = DocumentQuery { mailbox, folders: &[folder], tag: None, skip: options.skip, limit: options.top };
        let found = self.0.storage.find(query).await?;
        Ok(Json(json!({"value": found.iter().map(show).collect::<Vec<_>>()})))
    }

    pub(crate) async fn check_files(&self, new: &NewPost) -> Result<(), Refusal> {
        for file in &new.attachments {
            let named = new.body.content.contains(&format!("<attachment id=\"{}\"></attachment>", file.id));
            let there = self
                .0
                .storage
                .get(&self.0.config.team.mailbox(), file.id)
                .await?
                .is_some_and(|it| it.folder == FILES_FOLDER);
            if !named || !there || file.content_type != "reference" {
                return Err(Refusal::bad_request("An attachment must be a file that is there, named in the content."));
            }
        }
        Ok(())
    }

    pub(crate) async fn post(
        &self,
        mailbox: &str,
        folder: &str,
        author: &str,
        new: &NewPost,
    ) -> Result<(StatusCode, Json<Value>), Refusal> {
        let PostBody { content_type, content } = &new.body;
        if !matches!(content_type.as_str(), "html" | "text") || content.is_empty() || content.len() > MAX_CONTENT_BYTES
        {
            return Err(Refusal::bad_request("The content must be html or text, not empty and at most 28 KB."));
        }
        let mut body = serde_json::to_value(new).map_err(|_| Refusal::bad_request("The message can't be kept."))?;
        body["from"] = json!({"user": {"id": author}});
        let document = Document {
            mailbox: mailbox.to_owned(),
            id: self.0.clock.id(),
            folder: folder.to_owned(),
            tags: Vec::new(),
            at: self.0.clock.now(),
            version: 1,
            body,
        };
        self.0.storage.save(std::slice::from_ref(&document)).await?;
        Ok((StatusCode::CREATED, Json(show(&document))))
    }
}

fn show(document: &Document) -> Value {
    let mut shown = document.body.clone();
    shown["id"] = json!(document.id);
    shown["etag"] = json!(document.at.timestamp_millis().to_string());
    shown["createdDateTime"] = json!(document.at);
    shown
}
