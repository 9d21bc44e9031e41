//! What a step of a run told, besides moving the run.

use chrono::{DateTime, Utc};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::file::File;
use mezzofy_store::approvals::Approval;

/// What a step told, besides moving the run.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) events: Vec<EventBody>,
    pub(super) files: Vec<File>,
    pub(super) say: Option<(String, Vec<String>)>,
    /// What is asked for with it.
    pub(super) approval: Option<Approval>,
    /// When the run goes on by itself.
    pub(super) wake_at: Option<DateTime<Utc>>,
}

impl Step {
    pub(super) fn telling(events: impl IntoIterator<Item = EventBody>) -> Self {
        Self { events: events.into_iter().collect(), ..Self::default() }
    }

    /// A step that made files.
    pub(super) fn making(files: Vec<File>, events: Vec<EventBody>) -> Self {
        Self { events, files, ..Self::default() }
    }

    /// A step that asks for a decision; the run waits then.
    pub(super) fn asking(approval: Approval, text: String) -> Self {
        let event = EventBody::ApprovalRequested { approval_id: approval.id, state: approval.state };
        let wake_at = Some(approval.expires_at);
        Self {
            events: vec![event],
            say: Some((text, Vec::new())),
            approval: Some(approval),
            wake_at,
            ..Self::default()
        }
    }

    /// A step after which the run rests until this time.
    pub(super) fn resting(events: Vec<EventBody>, wake_at: DateTime<Utc>) -> Self {
        Self { events, wake_at: Some(wake_at), ..Self::default() }
    }

    /// A step that ends with a message; the run waits or has ended then.
    pub(super) fn saying(text: String, choices: Vec<String>) -> Self {
        Self { say: Some((text, choices)), ..Self::default() }
    }
}
