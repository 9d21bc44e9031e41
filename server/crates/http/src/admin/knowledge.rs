//! The knowledge base: its documents, and those that administrators add beside the folder's.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::people::Department;
use mezzofy_store::{audit, commit, knowledge};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::super::caller::Caller;
use super::super::docs::one_of;
use super::super::extract::{ApiPath, ApiQuery, PageQuery, PageView};
use super::super::permission::{Administer, route};
use super::super::problem::{Problem, ProblemKind, Problems};
use super::super::upload::{self, Form};
use mezzofy_engine::app::App;
use mezzofy_engine::library;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(list))
        .routes(route!(delete))
        .merge(OpenApiRouter::new().routes(route!(create)).layer(DefaultBodyLimit::max(upload::MAX_UPLOAD_BYTES)))
}

/// A document of the knowledge base.
#[derive(Debug, Serialize, ToSchema)]
struct DocumentView {
    id: Uuid,
    /// Its path below the folder it came from, or the name of the upload.
    name: String,
    title: String,
    /// Whose people find it; null is everybody.
    #[schema(required = true, schema_with = departments)]
    department: Option<String>,
    /// Whether it was added here, rather than by the import of a folder.
    uploaded: bool,
    added_at: DateTime<Utc>,
}

fn departments() -> Object {
    one_of(Department::ALL.map(Department::code))
}

impl From<knowledge::Document> for DocumentView {
    fn from(document: knowledge::Document) -> Self {
        let knowledge::Document { id, name, title, department, uploaded, added_at, .. } = document;
        Self { id, name, title, department, uploaded, added_at }
    }
}

/// A document for the knowledge base.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the request; the parts are read as they come")]
struct NewDocument {
    /// Markdown, text, PDF, Word, `PowerPoint`, Excel, CSV or HTML; 20 MB at most.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Whose people may find it; everybody's where it is left out or empty.
    department: Option<String>,
}

/// Lists the documents, newest first.
#[utoipa::path(get, path = "/v1/admin/knowledge", params(PageQuery), responses((status = 200, body = PageView<DocumentView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<PageView<DocumentView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let slice = knowledge::list(&mut tx, query.page()?).await?;
    Ok(Json(PageView::of(slice, DocumentView::from)))
}

/// Adds a document, in place of the upload of the same name. It is found as soon as this is answered.
#[utoipa::path(post, path = "/v1/admin/knowledge", request_body(content = NewDocument, content_type = "multipart/form-data"), responses((status = 201, body = DocumentView), Problems))]
async fn create(
    State(app): State<App>,
    caller: Caller<Administer>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<DocumentView>), Problem> {
    let Form { name, bytes, fields } = upload::read(form).await?;
    let department = match fields.get("department").map(String::as_str).unwrap_or_default() {
        "" => None,
        code => Some(Department::from_code(code).ok_or_else(|| {
            Problem::field("department", "The department must be finance, sales, marketing, support or management.")
        })?),
    };
    let document = library::document(name.clone(), department, &bytes, &app.reader, Some(caller.person.id)).await;
    let document = document.map_err(|error| Problem::field("file", format!("{error}.")))?;
    if document.chunks.is_empty() {
        return Err(Problem::field("file", format!("{name} has no text that could be found.")));
    }
    let document = knowledge::NewDocument { uploaded: true, ..document };

    let now = app.clock.now();
    let mut tx = caller.begin(&app).await?;
    if knowledge::put(&mut tx, &document, now).await? {
        knowledge::count_words(&mut tx).await?;
        let event = AuditEvent::KnowledgeAdded { sha256: document.sha256, department };
        audit::append(&mut tx, now, Actor::Person(caller.person.id), &event).await?;
    }
    let stored = knowledge::upload_named(&mut tx, &name).await?.ok_or_else(|| Problem::not_found("document"))?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(stored.into())))
}

/// Removes a document that was added here. One of a folder goes when it is taken out of the folder and that is imported again.
#[utoipa::path(delete, path = "/v1/admin/knowledge/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn delete(
    State(app): State<App>,
    caller: Caller<Administer>,
    ApiPath(id): ApiPath<Uuid>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    let document = knowledge::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("document"))?;
    if !document.uploaded {
        return Err(Problem::new(
            ProblemKind::Conflict,
            format!("{} comes from a folder: take it out there and import the folder again.", document.name),
        ));
    }
    knowledge::remove(&mut tx, id).await?;
    knowledge::count_words(&mut tx).await?;
    let event = AuditEvent::KnowledgeRemoved { sha256: document.sha256 };
    audit::append(&mut tx, app.clock.now(), Actor::Person(caller.person.id), &event).await?;
    commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
