//! What happens when a provider fails, and when all of them do.

use mezzofy_agent::model::StopReason;
use mezzofy_testing::{Answer, Fault};
use serde_json::json;

use super::{W1, freely, newest_results, skill, told};
use crate::app::TestApp;

fn is_claude(body: &serde_json::Value) -> bool {
    body["model"].as_str().is_some_and(|model| model.starts_with("claude"))
}

fn refused() -> Answer {
    Answer::status(
        401,
        &[],
        json!({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
    )
}

fn overloaded(after: &str) -> Answer {
    Answer::status(
        529,
        &[("retry-after", after)],
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    )
}

#[tokio::test]
async fn a_provider_that_asks_to_wait_is_tried_again_and_passed_over_when_it_stays_busy() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([overloaded("0"), Answer::says("Better now.")]);
    let run = finance.ask("How are you doing today with the figures?").await;
    assert_eq!((&run["answer"], &run["usage"]["model"]), (&json!("Better now."), &json!("claude-sonnet-5-5")), "{run}");
    assert!(told(&finance, &run, "notice").await.is_empty());

    replay.script([overloaded("0"), overloaded("0"), overloaded("0"), Answer::says("Kimi here.")]);
    let run = finance.ask("How are you doing today with the figures?").await;
    assert_eq!((&run["answer"], replay.calls()), (&json!("Kimi here."), 6), "{run}");
    assert_eq!(
        told(&finance, &run, "notice").await,
        ["Claude Sonnet 5.5 is overloaded at the moment. Kimi K3 goes on."]
    );
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_model_that_declines_is_passed_over() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([Answer::says("").stop(StopReason::Refused(Some("cyber".into()))), Answer::says("Gladly.")]);
    let run = finance.ask("Tell me of the firewall").await;
    assert_eq!(run["answer"], "Gladly.", "{run}");
    assert_eq!(told(&finance, &run, "notice").await, ["Claude Sonnet 5.5 declined to answer. Kimi K3 goes on."]);
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn with_no_key_accepted_the_planner_serves_and_says_so() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.refuse_keys(true);
    let run = finance.ask(W1).await;
    assert_eq!((&run["state"], &run["usage"]["model"]), (&json!("succeeded"), &json!("planner")), "{run}");
    assert_eq!(app.mailbox("ceo", "inbox").await.len(), 1);
    assert_eq!(
        told(&finance, &run, "notice").await,
        [
            "The key for Claude Sonnet 5.5 was refused. Kimi K3 goes on.",
            "The key for Kimi K3 was refused. The built-in planner, without an AI model, goes on."
        ]
    );
    let tried = replay.calls();
    finance.ask(W1).await;
    assert_eq!(replay.calls(), tried, "a refused key is not tried again at once");
    replay.refuse_keys(false);
    app.advance(chrono::TimeDelta::minutes(2));
    replay.script([Answer::says("Back again.")]);
    assert_eq!(finance.ask("How are the figures?").await["answer"], "Back again.");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_key_switched_off_after_any_turn_degrades_to_the_next_model_and_repeats_no_call() {
    for turns in 1..=3 {
        let (app, replay) = TestApp::with_models().await;
        let finance = app.person("finance.manager").await;
        // Claude does some turns, then its key is refused; Kimi does the rest.
        for (at, answer) in freely().into_iter().enumerate() {
            if at == turns {
                replay.script([refused().when(is_claude)]);
            }
            replay.script([answer]);
        }
        let run = finance.ask(W1).await;
        assert_eq!((&run["state"], &run["usage"]["model"]), (&json!("succeeded"), &json!("kimi-k3")), "{turns}: {run}");
        assert_eq!(run["tools"], json!(["finance_statement", "pdf_generator", "outlook_send_email"]));
        assert_eq!((app.mailbox("ceo", "inbox").await.len(), replay.calls()), (1, 5));
        assert_eq!(told(&finance, &run, "notice").await.len(), 1);
        app.end().await;
        assert_eq!(replay.end(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn when_all_keys_go_the_planner_takes_over_what_was_read_but_begins_nothing_anew_that_was_sent() {
    for turns in 1..=4 {
        let (app, replay) = TestApp::with_models().await;
        let finance = app.person("finance.manager").await;
        let answers = freely().into_iter().take(turns);
        replay.script(answers);
        if turns < 4 {
            replay.script([refused(), refused()]);
        }
        let run = finance.ask(W1).await;
        let sent = app.mailbox("ceo", "inbox").await.len();
        assert_eq!(sent, 1, "{turns}: {run}");
        let state = run["state"].as_str().unwrap();
        match turns {
            1 => {
                assert_eq!(
                    (state, &run["tools"]),
                    ("succeeded", &json!(["finance_statement", "pdf_generator", "outlook_send_email"]))
                );
            }
            3 => {
                assert_eq!((state, &run["error"]["kind"]), ("failed", &json!("model_failed")));
                assert!(
                    run["answer"]
                        .as_str()
                        .unwrap()
                        .contains("Done so far: Reading the ledger, Setting the PDF, Sending the mail")
                );
            }
            _ => assert_eq!(state, "succeeded"),
        }
        app.end().await;
        assert_eq!(replay.end(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn after_a_skill_the_planner_can_give_its_answer() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([skill(), refused(), refused()]);
    let run = finance.ask(W1).await;
    assert_eq!((&run["state"], app.mailbox("ceo", "inbox").await.len()), (&json!("succeeded"), 1), "{run}");
    assert!(run["answer"].as_str().unwrap().contains("was sent to Grace Tan"));
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_nobody_can_make_is_told_once_and_then_the_run_fails_clearly() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let wrong = [
        ("launch_rocket", json!({})),
        ("finance_statement", json!({"year": 2026})),
        ("finance_statement", json!("{\"period\": ")),
    ];
    for (name, input) in wrong {
        replay.script([Answer::calls([(name, input.clone())]), Answer::says("I see.")]);
        assert_eq!(finance.ask("Do something").await["answer"], "I see.", "{name}");
        assert!(newest_results(&replay).contains(name), "{}", newest_results(&replay));

        replay.script([Answer::calls([(name, input.clone())]), Answer::calls([(name, input)])]);
        let run = finance.ask("Do something").await;
        assert_eq!((&run["state"], &run["error"]["kind"]), (&json!("failed"), &json!("model_failed")), "{run}");
        assert!(run["answer"].as_str().unwrap().contains("Claude Sonnet 5.5 twice"), "{run}");
    }
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn streams_of_garbage_and_streams_cut_short_go_to_the_next_model() {
    let faults =
        [Fault::Garbage(1), Fault::Truncate(200), Fault::Error(1, "overloaded_error".to_owned()), Fault::Close(1)];
    for fault in faults {
        let (app, replay) = TestApp::with_models().await;
        let finance = app.person("finance.manager").await;
        replay.script([
            Answer::says("One two three four").then(fault.clone()).when(is_claude),
            Answer::says("Whole.").when(|body| !is_claude(body)),
        ]);
        // What broke before the first word is tried again by the same model first.
        replay.script((0..2).map(|_| Answer::says("One two").then(Fault::Close(0)).when(is_claude)));
        let run = finance.ask("Count for me").await;
        assert_eq!((&run["state"], &run["answer"]), (&json!("succeeded"), &json!("Whole.")), "{fault:?}: {run}");
        app.end().await;
    }
}
