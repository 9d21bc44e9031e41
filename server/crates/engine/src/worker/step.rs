//! What a step of a run stores besides the run itself.

use chrono::{DateTime, Utc};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::file::File;
use mezzofy_store::approvals::Approval;

/// What a step stores besides the run itself.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) events: Vec<EventBody>,
    pub(super) files: Vec<File>,
    pub(super) message: Option<(String, Vec<String>)>,
    /// What is asked for with it.
    pub(super) approval: Option<Approval>,
    /// When the run goes on by itself.
    pub(super) wake_at: Option<DateTime<Utc>>,
}

impl Step {
    pub(super) fn with_events(events: impl IntoIterator<Item = EventBody>) -> Self {
        Self { events: events.into_iter().collect(), ..Self::default() }
    }

    /// A step that made files.
    pub(super) fn with_files(files: Vec<File>, events: Vec<EventBody>) -> Self {
        Self { events, files, ..Self::default() }
    }

    /// A step that asks for a decision; the run waits then.
    pub(super) fn requesting_approval(approval: Approval, text: String) -> Self {
        let event = EventBody::ApprovalRequested { approval_id: approval.id, state: approval.state };
        let wake_at = Some(approval.expires_at);
        Self {
            events: vec![event],
            message: Some((text, Vec::new())),
            approval: Some(approval),
            wake_at,
            ..Self::default()
        }
    }

    /// A step after which the run rests until this time.
    pub(super) fn with_wake_at(events: Vec<EventBody>, wake_at: DateTime<Utc>) -> Self {
        Self { events, wake_at: Some(wake_at), ..Self::default() }
    }

    /// A step that ends with a message; the run waits or has ended then.
    pub(super) fn with_message(text: String, choices: Vec<String>) -> Self {
        Self { message: Some((text, choices)), ..Self::default() }
    }
}
