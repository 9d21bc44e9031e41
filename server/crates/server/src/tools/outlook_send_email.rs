//! `outlook_send_email`: a mail from the person's own mailbox. It only says what is to be sent; the worker sends it once.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_domain::effect::Mail;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::roles::Permission;
use mezzofy_store::files;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Workshop, read, retry};

pub(super) struct OutlookSendEmail {
    spec: ToolSpec,
    workshop: Arc<Workshop>,
}

#[derive(Deserialize)]
struct Input {
    to: Vec<String>,
    #[serde(default)]
    cc: Vec<String>,
    subject: String,
    body: String,
    #[serde(default)]
    attachments: Vec<Id<id::File>>,
}

impl OutlookSendEmail {
    pub(super) fn new(workshop: &Arc<Workshop>) -> Self {
        let addresses = json!({"type": "array", "maxItems": 50, "items": {"type": "string"}});
        let spec = ToolSpec {
            name: "outlook_send_email",
            permission: Permission::SendMail,
            input_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["to", "subject", "body"],
                "properties": {
                    "to": addresses,
                    "cc": addresses,
                    "subject": {"type": "string", "maxLength": 255},
                    "body": {"type": "string", "maxLength": 50_000, "description": "Plain text"},
                    "attachments": {"type": "array", "maxItems": 20, "items": {"type": "string", "description": "A file's id"}}
                }
            }),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "effect": {"type": "string", "description": "Its id in the outbox"},
                    "state": {"type": "string"},
                    "to": {"type": "string", "description": "The recipients, with commas"}
                }
            }),
        };
        Self { spec, workshop: Arc::clone(workshop) }
    }
}

#[async_trait]
impl Tool for OutlookSendEmail {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = read(input)?;
        let mut attachments = Vec::new();
        let mut tx = self.workshop.store.begin().await.map_err(retry)?;
        for id in input.attachments {
            let file = files::get(&mut tx, context.person.id, id).await.map_err(retry)?;
            attachments.push(
                file.ok_or_else(|| ToolError::Tell(format!("There is no file {id} of yours to attach.")))?.attachment,
            );
        }
        let mail = Mail { to: input.to, cc: input.cc, subject: input.subject, body: input.body, attachments };
        mail.checked().map(Outcome::Send).map_err(|error| ToolError::Tell(error.to_string()))
    }
}
