//! What leaves the company waits for a person, and what was approved is what is sent.

use chrono::TimeDelta;
use mezzofy_domain::canonical;
use mezzofy_domain::effect::EffectState;
use mezzofy_domain::id::{self, Id};
use mezzofy_store::effects;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Client, TestApp, text, wait_for};

pub(crate) const HOLD: TimeDelta = TimeDelta::seconds(20);

/// A text that asks for invitations to so many people outside.
fn invite(count: usize) -> String {
    let people: Vec<String> = (1..=count).map(|n| format!("p{n}@customer.example")).collect();
    format!("Send the invitation to {}", people.join(", "))
}

/// Asks for them and answers the run that waits, and its approval.
pub(crate) async fn asked(person: &Client, count: usize) -> (Value, Value) {
    let run = person.ask(&invite(count)).await;
    assert_eq!((&run["state"], &run["waiting_for"]), (&json!("waiting"), &json!("approval")), "{run}");
    let pending = person.items("/v1/approvals?state=pending").await;
    let approval = pending.into_iter().find(|approval| approval["run_id"] == run["id"]).unwrap();
    (run, approval)
}

pub(crate) async fn decide(person: &Client, approval: &Value, mut decision: Value) -> (StatusCode, Value) {
    if decision["payload_hash"].is_null() {
        decision["payload_hash"] = approval["payload_hash"].clone();
    }
    let path = format!("/v1/approvals/{}/decision", text(&approval["id"]));
    person.send(Method::POST, &path, Some(&decision)).await
}

pub(crate) async fn approve(person: &Client, approval: &Value) -> Value {
    let (status, decided) = decide(person, approval, json!({"decision": "approve"})).await;
    assert_eq!(status, StatusCode::OK, "{decided}");
    decided
}

/// Waits until a run rests, its mails held.
pub(crate) async fn rests(person: &Client, run: &Value) {
    let path = format!("/v1/runs/{}/events", text(&run["id"]));
    let told = async {
        while !person.items(&path).await.iter().any(|event| event["data"].to_string().contains("Leaves at")) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), told).await.expect("the mails are held");
}

/// The mails of a run in the outbox, in the order in which they were proposed.
pub(crate) async fn outbox(person: &Client, run: &Value) -> Vec<Value> {
    let mut items = person.items("/v1/outbox?limit=200").await;
    items.retain(|item| item["run_id"] == run["id"]);
    items.reverse();
    items
}

pub(crate) fn payloads(approval: &Value) -> Vec<Value> {
    approval["effects"].as_array().unwrap().iter().map(|effect| effect["payload"].clone()).collect()
}

#[tokio::test]
async fn twenty_mails_are_one_approval_and_what_is_sent_is_what_was_shown() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 20).await;
    assert_eq!(approval["payload_hash"], canonical::hash(&payloads(&approval)).unwrap());
    assert_eq!(payloads(&approval).len(), 20);
    assert_eq!(approval["effects"][0]["origin"]["trust"], "person");
    assert_eq!(approval["effects"][0]["origin"]["values"][0]["from"], "your message");
    assert!(text(&approval["why"]).contains("p1@customer.example"), "{approval}");
    assert!(text(&run["answer"].as_str().map_or(json!(""), Value::from)).is_empty(), "it has no answer yet");
    assert!(outbox(&finance, &run).await.is_empty(), "nothing is even intended");

    let decided = approve(&finance, &approval).await;
    assert_eq!((&decided["state"], &decided["payload_hash"]), (&json!("approved"), &approval["payload_hash"]));
    let held = outbox(&finance, &run).await;
    assert!(held.iter().all(|mail| mail["state"] == "intended" && !mail["undo_until"].is_null()), "{held:?}");
    app.advance(HOLD);
    let ended = finance.run_in(&text(&run["id"]), "succeeded").await;
    assert_eq!(ended["answer"], "The invitations are out.");
    let sent = outbox(&finance, &run).await;
    for (sent, shown) in sent.iter().zip(payloads(&approval)) {
        assert_eq!((&sent["state"], &sent["undo_until"]), (&json!("done"), &Value::Null));
        let is = json!({"to": sent["to"], "cc": sent["cc"], "subject": sent["subject"], "body": sent["body"], "attachments": sent["attachments"]});
        assert_eq!(is, shown);
        assert_eq!(sent["payload_hash"], canonical::hash(&shown).unwrap());
    }
    assert_eq!(app.mailbox("finance.manager", "sentitems").await.len(), 20);
    app.end().await;
}

#[tokio::test]
async fn who_decides_first_has_decided_and_others_see_nothing() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 1).await;
    let path = format!("/v1/approvals/{}", text(&approval["id"]));
    for other in ["finance.viewer", "sales.manager", "admin"] {
        let other = app.person(other).await;
        assert_eq!(other.send(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
        assert_eq!(decide(&other, &approval, json!({"decision": "approve"})).await.0, StatusCode::NOT_FOUND);
        assert!(other.items("/v1/approvals").await.is_empty());
    }
    let wrong = json!({"decision": "approve", "payload_hash": "0".repeat(64)});
    assert_eq!(decide(&finance, &approval, wrong).await.0, StatusCode::CONFLICT);
    let (status, problem) = decide(&finance, &approval, json!({"decision": "perhaps"})).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("decision")));

    let (yes, no) = (json!({"decision": "approve"}), json!({"decision": "reject"}));
    let (one, other) = tokio::join!(decide(&finance, &approval, yes), decide(&finance, &approval, no));
    let statuses = [one.0, other.0];
    assert!(statuses.contains(&StatusCode::OK) && statuses.contains(&StatusCode::CONFLICT), "{statuses:?}");
    app.advance(HOLD);
    let state = if one.0 == StatusCode::OK { "succeeded" } else { "cancelled" };
    finance.run_in(&text(&run["id"]), state).await;
    app.end().await;
}

#[tokio::test]
async fn a_rejected_approval_ends_the_run_and_the_answer_says_why() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 2).await;
    let (status, decided) =
        decide(&finance, &approval, json!({"decision": "reject", "reason": "Not before May."})).await;
    assert_eq!(
        (status, &decided["state"], &decided["reason"]),
        (StatusCode::OK, &json!("rejected"), &json!("Not before May."))
    );
    let ended = finance.get(&format!("/v1/runs/{}?wait=60", text(&run["id"]))).await;
    assert_eq!(ended["state"], "cancelled", "a decided run waits for nobody: {ended}");
    assert_eq!(ended["answer"], "It was not approved, so I have sent nothing. Not before May.");
    assert_eq!(decide(&finance, &approval, json!({"decision": "approve"})).await.0, StatusCode::CONFLICT);
    assert!(outbox(&finance, &run).await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn after_72_hours_nobody_can_approve_and_the_run_says_so() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 1).await;
    app.advance(TimeDelta::hours(72));
    let finance = app.person("finance.manager").await;
    assert_eq!(decide(&finance, &approval, json!({"decision": "approve"})).await.0, StatusCode::CONFLICT);
    let ended = finance.run_in(&text(&run["id"]), "failed").await;
    assert_eq!(ended["error"]["kind"], "approval_expired");
    assert_eq!(finance.get(&format!("/v1/approvals/{}", text(&approval["id"]))).await["state"], "expired");
    assert!(outbox(&finance, &run).await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn an_edit_is_what_is_sent_and_what_was_left_out_is_not() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 3).await;
    let mut edit = payloads(&approval);
    edit.remove(1);
    edit[0]["body"] = json!("Come.");
    edit[1]["to"] = json!(["Other@Customer.example"]);
    let (status, decided) = decide(&finance, &approval, json!({"decision": "approve", "payload": edit})).await;
    assert_eq!(status, StatusCode::OK, "{decided}");
    edit[1]["to"] = json!(["other@customer.example"]);
    assert_eq!(payloads(&decided), edit);
    assert_eq!(decided["payload_hash"], canonical::hash(&edit).unwrap());
    assert_ne!(decided["payload_hash"], approval["payload_hash"]);
    app.advance(HOLD);
    let ended = finance.run_in(&text(&run["id"]), "succeeded").await;
    let sent = outbox(&finance, &run).await;
    let of = |at: usize, name: &str| sent[at][name].clone();
    assert_eq!((sent.len(), of(0, "body"), of(1, "to")), (2, json!("Come."), json!(["other@customer.example"])));
    let answer = text(&ended["answer"]);
    assert!(
        answer.contains("Left out in the approval and not sent: 1.") && answer.contains("other@customer.example"),
        "{answer}"
    );
    app.end().await;
}

#[tokio::test]
async fn a_bad_edit_is_refused_and_the_approval_still_waits() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (_, approval) = asked(&finance, 1).await;
    let shown = payloads(&approval).remove(0);
    let with = |name: &str, value: Value| {
        let mut mail = shown.clone();
        mail[name] = value;
        vec![mail]
    };
    for edit in [
        vec![],
        vec![shown.clone(), shown.clone()],
        with("to", json!([])),
        with("to", json!(["nobody"])),
        with("subject", json!("One\nBcc: two@x.example")),
        with("attachments", json!([{"id": "0193a5b0-0000-7000-8000-000000000000"}])),
    ] {
        let (status, problem) = decide(&finance, &approval, json!({"decision": "approve", "payload": edit})).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("payload")),
            "{edit:?}"
        );
    }
    assert_eq!(finance.items("/v1/approvals?state=pending").await.len(), 1);
    app.end().await;
}

#[tokio::test]
async fn above_fifty_recipients_a_manager_of_the_department_decides() {
    let app = TestApp::with_outreach(|config| {
        config.settings.limits.mails_an_hour = 100;
        config.roles = mezzofy_domain::roles::Roles::parse(
            &std::fs::read_to_string(config.home.join("config/roles.yaml")).unwrap().replace(
                "may: [query_data, read_kpis, read_ledger]\n    skills: [financial",
                "may: [query_data, read_kpis, read_ledger, send_mail]\n    skills: [financial",
            ),
        )
        .unwrap();
    })
    .await;
    let viewer = app.person("finance.viewer").await;
    let (run, approval) = asked(&viewer, 51).await;
    assert_eq!(approval["may_decide"], false);
    assert!(text(&approval["why"]).contains("manager"), "{approval}");
    assert_eq!(decide(&viewer, &approval, json!({"decision": "approve"})).await.0, StatusCode::FORBIDDEN);
    let sales = app.person("sales.manager").await;
    assert_eq!(decide(&sales, &approval, json!({"decision": "approve"})).await.0, StatusCode::NOT_FOUND);
    let manager = app.person("finance.manager").await;
    let seen = manager.items("/v1/approvals?state=pending").await;
    assert_eq!((seen.len(), &seen[0]["may_decide"]), (1, &json!(true)));
    let decided = approve(&manager, &approval).await;
    assert_eq!(decided["decided_by"]["name"], "Mei Ling Koh");
    app.advance(HOLD);
    viewer.run_in(&text(&run["id"]), "succeeded").await;
    assert_eq!(outbox(&viewer, &run).await.len(), 51);
    assert!(manager.items("/v1/outbox").await.is_empty(), "they are the viewer's mails");
    app.end().await;
}

#[tokio::test]
async fn a_held_mail_can_be_taken_back_until_it_leaves() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 2).await;
    approve(&finance, &approval).await;
    let held = outbox(&finance, &run).await;
    let undo = |at: usize| format!("/v1/outbox/{}/undo", text(&held[at]["id"]));
    let other = app.person("ceo").await;
    assert_eq!(other.send(Method::POST, &undo(0), None).await.0, StatusCode::NOT_FOUND);
    let taken = finance.post(&undo(0), json!({})).await;
    assert_eq!((&taken["state"], &taken["error"]), (&json!("failed"), &json!("Taken back before it left.")));
    assert_eq!(finance.send(Method::POST, &undo(0), None).await.0, StatusCode::CONFLICT);
    app.advance(HOLD);
    let ended = finance.run_in(&text(&run["id"]), "succeeded").await;
    assert!(text(&ended["answer"]).contains("Taken back and not sent: 1."), "{ended}");
    assert_eq!(finance.send(Method::POST, &undo(1), None).await.0, StatusCode::CONFLICT, "it has left");
    assert_eq!(app.mailbox("finance.manager", "sentitems").await.len(), 1);

    let (run, approval) = asked(&finance, 1).await;
    approve(&finance, &approval).await;
    let held = outbox(&finance, &run).await;
    finance.post(&format!("/v1/outbox/{}/undo", text(&held[0]["id"])), json!({})).await;
    let ended = finance.run_in(&text(&run["id"]), "cancelled").await;
    assert_eq!(ended["answer"], "You took it back, so nothing was sent.", "it waits for nothing more");
    app.end().await;
}

#[tokio::test]
async fn a_payload_changed_in_the_database_after_the_approval_is_not_sent() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    for change in [
        "UPDATE effects SET payload = jsonb_set(payload, '{body}', '\"Pay me.\"')",
        "UPDATE effects SET payload = jsonb_set(payload, '{body}', '\"Pay me.\"'), payload_hash = repeat('0', 64)",
    ] {
        let (run, approval) = asked(&finance, 1).await;
        approve(&finance, &approval).await;
        let mut database = app.database().await;
        let change = format!("{change} WHERE state = 'intended'");
        let refused = sqlx::query(sqlx::AssertSqlSafe(change.clone())).execute(&mut database).await;
        assert!(refused.unwrap_err().to_string().contains("never changes"));
        // Someone who may switch triggers off, e.g. in a copy of the data.
        sqlx::query("SET session_replication_role = replica").execute(&mut database).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut database).await.unwrap();
        app.advance(HOLD);
        finance.run_in(&text(&run["id"]), "failed").await;
        let kept = outbox(&finance, &run).await;
        assert_eq!((kept.len(), &kept[0]["state"]), (1, &json!("failed")));
        assert!(text(&kept[0]["error"]).contains("not what was approved"), "{kept:?}");
    }
    assert!(app.mailbox("finance.manager", "sentitems").await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn who_may_send_no_more_sends_nothing_though_it_was_approved() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 1).await;
    let (later, of_later) = asked(&finance, 1).await;
    approve(&finance, &approval).await;
    rests(&finance, &run).await;
    let mut database = app.database().await;
    let set = sqlx::query("UPDATE people SET role = 'finance_viewer' WHERE email = 'finance.manager@mezzofy.example'");
    set.execute(&mut database).await.unwrap();
    app.advance(HOLD);
    let ended = finance.run_in(&text(&run["id"]), "failed").await;
    assert_eq!(ended["error"]["kind"], "not_permitted");
    assert_eq!(decide(&finance, &of_later, json!({"decision": "approve"})).await.0, StatusCode::CONFLICT);
    decide(&finance, &of_later, json!({"decision": "reject"})).await;
    finance.run_in(&text(&later["id"]), "cancelled").await;
    assert!(app.mailbox("finance.manager", "sentitems").await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn a_run_stopped_while_it_waits_or_holds_sends_nothing() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    for approved in [false, true] {
        let (run, approval) = asked(&finance, 2).await;
        if approved {
            approve(&finance, &approval).await;
        }
        finance.post(&format!("/v1/runs/{}/cancel", text(&run["id"])), json!({})).await;
        finance.run_in(&text(&run["id"]), "cancelled").await;
        let approval = finance.get(&format!("/v1/approvals/{}", text(&approval["id"]))).await;
        assert_eq!(approval["state"], if approved { "approved" } else { "rejected" });
        assert!(outbox(&finance, &run).await.iter().all(|mail| mail["state"] == "failed"));
    }
    let (run, approval) = asked(&finance, 1).await;
    let path = format!("/v1/conversations/{}", text(&run["conversation_id"]));
    assert_eq!(finance.send(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(decide(&finance, &approval, json!({"decision": "approve"})).await.0, StatusCode::CONFLICT);
    app.advance(HOLD);
    assert!(app.mailbox("finance.manager", "sentitems").await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn of_two_workers_that_take_each_other_for_dead_one_goes_on_with_a_mail() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 1).await;
    approve(&finance, &approval).await;
    rests(&finance, &run).await;
    let effect: Id<id::Effect> = text(&outbox(&finance, &run).await[0]["id"]).parse().unwrap();
    let mut db = app.database().await;
    assert!(effects::attempt(&mut db, effect, app.app.clock.now() + HOLD).await.unwrap());
    // Both know of no place; the second is told that it is behind, and so it asks nothing of the mailbox.
    let (creating, ready) = (json!({"at": "creating"}), json!({"at": "ready", "id": "AAk"}));
    assert!(effects::advance(&mut db, effect, None, &creating).await.unwrap());
    assert!(!effects::advance(&mut db, effect, None, &creating).await.unwrap());
    assert!(effects::advance(&mut db, effect, Some(&creating), &ready).await.unwrap());
    let other = json!({"at": "ready", "id": "AAm"});
    assert!(!effects::advance(&mut db, effect, Some(&creating), &other).await.unwrap(), "its own draft is not sent");
    // What the first met with meanwhile says nothing of the mail: only who has gone on with it ends it.
    let (failed, done, now) = (EffectState::Failed, EffectState::Done, app.app.clock.now());
    for behind in [None, Some(&creating)] {
        assert!(!effects::end(&mut db, effect, behind, failed, Some("refused"), now).await.unwrap());
    }
    assert!(effects::end(&mut db, effect, Some(&ready), done, None, now).await.unwrap());
    assert_eq!(outbox(&finance, &run).await[0]["state"], "done");
    app.end().await;
}

/// Of two workers one knew the run before the other moved it on, and was first at the mail. It lets go when it stores its step, so the other
/// must not.
#[tokio::test]
async fn a_worker_that_finds_another_at_a_mail_looks_again_and_the_run_ends() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 1).await;
    approve(&finance, &approval).await;
    rests(&finance, &run).await;
    let mut db = app.database().await;
    let another = "CREATE SEQUENCE another;
         CREATE FUNCTION another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF pg_trigger_depth() > 1 OR nextval('another') > 1 THEN RETURN NEW; END IF;
             UPDATE effects SET state = 'attempting' WHERE id = NEW.id;
             RETURN NULL;
         END $$;
         ALTER FUNCTION another() SECURITY DEFINER;
         CREATE TRIGGER another BEFORE UPDATE ON effects FOR EACH ROW WHEN (NEW.state = 'attempting') EXECUTE FUNCTION another()";
    sqlx::raw_sql(another).execute(&mut db).await.unwrap();
    app.advance(HOLD);
    wait_for(async || {
        let later =
            sqlx::query_scalar::<_, i64>("SELECT count(*) FROM runs WHERE wake_at > $1").bind(app.app.clock.now());
        let count = later.fetch_one(&mut app.database().await).await.unwrap();
        (count > 0).then_some(())
    })
    .await;
    assert_eq!(outbox(&finance, &run).await[0]["state"], "attempting");
    app.advance(TimeDelta::seconds(15));
    finance.run_in(&text(&run["id"]), "succeeded").await;
    assert_eq!(app.mailbox("finance.manager", "sentitems").await.len(), 1);
    app.end().await;
}

#[tokio::test]
async fn a_conversation_goes_on_while_a_run_of_it_waits_for_an_approval() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 1).await;
    let other = finance.say(&text(&run["conversation_id"]), "approve it").await;
    assert_ne!(other["id"], run["id"], "a text is no decision");
    assert_eq!(finance.items("/v1/approvals?state=pending").await.len(), 1);
    approve(&finance, &approval).await;
    app.advance(HOLD);
    finance.run_in(&text(&run["id"]), "succeeded").await;
    let events = finance.items(&format!("/v1/runs/{}/events", text(&run["id"]))).await;
    let of_approval: Vec<_> = events.iter().filter(|event| text(&event["kind"]).starts_with("approval.")).collect();
    let asked = json!({"approval_id": approval["id"], "state": "pending"});
    let decided = json!({"approval_id": approval["id"], "state": "approved"});
    assert_eq!((of_approval.len(), &of_approval[0]["data"], &of_approval[1]["data"]), (2, &asked, &decided));
    app.end().await;
}

#[tokio::test]
async fn thirty_mails_an_hour_are_one_persons_share() {
    let app = TestApp::with_outreach(|_| {}).await;
    let finance = app.person("finance.manager").await;
    let (run, approval) = asked(&finance, 20).await;
    let (_, second) = asked(&finance, 20).await;
    approve(&finance, &approval).await;
    let path = format!("/v1/approvals/{}/decision", text(&second["id"]));
    let decision = json!({"decision": "approve", "payload_hash": second["payload_hash"]});
    let refused = finance.request(Method::POST, &path).json(&decision).send().await.unwrap();
    let after = refused.headers()["retry-after"].to_str().unwrap().parse::<i64>().unwrap();
    assert_eq!((refused.status(), after), (StatusCode::TOO_MANY_REQUESTS, 3600));
    let mut fewer = payloads(&second);
    fewer.truncate(10);
    let (status, _) = decide(&finance, &second, json!({"decision": "approve", "payload": fewer})).await;
    assert_eq!(status, StatusCode::OK);
    app.advance(HOLD);
    finance.run_in(&text(&run["id"]), "succeeded").await;
    finance.run_in(&text(&second["run_id"]), "succeeded").await;
    let third = finance.ask(&invite(1)).await;
    assert_eq!((&third["state"], &third["error"]["kind"]), (&json!("failed"), &json!("limit_reached")), "{third}");
    assert!(text(&third["error"]["detail"]).contains("after 10:00"), "{third}");
    app.advance(TimeDelta::hours(1));
    let finance = app.person("finance.manager").await;
    asked(&finance, 20).await;
    app.end().await;
}

#[tokio::test]
async fn a_standing_approval_lets_its_skill_send_up_to_its_limit_a_day() {
    let app = TestApp::with_outreach(|config| {
        config.roles = mezzofy_domain::roles::Roles::parse(
            &std::fs::read_to_string(config.home.join("config/roles.yaml")).unwrap().replace(
                "may: [calendar, decide_for_others, post_in_teams, query_data, read_kpis, read_ledger",
                "may: [calendar, decide_for_others, post_in_teams, query_data, read_kpis, standing_approvals, read_ledger",
            ),
        )
        .unwrap();
    })
    .await;
    let finance = app.person("finance.manager").await;
    let rule = json!({"rule": "domains", "values": ["customer.example"]});
    let order = json!({"skill": "test_outreach", "template": "mails", "recipients": rule, "limit_a_day": 3});
    let standing = finance.post("/v1/standing-approvals", order).await;
    for bad in [
        json!({"skill": "nothing", "recipients": {"rule": "anyone"}, "limit_a_day": 1}),
        json!({"skill": "test_outreach", "template": "nothing", "recipients": {"rule": "anyone"}, "limit_a_day": 1}),
        json!({"skill": "test_outreach", "recipients": {"rule": "anyone"}, "limit_a_day": 0}),
        json!({"skill": "test_outreach", "recipients": {"rule": "domains"}, "limit_a_day": 1}),
        json!({"skill": "test_outreach", "recipients": {"rule": "addresses", "values": ["x"]}, "limit_a_day": 1}),
    ] {
        let (status, _) = finance.send(Method::POST, "/v1/standing-approvals", Some(&bad)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let viewer = app.person("sales.rep").await;
    assert_eq!(viewer.send(Method::GET, "/v1/standing-approvals", None).await.0, StatusCode::FORBIDDEN);

    let run = finance
        .post(
            &format!("/v1/conversations/{}/messages", finance.conversation().await),
            json!({"client_id": uuid::Uuid::new_v4(), "text": invite(2)}),
        )
        .await;
    let run = run["run"].clone();
    let held = async {
        loop {
            let held = outbox(&finance, &run).await;
            if held.len() == 2 {
                return held;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let held = tokio::time::timeout(std::time::Duration::from_secs(20), held).await.unwrap();
    assert!(held.iter().all(|mail| !mail["undo_until"].is_null()), "they can be taken back");
    app.advance(HOLD);
    finance.run_in(&text(&run["id"]), "succeeded").await;
    assert_eq!(finance.items("/v1/standing-approvals").await[0]["used_today"], 2);
    let (over, approval) = asked(&finance, 2).await;
    decide(&finance, &approval, json!({"decision": "reject"})).await;
    finance.run_in(&text(&over["id"]), "cancelled").await;
    let elsewhere = finance.ask("Send the invitation to x@elsewhere.example").await;
    assert_eq!(elsewhere["waiting_for"], "approval", "the rule does not hold this address");

    let path = format!("/v1/standing-approvals/{}", text(&standing["id"]));
    assert_eq!(app.person("sales.manager").await.send(Method::DELETE, &path, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(finance.send(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    asked(&finance, 1).await;
    app.end().await;
}
