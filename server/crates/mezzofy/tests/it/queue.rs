//! Who goes first: so many runs of a person at once, and people before what nobody waits for.

use mezzofy_domain::id::Id;
use mezzofy_store::jobs;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::app::{Client, TestApp, text};

async fn post(who: &Client, said: &str) -> String {
    let path = format!("/v1/conversations/{}/messages", who.conversation().await);
    text(&who.post(&path, json!({"client_id": Uuid::new_v4(), "text": said})).await["run"]["id"])
}

#[tokio::test]
async fn a_person_has_four_runs_at_work_and_the_next_waits_for_its_turn_and_holds_nobody_up() {
    let app = TestApp::new().await;
    let (finance, rep) = (app.person("finance.manager").await, app.person("sales.rep").await);
    let mut ended = Vec::new();
    for _ in 0..4 {
        ended.push(text(&finance.ask("October statement as PDF").await["id"]));
    }
    app.settled().await;
    // As if four of theirs were at work somewhere.
    let mut owner = app.database().await;
    sqlx::query("UPDATE runs SET state = 'running', ended_at = NULL").execute(&mut owner).await.unwrap();
    let fifth = post(&finance, "September statement as PDF").await;
    let other = rep.ask("Which leads are in Penang?").await;
    assert_ne!(other["state"], "queued", "somebody else is served");
    for _ in 0..3 {
        let run = finance.get(&format!("/v1/runs/{fifth}?wait=1")).await;
        assert_eq!(run["state"], "queued", "{run}");
    }
    let path = format!("/v1/runs/{fifth}/cancel");
    let sixth = post(&finance, "August statement as PDF").await;
    assert!(finance.send(Method::POST, &path, Some(&json!({}))).await.0.is_success());
    finance.run_in(&fifth, "cancelled").await;

    let id: Uuid = ended[0].parse().unwrap();
    sqlx::query("UPDATE runs SET state = 'succeeded', ended_at = now() WHERE id = $1")
        .bind(id)
        .execute(&mut owner)
        .await
        .unwrap();
    let run = finance.run_in(&sixth, "succeeded").await;
    assert_eq!(run["files"].as_array().map(Vec::len), Some(1), "{run}");
    sqlx::query("UPDATE runs SET state = 'succeeded', ended_at = now()").execute(&mut owner).await.unwrap();
    app.end().await;
}

#[tokio::test]
async fn what_a_schedule_began_stands_behind_what_people_wait_for() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let run = text(&ceo.ask("October statement as PDF").await["id"]);
    app.settled().await;
    let run: Id<_> = run.parse().unwrap();
    let mut tx = app.app.store.begin().await.unwrap();
    let priority = async |tx: &mut mezzofy_store::Tx| {
        jobs::enqueue(tx, run).await.unwrap();
        let newest = "SELECT priority FROM apalis.jobs WHERE status = 'Pending' ORDER BY run_at DESC, id DESC LIMIT 1";
        sqlx::query_scalar::<_, i32>(newest).fetch_one(&mut **tx).await.unwrap()
    };
    assert_eq!(priority(&mut tx).await, 1);
    sqlx::query("UPDATE runs SET background = true").execute(&mut *tx).await.unwrap();
    sqlx::query("DELETE FROM apalis.jobs WHERE status = 'Pending'").execute(&mut *tx).await.unwrap();
    assert_eq!(priority(&mut tx).await, 0);
    drop(tx);

    // A schedule's run and a webhook's are such; one that a person begins by hand is not.
    let rule = json!({"kind": "cron", "cron": "0 9 * * 1", "zone": "Asia/Singapore"});
    let made =
        ceo.post("/v1/schedules", json!({"name": "Weekly", "request": "KPI report for last week", "rule": rule})).await;
    let begun = ceo.post(&format!("/v1/schedules/{}/run", text(&made["id"])), json!({})).await;
    ceo.run_in(&text(&begun["run"]["id"]), "succeeded").await;
    app.advance(chrono::TimeDelta::days(1));
    mezzofy_engine::scheduler::begin_due(&app.app).await.unwrap();
    app.settled().await;
    let mut owner = app.database().await;
    let background: Vec<bool> =
        sqlx::query_scalar("SELECT r.background FROM occurrences o JOIN runs r ON r.id = o.run_id ORDER BY o.due_at")
            .fetch_all(&mut owner)
            .await
            .unwrap();
    assert_eq!(background, [false, true]);
    app.end().await;
}
