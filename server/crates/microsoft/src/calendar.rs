//! Events that are made once, and what stands in calendars. Graph takes an event with a `transactionId` once, however often it is
//! asked, so that who is in doubt asks again.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::graph::{Graph, GraphError};

/// Events on a page; the pages are followed.
const PAGE: &str = "100";

/// An event as it is to be made.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// In whose calendar: an address or a user id. They are its organizer.
    pub mailbox: String,
    /// The `transactionId`: one per effect, the same for every try.
    pub key: String,
    /// The title.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Its beginning by the clocks of the zone.
    pub start: NaiveDateTime,
    /// Its end by the same clocks.
    pub end: NaiveDateTime,
    /// An IANA zone.
    pub time_zone: String,
    /// The addresses of those invited; Microsoft sends them invitations.
    pub attendees: Vec<String>,
    /// Whether it has a link to join in Teams.
    pub online: bool,
}

/// An event of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    /// The title, as whoever made it wrote it.
    pub subject: String,
    /// Its beginning.
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    /// Whether it takes whole days.
    pub all_day: bool,
    /// Who made it: name, else address.
    pub organizer: String,
    /// How many are invited.
    pub attendees: usize,
    /// Whether it has a link to join.
    pub online: bool,
}

/// When somebody is not free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub address: String,
    /// Beginning and end of each time that is taken; `None` where the calendar can't be seen.
    pub taken: Option<Vec<(DateTime<Utc>, DateTime<Utc>)>>,
}

/// Calendars of the tenant.
#[derive(Clone)]
pub struct Calendar {
    graph: Graph,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    id: String,
    transaction_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    id: String,
    subject: Option<String>,
    start: Time,
    end: Time,
    #[serde(default)]
    is_all_day: bool,
    #[serde(default)]
    is_cancelled: bool,
    #[serde(default)]
    is_online_meeting: bool,
    organizer: Option<Organizer>,
    #[serde(default)]
    attendees: Vec<Value>,
}

/// A time without offset; by UTC where no zone was asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Time {
    date_time: NaiveDateTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organizer {
    email_address: Named,
}

#[derive(Deserialize)]
struct Named {
    name: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Schedules {
    value: Vec<OfOne>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfOne {
    schedule_id: String,
    error: Option<Value>,
    #[serde(default)]
    schedule_items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    status: Option<String>,
    start: Time,
    end: Time,
}

impl Calendar {
    /// Calendars through `graph`.
    #[must_use]
    pub fn new(graph: Graph) -> Self {
        Self { graph }
    }

    /// Makes the event and answers with its id; those invited get their invitations. The same key again makes no second one.
    pub async fn make(&self, event: &NewEvent) -> Result<String, GraphError> {
        let url = self.graph.url(&event.mailbox, &["events"]);
        match self.graph.post(&event.mailbox, url, &body(event)).await {
            Ok(answer) => Ok(answer.read::<Made>()?.id),
            // It may be said of an event that is there already.
            Err(error @ GraphError::Refused { status: 409, .. }) => self.find(event).await?.ok_or(error),
            Err(error) => Err(error),
        }
    }

    /// The event that was made under this key, among those that begin in its time.
    async fn find(&self, event: &NewEvent) -> Result<Option<String>, GraphError> {
        let day = chrono::TimeDelta::days(1);
        let (from, to) = ((event.start - day).and_utc(), (event.end + day).and_utc());
        let events: Vec<Made> = self.view(&event.mailbox, from, to, "id,transactionId").await?;
        let same = |made: &Made| made.transaction_id.as_deref() == Some(event.key.as_str());
        Ok(events.into_iter().find(same).map(|made| made.id))
    }

    /// What stands in a calendar between two moments, in the order of time; what was called off is left out.
    pub async fn events(
        &self,
        mailbox: &str,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Event>, GraphError> {
        let fields = "id,subject,start,end,isAllDay,isCancelled,isOnlineMeeting,organizer,attendees";
        let read: Vec<Read> = self.view(mailbox, from, to, fields).await?;
        let mut events: Vec<Event> = read.into_iter().filter(|event| !event.is_cancelled).map(Event::from).collect();
        events.sort_by(|one, other| (one.start, &one.id).cmp(&(other.start, &other.id)));
        Ok(events)
    }

    /// When people are not free between two moments; at most 20 of them.
    pub async fn schedules(
        &self,
        mailbox: &str,
        of: &[String],
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Schedule>, GraphError> {
        let url = self.graph.url(mailbox, &["calendar", "getSchedule"]);
        let time = |at: DateTime<Utc>| json!({"dateTime": at.naive_utc().format("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": "UTC"});
        let wanted = json!({
            "schedules": of, "startTime": time(from), "endTime": time(to), "availabilityViewInterval": 30,
        });
        let answer = self.graph.post(mailbox, url, &wanted).await?;
        let found: Schedules = answer.read()?;
        Ok(found.value.into_iter().map(Schedule::from).collect())
    }

    async fn view<T: serde::de::DeserializeOwned>(
        &self,
        mailbox: &str,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        fields: &str,
    ) -> Result<Vec<T>, GraphError> {
        let mut url = self.graph.url(mailbox, &["calendarView"]);
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        url.query_pairs_mut().extend_pairs([
            ("startDateTime", text(from).as_str()),
            ("endDateTime", text(to).as_str()),
            ("$select", fields),
            ("$top", PAGE),
        ]);
        self.graph.list(mailbox, url).await
    }
}

impl From<Read> for Event {
    fn from(read: Read) -> Self {
        let organizer = read.organizer.map(|organizer| organizer.email_address);
        let organizer = organizer.and_then(|of| of.name.filter(|name| !name.is_empty()).or(of.address));
        Self {
            id: read.id,
            subject: read.subject.unwrap_or_default(),
            start: read.start.date_time.and_utc(),
            end: read.end.date_time.and_utc(),
            all_day: read.is_all_day,
            organizer: organizer.unwrap_or_default(),
            attendees: read.attendees.len(),
            online: read.is_online_meeting,
        }
    }
}

impl From<OfOne> for Schedule {
    fn from(of: OfOne) -> Self {
        // What is marked as free does not count; what can't be told does.
        let taken = of.schedule_items.into_iter().filter(|item| item.status.as_deref() != Some("free"));
        let taken = taken.map(|item| (item.start.date_time.and_utc(), item.end.date_time.and_utc())).collect();
        Self { address: of.schedule_id, taken: of.error.is_none().then_some(taken) }
    }
}

/// The event as Graph takes it.
fn body(event: &NewEvent) -> Value {
    let time = |at: NaiveDateTime| json!({"dateTime": at.format("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": event.time_zone});
    let attendee = |address: &String| json!({"emailAddress": {"address": address}, "type": "required"});
    let mut body = json!({
        "subject": event.subject,
        "body": {"contentType": "text", "content": event.text},
        "start": time(event.start),
        "end": time(event.end),
        "attendees": event.attendees.iter().map(attendee).collect::<Vec<_>>(),
        "transactionId": event.key,
    });
    if event.online {
        body["isOnlineMeeting"] = json!(true);
        body["onlineMeetingProvider"] = json!("teamsForBusiness");
    }
    body
}
