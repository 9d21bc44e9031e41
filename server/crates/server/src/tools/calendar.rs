//! The person's Outlook calendar: an event, what stands in it, and when everybody is free. The first only says what is to be made; the
//! worker makes it once.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::effect::{EffectKind, Payload, When};
use mezzofy_domain::language::Language;
use mezzofy_domain::meeting::{Moment, day_label};
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_microsoft::calendar::{Event, Schedule};
use mezzofy_microsoft::graph::GraphError;
use mezzofy_store::people;
use serde::Deserialize;
use serde_json::{Value, json};

use super::recipients::addresses;
use super::{Workshop, read, retry};

/// Days that are looked at where none is said.
const DAYS: u64 = 7;
/// Days that one call looks at, at most.
const DAYS_MOST: i64 = 31;
/// Working hours, from and to.
const WORK: (u32, u32) = (9, 18);
/// A free time begins at such minutes of an hour.
const STEP: i64 = 30;
/// Minutes between the beginnings of two that are offered of one day, at least.
const APART: i64 = 240;
/// Free times that are offered of one day and altogether.
const OFFERED: (usize, usize) = (2, 6);
/// Whose calendars one call may look at, besides the person's own.
const OTHERS: usize = 19;

const MOMENT: &str = "By the company's clocks: 2026-12-02T15:00, 2026-12-02 or 2026-11-30/2026-12-06";

impl Workshop {
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
    workshop: Arc<Workshop>,
}

#[derive(Deserialize)]
struct NewEvent {
    title: Option<String>,
    start: String,
    minutes: i64,
    #[serde(default)]
    attendees: Option<Vec<String>>,
    #[serde(default)]
    text: String,
    online: Option<bool>,
}

impl OutlookCreateEvent {
    pub(super) fn new(workshop: &Arc<Workshop>) -> Self {
        let spec = ToolSpec {
            name: "outlook_create_event",
            permission: Permission::Calendar,
            effect: true,
            fixed: &[],
            input_schema: json!({
                "type": "object", "additionalProperties": false, "required": ["start", "minutes"],
                "properties": {
                    "title": {"type": ["string", "null"], "maxLength": 255, "description": "One line; made of the names without it"},
                    "start": {"type": "string", "description": "By the company's clocks: 2026-12-02T15:00"},
                    "minutes": {"type": "integer", "minimum": 5, "maximum": 1440, "description": "How long it takes"},
                    "attendees": {
                        "type": ["array", "null"], "maxItems": 50, "items": {"type": "string"},
                        "description": "One each: an address, or the name or title of a colleague. The person is there anyway"
                    },
                    "text": {"type": "string", "maxLength": 20_000, "description": "Plain text of the invitation"},
                    "online": {"type": ["boolean", "null"], "description": "Whether it has a link to join in Teams; with attendees it has unless you say no"}
                }
            }),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "effect": {"type": "string", "description": "Its id in the outbox"},
                    "state": {"type": "string"},
                    "to": {"type": "string", "description": "Those invited, with commas"}
                }
            }),
        };
        Self { spec, workshop: Arc::clone(workshop) }
    }
}

#[async_trait]
impl Tool for OutlookCreateEvent {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: NewEvent = read(input)?;
        let (zone, language) = (self.workshop.zone, context.language);
        let moment: Moment = input.start.parse().map_err(|error| ToolError::Tell(format!("{error}")))?;
        let Some(time) = moment.time else {
            return Err(ToolError::Tell("An event needs a time of day: write 2026-12-02T15:00.".to_owned()));
        };
        let start = moment.first.and_time(time);
        let Some(begins) = zone.from_local_datetime(&start).earliest() else {
            return Err(ToolError::Tell(format!("The clocks skip {} on that day.", time.format("%H:%M"))));
        };
        if begins <= context.now {
            return Err(ToolError::Tell(over(moment, language)));
        }
        let mut tx = self.workshop.begin(context.person).await?;
        let people = people::all(&mut tx).await.map_err(retry)?;
        drop(tx);
        let attendees = input.attendees.unwrap_or_default();
        let mut to = addresses(&self.workshop, context, &people, &attendees)?;
        to.retain(|address| !address.eq_ignore_ascii_case(&context.person.email));
        let names = to.iter().map(|address| {
            let known = people.iter().find(|person| person.email.eq_ignore_ascii_case(address));
            known.map_or(address.as_str(), |person| person.name.as_str())
        });
        let names: Vec<&str> = names.collect();
        let title = input.title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
        let when = When {
            start,
            end: start + TimeDelta::minutes(input.minutes),
            time_zone: zone.name().to_owned(),
            online: input.online.unwrap_or(!to.is_empty()),
        };
        let subject = title.map_or_else(|| title_of(&context.person.name, &names, language), |title| capital(&title));
        let (cc, attachments) = (Vec::new(), Vec::new());
        let event = Payload { to, cc, subject, body: input.text, attachments, when: Some(when) };
        event.checked(EffectKind::Calendar).map(Outcome::Send).map_err(|error| ToolError::Tell(error.to_string()))
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
    workshop: Arc<Workshop>,
}

#[derive(Deserialize)]
struct WhichEvents {
    when: Option<String>,
}

impl OutlookListEvents {
    pub(super) fn new(workshop: &Arc<Workshop>) -> Self {
        let spec = ToolSpec {
            name: "outlook_list_events",
            permission: Permission::Calendar,
            effect: false,
            fixed: &[],
            input_schema: json!({
                "type": "object", "additionalProperties": false,
                "properties": {"when": {"type": ["string", "null"], "description": format!("{MOMENT}; without it the next {DAYS} days")}}
            }),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "count": {"type": "integer"},
                    "events": {"type": "array", "items": {"type": "object"}},
                    "said": {"type": "string", "description": "The events as a list for the person"}
                }
            }),
        };
        Self { spec, workshop: Arc::clone(workshop) }
    }
}

#[async_trait]
impl Tool for OutlookListEvents {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: WhichEvents = read(input)?;
        let workshop = &self.workshop;
        let days = Moment { time: None, ..workshop.moment(context, input.when.as_deref())? };
        let (from, to) = (workshop.begins(days.first), workshop.begins(days.last + Days::new(1)));
        let events = workshop.calendar.events(&context.person.email, from, to).await;
        let events = events.map_err(|error| unread(&error))?;
        let local =
            |at: DateTime<Utc>| at.with_timezone(&workshop.zone).naive_local().format("%Y-%m-%dT%H:%M").to_string();
        let shown = events.iter().map(|event| {
            json!({
                "title": event.subject, "start": local(event.start), "end": local(event.end), "all_day": event.all_day,
                "organizer": event.organizer, "invited": event.attendees, "online": event.online,
            })
        });
        let result = json!({
            "count": events.len(),
            "events": shown.collect::<Vec<_>>(),
            "said": agenda(&events, days, workshop.zone, context.language),
        });
        // Whoever invites the person has written the title.
        let trust = if events.is_empty() { Trust::Company } else { Trust::Outside };
        Ok(Outcome::Done(Output { result, trust, ..Output::default() }))
    }
}

/// What stands in a calendar, day by day.
fn agenda(events: &[Event], days: Moment, zone: chrono_tz::Tz, language: Language) -> String {
    let chinese = language == Language::Zh;
    let when = days.label(language);
    if events.is_empty() {
        return if chinese {
            format!("{when}您的日历上没有日程。")
        } else {
            format!("Nothing is in your calendar: {when}.")
        };
    }
    let count = events.len();
    let mut lines = vec![match (chinese, count) {
        (true, _) => format!("您的日历，{when}，共{count}项："),
        (false, 1) => format!("Your calendar, {when}: 1 event."),
        (false, _) => format!("Your calendar, {when}: {count} events."),
    }];
    let mut day = None;
    for event in events {
        let (start, end) = (event.start.with_timezone(&zone), event.end.with_timezone(&zone));
        if day != Some(start.date_naive()) {
            day = Some(start.date_naive());
            lines.push(format!("\n**{}**\n", day_label(start.date_naive(), language)));
        }
        let time = match (event.all_day, chinese) {
            (true, true) => "全天".to_owned(),
            (true, false) => "All day".to_owned(),
            (false, _) => format!("{}–{}", start.format("%H:%M"), end.format("%H:%M")),
        };
        let mut notes = Vec::new();
        if !event.organizer.is_empty() {
            notes.push(plain(&event.organizer));
        }
        if event.attendees > 0 {
            let invited = event.attendees;
            notes.push(if chinese { format!("受邀{invited}人") } else { format!("{invited} invited") });
        }
        if event.online {
            notes.push("Teams".to_owned());
        }
        let title = if event.subject.trim().is_empty() { "–".to_owned() } else { plain(&event.subject) };
        let (open, close, comma) = if chinese { ("（", "）", "，") } else { (" (", ")", ", ") };
        lines.push(format!("- {time} {title}{open}{}{close}", notes.join(comma)));
    }
    lines.join("\n")
}

/// A text of somebody else as one line in which nothing is markup.
fn plain(text: &str) -> String {
    let mut line = String::new();
    for c in text.trim().chars() {
        if c.is_control() {
            line.push(' ');
            continue;
        }
        if "\\`*_[]<>|#~!".contains(c) {
            line.push('\\');
        }
        line.push(c);
    }
    line
}

/// `outlook_find_free_slots`.
pub(super) struct OutlookFindFreeSlots {
    spec: ToolSpec,
    workshop: Arc<Workshop>,
}

#[derive(Deserialize)]
struct WhichSlots {
    when: Option<String>,
    #[serde(default)]
    attendees: Option<Vec<String>>,
    minutes: i64,
}

impl OutlookFindFreeSlots {
    pub(super) fn new(workshop: &Arc<Workshop>) -> Self {
        let spec = ToolSpec {
            name: "outlook_find_free_slots",
            permission: Permission::Calendar,
            effect: false,
            fixed: &[],
            input_schema: json!({
                "type": "object", "additionalProperties": false, "required": ["minutes"],
                "properties": {
                    "when": {"type": ["string", "null"], "description": format!("{MOMENT}; without it the next {DAYS} days")},
                    "attendees": {
                        "type": ["array", "null"], "maxItems": OTHERS, "items": {"type": "string"},
                        "description": "Who must be free besides the person: an address, or the name or title of a colleague"
                    },
                    "minutes": {"type": "integer", "minimum": 5, "maximum": 480, "description": "How long it takes"}
                }
            }),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "slots": {"type": "array", "items": {"type": "string"}, "description": "Beginnings, by the company's clocks"},
                    "unknown": {"type": "array", "items": {"type": "string"}, "description": "Whose calendar can't be seen"},
                    "said": {"type": "string", "description": "The times as a list for the person"}
                }
            }),
        };
        Self { spec, workshop: Arc::clone(workshop) }
    }
}

#[async_trait]
impl Tool for OutlookFindFreeSlots {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: WhichSlots = read(input)?;
        let workshop = &self.workshop;
        let days = Moment { time: None, ..workshop.moment(context, input.when.as_deref())? };
        let mut tx = workshop.begin(context.person).await?;
        let people = people::all(&mut tx).await.map_err(retry)?;
        drop(tx);
        let me = context.person.email.clone();
        let mut all = addresses(workshop, context, &people, &input.attendees.unwrap_or_default())?;
        all.retain(|address| !address.eq_ignore_ascii_case(&me));
        all.insert(0, me.clone());
        let (from, to) = (workshop.begins(days.first), workshop.begins(days.last + Days::new(1)));
        let schedules = workshop.calendar.schedules(&me, &all, from, to).await.map_err(|error| unread(&error))?;
        let unknown: Vec<&str> =
            schedules.iter().filter(|of| of.taken.is_none()).map(|of| of.address.as_str()).collect();
        let lasts = TimeDelta::minutes(input.minutes);
        let slots = free(&schedules, days, lasts, workshop.zone, context.now);
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

/// The first times within working hours at which nobody is taken, by the company's clocks.
fn free(
    schedules: &[Schedule],
    days: Moment,
    lasts: TimeDelta,
    zone: chrono_tz::Tz,
    now: DateTime<Utc>,
) -> Vec<chrono::NaiveDateTime> {
    let taken: Vec<_> = schedules.iter().filter_map(|of| of.taken.as_ref()).flatten().collect();
    let mut slots = Vec::new();
    let mut day = days.first;
    while day <= days.last && slots.len() < OFFERED.1 {
        let working = day.weekday().num_days_from_monday() < 5;
        let (mut of_day, mut minute) = (0, i64::from(WORK.0) * 60);
        while working
            && minute + lasts.num_minutes() <= i64::from(WORK.1) * 60
            && of_day < OFFERED.0
            && slots.len() < OFFERED.1
        {
            let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute);
            minute += STEP;
            let Some(start) = zone.from_local_datetime(&local).earliest().map(|start| start.to_utc()) else { continue };
            let end = start + lasts;
            if start > now && taken.iter().all(|(from, to)| end <= *from || start >= *to) {
                slots.push(local);
                of_day += 1;
                // The next one is another choice, not the same half an hour later.
                minute = minute - STEP + lasts.num_minutes().max(APART);
                minute += (STEP - minute % STEP) % STEP;
            }
        }
        day = day + Days::new(1);
    }
    slots
}

fn offer(
    slots: &[chrono::NaiveDateTime],
    days: Moment,
    lasts: TimeDelta,
    unknown: &[&str],
    others: &[String],
    language: Language,
) -> String {
    let (chinese, several) = (language == Language::Zh, !others.is_empty());
    let (when, minutes) = (days.label(language), lasts.num_minutes());
    let mut lines = Vec::new();
    if slots.is_empty() {
        lines.push(if chinese {
            format!("{when}的工作时间（{}:00–{}:00）内没有{minutes}分钟的共同空闲时间。", WORK.0, WORK.1)
        } else {
            format!("No {minutes} minutes within working hours ({}:00 to {}:00) are free: {when}.", WORK.0, WORK.1)
        });
    } else {
        lines.push(match (chinese, several) {
            (true, true) => format!("大家都有空的时间（{minutes}分钟）："),
            (true, false) => format!("您有空的时间（{minutes}分钟）："),
            (false, true) => format!("Everybody is free for {minutes} minutes at:"),
            (false, false) => format!("You are free for {minutes} minutes at:"),
        });
        lines.push(String::new());
        lines.extend(slots.iter().map(|at| {
            let end = *at + lasts;
            let day = short_day(at.date(), language);
            format!("- {day} {}–{}", at.format("%H:%M"), end.format("%H:%M"))
        }));
    }
    if !unknown.is_empty() {
        let unknown = unknown.join(if chinese { "、" } else { ", " });
        lines.push(String::new());
        lines.push(if chinese {
            format!("无法查看以下日历：{unknown}。")
        } else {
            format!("I can't see the calendar of {unknown}.")
        });
    }
    if let Some(first) = slots.first() {
        lines.push(String::new());
        lines.push(example(*first, minutes, others, chinese));
    }
    lines.join("\n")
}

/// What one may say to have the first one made.
fn example(at: chrono::NaiveDateTime, minutes: i64, others: &[String], chinese: bool) -> String {
    let names = others.join(if chinese { "和" } else { " and " });
    match (chinese, others.is_empty()) {
        (true, false) => {
            format!("如需创建日程，可以说：“{}和{names}开会{minutes}分钟”。", at.format("%-m月%-d日%H:%M"))
        }
        (true, true) => format!("如需创建日程，可以说：“{}在日历上预留{minutes}分钟”。", at.format("%-m月%-d日%H:%M")),
        (false, false) => format!(
            "To make the event, say for example “Schedule a meeting with {names} on {} for {minutes} minutes”.",
            at.format("%-d %B at %H:%M")
        ),
        (false, true) => {
            format!("To make the event, say for example “Block {minutes} minutes on {}”.", at.format("%-d %B at %H:%M"))
        }
    }
}

/// `Mon 30 Nov`, `11月30日（周一）`.
fn short_day(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Zh => day_label(day, language).split_once('年').map_or_else(String::new, |(_, rest)| rest.to_owned()),
        Language::En | Language::Ms => day.format("%a %-d %b").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    fn utc(day: u32, hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, day, hour, 0, 0).unwrap()
    }

    fn taken(times: &[(DateTime<Utc>, DateTime<Utc>)]) -> Schedule {
        Schedule { address: "a@mezzofy.example".to_owned(), taken: Some(times.to_vec()) }
    }

    fn days(first: u32, last: u32) -> Moment {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        Moment { first: day(first), last: day(last), time: None }
    }

    #[test]
    fn free_times_lie_in_working_hours_of_working_days_and_in_no_ones_way() {
        let zone: Tz = "Asia/Singapore".parse().unwrap();
        // Monday 30 November is taken from 9 to 12 by one and from 13 to 18 by another, in Singapore.
        let schedules = [taken(&[(utc(30, 1), utc(30, 4))]), taken(&[(utc(30, 5), utc(30, 10))])];
        let found = free(&schedules, days(28, 30), TimeDelta::minutes(60), zone, utc(28, 0));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["2026-11-30 12:00:00"], "a weekend has no working hours");
        assert!(free(&schedules, days(28, 30), TimeDelta::minutes(90), zone, utc(28, 0)).is_empty());
    }

    #[test]
    fn what_is_offered_lies_ahead_and_is_a_choice() {
        let zone: Tz = "Asia/Singapore".parse().unwrap();
        // Friday 27 November, 14:20 in Singapore.
        let now = utc(27, 6) + TimeDelta::minutes(20);
        let found = free(&[taken(&[])], days(27, 30), TimeDelta::minutes(90), zone, now);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["2026-11-27 14:30:00", "2026-11-30 09:00:00", "2026-11-30 13:00:00"]);
    }

    #[test]
    fn a_title_from_outside_is_no_markup() {
        assert_eq!(plain("[Click](http://x) *now*\nplease"), "\\[Click\\](http://x) \\*now\\* please");
    }
}
