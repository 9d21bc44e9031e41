//! What happened in a run, line by line, as the stream sends it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::approval::ApprovalState;
use crate::file::Attachment;
use crate::id::{self, Id};
use crate::run::{RunState, WaitingFor};

/// One event's kind and data. Written as `{"kind": "run.state", "data": {..}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum EventBody {
    /// The run moved to a state.
    #[serde(rename = "run.state")]
    RunState {
        /// The new state.
        state: RunState,
        /// Set while it waits.
        waiting_for: Option<WaitingFor>,
    },
    /// What the run is doing, for the reader.
    #[serde(rename = "run.progress")]
    Progress {
        /// A short phrase in the person's language.
        text: String,
    },
    /// Text of the answer as it grows.
    #[serde(rename = "message.delta")]
    MessageDelta {
        /// The message it belongs to.
        message_id: Id<id::Message>,
        /// What is new.
        text: String,
    },
    /// The answer is complete: `{message}` as the messages route shows it.
    #[serde(rename = "message.done")]
    MessageDone {
        /// The message's view.
        message: Value,
    },
    /// A call begins.
    #[serde(rename = "tool.started")]
    ToolStarted {
        /// The tool.
        name: String,
        /// Its arguments.
        inputs: Value,
    },
    /// A call has ended.
    #[serde(rename = "tool.done")]
    ToolDone {
        /// The tool.
        name: String,
        /// Its arguments.
        inputs: Value,
        /// Whether it did its part.
        ok: bool,
        /// Why not.
        error: Option<String>,
        /// What it gave.
        result: Value,
    },
    /// Something the person should know of the run.
    #[serde(rename = "notice")]
    Notice {
        /// A sentence in the person's language.
        text: String,
    },
    /// A person must decide.
    #[serde(rename = "approval.requested")]
    ApprovalRequested {
        /// On which approval.
        approval_id: Id<id::Approval>,
        /// Where it stands.
        state: ApprovalState,
    },
    /// Somebody decided, or nobody did in time.
    #[serde(rename = "approval.decided")]
    ApprovalDecided {
        /// On which approval.
        approval_id: Id<id::Approval>,
        /// Where it stands.
        state: ApprovalState,
    },
    /// A file was made.
    #[serde(rename = "file.ready")]
    FileReady { file: Attachment },
}

impl EventBody {
    /// The kind and the data apart, as they are stored.
    #[must_use]
    pub fn parts(&self) -> (String, Value) {
        match serde_json::to_value(self) {
            Ok(Value::Object(mut parts)) => {
                let kind = parts.remove("kind").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
                (kind, parts.remove("data").unwrap_or(Value::Null))
            }
            Ok(_) | Err(_) => (String::new(), Value::Null),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_stored_as_the_stream_names_it() {
        let (kind, data) =
            EventBody::RunState { state: RunState::Waiting, waiting_for: Some(WaitingFor::Person) }.parts();
        assert_eq!(kind, "run.state");
        assert_eq!(data, json!({"state": "waiting", "waiting_for": "person"}));
    }
}
