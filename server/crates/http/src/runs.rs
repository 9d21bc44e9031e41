//! Runs: how one stands, its events, and stopping it.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use mezzofy_domain::file::File;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::run::{RunError, RunErrorKind, RunState, WaitingFor};
use mezzofy_domain::usage::RunUsage;
use mezzofy_store::events::{self, Event};
use mezzofy_store::runs::{self, Run};
use mezzofy_store::{commit, files, jobs};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::docs::{nullable, one_of};
use super::extract::{ApiPath, ApiQuery};
use super::permission::route;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::views::FileView;

/// Seconds that `wait` is at most.
const MAX_WAIT_SECONDS: u64 = 60;
/// Events on one page.
const EVENTS_PER_PAGE: i64 = 200;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(show)).routes(route!(cancel)).routes(route!(list_events))
}

/// A piece of work.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunView {
    id: Uuid,
    conversation_id: Uuid,
    #[schema(schema_with = states)]
    state: String,
    /// person while it waits for the person's next message, approval while it waits for a decision, else null.
    #[schema(schema_with = waits, required = true)]
    waiting_for: Option<String>,
    /// The department's agent that serves it.
    #[schema(required = true)]
    agent: Option<String>,
    /// The skill in use; null while it is not clear which.
    #[schema(required = true)]
    skill: Option<String>,
    /// What the skill was given.
    #[schema(value_type = std::collections::BTreeMap<String, Object>)]
    inputs: Value,
    /// The names of the calls, in order.
    tools: Vec<String>,
    /// Markdown.
    #[schema(required = true)]
    answer: Option<String>,
    /// What it made.
    files: Vec<FileView>,
    #[schema(required = true)]
    error: Option<ErrorView>,
    usage: UsageView,
    created_at: DateTime<Utc>,
    #[schema(required = true)]
    ended_at: Option<DateTime<Utc>>,
}

fn states() -> Object {
    one_of(RunState::ALL.map(RunState::code))
}

fn waits() -> Object {
    nullable(one_of(WaitingFor::ALL.map(WaitingFor::code)))
}

fn kinds() -> Object {
    one_of(RunErrorKind::ALL.map(RunErrorKind::code))
}

/// Why a run failed.
#[derive(Debug, Serialize, ToSchema)]
struct ErrorView {
    #[schema(schema_with = kinds)]
    kind: String,
    /// What happened, to what, and what to do.
    detail: String,
}

/// What a run cost.
#[derive(Debug, Serialize, ToSchema)]
struct UsageView {
    /// The model that planned; `planner` is built in and costs nothing.
    model: String,
    input_tokens: u64,
    output_tokens: u64,
    cached_tokens: u64,
    /// USD, decimal.
    cost: String,
}

impl From<RunUsage> for UsageView {
    fn from(usage: RunUsage) -> Self {
        let RunUsage { model, input_tokens, output_tokens, cached_tokens, cost } = usage;
        Self { model, input_tokens, output_tokens, cached_tokens, cost: cost.to_string() }
    }
}

impl RunView {
    pub(super) fn of(run: Run, files: &[File]) -> Self {
        Self {
            id: run.id.uuid(),
            conversation_id: run.conversation.uuid(),
            state: run.state.code().to_owned(),
            waiting_for: run.waiting_for.map(|waits| waits.code().to_owned()),
            agent: run.agent,
            skill: run.skill,
            inputs: run.inputs,
            tools: run.tools,
            answer: run.answer,
            files: files.iter().filter(|file| file.run == Some(run.id)).map(FileView::of).collect(),
            error: run.error.map(|RunError { kind, detail }| ErrorView { kind: kind.code().to_owned(), detail }),
            usage: run.usage.into(),
            created_at: run.created_at,
            ended_at: run.ended_at,
        }
    }
}

/// How long to wait for the end.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RunQuery {
    /// Answers when the run has ended or waits for a person, at the latest after this many seconds; 60 at most.
    wait: Option<u64>,
}

/// Where to begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// Events after this cursor; from the first on when not given.
    after: Option<i64>,
}

/// One line of what happened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventView {
    /// Rises by one with each of the person's events.
    pub(super) cursor: i64,
    pub(super) run_id: Uuid,
    pub(super) conversation_id: Uuid,
    /// run.state, run.progress, message.delta, message.done, tool.started, tool.done, file.ready, approval.requested,
    /// approval.decided or notice.
    pub(super) kind: String,
    /// As the kind has it.
    pub(super) data: Value,
}

impl From<Event> for EventView {
    fn from(row: Event) -> Self {
        Self {
            cursor: row.cursor,
            run_id: row.run_id,
            conversation_id: row.conversation_id,
            kind: row.kind,
            data: row.data,
        }
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
struct Events {
    /// Oldest first.
    items: Vec<EventView>,
    /// Give it as `after` to read on; null at the end.
    #[schema(required = true)]
    next_cursor: Option<i64>,
}

/// Shows a run, at once or when it has ended or waits for a person.
#[utoipa::path(get, path = "/v1/runs/{id}", params(("id" = Uuid, Path), RunQuery), responses((status = 200, body = RunView), Problems))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Run>>,
    ApiQuery(query): ApiQuery<RunQuery>,
) -> Result<Json<RunView>, Problem> {
    let seconds = query.wait.unwrap_or_default().min(MAX_WAIT_SECONDS);
    let mut waiter = app.hub.waiter(caller.person.id);
    let until = tokio::time::Instant::now() + Duration::from_secs(seconds);
    loop {
        let run = load(&app, &caller, id).await?;
        let settled = run.state.has_ended() || run.state == RunState::Waiting;
        if settled
            || tokio::time::timeout_at(until, app.stop.run_until_cancelled(waiter.woken())).await.is_err()
            || app.stop.is_cancelled()
        {
            let mut tx = caller.begin(&app).await?;
            let files = files::of_runs(&mut tx, &[id.uuid()]).await?;
            return Ok(Json(RunView::of(run, &files)));
        }
    }
}

/// Stops a run before its next step. What has been done stays done.
#[utoipa::path(post, path = "/v1/runs/{id}/cancel", params(("id" = Uuid, Path)), responses((status = 202, body = RunView), Problems))]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Run>>,
) -> Result<(axum::http::StatusCode, Json<RunView>), Problem> {
    let mut tx = caller.begin(&app).await?;
    let run = runs::lock(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("run"))?;
    if run.state.has_ended() {
        return Err(Problem::new(ProblemKind::Conflict, "The run has ended already."));
    }
    runs::request_cancellation(&mut tx, id).await?;
    if run.state == RunState::Waiting || run.wake_at.is_some() {
        jobs::enqueue(&mut tx, id).await?;
    }
    let files = files::of_runs(&mut tx, &[id.uuid()]).await?;
    commit(tx).await?;
    Ok((axum::http::StatusCode::ACCEPTED, Json(RunView::of(run, &files))))
}

/// Lists what happened in a run, oldest first.
#[utoipa::path(get, path = "/v1/runs/{id}/events", params(("id" = Uuid, Path), EventsQuery), responses((status = 200, body = Events), Problems))]
async fn list_events(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Run>>,
    ApiQuery(query): ApiQuery<EventsQuery>,
) -> Result<Json<Events>, Problem> {
    load(&app, &caller, id).await?;
    let mut tx = caller.begin(&app).await?;
    let items = events::of_run(&mut tx, id, query.after.unwrap_or_default(), EVENTS_PER_PAGE).await?;
    let full = i64::try_from(items.len()).is_ok_and(|count| count == EVENTS_PER_PAGE);
    let next_cursor = items.last().map(|event| event.cursor).filter(|_| full);
    Ok(Json(Events { items: items.into_iter().map(Into::into).collect(), next_cursor }))
}

async fn load(app: &AppState, caller: &Caller, id: Id<id::Run>) -> Result<Run, Problem> {
    let mut tx = caller.begin(app).await?;
    runs::get(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("run"))
}
