//! Calendars: an event stands in its organizer's and in those of the colleagues invited to it. Invitations to others go nowhere.

use std::str::FromStr;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Local365;
use super::messages::next_link;
use super::payload::Payload;
use super::query::Options;
use super::refusal::Refusal;
use super::storage::{Document, Find, Mailbox, StorageError};
use super::tokens::Caller;

const EVENTS: &str = "calendar";
/// Events of a calendar that are looked through.
const MOST: i64 = 100_000;
/// Whose times one request may ask for.
const SCHEDULES_MOST: usize = 20;
const ATTENDEES_MOST: usize = 500;

/// An event as a client writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewEvent {
    subject: String,
    body: Content,
    start: Time,
    end: Time,
    #[serde(default)]
    attendees: Vec<Attendee>,
    #[serde(default)]
    is_online_meeting: bool,
    #[serde(default)]
    online_meeting_provider: Option<String>,
    #[serde(default)]
    transaction_id: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Content {
    content_type: String,
    content: String,
}

/// A time by the clocks of a zone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Time {
    date_time: NaiveDateTime,
    time_zone: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Attendee {
    email_address: Address,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    address: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    schedules: Vec<String>,
    start_time: Time,
    end_time: Time,
    #[serde(default)]
    availability_view_interval: Option<u32>,
}

/// What is kept of an event, in each calendar that it stands in.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    shown: Value,
}

/// Makes an event. The same `transactionId` of the same mailbox again answers with the event that is there.
pub(super) async fn create(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    Payload(wanted): Payload<NewEvent>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    caller.has(&["Calendars.ReadWrite"])?;
    let organizer = local.mailbox(&user).await?;
    let (start, end) = (wanted.start.moment()?, wanted.end.moment()?);
    if wanted.subject.is_empty() || end < start || wanted.attendees.len() > ATTENDEES_MOST {
        return Err(Refusal::bad_request(
            "An event has a subject, ends after it begins and has at most 500 attendees.",
        ));
    }
    if wanted.attendees.iter().any(|attendee| attendee.kind != "required" && attendee.kind != "optional") {
        return Err(Refusal::bad_request("An attendee is required or optional."));
    }
    // The same key has the same id, so that of two at once one is stored.
    let id = match &wanted.transaction_id {
        Some(key) => id_of(&organizer.address, key),
        None => local.0.clock.id(),
    };
    if let Some(there) = local.0.storage.get(&organizer.address, id).await? {
        return Ok((StatusCode::CREATED, Json(show(&there)?)));
    }
    let invited = local.invited(&wanted, &organizer).await?;
    let shown = wanted.shown(&organizer, start, end);
    let at = local.0.clock.now();
    let document = |mailbox: &str, shown: Value| -> Result<Document, Refusal> {
        let body = serde_json::to_value(Kept { start, end, shown });
        let body = body.map_err(|_| Refusal::bad_request("The event can't be kept."))?;
        let (mailbox, folder) = (mailbox.to_owned(), EVENTS.to_owned());
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
pub(super) async fn view(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    options: Options,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["Calendars.Read", "Calendars.ReadWrite"])?;
    let mailbox = local.mailbox(&user).await?;
    let (from, to) = options.window.ok_or_else(|| {
        Refusal::new(400, "ErrorInvalidParameter", "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
    })?;
    let mut found = local.between(&mailbox.address, from, to).await?;
    found.sort_by_key(|(kept, document)| (kept.start, document.id));
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
pub(super) async fn schedules(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
    Payload(wanted): Payload<Wanted>,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["Calendars.Read", "Calendars.ReadWrite", "Calendars.ReadBasic.All"])?;
    local.mailbox(&user).await?;
    let (from, to) = (wanted.start_time.moment()?, wanted.end_time.moment()?);
    let interval = wanted.availability_view_interval.unwrap_or(30);
    if wanted.schedules.len() > SCHEDULES_MOST || to <= from || !(5..=1440).contains(&interval) {
        return Err(Refusal::bad_request(
            "At most 20 schedules, a window that ends after it begins, 5 to 1440 minutes.",
        ));
    }
    let mut value = Vec::new();
    for of in &wanted.schedules {
        let Some(mailbox) = local.0.storage.mailbox(of).await? else {
            let error =
                json!({"message": "The address can't be resolved.", "responseCode": "ErrorMailRecipientNotFound"});
            value.push(json!({"scheduleId": of, "scheduleItems": [], "error": error}));
            continue;
        };
        let mut found = local.between(&mailbox.address, from, to).await?;
        found.sort_by_key(|(kept, _)| kept.start);
        let item =
            |(kept, _): &(Kept, Document)| json!({"status": "busy", "start": time(kept.start), "end": time(kept.end)});
        value.push(json!({"scheduleId": of, "scheduleItems": found.iter().map(item).collect::<Vec<_>>()}));
    }
    Ok(Json(json!({"value": value})))
}

impl Local365 {
    /// The calendars of colleagues that an invitation reaches.
    async fn invited(&self, wanted: &NewEvent, organizer: &Mailbox) -> Result<Vec<String>, Refusal> {
        let mut invited = Vec::new();
        for attendee in &wanted.attendees {
            let found = self.0.storage.mailbox(&attendee.email_address.address).await?;
            let new = found.filter(|one| one.address != organizer.address && !invited.contains(&one.address));
            invited.extend(new.map(|one| one.address));
        }
        Ok(invited)
    }

    async fn between(
        &self,
        mailbox: &str,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<(Kept, Document)>, Refusal> {
        let find = Find { mailbox, folders: &[EVENTS], tag: None, skip: 0, limit: MOST };
        let mut within = Vec::new();
        for document in self.0.storage.find(find).await? {
            let kept = Kept::of(&document)?;
            if kept.start < to && kept.end > from {
                within.push((kept, document));
            }
        }
        Ok(within)
    }
}

impl Kept {
    fn of(document: &Document) -> Result<Self, Refusal> {
        serde_json::from_value(document.body.clone())
            .map_err(|_| Refusal::new(500, "ErrorInternalServerError", "An event can't be read."))
    }
}

impl NewEvent {
    fn shown(&self, organizer: &Mailbox, start: DateTime<Utc>, end: DateTime<Utc>) -> Value {
        let attendee = |attendee: &Attendee| {
            let Address { address, name } = &attendee.email_address;
            json!({
                "type": attendee.kind,
                "emailAddress": {"address": address, "name": name.as_ref().unwrap_or(address)},
                "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
            })
        };
        let mut shown = json!({
            "subject": self.subject,
            "body": self.body,
            "bodyPreview": self.body.content.chars().take(255).collect::<String>(),
            "start": time(start),
            "end": time(end),
            "originalStartTimeZone": self.start.time_zone,
            "originalEndTimeZone": self.end.time_zone,
            "isAllDay": false,
            "isCancelled": false,
            "isOrganizer": true,
            "showAs": "busy",
            "type": "singleInstance",
            "attendees": self.attendees.iter().map(attendee).collect::<Vec<_>>(),
            "organizer": {"emailAddress": {"address": organizer.address, "name": organizer.name}},
            "isOnlineMeeting": self.is_online_meeting,
            "transactionId": self.transaction_id,
        });
        if self.is_online_meeting {
            shown["onlineMeetingProvider"] =
                json!(self.online_meeting_provider.as_deref().unwrap_or("teamsForBusiness"));
        }
        shown
    }
}

impl Time {
    fn moment(&self) -> Result<DateTime<Utc>, Refusal> {
        let zone = Tz::from_str(&self.time_zone).ok();
        let moment = zone.and_then(|zone| zone.from_local_datetime(&self.date_time).earliest());
        moment.map(|moment| moment.to_utc()).ok_or_else(|| {
            Refusal::new(400, "ErrorInvalidTimeZone", format!("{} in {} is no time.", self.date_time, self.time_zone))
        })
    }
}

fn time(at: DateTime<Utc>) -> Value {
    json!({"dateTime": at.naive_utc().format("%Y-%m-%dT%H:%M:%S.0000000").to_string(), "timeZone": "UTC"})
}

fn show(document: &Document) -> Result<Value, Refusal> {
    let mut shown = Kept::of(document)?.shown;
    shown["id"] = json!(document.id);
    shown["createdDateTime"] = json!(document.at);
    Ok(shown)
}

/// Of an event the fields that were asked for, and its id.
fn selected(mut shown: Value, options: &Options) -> Value {
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
