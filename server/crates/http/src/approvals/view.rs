//! An approval as people see it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use mezzofy_domain::approval::{self, ApprovalState, Origin};
use mezzofy_domain::effect::{EffectKind, Payload, PayloadFields};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::trust::Trust;
use mezzofy_store::approvals::Approval;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use uuid::Uuid;

use super::decision_request;
use crate::docs::one_of;
use crate::outbox::{AttachmentView, WhenView};
use mezzofy_engine::app::AppState;

/// What waits for a person, or was decided.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApprovalView {
    id: Uuid,
    run_id: Uuid,
    conversation_id: Uuid,
    #[schema(schema_with = kinds)]
    kind: String,
    /// One line, in the language of the request.
    summary: String,
    /// Why a person must decide, a sentence.
    why: String,
    #[schema(schema_with = states)]
    state: String,
    /// What would be sent; once it is approved, what was approved.
    effects: Vec<ProposedView>,
    /// Hex SHA-256 of the RFC 8785 JSON of all payloads, an array.
    payload_hash: String,
    asked_by: WhoView,
    /// Whether the caller may decide it now.
    may_decide: bool,
    created_at: DateTime<Utc>,
    /// Until when it can be decided.
    expires_at: DateTime<Utc>,
    #[schema(required = true)]
    decided_at: Option<DateTime<Utc>>,
    #[schema(required = true)]
    decided_by: Option<WhoView>,
    /// Why it was rejected, as the person said it.
    #[schema(required = true)]
    reason: Option<String>,
}

fn kinds() -> Object {
    one_of(EffectKind::ALL.map(EffectKind::code))
}

fn states() -> Object {
    one_of(ApprovalState::ALL.map(ApprovalState::code))
}

fn trusts() -> Object {
    one_of(Trust::ALL.map(Trust::code))
}

/// A person, by name.
#[derive(Debug, Serialize, ToSchema)]
struct WhoView {
    id: Uuid,
    name: String,
}

/// An effect as it would be sent.
#[derive(Debug, Serialize, ToSchema)]
struct ProposedView {
    payload: PayloadView,
    origin: OriginView,
}

/// What would be sent, byte for byte.
#[derive(Debug, Serialize, ToSchema)]
struct PayloadView {
    to: Vec<String>,
    cc: Vec<String>,
    subject: String,
    /// Plain text.
    body: String,
    attachments: Vec<AttachmentView>,
    /// The times of an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<WhenView>,
}

/// Where a payload comes from.
#[derive(Debug, Serialize, ToSchema)]
struct OriginView {
    /// The least trusted of what decides where it goes and what it leads to.
    #[schema(schema_with = trusts)]
    trust: String,
    values: Vec<ValueView>,
}

/// Where a value comes from.
#[derive(Debug, Serialize, ToSchema)]
struct ValueView {
    /// to, cc, attachments, subject or body.
    argument: String,
    /// An address, a file's name or a link.
    value: String,
    #[schema(schema_with = trusts)]
    trust: String,
    /// The same for the reader.
    from: String,
}

impl From<&Payload> for PayloadView {
    fn from(payload: &Payload) -> Self {
        let PayloadFields { to, cc, subject, body, attachments, when } = payload.fields();
        let attachments = attachments.into_iter().map(Into::into).collect();
        Self { to, cc, subject, body, attachments, when: when.map(Into::into) }
    }
}

impl From<Origin> for OriginView {
    fn from(origin: Origin) -> Self {
        let value = |value: approval::ValueOrigin| ValueView {
            argument: value.argument,
            value: value.value,
            trust: value.trust.code().to_owned(),
            from: value.from,
        };
        Self { trust: origin.trust.code().to_owned(), values: origin.values.into_iter().map(value).collect() }
    }
}

/// The view of an approval for a caller.
pub(super) fn view(
    app: &AppState,
    caller: &Person,
    names: &BTreeMap<Id<id::Person>, String>,
    approval: Approval,
) -> ApprovalView {
    let who = |id: Id<id::Person>| WhoView { id: id.uuid(), name: names.get(&id).cloned().unwrap_or_default() };
    let open = approval.state == ApprovalState::Pending && approval.expires_at > app.clock.now();
    let may_decide = open && app.gate().may_decide(caller, &decision_request(&approval));
    let origin =
        |call: &str| approval.effects.iter().find(|proposed| proposed.call == call).map(|it| it.origin.clone());
    let effects = match &approval.approved {
        Some(approved) => approved
            .iter()
            .map(|approved| ProposedView {
                payload: (&approved.payload).into(),
                origin: origin(&approved.call).unwrap_or_else(|| Origin::of(Vec::new())).into(),
            })
            .collect(),
        None => approval
            .effects
            .iter()
            .map(|one| ProposedView { payload: (&one.payload).into(), origin: one.origin.clone().into() })
            .collect(),
    };
    ApprovalView {
        id: approval.id.uuid(),
        run_id: approval.run.uuid(),
        conversation_id: approval.conversation.uuid(),
        kind: approval.effects.first().map_or(EffectKind::Mail, |first| first.payload.kind()).code().to_owned(),
        state: approval.state.code().to_owned(),
        effects,
        asked_by: who(approval.person),
        may_decide,
        decided_by: approval.decided_by.map(who),
        summary: approval.summary,
        why: approval.why,
        payload_hash: approval.payload_hash,
        created_at: approval.created_at,
        expires_at: approval.expires_at,
        decided_at: approval.decided_at,
        reason: approval.reason,
    }
}
