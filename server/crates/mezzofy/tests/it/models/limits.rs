//! Budgets, the limits of one run, and histories that grow too long.

use mezzofy_domain::usage::Usage;
use mezzofy_testing::Answer;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{W1, told};
use crate::app::{TestApp, text};

fn reads() -> Answer {
    Answer::calls([("finance_statement", json!({"period": "latest"}))])
}

#[tokio::test]
async fn a_used_up_budget_is_said_and_the_planner_goes_on() {
    let (app, replay) = TestApp::with_tuned_models(|config| config.settings.budgets.person = Some(Decimal::ONE)).await;
    let finance = app.person("finance.manager").await;
    let usage = Usage { input: 450_000, output: 1_000, ..Usage::default() };
    replay.script([Answer::says("Expensive.").usage(usage)]);
    let run = finance.ask("Sing me something about figures").await;
    assert_eq!(run["usage"]["cost"], "0.910000", "{run}");
    let run = finance.ask(W1).await;
    assert_eq!((&run["state"], &run["usage"]["model"], replay.calls()), (&json!("succeeded"), &json!("planner"), 1));
    let notices = told(&finance, &run, "notice").await;
    assert!(
        notices[0].starts_with("Your budget for AI models this month (USD 1.00) does not allow Claude Sonnet 5.5"),
        "{notices:?}"
    );

    let run = finance.ask("Sing me something about figures").await;
    assert_eq!((&run["state"], &run["error"]["kind"]), (&json!("failed"), &json!("budget_exceeded")), "{run}");
    assert!(text(&run["answer"]).starts_with("Your budget for AI models this month (USD 1.00) is used up."), "{run}");

    let usage = app.person("admin").await.get("/v1/admin/usage?period=2026-11").await;
    let item = &usage["items"][0];
    assert_eq!(
        (&item["person"], &item["model"]),
        (&json!("finance.manager@mezzofy.example"), &json!("claude-sonnet-5-5"))
    );
    assert_eq!((&item["cost"], &item["runs"]), (&json!("0.910000"), &json!(1)));
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_that_does_not_come_to_an_end_is_ended_by_its_limits() {
    let (app, replay) = TestApp::with_tuned_models(|config| config.settings.models.limits.turns = 3).await;
    let finance = app.person("finance.manager").await;
    replay.script([reads(), reads(), reads()]);
    let run = finance.ask("Go round in circles").await;
    assert_eq!((&run["state"], &run["error"]["kind"]), (&json!("failed"), &json!("limit_reached")), "{run}");
    assert!(text(&run["answer"]).contains("more steps than one request may"), "{run}");

    let dear = Usage { input: 2_000_000, ..Usage::default() };
    replay.script([reads().usage(dear)]);
    let run = finance.ask("Be expensive").await;
    assert_eq!(run["error"]["kind"], "limit_reached", "{run}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_history_that_fills_the_window_is_summed_up_and_the_work_goes_on() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let full = Usage { input: 720_000, output: 1_000, ..Usage::default() };
    replay.script([reads().usage(full), Answer::says("Read: the statement 1.0."), Answer::says("All done.")]);
    let run = finance.ask("Work for long").await;
    assert_eq!((&run["state"], &run["answer"]), (&json!("succeeded"), &json!("All done.")), "{run}");
    let requests = replay.requests();
    assert!(requests[1]["messages"].to_string().contains("about to be cut"));
    let last = requests[2]["messages"].as_array().unwrap();
    assert_eq!(last.len(), 1);
    let said = last[0].to_string();
    assert!(said.contains("Work for long") && said.contains("Read: the statement 1.0."), "{said}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn no_two_requests_of_a_run_hold_a_call_without_exactly_one_result() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let many: Vec<(&str, Value)> = (0..12)
        .map(|n| ("finance_statement", json!({"period": format!("2026-{:02}", n % 10 + 1)})))
        .chain([("no_such_tool", json!({})), ("finance_statement", json!({"period": "never"}))])
        .collect();
    replay.script([Answer::calls(many), Answer::says("Read them all.")]);
    let run = finance.ask("Read the whole year").await;
    assert_eq!((&run["state"], run["tools"].as_array().unwrap().len()), (&json!("succeeded"), 13), "{run}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn the_very_same_mail_is_not_sent_twice_in_one_run() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let mail = || ("outlook_send_email", json!({"to": ["the CEO"], "subject": "Hello", "body": "Once."}));
    replay.script([
        Answer::calls([mail(), ("no_such_tool", json!({}))]),
        Answer::calls([mail()]),
        Answer::says("Sent."),
    ]);
    let run = finance.ask("Say hello to the CEO").await;
    assert_eq!((&run["state"], app.mailbox("ceo", "inbox").await.len()), (&json!("succeeded"), 1), "{run}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_character_the_database_cannot_store_does_no_harm() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let mail = json!({"to": ["the CEO"], "subject": "Hello", "body": "On\u{0}ce."});
    replay.script([Answer::calls([("outlook_send_email", mail)]).saying("No\u{0}w"), Answer::says("Se\u{0}nt.")]);
    let run = finance.ask("Say hello to the CEO").await;
    assert_eq!((&run["state"], &run["answer"]), (&json!("succeeded"), &json!("Sent.")), "{run}");
    assert_eq!(finance.items("/v1/outbox").await[0]["body"], "Once.");
    app.end().await;
}

#[tokio::test]
async fn what_does_not_fit_the_window_even_alone_ends_clearly() {
    let (app, replay) = TestApp::with_tuned_models(|config| {
        for card in config.settings.models.catalogue.values_mut() {
            card.window = 100;
        }
    })
    .await;
    replay.window(100);
    let run = app.person("finance.manager").await.ask("Hello, what do you make of it?").await;
    assert_eq!((&run["state"], &run["error"]["kind"]), (&json!("failed"), &json!("limit_reached")), "{run}");
    assert_eq!(replay.calls(), 0);
    app.end().await;
}
