//! Search over what the caller may see: their conversations and files, leads and the knowledge base.

use axum::Json;
use axum::extract::State;
use mezzofy_store::leads::{self, LeadFilter};
use mezzofy_store::{files, knowledge, messages};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::extract::{ApiQuery, PageView};
use super::permission::route;
use super::problem::{Problem, Problems};
use mezzofy_engine::app::App;

/// Hits of each kind.
const MAX_HITS_PER_KIND: i64 = 10;
/// Characters of a question.
const MAX_QUERY_CHARS: usize = 200;
/// Characters shown around a hit.
const MAX_EXCERPT_CHARS: usize = 160;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(search))
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
struct HitView {
    kind: HitKind,
    /// Of the conversation, file, lead or document.
    id: Uuid,
    title: String,
    /// Where the words stand.
    text: String,
}

/// In what the words were found.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HitKind {
    Conversation,
    File,
    Lead,
    Knowledge,
}

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// 1 to 200 characters.
    q: String,
}

/// Finds what holds the words, the newest of each kind.
#[utoipa::path(get, path = "/v1/search", params(SearchQuery), responses((status = 200, body = PageView<HitView>), Problems))]
async fn search(
    State(app): State<App>,
    caller: Caller,
    ApiQuery(question): ApiQuery<SearchQuery>,
) -> Result<Json<PageView<HitView>>, Problem> {
    let wanted = question.q.trim();
    if wanted.is_empty() || wanted.chars().count() > MAX_QUERY_CHARS {
        return Err(Problem::field("q", format!("A question has 1 to {MAX_QUERY_CHARS} characters.")));
    }
    let mut tx = caller.begin(&app).await?;
    let mut items = Vec::new();
    for hit in messages::search(&mut tx, caller.person.id, wanted, MAX_HITS_PER_KIND).await? {
        items.push(HitView {
            kind: HitKind::Conversation,
            id: hit.conversation,
            title: hit.title,
            text: around(&hit.text, wanted),
        });
    }
    for file in files::named(&mut tx, caller.person.id, wanted, MAX_HITS_PER_KIND).await? {
        items.push(HitView { kind: HitKind::File, id: file.id.uuid(), title: file.name, text: String::new() });
    }
    let filter = LeadFilter { text: Some(wanted.to_owned()), ..LeadFilter::default() };
    for stored in leads::find(&mut tx, &filter, MAX_HITS_PER_KIND).await? {
        let lead = stored.lead;
        let text =
            [lead.industry, lead.location].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        items.push(HitView { kind: HitKind::Lead, id: stored.id.uuid(), title: lead.company, text });
    }
    for found in knowledge::search(&mut tx, wanted, usize::try_from(MAX_HITS_PER_KIND).unwrap_or(10)).await? {
        let title = if found.heading.is_empty() { found.title } else { format!("{}: {}", found.title, found.heading) };
        items.push(HitView { kind: HitKind::Knowledge, id: found.document, title, text: around(&found.text, wanted) });
    }
    Ok(Json(PageView { items, next_cursor: None }))
}

/// A text around the words that were looked for.
fn around(text: &str, wanted: &str) -> String {
    let line: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let lower: String = line.iter().filter_map(|c| c.to_lowercase().next()).collect();
    let at = lower.find(&wanted.to_lowercase()).map_or(0, |byte| lower[..byte].chars().count());
    let begin = at.saturating_sub(MAX_EXCERPT_CHARS / 4);
    let shown: String = line.iter().skip(begin).take(MAX_EXCERPT_CHARS).collect();
    let (before, after) =
        (if begin > 0 { "…" } else { "" }, if begin + MAX_EXCERPT_CHARS < line.len() { "…" } else { "" });
    format!("{before}{shown}{after}")
}
