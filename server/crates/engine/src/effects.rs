//! Intending effects: what holds for a call of a run and for a decision on an approval alike.

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::approval::ApprovalState;
use mezzofy_domain::audit::AuditEvent;
use mezzofy_domain::canonical::NotCanonical;
use mezzofy_domain::effect::{EffectKind, EffectState, Payload};
use mezzofy_domain::id::{self, Id};
use mezzofy_store::approvals::Approval;
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{StoreError, Tx};

use crate::app::AppState;
use crate::channels;

pub mod check;

/// The time in which what a person sends is counted.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// The idempotency key of a call's effect.
#[must_use]
pub fn idempotency_key(run: Id<id::Run>, call: &str) -> String {
    format!("{run}/{call}")
}

/// When a mail that is stored now may leave: later, if any that goes with it leaves the company.
pub fn held_until<'m>(
    app: &AppState,
    payloads: impl IntoIterator<Item = &'m Payload>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let external = !app.gate().external_recipients(payloads).is_empty();
    let seconds = if external { app.hold.leaving } else { app.hold.inside };
    (seconds > 0).then(|| now + TimeDelta::seconds(seconds.into()))
}

/// Whether a person may still send all of this in this hour; each kind is counted by itself.
pub async fn check_hourly_limit<'m>(
    app: &AppState,
    tx: &mut Tx,
    person: Id<id::Person>,
    payloads: impl IntoIterator<Item = &'m Payload>,
) -> Result<Result<(), HourlyLimit>, StoreError> {
    let kinds: Vec<EffectKind> = payloads.into_iter().map(Payload::kind).collect();
    for kind in EffectKind::ALL {
        let wanted = kinds.iter().filter(|wanted| **wanted == kind).count();
        if wanted == 0 {
            continue;
        }
        let limit = channels::of(kind).hourly_limit(&app.limits);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let sent = effects::sent_since(tx, person, kind, app.clock.now() - HOUR).await?;
        let over = (sent.len() + wanted).saturating_sub(limit);
        if over > 0 {
            // So many of the oldest must be an hour old.
            let after = sent.get(over - 1).map_or_else(|| app.clock.now() + HOUR, |at| *at + HOUR);
            return Ok(Err(HourlyLimit { kind, limit, wanted, sent: sent.len(), after }));
        }
    }
    Ok(Ok(()))
}

/// The effect of a run's call as it is first stored. What covers it, and until when it is held, is the caller's to set.
pub fn new_effect(
    app: &AppState,
    person: Id<id::Person>,
    run: Id<id::Run>,
    call: &str,
    payload: Payload,
) -> Result<Effect, NotCanonical> {
    Ok(Effect {
        id: app.new_id(),
        person,
        run,
        state: EffectState::Intended,
        idempotency_key: idempotency_key(run, call),
        payload_hash: payload.payload_hash()?,
        payload,
        checkpoint: None,
        error: None,
        approval: None,
        standing_approval: None,
        held_until: None,
        taken_back: false,
        verdict: None,
        created_at: app.clock.now(),
        done_at: None,
    })
}

/// A person has sent as much of a kind as an hour allows.
pub struct HourlyLimit {
    /// What there is too much of.
    pub kind: EffectKind,
    /// How many are to be sent now.
    pub wanted: usize,
    /// How many may be sent in an hour.
    pub limit: usize,
    /// How many were sent in the last hour.
    pub sent: usize,
    /// When as many as are wanted may be sent, if so many may be at all.
    pub after: DateTime<Utc>,
}

/// How the audit log notes what becomes of an approval.
pub fn audit_of_approval(approval: &Approval, state: ApprovalState) -> AuditEvent {
    let effects = approval.approved.as_ref().map_or(approval.effects.len(), Vec::len);
    let payload_hash = approval.payload_hash.clone();
    AuditEvent::Approval { approval: approval.id, state, run: approval.run, effects, payload_hash }
}
