//! Teams: a message in a channel, one to a colleague, and which channels there are. The first two only say what is to be sent; the
//! worker sends it once.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::effect::{EffectKind, MAX_LINE_CHARS, MAX_POST_CHARS, MAX_POST_FILES, PayloadFields};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::people;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::FileIdSchema;
use super::recipients::addresses;
use super::{ToolContext, read, retry};

/// What a call gives that sends something.
fn sent() -> Value {
    json!({
        "type": "object",
        "properties": {
            "effect": {"type": "string", "description": "Its id in the outbox"},
            "state": {"type": "string"},
            "to": {"type": "string", "description": "The channel or the colleague's address"}
        }
    })
}

/// `teams_post_message`.
pub(super) struct TeamsPostMessage {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "models read these comments")]
struct TeamsPostMessageInput {
    /// Its name, as teams_list_channels gives it
    #[schemars(length(max = 100))]
    channel: String,
    #[serde(default)]
    #[schemars(length(max = MAX_LINE_CHARS))]
    title: String,
    /// Plain text
    #[schemars(length(min = 1, max = MAX_POST_CHARS))]
    text: String,
    #[serde(default)]
    #[schemars(with = "Vec<FileIdSchema>", length(max = MAX_POST_FILES))]
    attachments: Vec<Id<id::File>>,
}

impl TeamsPostMessage {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "teams_post_message",
            permission: Permission::PostInTeams,
            effect: true,
            fixed: &[],
            input_schema: schema::of::<TeamsPostMessageInput>(),
            output_schema: sent(),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for TeamsPostMessage {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: TeamsPostMessageInput = read(input)?;
        let Some((channel, _)) = self.tool_context.company.channel(&input.channel) else {
            let refusal = self.tool_context.send_rules(context.now).not_in(&input.channel, context.person);
            return Err(ToolError::Tell(refusal.to_string()));
        };
        let attachments = self.tool_context.attachments(context, input.attachments).await?;
        let (to, cc) = (vec![channel.to_owned()], Vec::new());
        let post = PayloadFields { to, cc, subject: input.title, body: input.text, attachments, when: None };
        self.tool_context.send(context, EffectKind::Teams, post).await
    }
}

/// `teams_send_dm`.
pub(super) struct TeamsSendDm {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TeamsSendDmInput {
    /// One colleague: an address, a name or a title
    #[schemars(length(max = 255))]
    to: String,
    /// Plain text
    #[schemars(length(min = 1, max = MAX_POST_CHARS))]
    text: String,
}

impl TeamsSendDm {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "teams_send_dm",
            permission: Permission::PostInTeams,
            effect: true,
            fixed: &[],
            input_schema: schema::of::<TeamsSendDmInput>(),
            output_schema: sent(),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for TeamsSendDm {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: TeamsSendDmInput = read(input)?;
        let mut tx = self.tool_context.begin(context.person).await?;
        let people = people::all(&mut tx).await.map_err(retry)?;
        drop(tx);
        let to = addresses(&self.tool_context, context, &people, std::slice::from_ref(&input.to))?;
        let (cc, subject, attachments) = (Vec::new(), String::new(), Vec::new());
        let post = PayloadFields { to, cc, subject, body: input.text, attachments, when: None };
        self.tool_context.send(context, EffectKind::Teams, post).await
    }
}

/// `teams_list_channels`.
pub(super) struct TeamsListChannels {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TeamsListChannelsInput {}

impl TeamsListChannels {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "teams_list_channels",
            permission: Permission::PostInTeams,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<TeamsListChannelsInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {"channels": {"type": "array", "items": {"type": "string"}}}
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for TeamsListChannels {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let TeamsListChannelsInput {} = read(input)?;
        let result = json!({"channels": self.tool_context.send_rules(context.now).channels_of(context.person)});
        Ok(Outcome::Done(Output { result, trust: Trust::Company, ..Output::default() }))
    }
}
