//! Teams: a message in a channel, one to a colleague, and which channels there are. The first two only say what is to be sent; the
//! worker sends it once.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::effect::{EffectKind, PayloadFields};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::{files, people};
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

fn checked(fields: PayloadFields) -> Result<Outcome, ToolError> {
    fields.checked(EffectKind::Teams).map(Outcome::Send).map_err(|error| ToolError::Tell(error.to_string()))
}

impl ToolContext {
    /// The channels that a person may post in.
    fn channels_of(&self, person: &Person) -> Vec<&str> {
        let may = self.company.channels.iter().filter(|(_, of)| self.roles.allow_channel(person, **of));
        may.map(|(channel, _)| channel.as_str()).collect()
    }
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
    #[schemars(length(max = 255))]
    title: String,
    /// Plain text
    #[schemars(length(min = 1, max = 20_000))]
    text: String,
    #[serde(default)]
    #[schemars(with = "Vec<FileIdSchema>", length(max = 10))]
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
        let may = self.tool_context.channels_of(context.person);
        let channel = self.tool_context.company.channel(&input.channel).map(|(channel, _)| channel);
        let Some(channel) = channel.filter(|channel| may.contains(channel)) else {
            let detail = format!("{} may post in {}, not in “{}”.", context.person.name, may.join(", "), input.channel);
            return Err(ToolError::Tell(detail));
        };
        let mut attachments = Vec::new();
        let mut tx = self.tool_context.begin(context.person).await?;
        for id in input.attachments {
            let file = files::get(&mut tx, context.person.id, id).await.map_err(retry)?;
            let file = file.ok_or_else(|| ToolError::Tell(format!("There is no file {id} of yours to attach.")))?;
            attachments.push(file.attachment);
        }
        checked(PayloadFields {
            to: vec![channel.to_owned()],
            cc: Vec::new(),
            subject: input.title,
            body: input.text,
            attachments,
            when: None,
        })
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
    #[schemars(length(min = 1, max = 20_000))]
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
        let colleague = |address: &String| people.iter().any(|person| !person.disabled && person.email == *address);
        if let Some(other) = to.iter().find(|address| !colleague(address)) {
            return Err(ToolError::Tell(format!("{other} is no colleague; messages in Teams go to colleagues only.")));
        }
        let (cc, subject, attachments) = (Vec::new(), String::new(), Vec::new());
        checked(PayloadFields { to, cc, subject, body: input.text, attachments, when: None })
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
        let result = json!({"channels": self.tool_context.channels_of(context.person)});
        Ok(Outcome::Done(Output { result, trust: Trust::Company, ..Output::default() }))
    }
}
