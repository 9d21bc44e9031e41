//! `finance_statement`: the statement of a period, computed from the ledger.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::ledger::statement::{CurrencyStatement, Line, Statement, StatementError};
use mezzofy_domain::money::{format_money, format_percent};
use mezzofy_domain::period::Period;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::ledger;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read, retry};

pub(super) struct FinanceStatement {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FinanceStatementInput {
    /// 2026-10, 2026-Q3, 2026-H1, 2026, 2026-W47, 2026-YTD, or latest: the last ended month that has entries
    period: String,
}

impl FinanceStatement {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "finance_statement",
            permission: Permission::ReadLedger,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<FinanceStatementInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "call": {"type": "string", "description": "Names this statement for pdf_generator"},
                    "empty": {"type": "boolean", "description": "Whether the ledger has no entries in the period; then there are no figures"},
                    "period": text,
                    "period_label": text,
                    "currency": {"type": "string", "description": "The currency, or several with commas; they are never added"},
                    "entries": {"type": "integer"},
                    "figures": {
                        "type": "object",
                        "description": "Amounts with their currency, ready to be read",
                        "properties": {
                            "revenue": text, "revenue_change": text, "expenses": text, "expenses_change": text,
                            "net_income": text, "net_income_change": text, "total_assets": text, "cash_at_end": text
                        }
                    }
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for FinanceStatement {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: FinanceStatementInput = read(input)?;
        let today = context.now.with_timezone(&self.tool_context.zone).date_naive();
        let mut tx = self.tool_context.begin(context.person).await?;
        let period = if input.period == "latest" {
            // Books without entries have none in the last month either; the result says so.
            let latest = ledger::latest_month(&mut tx, today).await.map_err(retry)?;
            latest.unwrap_or_else(|| Period::month_before(today))
        } else {
            input.period.parse().map_err(|error| ToolError::Tell(format!("{error}.")))?
        };
        let input = ledger::statement_input(&mut tx, period, today, &self.tool_context.cash).await.map_err(retry)?;
        drop(tx);
        let label = period.label(context.language);
        match Statement::of(input) {
            Ok(statement) => Ok(Outcome::Done(Output {
                result: json!({
                    "call": context.call,
                    "empty": false,
                    "period": period.to_string(),
                    "period_label": label,
                    "currency": statement.currencies.iter().map(|books| books.currency.as_str()).collect::<Vec<_>>().join(", "),
                    "entries": statement.entries,
                    "figures": figures(&statement),
                }),
                keep: Some(serde_json::to_value(&statement).map_err(|error| ToolError::Abort(error.to_string()))?),
                trust: Trust::Company,
                ..Output::default()
            })),
            Err(StatementError::NoEntries { .. }) => Ok(Outcome::Done(Output {
                result: json!({"call": context.call, "empty": true, "period": period.to_string(), "period_label": label, "entries": 0}),
                trust: Trust::Company,
                ..Output::default()
            })),
            Err(error @ StatementError::Mismatch(_)) => Err(ToolError::Abort(error.to_string())),
        }
    }
}

/// The figures that texts refer to. Several currencies stand side by side.
fn figures(statement: &Statement) -> Value {
    let all = |show: &dyn Fn(&CurrencyStatement) -> String| {
        statement.currencies.iter().map(show).collect::<Vec<_>>().join("; ")
    };
    let amount =
        |line: fn(&CurrencyStatement) -> &Line| all(&|books| format_money(&books.currency, line(books).amount));
    let change = |line: fn(&CurrencyStatement) -> &Line| {
        all(&|books| line(books).change_percent.map_or_else(|| "–".to_owned(), format_percent))
    };
    json!({
        "revenue": amount(|books| &books.profit_and_loss.total_revenue),
        "revenue_change": change(|books| &books.profit_and_loss.total_revenue),
        "expenses": amount(|books| &books.profit_and_loss.total_expenses),
        "expenses_change": change(|books| &books.profit_and_loss.total_expenses),
        "net_income": amount(|books| &books.profit_and_loss.net_income),
        "net_income_change": change(|books| &books.profit_and_loss.net_income),
        "total_assets": amount(|books| &books.balance_sheet.total_assets),
        "cash_at_end": amount(|books| &books.cash_flow.end),
    })
}
