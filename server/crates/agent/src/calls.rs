//! What a model may call, and what its calls stand for: tools and skills its person may use, and two words of its own, to
//! ask the person and to decline.

use std::collections::BTreeMap;

use mezzofy_domain::language::Language;
use mezzofy_domain::people::Department;
use mezzofy_domain::run::{RunError, RunErrorKind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::agents::Agent;
use crate::gate::{Gate, PlanRequest};
use crate::model::{Block, BlockView, ToolDefinition};
use crate::planner::{self, InputMismatch, Planner, SkillPlan, question_in};
use crate::run::{ParsedCall, Question, ScheduledRequest, TriggerEvent};
use crate::schema;
use crate::skills::{Input, InputKind, Skill, SkillRun, Skills};
use crate::texts::ToolTexts;
use crate::tool::ToolSpec;

/// Asks the person something and waits for the answer.
pub const ASK_PERSON: &str = "ask_person";
/// Ends the run because it can't or may not be done.
pub const DECLINE: &str = "decline";

/// What [`ASK_PERSON`] takes. What models must say is asked of them by the schema, and where they leave it out it is made do without.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("required" = ["question", "choices"]))]
struct AskPersonInput {
    /// In the person's language
    #[serde(default)]
    question: String,
    /// The two to five likeliest answers; empty when any answer is possible
    #[serde(default)]
    choices: Vec<String>,
}

/// What [`DECLINE`] takes. Skill and agent are the planner's to say.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("required" = ["kind", "text"]))]
struct DeclineInput {
    #[serde(default)]
    kind: DeclineKind,
    /// For the person, in their language: what can't be done and what can be done instead
    #[serde(default)]
    text: String,
    #[schemars(skip)]
    skill: Option<String>,
    #[schemars(skip)]
    agent: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum DeclineKind {
    #[default]
    NotPossible,
    NotPermitted,
    #[schemars(skip)]
    ModelFailed,
    #[schemars(skip)]
    #[serde(other)]
    Unknown,
}

/// The tools there are.
pub trait Toolbox: Sync {
    /// The shape of a tool.
    fn spec(&self, name: &str) -> Option<&ToolSpec>;
    /// Checks an input against the tool's schema; the error is a sentence.
    fn check(&self, name: &str, input: &Value) -> Result<(), String>;
}

/// Everything a model's calls are read with.
#[derive(Clone, Copy)]
pub struct CallParser<'a> {
    /// What can be asked for.
    pub skills: &'a Skills,
    /// What can be called.
    pub tools: &'a dyn Toolbox,
    /// What tools are for.
    pub texts: &'a ToolTexts,
    /// Finds people and periods.
    pub planner: &'a Planner,
    /// Who asks, and when.
    pub request: planner::Request<'a>,
    /// The rules in force.
    pub gate: Gate<'a>,
    /// The language of the run.
    pub language: Language,
}

impl CallParser<'_> {
    /// What the person's model may call, sorted by name: the agent's tools and the skills, as far as the role allows them.
    #[must_use]
    pub fn offered(&self, agent: &Agent) -> Vec<ToolDefinition> {
        let me = self.request.me;
        // Where a skill has a tool's name, it does all the tool does and more.
        let is_skill = |name: &str| self.request.allowed.iter().any(|skill| skill == name);
        let tools = agent.tools.iter().filter(|name| !is_skill(name)).filter_map(|name| {
            let spec = self.tools.spec(name).filter(|spec| self.gate.roles.allows(&me.role, spec.permission))?;
            Some(ToolDefinition {
                name: spec.name.to_owned(),
                description: self
                    .texts
                    .get(spec.name)
                    .map_or_else(String::new, |text| text.description.trim().to_owned()),
                input_schema: spec.input_schema.clone(),
            })
        });
        let allowed = self.skills.iter().filter(|skill| self.request.allowed.contains(&skill.name));
        let mut offered: Vec<ToolDefinition> = tools.chain(allowed.map(skill_definition)).chain(own_words()).collect();
        offered.sort_by(|one, other| one.name.cmp(&other.name));
        offered
    }

    /// Reads the calls of a reply, in their order.
    #[must_use]
    pub fn read(&self, blocks: &[Block], offered: &[ToolDefinition]) -> Vec<ParsedCall> {
        let calls = blocks.iter().filter_map(|block| match block.view() {
            BlockView::Call { name, input, .. } => Some((block, name, input)),
            BlockView::Text(_) | BlockView::Thinking | BlockView::Unknown => None,
        });
        calls
            .map(|(block, name, input)| match input {
                Err(_) => {
                    ParsedCall::Malformed(format!("The input of {name} is no JSON object. Call it again with one."))
                }
                Ok(_) if !offered.iter().any(|tool| tool.name == name) => {
                    let names: Vec<&str> = offered.iter().map(|tool| tool.name.as_str()).collect();
                    ParsedCall::Malformed(format!("There is no tool {name}. There are: {}.", names.join(", ")))
                }
                Ok(input) => self.parse(block, &name, input).unwrap_or_else(ParsedCall::Malformed),
            })
            .collect()
    }

    fn parse(&self, block: &Block, name: &str, input: Map<String, Value>) -> Result<ParsedCall, String> {
        match name {
            ASK_PERSON => {
                let AskPersonInput { question, choices } = parse(name, input)?;
                let question = Question { text: not_empty("question", &question)?, choices };
                Ok(ParsedCall::AskPerson { question, agent: question_in(block).map(|open| open.agent) })
            }
            DECLINE => {
                let DeclineInput { kind, text, skill, agent } = parse(name, input)?;
                let kind = match kind {
                    DeclineKind::NotPermitted => RunErrorKind::NotPermitted,
                    DeclineKind::ModelFailed => RunErrorKind::ModelFailed,
                    DeclineKind::NotPossible | DeclineKind::Unknown => RunErrorKind::NotPossible,
                };
                let skill = skill.and_then(|name| self.skills.get(&name));
                let error = RunError { kind, detail: not_empty("text", &text)? };
                let agent = agent.as_deref().and_then(Department::from_code);
                let agent = skill.map(|skill| skill.department).or(agent);
                let skill = skill.map(|skill| skill.name.clone());
                Ok(ParsedCall::Decline { error, skill, agent })
            }
            _ => match self.skills.get(name).filter(|_| !self.is_tool_alone(name)) {
                Some(skill) => self.skill(skill, &input),
                None => self.tool(name, input),
            },
        }
    }

    /// Whether a name is a tool's for this person, though it is also that of a skill that they may not use.
    fn is_tool_alone(&self, name: &str) -> bool {
        self.tools.spec(name).is_some() && !self.request.allowed.iter().any(|skill| skill == name)
    }

    /// What an event is for: its skill, with what the gate says of it. `None` where there is no such skill that takes one.
    #[must_use]
    pub fn event(&self, event: &TriggerEvent) -> Option<(Block, ParsedCall)> {
        let skill = self.skills.get(&event.skill)?;
        let input = skill.input(InputKind::Event)?;
        let mut inputs = Map::new();
        inputs.insert(input.name.clone(), Value::Object(event.data.clone()));
        let plan = SkillPlan {
            skill: skill.name.clone(),
            agent: skill.department,
            language: self.language,
            inputs: inputs.clone(),
            labels: BTreeMap::new(),
        };
        Some((Block::call("plan", &skill.name, &Value::Object(inputs)), self.admitted(skill, plan)))
    }

    /// What was ordered: its skill, with what the gate says of it, or why it can't be. `None` where the words count.
    #[must_use]
    pub fn order(&self, order: &ScheduledRequest) -> Option<(Block, ParsedCall)> {
        let name = order.skill.as_deref()?;
        let read = match self.skills.get(name) {
            Some(skill) => self.skill(skill, &order.inputs),
            None => Err(format!("There is no skill {name}.")),
        };
        let decline = |detail: String| ParsedCall::Decline {
            error: RunError { kind: RunErrorKind::NotPossible, detail },
            skill: None,
            agent: self.skills.get(name).map(|skill| skill.department),
        };
        let wanted = match read {
            Ok(ParsedCall::Rejected(text)) | Err(text) => decline(text),
            Ok(wanted) => wanted,
        };
        Some((Block::call("plan", name, &Value::Object(order.inputs.clone())), wanted))
    }

    fn tool(&self, name: &str, input: Map<String, Value>) -> Result<ParsedCall, String> {
        let input = Value::Object(input);
        self.tools.check(name, &input)?;
        let effect = self.tools.spec(name).is_none_or(|spec| spec.effect);
        Ok(ParsedCall::Tool { tool: name.to_owned(), input, effect })
    }

    fn skill(&self, skill: &Skill, input: &Map<String, Value>) -> Result<ParsedCall, String> {
        let plan = match self.planner.plan_of_call(self.skills, &self.request, self.language, skill, input) {
            Ok(plan) => plan,
            Err(InputMismatch::Form(text)) => return Err(text),
            Err(InputMismatch::Meaning(text)) => return Ok(ParsedCall::Rejected(text)),
        };
        Ok(self.admitted(skill, plan))
    }

    /// A plan with what the gate says of it.
    fn admitted(&self, skill: &Skill, plan: SkillPlan) -> ParsedCall {
        let work = SkillRun::new(plan.clone(), self.request.me, self.request.today);
        let tools: Vec<&ToolSpec> = work.tools_ahead(skill).iter().filter_map(|name| self.tools.spec(name)).collect();
        let requested = PlanRequest {
            skill: &skill.name,
            title: skill.title.in_language(self.language),
            tools: &tools,
            channel: skill.input(InputKind::Channel).and_then(|input| plan.inputs.get(&input.name)?.as_str()),
            language: self.language,
        };
        let admitted = self.gate.authorize_plan(self.request.me, requested);
        ParsedCall::Skill { plan: Box::new(plan), admitted }
    }
}

fn parse<T: DeserializeOwned>(name: &str, input: Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(input)).map_err(|error| format!("The input of {name} is wrong: {error}."))
}

fn not_empty(name: &str, text: &str) -> Result<String, String> {
    let text = Some(text.trim()).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| format!("{name} must be a text."))
}

/// The inputs that a person or a model can give.
fn askable(skill: &Skill) -> impl Iterator<Item = &Input> {
    skill.inputs.iter().filter(|input| input.kind != InputKind::Event)
}

fn skill_definition(skill: &Skill) -> ToolDefinition {
    let property = |input: &Input| match input.kind {
        InputKind::Period => json!({
            "type": "string",
            "description": "2026-10, 2026-Q3, 2026-H1, 2026, 2026-W47, 2026-YTD, or latest: the last ended month that has data"
        }),
        InputKind::Person => json!({
            "type": "string",
            "description": "Who gets it, only if the person asked for that: address, name or title of a colleague; several with commas"
        }),
        InputKind::Channel => json!({
            "type": "string", "description": "The channel in Teams to post it in, only if the person asked for that"
        }),
        InputKind::Format => json!({"type": "string", "enum": input.choices}),
        InputKind::Language => json!({"type": "string", "enum": ["en", "zh"], "description": "Of what is made"}),
        InputKind::Count => json!({"type": "integer", "minimum": 1, "maximum": 500}),
        InputKind::Flag => json!({"type": "boolean", "description": "Only if the person asked for that"}),
        InputKind::Industry => json!({"type": "string", "description": "For example F&B"}),
        InputKind::Location => json!({"type": "string", "description": "A city or country"}),
        InputKind::Company => json!({"type": "string", "description": "The company's name as the person said it"}),
        InputKind::Product => {
            json!({"type": "string", "description": "The product or feature as the person called it"})
        }
        InputKind::Request => json!({"type": "string", "description": "What is to be found out, as a question"}),
        InputKind::Moment => json!({
            "type": "string",
            "description": "A day or days by the company's clocks, with the time where one is said: 2026-12-02T15:00, 2026-12-02, 2026-11-30/2026-12-06"
        }),
        InputKind::Duration => json!({"type": "integer", "minimum": 5, "maximum": 1440, "description": "In minutes"}),
        InputKind::Topic => json!({"type": "string", "description": "What it is about, a few words"}),
        InputKind::Event => json!(false),
    };
    let properties: Map<String, Value> = askable(skill).map(|input| (input.name.clone(), property(input))).collect();
    let required: Vec<&str> = skill
        .inputs
        .iter()
        .filter(|input| input.required && input.default.is_none() && input.unless.is_empty())
        .map(|input| input.name.as_str())
        .collect();
    ToolDefinition {
        name: skill.name.clone(),
        description: format!("{} Does all of it in one call.", skill.description),
        input_schema: json!({
            "type": "object", "additionalProperties": false, "required": required, "properties": properties
        }),
    }
}

/// What a model may call besides tools and skills.
fn own_words() -> [ToolDefinition; 2] {
    [
        ToolDefinition {
            name: ASK_PERSON.to_owned(),
            description:
                "Asks the person one question and waits for the answer. Use it when the request can be meant in \
                          different ways, or when something is missing that only the person knows."
                    .to_owned(),
            input_schema: schema::of::<AskPersonInput>(),
        },
        ToolDefinition {
            name: DECLINE.to_owned(),
            description:
                "Ends the work because it can't be done: no tool can do it (not_possible), or the person's role does \
                          not allow it (not_permitted). Use it before anything was made, not after."
                    .to_owned(),
            input_schema: schema::of::<DeclineInput>(),
        },
    ]
}

#[cfg(test)]
mod tests;
