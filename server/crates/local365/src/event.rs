//! An event: as a client writes it, as it is stored, and as it is shown.

use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::storage::{Document, Mailbox};

/// An event as a client writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewEvent {
    pub(crate) subject: String,
    body: EventBody,
    pub(crate) start: ZonedTime,
    pub(crate) end: ZonedTime,
    #[serde(default)]
    pub(crate) attendees: Vec<Attendee>,
    #[serde(default)]
    is_online_meeting: bool,
    #[serde(default)]
    online_meeting_provider: Option<String>,
    #[serde(default)]
    pub(crate) transaction_id: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EventBody {
    content_type: String,
    content: String,
}

/// A time by the clocks of a zone.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ZonedTime {
    date_time: NaiveDateTime,
    time_zone: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Attendee {
    pub(crate) email_address: AttendeeAddress,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttendeeAddress {
    pub(crate) address: String,
    #[serde(default)]
    name: Option<String>,
}

/// An event as it is stored, in each calendar that it stands in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredEvent {
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
    pub(crate) shown: Value,
}

impl StoredEvent {
    pub(crate) fn of(document: &Document) -> Result<Self, Refusal> {
        serde_json::from_value(document.body.clone())
            .map_err(|_| Refusal::new(500, "ErrorInternalServerError", "An event can't be read."))
    }
}

impl NewEvent {
    pub(crate) fn shown(&self, organizer: &Mailbox, start: DateTime<Utc>, end: DateTime<Utc>) -> Value {
        let attendee = |attendee: &Attendee| {
            let AttendeeAddress { address, name } = &attendee.email_address;
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

impl ZonedTime {
    pub(crate) fn moment(&self) -> Result<DateTime<Utc>, Refusal> {
        let zone = Tz::from_str(&self.time_zone).ok();
        let moment = zone.and_then(|zone| zone.from_local_datetime(&self.date_time).earliest());
        moment.map(|moment| moment.to_utc()).ok_or_else(|| {
            Refusal::new(400, "ErrorInvalidTimeZone", format!("{} in {} is no time.", self.date_time, self.time_zone))
        })
    }
}

pub(crate) fn time(at: DateTime<Utc>) -> Value {
    json!({"dateTime": at.naive_utc().format("%Y-%m-%dT%H:%M:%S.0000000").to_string(), "timeZone": "UTC"})
}

pub(crate) fn show(document: &Document) -> Result<Value, Refusal> {
    let mut shown = StoredEvent::of(document)?.shown;
    shown["id"] = json!(document.id);
    shown["createdDateTime"] = json!(document.at);
    Ok(shown)
}
