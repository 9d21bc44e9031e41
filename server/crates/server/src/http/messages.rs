//! Messages: taking one stores it, its run and the job in one transaction.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use mezzofy_agent::run::Run as Machine;
use mezzofy_domain::file::File;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::run::{RunState, WaitingFor};
use mezzofy_store::messages::{Author, Fresh, Message, NewMessage};
use mezzofy_store::runs::Run;
use mezzofy_store::{Tx, commit, conversations, files, jobs, messages, runs};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::docs::one_of;
use super::extract::{Asked, Body, List, PageQuery, Segment};
use super::files::FileView;
use super::problem::{Problem, ProblemBody};
use super::rule::guarded;
use super::runs::{RunView, UsageView};
use crate::app::{App, Parts};

/// Characters of a message at most.
const LONGEST: usize = 5_000;
/// Files of a message at most.
const FILES: usize = 10;
/// Characters of the first message that become the conversation's title.
const TITLE: usize = 60;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(list)).routes(guarded!(create))
}

/// What a person sees in a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    id: Uuid,
    conversation_id: Uuid,
    #[schema(schema_with = authors)]
    author: String,
    /// Markdown when the assistant wrote it.
    text: String,
    /// What the person sent with it; what the run made, with its last message.
    files: Vec<FileView>,
    /// Texts to send next with one touch.
    choices: Vec<String>,
    run_id: Uuid,
    created_at: DateTime<Utc>,
}

impl MessageView {
    /// The view of a message with its files, which are among these.
    pub(crate) fn of(row: Message, files: &[File]) -> Self {
        let of_run =
            |file: &&File| row.author == Author::Assistant.code() && file.run.map(Id::uuid) == Some(row.run_id);
        let sent = |file: &&File| row.file_ids.contains(&file.attachment.id.uuid());
        let made = files.iter().filter(|file| sent(file) || of_run(file));
        Self {
            files: made.map(FileView::of).collect(),
            id: row.id,
            conversation_id: row.conversation_id,
            author: row.author,
            text: row.text,
            choices: row.choices,
            run_id: row.run_id,
            created_at: row.created_at,
        }
    }
}

fn authors() -> Object {
    one_of([Author::Person, Author::Assistant].map(Author::code))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SendMessage {
    /// The sender's own id of the message: sending it again gives the same answer and starts nothing.
    client_id: Uuid,
    /// 1 to 5,000 characters.
    text: String,
    /// Files of the sender that the run is to read, ten at most.
    #[serde(default)]
    file_ids: Vec<Uuid>,
    /// Must be null: a run can't read pages.
    url: Option<String>,
    /// Must be null: the agent follows from the text.
    agent: Option<String>,
}

impl SendMessage {
    /// Refuses what a run would have to leave out.
    fn check(&self) -> Result<&str, Problem> {
        if self.file_ids.len() > FILES {
            return Err(Problem::field("file_ids", format!("A message carries {FILES} files at most.")));
        }
        if self.url.is_some() {
            return Err(Problem::field("url", "A message can't carry a web address. Say in words what you need."));
        }
        if self.agent.is_some() {
            return Err(Problem::field("agent", "The agent can't be chosen. It follows from what is asked."));
        }
        checked_text(&self.text)
    }
}

/// A message that was taken, and its run.
#[derive(Serialize, ToSchema)]
struct Accepted {
    message: MessageView,
    run: RunView,
}

/// Lists a conversation's messages, newest first.
#[utoipa::path(get, path = "/v1/conversations/{id}/messages", params(("id" = Uuid, Path), PageQuery), responses((status = 200, body = List<MessageView>), (status = "4XX", body = ProblemBody)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Segment(id): Segment<Id<id::Conversation>>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<MessageView>>, Problem> {
    let page = query.page()?;
    let mut tx = caller.begin(&app).await?;
    conversations::get(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    let slice = messages::list(&mut tx, id, page).await?;
    let of: Vec<Uuid> = slice.items.iter().map(|message| message.run_id).collect();
    let sent: Vec<Uuid> = slice.items.iter().flat_map(|message| message.file_ids.iter().copied()).collect();
    let mut files = files::of_runs(&mut tx, &of).await?;
    files.extend(files::of_ids(&mut tx, caller.person.id, &sent).await?);
    Ok(Json(List::of(slice, |message| MessageView::of(message, &files))))
}

/// Takes a message. It starts a run, or answers the question that the conversation's newest run waits with.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", params(("id" = Uuid, Path)), request_body = SendMessage, responses((status = 202, body = Accepted), (status = "4XX", body = ProblemBody)))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Segment(id): Segment<Id<id::Conversation>>,
    Body(create): Body<SendMessage>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let text = create.check()?;
    let mut tx = caller.begin(&app).await?;
    let files = files::of_ids(&mut tx, caller.person.id, &create.file_ids).await?;
    if files.len() != create.file_ids.len() {
        return Err(Problem::field("file_ids", "One of these files is not there. Upload it again."));
    }
    let said = Said { text, files: &files, file_ids: &create.file_ids, client_id: Some(create.client_id) };
    let run = new_run(&app, &caller.person, id, &machine_for(&caller.person, said))?;
    let message = person_message(&app, id, run.id, said);
    if let Fresh::Stored(message) = messages::add_fresh(&mut tx, message, &run, &title_of(text)).await? {
        jobs::enqueue(&mut tx, run.id).await?;
        commit(tx).await?;
        let accepted = Accepted { message: MessageView::of(message, &files), run: RunView::of(run, &[])? };
        return Ok((StatusCode::ACCEPTED, Json(accepted)));
    }
    drop(tx);

    let mut tx = caller.begin(&app).await?;
    conversations::lock(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    if let Some(message) = messages::by_client_id(&mut tx, id, create.client_id).await? {
        let run = runs::load(&mut tx, message.run_id.into()).await?.ok_or_else(|| Problem::not_found("run"))?;
        return Ok((StatusCode::ACCEPTED, Json(accepted(&mut tx, message, run, &files).await?)));
    }
    let (message, run) = take(&app, &mut tx, &caller.person, id, said).await?;
    let accepted = accepted(&mut tx, message, run, &files).await?;
    commit(tx).await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

/// A conversation of its own for one text, as `mezzofy ask` needs it.
pub(crate) async fn begin(app: &Parts, person: &Person, text: &str) -> Result<Id<id::Run>, String> {
    let mut tx = app.store.begin_as(&app.scope(person)).await.map_err(|error| error.to_string())?;
    let machine = Machine::new(text.trim().to_owned(), person);
    let run = begin_with(app, &mut tx, person, ("", text), &machine, false).await;
    let run = run.map_err(|problem| problem.to_string())?;
    commit(tx).await.map_err(|error| error.to_string())?;
    Ok(run.id)
}

/// The same for a machine of any kind, in a transaction that is under way; `text` says in words what it begins with. Without a title
/// the conversation takes the text's words. In the background nobody waits for it.
pub(crate) async fn begin_with(
    app: &Parts,
    tx: &mut Tx,
    person: &Person,
    (title, text): (&str, &str),
    machine: &Machine,
    background: bool,
) -> Result<Run, Problem> {
    let text = checked_text(text)?;
    let conversation: Id<id::Conversation> = app.new_id();
    conversations::add(tx, conversation, person.id, title, app.clock.now()).await?;
    let run = new_run(app, person, conversation, machine)?;
    runs::add(tx, &run, background).await?;
    let said = Said { text, files: &[], file_ids: &[], client_id: None };
    store(app, tx, conversation, &run, said).await?;
    Ok(run)
}

/// Stores a message with its run and its job.
async fn take(
    app: &Parts,
    tx: &mut Tx,
    person: &Person,
    conversation: Id<id::Conversation>,
    said: Said<'_>,
) -> Result<(Message, Run), Problem> {
    let run = run_for(app, tx, person, conversation, said).await?;
    let message = store(app, tx, conversation, &run, said).await?;
    Ok((message, run))
}

/// Stores what was said with the job of its run.
async fn store(
    app: &Parts,
    tx: &mut Tx,
    conversation: Id<id::Conversation>,
    run: &Run,
    said: Said<'_>,
) -> Result<Message, Problem> {
    let message = person_message(app, conversation, run.id, said);
    let now = message.now;
    let message = messages::add(tx, message).await?;
    conversations::touch(tx, conversation, &title_of(said.text), now).await?;
    jobs::enqueue(tx, run.id).await?;
    Ok(message)
}

/// The run that waits for this text, moved on by it, or a new one.
async fn run_for(
    app: &Parts,
    tx: &mut Tx,
    person: &Person,
    conversation: Id<id::Conversation>,
    said: Said<'_>,
) -> Result<Run, Problem> {
    let newest = runs::lock_newest(tx, conversation).await?;
    if let Some(mut waiting) = newest.filter(|run| run.waiting_for == Some(WaitingFor::Person)) {
        if !said.files.is_empty() {
            return Err(Problem::field(
                "file_ids",
                "The assistant waits for an answer in words. Send the file with the next request.",
            ));
        }
        waiting.waiting_for = None;
        if let Ok(mut machine) = serde_json::from_value::<Machine>(waiting.machine.clone()) {
            machine.said(said.text.to_owned());
            waiting.machine = serde_json::to_value(&machine).map_err(Problem::internal)?;
            waiting.state = RunState::Queued;
            runs::save(tx, &mut waiting).await?;
            return Ok(waiting);
        }
        // Stored by a version that this one does not understand: it can't go on, the text begins a run of its own.
        waiting.state = RunState::Cancelled;
        waiting.ended_at = Some(app.clock.now());
        runs::save(tx, &mut waiting).await?;
    }
    let run = new_run(app, person, conversation, &machine_for(person, said))?;
    runs::add(tx, &run, false).await?;
    Ok(run)
}

/// What a person sends.
#[derive(Clone, Copy)]
struct Said<'a> {
    text: &'a str,
    files: &'a [File],
    /// The ids of the files, in the sender's order.
    file_ids: &'a [Uuid],
    client_id: Option<Uuid>,
}

fn machine_for(person: &Person, said: Said<'_>) -> Machine {
    let mut machine = Machine::new(said.text.to_owned(), person);
    machine.attach(said.files.iter().map(|file| file.attachment.clone()).collect());
    machine
}

fn new_run(
    app: &Parts,
    person: &Person,
    conversation: Id<id::Conversation>,
    machine: &Machine,
) -> Result<Run, Problem> {
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
        usage: serde_json::to_value(UsageView::planner()).map_err(Problem::internal)?,
        machine: serde_json::to_value(machine).map_err(Problem::internal)?,
        version: 0,
        cancel_asked: false,
        wake_at: None,
        outside: false,
        created_at: app.clock.now(),
        ended_at: None,
    })
}

fn person_message<'a>(
    app: &Parts,
    conversation: Id<id::Conversation>,
    run: Id<id::Run>,
    said: Said<'a>,
) -> NewMessage<'a> {
    let (id, now) = (app.new_id(), app.clock.now());
    let Said { text, file_ids, client_id, .. } = said;
    NewMessage { id, conversation, run, author: Author::Person, text, choices: &[], file_ids, client_id, now }
}

async fn accepted(tx: &mut Tx, message: Message, run: Run, sent: &[File]) -> Result<Accepted, Problem> {
    let files = files::of_runs(tx, &[run.id.uuid()]).await?;
    Ok(Accepted { message: MessageView::of(message, sent), run: RunView::of(run, &files)? })
}

pub(super) fn checked_text(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Problem::field("text", "The message is empty.")),
        1..=LONGEST if !text.contains('\0') => Ok(text),
        1..=LONGEST => Err(Problem::field("text", "The message has a character that can't be stored (U+0000).")),
        _ => Err(Problem::field("text", format!("The message has more than {LONGEST} characters."))),
    }
}

fn title_of(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= TITLE {
        return line.to_owned();
    }
    let cut: String = line.chars().take(TITLE).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{}…", whole.trim_end_matches([',', '.', '，', '。']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_first_line_is_cut_between_words() {
        assert_eq!(title_of("P&L for Q3\nplease"), "P&L for Q3");
        let long = "Generate the latest financial statement and send it to the CEO before the board meeting";
        assert_eq!(title_of(long), "Generate the latest financial statement and send it to the…");
        assert_eq!(title_of(&"报".repeat(70)).chars().count(), 61);
    }

    #[test]
    fn empty_and_overlong_messages_are_refused() {
        assert!(checked_text("  \n ").is_err());
        assert!(checked_text(&"x".repeat(5_001)).is_err());
        assert!(checked_text("a\0b").is_err());
        assert_eq!(checked_text(" hi ").unwrap(), "hi");
    }
}
