use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{TestApp, text};

#[tokio::test]
async fn the_same_message_sent_again_gives_the_same_answer_and_starts_nothing() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    let path = format!("/v1/conversations/{conversation}/messages");
    let body = json!({"client_id": Uuid::new_v4(), "text": "Generate the latest financial statement"});
    let (first, second) = tokio::join!(finance.post(&path, body.clone()), finance.post(&path, body.clone()));
    assert_eq!(first["message"], second["message"]);
    let run = text(&first["run"]["id"]);
    assert_eq!(run, text(&second["run"]["id"]));
    finance.get(&format!("/v1/runs/{run}?wait=60")).await;
    let third = finance.post(&path, body).await;
    assert_eq!((third["run"]["id"].as_str(), third["run"]["state"].as_str()), (Some(run.as_str()), Some("succeeded")));
    assert_eq!(finance.items("/v1/files").await.len(), 1);
    app.end().await;
}

#[tokio::test]
async fn the_first_message_gives_the_conversation_its_title_unless_it_has_one() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    finance.say(&conversation, "Balance sheet 2025 please").await;
    let path = format!("/v1/conversations/{conversation}");
    assert_eq!(finance.get(&path).await["title"], "Balance sheet 2025 please");
    let (_, renamed) = finance.send(Method::PATCH, &path, Some(&json!({"title": "Year end"}))).await;
    assert_eq!(renamed["title"], "Year end");
    finance.say(&conversation, "hello").await;
    assert_eq!(finance.get(&path).await["title"], "Year end");
    app.end().await;
}

#[tokio::test]
async fn lists_go_on_where_the_page_before_ended() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(ceo.conversation().await);
        app.advance(chrono::TimeDelta::seconds(1));
    }
    made.reverse();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ceo.get(&format!("/v1/conversations?limit=2{cursor}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| text(&item["id"])));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, made);
    app.end().await;
}

#[tokio::test]
async fn a_deleted_conversation_is_gone_but_its_files_and_mails_are_not() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    let run = finance.say(&conversation, "Send the October statement to the CEO").await;
    let path = format!("/v1/conversations/{conversation}");
    assert_eq!(finance.send(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(finance.send(Method::GET, &path, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        finance.send(Method::GET, &format!("/v1/runs/{}", text(&run["id"])), None).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(finance.items("/v1/files").await.len(), 1);
    assert_eq!(finance.items("/v1/outbox").await.len(), 1);
    app.end().await;
}

#[tokio::test]
async fn part_of_a_file_can_be_read_and_a_deleted_file_can_not() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let run = finance.ask("October statement as PDF").await;
    let path = format!("/v1/files/{}", text(&run["files"][0]["id"]));
    let part =
        finance.request(Method::GET, &format!("{path}/content")).header("range", "bytes=0-4").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(&part.bytes().await.unwrap()[..], b"%PDF-");
    let beyond = finance
        .request(Method::GET, &format!("{path}/content"))
        .header("range", "bytes=99999999-")
        .send()
        .await
        .unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(finance.send(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(finance.send(Method::GET, &format!("{path}/content"), None).await.0, StatusCode::NOT_FOUND);
    app.end().await;
}

#[tokio::test]
async fn suggestions_are_those_of_the_persons_role_and_language() {
    let app = TestApp::without_data().await;
    let titles = |items: Vec<Value>| items.iter().map(|skill| text(&skill["title"])).collect::<Vec<_>>();
    let of_rep = titles(app.person("sales.rep").await.items("/v1/skills").await);
    assert!(
        of_rep.contains(&"Pitch deck".to_owned()) && !of_rep.contains(&"Financial statement".to_owned()),
        "{of_rep:?}"
    );
    let ceo = app.person("ceo").await;
    assert_eq!(titles(ceo.items("/v1/skills").await)[0], "Financial statement");
    ceo.send(Method::PATCH, "/v1/me", Some(&json!({"language": "zh"}))).await;
    assert_eq!(titles(ceo.items("/v1/skills").await)[0], "财务报表");
    app.end().await;
}

#[tokio::test]
async fn a_conversation_begins_without_a_body_and_a_message_may_name_what_it_does_not_carry() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let (status, conversation) = ceo.send(Method::POST, "/v1/conversations", None).await;
    assert_eq!(status, StatusCode::CREATED, "{conversation}");
    let path = format!("/v1/conversations/{}/messages", text(&conversation["id"]));
    let body = json!({"client_id": Uuid::new_v4(), "text": "hello", "file_ids": [], "url": null, "agent": null});
    let accepted = ceo.post(&path, body).await;
    ceo.get(&format!("/v1/runs/{}?wait=60", text(&accepted["run"]["id"]))).await;
    assert_eq!(ceo.send(Method::POST, &path, None).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    app.end().await;
}

#[tokio::test]
async fn an_answer_to_a_question_of_an_older_version_begins_a_run_of_its_own() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    let waiting = finance.say(&conversation, "Send the October statement to the CFO").await;
    assert_eq!(waiting["state"], "waiting");
    app.forget_machine(&text(&waiting["id"])).await;
    let run = finance.say(&conversation, "P&L for Q3 as PDF").await;
    assert_eq!((run["state"].as_str(), run["id"] == waiting["id"]), (Some("succeeded"), false), "{run}");
    let old = finance.get(&format!("/v1/runs/{}", text(&waiting["id"]))).await;
    assert_eq!(old["state"], "cancelled");
    app.end().await;
}
