//! Standing approvals: what a manager lets a skill of the own department send without asking each time.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::effect::is_address;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::standing::{RecipientRule, Recipients, StandingApproval};
use mezzofy_store::{Tx, audit, commit, people, standing_approvals};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::docs::one_of;
use super::extract::{ApiJson, ApiPath, ApiQuery, PageQuery, PageView};
use super::permission::{StandingApprovals, route};
use super::problem::{Problem, Problems};
use mezzofy_engine::app::{App, AppState};

/// Mails a day that a standing approval covers at most.
const MAX_MAILS_PER_DAY: u32 = 1_000;
/// Domains or addresses of one rule at most.
const MAX_RECIPIENT_VALUES: usize = 200;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(create)).routes(route!(end))
}

/// A standing approval.
#[derive(Debug, Serialize, ToSchema)]
struct StandingApprovalView {
    id: Uuid,
    owner: OwnerView,
    /// Whose people's runs it covers.
    department: String,
    skill: String,
    /// The skill's step that writes the mails; null for all its steps.
    #[schema(required = true)]
    template: Option<String>,
    recipients: RecipientsView,
    /// Mails a day.
    limit_a_day: u32,
    /// Mails of today.
    used_today: u32,
    created_at: DateTime<Utc>,
}

/// Who gave it.
#[derive(Debug, Serialize, ToSchema)]
struct OwnerView {
    id: Uuid,
    name: String,
}

/// Who may get the mails.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecipientsView {
    #[schema(schema_with = rules)]
    rule: String,
    /// Domains or addresses; none for anyone.
    #[serde(default)]
    values: Vec<String>,
}

fn rules() -> Object {
    one_of(RecipientRule::ALL.map(RecipientRule::code))
}

/// A new standing approval.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStandingApproval {
    /// A skill that the caller may use.
    skill: String,
    /// The skill's step that writes the mails; all its steps when not given.
    template: Option<String>,
    recipients: RecipientsView,
    /// 1 to 1,000 mails a day.
    limit_a_day: u32,
}

/// Lists the standing approvals of the caller's department; those of all departments for management.
#[utoipa::path(get, path = "/v1/standing-approvals", params(PageQuery), responses((status = 200, body = PageView<StandingApprovalView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller<StandingApprovals>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<PageView<StandingApprovalView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let slice = standing_approvals::list(&mut tx, visible_department(&caller.person), query.page()?).await?;
    let mut used = BTreeMap::new();
    for approval in &slice.items {
        used.insert(approval.id, used_today(&app, &mut tx, approval.id).await?);
    }
    let names: BTreeMap<_, _> =
        people::all(&mut tx).await?.into_iter().map(|person| (person.id, person.name)).collect();
    Ok(Json(PageView::of(slice, |approval| {
        let name = names.get(&approval.owner).cloned().unwrap_or_default();
        let used = used.get(&approval.id).copied().unwrap_or_default();
        view(approval, name, used)
    })))
}

/// Gives a standing approval for the caller's department. It covers what runs send from now on.
#[utoipa::path(post, path = "/v1/standing-approvals", request_body = NewStandingApproval, responses((status = 201, body = StandingApprovalView), Problems))]
async fn create(
    State(app): State<App>,
    caller: Caller<StandingApprovals>,
    ApiJson(new): ApiJson<NewStandingApproval>,
) -> Result<(StatusCode, Json<StandingApprovalView>), Problem> {
    let approval = checked(&app, &caller.person, new)?;
    let mut tx = caller.begin(&app).await?;
    standing_approvals::add(&mut tx, &approval).await?;
    let event = audit_event(&approval, true);
    audit::append(&mut tx, approval.created_at, Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(view(approval, caller.person.name, 0))))
}

/// Ends a standing approval at once.
#[utoipa::path(delete, path = "/v1/standing-approvals/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn end(
    State(app): State<App>,
    caller: Caller<StandingApprovals>,
    ApiPath(id): ApiPath<Id<id::StandingApproval>>,
) -> Result<StatusCode, Problem> {
    let now = app.clock.now();
    let mut tx = caller.begin(&app).await?;
    let ended = standing_approvals::end(&mut tx, id, visible_department(&caller.person), now).await?;
    let ended = ended.ok_or_else(|| Problem::not_found("standing approval"))?;
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &audit_event(&ended, false)).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The department whose standing approvals a person sees; all of them for management.
fn visible_department(person: &Person) -> Option<Department> {
    (person.department != Department::Management).then_some(person.department)
}

fn audit_event(approval: &StandingApproval, given: bool) -> AuditEvent {
    let StandingApproval { id, ref skill, limit_a_day, .. } = *approval;
    AuditEvent::StandingApproval { approval: id, given, skill: skill.clone(), limit_a_day }
}

fn checked(app: &AppState, person: &Person, new: NewStandingApproval) -> Result<StandingApproval, Problem> {
    let skill = app.skills.get(&new.skill).filter(|skill| app.roles.allows_skill(&person.role, &skill.name));
    let skill = skill.ok_or_else(|| Problem::field("skill", "There is no such skill that you may use."))?;
    if let Some(template) = &new.template
        && !skill.has_effect_step(template)
    {
        return Err(Problem::field("template", format!("{} has no step {template} that sends anything.", skill.name)));
    }
    if !(1..=MAX_MAILS_PER_DAY).contains(&new.limit_a_day) {
        return Err(Problem::field("limit_a_day", format!("The limit must be 1 to {MAX_MAILS_PER_DAY} mails a day.")));
    }
    Ok(StandingApproval {
        id: app.new_id(),
        owner: person.id,
        department: person.department,
        skill: skill.name.clone(),
        template: new.template,
        recipients: recipients(&new.recipients)?,
        limit_a_day: new.limit_a_day,
        created_at: app.clock.now(),
    })
}

fn recipients(given: &RecipientsView) -> Result<Recipients, Problem> {
    let wrong = |detail: &str| Problem::field("recipients", detail);
    let rule =
        RecipientRule::from_code(&given.rule).ok_or_else(|| wrong("The rule must be anyone, domains or addresses."))?;
    let values: Vec<String> = given.values.iter().map(|value| value.trim().to_lowercase()).collect();
    let fits = |value: &String| match rule {
        RecipientRule::Anyone => false,
        RecipientRule::Domains => is_address(&format!("a@{value}")),
        RecipientRule::Addresses => is_address(value),
    };
    if let Some(value) = values.iter().find(|value| !fits(value)) {
        return Err(wrong(&format!("“{value}” does not fit the rule {}.", rule.code())));
    }
    if (rule == RecipientRule::Anyone) != values.is_empty() || values.len() > MAX_RECIPIENT_VALUES {
        return Err(wrong(&format!(
            "The rule {} needs 1 to {MAX_RECIPIENT_VALUES} values; anyone takes none.",
            rule.code()
        )));
    }
    Ok(Recipients { rule, values })
}

async fn used_today(app: &AppState, tx: &mut Tx, id: Id<id::StandingApproval>) -> Result<u32, Problem> {
    Ok(standing_approvals::used_since(tx, id, app.midnight()).await?)
}

fn view(approval: StandingApproval, name: String, used_today: u32) -> StandingApprovalView {
    StandingApprovalView {
        id: approval.id.uuid(),
        owner: OwnerView { id: approval.owner.uuid(), name },
        department: approval.department.code().to_owned(),
        skill: approval.skill,
        template: approval.template,
        recipients: RecipientsView {
            rule: approval.recipients.rule.code().to_owned(),
            values: approval.recipients.values,
        },
        limit_a_day: approval.limit_a_day,
        used_today,
        created_at: approval.created_at,
    }
}
