//! `kpi_report`: the key figures of a period that the person may see.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_documents::reports::dashboard;
use mezzofy_domain::kpi::Report;
use mezzofy_domain::people::Department;
use mezzofy_domain::period::{Period, PeriodKind};
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read, retry};

pub(super) struct KpiReport {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KpiReportInput {
    /// 2026-10, 2026-Q3, 2026-H1, 2026, 2026-W47, 2026-YTD, or current: this calendar month to date
    period: String,
}

impl KpiReport {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "kpi_report",
            permission: Permission::ReadKpis,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<KpiReportInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "call": {"type": "string", "description": "Names these figures for pdf_generator"},
                    "period": text,
                    "period_label": text,
                    "compared_with": text,
                    "empty": {"type": "boolean", "description": "Whether no figure has data"},
                    "kpis": {"type": "array", "items": {"type": "object"}},
                    "table": {"type": "string", "description": "All figures as a Markdown table, for the answer"},
                    "stands_out": {"type": "string", "description": "What has changed much, a line each, or that nothing has"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for KpiReport {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: KpiReportInput = read(input)?;
        let today = context.now.with_timezone(&self.tool_context.zone).date_naive();
        let period = if input.period == "current" {
            Period::containing(PeriodKind::Month, today)
        } else {
            input.period.parse().map_err(|error| ToolError::Tell(format!("{error}.")))?
        };
        let figures = self.tool_context.figures();
        let report = figures.report(context.person, period, today, true).await.map_err(retry)?;
        let language = context.language;
        let kpis: Vec<Value> = report
            .kpis
            .iter()
            .map(|kpi| {
                json!({
                    "key": kpi.key, "name": kpi.name.in_language(language), "value": kpi.value, "unit": kpi.unit,
                    "department": kpi.department, "previous": kpi.previous, "change_percent": kpi.change_percent(),
                })
            })
            .collect();
        let told = dashboard::outstanding(&report, language);
        let stands_out = if told.is_empty() {
            let before = report.before.label(language);
            let en = format!("No figure has changed by {}% or more against {before}.", dashboard::STANDS_OUT);
            let zh = format!("与{before}相比，没有指标变动达到{}%。", dashboard::STANDS_OUT);
            if language == mezzofy_domain::language::Language::Zh { zh } else { en }
        } else {
            told.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n")
        };
        let keep = json!({"kpi_report": report, "columns": ["department", "key", "value", "unit", "previous"], "rows": rows(&report)});
        Ok(Outcome::Done(Output {
            result: json!({
                "call": context.call,
                "period": period.to_string(),
                "period_label": dashboard::period_label(&report, language),
                "compared_with": report.before.label(language),
                "empty": report.kpis.iter().all(|kpi| kpi.value.is_none()),
                "kpis": kpis,
                "table": table(&report, language),
                "stands_out": stands_out,
            }),
            keep: Some(keep),
            trust: Trust::Company,
            ..Output::default()
        }))
    }
}

fn rows(report: &Report) -> Vec<Vec<Option<String>>> {
    let row = |kpi: &mezzofy_domain::kpi::Kpi| {
        vec![
            Some(kpi.department.code().to_owned()),
            Some(kpi.key.clone()),
            kpi.value.map(|value| value.to_string()),
            Some(kpi.unit.clone()),
            kpi.previous.map(|value| value.to_string()),
        ]
    };
    report.kpis.iter().map(row).collect()
}

/// The figures in the order of the departments. Without a column for these, a phone shows the values without moving the table.
fn table(report: &Report, language: mezzofy_domain::language::Language) -> String {
    use mezzofy_domain::language::Language;
    use mezzofy_domain::money::format_percent;
    let before = report.before.label(language);
    let mut lines = match language {
        Language::Zh => {
            vec![format!("| 指标 | 数值 | 变动 | {before} |"), "| --- | ---: | ---: | ---: |".to_owned()]
        }
        _ => vec![format!("| Figure | Value | Change | {before} |"), "| --- | ---: | ---: | ---: |".to_owned()],
    };
    for of in Department::ALL {
        for kpi in report.kpis.iter().filter(|kpi| kpi.department == of) {
            let then = mezzofy_domain::kpi::Kpi { value: kpi.previous, ..kpi.clone() };
            lines.push(format!(
                "| {} | {} | {} | {} |",
                kpi.name.in_language(language),
                dashboard::shown(kpi, language),
                kpi.change_percent().map(format_percent).unwrap_or_default(),
                dashboard::shown(&then, language)
            ));
        }
    }
    lines.join("\n")
}
