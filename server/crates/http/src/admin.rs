//! What administrators see and set: people and roles; the use of models and the budgets for it; the knowledge base;
//! sources of webhooks and their deliveries; endpoints and what is sent to them; the account that posts in Teams; and the audit log.

use mezzofy_domain::period::{Period, PeriodKind};
use rust_decimal::{Decimal, RoundingStrategy};
use utoipa_axum::router::OpenApiRouter;

use super::problem::Problem;
use mezzofy_engine::app::{App, AppState};

mod audit;
mod budgets;
mod endpoints;
mod knowledge;
mod microsoft;
mod people;
mod roles;
mod sources;
mod usage;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(people::routes())
        .merge(roles::routes())
        .merge(usage::routes())
        .merge(budgets::routes())
        .merge(knowledge::routes())
        .merge(sources::routes())
        .merge(endpoints::routes())
        .merge(microsoft::routes())
        .merge(audit::routes())
}

/// The month of a query, or the present one.
fn month(app: &AppState, period: Option<&str>) -> Result<Period, Problem> {
    let Some(period) = period else {
        return Ok(Period::containing(PeriodKind::Month, app.clock.today(app.zone)));
    };
    let month = period.parse::<Period>().ok().filter(|period| period.kind() == PeriodKind::Month);
    month.ok_or_else(|| Problem::field("period", "The period must be a month such as 2026-11."))
}

/// USD with six decimals, a half away from zero.
fn micro_usd(amount: Decimal) -> String {
    format!("{:.6}", amount.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero))
}

/// USD as it was set, with two decimals or more.
fn exact(amount: Decimal) -> String {
    let amount = amount.normalize();
    format!("{amount:.*}", usize::try_from(amount.scale()).unwrap_or_default().max(2))
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_have_six_decimals_and_prices_as_many_as_they_need() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        for (amount, shown) in [("0", "0.000000"), ("0.0000005", "0.000001"), ("12.3", "12.300000")] {
            assert_eq!(micro_usd(decimal(amount)), shown);
        }
        for (amount, shown) in [("2", "2.00"), ("0.1", "0.10"), ("0.6250", "0.625"), ("1000", "1000.00")] {
            assert_eq!(exact(decimal(amount)), shown);
        }
    }
}
