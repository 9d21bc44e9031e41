//! The word of its person on an effect whose end could not be known.

use axum::Json;
use axum::extract::State;
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::effect::EffectVerdict;
use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{Tx, audit, commit, events, runs};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_axum::router::OpenApiRouter;

use super::EffectView;
use crate::caller::Caller;
use crate::docs::one_of;
use crate::extract::{ApiJson, ApiPath};
use crate::permission::route;
use crate::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::channels;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(settle))
}

/// What its person found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettleEffect {
    /// `arrived`: it is there. `send_again`: it is not, and is to be sent once more.
    #[schema(schema_with = outcomes)]
    outcome: String,
}

fn outcomes() -> Object {
    one_of(EffectVerdict::ALL.map(EffectVerdict::code))
}

/// Settles an effect whose end is unknown, by its person's word. The same word again changes nothing.
#[utoipa::path(post, path = "/v1/outbox/{id}/settle", params(("id" = Uuid, Path)), request_body = SettleEffect, responses((status = 200, body = EffectView), Problems))]
async fn settle(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Effect>>,
    ApiJson(settle): ApiJson<SettleEffect>,
) -> Result<Json<EffectView>, Problem> {
    let verdict = EffectVerdict::from_code(&settle.outcome)
        .ok_or_else(|| Problem::field("outcome", "The outcome must be arrived or send_again."))?;
    let now = app.clock.now();
    let mut tx = caller.begin(&app).await?;
    let effect = effects::get(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("effect"))?;
    let Some(state) = effect.state.after(verdict) else {
        return if effect.verdict == Some(verdict) { Ok(Json(EffectView::of(effect, now))) } else { Err(known()) };
    };
    let channel = channels::of(effect.payload.kind());
    let checkpoint = match verdict {
        EffectVerdict::Arrived => effect.checkpoint.clone(),
        EffectVerdict::SendAgain if app.roles.allows(&caller.person.role, channel.permission()) => {
            channel.again(&app, effect.checkpoint.clone())
        }
        EffectVerdict::SendAgain => {
            return Err(Problem::new(ProblemKind::NotPermitted, "Your role does not allow sending this any more."));
        }
    };
    if !effects::settle(&mut tx, id, verdict, state, checkpoint.as_ref(), now).await? {
        return Err(known());
    }
    let event =
        AuditEvent::EffectSettled { effect: id, verdict, run: effect.run, payload_hash: effect.payload_hash.clone() };
    if verdict == EffectVerdict::Arrived {
        tell(&app, &mut tx, &caller, &effect).await?;
    }
    audit::append(&mut tx, now, Actor::Person(caller.person.id), &event).await?;
    let effect = effects::get(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("effect"))?;
    commit(tx).await?;
    Ok(Json(EffectView::of(effect, now)))
}

fn known() -> Problem {
    Problem::new(ProblemKind::Conflict, "What came of it is known by now, so it can't be settled any more.")
}

/// Tells the run, which ended without knowing.
async fn tell(app: &AppState, tx: &mut Tx, caller: &Caller, effect: &Effect) -> Result<(), Problem> {
    let person = &caller.person;
    if runs::get(tx, person.id, effect.run).await?.is_some() {
        let text = app.texts.arrived.say(person.language, &[("title", effect.payload.title())]);
        events::append(tx, person.id, effect.run, &[EventBody::Notice { text }], app.clock.now()).await?;
    }
    Ok(())
}
