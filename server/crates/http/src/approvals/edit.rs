//! What somebody makes of an approval before they give it, and whether that may be sent.

use mezzofy_agent::gate;
use mezzofy_domain::approval::{self, MAX_RECIPIENTS_WITHOUT_MANAGER};
use mezzofy_domain::effect::{EffectKind, PayloadFields};
use mezzofy_domain::file::Attachment;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_engine::app::AppState;
use mezzofy_engine::effects::check::SendRefusal;
use mezzofy_store::approvals::{Approval, ApprovedEffect};
use mezzofy_store::{Tx, files, people};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::decision_request;
use crate::outbox::WhenView;
use crate::problem::{Problem, ProblemKind};

/// A changed payload.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditedPayload {
    to: Vec<String>,
    #[serde(default)]
    cc: Vec<String>,
    subject: String,
    body: String,
    #[serde(default)]
    attachments: Vec<EditedFile>,
    /// The times of an event.
    when: Option<WhenView>,
}

/// A file to attach; all but its id is taken from the file itself.
#[derive(Deserialize, ToSchema)]
struct EditedFile {
    id: Uuid,
}

/// The changed payloads, each read as one of the kind it was proposed as, with the call it stands for.
pub(super) async fn edited(
    app: &AppState,
    tx: &mut Tx,
    person: &Person,
    approval: &Approval,
    payload: Vec<EditedPayload>,
) -> Result<Vec<ApprovedEffect>, Problem> {
    let wrong = |detail: String| Problem::field("payload", detail);
    let mut edits = Vec::new();
    for payload in payload {
        let mut attachments = Vec::new();
        for file in payload.attachments {
            attachments.push(attachment(tx, approval, file.id.into()).await?);
        }
        let EditedPayload { to, cc, subject, body, when, .. } = payload;
        edits.push(PayloadFields { to, cc, subject, body, attachments, when: when.map(Into::into) });
    }
    if edits.is_empty() {
        return Err(wrong("Nothing is left to send. Reject it instead.".to_owned()));
    }
    let matched = approval::matched(&approval.effects, &edits);
    let matched = matched.ok_or_else(|| wrong("An edit can't add a mail to those that were proposed.".to_owned()))?;
    let mut approved = Vec::new();
    for (proposed, mut edit) in matched.into_iter().zip(edits) {
        if let (Some(edited), Some(proposed)) = (&edit.when, proposed.payload.times())
            && edited.time_zone != proposed.time_zone
        {
            return Err(wrong(format!("The times are by the clocks of {}.", proposed.time_zone)));
        }
        let kind = proposed.payload.kind();
        if kind == EffectKind::Teams {
            for to in &mut edit.to {
                if let Some((channel, _)) = app.company.channel(to) {
                    channel.clone_into(to);
                }
            }
        }
        let payload = edit.checked(kind).map_err(|error| wrong(error.to_string()))?;
        approved.push(ApprovedEffect { call: proposed.call.clone(), payload });
    }
    let recipients = approval::recipients(approved.iter().map(|approved| &approved.payload));
    let asked = gate::DecisionRequest { recipients, ..decision_request(approval) };
    if !app.gate().may_decide(person, &asked) && asked.recipients > MAX_RECIPIENTS_WITHOUT_MANAGER {
        let detail =
            format!("With more than {MAX_RECIPIENTS_WITHOUT_MANAGER} recipients, a manager of the department decides.");
        return Err(Problem::new(ProblemKind::NotPermitted, detail));
    }
    Ok(approved)
}

/// A file that was proposed to be attached, or another one of who asked.
async fn attachment(tx: &mut Tx, approval: &Approval, id: Id<id::File>) -> Result<Attachment, Problem> {
    let proposed =
        approval.effects.iter().flat_map(|proposed| proposed.payload.attachments()).find(|file| file.id == id);
    if let Some(file) = proposed {
        return Ok(file.clone());
    }
    let file = files::get(tx, approval.person, id).await?;
    file.map(|file| file.attachment)
        .ok_or_else(|| Problem::field("payload", format!("There is no file {id} to attach.")))
}

/// What was proposed may have become wrong since, and what was changed may have been made wrong: whether who asked may send it now.
pub(super) async fn check(
    app: &AppState,
    tx: &mut Tx,
    approval: &Approval,
    approved: &[ApprovedEffect],
) -> Result<(), Problem> {
    let asker = people::get(tx, approval.person).await?.ok_or_else(|| Problem::not_found("approval"))?;
    for ApprovedEffect { call, payload } in approved {
        let Err(refusal) = app.send_rules().check(tx, &asker, payload).await? else { continue };
        let as_proposed =
            approval.effects.iter().any(|proposed| proposed.call == *call && proposed.payload == *payload);
        return Err(match refusal {
            SendRefusal::NotPermitted => Problem::new(ProblemKind::Conflict, format!("{refusal} Reject it.")),
            SendRefusal::EventOver => {
                Problem::new(ProblemKind::Conflict, format!("{refusal} Change it, or reject it."))
            }
            _ if as_proposed => Problem::new(ProblemKind::Conflict, format!("{refusal} Change it, or reject it.")),
            _ => Problem::field("payload", refusal.to_string()),
        });
    }
    Ok(())
}
