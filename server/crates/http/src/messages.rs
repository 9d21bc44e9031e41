//! Messages: taking one stores it, its run and the job in one transaction.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mezzofy_domain::file::File;
use mezzofy_domain::id::{self, Id};
use mezzofy_store::messages::Message;
use mezzofy_store::runs::Run;
use mezzofy_store::{Tx, commit, conversations, files, messages, runs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::extract::{ApiJson, ApiPath, ApiQuery, PageQuery, PageView};
use super::permission::route;
use super::problem::{Problem, Problems};
use super::runs::RunView;
use mezzofy_engine::app::App;
use mezzofy_engine::runs::{IncomingMessage, accept_message, begin_if_idle, checked_text};
use mezzofy_engine::views::MessageView;

/// Files of a message at most.
const MAX_FILES_PER_MESSAGE: usize = 10;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(create))
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
        if self.file_ids.len() > MAX_FILES_PER_MESSAGE {
            return Err(Problem::field(
                "file_ids",
                format!("A message carries {MAX_FILES_PER_MESSAGE} files at most."),
            ));
        }
        if self.url.is_some() {
            return Err(Problem::field("url", "A message can't carry a web address. Say in words what you need."));
        }
        if self.agent.is_some() {
            return Err(Problem::field("agent", "The agent can't be chosen. It follows from what is asked."));
        }
        Ok(checked_text(&self.text)?)
    }
}

/// A message that was taken, and its run.
#[derive(Serialize, ToSchema)]
struct Accepted {
    message: MessageView,
    run: RunView,
}

/// Lists a conversation's messages, newest first.
#[utoipa::path(get, path = "/v1/conversations/{id}/messages", params(("id" = Uuid, Path), PageQuery), responses((status = 200, body = PageView<MessageView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Conversation>>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<PageView<MessageView>>, Problem> {
    let page = query.page()?;
    let mut tx = caller.begin(&app).await?;
    conversations::get(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    let slice = messages::list(&mut tx, id, page).await?;
    let of: Vec<Uuid> = slice.items.iter().map(|message| message.run_id).collect();
    let sent: Vec<Uuid> = slice.items.iter().flat_map(|message| message.file_ids.iter().copied()).collect();
    let mut files = files::of_runs(&mut tx, &of).await?;
    files.extend(files::of_ids(&mut tx, caller.person.id, &sent).await?);
    Ok(Json(PageView::of(slice, |message| MessageView::of(message, &files))))
}

/// Takes a message. It starts a run, or answers the question that the conversation's newest run waits with.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", params(("id" = Uuid, Path)), request_body = SendMessage, responses((status = 202, body = Accepted), Problems))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::Conversation>>,
    ApiJson(create): ApiJson<SendMessage>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    let text = create.check()?;
    let mut tx = caller.begin(&app).await?;
    let files = files::of_ids(&mut tx, caller.person.id, &create.file_ids).await?;
    if files.len() != create.file_ids.len() {
        return Err(Problem::field("file_ids", "One of these files is not there. Upload it again."));
    }
    let incoming =
        IncomingMessage { text, files: &files, file_ids: &create.file_ids, client_id: Some(create.client_id) };
    if let Some((message, run)) = begin_if_idle(&app, &mut tx, &caller.person, id, incoming).await? {
        commit(tx).await?;
        let accepted = Accepted { message: MessageView::of(message, &files), run: RunView::of(run, &[]) };
        return Ok((StatusCode::ACCEPTED, Json(accepted)));
    }
    drop(tx);

    let mut tx = caller.begin(&app).await?;
    conversations::lock(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    if let Some(message) = messages::by_client_id(&mut tx, id, create.client_id).await? {
        let run = runs::load(&mut tx, message.run_id.into()).await?.ok_or_else(|| Problem::not_found("run"))?;
        return Ok((StatusCode::ACCEPTED, Json(accepted(&mut tx, message, run, &files).await?)));
    }
    let (message, run) = accept_message(&app, &mut tx, &caller.person, id, incoming).await?;
    let accepted = accepted(&mut tx, message, run, &files).await?;
    commit(tx).await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

async fn accepted(tx: &mut Tx, message: Message, run: Run, sent: &[File]) -> Result<Accepted, Problem> {
    let files = files::of_runs(tx, &[run.id.uuid()]).await?;
    Ok(Accepted { message: MessageView::of(message, sent), run: RunView::of(run, &files) })
}
