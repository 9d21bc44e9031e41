//! `schedule_create`: makes a schedule of what the person said, such as "every Monday at 9 send me the KPI report".

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::id::Id;
use mezzofy_domain::language::Language;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::schedule::plan::Misfire;
use mezzofy_domain::schedule::{ScheduleRule, words};
use mezzofy_domain::trust::Trust;
use mezzofy_store::commit;
use mezzofy_store::schedules::Schedule;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read, retry};
use mezzofy_engine::schedules::{self, ScheduleError};

/// Characters of the request that become the name.
const NAME: usize = 60;
/// Schedules of one name that are told apart by a number.
const ALIKE: u32 = 20;

pub(super) struct ScheduleCreate {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScheduleCreateInput {
    /// When and what, in the person's own words, e.g. “every Monday at 9 send me the KPI report for last week”
    #[schemars(length(min = 1, max = 5000))]
    said: String,
}

impl ScheduleCreate {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "schedule_create",
            permission: Permission::Schedules,
            effect: false,
            // What runs again and again must not come from outside.
            fixed: &["said"],
            input_schema: schema::of::<ScheduleCreateInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {"name": text, "request": text, "said": text, "next": text}
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for ScheduleCreate {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: ScheduleCreateInput = read(input)?;
        let (language, zone, limits) = (context.language, self.tool_context.zone, self.tool_context.schedule_limits);
        let recurring = words::read(&input.said).ok_or_else(|| ToolError::Tell(unread(language).to_owned()))?;
        let refused = |error: mezzofy_domain::schedule::RuleError| ToolError::Tell(error.say(language));
        let rule = ScheduleRule::cron(&recurring.cron, zone.name(), limits.minutes).map_err(refused)?;
        let next = rule.first_after(context.now).map_err(refused)?;
        let mut schedule = Schedule {
            id: Id::new(context.now),
            owner: context.person.id,
            name: name_of(&recurring.request),
            request: recurring.request,
            agent: None,
            skill: None,
            inputs: serde_json::Map::new(),
            emails: Vec::new(),
            channel: None,
            push: true,
            rule,
            misfire: Misfire::Latest,
            paused: false,
            created_at: context.now,
        };
        let mut tx = self.tool_context.begin(context.person).await?;
        let first = schedule.name.clone();
        for number in 2..=ALIKE {
            match schedules::make(&mut tx, limits, &schedule, next).await.map_err(retry)? {
                Ok(()) => break,
                Err(ScheduleError::Taken(_)) if number < ALIKE => schedule.name = format!("{first} ({number})"),
                Err(refused) => return Err(ToolError::Tell(refused.say(language))),
            }
        }
        commit(tx).await.map_err(retry)?;
        let said = schedule.rule.say(language, zone);
        let next = ScheduleRule::Once { at: next }.say(language, zone);
        Ok(Outcome::Done(Output {
            result: json!({"name": schedule.name, "request": schedule.request, "said": said, "next": next}),
            trust: Trust::Person,
            ..Output::default()
        }))
    }
}

fn unread(language: Language) -> &'static str {
    match language {
        Language::En => "I can't tell when. Say it like “every Monday at 9 send me the KPI report for last week”.",
        Language::Zh => "没有听懂时间。请这样说：“每周一早上九点给我发上周的关键指标报告”。",
        Language::Ms => {
            "Saya tidak faham bila. Katakan seperti “every Monday at 9 send me the KPI report for last week”."
        }
    }
}

/// The beginning of the request.
fn name_of(request: &str) -> String {
    let line = request.lines().next().unwrap_or_default().trim_end_matches(['.', '。']);
    if line.chars().count() <= NAME {
        return line.to_owned();
    }
    let cut: String = line.chars().take(NAME).collect();
    cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole).to_owned() + "…"
}
