//! Budgets: what models may cost in a month, for the company, each department and each person.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Department;
use mezzofy_store::budgets::{self, Budget, BudgetScope, BudgetSubject};
use mezzofy_store::{audit, commit, people};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_axum::router::OpenApiRouter;

use super::super::caller::Caller;
use super::super::docs::one_of;
use super::super::extract::ApiJson;
use super::super::permission::{Administer, route};
use super::super::problem::{Problem, Problems};
use super::{exact, micro_usd, month};
use mezzofy_engine::app::App;

/// USD that a budget can be at most; more is a slip of the hand.
const MAX_BUDGET_USD: u32 = 1_000_000_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(set))
}

/// The budgets and what of them is spent this month.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetsView {
    /// The present month in the company's time zone, e.g. 2026-11.
    month: String,
    /// The company's, each department's, each person's.
    items: Vec<BudgetView>,
}

/// A budget.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetView {
    #[schema(schema_with = scopes)]
    scope: String,
    /// Empty for the company, a department's code, or a person's email address.
    subject: String,
    /// USD a month, decimal; null is no limit.
    #[schema(required = true)]
    limit: Option<String>,
    /// Whether the limit is the one that the server's configuration sets for all of this scope.
    is_default: bool,
    /// USD this month, decimal, with what calls at work have reserved.
    spent: String,
}

fn scopes() -> Object {
    one_of(BudgetScope::ALL.map(BudgetScope::code))
}

/// A new limit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetBudget {
    #[schema(schema_with = scopes)]
    scope: String,
    /// Empty for the company, a department's code, or a person's email address.
    #[serde(default)]
    subject: String,
    /// USD a month, e.g. 250.00; null goes back to the configured one.
    #[serde(deserialize_with = "written")]
    #[schema(required = true)]
    limit: Option<String>,
}

/// Null has to be said: a limit that was forgotten must not reset a budget.
fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// Lists every budget with what is spent of it this month.
#[utoipa::path(get, path = "/v1/admin/budgets", responses((status = 200, body = BudgetsView), Problems))]
async fn list(State(app): State<App>, caller: Caller<Administer>) -> Result<Json<BudgetsView>, Problem> {
    let month = month(&app, None)?;
    let mut tx = caller.begin(&app).await?;
    let addresses: BTreeMap<Id<id::Person>, String> =
        people::all(&mut tx).await?.into_iter().map(|person| (person.id, person.email)).collect();
    let budgets = budgets::of_month(&mut tx, month, app.zone, &app.budgets).await?;
    let items = budgets.into_iter().map(|budget| {
        let subject = match budget.subject {
            BudgetSubject::Company => String::new(),
            BudgetSubject::Department(department) => department.code().to_owned(),
            BudgetSubject::Person(person) => addresses.get(&person).cloned().unwrap_or_default(),
        };
        view(budget, subject)
    });
    Ok(Json(BudgetsView { month: month.to_string(), items: items.collect() }))
}

/// Sets a budget. It holds from the next call of a model on.
#[utoipa::path(put, path = "/v1/admin/budgets", request_body = SetBudget, responses((status = 200, body = BudgetView), Problems))]
async fn set(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiJson(body): ApiJson<SetBudget>,
) -> Result<Json<BudgetView>, Problem> {
    let limit = body.limit.as_deref().map(amount).transpose()?;
    let scope = BudgetScope::from_code(&body.scope)
        .ok_or_else(|| Problem::field("scope", "The scope must be company, department or person."))?;
    let mut tx = caller.begin(&app).await?;
    let subject = match scope {
        BudgetScope::Company if body.subject.is_empty() => BudgetSubject::Company,
        BudgetScope::Company => {
            return Err(Problem::field("subject", "The company's budget has no subject: leave it empty."));
        }
        BudgetScope::Department => {
            BudgetSubject::Department(Department::from_code(&body.subject).ok_or_else(|| {
                Problem::field("subject", "The subject must be finance, sales, marketing, support or management.")
            })?)
        }
        BudgetScope::Person => {
            let found = people::find(&mut tx, &body.subject).await?;
            let person = found.ok_or_else(|| Problem::field("subject", "Nobody has this email address."))?;
            BudgetSubject::Person(person.id)
        }
    };

    budgets::set(&mut tx, subject, limit, app.clock.now()).await?;

    let budgets = budgets::of_month(&mut tx, month(&app, None)?, app.zone, &app.budgets).await?;
    let event = AuditEvent::BudgetChanged { budget: name(subject), limit };
    audit::append(&mut tx, app.clock.now(), Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    tracing::info!(person = %caller.person.id, scope = scope.code(), limit = ?limit, "a budget was set");
    let budget = budgets.into_iter().find(|budget| budget.subject == subject);
    // Of a disabled person without a budget nothing is listed.
    let budget =
        budget.unwrap_or(Budget { subject, limit: app.budgets.of(scope), is_default: true, spent: Decimal::ZERO });
    Ok(Json(view(budget, body.subject.to_lowercase())))
}

/// The budget as the audit log names it, e.g. `department/finance`.
fn name(subject: BudgetSubject) -> String {
    match subject {
        BudgetSubject::Company => "company".to_owned(),
        BudgetSubject::Department(department) => format!("department/{department}"),
        BudgetSubject::Person(person) => format!("person/{person}"),
    }
}

fn amount(text: &str) -> Result<Decimal, Problem> {
    let amount = text.parse::<Decimal>().ok().map(|amount| amount.normalize());
    amount
        .filter(|amount| !amount.is_sign_negative() && amount.scale() <= 2 && *amount <= Decimal::from(MAX_BUDGET_USD))
        .ok_or_else(|| Problem::field("limit", "The limit must be an amount such as 250.00, up to 1000000000."))
}

fn view(budget: Budget, subject: String) -> BudgetView {
    BudgetView {
        scope: budget.subject.scope().code().to_owned(),
        subject,
        limit: budget.limit.map(exact),
        is_default: budget.is_default,
        spent: micro_usd(budget.spent),
    }
}
