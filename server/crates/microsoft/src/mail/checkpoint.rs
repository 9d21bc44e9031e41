//! How far one mail has come, and what to do next. Pure: the caller stores it between the steps.

use serde::{Deserialize, Serialize};

use crate::graph::GraphOutcome;

/// A place on the way of one mail. It is stored before and after each step that changes the mailbox, so that after a
/// crash the checkpoint goes on from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum MailCheckpoint {
    /// Nothing was asked of the mailbox.
    New,
    /// A draft was asked for; it may exist.
    Creating,
    /// The draft exists; some attachments may be missing.
    Drafted {
        /// The draft's immutable id.
        id: String,
    },
    /// The draft is complete and was not sent.
    Ready {
        /// The draft's immutable id.
        id: String,
    },
    /// Sending was asked for; it may have happened.
    Sending {
        /// The draft's immutable id.
        id: String,
    },
    /// It was sent.
    Sent {
        /// The message's immutable id, the provider's receipt.
        id: String,
    },
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Create the draft.
    Create,
    /// Look for the key first, create the draft if there is none.
    FindOrCreate,
    /// Add the attachments that the draft lacks.
    Complete(&'a str),
    /// Send the draft.
    Send(&'a str),
    /// Look what became of the draft before anything else.
    CheckState(&'a str),
    /// Nothing: it was sent.
    Nothing(&'a str),
}

impl MailCheckpoint {
    /// What to do when the checkpoint is taken up here, fresh or after a crash.
    #[must_use]
    pub fn next(&self) -> Step<'_> {
        match self {
            Self::New => Step::Create,
            Self::Creating => Step::FindOrCreate,
            Self::Drafted { id } => Step::Complete(id),
            Self::Ready { id } => Step::Send(id),
            Self::Sending { id } => Step::CheckState(id),
            Self::Sent { id } => Step::Nothing(id),
        }
    }

    /// The message's immutable id, once there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::New | Self::Creating => None,
            Self::Drafted { id } | Self::Ready { id } | Self::Sending { id } | Self::Sent { id } => Some(id),
        }
    }

    /// Whether the mail went out, as far as this place tells. A draft is not a mail.
    #[must_use]
    pub fn outcome(&self) -> GraphOutcome {
        match self {
            Self::New | Self::Creating | Self::Drafted { .. } | Self::Ready { .. } => GraphOutcome::NotDone,
            Self::Sending { .. } => GraphOutcome::Unknown,
            Self::Sent { .. } => GraphOutcome::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mail_whose_sending_was_never_asked_for_is_sent_without_a_look() {
        let id = "AAkALgx".to_owned();
        let cases = [
            (MailCheckpoint::New, Step::Create, GraphOutcome::NotDone),
            (MailCheckpoint::Creating, Step::FindOrCreate, GraphOutcome::NotDone),
            (MailCheckpoint::Drafted { id: id.clone() }, Step::Complete(&id), GraphOutcome::NotDone),
            (MailCheckpoint::Ready { id: id.clone() }, Step::Send(&id), GraphOutcome::NotDone),
            (MailCheckpoint::Sending { id: id.clone() }, Step::CheckState(&id), GraphOutcome::Unknown),
            (MailCheckpoint::Sent { id: id.clone() }, Step::Nothing(&id), GraphOutcome::Done),
        ];
        for (checkpoint, step, outcome) in &cases {
            assert_eq!((checkpoint.next(), checkpoint.outcome()), (*step, *outcome));
        }
    }

    #[test]
    fn a_stored_walk_reads_back() {
        let checkpoint = MailCheckpoint::Sending { id: "AAkALgx".to_owned() };
        let stored = serde_json::to_string(&checkpoint).unwrap();
        assert_eq!(stored, r#"{"at":"sending","id":"AAkALgx"}"#);
        assert_eq!(serde_json::from_str::<MailCheckpoint>(&stored).unwrap(), checkpoint);
    }
}
