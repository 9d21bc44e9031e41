use mezzofy_domain::canonical;
use mezzofy_domain::ledger::CashRule;
use mezzofy_domain::ledger::statement::Statement;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{TestApp, text};

const W1: &str = "Generate the latest financial statement and send it to the CEO";

#[tokio::test]
async fn a_statement_is_made_and_mailed_to_the_ceo() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let run = finance.ask(W1).await;
    assert_eq!(run["state"], "succeeded", "{run}");
    assert_eq!((run["agent"].as_str(), run["skill"].as_str()), (Some("finance"), Some("financial_reporting")));
    assert_eq!(
        (run["inputs"]["period"].as_str(), run["inputs"]["recipient"].as_str()),
        (Some("2026-10"), Some("ceo@mezzofy.example"))
    );
    assert_eq!(run["tools"], json!(["finance_statement", "pdf_generator", "outlook_send_email"]));
    assert!(text(&run["answer"]).contains("was sent to Grace Tan"), "{run}");

    let file = &run["files"][0];
    let content =
        finance.request(Method::GET, &format!("/v1/files/{}/content", text(&file["id"]))).send().await.unwrap();
    assert_eq!(content.headers()["content-type"], "application/pdf");
    let bytes = content.bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    assert_eq!(canonical::sha256_hex(&bytes), text(&file["sha256"]));

    let outbox = finance.items("/v1/outbox?kind=mail").await;
    assert_eq!(outbox.len(), 1);
    let mail = &outbox[0];
    assert_eq!((mail["state"].as_str(), &mail["to"]), (Some("done"), &json!(["ceo@mezzofy.example"])));
    let payload = json!({"to": mail["to"], "cc": mail["cc"], "subject": mail["subject"], "body": mail["body"], "attachments": mail["attachments"]});
    assert_eq!(canonical::hash(&payload).unwrap(), text(&mail["payload_hash"]));
    assert_eq!(mail["attachments"][0]["sha256"], file["sha256"]);
    assert_eq!(app.mailbox("ceo", "inbox").await.len(), 1);
    assert_eq!(app.mailbox("finance.manager", "sentitems").await.len(), 1);
    assert!(app.mailbox("finance.manager", "drafts").await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn a_request_in_chinese_is_served_in_chinese() {
    let app = TestApp::new().await;
    let run = app.person("finance.manager").await.ask("生成上个季度的财务报表，以PDF发送给首席执行官").await;
    assert_eq!(
        (run["state"].as_str(), run["inputs"]["period"].as_str()),
        (Some("succeeded"), Some("2026-Q3")),
        "{run}"
    );
    assert!(text(&run["answer"]).contains("财务报表已生成"), "{run}");
    assert_eq!(run["files"][0]["name"], "财务报表-2026-Q3.pdf");
    app.end().await;
}

#[tokio::test]
async fn without_a_recipient_nothing_is_sent() {
    let app = TestApp::new().await;
    let finance = app.person("finance.viewer").await;
    let run = finance.ask("P&L for Q3 as PDF").await;
    assert_eq!(
        (run["state"].as_str(), &run["tools"]),
        (Some("succeeded"), &json!(["finance_statement", "pdf_generator"])),
        "{run}"
    );
    assert!(finance.items("/v1/outbox").await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn a_period_without_entries_gives_an_answer_and_no_document() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let run = finance.ask("Send the financial statement for March 2019 to the CEO").await;
    assert_eq!((run["state"].as_str(), &run["tools"]), (Some("succeeded"), &json!(["finance_statement"])), "{run}");
    assert!(text(&run["answer"]).contains("no ledger entries for March 2019"), "{run}");
    assert!(finance.items("/v1/files").await.is_empty());
    assert!(finance.items("/v1/outbox").await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn what_a_role_does_not_allow_is_refused_before_anything_is_made() {
    let app = TestApp::new().await;
    for (mailbox, request) in [
        ("finance.viewer", W1),
        ("sales.rep", "Prepare the balance sheet for 2025"),
        ("support.manager", "把上个月的损益表发给首席执行官"),
    ] {
        let person = app.person(mailbox).await;
        let run = person.ask(request).await;
        assert_eq!(
            (run["state"].as_str(), run["error"]["kind"].as_str()),
            (Some("failed"), Some("not_permitted")),
            "{run}"
        );
        assert_eq!((run["agent"].as_str(), &run["tools"]), (Some("finance"), &json!([])), "{run}");
        assert!(person.items("/v1/files").await.is_empty());
        assert!(person.items("/v1/outbox").await.is_empty());
    }
    app.end().await;
}

#[tokio::test]
async fn what_no_tool_can_do_is_said_with_what_can_be_done() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    for request in ["Write a poem about the sea", "给我订一张去香港的机票"] {
        let run = finance.ask(request).await;
        assert_eq!(
            (run["state"].as_str(), run["error"]["kind"].as_str()),
            (Some("failed"), Some("not_possible")),
            "{request}: {run}"
        );
        assert_eq!((&run["skill"], &run["tools"]), (&Value::Null, &json!([])), "{request}: {run}");
    }
    assert!(finance.items("/v1/files").await.is_empty());
    app.end().await;
}

async fn set_title(app: &TestApp, mailbox: &str, title: &str) {
    let mut tx = app.app.store.begin().await.unwrap();
    sqlx::query("UPDATE people SET title = $2 WHERE email = $1")
        .bind(format!("{mailbox}@mezzofy.example"))
        .bind(title)
        .execute(&mut *tx)
        .await
        .unwrap();
    mezzofy_store::commit(tx).await.unwrap();
}

#[tokio::test]
async fn without_a_ceo_it_asks_and_the_answer_carries_on_the_same_run() {
    let app = TestApp::new().await;
    set_title(&app, "ceo", "Chair").await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    let asked = finance.say(&conversation, W1).await;
    assert_eq!(
        (asked["state"].as_str(), asked["waiting_for"].as_str(), &asked["skill"]),
        (Some("waiting"), Some("person"), &Value::Null),
        "{asked}"
    );
    assert!(finance.items("/v1/outbox").await.is_empty());

    let run = finance.say(&conversation, "Grace Tan").await;
    assert_eq!((run["id"].as_str(), run["state"].as_str()), (asked["id"].as_str(), Some("succeeded")), "{run}");
    assert_eq!(run["inputs"]["recipient"], "ceo@mezzofy.example");
    assert_eq!(app.mailbox("ceo", "inbox").await.len(), 1);
    app.end().await;
}

#[tokio::test]
async fn with_two_ceos_it_offers_both_and_sends_to_the_chosen_one_only() {
    let app = TestApp::new().await;
    set_title(&app, "sales.manager", "Chief Executive Officer").await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    let asked = finance.say(&conversation, W1).await;
    assert_eq!(asked["state"], "waiting", "{asked}");
    let messages = finance.items(&format!("/v1/conversations/{conversation}/messages")).await;
    let choices: Vec<String> = messages[0]["choices"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(choices.len(), 2, "{messages:?}");
    let siti = choices.iter().find(|choice| choice.contains("Siti")).unwrap();

    let run = finance.say(&conversation, siti).await;
    assert_eq!(
        (run["state"].as_str(), run["inputs"]["recipient"].as_str()),
        (Some("succeeded"), Some("sales.manager@mezzofy.example")),
        "{run}"
    );
    assert!(app.mailbox("ceo", "inbox").await.is_empty());
    app.end().await;
}

#[tokio::test]
async fn a_waiting_run_can_be_stopped_and_an_ended_one_can_not() {
    let app = TestApp::new().await;
    set_title(&app, "ceo", "Chair").await;
    let finance = app.person("finance.manager").await;
    let asked = finance.ask(W1).await;
    let path = format!("/v1/runs/{}", text(&asked["id"]));
    let (status, _) = finance.send(Method::POST, &format!("{path}/cancel"), None).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let mut run = finance.get(&path).await;
    while run["state"] == "waiting" {
        run = finance.get(&path).await;
    }
    assert_eq!(run["state"], "cancelled", "{run}");
    assert_eq!(finance.send(Method::POST, &format!("{path}/cancel"), None).await.0, StatusCode::CONFLICT);
    app.end().await;
}

#[tokio::test]
async fn the_demo_books_give_a_statement_for_every_kind_of_period() {
    let app = TestApp::new().await;
    let mut database = app.database().await;
    let (today, cash) = ("2026-11-22".parse().unwrap(), CashRule::default());
    for period in
        ["2026-10", "2026-Q3", "2026-H1", "2025", "2024", "2026-YTD", "2026-W43", "2025-12", "2026-01", "2024-01"]
    {
        let period = period.parse().unwrap();
        let input = mezzofy_store::ledger::statement_input(&mut database, period, today, &cash).await.unwrap();
        let made = Statement::of(input).unwrap();
        assert!(made.check().is_ok(), "{period}");
        assert_eq!(made.currencies.len(), 1);
    }
    app.end().await;
}
