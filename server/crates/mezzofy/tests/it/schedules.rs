//! Schedules: each moment begins one run of its owner's, or says why not.

use chrono::TimeDelta;
use futures_util::future::join_all;
use mezzofy_engine::scheduler::begin_due;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Client, TestApp, text};

/// Every Monday at nine in Singapore; the tests' clock stands at Sunday, nine.
fn monday() -> Value {
    json!({"kind": "cron", "cron": "0 9 * * 1", "zone": "Asia/Singapore"})
}

async fn make(who: &Client, name: &str, rule: Value) -> (StatusCode, Value) {
    let body = json!({"name": name, "request": "Send me the KPI report for last week", "rule": rule});
    who.send(Method::POST, "/v1/schedules", Some(&body)).await
}

async fn made(who: &Client, name: &str, rule: Value) -> String {
    let (status, schedule) = make(who, name, rule).await;
    assert_eq!(status, StatusCode::CREATED, "{schedule}");
    text(&schedule["id"])
}

async fn history(who: &Client, id: &str) -> Vec<Value> {
    who.items(&format!("/v1/schedules/{id}/occurrences")).await
}

/// The occurrences, newest first, once none but the one ahead is still due.
async fn settled(app: &TestApp, who: &Client, id: &str) -> Vec<Value> {
    let now = app.now();
    for _ in 0..400 {
        let history = history(who, id).await;
        let at_work = |one: &Value| {
            one["state"] == "running"
                || (one["state"] == "due"
                    && one["due_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap() <= now)
        };
        if !history.iter().any(at_work) {
            return history;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the schedule did not settle: {:#?}", history(who, id).await);
}

fn states(history: &[Value]) -> Vec<(&str, &str)> {
    history.iter().map(|one| (one["state"].as_str().unwrap(), one["reason"].as_str().unwrap_or(""))).collect()
}

#[tokio::test]
async fn w5_a_weekly_report_runs_on_monday_at_nine_and_reaches_its_owner_by_mail() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let (status, schedule) = make(&ceo, "Weekly report", monday()).await;
    assert_eq!(status, StatusCode::CREATED, "{schedule}");
    assert_eq!(
        (&schedule["said"], &schedule["next_at"], &schedule["state"]),
        (&json!("every Monday at 09:00, Singapore time"), &json!("2026-11-23T01:00:00Z"), &json!("active")),
        "{schedule}"
    );
    let id = text(&schedule["id"]);
    assert_eq!(states(&history(&ceo, &id).await), [("due", "")]);

    app.advance(TimeDelta::days(1));
    let ceo = app.person("ceo").await;
    let history = settled(&app, &ceo, &id).await;
    assert_eq!(states(&history), [("due", ""), ("done", "")]);
    assert_eq!(history[0]["due_at"], "2026-11-30T01:00:00Z");
    let run = ceo.get(&format!("/v1/runs/{}", text(&history[1]["run_id"]))).await;
    assert_eq!(
        (&run["skill"], &run["inputs"]["period"], &run["state"]),
        (&json!("kpi_dashboard"), &json!("2026-W47"), &json!("succeeded")),
        "the last full week, Monday to Sunday: {run}"
    );
    let titles: Vec<String> = ceo.items("/v1/conversations").await.iter().map(|one| text(&one["title"])).collect();
    assert_eq!(titles, ["Weekly report"]);
    let mails = ceo.items("/v1/outbox?kind=mail").await;
    assert_eq!(mails.len(), 1);
    assert_eq!((&mails[0]["to"], &mails[0]["state"]), (&json!(["ceo@mezzofy.example"]), &json!("done")));
    assert_eq!(mails[0]["attachments"].as_array().unwrap().len(), 1);
    app.end().await;
}

#[tokio::test]
async fn a_schedule_can_name_a_skill_with_its_inputs_and_who_gets_the_result() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let body = json!({
        "name": "Key figures", "cron": "0 9 * * 1", "time_zone": "Asia/Singapore", "agent": "management",
        "skill": "kpi_dashboard", "inputs": {"period": "last week"}, "deliver": {"email": ["ceo@mezzofy.example", "Admin@mezzofy.example"]},
        "misfire": "skip",
    });
    let schedule = ceo.post("/v1/schedules", body.clone()).await;
    for field in ["name", "cron", "time_zone", "agent", "skill", "inputs", "misfire"] {
        assert_eq!(schedule[field], body[field], "{field}: {schedule}");
    }
    assert_eq!(schedule["deliver"]["email"], json!(["ceo@mezzofy.example", "admin@mezzofy.example"]));
    assert_eq!((&schedule["request"], &schedule["next_at"]), (&json!("KPI dashboard"), &json!("2026-11-23T01:00:00Z")));
    let spoken = json!({
        "name": "In words", "cron": "30 9 * * 1", "text": "Send the KPI report for last week", "deliver": {"email": ["ceo@mezzofy.example"]},
    });
    let spoken = ceo.post("/v1/schedules", spoken).await;
    assert_eq!((&spoken["time_zone"], &spoken["skill"]), (&json!("Asia/Singapore"), &Value::Null), "{spoken}");

    app.advance(TimeDelta::minutes(24 * 60 + 30));
    let ceo = app.person("ceo").await;
    settled(&app, &ceo, &text(&schedule["id"])).await;
    let in_words = settled(&app, &ceo, &text(&spoken["id"])).await;
    let run = ceo.get(&format!("/v1/runs/{}", text(&in_words[1]["run_id"]))).await;
    assert_eq!((&run["skill"], &run["state"]), (&json!("kpi_dashboard"), &json!("succeeded")), "{run}");
    let mails = ceo.items("/v1/outbox?kind=mail").await;
    let to: Vec<&Value> = mails.iter().map(|mail| &mail["to"]).collect();
    assert_eq!(to, [&json!(["ceo@mezzofy.example"])], "half an hour late is skipped, as it says");

    let (status, begun) =
        ceo.send(Method::POST, &format!("/v1/schedules/{}/run", text(&schedule["id"])), Some(&json!({}))).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let run = ceo.run_in(&text(&begun["run"]["id"]), "succeeded").await;
    assert_eq!((&run["skill"], &run["inputs"]["period"]), (&json!("kpi_dashboard"), &json!("2026-W47")), "{run}");
    let mails = ceo.items("/v1/outbox?kind=mail").await;
    assert_eq!(mails[0]["to"], json!(["ceo@mezzofy.example", "admin@mezzofy.example"]));

    let with = |change: Value| {
        let mut body = body.clone();
        body["name"] = json!("Another");
        for (field, value) in change.as_object().unwrap() {
            body[field] = value.clone();
        }
        body
    };
    for (change, field) in [
        (json!({"skill": "nothing"}), "skill"),
        (json!({"agent": "sales"}), "agent"),
        (json!({"agent": "nobody"}), "agent"),
        (json!({"inputs": {"weather": "fine"}}), "inputs"),
        (json!({"deliver": {"email": ["not an address"]}}), "deliver"),
        (json!({"cron": "61 9 * * 1"}), "rule"),
        (json!({"time_zone": "Mars/Base"}), "rule"),
        (json!({"rule": {"kind": "once", "at": "2027-01-01T00:00:00Z"}}), "rule"),
        (json!({"skill": null}), "inputs"),
        (json!({"skill": null, "inputs": {}}), "text"),
    ] {
        let (status, problem) = ceo.send(Method::POST, "/v1/schedules", Some(&with(change))).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{problem}"
        );
    }
    let (status, _) = ceo
        .send(
            Method::POST,
            "/v1/schedules",
            Some(&with(json!({"skill": "linkedin_prospecting", "agent": "sales", "inputs": {}}))),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    app.end().await;
}

#[tokio::test]
async fn who_its_owner_named_gets_the_result_also_when_it_holds_what_customers_wrote() {
    let app = TestApp::new().await;
    let manager = app.person("support.manager").await;
    let body = json!({
        "name": "Digest", "cron": "0 17 * * 5", "skill": "support_digest", "inputs": {"period": "last week"},
        "deliver": {"email": ["support.manager@mezzofy.example"]},
    });
    let schedule = manager.post("/v1/schedules", body).await;
    let begun = manager.post(&format!("/v1/schedules/{}/run", text(&schedule["id"])), json!({})).await;
    let run = manager.run_in(&text(&begun["run"]["id"]), "succeeded").await;
    assert_eq!((&run["skill"], &schedule["agent"]), (&json!("support_digest"), &json!("support")), "{run}");
    let mails = manager.items("/v1/outbox").await;
    assert_eq!((&mails[0]["to"], &mails[0]["state"]), (&json!(["support.manager@mezzofy.example"]), &json!("done")));
    app.end().await;
}

#[tokio::test]
async fn a_paused_schedule_does_not_run_and_says_so_and_one_that_is_resumed_goes_on() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let id = made(&ceo, "Weekly report", monday()).await;
    let paused = ceo.post(&format!("/v1/schedules/{id}/pause"), json!({})).await;
    assert_eq!((&paused["state"], &paused["next_at"]), (&json!("paused"), &Value::Null));
    app.advance(TimeDelta::days(1));
    let ceo = app.person("ceo").await;
    let history = settled(&app, &ceo, &id).await;
    assert_eq!(states(&history), [("due", ""), ("skipped", "paused")]);
    assert!(text(&history[1]["explanation"]).contains("paused"), "{history:?}");
    let resumed = ceo.post(&format!("/v1/schedules/{id}/resume"), json!({})).await;
    assert_eq!(resumed["next_at"], "2026-11-30T01:00:00Z");
    app.advance(TimeDelta::days(7));
    let ceo = app.person("ceo").await;
    let history = settled(&app, &ceo, &id).await;
    assert_eq!(states(&history), [("due", ""), ("done", ""), ("skipped", "paused")]);
    app.end().await;
}

#[tokio::test]
async fn moments_that_nobody_was_there_for_are_told_one_by_one() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let daily = json!({"kind": "cron", "cron": "0 10 * * *", "zone": "Asia/Singapore"});
    let (mut ids, request) = (Vec::new(), "Give me a dashboard of team KPIs this month");
    for misfire in ["skip", "latest", "all"] {
        let body = json!({"name": misfire, "request": request, "rule": daily, "misfire": misfire});
        let (status, schedule) = ceo.send(Method::POST, "/v1/schedules", Some(&body)).await;
        assert_eq!(status, StatusCode::CREATED, "{schedule}");
        ids.push(text(&schedule["id"]));
    }
    // The clock jumps: three moments have passed, the last one an hour ago.
    app.advance(TimeDelta::hours(50));
    let ceo = app.person("ceo").await;
    let skip = settled(&app, &ceo, &ids[0]).await;
    assert_eq!(states(&skip), [("due", ""), ("skipped", "missed"), ("skipped", "missed"), ("skipped", "missed")]);
    let latest = settled(&app, &ceo, &ids[1]).await;
    assert_eq!(states(&latest), [("due", ""), ("done", ""), ("skipped", "superseded"), ("skipped", "superseded")]);
    let all = settled(&app, &ceo, &ids[2]).await;
    assert_eq!(states(&all), [("due", ""), ("done", ""), ("done", ""), ("done", "")]);
    // And back: nothing comes a second time.
    app.advance(TimeDelta::hours(-30));
    let ceo = app.person("ceo").await;
    begin_due(&app.app).await.unwrap();
    for (id, before) in ids.iter().zip([skip, latest, all]) {
        assert_eq!(history(&ceo, id).await, before);
    }
    app.end().await;
}

#[tokio::test]
async fn of_many_who_look_at_once_one_begins_each_moment() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let mut ids = Vec::new();
    for number in 0..9 {
        let body = json!({"name": number.to_string(), "request": "hello", "rule": {"kind": "interval", "minutes": 15}});
        ids.push(text(&ceo.post("/v1/schedules", body).await["id"]));
    }
    for round in 1..=4 {
        app.advance(TimeDelta::minutes(15));
        join_all((0..8).map(|_| begin_due(&app.app))).await.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
        let ceo = app.person("ceo").await;
        for id in &ids {
            let begun = settled(&app, &ceo, id).await.into_iter().filter(|one| one["state"] == "done").count();
            assert_eq!(begun, round, "{:?}", history(&ceo, id).await);
        }
    }
    let ceo = app.person("ceo").await;
    assert_eq!(ceo.items("/v1/conversations?limit=200").await.len(), 36);
    app.end().await;
}

#[tokio::test]
async fn a_run_by_hand_answers_with_it_and_stands_in_the_history() {
    let app = TestApp::new().await;
    let manager = app.person("finance.manager").await;
    let schedules = manager.items("/v1/schedules").await;
    assert_eq!(schedules.len(), 1, "{schedules:?}");
    assert_eq!(
        (&schedules[0]["name"], &schedules[0]["state"], &schedules[0]["said"]),
        (
            &json!("monthly_financial_summary"),
            &json!("paused"),
            &json!("on the 1st of each month at 08:00, Singapore time")
        )
    );
    let id = text(&schedules[0]["id"]);
    for _ in 0..2 {
        let (status, begun) = manager.send(Method::POST, &format!("/v1/schedules/{id}/run"), None).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{begun}");
        let run = manager.run_in(&text(&begun["run"]["id"]), "succeeded").await;
        assert_eq!((&run["skill"], &run["inputs"]["period"]), (&json!("financial_reporting"), &json!("2026-10")));
    }
    let history = settled(&app, &manager, &id).await;
    assert_eq!(states(&history), [("due", ""), ("done", "manual"), ("done", "manual")]);
    let shown = manager.get(&format!("/v1/schedules/{id}")).await;
    assert_eq!((&shown["state"], &shown["last"]["reason"]), (&json!("paused"), &json!("manual")), "{shown}");
    app.end().await;
}

#[tokio::test]
async fn in_the_list_each_schedule_stands_as_it_does_alone() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let run_by_hand = made(&ceo, "Run by hand", monday()).await;
    let paused = made(&ceo, "Paused", monday()).await;
    let daily = json!({"kind": "cron", "cron": "0 9 * * *", "zone": "Asia/Singapore"});
    let untouched = made(&ceo, "Untouched", daily).await;
    ceo.post(&format!("/v1/schedules/{paused}/pause"), json!({})).await;
    let begun = ceo.post(&format!("/v1/schedules/{run_by_hand}/run"), json!({})).await;
    ceo.get(&format!("/v1/runs/{}?wait=60", text(&begun["run"]["id"]))).await;

    let mut list = ceo.items("/v1/schedules").await;
    let made = [untouched, paused, run_by_hand];
    list.retain(|schedule| made.contains(&text(&schedule["id"])));
    let ids: Vec<String> = list.iter().map(|schedule| text(&schedule["id"])).collect();
    assert_eq!(ids, made, "newest first");
    for schedule in &list {
        assert_eq!(*schedule, ceo.get(&format!("/v1/schedules/{}", text(&schedule["id"]))).await);
    }
    let shown = |place: usize| (list[place]["state"].as_str().unwrap(), list[place]["last"]["reason"].as_str());
    assert_eq!([shown(0), shown(1), shown(2)], [("active", None), ("paused", None), ("active", Some("manual"))]);
    assert_eq!((&list[1]["next_at"], list[2]["next_at"].is_string()), (&Value::Null, true));
    app.end().await;
}

#[tokio::test]
async fn what_waits_for_a_person_says_so_and_does_not_hold_up_the_next_time() {
    let app = TestApp::new().await;
    let manager = app.person("finance.manager").await;
    let body = json!({
        "name": "To the auditor", "request": "Send the financial statement for last month to auditor@elsewhere.example",
        "rule": {"kind": "interval", "minutes": 60}
    });
    let (status, schedule) = manager.send(Method::POST, "/v1/schedules", Some(&body)).await;
    assert_eq!(status, StatusCode::CREATED, "{schedule}");
    let id = text(&schedule["id"]);
    for hours in 1..=2 {
        app.advance(TimeDelta::hours(1));
        let manager = app.person("finance.manager").await;
        let mut waiting = Vec::new();
        for _ in 0..400 {
            waiting = history(&manager, &id).await;
            let count = waiting.iter().filter(|one| one["explanation"].is_string()).count();
            if count == hours {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let told: Vec<&str> = waiting.iter().filter_map(|one| one["explanation"].as_str()).collect();
        assert_eq!(told.len(), hours, "{waiting:#?}");
        assert!(told.iter().all(|told| told.starts_with("It waits for you")), "{told:?}");
    }
    let manager = app.person("finance.manager").await;
    assert_eq!(manager.items("/v1/approvals?state=pending").await.len(), 2);
    assert_eq!(manager.items("/v1/outbox?kind=mail").await.len(), 0);
    app.end().await;
}

#[tokio::test]
async fn the_runs_of_who_may_not_any_more_are_skipped_with_the_reason() {
    let app = TestApp::new().await;
    let admin = app.person("admin").await;
    let manager = app.person("support.manager").await;
    let hourly = json!({"kind": "interval", "minutes": 60});
    let id = made(&manager, "Hourly", hourly).await;
    let person = admin.items("/v1/admin/people?q=support.manager").await[0].clone();
    let path = format!("/v1/admin/people/{}", text(&person["id"]));
    let (status, _) = admin.send(Method::PATCH, &path, Some(&json!({"role": "support_agent"}))).await;
    assert_eq!(status, StatusCode::OK);
    app.advance(TimeDelta::hours(1));
    let (ceo, manager) = (app.person("ceo").await, app.person("support.manager").await);
    let mut db = app.database().await;
    let mut told = Vec::new();
    for _ in 0..100 {
        told = sqlx::query_as::<_, (String, Option<String>)>(
            "SELECT state, reason FROM occurrences WHERE schedule_id = $1::uuid ORDER BY due_at",
        )
        .bind(&id)
        .fetch_all(&mut db)
        .await
        .unwrap();
        if told.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let told: Vec<(&str, &str)> =
        told.iter().map(|(state, reason)| (state.as_str(), reason.as_deref().unwrap_or(""))).collect();
    assert_eq!(told, [("skipped", "not_permitted"), ("due", "")]);
    // And nobody else sees or touches it.
    for method in [Method::GET, Method::DELETE] {
        let (status, _) = ceo.send(method, &format!("/v1/schedules/{id}"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let (status, _) = manager.send(Method::GET, "/v1/schedules", None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    app.end().await;
}

#[tokio::test]
async fn what_can_not_be_scheduled_is_refused_with_what_to_do() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let cron = |cron: &str, zone: &str| json!({"kind": "cron", "cron": cron, "zone": zone});
    for (rule, says) in [
        (cron("0 9 * * 9", "Asia/Singapore"), "9"),
        (cron("0 9 31 2 *", "Asia/Singapore"), "never"),
        (cron("0 9 * * 1", "Asia/Atlantis"), "Asia/Atlantis"),
        (cron("* * * * *", "Asia/Singapore"), "15 minutes"),
        (json!({"kind": "interval", "minutes": 1}), "15 minutes"),
        (json!({"kind": "once", "at": "2026-11-01T00:00:00Z"}), "ahead"),
        (json!({"kind": "cron"}), "cron"),
    ] {
        let (status, problem) = make(&ceo, "Report", rule.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{rule} {problem}");
        assert_eq!(problem["errors"][0]["field"], "rule");
        assert!(text(&problem["detail"]).contains(says), "{rule}: {problem}");
    }
    for number in 0..10 {
        made(&ceo, &format!("Report {number}"), monday()).await;
    }
    let (status, problem) = make(&ceo, "Report 10", monday()).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(text(&problem["detail"]).contains("10 schedules"), "{problem}");
    let id = text(&ceo.items("/v1/schedules").await[0]["id"]);
    let (status, _) = ceo.send(Method::PATCH, &format!("/v1/schedules/{id}"), Some(&json!({"name": "Report 1"}))).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let changed = json!({"name": "Friday", "rule": {"kind": "cron", "cron": "0 17 * * 5"}});
    let (status, schedule) = ceo.send(Method::PATCH, &format!("/v1/schedules/{id}"), Some(&changed)).await;
    assert_eq!((status, &schedule["next_at"]), (StatusCode::OK, &json!("2026-11-27T09:00:00Z")), "{schedule}");
    let (status, _) = ceo.send(Method::DELETE, &format!("/v1/schedules/{id}"), None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(ceo.items("/v1/schedules").await.len(), 9);
    let (status, _) = app.person("sales.rep").await.send(Method::GET, "/v1/schedules", None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    app.end().await;
}

#[tokio::test]
async fn a_schedule_is_made_by_saying_it_in_either_language() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let run = ceo.ask("Every Monday at 9 send me the KPI report for last week").await;
    assert_eq!((&run["state"], &run["skill"]), (&json!("succeeded"), &json!("schedule_management")), "{run}");
    let answer = text(&run["answer"]);
    assert!(
        answer.contains("every Monday at 09:00, Singapore time") && answer.contains("on 23 November 2026"),
        "{answer}"
    );
    let run = ceo.ask("每天早上八点给我看本月的关键指标").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    assert!(text(&run["answer"]).contains("每天 08:00"), "{run}");
    let schedules: Vec<(String, String)> =
        ceo.items("/v1/schedules").await.iter().map(|one| (text(&one["name"]), text(&one["rule"]["cron"]))).collect();
    let made = |name: &str, cron: &str| (name.to_owned(), cron.to_owned());
    assert_eq!(schedules.len(), 3);
    assert!(schedules.contains(&made("Send me the KPI report for last week", "0 9 * * 1")), "{schedules:?}");
    assert!(schedules.contains(&made("给我看本月的关键指标", "0 8 * * *")), "{schedules:?}");

    // Too often, unclear, impossible, or not theirs: nothing is made, and the answer says what to do.
    for (who, said, says) in [
        ("ceo", "Every 5 minutes show me the KPIs of this month", "15 minutes"),
        ("ceo", "Every Monday at 9 send the financial statement to the CFO", "Who should get it?"),
        ("ceo", "Every Monday at 9 water the plants", "can't do that"),
        ("sales.rep", "Every Monday at 9 find 5 F&B companies in Singapore on LinkedIn", "does not allow"),
    ] {
        let run = app.person(who).await.ask(said).await;
        assert_eq!(run["state"], "failed", "{said}: {run}");
        assert!(text(&run["answer"]).contains(says), "{said}: {run}");
    }
    assert_eq!(ceo.items("/v1/schedules").await.len(), 3);
    app.end().await;
}

#[tokio::test]
async fn a_schedule_is_resumed_moved_paused_and_removed_in_words() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let mine = async || ceo.items("/v1/schedules").await;
    let first = mine().await;
    assert_eq!(
        (first.len(), &first[0]["name"], &first[0]["state"]),
        (1, &json!("weekly_kpi_report"), &json!("paused"))
    );
    let said = async |words: &str| {
        let run = ceo.ask(words).await;
        assert_eq!(
            (&run["state"], &run["skill"]),
            (&json!("succeeded"), &json!("schedule_management")),
            "{words}: {run}"
        );
        text(&run["answer"])
    };
    assert!(said("Resume my weekly KPI report").await.contains("“weekly_kpi_report” runs again"));
    assert_eq!(mine().await[0]["state"], "active");
    let answer = said("Move my weekly KPI report to Tuesday at 10:30").await;
    assert!(answer.contains("now runs every Tuesday at 10:30"), "{answer}");
    let moved = mine().await.remove(0);
    assert_eq!((&moved["cron"], &moved["next_at"]), (&json!("30 10 * * 2"), &json!("2026-11-24T02:30:00Z")));
    said("暂停每周的KPI报告").await;
    assert_eq!(mine().await[0]["state"], "paused");

    // Which one is meant is not guessed.
    ceo.ask("Every Friday at 5pm summarise this week's tickets").await;
    let run = ceo.ask("Pause my schedule").await;
    assert_eq!(run["state"], "failed", "{run}");
    assert!(text(&run["error"]["detail"]).contains("Which schedule do you mean"), "{run}");
    said("Cancel my weekly KPI report").await;
    assert_eq!(mine().await.len(), 1, "the other one stays");
    let actions: Vec<String> =
        app.person("admin").await.items("/v1/admin/audit").await.iter().map(|entry| text(&entry["action"])).collect();
    for action in ["schedule_resumed", "schedule_changed", "schedule_paused", "schedule_removed"] {
        assert!(actions.contains(&action.to_owned()), "{actions:?}");
    }
    let run = app.person("sales.rep").await.ask("Pause my weekly KPI report").await;
    assert_eq!(run["error"]["kind"], "not_permitted", "{run}");
    app.end().await;
}
