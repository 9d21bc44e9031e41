use mezzofy_agent::model::{Media, StopReason};
use mezzofy_testing::{Answer, checks};

use super::*;

/// Thinks, calls both tools, and says something in the end.
fn script() -> [Answer; 3] {
    let two = Answer::calls([("crm_query", json!({"status": "new"})), ("page_read", json!({"url": "a"}))]);
    let one = Answer::calls([("page_read", Value::Null)]).thinking("").redacted();
    [two.thinking("Both at once.").saying("I look."), one, Answer::says("There are 300.").thinking("Done.")]
}

/// Carries the script through, and leaves the history at its end.
async fn walk(asked: &ReplayedModel, history: &mut Vec<Turn>) {
    for texts in [&["300 leads", "no page"][..], &["a page"], &[]] {
        let reply = asked.turn(history).await;
        assert_eq!(calls(&reply).len(), texts.len());
        if !texts.is_empty() {
            history.push(results(texts));
        }
    }
}

#[tokio::test]
async fn thinking_goes_back_as_it_came_and_the_prefix_stays() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        server.script(script());
        let before = server.calls();
        walk(&asked, &mut vec![says("How many leads are new?")]).await;
        let bodies = server.raw_requests();
        for pair in bodies[before..].windows(2) {
            let share = checks::prefix_share(&pair[0], &pair[1]);
            assert!(share > 0.9, "{share}");
            let told = pair[0].trim_end_matches(['}', ']']);
            assert!(pair[1].starts_with(told), "{told}");
        }
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn what_the_cache_held_is_told() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        server.script(script());
        let mut history = vec![says("How many leads are new?")];
        assert_eq!(asked.turn(&mut history).await.usage.cache_read, 0);
        history.push(results(&["300 leads", "no page"]));
        let usage = asked.turn(&mut history).await.usage;
        assert!(usage.cache_read * 10 > usage.prompt() * 9, "{usage:?}");
        history.push(results(&["a page"]));
        asked.turn(&mut history).await;
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_conversation_goes_from_model_to_model_in_any_order() {
    let models = |server: &Replay| {
        let [claude, kimi] = ReplayedModel::both(server);
        let opus = ReplayedModel::claude(server, "claude-opus-5-5");
        [claude, kimi, opus, ReplayedModel::openai(server, "local", "qwen3", Dialect::Plain)]
    };
    let server = Replay::start(KEY).await.unwrap();
    for first in 0..4 {
        let mut history = vec![says("How many leads are new?")];
        let models = models(&server);
        for step in 0..5 {
            server.script(script());
            walk(&models[(first + step * 3) % 4], &mut history).await;
            history.push(says("And now?"));
        }
        // In the middle of the tool loop as well.
        for (asked, answer) in models.iter().zip(script().into_iter().chain(script())) {
            server.script([answer]);
            let reply = asked.turn(&mut history).await;
            if reply.stop == StopReason::Calls {
                history.push(results(&vec!["1"; calls(&reply).len()]));
            } else {
                history.push(says("More"));
            }
        }
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_paused_reply_is_carried_on() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        server.script([Answer::says("First").thinking("Long.").stop(StopReason::Paused), Answer::says("then")]);
        server.script([Answer::says("last")]);
        let mut history = vec![says("Hello")];
        asked.turn(&mut history).await;
        asked.turn(&mut history).await;
        history.push(says("And?"));
        assert_eq!(asked.turn(&mut history).await.text(), "last");
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn images_and_documents_go_with_the_text() {
    let media = |name: &str, media_type: &str| Media {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        base64: "aGVsbG8=".to_owned(),
    };
    let server = Replay::start(KEY).await.unwrap();
    let text = Part::Text("What is this?".to_owned());
    let image = Part::Image(media("a.png", "image/png"));
    let document = Part::Document(media("a.pdf", "application/pdf"));
    for asked in ReplayedModel::both(&server) {
        server.script([Answer::says("A picture")]);
        let history = [Turn::Person(vec![image.clone(), text.clone()])];
        assert_eq!(kind(&asked.ask(&history).await.0), "a reply");
        let history = [Turn::Person(vec![document.clone(), text.clone()])];
        if asked.is_claude() {
            server.script([Answer::says("A contract")]);
            assert_eq!(kind(&asked.ask(&history).await.0), "a reply");
        } else {
            assert_eq!(kind(&asked.ask(&history).await.0), "unsupported");
        }
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_that_must_be_json_is_asked_for_with_its_schema() {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["skill"],
        "properties": {"skill": {"type": "string", "minLength": 1}}});
    let server = Replay::start(KEY).await.unwrap();
    let history = [says("Which skill is it?")];
    for asked in ReplayedModel::both(&server) {
        server.script([Answer::says("{\"skill\":\"calendar\"}")]);
        let request = Request { answer_schema: Some(&schema), ..request(&history, &[]) };
        let reply = asked.model.stream(&request, &mut |_: &str| {}).await;
        assert_eq!(reply.unwrap().text(), "{\"skill\":\"calendar\"}");
    }
    assert_eq!(server.end(), Vec::<String>::new());
}
