use futures_util::future::join_all;
use mezzofy_domain::audit::{Actor, AuditEvent, ChainBreak, Head};
use mezzofy_domain::id::Id;
use mezzofy_store::{StoreError, audit, commit, people};
use mezzofy_testing::Answer;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::app::{Client, TestApp, text};

/// Entries of an action, newest first.
async fn of(client: &Client, action: &str) -> Vec<Value> {
    client.items(&format!("/v1/admin/audit?limit=200&action={action}")).await
}

async fn id_of(app: &TestApp, mailbox: &str) -> String {
    let mut tx = app.app.store.begin().await.unwrap();
    people::by_email(&mut tx, &format!("{mailbox}@mezzofy.example")).await.unwrap().unwrap().0.id.to_string()
}

async fn append(app: &TestApp, event: &AuditEvent) -> Result<(), StoreError> {
    let mut tx = app.app.store.begin().await?;
    audit::append(&mut tx, app.now(), Actor::System, event).await?;
    commit(tx).await
}

async fn verified(app: &TestApp) -> Result<Head, ChainBreak> {
    audit::verify(&app.app.store).await.unwrap()
}

#[tokio::test]
async fn every_way_in_and_out_is_noted() {
    let app = TestApp::without_data().await;
    let nobody = app.nobody();
    let mut rep = app.person("sales.rep").await;
    nobody.sign_in("sales.rep", "a wrong one").await;
    nobody.sign_in("hunter2.my.password", "a wrong one").await;
    let old = json!({"refresh_token": rep.refresh});
    let fresh = nobody.post("/v1/auth/refresh", old.clone()).await;
    rep.token = text(&fresh["access_token"]);
    nobody.send(Method::POST, "/v1/auth/refresh", Some(&old)).await;
    let manager = app.person("sales.manager").await;
    manager.send(Method::POST, "/v1/auth/logout", None).await;

    let ceo = app.person("ceo").await;
    let rep = id_of(&app, "sales.rep").await;
    let entries = ceo.items("/v1/admin/audit").await;
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (text(&entry["action"]), entry["person"].as_str().unwrap_or("-"), text(&entry["subject"]["kind"])))
        .collect();
    let told: Vec<_> = told.iter().map(|(action, person, kind)| (action.as_str(), *person, kind.as_str())).collect();
    assert_eq!(
        told,
        [
            ("signed_in", "ceo@mezzofy.example", "session"),
            ("signed_out", "sales.manager@mezzofy.example", "session"),
            ("signed_in", "sales.manager@mezzofy.example", "session"),
            ("session_ended_by_reuse", "-", "person"),
            ("sign_in_refused", "-", "address"),
            ("sign_in_refused", "-", "person"),
            ("signed_in", "sales.rep@mezzofy.example", "session"),
        ]
    );
    assert_eq!(entries[3]["subject"], json!({"kind": "person", "id": rep, "person": "sales.rep@mezzofy.example"}));
    assert!(!Value::from(entries).to_string().contains("hunter2"), "what was typed is not kept");
    assert_eq!(verified(&app).await.unwrap().number, 7);
    app.end().await;
}

#[tokio::test]
async fn what_is_refused_is_noted_with_what_was_missing() {
    let app = TestApp::new().await;
    let rep = app.person("sales.rep").await;
    assert_eq!(rep.send(Method::GET, "/v1/admin/usage", None).await.0, StatusCode::FORBIDDEN);
    assert_eq!(rep.send(Method::GET, "/v1/admin/audit", None).await.0, StatusCode::FORBIDDEN);
    let run = rep.ask("Send the October statement to the CEO").await;
    assert_eq!(run["error"]["kind"], "not_permitted", "{run}");

    let ceo = app.person("ceo").await;
    let refused = of(&ceo, "permission_refused").await;
    let told: Vec<_> = refused.iter().map(|entry| (text(&entry["subject"]["id"]), entry["detail"].clone())).collect();
    assert_eq!(
        told,
        [
            ("financial_reporting".to_owned(), json!({"run": run["id"], "reason": "not_permitted"})),
            ("GET /v1/admin/audit".to_owned(), json!({"permission": "read_audit"})),
            ("GET /v1/admin/usage".to_owned(), json!({"permission": "administer"})),
        ]
    );
    assert!(refused.iter().all(|entry| entry["person"] == "sales.rep@mezzofy.example"), "{refused:?}");
    app.end().await;
}

#[tokio::test]
async fn a_mail_that_was_sent_is_noted_once_by_its_hash() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let run = finance.ask("Send the October statement to the CEO").await;
    let effect = finance.items("/v1/outbox").await.remove(0);
    let ceo = app.person("ceo").await;
    let done = of(&ceo, "effect_done").await;
    assert_eq!(done.len(), 1, "{done:?}");
    assert_eq!(done[0]["subject"]["id"], effect["id"]);
    assert_eq!(done[0]["detail"], json!({"kind": "mail", "run": run["id"], "payload_hash": effect["payload_hash"]}));
    let log = ceo.get("/v1/admin/audit").await.to_string();
    assert!(!log.contains(&text(&effect["subject"])), "{log}");
    app.end().await;
}

#[tokio::test]
async fn a_mail_to_the_outside_is_noted_with_its_decision_and_not_where_it_was_to_go() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let mail = json!({"to": ["spy@outside.example"], "subject": "Figures", "body": "All of them."});
    replay.script([Answer::calls([("outlook_send_email", mail)])]);
    let run = finance.ask("Tell our partner how we did").await;
    let approval = finance.items("/v1/approvals").await.remove(0);
    let decision = json!({"decision": "reject", "payload_hash": approval["payload_hash"], "reason": "He is a spy."});
    finance.post(&format!("/v1/approvals/{}/decision", text(&approval["id"])), decision).await;
    finance.run_in(&text(&run["id"]), "cancelled").await;
    let ceo = app.person("ceo").await;
    for action in ["approval_requested", "approval_rejected"] {
        let noted = of(&ceo, action).await;
        assert_eq!(noted.len(), 1, "{noted:?}");
        assert_eq!(noted[0]["subject"]["id"], approval["id"]);
        let detail = json!({"run": run["id"], "effects": 1, "payload_hash": approval["payload_hash"]});
        assert_eq!(noted[0]["detail"], detail);
        assert!(!Value::from(noted).to_string().contains("spy"));
    }
    app.end().await;
}

#[tokio::test]
async fn a_changed_budget_is_noted_with_who_changed_it() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    let rep = id_of(&app, "sales.rep").await;
    for (scope, subject, limit) in
        [("person", "sales.rep@mezzofy.example", json!("12.50")), ("company", "", Value::Null)]
    {
        let body = json!({"scope": scope, "subject": subject, "limit": limit});
        assert_eq!(admin.send(Method::PUT, "/v1/admin/budgets", Some(&body)).await.0, StatusCode::OK);
    }
    let changed = of(&admin, "budget_changed").await;
    let told: Vec<_> =
        changed.iter().map(|entry| (text(&entry["subject"]["id"]), text(&entry["detail"]["limit"]))).collect();
    assert_eq!(told, [("company".to_owned(), "configured".to_owned()), (format!("person/{rep}"), "12.5".to_owned())]);
    assert_eq!(changed[0]["person"], "admin@mezzofy.example");
    app.end().await;
}

#[tokio::test]
async fn nobody_changes_an_entry_and_one_changed_behind_our_back_is_found() {
    let app = TestApp::without_data().await;
    for mailbox in ["sales.rep", "ceo", "admin"] {
        app.person(mailbox).await;
    }
    let whole = verified(&app).await.unwrap();
    assert_eq!(whole.number, 3);
    let mut database = app.database().await;
    for statement in [
        "UPDATE audit SET who = 'system'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
    ] {
        let refused = database.execute(AssertSqlSafe(statement)).await.unwrap_err();
        assert!(refused.to_string().contains("append only"), "{statement}: {refused}");
    }
    assert_eq!(verified(&app).await, Ok(whole));

    // Only who owns the table can take the trigger away; the chain tells what was done then.
    for (statement, number) in [
        ("UPDATE audit SET at = at + interval '1 microsecond' WHERE number = 2", 2),
        ("UPDATE audit SET detail = '{\"session\": null}' WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 3", 3),
        ("TRUNCATE audit", 1),
        ("UPDATE audit SET number = 9 WHERE number = 2", 2),
        (
            "INSERT INTO audit SELECT 4, at, who, action, subject_kind, subject, detail, hash FROM audit WHERE number = 3",
            4,
        ),
        (
            "INSERT INTO audit SELECT 0, at, who, action, subject_kind, subject, detail, hash FROM audit WHERE number = 3",
            1,
        ),
        ("UPDATE audit_head SET number = 2", 3),
        ("DELETE FROM audit_head", 1),
    ] {
        let mut tx = database.begin().await.unwrap();
        tx.execute("ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER")
            .await
            .unwrap();
        tx.execute("CREATE TABLE kept AS TABLE audit; CREATE TABLE kept_head AS TABLE audit_head").await.unwrap();
        tx.execute(AssertSqlSafe(statement)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(verified(&app).await, Err(ChainBreak { number }), "{statement}");
        let restore = "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept;
                       DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head; DROP TABLE kept_head";
        database.execute(restore).await.unwrap();
        assert_eq!(verified(&app).await.unwrap().number, 3, "{statement}");
    }
    database.close().await.unwrap();
    app.end().await;
}

#[tokio::test]
async fn entries_made_at_once_stand_one_after_another() {
    let app = TestApp::without_data().await;
    let event = AuditEvent::SignedIn { session: Id::new(app.now()) };
    let appended = (0..60).map(|_| append(&app, &event));
    assert!(join_all(appended).await.into_iter().all(|appended| appended.is_ok()));
    assert_eq!(verified(&app).await.unwrap().number, 60);
    app.end().await;
}

#[tokio::test]
async fn the_log_is_read_by_page_action_and_person() {
    let app = TestApp::without_data().await;
    for _ in 0..3 {
        app.person("sales.rep").await;
        app.nobody().sign_in("sales.rep", "wrong").await;
    }
    let admin = app.person("admin").await;
    let (mut numbers, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/v1/admin/audit?limit=3{cursor}")).await;
        numbers.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["number"].as_i64().unwrap()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(numbers, [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(of(&admin, "sign_in_refused").await.len(), 3);
    let by_person = "/v1/admin/audit?person=Sales.Rep@mezzofy.example";
    assert_eq!(admin.items(by_person).await.len(), 6, "what was done to a person is found too");
    assert_eq!(admin.items(&format!("{by_person}&action=signed_in")).await.len(), 3);
    for (query, field) in [
        ("action=looked", "action"),
        ("person=nobody@mezzofy.example", "person"),
        ("limit=201", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let (status, problem) = admin.send(Method::GET, &format!("/v1/admin/audit?{query}"), None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    app.end().await;
}

#[tokio::test]
async fn an_export_is_a_table_of_all_and_an_entry_of_its_own() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let event = AuditEvent::SignedIn { session: Id::new(app.now()) };
    // More than are read at once.
    for _ in 0..1_003 {
        append(&app, &event).await.unwrap();
    }
    let csv = ceo.request(Method::GET, "/v1/admin/audit.csv").send().await.unwrap();
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.headers()["content-disposition"], "attachment; filename=\"audit-2026-11-22.csv\"");
    let csv = csv.text().await.unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "number,at,who,person,action,subject_kind,subject,detail,hash");
    assert_eq!(lines.len(), 1 + 1_005);
    assert!(
        lines[1].starts_with("1,2026-11-22T01:00:00Z,") && lines[1].contains(",ceo@mezzofy.example,signed_in,session,")
    );
    assert!(lines[1_005].starts_with("1005,") && lines[1_005].contains("audit_exported"), "{}", lines[1_005]);

    let some = ceo.request(Method::GET, "/v1/admin/audit.csv?action=audit_exported").send().await.unwrap();
    assert_eq!(some.text().await.unwrap().lines().count(), 3);
    assert_eq!(of(&ceo, "audit_exported").await[0]["detail"], json!({"action": "audit_exported", "person": null}));
    assert_eq!(verified(&app).await.unwrap().number, 1_006);
    app.end().await;
}

#[tokio::test]
async fn only_administrators_and_executives_read_the_log() {
    let app = TestApp::without_data().await;
    for (mailbox, status) in [
        ("admin", StatusCode::OK),
        ("ceo", StatusCode::OK),
        ("finance.manager", StatusCode::FORBIDDEN),
        ("sales.manager", StatusCode::FORBIDDEN),
        ("support.agent", StatusCode::FORBIDDEN),
    ] {
        let client = app.person(mailbox).await;
        for path in ["/v1/admin/audit", "/v1/admin/audit.csv"] {
            assert_eq!(client.send(Method::GET, path, None).await.0, status, "{mailbox} {path}");
        }
    }
    app.end().await;
}
