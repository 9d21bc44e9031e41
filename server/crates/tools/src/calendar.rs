//! The person's Outlook calendar: an event, what stands in it, and when everybody is free. The first only says what is to be made; the
//! worker makes it once.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::effect::{EffectKind, EventTimes, MAX_EVENT_CHARS, MAX_LINE_CHARS, MAX_RECIPIENTS, PayloadFields};
use mezzofy_domain::language::Language;
use mezzofy_domain::meeting::{Moment, slots};
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_microsoft::graph::GraphError;
use mezzofy_store::people;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::recipients::addresses;
use super::{ToolContext, read, retry};
use said::{agenda, offer};

mod said;

/// Days that are looked at where none is said.
const DAYS: u64 = 7;
/// Days that one call looks at, at most.
const DAYS_MOST: i64 = 31;
/// Whose calendars one call may look at, besides the person's own.
const OTHERS: usize = 19;

impl ToolContext {
    /// A moment as a call names it; without one, the days ahead.
    fn moment(&self, context: Context<'_>, named: Option<&str>) -> Result<Moment, ToolError> {
        let today = context.now.with_timezone(&self.zone).date_naive();
        let ahead = || Moment { first: today, last: today + Days::new(DAYS - 1), time: None };
        let moment = named.map_or_else(|| Ok(ahead()), str::parse::<Moment>);
        let moment = moment.map_err(|error| ToolError::Tell(error.to_string()))?;
        if (moment.last - moment.first).num_days() >= DAYS_MOST {
            return Err(ToolError::Tell(format!("At most {DAYS_MOST} days can be looked at in one go.")));
        }
        Ok(moment)
    }

    /// The moment at which a day begins.
    fn begins(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        // Where clocks skip midnight, the day begins after the gap.
        let begins =
            (0..4).find_map(|hour| self.zone.from_local_datetime(&(midnight + TimeDelta::hours(hour))).earliest());
        begins.map_or_else(|| midnight.and_utc(), |begins| begins.to_utc())
    }
}

/// Microsoft 365 that is not well is tried again; what it refuses is told.
fn unread(error: &GraphError) -> ToolError {
    if error.retry_after().is_some() {
        ToolError::Retry(error.to_string())
    } else {
        ToolError::Tell(format!("{error}."))
    }
}

/// `outlook_create_event`.
pub(super) struct OutlookCreateEvent {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OutlookCreateEventInput {
    /// One line; made of the names without it
    #[schemars(length(max = MAX_LINE_CHARS), extend("nullable" = true))]
    title: Option<String>,
    /// By the company's clocks: 2026-12-02T15:00
    start: String,
    /// How long it takes
    #[schemars(range(min = 5, max = 1440))]
    minutes: i64,
    /// One each: an address, or the name or title of a colleague. The person is there anyway
    #[schemars(length(max = MAX_RECIPIENTS), extend("nullable" = true))]
    attendees: Option<Vec<String>>,
    /// Plain text of the invitation
    #[serde(default)]
    #[schemars(length(max = MAX_EVENT_CHARS))]
    text: String,
    /// Whether it has a link to join in Teams; with attendees it has unless you say no
    #[schemars(extend("nullable" = true))]
    online: Option<bool>,
}

impl OutlookCreateEvent {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "outlook_create_event",
            permission: Permission::Calendar,
            effect: true,
            fixed: &[],
            input_schema: schema::of::<OutlookCreateEventInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "effect": {"type": "string", "description": "Its id in the outbox"},
                    "state": {"type": "string"},
                    "to": {"type": "string", "description": "Those invited, with commas"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for OutlookCreateEvent {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: OutlookCreateEventInput = read(input)?;
        let (zone, language) = (self.tool_context.zone, context.language);
        let moment: Moment = input.start.parse().map_err(|error| ToolError::Tell(format!("{error}")))?;
        let Some(time) = moment.time else {
            return Err(ToolError::Tell("An event needs a time of day: write 2026-12-02T15:00.".to_owned()));
        };
        let start = moment.first.and_time(time);
        let mut tx = self.tool_context.begin(context.person).await?;
        let people = people::all(&mut tx).await.map_err(retry)?;
        drop(tx);
        let attendees = input.attendees.unwrap_or_default();
        let mut to = addresses(&self.tool_context, context, &people, &attendees)?;
        to.retain(|address| !address.eq_ignore_ascii_case(&context.person.email));
        let names = to.iter().map(|address| {
            let known = people.iter().find(|person| person.email.eq_ignore_ascii_case(address));
            known.map_or(address.as_str(), |person| person.name.as_str())
        });
        let names: Vec<&str> = names.collect();
        let title = input.title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
        let when = EventTimes {
            start,
            end: start + TimeDelta::minutes(input.minutes),
            time_zone: zone.name().to_owned(),
            online: input.online.unwrap_or(!to.is_empty()),
        };
        let Some(begins) = when.begins() else {
            return Err(ToolError::Tell(format!("The clocks skip {} on that day.", time.format("%H:%M"))));
        };
        if begins <= context.now {
            return Err(ToolError::Tell(over(moment, language)));
        }
        let subject = title.map_or_else(|| title_of(&context.person.name, &names, language), |title| capital(&title));
        let (cc, attachments) = (Vec::new(), Vec::new());
        let event = PayloadFields { to, cc, subject, body: input.text, attachments, when: Some(when) };
        self.tool_context.send(context, EffectKind::Calendar, event).await
    }
}

fn over(moment: Moment, language: Language) -> String {
    let at = moment.label(language);
    match language {
        Language::Zh => format!("{at}已经过去，因此没有创建日程。请说出以后的时间。"),
        Language::En | Language::Ms => format!("{at} is over, so I made no event. Name a time that is still to come."),
    }
}

/// What an event without a title is called: by who meets.
fn title_of(organizer: &str, names: &[&str], language: Language) -> String {
    if names.is_empty() {
        let own = if language == Language::Zh { "预留时间" } else { "Reserved" };
        return own.to_owned();
    }
    let shown =
        names.iter().take(3).copied().collect::<Vec<_>>().join(if language == Language::Zh { "、" } else { ", " });
    let more = if names.len() > 3 { format!(" +{}", names.len() - 3) } else { String::new() };
    match language {
        Language::Zh => format!("{organizer}与{shown}{more}会面"),
        Language::En | Language::Ms => format!("{organizer} and {shown}{more}"),
    }
}

fn capital(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `outlook_list_events`.
pub(super) struct OutlookListEvents {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OutlookListEventsInput {
    /// By the company's clocks: 2026-12-02T15:00, 2026-12-02 or 2026-11-30/2026-12-06; without it the next 7 days
    #[schemars(extend("nullable" = true))]
    when: Option<String>,
}

impl OutlookListEvents {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "outlook_list_events",
            permission: Permission::Calendar,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<OutlookListEventsInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "count": {"type": "integer"},
                    "events": {"type": "array", "items": {"type": "object"}},
                    "said": {"type": "string", "description": "The events as a list for the person"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for OutlookListEvents {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: OutlookListEventsInput = read(input)?;
        let tool_context = &self.tool_context;
        let days = Moment { time: None, ..tool_context.moment(context, input.when.as_deref())? };
        let (from, to) = (tool_context.begins(days.first), tool_context.begins(days.last + Days::new(1)));
        let events = tool_context.calendar.events(&context.person.email, from, to).await;
        let events = events.map_err(|error| unread(&error))?;
        let local =
            |at: DateTime<Utc>| at.with_timezone(&tool_context.zone).naive_local().format("%Y-%m-%dT%H:%M").to_string();
        let shown = events.iter().map(|event| {
            json!({
                "title": event.subject, "start": local(event.start), "end": local(event.end), "all_day": event.all_day,
                "organizer": event.organizer, "invited": event.attendees, "online": event.online,
            })
        });
        let result = json!({
            "count": events.len(),
            "events": shown.collect::<Vec<_>>(),
            "said": agenda(&events, days, tool_context.zone, context.language),
        });
        // Whoever invites the person has written the title.
        let trust = if events.is_empty() { Trust::Company } else { Trust::Outside };
        Ok(Outcome::Done(Output { result, trust, ..Output::default() }))
    }
}

/// `outlook_find_free_slots`.
pub(super) struct OutlookFindFreeSlots {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OutlookFindFreeSlotsInput {
    /// By the company's clocks: 2026-12-02T15:00, 2026-12-02 or 2026-11-30/2026-12-06; without it the next 7 days
    #[schemars(extend("nullable" = true))]
    when: Option<String>,
    /// Who must be free besides the person: an address, or the name or title of a colleague
    #[schemars(length(max = OTHERS), extend("nullable" = true))]
    attendees: Option<Vec<String>>,
    /// How long it takes
    #[schemars(range(min = 5, max = 480))]
    minutes: i64,
}

impl OutlookFindFreeSlots {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "outlook_find_free_slots",
            permission: Permission::Calendar,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<OutlookFindFreeSlotsInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "slots": {"type": "array", "items": {"type": "string"}, "description": "Beginnings, by the company's clocks"},
                    "unknown": {"type": "array", "items": {"type": "string"}, "description": "Whose calendar can't be seen"},
                    "said": {"type": "string", "description": "The times as a list for the person"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for OutlookFindFreeSlots {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: OutlookFindFreeSlotsInput = read(input)?;
        let tool_context = &self.tool_context;
        let days = Moment { time: None, ..tool_context.moment(context, input.when.as_deref())? };
        let mut tx = tool_context.begin(context.person).await?;
        let people = people::all(&mut tx).await.map_err(retry)?;
        drop(tx);
        let me = context.person.email.clone();
        let mut all = addresses(tool_context, context, &people, &input.attendees.unwrap_or_default())?;
        all.retain(|address| !address.eq_ignore_ascii_case(&me));
        all.insert(0, me.clone());
        let (from, to) = (tool_context.begins(days.first), tool_context.begins(days.last + Days::new(1)));
        let schedules = tool_context.calendar.schedules(&me, &all, from, to).await.map_err(|error| unread(&error))?;
        let unknown: Vec<&str> =
            schedules.iter().filter(|of| of.taken.is_none()).map(|of| of.address.as_str()).collect();
        let lasts = TimeDelta::minutes(input.minutes);
        let taken: Vec<_> = schedules.iter().filter_map(|of| of.taken.as_deref()).flatten().copied().collect();
        let slots = slots::free(&taken, days, lasts, tool_context.zone, context.now);
        let beginnings: Vec<String> = slots.iter().map(|at| at.format("%Y-%m-%dT%H:%M").to_string()).collect();
        let called = |address: &String| {
            let known = people.iter().find(|person| person.email.eq_ignore_ascii_case(address));
            known.map_or_else(|| address.clone(), |person| person.name.clone())
        };
        let others: Vec<String> = all.iter().skip(1).map(called).collect();
        let said = offer(&slots, days, lasts, &unknown, &others, context.language);
        let result = json!({"slots": beginnings, "unknown": unknown, "said": said});
        // Times alone: nothing that anybody wrote.
        Ok(Outcome::Done(Output { result, trust: Trust::Company, ..Output::default() }))
    }
}
