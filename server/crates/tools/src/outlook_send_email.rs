//! `outlook_send_email`: a mail from the person's own mailbox. It only says what is to be sent; the worker sends it once.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_domain::effect::{
    EffectKind, MAX_LINE_CHARS, MAX_MAIL_CHARS, MAX_MAIL_FILES, MAX_RECIPIENTS, PayloadFields,
};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::roles::Permission;
use mezzofy_store::people;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::FileIdSchema;
use super::recipients::addresses;
use super::{ToolContext, read, retry};

pub(super) struct OutlookSendEmail {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OutlookSendEmailInput {
    /// One each: an address, or the name or title of a colleague
    #[schemars(length(max = MAX_RECIPIENTS))]
    to: Vec<String>,
    /// As `to`
    #[serde(default)]
    #[schemars(length(max = MAX_RECIPIENTS))]
    cc: Vec<String>,
    #[schemars(length(max = MAX_LINE_CHARS))]
    subject: String,
    /// Plain text
    #[schemars(length(max = MAX_MAIL_CHARS))]
    body: String,
    #[serde(default)]
    #[schemars(with = "Vec<FileIdSchema>", length(max = MAX_MAIL_FILES))]
    attachments: Vec<Id<id::File>>,
}

impl OutlookSendEmail {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "outlook_send_email",
            permission: Permission::SendMail,
            effect: true,
            fixed: &[],
            input_schema: schema::of::<OutlookSendEmailInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "effect": {"type": "string", "description": "Its id in the outbox"},
                    "state": {"type": "string"},
                    "to": {"type": "string", "description": "The recipients, with commas"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for OutlookSendEmail {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: OutlookSendEmailInput = read(input)?;
        let attachments = self.tool_context.attachments(context, input.attachments).await?;
        let mut tx = self.tool_context.begin(context.person).await?;
        let people = people::all(&mut tx).await.map_err(retry)?;
        drop(tx);
        let to = addresses(&self.tool_context, context, &people, &input.to)?;
        let cc = addresses(&self.tool_context, context, &people, &input.cc)?;
        let mail = PayloadFields { to, cc, subject: input.subject, body: input.body, attachments, when: None };
        self.tool_context.send(context, EffectKind::Mail, mail).await
    }
}
