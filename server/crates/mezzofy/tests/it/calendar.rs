//! The calendar: an event is made once and stands in the calendars of those invited, what leaves the company waits, and what is on and
//! who is free is told from the calendars.

use chrono::TimeDelta;
use mezzofy_testing::Answer;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Client, TestApp, text};

/// The events in a calendar of local365: title and beginning, oldest first.
async fn events_of(app: &TestApp, mailbox: &str) -> Vec<(String, String)> {
    let sql = "SELECT body #>> '{shown,subject}', body #>> '{start}' FROM local365_documents
               WHERE mailbox = $1 AND folder = 'calendar' ORDER BY body #>> '{start}'";
    let mailbox = format!("{mailbox}@mezzofy.example");
    sqlx::query_as(sql).bind(mailbox).fetch_all(&mut app.database().await).await.unwrap()
}

async fn made(who: &Client) -> Vec<Value> {
    who.items("/v1/outbox?kind=calendar").await
}

#[tokio::test]
async fn a_meeting_with_a_colleague_is_made_at_once_and_stands_in_both_calendars() {
    let app = TestApp::new().await;
    let rep = app.person("sales.rep").await;
    let run = rep.ask("Schedule a meeting with the CEO tomorrow at 3pm about the October pipeline").await;
    assert_eq!((&run["state"], &run["skill"]), (&json!("succeeded"), &json!("calendar")), "{run}");
    assert_eq!(run["inputs"]["at"], "2026-11-23T15:00");
    let answer = text(&run["answer"]);
    assert!(answer.contains("Monday 23 November 2026, 15:00, 60 minutes. Grace Tan"), "{answer}");
    let made = made(&rep).await;
    let when = json!({"start": "2026-11-23T15:00:00", "end": "2026-11-23T16:00:00", "time_zone": "Asia/Singapore", "online": true});
    assert_eq!(
        (&made[0]["kind"], &made[0]["state"], &made[0]["to"], &made[0]["subject"], &made[0]["when"]),
        (&json!("calendar"), &json!("done"), &json!(["ceo@mezzofy.example"]), &json!("The October pipeline"), &when)
    );
    let stands = [("The October pipeline".to_owned(), "2026-11-23T07:00:00Z".to_owned())];
    assert_eq!(events_of(&app, "sales.rep").await, stands);
    assert_eq!(events_of(&app, "ceo").await, stands);

    // Who is invited sees it; who may not use the calendar is told so before anything is done.
    let run = app.person("ceo").await.ask("What's on my calendar tomorrow?").await;
    let answer = text(&run["answer"]);
    assert!(
        answer.contains("- 15:00–16:00 The October pipeline (") && answer.contains("1 invited, Teams)"),
        "{answer}"
    );
    let run = app.person("marketing.creator").await.ask("Schedule a meeting with the CEO tomorrow at 3pm").await;
    assert_eq!(run["error"]["kind"], "not_permitted", "{run}");
    app.end().await;
}

#[tokio::test]
async fn an_invitation_that_leaves_the_company_is_sent_as_it_was_approved_or_edited() {
    let app = TestApp::new().await;
    let rep = app.person("sales.rep").await;
    let said = "Meet with jane@abc.example on 2 December at 4pm for 30 minutes about “Gift vouchers”";
    let run = rep.ask(said).await;
    assert_eq!((&run["state"], &run["waiting_for"]), (&json!("waiting"), &json!("approval")), "{run}");
    let approval = rep.items("/v1/approvals?state=pending").await.remove(0);
    let payload = &approval["effects"][0]["payload"];
    assert_eq!((&approval["kind"], &payload["when"]["start"]), (&json!("calendar"), &json!("2026-12-02T16:00:00")));
    assert_eq!(
        (&payload["subject"], &approval["effects"][0]["origin"]["trust"]),
        (&json!("Gift vouchers"), &json!("person"))
    );
    assert!(events_of(&app, "sales.rep").await.is_empty(), "nothing is made before the yes");

    let path = format!("/v1/approvals/{}/decision", text(&approval["id"]));
    let decide = |payload: &Value| json!({"decision": "approve", "payload_hash": approval["payload_hash"], "payload": [payload]});
    let mut backwards = payload.clone();
    backwards["when"]["end"] = json!("2026-12-02T15:00:00");
    let mut timeless = payload.clone();
    timeless.as_object_mut().unwrap().remove("when");
    for wrong in [&backwards, &timeless] {
        let (status, refused) = rep.send(Method::POST, &path, Some(&decide(wrong))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    }
    let mut later = payload.clone();
    later["when"]["start"] = json!("2026-12-02T16:30:00");
    later["when"]["end"] = json!("2026-12-02T17:00:00");
    let (status, _) = rep.send(Method::POST, &path, Some(&decide(&later))).await;
    assert_eq!(status, StatusCode::OK);
    app.advance(TimeDelta::seconds(21));
    rep.run_in(&text(&run["id"]), "succeeded").await;
    assert_eq!(events_of(&app, "sales.rep").await, [("Gift vouchers".to_owned(), "2026-12-02T08:30:00Z".to_owned())]);
    let made = made(&rep).await;
    assert_eq!((&made[0]["when"]["start"], &made[0]["state"]), (&json!("2026-12-02T16:30:00"), &json!("done")));
    app.end().await;
}

#[tokio::test]
async fn a_time_that_suits_all_is_offered_and_nothing_is_made_before_somebody_chooses() {
    let app = TestApp::new().await;
    let (rep, ceo) = (app.person("sales.rep").await, app.person("ceo").await);
    ceo.ask("Block eight hours tomorrow at 9am").await;
    rep.ask("Block one hour on Tuesday at 9am").await;
    let run = rep.ask("Find a free slot with the CEO next week").await;
    let answer = text(&run["answer"]);
    assert!(answer.starts_with("Everybody is free for 60 minutes at:"), "{answer}");
    assert!(answer.contains("- Mon 23 Nov 17:00–18:00\n- Tue 24 Nov 10:00–11:00\n"), "{answer}");
    assert_eq!(made(&rep).await.len(), 1, "only what was asked for is made");
    // What it says one may say is understood.
    let (_, said) = answer.split_once('“').unwrap();
    let said = said.split_once('”').unwrap().0;
    assert_eq!(said, "Schedule a meeting with Grace Tan on 23 November at 17:00 for 60 minutes");
    assert_eq!(rep.ask(said).await["inputs"]["at"], "2026-11-23T17:00");
    let run = rep.ask("下周找一个和CEO都有空的时间").await;
    let answer = text(&run["answer"]);
    assert!(answer.contains("大家都有空的时间"), "{run}");
    let said = answer.split_once('“').unwrap().1.split_once('”').unwrap().0;
    let run = rep.ask(said).await;
    assert_eq!(
        (&run["state"], &run["inputs"]["attendee"]),
        (&json!("succeeded"), &json!("ceo@mezzofy.example")),
        "{said}: {run}"
    );
    let run = rep.ask("Schedule a meeting with the CEO on Sunday 22 November 2026 at 8am").await;
    assert!(text(&run["error"]["detail"]).contains("is over, so I made no event"), "{run}");
    app.end().await;
}

#[tokio::test]
async fn a_title_from_outside_invites_nobody() {
    let (app, replay) = TestApp::with_models().await;
    let rep = app.person("sales.rep").await;
    let list = Answer::calls([("outlook_list_events", json!({}))]);
    let invite = |to: &str| {
        let event = json!({"title": "Refund", "start": "2026-11-24T10:00", "minutes": 30, "attendees": [to]});
        Answer::calls([("outlook_create_event", event)])
    };
    replay.script([invite("sales.rep@mezzofy.example"), Answer::says("Done.")]);
    app.person("ceo").await.ask("Meet Wei Jie on Tuesday").await;
    assert_eq!(events_of(&app, "sales.rep").await.len(), 1);

    replay.script([list, invite("finance.manager@mezzofy.example"), Answer::says("Done.")]);
    let run = rep.ask("What is on?").await;
    assert_eq!(run["waiting_for"], "approval", "{run}");
    assert_eq!(events_of(&app, "finance.manager").await.len(), 0);
    let approval = rep.items("/v1/approvals?state=pending").await.remove(0);
    assert_eq!(approval["effects"][0]["origin"]["trust"], "outside");
    app.end().await;
}
