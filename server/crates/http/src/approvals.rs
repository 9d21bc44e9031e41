//! Approvals: what waits for a person, exactly as it would be sent, and the decision on it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use mezzofy_agent::gate;
use mezzofy_domain::approval::{self, ApprovalState, MAX_RECIPIENTS_WITHOUT_MANAGER};
use mezzofy_domain::audit::Actor;
use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_store::approvals::{self, Approval, ApprovalFilter, ApprovedEffect, Decision};
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{StoreError, Tx, audit, commit, events, jobs, people, runs};
use serde::Deserialize;
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::caller::Caller;
use super::docs::one_of;
use super::extract::{ApiJson, ApiPath, ApiQuery, PageQuery, PageView};
use super::permission::route;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::channels;
use mezzofy_engine::effects::{audit_of_approval, check_hourly_limit, held_until, new_effect};
use mezzofy_engine::failpoint;

mod edit;
mod view;

use edit::{EditedPayload, check, edited};
use view::{ApprovalView, view};

/// Characters of a reason at most.
const MAX_REASON_CHARS: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(show)).routes(route!(decide))
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecideApproval {
    /// approve or reject.
    #[schema(schema_with = decision_schema)]
    decision: String,
    /// That of the approval as it was shown.
    payload_hash: String,
    /// Approves this instead: the array of all payloads. One that is left out is not sent.
    payload: Option<Vec<EditedPayload>>,
    /// Why it is rejected; the person who asked is told.
    reason: Option<String>,
}

fn decision_schema() -> Object {
    one_of(["approve", "reject"])
}

/// Which approvals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ApprovalQuery {
    /// Only in this state: pending, approved, rejected or expired.
    state: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most 200; 50 when not given.
    limit: Option<i64>,
}

/// Lists the approvals that the caller asked for or may decide for others, newest first.
#[utoipa::path(get, path = "/v1/approvals", params(ApprovalQuery), responses((status = 200, body = PageView<ApprovalView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ApprovalQuery>,
) -> Result<Json<PageView<ApprovalView>>, Problem> {
    let page = PageQuery { cursor: query.cursor, limit: query.limit }.page()?;
    let state = query.state.map(|state| {
        ApprovalState::from_code(&state)
            .ok_or_else(|| Problem::field("state", "The state must be pending, approved, rejected or expired."))
    });
    let others = app.gate().approver_scope(&caller.person).map(|of| (MAX_RECIPIENTS_WITHOUT_MANAGER, of));
    let filter = ApprovalFilter { person: caller.person.id, others, state: state.transpose()? };
    let mut tx = caller.begin(&app).await?;
    let slice = approvals::list(&mut tx, filter, page).await?;
    let names = names(&mut tx).await?;
    Ok(Json(PageView::of(slice, |approval| view(&app, &caller.person, &names, approval))))
}

/// Shows an approval.
#[utoipa::path(get, path = "/v1/approvals/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ApprovalView), Problems))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Approval>>,
) -> Result<Json<ApprovalView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let approval = approvals::get(&mut tx, id).await?.filter(|approval| may_see(&app, &caller.person, approval));
    let names = names(&mut tx).await?;
    Ok(Json(view(&app, &caller.person, &names, approval.ok_or_else(|| Problem::not_found("approval"))?)))
}

/// Decides. Who decides first has decided; what is approved is sent byte for byte, in the order shown.
#[utoipa::path(post, path = "/v1/approvals/{id}/decision", params(("id" = Uuid, Path)), request_body = DecideApproval, responses((status = 200, body = ApprovalView), Problems))]
async fn decide(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Approval>>,
    ApiJson(decide): ApiJson<DecideApproval>,
) -> Result<Json<ApprovalView>, Problem> {
    let approve = match decide.decision.as_str() {
        "approve" => true,
        "reject" => false,
        _ => return Err(Problem::field("decision", "The decision must be approve or reject.")),
    };
    let reason = decide.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > MAX_REASON_CHARS) {
        return Err(Problem::field("reason", format!("The reason must have at most {MAX_REASON_CHARS} characters.")));
    }
    let now = app.clock.now();
    let mut tx = caller.begin(&app).await?;
    let approval = approvals::get(&mut tx, id).await?.filter(|approval| may_see(&app, &caller.person, approval));
    let approval = approval.ok_or_else(|| Problem::not_found("approval"))?;
    if approval.person != caller.person.id {
        // What a manager decides for somebody else becomes that person's effects, which the manager's own transaction can't
        // write. The right to decide is looked at below, in this one.
        tx = app.store.begin().await?;
    }
    let approval = approvals::lock(&mut tx, id).await?.ok_or_else(|| Problem::not_found("approval"))?;
    if !app.gate().may_decide(&caller.person, &decision_request(&approval)) {
        let detail =
            format!("With more than {MAX_RECIPIENTS_WITHOUT_MANAGER} recipients, a manager of the department decides.");
        return Err(Problem::new(ProblemKind::NotPermitted, detail));
    }
    still_open(&approval, &decide.payload_hash, now)?;

    let approved = match (approve, decide.payload) {
        (false, _) => None,
        (true, None) => Some(as_proposed(&approval)),
        (true, Some(payload)) => Some(edited(&app, &mut tx, &caller.person, &approval, payload).await?),
    };
    if let Some(approved) = &approved {
        check(&app, &mut tx, &approval, approved).await?;
        store_effects(&app, &mut tx, &approval, approved, now).await?;
    }
    let payload_hash = match &approved {
        Some(approved) => approval::payloads_hash(approved.iter().map(|approved| &approved.payload)),
        None => Ok(approval.payload_hash.clone()),
    };
    let payload_hash = payload_hash.map_err(Problem::internal)?;
    let state = if approve { ApprovalState::Approved } else { ApprovalState::Rejected };
    let (by, reason) = (Some(caller.person.id), reason.filter(|_| !approve));
    let decision = Decision { state, by, reason, approved: approved.as_deref(), payload_hash: &payload_hash, now };
    if !approvals::decide(&mut tx, id, &decision).await? {
        return Err(Problem::new(ProblemKind::Conflict, "Somebody has decided already."));
    }
    let decided = approvals::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("approval"))?;
    let event = EventBody::ApprovalDecided { approval_id: id, state };
    events::append(&mut tx, decided.person, decided.run, &[event], now).await?;
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &audit_of_approval(&decided, state)).await?;
    runs::requeue_after_approval(&mut tx, decided.run).await?;
    jobs::enqueue(&mut tx, decided.run).await?;
    let names = names(&mut tx).await?;
    failpoint::hit("decision.before");
    commit(tx).await?;
    failpoint::hit("decision.after");
    Ok(Json(view(&app, &caller.person, &names, decided)))
}

fn decision_request(approval: &Approval) -> gate::DecisionRequest {
    gate::DecisionRequest { person: approval.person, department: approval.department, recipients: approval.recipients }
}

/// Who asked for it sees it, and those who may decide it.
fn may_see(app: &AppState, person: &Person, approval: &Approval) -> bool {
    approval.person == person.id || app.gate().may_decide(person, &decision_request(approval))
}

fn still_open(approval: &Approval, payload_hash: &str, now: DateTime<Utc>) -> Result<(), Problem> {
    let detail = match approval.state {
        ApprovalState::Approved => "It was approved already.",
        ApprovalState::Rejected => "It was rejected already.",
        ApprovalState::Pending if approval.expires_at > now => {
            if approval.payload_hash.eq_ignore_ascii_case(payload_hash) {
                return Ok(());
            }
            "The hash is not that of what would be sent. Look at the approval again before you decide."
        }
        ApprovalState::Pending | ApprovalState::Expired => "The time for a decision is over, and nothing was sent.",
    };
    Err(Problem::new(ProblemKind::Conflict, detail))
}

fn as_proposed(approval: &Approval) -> Vec<ApprovedEffect> {
    let approved = |proposed: &approval::ProposedEffect| ApprovedEffect {
        call: proposed.call.clone(),
        payload: proposed.payload.clone(),
    };
    approval.effects.iter().map(approved).collect()
}

/// Stores what was approved as effects, as far as the one who asked may still send so many mails.
async fn store_effects(
    app: &AppState,
    tx: &mut Tx,
    approval: &Approval,
    approved: &[ApprovedEffect],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let payloads = || approved.iter().map(|approved| &approved.payload);
    if let Err(over) = check_hourly_limit(app, tx, approval.person, payloads()).await? {
        let seconds = (over.after - now).num_seconds();
        let detail = format!(
            "One person may send {} {} an hour; {} were sent in the last hour, and this is {} more. Decide again later, \
             or leave some out.",
            over.limit,
            channels::of(over.kind).plural(),
            over.sent,
            over.wanted
        );
        return Err(Problem::too_many(detail, u64::try_from(seconds).unwrap_or(1)));
    }
    let held_until = held_until(app, payloads(), now);
    for ApprovedEffect { call, payload } in approved {
        let effect =
            new_effect(app, approval.person, approval.run, call, payload.clone()).map_err(Problem::internal)?;
        let effect = Effect { approval: Some(approval.id), held_until, ..effect };
        effects::intend(tx, &effect).await?;
    }
    Ok(())
}

async fn names(tx: &mut Tx) -> Result<BTreeMap<Id<id::Person>, String>, StoreError> {
    Ok(people::all(tx).await?.into_iter().map(|person| (person.id, person.name)).collect())
}
