//! People and roles as administrators change them, and from when on a change holds.

use mezzofy_testing::Answer;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Client, TestApp, text};
use crate::models::{newest_results, told};
use crate::second_factor::set_up;

const PATH: &str = "/v1/admin/people";

async fn id_of(admin: &Client, mailbox: &str) -> String {
    let found = admin.items(&format!("{PATH}?q={mailbox}@mezzofy.example")).await;
    assert_eq!(found.len(), 1, "{found:?}");
    text(&found[0]["id"])
}

async fn change(admin: &Client, id: &str, body: Value) -> (StatusCode, Value) {
    admin.send(Method::PATCH, &format!("{PATH}/{id}"), Some(&body)).await
}

fn ana() -> Value {
    json!({
        "email": "Ana.Lee@partner.example", "name": "Ana Lee", "title": "Adviser", "role": "sales_rep", "language": "zh",
        "password": "violet anchor 77"
    })
}

/// What the log tells of a person, oldest first.
async fn log_of(admin: &Client, email: &str) -> Vec<(String, Value)> {
    let log = admin.items(&format!("/v1/admin/audit?limit=200&person={email}")).await;
    let about = log.into_iter().filter(|entry| entry["subject"]["kind"] == "person").rev();
    about.map(|entry| (text(&entry["action"]), entry["detail"].clone())).collect()
}

#[tokio::test]
async fn an_administrator_adds_a_person_who_can_sign_in_at_once() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    let (status, added) = admin.send(Method::POST, PATH, Some(&ana())).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    let same = json!({
        "id": added["id"], "email": "ana.lee@partner.example", "name": "Ana Lee", "title": "Adviser", "role": "sales_rep",
        "department": "sales", "language": "zh", "disabled": false, "second_factor": false,
        "created_at": "2026-11-22T01:00:00Z", "last_seen_at": null
    });
    assert_eq!(added, same);
    let sign_in = json!({"email": "ana.lee@partner.example", "password": "violet anchor 77"});
    let signed_in = app.nobody().post("/v1/auth/login", sign_in).await;
    assert_eq!(signed_in["person"]["language"], "zh");
    let seen = admin.get(&format!("{PATH}/{}", text(&added["id"]))).await;
    assert_eq!(seen["last_seen_at"], "2026-11-22T01:00:00Z");
    let log = log_of(&admin, "ana.lee@partner.example").await;
    assert_eq!(log, [("person_added".to_owned(), json!({"role": "sales_rep"}))]);
    app.end().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_new_person_is_told_by_field() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    for (field, value, status) in [
        ("email", "no address", StatusCode::UNPROCESSABLE_ENTITY),
        ("email", "CEO@mezzofy.example", StatusCode::CONFLICT),
        ("name", " ", StatusCode::UNPROCESSABLE_ENTITY),
        ("title", "two\nlines", StatusCode::UNPROCESSABLE_ENTITY),
        ("role", "king", StatusCode::UNPROCESSABLE_ENTITY),
        ("language", "fr", StatusCode::UNPROCESSABLE_ENTITY),
        ("password", "short", StatusCode::UNPROCESSABLE_ENTITY),
        ("password", "ana-lee-2026", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let mut body = ana();
        body[field] = json!(value);
        let (got, problem) = admin.send(Method::POST, PATH, Some(&body)).await;
        assert_eq!((got, &problem["errors"][0]["field"]), (status, &json!(field)), "{problem}");
    }
    assert!(admin.items(&format!("{PATH}?q=partner.example")).await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn people_are_listed_by_page_and_found_by_name_title_or_address() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("{PATH}?limit=4{cursor}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|person| text(&person["email"])));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 10);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 10, "each once");
    for (q, mailbox) in [("grace", "ceo"), ("chief%20exec", "ceo"), ("CEO@", "ceo"), ("daniel%20lim", "sales.rep")] {
        let found = admin.items(&format!("{PATH}?q={q}")).await;
        assert_eq!(found.len(), 1, "{q}");
        assert_eq!(found[0]["email"], format!("{mailbox}@mezzofy.example"));
    }
    for q in ["%25", "_", "nobody"] {
        assert_eq!(admin.items(&format!("{PATH}?q={q}")).await.len(), 0, "{q}");
    }
    app.end().await;
}

#[tokio::test]
async fn a_change_holds_at_once_and_the_log_has_its_few_facts() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    let rep = app.person("sales.rep").await;
    let id = id_of(&admin, "sales.rep").await;
    let body = json!({"name": "Dan Lim", "title": "Analyst", "role": "finance_viewer"});
    let (status, changed) = change(&admin, &id, body.clone()).await;
    assert_eq!(
        (status, &changed["name"], &changed["department"]),
        (StatusCode::OK, &json!("Dan Lim"), &json!("finance"))
    );
    let me = rep.get("/v1/me").await;
    assert_eq!((&me["role"], &me["title"]), (&json!("finance_viewer"), &json!("Analyst")));
    assert_eq!(change(&admin, &id, body).await.0, StatusCode::OK, "again changes nothing");
    assert_eq!(change(&admin, &id, json!({})).await.0, StatusCode::OK);
    for (body, field) in [
        (json!({"role": "king"}), "role"),
        (json!({"name": ""}), "name"),
        (json!({"password": "dan lim dan lim"}), "password"),
    ] {
        let (status, problem) = change(&admin, &id, body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)));
    }
    let (status, _) = change(&admin, &Uuid::new_v4().to_string(), json!({"disabled": true})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    assert_eq!(change(&admin, &id, json!({"disabled": true})).await.1["disabled"], true);
    assert_eq!(rep.send(Method::GET, "/v1/me", None).await.0, StatusCode::UNAUTHORIZED);
    let refresh = json!({"refresh_token": rep.refresh});
    assert_eq!(rep.send(Method::POST, "/v1/auth/refresh", Some(&refresh)).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(app.nobody().sign_in("sales.rep", "mezzofy-demo").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(change(&admin, &id, json!({"disabled": false})).await.1["disabled"], false);
    app.person("sales.rep").await;

    let log = log_of(&admin, "sales.rep@mezzofy.example").await;
    let told: Vec<_> = log.iter().map(|(action, detail)| (action.as_str(), detail.clone())).collect();
    assert_eq!(
        told,
        [
            ("role_changed", json!({"before": "sales_rep", "after": "finance_viewer"})),
            ("person_changed", json!({"fields": ["name", "title"]})),
            ("person_disabled", json!({})),
            ("person_enabled", json!({})),
        ]
    );
    app.end().await;
}

#[tokio::test]
async fn a_reset_ends_sessions_and_lockout_and_removes_the_second_factor_where_asked() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    let rep = app.person("sales.rep").await;
    set_up(&app, &rep).await;
    let id = id_of(&admin, "sales.rep").await;
    assert_eq!(admin.get(&format!("{PATH}/{id}")).await["second_factor"], true);
    for _ in 0..5 {
        app.nobody().sign_in("sales.rep", "wrong").await;
    }
    let (status, changed) = change(&admin, &id, json!({"password": "violet anchor 77"})).await;
    assert_eq!((status, &changed["second_factor"]), (StatusCode::OK, &json!(true)));
    assert_eq!(rep.send(Method::GET, "/v1/me", None).await.0, StatusCode::UNAUTHORIZED);
    let (status, problem) = app.nobody().sign_in("sales.rep", "violet anchor 77").await;
    assert_eq!((status, &problem["type"]), (StatusCode::UNAUTHORIZED, &json!("/problems/second-factor-needed")));

    for _ in 0..2 {
        let (status, changed) = change(&admin, &id, json!({"remove_second_factor": true})).await;
        assert_eq!((status, &changed["second_factor"]), (StatusCode::OK, &json!(false)));
    }
    assert_eq!(app.nobody().sign_in("sales.rep", "violet anchor 77").await.0, StatusCode::OK);
    let log = log_of(&admin, "sales.rep@mezzofy.example").await;
    let told = log.iter().map(|(action, _)| action.as_str()).filter(|action| *action != "sign_in_refused");
    assert_eq!(told.collect::<Vec<_>>(), ["second_factor_set_up", "person_reset", "second_factor_removed"]);
    app.end().await;
}

#[tokio::test]
async fn administrators_do_not_lock_themselves_out_and_one_always_stays() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    let own = id_of(&admin, "admin").await;
    for body in [
        json!({"disabled": true}),
        json!({"role": "sales_rep"}),
        json!({"password": "violet anchor 77"}),
        json!({"remove_second_factor": true}),
    ] {
        let (status, problem) = change(&admin, &own, body).await;
        assert_eq!((status, &problem["type"]), (StatusCode::CONFLICT, &json!("/problems/conflict")), "{problem}");
    }
    assert_eq!(change(&admin, &own, json!({"title": "Head of Systems"})).await.0, StatusCode::OK);

    // Two who would take each other away at the same moment: one of them stays.
    let ceo_id = id_of(&admin, "ceo").await;
    assert_eq!(change(&admin, &ceo_id, json!({"role": "admin"})).await.0, StatusCode::OK);
    let ceo = app.person("ceo").await;
    for _ in 0..5 {
        let both = tokio::join!(
            change(&admin, &ceo_id, json!({"disabled": true})),
            change(&ceo, &own, json!({"disabled": true}))
        );
        let done = [both.0.0, both.1.0].iter().filter(|status| **status == StatusCode::OK).count();
        assert_eq!(done, 1, "{both:?}");
        let mut database = app.database().await;
        sqlx::query("UPDATE people SET disabled = false").execute(&mut database).await.unwrap();
        sqlx::query("UPDATE sessions SET ended_at = NULL").execute(&mut database).await.unwrap();
    }
    app.end().await;
}

#[tokio::test]
async fn roles_are_shown_as_the_file_says_with_how_many_have_them() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    let roles = admin.get("/v1/admin/roles").await;
    assert_eq!(roles["everyone"], json!(["chat", "make_documents"]));
    let items = roles["items"].as_array().unwrap();
    assert_eq!(items.len(), 10);
    let viewer = items.iter().find(|role| role["name"] == "finance_viewer").unwrap();
    let same = json!({
        "name": "finance_viewer", "department": "finance", "may": ["read_ledger", "read_kpis", "query_data"],
        "skills": ["financial_reporting", "knowledge_lookup", "kpi_dashboard", "memory", "web_research"], "people": 1
    });
    assert_eq!(*viewer, same);
    app.end().await;
}

#[tokio::test]
async fn only_administrators_see_and_change_people() {
    let app = TestApp::without_data().await;
    let id = id_of(&app.person("admin").await, "sales.rep").await;
    for mailbox in ["ceo", "sales.manager", "finance.viewer"] {
        let client = app.person(mailbox).await;
        for (method, path) in [
            (Method::GET, PATH.to_owned()),
            (Method::POST, PATH.to_owned()),
            (Method::GET, format!("{PATH}/{id}")),
            (Method::PATCH, format!("{PATH}/{id}")),
            (Method::GET, "/v1/admin/roles".to_owned()),
        ] {
            let (status, problem) = client.send(method.clone(), &path, Some(&ana())).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{mailbox} {method} {path}: {problem}");
        }
    }
    app.end().await;
}

#[tokio::test]
async fn a_role_taken_away_in_the_middle_of_a_run_makes_its_next_call_refused() {
    let (app, replay) = TestApp::with_models().await;
    let admin = app.person("admin").await;
    let id = id_of(&admin, "finance.manager").await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    replay.script([
        Answer::calls([("finance_statement", json!({"period": "2026-10"}))]),
        Answer::calls([("finance_statement", json!({"period": "2026-09"}))]).held(),
    ]);
    let sent = json!({"client_id": Uuid::new_v4(), "text": "Compare October with September"});
    let accepted = finance.post(&format!("/v1/conversations/{conversation}/messages"), sent).await;
    replay.called(2).await;
    let results = newest_results(&replay);
    assert!(results.contains("net_income"), "{results}");
    assert_eq!(change(&admin, &id, json!({"role": "sales_rep"})).await.0, StatusCode::OK);
    replay.release_all();
    let run = finance.get(&format!("/v1/runs/{}?wait=60", text(&accepted["run"]["id"]))).await;
    assert_eq!((&run["state"], &run["error"]["kind"]), (&json!("failed"), &json!("not_permitted")), "{run}");
    let events = finance.items(&format!("/v1/runs/{}/events", text(&run["id"]))).await;
    let done: Vec<_> = events.iter().filter(|event| event["kind"] == "tool.done").map(|event| &event["data"]).collect();
    assert_eq!(done.iter().map(|call| call["ok"] == true).collect::<Vec<_>>(), [true, false], "{done:?}");
    assert_eq!(done[1]["result"], Value::Null);
    let log = admin.items("/v1/admin/audit?action=permission_refused").await;
    let refused = json!({"run": run["id"], "reason": "not_permitted"});
    assert_eq!((&log[0]["subject"]["id"], &log[0]["detail"]), (&json!("finance_statement"), &refused));
    assert!(told(&finance, &run, "notice").await.is_empty());
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}
