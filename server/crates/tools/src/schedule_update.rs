//! `schedule_update`: pauses, resumes, moves or removes a schedule of the person's own, such as "pause my weekly KPI report".

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono_tz::Tz;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::audit::AuditAction;
use mezzofy_domain::language::Language;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::schedule::{ScheduleRule, words};
use mezzofy_domain::trust::Trust;
use mezzofy_domain::writing::is_han;
use mezzofy_store::commit;
use mezzofy_store::page::PageRequest;
use mezzofy_store::schedules::{self as stored, Schedule};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read, retry};
use mezzofy_engine::schedules;

/// Schedules of one person that are looked through.
const MAX_SCHEDULES: i64 = 200;

pub(super) struct ScheduleUpdate {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScheduleUpdateInput {
    /// Which schedule, in the person's own words, and for `move` the new time: “move my weekly KPI report to every Tuesday at 10”
    #[schemars(length(min = 1, max = 5000))]
    said: String,
    act: ScheduleChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ScheduleChange {
    Pause,
    Resume,
    Remove,
    Move,
}

impl ScheduleUpdate {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "schedule_update",
            permission: Permission::Schedules,
            effect: false,
            // What runs again and again must not be changed from outside.
            fixed: &["said", "act"],
            input_schema: schema::of::<ScheduleUpdateInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {"name": text, "said": text}
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for ScheduleUpdate {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: ScheduleUpdateInput = read(input)?;
        let (language, zone, limits) = (context.language, self.tool_context.zone, self.tool_context.schedule_limits);
        let owner = context.person.id;
        let mut tx = self.tool_context.begin(context.person).await?;
        let all = stored::list(&mut tx, owner, PageRequest { before: None, limit: MAX_SCHEDULES })
            .await
            .map_err(retry)?
            .items;
        let meant = meant(&input.said, &all, language, zone).map_err(ToolError::Tell)?;
        let locked = stored::lock(&mut tx, owner, meant.id).await.map_err(retry)?;
        let Some(mut schedule) = locked else { return Err(ToolError::Tell(none(language).to_owned())) };
        let action = match input.act {
            ScheduleChange::Pause | ScheduleChange::Resume => {
                schedule.paused = input.act == ScheduleChange::Pause;
                if schedule.paused { AuditAction::SchedulePaused } else { AuditAction::ScheduleResumed }
            }
            ScheduleChange::Move => {
                let refused = |error: mezzofy_domain::schedule::RuleError| ToolError::Tell(error.say(language));
                let cron = new_time(&input.said).ok_or_else(|| ToolError::Tell(unread(language).to_owned()))?;
                schedule.rule = ScheduleRule::cron(&cron, zone.name(), limits.minutes).map_err(refused)?;
                let next = schedule.rule.first_after(context.now).map_err(refused)?;
                stored::set_next(&mut tx, schedule.id, Some(next)).await.map_err(retry)?;
                AuditAction::ScheduleChanged
            }
            ScheduleChange::Remove => AuditAction::ScheduleRemoved,
        };
        if input.act == ScheduleChange::Remove {
            stored::remove(&mut tx, owner, schedule.id).await.map_err(retry)?;
        } else {
            stored::save(&mut tx, &schedule).await.map_err(retry)?;
        }
        schedules::note(&mut tx, &schedule, action, context.now).await.map_err(retry)?;
        commit(tx).await.map_err(retry)?;
        let result = json!({"name": schedule.name, "said": schedule.rule.say(language, zone)});
        Ok(Outcome::Done(Output { result, trust: Trust::Person, ..Output::default() }))
    }
}

/// The schedule that a text means: the one whose name it holds, else the only one that has all of its words. What is not sure is asked.
fn meant<'s>(said: &str, all: &'s [Schedule], language: Language, zone: Tz) -> Result<&'s Schedule, String> {
    let text = said.to_lowercase();
    let named: Vec<&Schedule> = all.iter().filter(|one| text.contains(&one.name.to_lowercase())).collect();
    if let [one] = named.as_slice() {
        return Ok(one);
    }
    let said = terms(before_time(said));
    let has_all = |one: &&Schedule| {
        let rule = one.rule.say(language, zone);
        let own = format!("{} {} {} {rule}", one.name, one.request, one.skill.as_deref().unwrap_or_default());
        said.is_subset(&terms(&own))
    };
    let fitting: Vec<&Schedule> = all.iter().filter(has_all).collect();
    match fitting.as_slice() {
        [one] if !said.is_empty() || all.len() == 1 => Ok(one),
        _ if all.is_empty() => Err(none(language).to_owned()),
        several => Err(which(several, all, language)),
    }
}

/// Words that tell no schedule from another.
const NOTHING: [&str; 47] = [
    "my",
    "the",
    "a",
    "an",
    "to",
    "at",
    "on",
    "of",
    "and",
    "it",
    "me",
    "schedule",
    "scheduled",
    "recurring",
    "please",
    "can",
    "you",
    "pause",
    "resume",
    "stop",
    "cancel",
    "remove",
    "delete",
    "move",
    "change",
    "reschedule",
    "every",
    "each",
    "send",
    "sending",
    "report",
    "weekly",
    "daily",
    "monthly",
    "week",
    "day",
    "month",
    "that",
    "this",
    "now",
    "again",
    "for",
    "from",
    "job",
    "task",
    "summary",
    "email",
];
/// The same in Chinese.
const NOTHING_ZH: [&str; 24] = [
    "暂停",
    "恢复",
    "取消",
    "停止",
    "删除",
    "定时任务",
    "任务",
    "报告",
    "把",
    "将",
    "我的",
    "的",
    "请",
    "帮我",
    "每个月",
    "每周",
    "每天",
    "每日",
    "每月",
    "一下",
    "这个",
    "那个",
    "发送",
    "邮件",
];

/// The words of a text that tell schedules apart: small letters, without an `s` at the end, and pairs of Han characters.
fn terms(text: &str) -> BTreeSet<String> {
    let mut lower = text.to_lowercase();
    for nothing in NOTHING_ZH {
        lower = lower.replace(nothing, " ");
    }
    let words = lower.split(|c: char| !c.is_alphanumeric() || is_han(c));
    let words = words.map(|word| word.strip_suffix('s').unwrap_or(word).to_owned());
    let telling = |word: &String| word.len() > 1 && !NOTHING.contains(&word.as_str());
    let mut terms: BTreeSet<String> = words.filter(telling).collect();
    for run in lower.split(|c: char| !is_han(c)) {
        let han: Vec<char> = run.chars().collect();
        terms.extend(han.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    terms
}

/// What stands before the new time of a schedule.
fn before_time(said: &str) -> &str {
    let end = ["改到", "改为"].iter().find_map(|word| said.find(word)).or_else(|| said.rfind(" to "));
    &said[..end.unwrap_or(said.len())]
}

/// The cron of the new time that a text names, also without "every": "to Tuesday at 10", 改到周二上午十点.
fn new_time(said: &str) -> Option<String> {
    let again = |text: &str| words::read(&format!("{text} do it")).map(|recurring| recurring.cron);
    if let Some(after) = ["改到", "改为"].iter().find_map(|word| said.split_once(word)).map(|(_, after)| after) {
        return again(after).or_else(|| again(&format!("每{after}")));
    }
    let after = said.rfind(" to ").map_or(said, |at| &said[at + 4..]);
    again(after)
        .or_else(|| again(&format!("every {after}")))
        .or_else(|| words::read(said).map(|recurring| recurring.cron))
}

fn none(language: Language) -> &'static str {
    match language {
        Language::Zh => "您没有定时任务。",
        Language::En | Language::Ms => "You have no schedule.",
    }
}

fn which(several: &[&Schedule], all: &[Schedule], language: Language) -> String {
    let shown: Vec<String> = if several.is_empty() {
        all.iter().map(|one| format!("“{}”", one.name)).collect()
    } else {
        several.iter().map(|one| format!("“{}”", one.name)).collect()
    };
    match language {
        Language::Zh => format!("您指的是哪一个定时任务？{}", shown.join("、")),
        Language::En | Language::Ms => format!("Which schedule do you mean: {}? Say its name.", shown.join(", ")),
    }
}

fn unread(language: Language) -> &'static str {
    match language {
        Language::Zh => "没有听懂新的时间。请这样说：“把每周的关键指标报告改到每周二上午十点”。",
        Language::En | Language::Ms => {
            "I can't tell the new time. Say it like “move my weekly KPI report to every Tuesday at 10”."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_every_schedule_has_tell_none_apart() {
        assert_eq!(terms("Cancel my weekly newsletter"), BTreeSet::from(["newsletter".to_owned()]));
        assert!(terms("Pause my weekly schedule").is_empty() && terms("暂停每周的定时任务").is_empty());
        let pairs = ["关键", "键指", "指标"].map(str::to_owned);
        assert_eq!(terms("暂停每周的关键指标报告"), BTreeSet::from(pairs));
        assert_eq!(before_time("Move my KPI report to Tuesday at 10"), "Move my KPI report");
    }

    #[test]
    fn a_new_time_is_read_with_and_without_every() {
        for (said, cron) in [
            ("Move my weekly KPI report to every Tuesday at 10", "0 10 * * 2"),
            ("Move my weekly KPI report to Tuesday at 10:30", "30 10 * * 2"),
            ("change the monthly summary to the 5th of every month at 8am", "0 8 5 * *"),
            ("把每周的报告改到每周二上午十点", "0 10 * * 2"),
            ("把每周报告改到周二上午十点", "0 10 * * 2"),
        ] {
            assert_eq!(new_time(said).as_deref(), Some(cron), "{said}");
        }
        assert_eq!(new_time("Move my weekly report"), None);
    }
}
