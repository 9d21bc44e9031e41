//! Beginning runs: a message, its run and the job are stored together or not at all.

use mezzofy_agent::run::RunMachine;
use mezzofy_domain::file::File;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::run::{RunState, WaitingFor};
use mezzofy_domain::usage::RunUsage;
use mezzofy_store::messages::{Author, InsertOutcome, Message, NewMessage};
use mezzofy_store::runs::Run;
use mezzofy_store::{StoreError, Tx, commit, conversations, jobs, messages, runs};
use serde_json::json;
use uuid::Uuid;

use crate::app::AppState;

/// Characters of a message at most.
pub const MAX_MESSAGE_CHARS: usize = 5_000;
/// Characters of the first message that become the conversation's title.
const MAX_TITLE_CHARS: usize = 60;

/// Why a message begins nothing.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// Its text can't be taken.
    #[error("{0}")]
    Text(String),
    /// It answers a question, and brings files.
    #[error("The assistant waits for an answer in words. Send the file with the next request.")]
    FilesInAnswer,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The run can't be written down.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// What a person sends.
#[derive(Clone, Copy)]
pub struct IncomingMessage<'a> {
    /// As [`checked_text`] answers it.
    pub text: &'a str,
    /// What goes with it.
    pub files: &'a [File],
    /// The ids of the files, in the sender's order.
    pub file_ids: &'a [Uuid],
    /// The sender's own id of the message.
    pub client_id: Option<Uuid>,
}

/// The text of a message without the space around it, if it can be taken.
pub fn checked_text(text: &str) -> Result<&str, BeginError> {
    let text = text.trim();
    let wrong = |detail: String| Err(BeginError::Text(detail));
    match text.chars().count() {
        0 => wrong("The message is empty.".to_owned()),
        1..=MAX_MESSAGE_CHARS if !text.contains('\0') => Ok(text),
        1..=MAX_MESSAGE_CHARS => wrong("The message has a character that can't be stored (U+0000).".to_owned()),
        _ => wrong(format!("The message has more than {MAX_MESSAGE_CHARS} characters.")),
    }
}

/// A conversation of its own for one text, as `mezzofy ask` needs it.
pub async fn ask(app: &AppState, person: &Person, text: &str) -> Result<Id<id::Run>, BeginError> {
    let mut tx = app.store.begin_as(&app.scope(person)).await?;
    let machine = RunMachine::new(text.trim().to_owned(), person);
    let run = begin(app, &mut tx, person, ("", text), &machine, false).await?;
    commit(tx).await?;
    Ok(run.id)
}

/// Begins a run in a conversation of its own, in a transaction that is under way; `text` says in words what it begins with. Without a
/// title the conversation takes the text's words. In the background nobody waits for it.
pub async fn begin(
    app: &AppState,
    tx: &mut Tx,
    person: &Person,
    (title, text): (&str, &str),
    machine: &RunMachine,
    background: bool,
) -> Result<Run, BeginError> {
    let text = checked_text(text)?;
    let conversation: Id<id::Conversation> = app.new_id();
    conversations::add(tx, conversation, person.id, title, app.clock.now()).await?;
    let run = new_run(app, person, conversation, machine)?;
    runs::add(tx, &run, background).await?;
    let message = IncomingMessage { text, files: &[], file_ids: &[], client_id: None };
    store_message(app, tx, conversation, &run, message).await?;
    Ok(run)
}

/// Begins a run with a message in one round trip, where nothing in the conversation stands against it; else `None`, and
/// [`accept_message`] finds out what to do.
pub async fn begin_if_idle(
    app: &AppState,
    tx: &mut Tx,
    person: &Person,
    conversation: Id<id::Conversation>,
    message: IncomingMessage<'_>,
) -> Result<Option<(Message, Run)>, BeginError> {
    let run = new_run(app, person, conversation, &machine_for(person, message))?;
    let row = message_row(app, conversation, run.id, message);
    let InsertOutcome::Stored(stored) = messages::add_if_idle(tx, row, &run, &conversation_title(message.text)).await?
    else {
        return Ok(None);
    };
    jobs::enqueue(tx, run.id).await?;
    Ok(Some((stored, run)))
}

/// Stores a message with its job, and with its run: the one that waits for this text, or a new one. The conversation is locked.
pub async fn accept_message(
    app: &AppState,
    tx: &mut Tx,
    person: &Person,
    conversation: Id<id::Conversation>,
    message: IncomingMessage<'_>,
) -> Result<(Message, Run), BeginError> {
    let run = resume_or_create(app, tx, person, conversation, message).await?;
    let message = store_message(app, tx, conversation, &run, message).await?;
    Ok((message, run))
}

/// Stores a message with the job of its run.
async fn store_message(
    app: &AppState,
    tx: &mut Tx,
    conversation: Id<id::Conversation>,
    run: &Run,
    message: IncomingMessage<'_>,
) -> Result<Message, StoreError> {
    let row = message_row(app, conversation, run.id, message);
    let now = row.now;
    let stored = messages::add(tx, row).await?;
    conversations::touch(tx, conversation, &conversation_title(message.text), now).await?;
    jobs::enqueue(tx, run.id).await?;
    Ok(stored)
}

/// The run that waits for this text, moved on by it, or a new one.
async fn resume_or_create(
    app: &AppState,
    tx: &mut Tx,
    person: &Person,
    conversation: Id<id::Conversation>,
    message: IncomingMessage<'_>,
) -> Result<Run, BeginError> {
    let newest = runs::lock_newest(tx, conversation).await?;
    if let Some(mut waiting) = newest.filter(|run| run.waiting_for == Some(WaitingFor::Person)) {
        if !message.files.is_empty() {
            return Err(BeginError::FilesInAnswer);
        }
        waiting.waiting_for = None;
        if let Ok(mut machine) = serde_json::from_value::<RunMachine>(waiting.machine.clone()) {
            machine.on_text(message.text.to_owned());
            waiting.machine = serde_json::to_value(&machine)?;
            waiting.state = RunState::Queued;
            runs::save(tx, &mut waiting).await?;
            return Ok(waiting);
        }
        // Stored by a version that this one does not understand: it can't go on, the text begins a run of its own.
        waiting.state = RunState::Cancelled;
        waiting.ended_at = Some(app.clock.now());
        runs::save(tx, &mut waiting).await?;
    }
    let run = new_run(app, person, conversation, &machine_for(person, message))?;
    runs::add(tx, &run, false).await?;
    Ok(run)
}

fn machine_for(person: &Person, message: IncomingMessage<'_>) -> RunMachine {
    let mut machine = RunMachine::new(message.text.to_owned(), person);
    machine.attach(message.files.iter().map(|file| file.attachment.clone()).collect());
    machine
}

fn new_run(
    app: &AppState,
    person: &Person,
    conversation: Id<id::Conversation>,
    machine: &RunMachine,
) -> Result<Run, serde_json::Error> {
    Ok(Run {
        id: app.new_id(),
        conversation,
        person: person.id,
        state: RunState::Queued,
        waiting_for: None,
        agent: None,
        skill: None,
        inputs: json!({}),
        tools: Vec::new(),
        answer: None,
        error: None,
        usage: RunUsage::planner(),
        machine: serde_json::to_value(machine)?,
        version: 0,
        cancel_asked: false,
        wake_at: None,
        outside: false,
        created_at: app.clock.now(),
        ended_at: None,
    })
}

fn message_row<'a>(
    app: &AppState,
    conversation: Id<id::Conversation>,
    run: Id<id::Run>,
    message: IncomingMessage<'a>,
) -> NewMessage<'a> {
    let (id, now) = (app.new_id(), app.clock.now());
    let IncomingMessage { text, file_ids, client_id, .. } = message;
    NewMessage { id, conversation, run, author: Author::Person, text, choices: &[], file_ids, client_id, now }
}

fn conversation_title(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MAX_TITLE_CHARS {
        return line.to_owned();
    }
    let cut: String = line.chars().take(MAX_TITLE_CHARS).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{}…", whole.trim_end_matches([',', '.', '，', '。']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_first_line_is_cut_between_words() {
        assert_eq!(conversation_title("P&L for Q3\nplease"), "P&L for Q3");
        let long = "Generate the latest financial statement and send it to the CEO before the board meeting";
        assert_eq!(conversation_title(long), "Generate the latest financial statement and send it to the…");
        assert_eq!(conversation_title(&"报".repeat(70)).chars().count(), 61);
    }

    #[test]
    fn empty_and_overlong_messages_are_refused() {
        assert!(checked_text("  \n ").is_err());
        assert!(checked_text(&"x".repeat(5_001)).is_err());
        assert!(checked_text("a\0b").is_err());
        assert_eq!(checked_text(" hi ").unwrap(), "hi");
    }
}
