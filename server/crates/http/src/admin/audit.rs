//! The audit log as those read it whose role allows it: by page, or whole as a table.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::stream::try_unfold;
use mezzofy_domain::audit::{Actor, AuditAction, AuditEvent, ChainedEntry};
use mezzofy_store::audit::{self, AuditFilter};
use mezzofy_store::page::MAX_PAGE_ROWS;
use mezzofy_store::{StoreError, Tx, commit, people};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::super::caller::Caller;
use super::super::docs::one_of;
use super::super::extract::{ApiQuery, PageView};
use super::super::permission::{ReadAudit, route};
use super::super::problem::{Problem, Problems};
use super::harmless;
use mezzofy_engine::app::{App, AppState};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(export))
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most 200; 50 when not given.
    limit: Option<i64>,
    /// Only entries of this action.
    #[param(schema_with = actions)]
    action: Option<String>,
    /// Only what the person with this email address did or what was done to them.
    person: Option<String>,
}

/// Which entries of the table.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditTableQuery {
    /// Only entries of this action.
    #[param(schema_with = actions)]
    action: Option<String>,
    /// Only what the person with this email address did or what was done to them.
    person: Option<String>,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEntryView {
    /// 1, 2, 3 and so on.
    number: i64,
    at: DateTime<Utc>,
    /// The id of the person who did it, or `system`.
    who: String,
    /// Their email address, if it was a person.
    #[schema(required = true)]
    person: Option<String>,
    #[schema(schema_with = actions)]
    action: String,
    subject: AuditSubjectView,
    /// What else is kept of it: ids, codes, amounts and hashes.
    #[schema(value_type = Object)]
    detail: Value,
    /// SHA-256 of the entry and the hash before.
    hash: String,
}

/// What something was done to.
#[derive(Debug, Serialize, ToSchema)]
struct AuditSubjectView {
    /// session, person, address, route, tool, skill, effect, approval, `standing_approval`, schedule, budget, `ledger_file`, file, source,
    /// delivery, account, keys or audit.
    kind: String,
    /// Its id or name.
    id: String,
    /// The email address, where it is a person.
    #[schema(required = true)]
    person: Option<String>,
}

fn actions() -> Object {
    one_of(AuditAction::ALL.map(AuditAction::code))
}

/// Email addresses by person's id.
type Addresses = BTreeMap<String, String>;

/// Lists the audit log, newest first.
#[utoipa::path(get, path = "/v1/admin/audit", params(AuditQuery), responses((status = 200, body = PageView<AuditEntryView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller<ReadAudit>,
    ApiQuery(query): ApiQuery<AuditQuery>,
) -> Result<Json<PageView<AuditEntryView>>, Problem> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=MAX_PAGE_ROWS).contains(&limit) {
        return Err(Problem::field("limit", format!("The limit must be between 1 and {MAX_PAGE_ROWS}.")));
    }
    let before = query.cursor.as_deref().map(number).transpose()?;
    let mut tx = caller.begin(&app).await?;
    let filter = filter(&mut tx, query.action.as_deref(), query.person.as_deref()).await?;
    let (entries, next) = audit::list(&mut tx, filter, before, limit).await?;
    let addresses = addresses(&mut tx).await?;
    let items = entries.into_iter().map(|entry| view(entry, &addresses)).collect();
    Ok(Json(PageView { items, next_cursor: next.map(|number| number.to_string()) }))
}

/// The log as a CSV file for a spreadsheet, oldest first. The export is an entry itself.
#[utoipa::path(get, path = "/v1/admin/audit.csv", params(AuditTableQuery), responses((status = 200, body = String, content_type = "text/csv"), Problems))]
async fn export(
    State(app): State<App>,
    caller: Caller<ReadAudit>,
    ApiQuery(query): ApiQuery<AuditTableQuery>,
) -> Result<Response, Problem> {
    let mut tx = caller.begin(&app).await?;
    let filter = filter(&mut tx, query.action.as_deref(), query.person.as_deref()).await?;
    let addresses = addresses(&mut tx).await?;
    let event = AuditEvent::AuditExported { action: filter.action, person: filter.person };
    audit::append(&mut tx, app.clock.now(), Actor::Person(caller.person.id), &event).await?;
    let last = audit::head(&mut tx).await?.number;
    commit(tx).await?;

    let name = format!("audit-{}.csv", app.clock.today(app.zone));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    let first = line(COLUMNS.map(str::to_owned)).map_err(Problem::internal)?;
    let rows = try_unfold(Some((first, 0)), move |place| {
        let (app, addresses, caller) = (app.clone(), addresses.clone(), caller.clone());
        async move {
            let Some((mut text, after)) = place else { return Ok(None) };
            let entries = entries(&app, &caller, filter, after, last).await.map_err(std::io::Error::other)?;
            let reached = entries.last().map(|stored| stored.entry.number);
            for entry in entries {
                text.extend(line(cells(view(entry, &addresses))).map_err(std::io::Error::other)?);
            }
            Ok::<_, std::io::Error>(Some((text, reached.map(|number| (Vec::new(), number)))))
        }
    });
    Ok((headers, Body::from_stream(rows)).into_response())
}

async fn entries(
    app: &AppState,
    caller: &Caller<ReadAudit>,
    filter: AuditFilter,
    after: i64,
    last: i64,
) -> Result<Vec<ChainedEntry>, StoreError> {
    let mut tx = caller.begin(app).await?;
    audit::after(&mut tx, filter, after, last).await
}

async fn filter(tx: &mut Tx, action: Option<&str>, person: Option<&str>) -> Result<AuditFilter, Problem> {
    let action = action.map(|code| {
        AuditAction::from_code(code).ok_or_else(|| Problem::field("action", "The action is not one that is noted."))
    });
    let person = match person {
        Some(email) => {
            let found = people::find(tx, email).await?;
            let person = found.ok_or_else(|| Problem::field("person", "Nobody has this email address."))?;
            Some(person.id)
        }
        None => None,
    };
    Ok(AuditFilter { action: action.transpose()?, person })
}

fn number(cursor: &str) -> Result<i64, Problem> {
    cursor.parse().map_err(|_| Problem::field("cursor", "The cursor is not one that a list gave out."))
}

async fn addresses(tx: &mut Tx) -> Result<Addresses, StoreError> {
    Ok(people::all(tx).await?.into_iter().map(|person| (person.id.to_string(), person.email)).collect())
}

fn view(ChainedEntry { entry, hash }: ChainedEntry, addresses: &Addresses) -> AuditEntryView {
    AuditEntryView {
        number: entry.number,
        at: entry.at,
        person: addresses.get(&entry.who).cloned(),
        who: entry.who,
        action: entry.action,
        subject: AuditSubjectView {
            person: addresses.get(&entry.subject).filter(|_| entry.subject_kind == "person").cloned(),
            kind: entry.subject_kind,
            id: entry.subject,
        },
        detail: entry.detail,
        hash,
    }
}

const COLUMNS: [&str; 9] = ["number", "at", "who", "person", "action", "subject_kind", "subject", "detail", "hash"];

fn cells(entry: AuditEntryView) -> [String; 9] {
    let AuditEntryView { number, at, who, person, action, subject, detail, hash } = entry;
    let at = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let texts = [who, person.unwrap_or_default(), action, subject.kind, subject.id, detail.to_string(), hash];
    let [who, person, action, kind, subject, detail, hash] = texts.map(|text| harmless(&text));
    [number.to_string(), at, who, person, action, kind, subject, detail, hash]
}

fn line(cells: [String; 9]) -> Result<Vec<u8>, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| error.to_string())?;
    writer.into_inner().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use mezzofy_domain::audit::Head;

    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_compute_stays_text() {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let event = AuditEvent::BudgetChanged { budget: "=1+1".to_owned(), limit: None };
        let stored = Head::default().next(at, Actor::System, &event).unwrap();
        let hash = stored.hash.clone();
        let text = line(cells(view(stored, &Addresses::new()))).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            format!(
                "1,2026-09-21T14:13:20Z,system,,budget_changed,budget,'=1+1,\"{{\"\"limit\"\":\"\"configured\"\"}}\",{hash}\n"
            )
        );
    }
}
