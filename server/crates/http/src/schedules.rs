//! Schedules: what is asked for the caller again and again, when, and what became of each time.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use mezzofy_domain::audit::AuditAction;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use mezzofy_domain::schedule::ScheduleRule;
use mezzofy_domain::schedule::occurrence::{OccurrenceReason, OccurrenceState};
use mezzofy_domain::schedule::plan::Misfire;
use mezzofy_store::schedules::{self, Occurrence, OccurrenceOutcome, Schedule};
use mezzofy_store::{Tx, commit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::docs::{nullable, one_of};
use super::extract::{ApiJson, ApiPath, ApiQuery, PageQuery, PageView};
use super::permission::{Schedules, route};
use super::problem::{Problem, ProblemKind, Problems};
use super::runs::RunView;
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::runs::checked_text;
use mezzofy_engine::schedules::ScheduleError;

mod order;
mod rule;

use order::{checked_agent, checked_channel, checked_emails, checked_skill};
use rule::{RuleView, checked_rule};

/// Characters of a name at most.
const MAX_NAME_CHARS: usize = 120;
/// Occurrences that say how a schedule stands: what a person started may stand before the one ahead, which is the newest of the rule.
const NEWEST_OCCURRENCES: i64 = 2;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(list))
        .routes(route!(create))
        .routes(route!(show))
        .routes(route!(update))
        .routes(route!(delete))
        .routes(route!(pause))
        .routes(route!(resume))
        .routes(route!(run))
        .routes(route!(list_occurrences))
}

/// What is asked again and again.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleView {
    id: Uuid,
    name: String,
    /// What is asked each time, as the owner would say it.
    request: String,
    /// Whose agent is asked.
    #[schema(required = true)]
    agent: Option<String>,
    /// What runs in place of the request, with these inputs.
    #[schema(required = true)]
    skill: Option<String>,
    #[schema(value_type = Object)]
    inputs: Map<String, Value>,
    deliver: Deliver,
    rule: RuleView,
    /// Of a cron: minute, hour, day of the month, month and weekday.
    #[schema(required = true)]
    cron: Option<String>,
    /// Of a cron: the IANA name of its time zone.
    #[schema(required = true)]
    time_zone: Option<String>,
    /// The rule in words of the caller's language, e.g. "every Monday at 09:00, Singapore time".
    said: String,
    #[schema(schema_with = misfire_schema)]
    misfire: String,
    state: ScheduleState,
    /// When it comes next; null when it is paused or over.
    #[schema(required = true)]
    next_at: Option<DateTime<Utc>>,
    /// What became of the last time.
    #[schema(required = true)]
    last: Option<OccurrenceView>,
    created_at: DateTime<Utc>,
}

/// Whether a schedule comes again.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ScheduleState {
    Active,
    Paused,
    Over,
}

/// One due moment.
#[derive(Debug, Serialize, ToSchema)]
struct OccurrenceView {
    due_at: DateTime<Utc>,
    #[schema(schema_with = occurrence_state_schema)]
    state: String,
    /// Why it did not run; `manual` where a person started it.
    #[schema(schema_with = reason_schema, required = true)]
    reason: Option<String>,
    /// The same in words, or why its run failed or what it waits for.
    #[schema(required = true)]
    explanation: Option<String>,
    #[schema(required = true)]
    run_id: Option<Uuid>,
}

fn misfire_schema() -> Object {
    one_of(Misfire::ALL.map(Misfire::code))
}

fn occurrence_state_schema() -> Object {
    one_of(OccurrenceState::ALL.map(OccurrenceState::code))
}

fn reason_schema() -> Object {
    nullable(one_of(OccurrenceReason::ALL.map(OccurrenceReason::code)))
}

/// A new schedule.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSchedule {
    /// 1 to 120 characters; no two of the caller's have the same.
    name: String,
    /// What is to be asked each time, 1 to 5,000 characters. Where a skill is named it may be left out.
    #[serde(alias = "text")]
    request: Option<String>,
    /// Whose agent is asked: finance, sales, marketing, support or management. Of a skill it is the skill's own.
    agent: Option<String>,
    /// What runs in place of a request in words.
    skill: Option<String>,
    /// The skill's inputs by name; a period may be `last week`.
    #[serde(default)]
    #[schema(value_type = Object)]
    inputs: Map<String, Value>,
    /// Who gets the result.
    #[serde(default)]
    deliver: Deliver,
    /// When; or a cron beside this.
    rule: Option<RuleView>,
    /// Minute, hour, day of the month, month and weekday, e.g. `0 9 * * 1`.
    cron: Option<String>,
    /// IANA name of the cron's time zone; the company's when not given.
    time_zone: Option<String>,
    /// What becomes of times that the server was not there for; the latest of them runs when not given.
    #[serde(default)]
    #[schema(schema_with = misfire_schema)]
    misfire: Option<String>,
}

/// Who gets what a schedule makes, and is told of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Deliver {
    /// Addresses that it is mailed to.
    #[serde(default)]
    email: Vec<String>,
    /// The channel in Teams that it is posted in.
    #[serde(default)]
    #[schema(required = true)]
    teams_channel: Option<String>,
    /// Whether the owner's phones are told how each time ended.
    #[serde(default = "pushing")]
    push: bool,
}

fn pushing() -> bool {
    true
}

impl Default for Deliver {
    fn default() -> Self {
        Self { email: Vec::new(), teams_channel: None, push: pushing() }
    }
}

/// What is to be changed of a schedule.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UpdateSchedule {
    /// 1 to 120 characters; no two of the caller's have the same.
    name: Option<String>,
    /// What is to be asked each time, 1 to 5,000 characters.
    #[serde(alias = "text")]
    request: Option<String>,
    /// The inputs of its skill, all of them.
    #[schema(value_type = Option<Object>)]
    inputs: Option<Map<String, Value>>,
    /// Who gets the result from now on.
    deliver: Option<Deliver>,
    rule: Option<RuleView>,
    /// A cron in place of the rule.
    cron: Option<String>,
    /// IANA name of the cron's time zone; the company's when not given.
    time_zone: Option<String>,
    #[serde(default)]
    #[schema(schema_with = misfire_schema)]
    misfire: Option<String>,
}

/// A run that was begun.
#[derive(Serialize, ToSchema)]
struct StartedRun {
    run: RunView,
}

/// Lists the caller's schedules, newest first.
#[utoipa::path(get, path = "/v1/schedules", params(PageQuery), responses((status = 200, body = PageView<ScheduleView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<PageView<ScheduleView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let slice = schedules::list(&mut tx, caller.person.id, query.page()?).await?;
    let ids: Vec<Uuid> = slice.items.iter().map(|schedule| schedule.id.uuid()).collect();
    let mut newest = schedules::newest_occurrences(&mut tx, &ids, NEWEST_OCCURRENCES).await?;
    let mut newest = |schedule: &Schedule| newest.remove(&schedule.id.uuid()).unwrap_or_default();
    Ok(Json(PageView::of(slice, |schedule| view(&app, &schedule, newest(&schedule), caller.person.language))))
}

/// Makes a schedule. It begins at once.
#[utoipa::path(post, path = "/v1/schedules", request_body = NewSchedule, responses((status = 201, body = ScheduleView), Problems))]
async fn create(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiJson(new): ApiJson<NewSchedule>,
) -> Result<(StatusCode, Json<ScheduleView>), Problem> {
    let (now, language) = (app.clock.now(), caller.person.language);
    let rule = RuleView::from_parts(new.rule, new.cron, new.time_zone)?;
    let rule = rule.ok_or_else(|| Problem::field("cron", "Say when: a cron with a time zone, or a rule."))?;
    let (rule, next) = checked_rule(&app, rule, language)?;
    let agent = new.agent.as_deref().map(checked_agent).transpose()?;
    let skill = checked_skill(&app, &caller.person, new.skill.as_deref(), agent, &new.inputs)?;
    let request = match (new.request, skill) {
        (Some(request), _) => checked_request(&request)?,
        (None, Some(skill)) => skill.title.in_language(language).to_owned(),
        (None, None) => return Err(Problem::field("text", "Say what is to be asked, or name a skill.")),
    };
    let schedule = Schedule {
        id: app.new_id(),
        owner: caller.person.id,
        name: checked_name(&new.name)?,
        request,
        agent: agent.or(skill.map(|skill| skill.department)),
        emails: checked_emails(&new.deliver.email, skill)?,
        channel: checked_channel(&app, &caller.person, new.deliver.teams_channel.as_deref(), skill)?,
        push: new.deliver.push,
        skill: new.skill,
        inputs: new.inputs,
        rule,
        misfire: checked_misfire(new.misfire.as_deref())?.unwrap_or_default(),
        paused: false,
        created_at: now,
    };
    let mut tx = caller.begin(&app).await?;
    mezzofy_engine::schedules::make(&mut tx, app.limits.schedules(), &schedule, next).await?.map_err(|refused| {
        let problem = Problem::new(ProblemKind::Conflict, refused.say(language));
        if matches!(refused, ScheduleError::Taken(_)) { problem.about("name") } else { problem }
    })?;
    let view = current_view(&app, &mut tx, &schedule, language).await?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Shows a schedule.
#[utoipa::path(get, path = "/v1/schedules/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ScheduleView), Problems))]
async fn show(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiPath(id): ApiPath<Id<id::Schedule>>,
) -> Result<Json<ScheduleView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let schedule = load(&mut tx, &caller.person, id).await?;
    Ok(Json(current_view(&app, &mut tx, &schedule, caller.person.language).await?))
}

/// Changes a schedule. A run that has already started is left to finish.
#[utoipa::path(patch, path = "/v1/schedules/{id}", params(("id" = Uuid, Path)), request_body = UpdateSchedule, responses((status = 200, body = ScheduleView), Problems))]
async fn update(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiPath(id): ApiPath<Id<id::Schedule>>,
    ApiJson(change): ApiJson<UpdateSchedule>,
) -> Result<Json<ScheduleView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let mut schedule = lock(&mut tx, &caller.person, id).await?;
    if let Some(name) = &change.name {
        schedule.name = checked_name(name)?;
    }
    if let Some(request) = &change.request {
        if schedule.skill.is_some() {
            return Err(Problem::field(
                "request",
                "It runs a skill with set inputs. Make a new schedule for other work.",
            ));
        }
        schedule.request = checked_request(request)?;
    }
    if let Some(inputs) = change.inputs {
        checked_skill(&app, &caller.person, schedule.skill.as_deref(), None, &inputs)?;
        schedule.inputs = inputs;
    }
    if let Some(deliver) = change.deliver {
        let skill = schedule.skill.as_deref().and_then(|skill| app.skills.get(skill));
        schedule.emails = checked_emails(&deliver.email, skill)?;
        schedule.channel = checked_channel(&app, &caller.person, deliver.teams_channel.as_deref(), skill)?;
        schedule.push = deliver.push;
    }
    if let Some(misfire) = checked_misfire(change.misfire.as_deref())? {
        schedule.misfire = misfire;
    }
    if let Some(rule) = RuleView::from_parts(change.rule, change.cron, change.time_zone)? {
        let (rule, next) = checked_rule(&app, rule, caller.person.language)?;
        schedule.rule = rule;
        schedules::set_next(&mut tx, id, Some(next)).await?;
    }
    if !schedules::save(&mut tx, &schedule).await? {
        return Err(Problem::new(
            ProblemKind::Conflict,
            ScheduleError::Taken(schedule.name).say(caller.person.language),
        )
        .about("name"));
    }
    let view = audited_view(&app, &mut tx, &schedule, AuditAction::ScheduleChanged, &caller.person).await?;
    commit(tx).await?;
    Ok(Json(view))
}

/// Removes a schedule with its history. What its runs made stays.
#[utoipa::path(delete, path = "/v1/schedules/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn delete(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiPath(id): ApiPath<Id<id::Schedule>>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    let schedule = lock(&mut tx, &caller.person, id).await?;
    schedules::remove(&mut tx, caller.person.id, id).await?;
    mezzofy_engine::schedules::note(&mut tx, &schedule, AuditAction::ScheduleRemoved, app.clock.now()).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pauses a schedule. A run that has already started is left to finish; times that come meanwhile are noted as skipped.
#[utoipa::path(post, path = "/v1/schedules/{id}/pause", params(("id" = Uuid, Path)), responses((status = 200, body = ScheduleView), Problems))]
async fn pause(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiPath(id): ApiPath<Id<id::Schedule>>,
) -> Result<Json<ScheduleView>, Problem> {
    set_paused(&app, &caller, id, true).await
}

/// Resumes a schedule. It goes on with its next time.
#[utoipa::path(post, path = "/v1/schedules/{id}/resume", params(("id" = Uuid, Path)), responses((status = 200, body = ScheduleView), Problems))]
async fn resume(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiPath(id): ApiPath<Id<id::Schedule>>,
) -> Result<Json<ScheduleView>, Problem> {
    set_paused(&app, &caller, id, false).await
}

/// Runs a schedule now, beside its times and whether it is paused or not.
#[utoipa::path(post, path = "/v1/schedules/{id}/run", params(("id" = Uuid, Path)), responses((status = 202, body = StartedRun), Problems))]
async fn run(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiPath(id): ApiPath<Id<id::Schedule>>,
) -> Result<(StatusCode, Json<StartedRun>), Problem> {
    let mut tx = caller.begin(&app).await?;
    let schedule = load(&mut tx, &caller.person, id).await?;
    let run = mezzofy_engine::schedules::begin(&app, &mut tx, &schedule, &caller.person, false).await?;
    schedules::put(&mut tx, id, run.created_at, OccurrenceOutcome::Manual(run.id)).await?;
    commit(tx).await?;
    Ok((StatusCode::ACCEPTED, Json(StartedRun { run: RunView::of(run, &[]) })))
}

/// Lists a schedule's occurrences, the newest moment first, the one ahead among them.
#[utoipa::path(get, path = "/v1/schedules/{id}/occurrences", params(("id" = Uuid, Path), PageQuery), responses((status = 200, body = PageView<OccurrenceView>), Problems))]
async fn list_occurrences(
    State(app): State<App>,
    caller: Caller<Schedules>,
    ApiPath(id): ApiPath<Id<id::Schedule>>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<PageView<OccurrenceView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    load(&mut tx, &caller.person, id).await?;
    let slice = schedules::occurrences(&mut tx, id, query.page()?).await?;
    Ok(Json(PageView::of(slice, |occurrence| occurrence_view(occurrence, caller.person.language))))
}

async fn load(tx: &mut Tx, person: &Person, id: Id<id::Schedule>) -> Result<Schedule, Problem> {
    schedules::get(tx, person.id, id).await?.ok_or_else(|| Problem::not_found("schedule"))
}

/// The same, to be changed.
async fn lock(tx: &mut Tx, person: &Person, id: Id<id::Schedule>) -> Result<Schedule, Problem> {
    schedules::lock(tx, person.id, id).await?.ok_or_else(|| Problem::not_found("schedule"))
}

async fn set_paused(
    app: &AppState,
    caller: &Caller<Schedules>,
    id: Id<id::Schedule>,
    paused: bool,
) -> Result<Json<ScheduleView>, Problem> {
    let mut tx = caller.begin(app).await?;
    let mut schedule = lock(&mut tx, &caller.person, id).await?;
    if schedule.paused != paused {
        schedule.paused = paused;
        schedules::save(&mut tx, &schedule).await?;
        let action = if paused { AuditAction::SchedulePaused } else { AuditAction::ScheduleResumed };
        let view = audited_view(app, &mut tx, &schedule, action, &caller.person).await?;
        commit(tx).await?;
        return Ok(Json(view));
    }
    Ok(Json(current_view(app, &mut tx, &schedule, caller.person.language).await?))
}

/// Notes what was done in the audit log and answers how the schedule stands.
async fn audited_view(
    app: &AppState,
    tx: &mut Tx,
    schedule: &Schedule,
    action: AuditAction,
    person: &Person,
) -> Result<ScheduleView, Problem> {
    mezzofy_engine::schedules::note(tx, schedule, action, app.clock.now()).await?;
    current_view(app, tx, schedule, person.language).await
}

/// How one schedule stands.
async fn current_view(
    app: &AppState,
    tx: &mut Tx,
    schedule: &Schedule,
    language: Language,
) -> Result<ScheduleView, Problem> {
    let id = schedule.id.uuid();
    let newest = schedules::newest_occurrences(tx, &[id], NEWEST_OCCURRENCES).await?.remove(&id);
    Ok(view(app, schedule, newest.unwrap_or_default(), language))
}

fn view(app: &AppState, schedule: &Schedule, newest: Vec<Occurrence>, language: Language) -> ScheduleView {
    let next =
        newest.iter().find(|occurrence| occurrence.state == OccurrenceState::Due).map(|occurrence| occurrence.due_at);
    let last = newest.into_iter().find(|occurrence| occurrence.state != OccurrenceState::Due);
    let state = match next {
        None => ScheduleState::Over,
        Some(_) if schedule.paused => ScheduleState::Paused,
        Some(_) => ScheduleState::Active,
    };
    let of_skill = schedule.skill.as_deref().and_then(|name| app.skills.get(name)).map(|skill| skill.department);
    let (cron, time_zone) = match &schedule.rule {
        ScheduleRule::Cron { cron, zone } => (Some(cron.clone()), Some(zone.clone())),
        ScheduleRule::Interval { .. } | ScheduleRule::Once { .. } => (None, None),
    };
    ScheduleView {
        id: schedule.id.uuid(),
        name: schedule.name.clone(),
        request: schedule.request.clone(),
        agent: schedule.agent.or(of_skill).map(|agent| agent.code().to_owned()),
        skill: schedule.skill.clone(),
        inputs: schedule.inputs.clone(),
        deliver: Deliver {
            email: schedule.emails.clone(),
            teams_channel: schedule.channel.clone(),
            push: schedule.push,
        },
        rule: RuleView::of(&schedule.rule),
        cron,
        time_zone,
        said: schedule.rule.say(language, app.zone),
        misfire: schedule.misfire.code().to_owned(),
        state,
        next_at: next.filter(|_| !schedule.paused),
        last: last.map(|occurrence| occurrence_view(occurrence, language)),
        created_at: schedule.created_at,
    }
}

fn occurrence_view(occurrence: Occurrence, language: Language) -> OccurrenceView {
    let waits = match language {
        Language::En => "It waits for you: open it to answer or to decide.",
        Language::Zh => "正在等您：打开即可回答或审批。",
        Language::Ms => "Ia menunggu anda: buka untuk menjawab atau membuat keputusan.",
    };
    let reason = occurrence.reason.filter(|reason| *reason != OccurrenceReason::Manual);
    let explanation = reason
        .map(|reason| reason.say(language).to_owned())
        .or_else(|| occurrence.waiting_for.map(|_| waits.to_owned()))
        .or(occurrence.error);
    OccurrenceView {
        due_at: occurrence.due_at,
        state: occurrence.state.code().to_owned(),
        reason: occurrence.reason.map(|reason| reason.code().to_owned()),
        explanation,
        run_id: occurrence.run,
    }
}

fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.contains('\n') {
        return Err(Problem::field("name", format!("A name is one line of 1 to {MAX_NAME_CHARS} characters.")));
    }
    Ok(name.to_owned())
}

fn checked_request(request: &str) -> Result<String, Problem> {
    checked_text(request).map(str::to_owned).map_err(|error| Problem::from(error).about("request"))
}

fn checked_misfire(misfire: Option<&str>) -> Result<Option<Misfire>, Problem> {
    let of =
        |code| Misfire::from_code(code).ok_or_else(|| Problem::field("misfire", "It must be skip, latest or all."));
    misfire.map(of).transpose()
}
