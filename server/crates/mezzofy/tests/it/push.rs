//! Notifications on phones: what is told, to whom, once, and what becomes of it. Expo's service is played by [`Expo`].

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use mezzofy_engine::push::deliver::deliver_due;
use mezzofy_engine::push::expo::PushService;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::app::{Client, TestApp, text, wait_for};
use crate::events::stream;
use crate::expo::{Expo, Fault};
use crate::webhooks::{SECRET, customer, deliver, event};

/// What waits for an approval of its person.
const LEAVES: &str = "Send the statement of October 2026 to partner@elsewhere.example";
/// What lacks something that its person must say.
const ASKS: &str = "Send a welcome email";
/// What ends by itself.
const STAYS: &str = "Statement of October 2026";

async fn app() -> (TestApp, Expo) {
    let expo = Expo::start().await;
    let base = expo.base.clone();
    (TestApp::with_books_and(|config| config.push.base = base).await, expo)
}

async fn end(app: TestApp, expo: &Expo) {
    expo.end();
    app.end().await;
}

fn token(name: &str) -> String {
    format!("ExponentPushToken[{name}]")
}

async fn phone(who: &Client, name: &str, language: &str) -> String {
    let body = json!({"token": token(name), "platform": "ios", "language": language});
    text(&who.post("/v1/devices", body).await["id"])
}

/// The messages that Expo has taken, once there are so many.
async fn taken(expo: &Expo, count: usize) -> Vec<Value> {
    let taken = wait_for(async || Some(expo.taken()).filter(|taken| taken.len() >= count)).await;
    assert_eq!(taken.len(), count, "{taken:#?}");
    taken
}

/// What is stored of all pushes: the matter, the state and the reason.
async fn stored(db: &mut PgConnection) -> Vec<(String, String, String)> {
    let sql = "SELECT matter, state, coalesce(reason, '') FROM pushes ORDER BY created_at, id";
    sqlx::query_as(sql).fetch_all(db).await.unwrap()
}

/// The same, once all are in one of these states.
async fn settled(app: &TestApp, states: &[&str]) -> Vec<(String, String, String)> {
    wait_for(async || {
        let stored = stored(&mut app.database().await).await;
        Some(stored).filter(|all| all.iter().all(|(_, state, _)| states.contains(&state.as_str())))
    })
    .await
}

#[tokio::test]
async fn an_approval_calls_every_phone_of_its_person_in_its_language_and_says_nothing_of_it() {
    let (app, expo) = app().await;
    let (finance, ceo) = (app.person("finance.manager").await, app.person("ceo").await);
    phone(&finance, "one", "en").await;
    phone(&finance, "two", "zh").await;
    phone(&ceo, "three", "en").await;
    let run = finance.ask(LEAVES).await;
    assert_eq!(run["waiting_for"], "approval", "{run}");
    let approval = finance.items("/v1/approvals?state=pending").await[0].clone();
    let ids = json!({"run_id": run["id"], "conversation_id": run["conversation_id"], "approval_id": approval["id"]});
    let mut told = taken(&expo, 2).await;
    told.sort_by_key(|message| text(&message["to"]));
    let expected = |to: &str, body: &str| json!({"to": token(to), "title": "Mezzofy", "body": body, "data": ids, "sound": "default", "ttl": 259_200, "priority": "high"});
    assert_eq!(told, [expected("one", "Something needs your decision."), expected("two", "有一项内容需要您决定。")]);
    assert_eq!(expo.batches(), [2]);

    let ended = finance.post(&format!("/v1/runs/{}/cancel", text(&run["id"])), json!({})).await;
    assert_eq!(ended["id"], run["id"]);
    finance.run_in(&text(&run["id"]), "cancelled").await;
    let stored = settled(&app, &["sent"]).await;
    assert_eq!(stored.len(), 2, "what a person stops is not told: {stored:?}");
    let outbox = finance.items("/v1/outbox?kind=push").await;
    assert_eq!((outbox.len(), &outbox[0]["kind"], &outbox[0]["run_id"]), (2, &json!("push"), &run["id"]), "{outbox:?}");
    assert_eq!(
        (&outbox[0]["subject"], &outbox[0]["body"]),
        (&json!("Mezzofy"), &json!("Something needs your decision."))
    );
    let path = format!("/v1/outbox/{}", text(&outbox[0]["id"]));
    assert_eq!(finance.get(&path).await, outbox[0]);
    assert_eq!(ceo.send(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
    assert!(finance.items("/v1/outbox").await.iter().all(|effect| effect["kind"] != "push"));
    end(app, &expo).await;
}

#[tokio::test]
async fn a_question_and_what_came_of_a_message_are_told_where_nobody_watches() {
    let (app, expo) = app().await;
    let admin = app.person("admin").await;
    phone(&admin, "one", "en").await;
    let mut socket = stream(&app, json!({"type": "hello", "token": admin.token})).await;
    let mut db = app.database().await;
    let watched = "SELECT count(*) FROM sessions WHERE watched_until IS NOT NULL";
    let count = async |db: &mut PgConnection| sqlx::query_scalar::<_, i64>(watched).fetch_one(db).await.unwrap();
    wait_for(async || (count(&mut app.database().await).await == 1).then_some(())).await;
    assert_eq!(admin.ask(STAYS).await["state"], "succeeded");
    assert_eq!(admin.ask(ASKS).await["waiting_for"], "person");
    assert!(stored(&mut db).await.is_empty(), "the person sees it come");
    assert_eq!(admin.ask(LEAVES).await["waiting_for"], "approval");
    assert_eq!(stored(&mut db).await.len(), 1, "an approval is always told");

    socket.close(None).await.unwrap();
    wait_for(async || (count(&mut app.database().await).await == 0).then_some(())).await;
    let ended = admin.ask(STAYS).await;
    let asked = admin.ask(ASKS).await;
    let told = taken(&expo, 3).await;
    let said: Vec<(&Value, &Value)> =
        told.iter().map(|message| (&message["body"], &message["data"]["run_id"])).collect();
    assert!(said.contains(&(&json!("Your result is ready."), &ended["id"])), "{said:?}");
    assert!(said.contains(&(&json!("Something needs your answer."), &asked["id"])), "{said:?}");
    end(app, &expo).await;
}

#[tokio::test]
async fn an_occurrence_is_told_when_it_has_ended_waits_or_did_not_run() {
    let (app, expo) = app().await;
    let ceo = app.person("ceo").await;
    phone(&ceo, "one", "en").await;
    let schedule = |name: &str, text: &str, cron: &str, push: bool| json!({"name": name, "text": text, "cron": cron, "misfire": "skip", "deliver": {"push": push}});
    let runs = ceo.post("/v1/schedules", schedule("Runs", STAYS, "0 9 * * 1", true)).await;
    assert_eq!(runs["deliver"], json!({"email": [], "teams_channel": null, "push": true}));
    ceo.post("/v1/schedules", schedule("Waits", LEAVES, "0 9 * * 1", false)).await;
    let quiet = ceo.post("/v1/schedules", schedule("Quiet", STAYS, "0 9 * * 1", false)).await;
    assert_eq!(quiet["deliver"]["push"], false);
    let late = ceo.post("/v1/schedules", schedule("Late", STAYS, "0 8 * * 1", true)).await;
    ceo.post("/v1/schedules", schedule("Late and quiet", STAYS, "0 8 * * 1", false)).await;
    let paused = ceo.post("/v1/schedules", schedule("Paused", STAYS, "0 9 * * 1", true)).await;
    ceo.post(&format!("/v1/schedules/{}/pause", text(&paused["id"])), json!({})).await;

    app.advance(TimeDelta::days(1));
    // Also with an open stream: nobody has asked for it just now.
    let ceo = app.person("ceo").await;
    let _socket = stream(&app, json!({"type": "hello", "token": ceo.token})).await;
    let told = taken(&expo, 3).await;
    let of = |body: &str| told.iter().find(|message| message["body"] == body).unwrap_or_else(|| panic!("{told:#?}"));
    let data = &of("Your result is ready.")["data"];
    let run = ceo.get(&format!("/v1/runs/{}", text(&data["run_id"]))).await;
    assert_eq!((&run["state"], &run["conversation_id"]), (&json!("succeeded"), &data["conversation_id"]));
    let data = &of("Something needs your decision.")["data"];
    assert_eq!(ceo.get(&format!("/v1/approvals/{}", text(&data["approval_id"]))).await["run_id"], data["run_id"]);
    assert_eq!(of("A schedule did not run.")["data"], json!({"schedule_id": late["id"]}));
    for one in [&runs, &quiet] {
        let history = format!("/v1/schedules/{}/occurrences", text(&one["id"]));
        wait_for(async || ceo.items(&history).await.iter().any(|one| one["state"] == "done").then_some(())).await;
    }
    assert_eq!(settled(&app, &["sent"]).await.len(), 3);
    end(app, &expo).await;
}

#[tokio::test]
async fn a_webhook_is_told_when_it_has_ended_and_what_no_standing_approval_covers_calls_its_owner() {
    let expo = Expo::start().await;
    let base = expo.base.clone();
    let app = TestApp::with_books_and(|config| {
        config.push.base = base;
        config.webhook_secret = Some(SECRET.into());
    })
    .await;
    let manager = app.person("sales.manager").await;
    phone(&manager, "one", "en").await;
    let tell = async |id: &str, data: Value| {
        let body = event(&app, id, "customer_signed_up", &data);
        assert_eq!(deliver(&app, "/webhooks/mezzofy", &body).await.0, StatusCode::ACCEPTED);
    };
    tell("1", customer("Kopi House Pte Ltd")).await;
    wait_for(async || (!manager.items("/v1/outbox").await.is_empty()).then_some(())).await;
    app.advance(TimeDelta::seconds(21));
    assert_eq!(taken(&expo, 1).await[0]["body"], "Your result is ready.");

    for given in manager.items("/v1/standing-approvals").await {
        let path = format!("/v1/standing-approvals/{}", text(&given["id"]));
        assert!(manager.send(Method::DELETE, &path, None).await.0.is_success());
    }
    let mut data = customer("Lotus Spa");
    data["email"] = json!("mei@lotus-spa.example");
    data["phone"] = json!("+65 6999 1234");
    tell("2", data).await;
    let told = taken(&expo, 2).await;
    assert_eq!(told[1]["body"], "Something needs your decision.");
    let waits = manager.get(&format!("/v1/runs/{}", text(&told[1]["data"]["run_id"]))).await;
    assert_eq!((&waits["waiting_for"], &waits["skill"]), (&json!("approval"), &json!("customer_welcome")));
    assert!(!json!(told).to_string().contains("Kopi") && !json!(told).to_string().contains("otus"));
    end(app, &expo).await;
}

#[tokio::test]
async fn a_phone_has_one_owner_and_is_told_nothing_after_its_session() {
    let (app, expo) = app().await;
    let (finance, ceo) = (app.person("finance.manager").await, app.person("ceo").await);
    let register = async |who: &Client, body: Value| who.send(Method::POST, "/v1/devices", Some(&body)).await;
    for (body, field) in [
        (json!({"token": "not one"}), "token"),
        (json!({"token": token("x"), "platform": "web"}), "platform"),
        (json!({"token": token("x"), "language": "fr"}), "language"),
    ] {
        let (status, problem) = register(&finance, body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)));
    }
    let (status, first) = register(&finance, json!({"token": token("shared")})).await;
    assert_eq!((status, &first["language"], &first["platform"]), (StatusCode::CREATED, &json!("en"), &Value::Null));
    let (status, again) = register(&finance, json!({"token": token("shared"), "language": "zh"})).await;
    assert_eq!((status, &again["id"], &again["language"]), (StatusCode::OK, &first["id"], &json!("zh")));
    assert!(again.get("token").is_none());
    assert_eq!(finance.items("/v1/devices").await, [again]);
    assert!(ceo.items("/v1/devices").await.is_empty());

    // Something is to be told while Expo is not there; then somebody else signs in on the phone.
    expo.fails([Fault::Status(503, None)]);
    assert_eq!(finance.ask(STAYS).await["state"], "succeeded");
    wait_for(async || (expo.faults_left() == 0).then_some(())).await;
    settled(&app, &["waiting"]).await;
    let (status, moved) = register(&ceo, json!({"token": token("shared")})).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_ne!(moved["id"], first["id"]);
    assert!(finance.items("/v1/devices").await.is_empty());
    app.advance(TimeDelta::seconds(6));
    let dropped = settled(&app, &["dropped"]).await;
    assert_eq!(dropped, [("result".to_owned(), "dropped".to_owned(), "the device was removed".to_owned())]);
    assert!(expo.taken().is_empty(), "the new owner is not told what the old one did");

    let path = format!("/v1/devices/{}", text(&moved["id"]));
    assert_eq!(finance.send(Method::DELETE, &path, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ceo.send(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert!(ceo.items("/v1/devices").await.is_empty());

    // Signed out, ended from elsewhere, or with another password: the phone is told nothing more.
    let tablet = app.person("ceo").await;
    phone(&ceo, "a", "en").await;
    phone(&tablet, "b", "en").await;
    assert_eq!(ceo.items("/v1/devices").await.len(), 2);
    tablet.post("/v1/auth/logout", json!({})).await;
    let left = ceo.items("/v1/devices").await;
    assert_eq!((left.len(), &left[0]["current"]), (1, &json!(true)));
    assert_eq!(register(&tablet, json!({"token": token("b")})).await.0, StatusCode::UNAUTHORIZED);
    let desk = app.person("ceo").await;
    assert_eq!(desk.send(Method::DELETE, "/v1/me/sessions", None).await.0, StatusCode::NO_CONTENT);
    assert!(desk.items("/v1/devices").await.is_empty());

    // An eleventh phone takes the place of the one that has not been there for longest.
    for name in 0..11 {
        app.advance(TimeDelta::seconds(1));
        phone(&desk, &format!("n{name}"), "en").await;
    }
    let mut db = app.database().await;
    let sql = "SELECT token FROM devices ORDER BY seen_at";
    let tokens: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut db).await.unwrap();
    assert_eq!(tokens, (1..11).map(|name| token(&format!("n{name}"))).collect::<Vec<_>>());
    end(app, &expo).await;
}

#[tokio::test]
async fn what_a_person_has_switched_off_is_not_told() {
    let (app, expo) = app().await;
    let ceo = app.person("ceo").await;
    phone(&ceo, "one", "en").await;
    let all = json!({"decisions": true, "results": true, "schedules": true});
    assert_eq!(ceo.get("/v1/me/notifications").await, all);
    let change = async |body: Value| ceo.send(Method::PATCH, "/v1/me/notifications", Some(&body)).await;
    let (status, settings) = change(json!({"results": false, "decisions": false})).await;
    let off = json!({"decisions": false, "results": false, "schedules": true});
    assert_eq!((status, &settings), (StatusCode::OK, &off));
    assert_eq!(change(json!({"colour": true})).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.person("admin").await.get("/v1/me/notifications").await, all);
    ceo.ask(STAYS).await;
    ceo.ask(LEAVES).await;
    assert!(stored(&mut app.database().await).await.is_empty());

    assert_eq!(
        change(json!({"results": true})).await.1,
        json!({"decisions": false, "results": true, "schedules": true})
    );
    ceo.ask(STAYS).await;
    taken(&expo, 1).await;
    end(app, &expo).await;
}

#[tokio::test]
async fn a_service_that_is_busy_or_broken_is_asked_again_later_and_given_up_with_the_reason() {
    let (app, expo) = app().await;
    let ceo = app.person("ceo").await;
    phone(&ceo, "one", "en").await;
    let faults =
        [(Fault::Status(429, Some("30")), 30), (Fault::Status(503, None), 20), (Fault::Cut, 80), (Fault::Page, 320)];
    for (number, (fault, pause)) in faults.into_iter().enumerate() {
        expo.fails([fault]);
        if number == 0 {
            ceo.ask(STAYS).await;
        } else {
            app.advance(TimeDelta::seconds(1));
        }
        wait_for(async || (expo.faults_left() == 0).then_some(())).await;
        settled(&app, &["waiting"]).await;
        let asked = expo.requests();
        app.advance(TimeDelta::seconds(pause - 1));
        assert_eq!(deliver_due(&app.app).await.unwrap(), 0, "not yet");
        assert_eq!(expo.requests(), asked);
    }
    app.advance(TimeDelta::seconds(1));
    taken(&expo, 1).await;
    settled(&app, &["sent"]).await;

    // Nobody is there for hours.
    let ceo = app.person("ceo").await;
    expo.fails((0..8).map(|_| Fault::Status(502, None)));
    ceo.ask(STAYS).await;
    for left in (0..8).rev() {
        wait_for(async || (expo.faults_left() == left).then_some(())).await;
        if left > 0 {
            wait_for(async || {
                stored(&mut app.database().await).await.iter().any(|one| one.1 == "waiting").then_some(())
            })
            .await;
            app.advance(TimeDelta::minutes(60));
        }
    }
    let last = settled(&app, &["sent", "done", "failed"]).await.pop().unwrap();
    assert_eq!((last.1.as_str(), last.2.as_str()), ("failed", "given up after 8 tries: INTERNAL: no (status 502)"));
    assert_eq!(expo.taken().len(), 1);
    end(app, &expo).await;
}

#[tokio::test]
async fn what_expo_took_before_the_connection_broke_is_told_again_rather_than_not_at_all() {
    let (app, expo) = app().await;
    let ceo = app.person("ceo").await;
    phone(&ceo, "one", "en").await;
    expo.fails([Fault::CutAfterwards, Fault::Short]);
    ceo.ask(STAYS).await;
    for (told, pause) in [(1, 5), (2, 20)] {
        taken(&expo, told).await;
        settled(&app, &["waiting"]).await;
        app.advance(TimeDelta::seconds(pause));
    }
    let told = taken(&expo, 3).await;
    assert!(told.iter().all(|message| *message == told[0]), "{told:#?}");
    settled(&app, &["sent"]).await;
    end(app, &expo).await;
}

#[tokio::test]
async fn receipts_are_asked_for_after_a_quarter_of_an_hour_and_dead_phones_are_removed() {
    let (app, expo) = app().await;
    let ceo = app.person("ceo").await;
    for name in ["fine", "gone", "dead", "new", "often"] {
        phone(&ceo, name, "en").await;
    }
    expo.refuses(&token("gone"), "DeviceNotRegistered");
    expo.does_not_deliver(&token("dead"), "DeviceNotRegistered");
    expo.does_not_deliver(&token("new"), "SomethingThatNobodyKnowsYet");
    expo.does_not_deliver(&token("often"), "MessageRateExceeded");
    ceo.ask(STAYS).await;
    taken(&expo, 4).await;
    let states = async || {
        let sql = "SELECT d.token, p.state, coalesce(p.reason, '') FROM pushes p LEFT JOIN devices d ON d.id = p.device_id ORDER BY d.token, p.reason";
        let rows: Vec<(Option<String>, String, String)> =
            sqlx::query_as(sql).fetch_all(&mut app.database().await).await.unwrap();
        rows
    };
    let row = |name: Option<&str>, state: &str, reason: &str| (name.map(token), state.to_owned(), reason.to_owned());
    let until = async |rows: Vec<(Option<String>, String, String)>| {
        wait_for(async || (states().await == rows).then_some(())).await;
    };
    let gone = row(None, "failed", "DeviceNotRegistered: is not a registered push notification recipient");
    until(vec![
        row(Some("dead"), "sent", ""),
        row(Some("fine"), "sent", ""),
        row(Some("new"), "sent", ""),
        row(Some("often"), "sent", ""),
        gone.clone(),
    ])
    .await;
    assert_eq!(app.person("ceo").await.items("/v1/devices").await.len(), 4);

    app.advance(TimeDelta::minutes(14));
    assert_eq!(deliver_due(&app.app).await.unwrap(), 0);
    app.advance(TimeDelta::minutes(1));
    wait_for(async || (expo.asked().len() == 1).then_some(())).await;
    assert_eq!(expo.asked()[0].len(), 4);
    // There were none yet. They are asked for again.
    expo.hands_over();
    expo.delivers_again(&token("often"));
    app.advance(TimeDelta::minutes(15));
    let dead = row(None, "failed", "DeviceNotRegistered: no");
    until(vec![
        row(Some("fine"), "done", ""),
        row(Some("new"), "failed", "SomethingThatNobodyKnowsYet: no"),
        row(Some("often"), "waiting", "MessageRateExceeded: no"),
        gone.clone(),
        dead.clone(),
    ])
    .await;
    app.advance(TimeDelta::seconds(5));
    let told = taken(&expo, 5).await;
    assert_eq!(told[4]["to"], token("often"));
    until(vec![
        row(Some("fine"), "done", ""),
        row(Some("new"), "failed", "SomethingThatNobodyKnowsYet: no"),
        row(Some("often"), "sent", ""),
        gone.clone(),
        dead.clone(),
    ])
    .await;
    // A receipt that never comes.
    app.advance(TimeDelta::hours(25));
    wait_for(async || states().await.iter().any(|row| row.1 == "unknown").then_some(())).await;
    end(app, &expo).await;
}

/// So many phones of the CEO's colleague, each with one push that is due.
async fn many(app: &TestApp, count: usize) {
    let finance = app.person("finance.manager").await;
    let run = finance.ask(STAYS).await;
    let mut db = app.database().await;
    for sql in [
        format!(
            "INSERT INTO devices (id, person_id, session_id, token, language, created_at, seen_at)
             SELECT gen_random_uuid(), s.person_id, s.id, 'ExponentPushToken[' || n || ']', 'en', now(), now()
             FROM (SELECT * FROM sessions ORDER BY created_at DESC LIMIT 1) s, generate_series(1, {count}) n"
        ),
        format!(
            "INSERT INTO pushes (id, person_id, device_id, key, matter, run_id, state, next_at, created_at)
             SELECT gen_random_uuid(), person_id, id, 'k', 'result', '{}', 'waiting', '{now}', '{now}' FROM devices",
            text(&run["id"]),
            now = app.now().to_rfc3339()
        ),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut db).await.unwrap();
    }
}

#[tokio::test]
async fn many_are_sent_a_hundred_at_a_time_and_each_phone_once_whoever_looks() {
    let (app, expo) = app().await;
    many(&app, 250).await;
    for looked in join_all((0..8).map(|_| deliver_due(&app.app))).await {
        looked.unwrap();
    }
    settled(&app, &["sent"]).await;
    let told: BTreeSet<String> = expo.taken().iter().map(|message| text(&message["to"])).collect();
    assert_eq!((told.len(), expo.taken().len()), (250, 250));
    assert!(expo.batches().iter().all(|batch| *batch <= 100), "{:?}", expo.batches());
    end(app, &expo).await;
}

#[tokio::test]
async fn a_phone_of_another_project_does_not_keep_the_others_from_being_told() {
    let (app, expo) = app().await;
    expo.is_of_another_project(&token("17"));
    many(&app, 40).await;
    settled(&app, &["sent"]).await;
    assert_eq!((expo.taken().len(), expo.batches()), (40, vec![1; 40]));
    end(app, &expo).await;
}

#[tokio::test]
async fn a_project_that_wants_an_access_token_gets_it_and_without_one_it_is_tried_until_there_is() {
    let expo = Expo::start().await;
    expo.wants("the access token of the tests");
    let base = expo.base.clone();
    let with = |token: Option<&'static str>| PushService { base: base.clone(), token: token.map(Into::into) };
    let app = TestApp::with_books_and(|config| config.push = with(None)).await;
    let ceo = app.person("ceo").await;
    phone(&ceo, "one", "en").await;
    ceo.ask(STAYS).await;
    wait_for(async || (expo.requests() == 1).then_some(())).await;
    let waiting = settled(&app, &["waiting"]).await;
    assert_eq!(waiting[0].2, "UNAUTHORIZED: no (status 401)");
    end(app, &expo).await;

    let app = TestApp::with_books_and(|config| config.push = with(Some("the access token of the tests"))).await;
    let ceo = app.person("ceo").await;
    phone(&ceo, "one", "en").await;
    ceo.ask(STAYS).await;
    taken(&expo, 1).await;
    end(app, &expo).await;
}

#[tokio::test]
async fn what_a_process_took_and_did_not_send_goes_to_another_and_what_is_over_is_not_told() {
    let (app, expo) = app().await;
    let ceo = app.person("ceo").await;
    phone(&ceo, "one", "en").await;
    expo.fails([Fault::Status(503, None), Fault::Status(503, None)]);
    let waits = ceo.ask(LEAVES).await;
    wait_for(async || (expo.faults_left() == 1).then_some(())).await;
    settled(&app, &["waiting"]).await;
    ceo.ask(STAYS).await;
    wait_for(async || (expo.faults_left() == 0).then_some(())).await;
    settled(&app, &["waiting"]).await;
    // As a process leaves them that has died with them in its hands.
    let sql = format!(
        "UPDATE pushes SET state = 'sending', next_at = '{}'",
        (app.now() + TimeDelta::minutes(3)).to_rfc3339()
    );
    sqlx::query(AssertSqlSafe(sql)).execute(&mut app.database().await).await.unwrap();
    let approval = ceo.items("/v1/approvals?state=pending").await[0].clone();
    let decision = json!({"decision": "reject", "payload_hash": approval["payload_hash"]});
    ceo.post(&format!("/v1/approvals/{}/decision", text(&approval["id"])), decision).await;
    ceo.run_in(&text(&waits["id"]), "cancelled").await;
    app.advance(TimeDelta::seconds(179));
    assert_eq!(deliver_due(&app.app).await.unwrap(), 0);
    app.advance(TimeDelta::seconds(1));
    let told = taken(&expo, 1).await;
    assert_eq!(told[0]["body"], "Your result is ready.");
    let ends = settled(&app, &["sent", "dropped"]).await;
    let over = ("decision".to_owned(), "dropped".to_owned(), "the run waits no more".to_owned());
    assert!(ends.contains(&over), "{ends:?}");
    end(app, &expo).await;
}

#[tokio::test]
async fn a_server_that_dies_with_a_push_in_its_hands_tells_it_at_the_next_start() {
    use mezzofy_store::embedded::Embedded;
    use sqlx::ConnectOptions;

    use crate::crash::{Server, data_folder, remove};

    let expo = Expo::start().await;
    let folder = data_folder();
    let environment = [("EXPO_PUSH_BASE_URL", expo.base.as_str())];
    // Before Expo was asked it is told once; after Expo took it nobody knows, so it is told again.
    for (place, told, sent) in [("push.taken:1", 1, 1), ("push.sent:1", 3, 2)] {
        let server = Server::start_with(folder.path(), place, &environment).await;
        server.post("/v1/devices", json!({"token": token("one")})).await.unwrap();
        let conversation = text(&server.post("/v1/conversations", json!({})).await.unwrap()["id"]);
        let message = json!({"client_id": uuid::Uuid::new_v4(), "text": STAYS});
        server.post(&format!("/v1/conversations/{conversation}/messages"), message).await.unwrap();
        wait_for(async || server.get("/v1/me").await.is_none().then_some(())).await;
        server.kill().await;
        let server = Server::start_with(folder.path(), "", &environment).await;
        taken(&expo, told).await;
        let database = Embedded::running(folder.path()).expect("the database runs");
        let stored = "SELECT count(*) FROM pushes WHERE state = 'sent'";
        wait_for(async || {
            let mut database = database.connect().await.unwrap();
            let count: i64 = sqlx::query_scalar(stored).fetch_one(&mut database).await.unwrap();
            (count == sent).then_some(())
        })
        .await;
        server.kill().await;
    }
    let told = expo.taken();
    assert_eq!(told[1], told[2], "the same again");
    assert_ne!(told[0]["data"], told[1]["data"]);
    expo.end();
    remove(&folder);
}
