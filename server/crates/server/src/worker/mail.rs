//! Sending a mail once: the effect's row first, then the provider, then the receipt. A second worker, or the same one after
//! a crash, goes on from the place that is stored, and looks before it acts.

use std::time::Duration;

use async_trait::async_trait;
use mezzofy_agent::run::Call;
use mezzofy_agent::tool::Output;
use mezzofy_domain::audit::{Deed, Who};
use mezzofy_domain::effect::{EffectKind, EffectState, Mail};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_microsoft::graph::Outcome;
use mezzofy_microsoft::mail::{Address, Attachment, Body, Journal, JournalError, Mail as GraphMail, Reason, Walk};
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{audit, commit};
use serde_json::json;

use super::{Stuck, Work};
use crate::crash;

/// Tries of one mail while the provider is not well.
const TRIES: u32 = 5;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Sends the mail of a call, or finds that it was sent, and answers the call's result.
pub(super) async fn send(work: &Work<'_>, call: &Call, mail: Mail) -> Result<Result<Output, RunError>, Stuck> {
    let app = work.app;
    let now = app.clock.now();
    let payload_hash = mail.payload_hash().map_err(|error| Stuck::Retry(error.to_string()))?;
    let mut tx = work.begin().await?;
    // A model that asks for the very same mail again in one run wants it sent, not sent twice.
    if let Some(sent) = effects::done_in_run(&mut tx, work.run.id, &payload_hash).await? {
        return Ok(result(work, &sent));
    }
    let intended = effects::intend(
        &mut tx,
        &Effect {
            id: app.new_id(),
            person: work.person.id,
            run: work.run.id,
            kind: EffectKind::Mail,
            state: EffectState::Intended,
            idempotency_key: format!("{}/{}", work.run.id, call.id),
            payload_hash,
            mail,
            walk: None,
            error: None,
            created_at: now,
            done_at: None,
        },
    )
    .await?;
    commit(tx).await?;
    crash::point("effect.intended");

    let mut effect = intended;
    if effect.state == EffectState::Intended {
        let mut tx = work.begin().await?;
        if !effects::attempt(&mut tx, effect.id).await? {
            return Err(Stuck::Overtaken);
        }
        commit(tx).await?;
        crash::point("effect.attempting");
        effect.state = EffectState::Attempting;
    }
    if effect.state == EffectState::Attempting {
        deliver(work, &mut effect).await?;
    }
    Ok(result(work, &effect))
}

/// Walks the mail to an end and stores it.
async fn deliver(work: &Work<'_>, effect: &mut Effect) -> Result<(), Stuck> {
    let app = work.app;
    let mail = graph_mail(work, effect).await?;
    let journal = Row { work, effect: effect.id };
    let mut walk = match effect.walk.take() {
        Some(walk) => serde_json::from_value(walk).map_err(|error| Stuck::Retry(error.to_string()))?,
        None => Walk::New,
    };
    let mut tries = 1;
    (effect.state, effect.error) = loop {
        match app.outgoing.deliver(&mail, walk, &journal).await {
            Ok(_) => break (EffectState::Done, None),
            Err(stopped) => {
                tracing::warn!(effect = %effect.id, error = %stopped, "a mail is held up");
                if matches!(stopped.reason, Reason::Journal(_)) {
                    return Err(Stuck::Retry(stopped.to_string()));
                }
                match stopped.retry_after().filter(|_| tries < TRIES) {
                    Some(pause) => {
                        tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                        tries += 1;
                        walk = stopped.walk;
                    }
                    None => match stopped.outcome() {
                        Outcome::Done => break (EffectState::Done, None),
                        Outcome::NotDone => break (EffectState::Failed, Some(format!("{stopped}."))),
                        Outcome::Unknown => {
                            break (
                                EffectState::Unknown,
                                Some(format!("{stopped}. Look into Sent Items before sending it again.")),
                            );
                        }
                    },
                }
            }
        }
    };
    crash::point("effect.sent");
    let mut tx = work.begin().await?;
    let now = app.clock.now();
    if effects::end(&mut tx, effect.id, effect.state, effect.error.as_deref(), now).await? {
        let Effect { id, kind, state, run, ref payload_hash, person, .. } = *effect;
        let deed = Deed::EffectEnded { effect: id, kind, state, run, payload_hash: payload_hash.clone() };
        audit::append(&mut tx, now, Who::Person(person), &deed).await?;
    }
    commit(tx).await?;
    crash::point("effect.ended");
    Ok(())
}

async fn graph_mail(work: &Work<'_>, effect: &Effect) -> Result<GraphMail, Stuck> {
    let mut attachments = Vec::new();
    for file in &effect.mail.attachments {
        let bytes = work.app.files.get(&file.sha256).await?;
        attachments.push(Attachment { name: file.name.clone(), media_type: file.media_type.clone(), bytes });
    }
    let address = |address: &String| Address { address: address.clone(), name: None };
    Ok(GraphMail {
        mailbox: work.person.email.clone(),
        key: effect.idempotency_key.clone(),
        to: effect.mail.to.iter().map(address).collect(),
        cc: effect.mail.cc.iter().map(address).collect(),
        bcc: Vec::new(),
        subject: effect.mail.subject.clone(),
        body: Body::Text(effect.mail.body.clone()),
        attachments,
    })
}

fn result(work: &Work<'_>, effect: &Effect) -> Result<Output, RunError> {
    let language = work.machine.language();
    let to = effect.mail.to.join(", ");
    let failed = |kind, detail| Err(RunError { kind, detail });
    match effect.state {
        EffectState::Done => Ok(Output {
            result: json!({"effect": effect.id, "state": effect.state.code(), "to": to}),
            ..Output::default()
        }),
        EffectState::Unknown => {
            failed(RunErrorKind::EffectUnknown, work.app.texts.mail_unknown.say(language, &[("to", &to)]))
        }
        EffectState::Failed | EffectState::Intended | EffectState::Attempting => {
            let reason = effect.error.clone().unwrap_or_default();
            failed(
                RunErrorKind::ToolFailed,
                work.app.texts.mail_failed.say(language, &[("to", &to), ("reason", &reason)]),
            )
        }
    }
}

/// The effect's row, where the place of the walk is kept.
struct Row<'a> {
    work: &'a Work<'a>,
    effect: Id<id::Effect>,
}

#[async_trait]
impl Journal for Row<'_> {
    async fn record(&self, walk: &Walk) -> Result<(), JournalError> {
        let place = serde_json::to_value(walk)?;
        let mut tx = self.work.begin().await?;
        effects::set_walk(&mut tx, self.effect, &place).await?;
        commit(tx).await?;
        crash::point("effect.walk");
        Ok(())
    }
}
