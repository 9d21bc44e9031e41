//! A month's use of models: who, for which department, with which model, what it cost.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use mezzofy_domain::people::Department;
use mezzofy_domain::usage::Rates;
use mezzofy_store::model_calls::{self, UsageRow};
use serde::{Deserialize, Serialize};
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::super::caller::Caller;
use super::super::docs::one_of;
use super::super::extract::ApiQuery;
use super::super::permission::{Administer, route};
use super::super::problem::{Problem, Problems};
use super::{exact, harmless, micro_usd, month};
use mezzofy_engine::app::App;
use mezzofy_engine::config::models::ModelCard;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(show)).routes(route!(export))
}

/// What models were used for in a month.
#[derive(Debug, Serialize, ToSchema)]
struct UsageMonthView {
    /// The month in the company's time zone, e.g. 2026-11.
    period: String,
    /// By person, department and model. The built-in planner costs nothing and is not among them.
    items: Vec<UsageItemView>,
    /// By model.
    prices: BTreeMap<String, PriceView>,
}

/// What a person used of a model.
#[derive(Debug, Serialize, ToSchema)]
struct UsageItemView {
    /// An email address.
    person: String,
    #[schema(schema_with = departments)]
    department: String,
    model: String,
    /// In how many runs.
    runs: u64,
    /// All tokens of the prompts.
    input_tokens: u64,
    /// Those of them that were read from a cache.
    cached_tokens: u64,
    output_tokens: u64,
    /// USD, decimal.
    cost: String,
}

pub(super) fn departments() -> Object {
    one_of(Department::ALL.map(Department::code))
}

/// What tokens cost: USD for a million of each kind, decimal.
#[derive(Debug, Serialize, ToSchema)]
struct RatesView {
    input: String,
    output: String,
    cache_read: String,
    cache_write_5m: String,
    cache_write_1h: String,
}

/// What a model costs.
#[derive(Debug, Serialize, ToSchema)]
struct PriceView {
    #[serde(flatten)]
    rates: RatesView,
    /// What all tokens of a call with a long prompt cost instead.
    #[schema(required = true)]
    long_prompt: Option<LongPromptView>,
}

/// What calls with long prompts cost.
#[derive(Debug, Serialize, ToSchema)]
struct LongPromptView {
    /// A prompt of more tokens than this is long.
    above: u64,
    #[serde(flatten)]
    rates: RatesView,
}

impl From<UsageRow> for UsageItemView {
    fn from(row: UsageRow) -> Self {
        Self {
            person: row.person,
            department: row.department.code().to_owned(),
            model: row.model,
            runs: row.runs,
            input_tokens: row.input_tokens,
            cached_tokens: row.cached_tokens,
            output_tokens: row.output_tokens,
            cost: micro_usd(row.cost),
        }
    }
}

impl From<Rates> for RatesView {
    fn from(rates: Rates) -> Self {
        Self {
            input: exact(rates.input),
            output: exact(rates.output),
            cache_read: exact(rates.cache_read),
            cache_write_5m: exact(rates.cache_write_5m),
            cache_write_1h: exact(rates.cache_write_1h),
        }
    }
}

impl From<&ModelCard> for PriceView {
    fn from(card: &ModelCard) -> Self {
        let long_prompt = card.price.long_prompt;
        Self {
            rates: card.price.rates.into(),
            long_prompt: long_prompt.map(|long| LongPromptView { above: long.above, rates: long.rates.into() }),
        }
    }
}

/// Which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MonthQuery {
    /// A month such as 2026-11; the present one when not given.
    period: Option<String>,
}

/// Shows what models were used for in a month, and their prices.
#[utoipa::path(get, path = "/v1/admin/usage", params(MonthQuery), responses((status = 200, body = UsageMonthView), Problems))]
async fn show(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiQuery(query): ApiQuery<MonthQuery>,
) -> Result<Json<UsageMonthView>, Problem> {
    let month = month(&app, query.period.as_deref())?;
    let mut tx = caller.begin(&app).await?;
    let rows = model_calls::of_month(&mut tx, month, app.zone).await?;
    let catalogue = &app.models.settings().catalogue;
    Ok(Json(UsageMonthView {
        period: month.to_string(),
        items: rows.into_iter().map(Into::into).collect(),
        prices: catalogue.iter().map(|(model, card)| (model.clone(), card.into())).collect(),
    }))
}

/// The same as a CSV file for a spreadsheet.
#[utoipa::path(get, path = "/v1/admin/usage.csv", params(MonthQuery), responses((status = 200, body = String, content_type = "text/csv"), Problems))]
async fn export(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiQuery(query): ApiQuery<MonthQuery>,
) -> Result<Response, Problem> {
    let month = month(&app, query.period.as_deref())?;
    let mut tx = caller.begin(&app).await?;
    let rows = model_calls::of_month(&mut tx, month, app.zone).await?;
    let items: Vec<UsageItemView> = rows.into_iter().map(Into::into).collect();
    let file = csv(&month.to_string(), &items).map_err(Problem::internal)?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"usage-{month}.csv\"")),
    ];
    Ok((headers, file).into_response())
}

const COLUMNS: [&str; 9] =
    ["period", "person", "department", "model", "runs", "input_tokens", "cached_tokens", "output_tokens", "cost"];

fn csv(period: &str, items: &[UsageItemView]) -> Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|error| error.to_string())?;
    for item in items {
        let texts = [period, &item.person, &item.department, &item.model].map(harmless);
        let counts =
            [item.runs, item.input_tokens, item.cached_tokens, item.output_tokens].map(|count| count.to_string());
        let record = texts.into_iter().chain(counts).chain([item.cost.clone()]);
        writer.write_record(record).map_err(|error| error.to_string())?;
    }
    writer.into_inner().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_compute_stays_text() {
        let item = |person: &str, model: &str| UsageItemView {
            person: person.to_owned(),
            department: "sales".to_owned(),
            model: model.to_owned(),
            runs: 1,
            input_tokens: 20,
            cached_tokens: 3,
            output_tokens: 4,
            cost: "0.000100".to_owned(),
        };
        let items = [item("=cmd|'/c calc'!a@mezzofy.example", "a,\"b\""), item("-1@mezzofy.example", "@sum")];
        assert_eq!(
            String::from_utf8(csv("2026-11", &items).unwrap()).unwrap(),
            "period,person,department,model,runs,input_tokens,cached_tokens,output_tokens,cost\n\
             2026-11,'=cmd|'/c calc'!a@mezzofy.example,sales,\"a,\"\"b\"\"\",1,20,3,4,0.000100\n\
             2026-11,'-1@mezzofy.example,sales,'@sum,1,20,3,4,0.000100\n"
        );
    }
}
