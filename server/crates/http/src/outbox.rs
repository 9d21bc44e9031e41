//! The outbox: every effect, as the people see it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDateTime, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::canonical;
use mezzofy_domain::effect::{EffectKind, EffectState, EffectVerdict, EventTimes, PayloadFields};
use mezzofy_domain::file::Attachment;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::page::PageRequest;
use mezzofy_store::pushes::{self, PushRow};
use mezzofy_store::{audit, commit, jobs};
use serde::{Deserialize, Serialize};
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::docs::{nullable, one_of};
use super::extract::{ApiPath, ApiQuery, PageQuery, PageView};
use super::permission::route;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::{App, AppState};

mod settle;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(show)).routes(route!(undo)).merge(settle::routes())
}

/// An effect.
#[derive(Debug, Serialize, ToSchema)]
struct EffectView {
    id: Uuid,
    #[schema(schema_with = kinds)]
    kind: String,
    #[schema(schema_with = states)]
    state: String,
    /// Bare addresses.
    to: Vec<String>,
    cc: Vec<String>,
    subject: String,
    /// Plain text.
    body: String,
    attachments: Vec<AttachmentView>,
    /// The times of an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<WhenView>,
    /// Hex SHA-256 of the payload's RFC 8785 JSON: `{to, cc, subject, body, attachments}`, and of an event `when`.
    payload_hash: String,
    /// The run that wanted it; of a push it may be none.
    #[schema(required = true)]
    run_id: Option<Uuid>,
    /// The approval that it was approved with.
    #[schema(required = true)]
    approval_id: Option<Uuid>,
    /// Set while it is held: until then it can be taken back.
    #[schema(required = true)]
    undo_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    #[schema(required = true)]
    done_at: Option<DateTime<Utc>>,
    /// Why it failed, or what to check when it can't be known.
    #[schema(required = true)]
    error: Option<String>,
    /// What its person said of it when it could not be known: then `done` is their word.
    #[schema(schema_with = verdicts, required = true)]
    verdict: Option<String>,
}

fn verdicts() -> Object {
    nullable(one_of(EffectVerdict::ALL.map(EffectVerdict::code)))
}

fn kinds() -> Object {
    let [mail, teams, calendar] = EffectKind::ALL.map(EffectKind::code);
    one_of([mail, teams, calendar, PUSH])
}

fn states() -> Object {
    one_of(EffectState::ALL.map(EffectState::code))
}

/// What goes with a mail or a message.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AttachmentView {
    id: Uuid,
    name: String,
    media_type: String,
    /// Bytes.
    size: u64,
    /// Lower-case hex.
    sha256: String,
}

/// The times of an event, by the clocks of a zone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhenView {
    /// `2026-12-02T15:00:00`.
    #[schema(value_type = String)]
    start: NaiveDateTime,
    #[schema(value_type = String)]
    end: NaiveDateTime,
    /// An IANA zone.
    time_zone: String,
    /// Whether it has a link to join in Teams.
    online: bool,
}

impl From<EventTimes> for WhenView {
    fn from(when: EventTimes) -> Self {
        let EventTimes { start, end, time_zone, online } = when;
        Self { start, end, time_zone, online }
    }
}

impl From<WhenView> for EventTimes {
    fn from(when: WhenView) -> Self {
        let WhenView { start, end, time_zone, online } = when;
        Self { start, end, time_zone, online }
    }
}

impl From<Attachment> for AttachmentView {
    fn from(file: Attachment) -> Self {
        Self { id: file.id.uuid(), name: file.name, media_type: file.media_type, size: file.size, sha256: file.sha256 }
    }
}

impl EffectView {
    fn of(effect: Effect, now: DateTime<Utc>) -> Self {
        let PayloadFields { to, cc, subject, body, attachments, when } = effect.payload.fields();
        let held = effect.held_until.filter(|until| effect.state == EffectState::Intended && *until > now);
        Self {
            approval_id: effect.approval.map(Id::uuid),
            undo_until: held,
            id: effect.id.uuid(),
            kind: effect.payload.kind().code().to_owned(),
            state: effect.state.code().to_owned(),
            to,
            cc,
            subject,
            body,
            attachments: attachments.into_iter().map(Into::into).collect(),
            when: when.map(Into::into),
            payload_hash: effect.payload_hash,
            run_id: Some(effect.run.uuid()),
            created_at: effect.created_at,
            done_at: effect.done_at,
            error: effect.error,
            verdict: effect.verdict.map(|verdict| verdict.code().to_owned()),
        }
    }
}

impl EffectView {
    /// A notification on a phone, which is told and not sent by anybody.
    fn of_push(app: &AppState, push: PushRow, language: Language) -> Result<Self, Problem> {
        let (title, body) = app.push.text(push.matter, language);
        let state = match push.state.as_str() {
            "waiting" => EffectState::Intended,
            "sending" | "sent" => EffectState::Attempting,
            "done" => EffectState::Done,
            "unknown" => EffectState::Unknown,
            _ => EffectState::Failed,
        };
        let payload = PayloadFields {
            to: push.device.into_iter().collect(),
            cc: Vec::new(),
            subject: title.to_owned(),
            body: body.to_owned(),
            attachments: Vec::new(),
            when: None,
        };
        Ok(Self {
            id: push.id,
            kind: PUSH.to_owned(),
            state: state.code().to_owned(),
            payload_hash: canonical::hash(&payload).map_err(Problem::internal)?,
            to: payload.to,
            cc: payload.cc,
            subject: payload.subject,
            body: payload.body,
            attachments: Vec::new(),
            when: None,
            run_id: push.run,
            approval_id: None,
            undo_until: None,
            created_at: push.created_at,
            done_at: push.sent_at.filter(|_| state == EffectState::Done),
            error: push.reason.filter(|_| matches!(state, EffectState::Failed | EffectState::Unknown)),
            verdict: None,
        })
    }
}

/// The kind of what is told on phones.
const PUSH: &str = "push";

/// Which effects.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OutboxQuery {
    /// Only this kind: mail, teams, calendar or push. Without one, all but pushes.
    kind: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most 200; 50 when not given.
    limit: Option<i64>,
}

/// Lists the caller's effects, newest first.
#[utoipa::path(get, path = "/v1/outbox", params(OutboxQuery), responses((status = 200, body = PageView<EffectView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    ApiQuery(filter): ApiQuery<OutboxQuery>,
) -> Result<Json<PageView<EffectView>>, Problem> {
    let page = PageQuery { cursor: filter.cursor, limit: filter.limit }.page()?;
    if filter.kind.as_deref() == Some(PUSH) {
        let mut tx = caller.begin(&app).await?;
        let slice = pushes::list(&mut tx, caller.person.id, None, page).await?;
        let language = caller.person.language;
        let views = slice.items.iter().map(|push| EffectView::of_push(&app, push.clone(), language));
        let mut views = views.collect::<Result<Vec<_>, _>>()?.into_iter();
        let list = PageView::of(slice, |_| views.next());
        return Ok(Json(PageView { items: list.items.into_iter().flatten().collect(), next_cursor: list.next_cursor }));
    }
    let kind = filter
        .kind
        .map(|kind| {
            EffectKind::from_code(&kind)
                .ok_or_else(|| Problem::field("kind", "The kind must be mail, teams, calendar or push."))
        })
        .transpose()?;
    let mut tx = caller.begin(&app).await?;
    let slice = effects::list(&mut tx, caller.person.id, kind, page).await?;
    let now = app.clock.now();
    Ok(Json(PageView::of(slice, |effect| EffectView::of(effect, now))))
}

/// Shows an effect with exactly what is or was sent.
#[utoipa::path(get, path = "/v1/outbox/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = EffectView), Problems))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Effect>>,
) -> Result<Json<EffectView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    if let Some(effect) = effects::get(&mut tx, caller.person.id, id).await? {
        return Ok(Json(EffectView::of(effect, app.clock.now())));
    }
    let page = PageRequest { before: None, limit: 1 };
    let push = pushes::list(&mut tx, caller.person.id, Some(id.uuid()), page).await?.items.pop();
    let push = push.ok_or_else(|| Problem::not_found("effect"))?;
    Ok(Json(EffectView::of_push(&app, push, caller.person.language)?))
}

/// Takes an effect back that has not left.
#[utoipa::path(post, path = "/v1/outbox/{id}/undo", params(("id" = Uuid, Path)), responses((status = 200, body = EffectView), Problems))]
async fn undo(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Effect>>,
) -> Result<Json<EffectView>, Problem> {
    let now = app.clock.now();
    let mut tx = caller.begin(&app).await?;
    let effect = effects::get(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("effect"))?;
    let reason = app.texts.taken_back_effect.in_language(caller.person.language);
    if !effects::undo(&mut tx, id, reason, now).await? {
        return Err(Problem::new(ProblemKind::Conflict, "It has left or ended already and can't be taken back."));
    }
    audit::append(
        &mut tx,
        now,
        Actor::Person(caller.person.id),
        &AuditEvent::EffectTakenBack { effect: id, run: effect.run },
    )
    .await?;
    if !effects::any_held(&mut tx, effect.run, now).await? {
        jobs::enqueue(&mut tx, effect.run).await?;
    }
    let effect = effects::get(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("effect"))?;
    commit(tx).await?;
    Ok(Json(EffectView::of(effect, now)))
}
