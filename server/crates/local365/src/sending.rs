//! Sending: the draft becomes a sent item, and each mailbox of ours among the recipients gets its own copy, in one save.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::caller::Caller;
use crate::message::{INBOX, SENT_ITEMS};
use crate::refusal::Refusal;
use crate::state::Local365;

pub(crate) async fn send(
    State(local): State<Local365>,
    caller: Caller,
    Path((user, message)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    caller.may_send()?;
    let mailbox = local.mailbox(&user).await?;
    let (draft, mut sent) = local.message(&mailbox, &message).await?;
    if !sent.is_draft {
        return Err(Refusal::new(400, "ErrorInvalidRequest", "Only a draft can be sent."));
    }
    if sent.recipients().next().is_none() || !sent.recipients().all(is_address) {
        return Err(Refusal::new(400, "ErrorInvalidRecipients", "At least one recipient isn't valid."));
    }

    let now = local.0.clock.now();
    (sent.is_draft, sent.sent, sent.modified) = (false, Some(now), now);
    sent.moves = sent.moves.saturating_add(1);
    let mut saved = vec![sent.document(&mailbox.address, draft.id, SENT_ITEMS, draft.version + 1)];

    let mut received = sent.clone();
    (received.is_read, received.moves) = (false, 0);
    received.bcc_recipients.clear();
    received.properties.clear();
    let mut recipients: Vec<_> = sent.recipients().map(str::to_lowercase).collect();
    recipients.sort();
    recipients.dedup();
    for recipient in recipients {
        if let Some(theirs) = local.0.storage.mailbox(&recipient).await? {
            saved.push(received.document(&theirs.address, local.0.clock.id(), INBOX, 1));
        }
    }
    local.0.storage.save(&saved).await?;
    Ok(StatusCode::ACCEPTED)
}

fn is_address(text: &str) -> bool {
    let valid = |part: &str| !part.is_empty() && !part.contains(['@', ' ', '<', '>', ',', ';']);
    text.rsplit_once('@').is_some_and(|(name, domain)| valid(name) && valid(domain))
}
