//! Key figures, as far as the caller may read what they are counted from.

use axum::Json;
use axum::extract::State;
use mezzofy_domain::kpi::Kpi;
use mezzofy_domain::language::Language;
use mezzofy_domain::period::{Period, PeriodKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::caller::Caller;
use super::extract::{ApiQuery, PageView};
use super::permission::{ReadKpis, route};
use super::problem::{Problem, Problems};
use mezzofy_engine::app::App;
use mezzofy_engine::kpis::Figures;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list))
}

/// A key figure of a period.
#[derive(Debug, Serialize, ToSchema)]
struct KpiView {
    /// Its name for programs, e.g. `revenue`.
    key: String,
    /// Its name in the caller's language.
    name: String,
    /// A decimal; null where there is no data.
    #[schema(required = true)]
    value: Option<String>,
    /// `count`, `hours`, `percent` or a currency.
    unit: String,
    department: String,
    /// The same of the period before; null where there is no data.
    #[schema(required = true)]
    previous: Option<String>,
    /// How it is counted.
    formula: String,
    /// The title of who answers for it.
    owner: String,
}

impl KpiView {
    fn of(kpi: Kpi, language: Language) -> Self {
        Self {
            key: kpi.key,
            name: kpi.name.in_language(language).to_owned(),
            value: kpi.value.map(|value| value.to_string()),
            unit: kpi.unit,
            department: kpi.department.code().to_owned(),
            previous: kpi.previous.map(|value| value.to_string()),
            formula: kpi.formula.in_language(language).to_owned(),
            owner: kpi.owner,
        }
    }
}

/// Which period.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct KpiQuery {
    /// `2026-10`, or another form of a period; this calendar month to date when not given.
    period: Option<String>,
}

/// Lists the key figures that the caller may see.
#[utoipa::path(get, path = "/v1/kpis", params(KpiQuery), responses((status = 200, body = PageView<KpiView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller<ReadKpis>,
    ApiQuery(query): ApiQuery<KpiQuery>,
) -> Result<Json<PageView<KpiView>>, Problem> {
    let today = app.clock.today(app.zone);
    let period = match query.period {
        Some(text) => text.parse::<Period>().map_err(|error| Problem::field("period", error.to_string()))?,
        None => Period::containing(PeriodKind::Month, today),
    };
    let figures = Figures { store: &app.store, definitions: &app.kpis, roles: &app.roles, zone: app.zone };
    let report = figures.report(&caller.person, period, today, false).await?;
    let language = caller.person.language;
    let items = report.kpis.into_iter().map(|kpi| KpiView::of(kpi, language)).collect();
    Ok(Json(PageView { items, next_cursor: None }))
}
