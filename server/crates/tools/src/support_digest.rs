//! `support_digest`: the tickets of a period, with the issues that come again.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use mezzofy_agent::schema::{self, Code};
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_documents::reports::digest;
use mezzofy_domain::language::Language;
use mezzofy_domain::period::{Period, PeriodKind};
use mezzofy_domain::roles::Permission;
use mezzofy_domain::tickets::digest::Digest;
use mezzofy_domain::trust::Trust;
use mezzofy_store::tickets;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read, retry};

pub(super) struct SupportDigest {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SupportDigestInput {
    /// 2026-W47, 2026-10 or another period, or current: this week to date
    period: String,
    /// Of titles and examples, where a ticket has it
    #[schemars(with = "Option<Code<Language>>")]
    language: Option<Language>,
}

impl SupportDigest {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let (text, count) = (json!({"type": "string"}), json!({"type": "integer"}));
        let texts = json!({"type": "array", "items": text});
        let spec = ToolSpec {
            name: "support_digest",
            permission: Permission::ReadTickets,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<SupportDigestInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "call": {"type": "string", "description": "Names this digest for pdf_generator"},
                    "empty": {"type": "boolean", "description": "Whether no ticket was reported in the period"},
                    "period": text, "period_label": text, "before_label": {"type": "string", "description": "What it is compared with"},
                    "created": count, "created_before": count, "resolved": count, "open": count, "urgent": count,
                    "median_hours": {"type": "string", "description": "From report to solution, with its unit"},
                    "clusters": {"type": "array", "description": "Recurring issues, the most frequent first", "items": {
                        "type": "object",
                        "properties": {"title": text, "count": count, "before": count, "open": count, "ticket_ids": texts, "examples": texts}
                    }},
                    "recurring": {"type": "integer", "description": "How many clusters"},
                    "list": {"type": "string", "description": "The recurring issues as a list, for the answer"},
                    "actions": {"type": "string", "description": "What follows from the counts, a line each"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    /// When a day begins in the company's time zone.
    fn begin(&self, day: NaiveDate) -> DateTime<Utc> {
        let begin = day.and_time(chrono::NaiveTime::MIN);
        begin
            .and_local_timezone(self.tool_context.zone)
            .earliest()
            .map_or_else(|| begin.and_utc(), |begin| begin.to_utc())
    }
}

#[async_trait]
impl Tool for SupportDigest {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: SupportDigestInput = read(input)?;
        let zone = self.tool_context.zone;
        let today = context.now.with_timezone(&zone).date_naive();
        let period = if input.period == "current" {
            Period::containing(PeriodKind::Week, today)
        } else {
            input.period.parse().map_err(|error| ToolError::Tell(format!("{error}.")))?
        };
        let language = input.language.unwrap_or(context.language);
        let after = |day: NaiveDate| self.begin(day.succ_opt().unwrap_or(day));
        let (first, last) = period.bounds(today);
        let (before_first, before_last) = period.previous_bounds(today);
        let mut tx = self.tool_context.begin(context.person).await?;
        let now = tickets::between(&mut tx, self.begin(first), after(last)).await.map_err(retry)?;
        let before = self.begin(before_first);
        // A period that goes on is compared with as much of the one before, to the hour.
        let until = after(before_last);
        let until = if period.goes_on(today) { until.min(before + (context.now - self.begin(first))) } else { until };
        let before = tickets::between(&mut tx, before, until).await.map_err(retry)?;
        drop(tx);
        let at = context.now;
        let made = tokio::task::spawn_blocking(move || {
            let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
            Digest::of(period, &now, &before, day, at, language)
        });
        let digest = made.await.map_err(|error| ToolError::Abort(error.to_string()))?;
        let clusters: Vec<Value> = digest
            .clusters
            .iter()
            .map(|issue| {
                let examples: Vec<&str> = issue.examples.iter().map(|example| example.text.as_str()).collect();
                json!({
                    "title": issue.title, "count": issue.count, "before": issue.before, "open": issue.open,
                    "ticket_ids": issue.ticket_ids, "examples": examples,
                })
            })
            .collect();
        let result = json!({
            "call": context.call,
            "empty": digest.created == 0,
            "period": period.to_string(),
            "period_label": digest::period_label(&digest, language),
            "before_label": digest::before_label(&digest, language),
            "created": digest.created,
            "created_before": digest.created_before,
            "resolved": digest.resolved,
            "open": digest.open,
            "urgent": digest.urgent,
            "median_hours": digest::hours(digest.median_hours, language),
            "recurring": digest.clusters.len(),
            "clusters": clusters,
            "list": list(&digest, language),
            "actions": digest::actions(&digest, language).iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n"),
        });
        let rows: Vec<Vec<Option<String>>> = digest
            .clusters
            .iter()
            .map(|issue| {
                let cells =
                    [&issue.title, &issue.count.to_string(), &issue.before.to_string(), &issue.open.to_string()];
                cells.map(|cell| Some(cell.clone())).to_vec()
            })
            .collect();
        let keep = json!({"digest": digest, "columns": ["issue", "tickets", "before", "open"], "rows": rows});
        // Titles and examples are what customers wrote.
        let trust = if digest.clusters.is_empty() { Trust::Company } else { Trust::Outside };
        Ok(Outcome::Done(Output { result, keep: Some(keep), trust, ..Output::default() }))
    }
}

fn list(digest: &Digest, language: Language) -> String {
    if digest.clusters.is_empty() {
        return match language {
            Language::Zh => "没有三张及以上的工单反映同一问题。".to_owned(),
            Language::En | Language::Ms => "No three tickets tell of the same.".to_owned(),
        };
    }
    let line = |issue: &mezzofy_domain::tickets::digest::Issue| {
        let ids = issue.ticket_ids.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let trend = digest::trend(issue, language);
        // What customers wrote must not look like markup.
        let title: String = issue.title.chars().map(|c| if "[]()<>*_`|#".contains(c) { ' ' } else { c }).collect();
        match language {
            Language::Zh => format!("- **{title}**：{}张（{trend}，{}张未解决），例如{ids}", issue.count, issue.open),
            _ => format!("- **{title}**: {} tickets ({trend}, {} open), for example {ids}", issue.count, issue.open),
        }
    };
    digest.clusters.iter().map(line).collect::<Vec<_>>().join("\n")
}
