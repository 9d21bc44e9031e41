//! Events: made once whatever is lost on the way, seen by those invited, and who is free when.

use std::time::Duration;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use mezzofy_local365::{Fault, Operation};
use mezzofy_microsoft::calendar::{Calendar, NewEvent};
use mezzofy_microsoft::graph::{GraphError, GraphOutcome};
use reqwest::Method;
use serde_json::json;

use crate::tenant::{ANA, CEO, Tenant};

fn at(hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 12, 2).and_then(|day| day.and_hms_opt(hour, minute, 0)).unwrap()
}

/// From 15:00 to 16:00 in Singapore, which is 07:00 to 08:00 UTC.
pub(crate) fn event(key: &str) -> NewEvent {
    NewEvent {
        mailbox: ANA.to_owned(),
        key: key.to_owned(),
        subject: "October figures".to_owned(),
        text: "Margin & cash".to_owned(),
        start: at(15, 0),
        end: at(16, 0),
        time_zone: "Asia/Singapore".to_owned(),
        attendees: vec![CEO.to_owned(), "jane@abc.example".to_owned()],
        online: true,
    }
}

async fn titles(calendar: &Calendar, of: &str) -> Vec<String> {
    let (from, to) = (at(0, 0).and_utc(), at(23, 0).and_utc());
    calendar.events(of, from, to).await.unwrap().into_iter().map(|event| event.subject).collect()
}

#[tokio::test]
async fn an_event_stands_in_the_calendars_of_all_who_are_invited_by_the_clocks_of_its_zone() {
    let tenant = Tenant::new().await;
    let calendar = tenant.calendar();
    calendar.make(&event("one")).await.unwrap();
    let early =
        NewEvent { subject: "Early".to_owned(), start: at(9, 0), end: at(9, 30), online: false, ..event("two") };
    calendar.make(&early).await.unwrap();
    for of in [ANA, CEO] {
        let found = calendar.events(of, at(0, 0).and_utc(), at(23, 0).and_utc()).await.unwrap();
        let times: Vec<_> = found.iter().map(|event| (event.subject.as_str(), event.start, event.end)).collect();
        assert_eq!(
            times,
            [
                ("Early", at(1, 0).and_utc(), at(1, 30).and_utc()),
                ("October figures", at(7, 0).and_utc(), at(8, 0).and_utc())
            ],
            "{of}"
        );
        assert_eq!((found[1].organizer.as_str(), found[1].attendees, found[1].online), ("Ana Lim", 2, true));
        assert!(!found[0].online && !found[0].all_day);
    }
    let morning = calendar.events(ANA, at(0, 0).and_utc(), at(7, 0).and_utc()).await.unwrap();
    assert_eq!(morning.len(), 1, "what begins at the window's end is not in it");
}

#[tokio::test]
async fn an_event_whose_answer_was_lost_is_made_again_and_stands_there_once() {
    let tenant = Tenant::new().await;
    let calendar = tenant.calendar();
    tenant.faults.script(Operation::CreateEvent, Fault::DropAfter);
    let lost = calendar.make(&event("one")).await.unwrap_err();
    assert_eq!(lost.outcome(), GraphOutcome::Unknown);
    let id = calendar.make(&event("one")).await.unwrap();
    assert_eq!(calendar.make(&event("one")).await.unwrap(), id);
    tenant.faults.script(Operation::CreateEvent, Fault::Throttle(Duration::from_secs(5)));
    calendar.make(&NewEvent { subject: "Other".to_owned(), ..event("two") }).await.unwrap();
    let both = ["October figures", "Other"];
    let mut found = titles(&calendar, CEO).await;
    found.sort();
    assert_eq!(found, both);
    assert!(tenant.faults.are_used_up());
    assert_eq!(tenant.faults.early(), 0);
}

#[tokio::test]
async fn two_who_make_the_same_event_at_once_make_one() {
    let tenant = Tenant::new().await;
    let (one, other) = (tenant.calendar(), tenant.calendar());
    let event = event("one");
    let (one, other) = tokio::join!(one.make(&event), other.make(&event));
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(titles(&tenant.calendar(), ANA).await.len(), 1);
}

#[tokio::test]
async fn who_is_free_when_is_told_and_of_whom_it_is_not_known() {
    let tenant = Tenant::new().await;
    let calendar = tenant.calendar();
    calendar.make(&event("one")).await.unwrap();
    let people = [ANA.to_owned(), CEO.to_owned(), "jane@abc.example".to_owned()];
    let found = calendar.schedules(ANA, &people, at(0, 0).and_utc(), at(9, 0).and_utc()).await.unwrap();
    let taken = Some(vec![(at(7, 0).and_utc(), at(8, 0).and_utc())]);
    let told: Vec<_> = found.into_iter().map(|of| (of.address, of.taken)).collect();
    let [ana, ceo, jane] = people;
    assert_eq!(told, [(ana, taken.clone()), (ceo, taken), (jane, None)]);
}

#[tokio::test]
async fn all_events_of_a_long_window_are_read_page_by_page() {
    let tenant = Tenant::new().await;
    let calendar = tenant.calendar();
    for day in 0..105 {
        let later = TimeDelta::days(day);
        let (start, end) = (at(15, 0) + later, at(16, 0) + later);
        calendar.make(&NewEvent { attendees: vec![], start, end, ..event(&day.to_string()) }).await.unwrap();
    }
    let (from, to) = (at(0, 0).and_utc(), (at(0, 0) + TimeDelta::days(200)).and_utc());
    let found = calendar.events(ANA, from, to).await.unwrap();
    assert_eq!(found.len(), 105);
    assert!(found.is_sorted_by_key(|event| event.start));
}

#[tokio::test]
async fn what_is_no_event_and_who_may_not_is_refused() {
    let tenant = Tenant::new().await;
    let calendar = tenant.calendar();
    let backwards = NewEvent { end: at(14, 0), ..event("one") };
    assert!(matches!(calendar.make(&backwards).await, Err(GraphError::Refused { status: 400, .. })));
    let nowhere = NewEvent { time_zone: "Mars/Olympus".to_owned(), ..event("two") };
    assert!(matches!(calendar.make(&nowhere).await, Err(GraphError::Refused { status: 400, .. })));
    let nobody = NewEvent { mailbox: "nobody@mezzofy.example".to_owned(), ..event("three") };
    assert!(matches!(calendar.make(&nobody).await, Err(GraphError::Refused { status: 404, .. })));
    let token = tenant.token().await;
    let view = tenant.plain(Method::GET, &format!("/v1.0/users/{ANA}/calendarView")).bearer_auth(&token);
    assert_eq!(view.send().await.unwrap().status(), 400, "a calendar is read from when until when");
    let unknown = json!({"subject": "x", "recurrence": {}});
    let made = tenant.plain(Method::POST, &format!("/v1.0/users/{ANA}/events")).bearer_auth(&token).json(&unknown);
    assert_eq!(made.send().await.unwrap().status(), 400, "what local365 does not know it refuses");
    let mail_only = Tenant::with_roles(&["Mail.ReadWrite", "Mail.Send"]).await;
    let refused = mail_only.calendar().make(&event("four")).await.unwrap_err();
    assert!(matches!(refused, GraphError::Refused { status: 403, .. }), "{refused:?}");
}
