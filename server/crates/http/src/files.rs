//! Files: what people uploaded and runs made.

use axum::Json;
use axum::body::Body;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use mezzofy_domain::file::media_type::{is_compound, media_type};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::reading::{ReadingError, ReadingPart};
use mezzofy_domain::trust::Trust;
use mezzofy_store::files::OverQuota;
use mezzofy_store::{commit, files};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use mezzofy_engine::views::FileView;

use super::caller::Caller;
use super::extract::{ApiPath, ApiQuery, PageQuery, PageView};
use super::permission::route;
use super::problem::{Problem, ProblemKind, Problems};
use super::range::ByteRange;
use super::upload::{self, Form};
use mezzofy_engine::app::{App, AppState};
use mezzofy_engine::reader::READING_TIMEOUT;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(route!(list))
        .routes(route!(show))
        .routes(route!(delete))
        .routes(route!(content))
        .routes(route!(text))
        .merge(OpenApiRouter::new().routes(route!(upload)).layer(DefaultBodyLimit::max(upload::MAX_UPLOAD_BYTES)))
}

/// An upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the request; the parts are read as they come")]
struct Upload {
    /// The file, with its name; 20 MB at most.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What a file says.
#[derive(Serialize, ToSchema)]
struct TextView {
    /// Whether something was left out because there is too much.
    cut: bool,
    /// Its parts, in order.
    parts: Vec<TextPart>,
}

/// A part of what a file says.
#[derive(Serialize, ToSchema)]
struct TextPart {
    /// Where it stands, in the caller's language; may be empty.
    place: String,
    /// Plain text; tables as Markdown.
    text: String,
}

/// Lists the caller's files, newest first.
#[utoipa::path(get, path = "/v1/files", params(PageQuery), responses((status = 200, body = PageView<FileView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> Result<Json<PageView<FileView>>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let slice = files::list(&mut tx, caller.person.id, query.page()?).await?;
    Ok(Json(PageView::of(slice, |file| FileView::of(&file))))
}

/// Shows a file's name, kind and size.
#[utoipa::path(get, path = "/v1/files/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = FileView), Problems))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::File>>,
) -> Result<Json<FileView>, Problem> {
    Ok(Json(FileView::of(&load(&app, &caller, id).await?)))
}

/// Takes a file. What it is, its content says: its name and what the sender calls it count for nothing.
#[utoipa::path(post, path = "/v1/files", request_body(content = Upload, content_type = "multipart/form-data"), responses((status = 201, body = FileView), Problems))]
async fn upload(
    State(app): State<App>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<FileView>), Problem> {
    let Form { name, bytes, .. } = upload::read(form).await?;
    let found = tokio::task::spawn_blocking(move || (media_type(&bytes), is_compound(&bytes), bytes));
    let (media_type, compound, bytes) = found.await.map_err(Problem::internal)?;
    let media_type = media_type.ok_or_else(|| {
        Problem::new(
            ProblemKind::MediaType,
            if compound {
                format!("{name} is protected with a password or in a format of Office before 2007. Save it without a password as .docx, .xlsx or .pptx and upload that.")
            } else {
                format!("{name} is of a kind that can't be taken. PDF, Word, PowerPoint, Excel, CSV, text, Markdown, HTML, mail, PNG, JPEG and WebP can.")
            },
        )
    })?;
    let (size, now) = (bytes.len() as u64, app.clock.now());
    let quota = app.limits.files_per_person_bytes;
    let mut tx = caller.begin(&app).await?;
    files::check_room(&mut tx, caller.person.id, size, quota).await?.map_err(over_quota)?;
    drop(tx);
    let sha256 = app.files.put(bytes).await?;
    let attachment = Attachment { id: app.new_id(), name, media_type: media_type.to_owned(), size, sha256 };
    let file = File { attachment, owner: caller.person.id, run: None, trust: Trust::Outside, created_at: now };
    // Others of the same person may have come meanwhile: this time nobody comes between.
    let mut tx = caller.begin(&app).await?;
    if let Err(over) = files::check_room(&mut tx, caller.person.id, size, quota).await? {
        drop(tx);
        files::free(&app.store, &app.files, &file.attachment.sha256, now, now).await?;
        return Err(over_quota(over));
    }
    files::add(&mut tx, &file).await?;
    app.files.check(&file.attachment.sha256).await?;
    commit(tx).await?;
    Ok((StatusCode::CREATED, Json(FileView::of(&file))))
}

/// What a file says, for those who can't open it.
#[utoipa::path(get, path = "/v1/files/{id}/text", params(("id" = Uuid, Path)), responses((status = 200, body = TextView), Problems))]
async fn text(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::File>>,
) -> Result<Json<TextView>, Problem> {
    let Attachment { name, media_type, sha256, .. } = load(&app, &caller, id).await?.attachment;
    let bytes = app.files.get(&sha256).await?;
    let language = caller.person.language;
    let reading = app.reader.read(Some(caller.person.id), &media_type, &bytes).await;
    let reading = reading.map_err(|error| {
        let detail = format!("{name} can't be read: {}.", error.say(language));
        if error == ReadingError::Busy {
            Problem::too_many(detail, READING_TIMEOUT.as_secs())
        } else {
            Problem::new(ProblemKind::Invalid, detail)
        }
    })?;
    let part = |part: ReadingPart| TextPart { place: part.locator.say(language), text: part.text };
    Ok(Json(TextView { cut: reading.cut, parts: reading.parts.into_iter().map(part).collect() }))
}

/// Deletes a file. A mail that carries it keeps its copy.
#[utoipa::path(delete, path = "/v1/files/{id}", params(("id" = Uuid, Path)), responses((status = 204), Problems))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    ApiPath(id): ApiPath<Id<id::File>>,
) -> Result<StatusCode, Problem> {
    let mut tx = caller.begin(&app).await?;
    let deleted = files::delete(&mut tx, caller.person.id, id, app.clock.now()).await?;
    commit(tx).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found("file")) }
}

/// The bytes of a file, all of them or one range (RFC 9110, section 14).
#[utoipa::path(get, path = "/v1/files/{id}/content", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 206, body = Vec<u8>, content_type = "application/octet-stream"), Problems))]
async fn content(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    ApiPath(id): ApiPath<Id<id::File>>,
) -> Result<Response, Problem> {
    let Attachment { name, media_type, size, sha256, .. } = load(&app, &caller, id).await?.attachment;
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let (status, start, end) = match ByteRange::parse(range, size) {
        ByteRange::All => (StatusCode::OK, 0, size),
        ByteRange::Part { start, end } => (StatusCode::PARTIAL_CONTENT, start, end),
        ByteRange::None => {
            let mut refused = Problem::new(ProblemKind::Range, format!("The file has {size} bytes.")).into_response();
            refused.headers_mut().insert(CONTENT_RANGE, format!("bytes */{size}").parse().map_err(Problem::internal)?);
            return Ok(refused);
        }
    };
    let bytes = app.files.range(&sha256, start, end).await?;
    let mut response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, &media_type)
        .header(CONTENT_LENGTH, bytes.len())
        .header(CONTENT_DISPOSITION, disposition(&name, &media_type))
        .header(ACCEPT_RANGES, "bytes")
        .header(ETAG, format!("\"{sha256}\""))
        .header(CACHE_CONTROL, "private, no-cache");
    if status == StatusCode::PARTIAL_CONTENT {
        response = response.header(CONTENT_RANGE, format!("bytes {start}-{}/{size}", end.saturating_sub(1)));
    }
    response.body(Body::from(bytes)).map_err(Problem::internal)
}

fn over_quota(over: OverQuota) -> Problem {
    Problem::new(ProblemKind::TooLarge, over.to_string())
}

async fn load(app: &AppState, caller: &Caller, id: Id<id::File>) -> Result<File, Problem> {
    let mut tx = caller.begin(app).await?;
    files::get(&mut tx, caller.person.id, id).await?.ok_or_else(|| Problem::not_found("file"))
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

/// The kinds that a browser may show by itself: nothing in them can act.
const SHOWN: [&str; 7] =
    ["application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain", "text/csv", "text/markdown"];

/// Whether to show or to save it, and the file's name for browsers, in the form of RFC 6266 that carries any character.
fn disposition(name: &str, media_type: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    let way = if SHOWN.contains(&media_type) { "inline" } else { "attachment" };
    format!("{way}; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_any_script_reaches_the_browser_and_can_not_break_the_header() {
        assert_eq!(
            disposition("报表-2026.pdf", "application/pdf"),
            "inline; filename*=UTF-8''%E6%8A%A5%E8%A1%A8-2026.pdf"
        );
        assert_eq!(
            disposition("a\r\nSet-Cookie: x", "text/html"),
            "attachment; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"
        );
    }
}
