//! Calendars: an event stands in its organizer's and in those of the colleagues invited to it. Invitations to others go nowhere.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::caller::Caller;
use crate::event::{NewEvent, StoredEvent, ZonedTime, show, time};
use crate::graph_json::GraphJson;
use crate::links::next_link;
use crate::query::QueryOptions;
use crate::refusal::Refusal;
use crate::state::Local365;
use crate::storage::{Document, DocumentQuery, Mailbox, StorageError};

const CALENDAR_FOLDER: &str = "calendar";
/// Events of a calendar that are looked through.
const MAX_EVENTS_PER_CALENDAR: i64 = 100_000;
/// Whose times one request may ask for.
const MAX_SCHEDULES_PER_REQUEST: usize = 20;
const MAX_ATTENDEES: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ScheduleRequest {
    schedules: Vec<String>,
    start_time: ZonedTime,
    end_time: ZonedTime,
    #[serde(default)]
    availability_view_interval: Option<u32>,
}

/// Makes an event. The same `transactionId` of the same mailbox again answers with the event that is there.
pub(crate) async fn create(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    GraphJson(new): GraphJson<NewEvent>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    caller.has(&["Calendars.ReadWrite"])?;
    let organizer = local.mailbox(&user).await?;
    let (start, end) = (new.start.moment()?, new.end.moment()?);
    if new.subject.is_empty() || end < start || new.attendees.len() > MAX_ATTENDEES {
        return Err(Refusal::bad_request(
            "An event has a subject, ends after it begins and has at most 500 attendees.",
        ));
    }
    if new.attendees.iter().any(|attendee| attendee.kind != "required" && attendee.kind != "optional") {
        return Err(Refusal::bad_request("An attendee is required or optional."));
    }
    // The same key has the same id, so that of two at once one is stored.
    let id = match &new.transaction_id {
        Some(key) => id_of(&organizer.address, key),
        None => local.0.clock.id(),
    };
    if let Some(there) = local.0.storage.get(&organizer.address, id).await? {
        return Ok((StatusCode::CREATED, Json(show(&there)?)));
    }
    let invited = local.invited(&new, &organizer).await?;
    let shown = new.shown(&organizer, start, end);
    let at = local.0.clock.now();
    let document = |mailbox: &str, shown: Value| -> Result<Document, Refusal> {
        let body = serde_json::to_value(StoredEvent { start, end, shown });
        let body = body.map_err(|_| Refusal::bad_request("The event can't be kept."))?;
        let (mailbox, folder) = (mailbox.to_owned(), CALENDAR_FOLDER.to_owned());
        Ok(Document { mailbox, id, folder, tags: Vec::new(), at, version: 1, body })
    };
    let mut documents = vec![document(&organizer.address, shown.clone())?];
    for mailbox in &invited {
        let mut copy = shown.clone();
        copy["isOrganizer"] = json!(false);
        copy["transactionId"] = Value::Null;
        documents.push(document(mailbox, copy)?);
    }
    match local.0.storage.save(&documents).await {
        Ok(()) => Ok((StatusCode::CREATED, Json(show(&documents[0])?))),
        Err(StorageError::Conflict) => {
            let there = local.0.storage.get(&organizer.address, id).await?;
            Ok((StatusCode::CREATED, Json(show(&there.ok_or_else(Refusal::item_not_found)?)?)))
        }
        Err(error) => Err(error.into()),
    }
}

/// What stands in a calendar between `startDateTime` and `endDateTime`.
pub(crate) async fn view(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    options: QueryOptions,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["Calendars.Read", "Calendars.ReadWrite"])?;
    let mailbox = local.mailbox(&user).await?;
    let (from, to) = options.window.ok_or_else(|| {
        Refusal::new(400, "ErrorInvalidParameter", "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
    })?;
    let mut found = local.between(&mailbox.address, from, to).await?;
    found.sort_by_key(|(event, document)| (event.start, document.id));
    let (skip, top) = (usize::try_from(options.skip).unwrap_or(0), usize::try_from(options.top).unwrap_or(0));
    let more = found.len() > skip + top;
    let page = found.iter().skip(skip).take(top).map(|(_, document)| Ok(selected(show(document)?, &options)));
    let mut page = json!({"value": page.collect::<Result<Vec<_>, Refusal>>()?});
    if more {
        page["@odata.nextLink"] = next_link(&user, &["calendarView"], &options, &headers);
    }
    Ok(Json(page))
}

/// When people are not free. Of somebody without a mailbox an error is told, as Graph does it.
pub(crate) async fn schedules(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    GraphJson(request): GraphJson<ScheduleRequest>,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["Calendars.Read", "Calendars.ReadWrite", "Calendars.ReadBasic.All"])?;
    local.mailbox(&user).await?;
    let (from, to) = (request.start_time.moment()?, request.end_time.moment()?);
    let interval = request.availability_view_interval.unwrap_or(30);
    if request.schedules.len() > MAX_SCHEDULES_PER_REQUEST || to <= from || !(5..=1440).contains(&interval) {
        return Err(Refusal::bad_request(
            "At most 20 schedules, a window that ends after it begins, 5 to 1440 minutes.",
        ));
    }
    let mut value = Vec::new();
    for of in &request.schedules {
        let Some(mailbox) = local.0.storage.mailbox(of).await? else {
            let error =
                json!({"message": "The address can't be resolved.", "responseCode": "ErrorMailRecipientNotFound"});
            value.push(json!({"scheduleId": of, "scheduleItems": [], "error": error}));
            continue;
        };
        let mut found = local.between(&mailbox.address, from, to).await?;
        found.sort_by_key(|(event, _)| event.start);
        let item = |(event, _): &(StoredEvent, Document)| json!({"status": "busy", "start": time(event.start), "end": time(event.end)});
        value.push(json!({"scheduleId": of, "scheduleItems": found.iter().map(item).collect::<Vec<_>>()}));
    }
    Ok(Json(json!({"value": value})))
}

impl Local365 {
    /// The calendars of colleagues that an invitation reaches.
    async fn invited(&self, new: &NewEvent, organizer: &Mailbox) -> Result<Vec<String>, Refusal> {
        let mut invited = Vec::new();
        for attendee in &new.attendees {
            let found = self.0.storage.mailbox(&attendee.email_address.address).await?;
            let colleague = found.filter(|one| one.address != organizer.address && !invited.contains(&one.address));
            invited.extend(colleague.map(|one| one.address));
        }
        Ok(invited)
    }

    async fn between(
        &self,
        mailbox: &str,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<(StoredEvent, Document)>, Refusal> {
        let query =
            DocumentQuery { mailbox, folders: &[CALENDAR_FOLDER], tag: None, skip: 0, limit: MAX_EVENTS_PER_CALENDAR };
        let mut within = Vec::new();
        for document in self.0.storage.find(query).await? {
            let event = StoredEvent::of(&document)?;
            if event.start < to && event.end > from {
                within.push((event, document));
            }
        }
        Ok(within)
    }
}

/// Of an event the fields that were asked for, and its id.
fn selected(mut shown: Value, options: &QueryOptions) -> Value {
    if let (Some(fields), Some(all)) = (&options.select, shown.as_object_mut()) {
        all.retain(|name, _| name == "id" || fields.contains(name));
    }
    shown
}

fn id_of(mailbox: &str, key: &str) -> Uuid {
    let hash = Sha256::digest(format!("{mailbox} {key}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Uuid::from_bytes(bytes)
}
