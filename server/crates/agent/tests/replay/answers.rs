use mezzofy_agent::model::StopReason;
use mezzofy_domain::usage::Usage;
use mezzofy_testing::{Answer, Chop, checks};

use super::*;

const USED: Usage = Usage { input: 7, cache_read: 100, cache_write_5m: 20, cache_write_1h: 3, output: 42 };

fn full() -> Answer {
    let input = json!({"status": "新线索 \"hot\"", "limit": 20});
    Answer::calls([("crm_query", input), ("page_read", Value::Null)])
        .thinking("They want the new leads.")
        .thinking("")
        .saying("我先查一下 the new leads.")
        .usage(USED)
}

#[tokio::test]
async fn a_reply_is_the_same_however_its_stream_is_cut() {
    let server = Replay::start(KEY).await.unwrap();
    let random = (0..12).map(Chop::Random);
    let models = ReplayedModel::both(&server);
    for chop in [Chop::Events, Chop::Whole, Chop::Bytes].into_iter().chain(random) {
        for asked in &models {
            server.script([full().chunks(chop)]);
            let (reply, heard) = asked.ask(&[says("Hello")]).await;
            let reply = reply.unwrap();
            assert_eq!(heard, "我先查一下 the new leads.", "{chop:?}");
            assert_eq!((reply.text(), &reply.stop), (heard, &StopReason::Calls), "{chop:?}");
            let [(leads, input), (page, nothing)] = calls(&reply).try_into().unwrap();
            assert_eq!((leads.as_str(), page.as_str()), ("crm_query", "page_read"), "{chop:?}");
            assert_eq!(Value::Object(input.unwrap()), json!({"status": "新线索 \"hot\"", "limit": 20}), "{chop:?}");
            assert_eq!(nothing, Ok(Map::new()), "{chop:?}");
            let (thinking, used) = if asked.is_claude() {
                (2, USED)
            } else {
                (1, Usage { input: 30, cache_write_5m: 0, cache_write_1h: 0, ..USED })
            };
            assert_eq!((thoughts(&reply), reply.usage), (thinking, used), "{chop:?}");
        }
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn each_way_to_stop_arrives() {
    let server = Replay::start(KEY).await.unwrap();
    let refused = StopReason::Refused(Some("cyber".to_owned()));
    let models = ReplayedModel::both(&server);
    for told in [StopReason::Ended, StopReason::Cut, StopReason::Paused, refused, StopReason::WindowExceeded] {
        for asked in &models {
            server.script([Answer::says("So far").stop(told.clone())]);
            let (reply, heard) = asked.ask(&[says("Hello")]).await;
            // What the other protocol has no word for.
            let expected = match told.clone() {
                told if asked.is_claude() => told,
                StopReason::Paused => StopReason::Ended,
                StopReason::Refused(_) => StopReason::Refused(None),
                StopReason::WindowExceeded => StopReason::Cut,
                told @ (StopReason::Ended | StopReason::Calls | StopReason::Cut) => told,
            };
            assert_eq!((reply.unwrap().stop, heard.as_str()), (expected, "So far"));
        }
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_reply_without_content_is_a_reply() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        server.script([Answer::nothing(), Answer::says("Here I am")]);
        let mut history = vec![says("Hello")];
        let reply = asked.turn(&mut history).await;
        assert_eq!((reply.blocks.len(), reply.stop), (0, StopReason::Ended));
        history.push(says("Are you there?"));
        assert_eq!(asked.turn(&mut history).await.text(), "Here I am");
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_that_was_cut_off_is_not_there_and_the_rest_goes_back() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        let cut = Answer::calls([("crm_query", json!({"status": "new"})), ("crm_query", json!({"status": "won"}))]);
        server.script([cut.thinking("Both.").saying("I look.").stop(StopReason::Cut), Answer::says("Shorter")]);
        let mut history = vec![says("Hello")];
        let reply = asked.turn(&mut history).await;
        assert_eq!((calls(&reply).len(), thoughts(&reply), reply.stop.clone()), (0, 1, StopReason::Cut));
        assert_eq!(reply.text(), "I look.");
        history.push(says("Say it in less."));
        assert_eq!(asked.turn(&mut history).await.text(), "Shorter");
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn arguments_that_are_no_json_are_kept_and_never_go_back() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        server.script([Answer::calls([("crm_query", json!("{\"status\": new}"))]), Answer::says("I see")]);
        let mut history = vec![says("Hello")];
        let reply = asked.turn(&mut history).await;
        assert_eq!(calls(&reply), [("crm_query".to_owned(), Err("{\"status\": new}".to_owned()))]);
        history.push(results(&["no JSON"]));
        asked.turn(&mut history).await;
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_may_be_for_one_model_and_made_of_the_results() {
    let server = Replay::start(KEY).await.unwrap();
    let [claude, kimi] = ReplayedModel::both(&server);
    server.script([
        Answer::calls([("crm_query", json!({})), ("page_read", json!({}))]).when(|body| body["model"] == "kimi-k3"),
        Answer::calls([("crm_query", json!({})), ("page_read", json!({}))]).when(|body| body["model"] != "kimi-k3"),
        Answer::with(|body| Answer::says(&checks::results(body).join(", "))),
        Answer::with(|body| Answer::says(&checks::results(body).join(", "))),
    ]);
    for (asked, told) in [(claude, "300 leads, no page"), (kimi, "300 leads, Error: no page")] {
        let mut history = vec![says("Hello")];
        asked.turn(&mut history).await;
        history.push(results(&["300 leads", "no page"]));
        assert_eq!(asked.turn(&mut history).await.text(), told);
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn text_is_heard_as_soon_as_it_is_released() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        server.script([Answer::says("0123456789abcdefghij").held()]);
        let (ear, mut listener) = tokio::sync::mpsc::unbounded_channel();
        let history = [says("Hello")];
        let tools = tools();
        let request = request(&history, &tools);
        let mut take = |text: &str| ear.send(text.to_owned()).unwrap();
        let reply = asked.model.stream(&request, &mut take);
        let listen = async {
            for expected in ["0123456789abcdef", "ghij"] {
                assert!(listener.try_recv().is_err());
                server.release();
                assert_eq!(listener.recv().await.unwrap(), expected);
            }
            server.release();
        };
        let (reply, ()) = tokio::join!(reply, listen);
        assert_eq!(reply.unwrap().text(), "0123456789abcdefghij");
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn tokens_are_counted_and_facts_read() {
    let server = Replay::start(KEY).await.unwrap();
    server.window(200_000);
    for asked in ReplayedModel::both(&server) {
        let history = [says("Hello")];
        let counted = asked.model.count_tokens(&request(&history, &tools())).await.unwrap().unwrap();
        assert!(counted > SYSTEM.len() as u64 / 4, "{counted}");
        assert_eq!(asked.model.facts().await.unwrap().window, Some(200_000));
    }
    let plain = ReplayedModel::openai(&server, "local", "qwen3", Dialect::Plain);
    assert_eq!(plain.model.count_tokens(&request(&[says("Hello")], &tools())).await, Ok(None));
    assert_eq!((server.calls(), server.end()), (0, Vec::new()));
}
