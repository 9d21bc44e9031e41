use mezzofy_testing::{Answer, Fault};

use super::*;

#[tokio::test]
async fn each_status_has_its_meaning_and_nothing_is_tried_twice() {
    let money = json!({"error": {"type": "exceeded_current_quota_error", "message": "billing: spend limit reached"}});
    let long = json!({"error": {"type": "invalid_request_error", "message": "prompt is too long"}});
    let table = [
        (400, Value::Null, "rejected"),
        (400, long, "too large"),
        (401, Value::Null, "key refused"),
        (402, Value::Null, "spend limit"),
        (404, Value::Null, "rejected"),
        (413, Value::Null, "too large"),
        (429, Value::Null, "busy"),
        (429, money, "spend limit"),
        (500, Value::Null, "busy"),
        (502, json!("<h1>Bad gateway</h1>"), "busy"),
        (529, Value::Null, "busy"),
    ];
    let server = Replay::start(KEY).await.unwrap();
    let models = ReplayedModel::both(&server);
    for (status, body, expected) in table {
        for asked in &models {
            let before = server.calls();
            server.script([Answer::status(status, &[], body.clone())]);
            let (reply, heard) = asked.ask(&[says("Hello")]).await;
            assert_eq!(kind(&reply), expected, "{status} {body} {reply:?}");
            assert_eq!((heard.as_str(), server.calls() - before), ("", 1));
        }
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn what_the_provider_asks_about_trying_again_arrives() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        let headers = [("retry-after", "7"), ("retry-after-ms", "1500"), ("x-should-retry", "false")];
        server.script([Answer::status(429, &headers, Value::Null)]);
        let (reply, _) = asked.ask(&[says("Hello")]).await;
        let Err(ModelError::Busy { retry_after, again, .. }) = reply else { panic!("{reply:?}") };
        assert_eq!((retry_after, again), (Some(Duration::from_millis(1500)), false));
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_key_that_is_switched_off_is_refused_and_not_told() {
    let server = Replay::start(KEY).await.unwrap();
    for asked in ReplayedModel::both(&server) {
        server.script([Answer::says("Hello")]);
        let mut history = vec![says("Hello")];
        asked.turn(&mut history).await;
        history.push(says("And?"));
        server.refuse_keys(true);
        let (reply, _) = asked.ask(&history).await;
        assert_eq!(kind(&reply), "key refused");
        assert!(!format!("{reply:?}").contains(KEY));
        server.refuse_keys(false);
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_stream_that_goes_wrong_has_broken_off() {
    let error = |pieces| Fault::Error(pieces, "overloaded_error".to_owned());
    let table = [
        (Fault::Truncate(0), "broken off", 0),
        (Fault::Truncate(60), "broken off", 0),
        (Fault::Close(0), "broken off", 0),
        (Fault::Close(2), "broken off", 2),
        (Fault::Garbage(1), "broken off", 1),
        (error(0), "busy", 0),
        (error(2), "broken off", 2),
    ];
    let server = Replay::start(KEY).await.unwrap();
    let models = ReplayedModel::both(&server);
    for (fault, expected, pieces) in table {
        for asked in &models {
            let before = server.calls();
            server.script([Answer::says(&"0123456789abcdef".repeat(3)).then(fault.clone())]);
            let (reply, heard) = asked.ask(&[says("Hello")]).await;
            assert_eq!(kind(&reply), expected, "{fault:?} {reply:?}");
            assert_eq!((heard.len(), server.calls() - before), (16 * pieces, 1), "{fault:?}");
        }
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn wherever_a_stream_ends_too_early_there_is_no_half_reply() {
    let server = Replay::start(KEY).await.unwrap();
    let answer = || Answer::calls([("crm_query", json!({"status": "new"}))]).thinking("Hm.").saying("I look.");
    for asked in ReplayedModel::both(&server) {
        server.script([answer()]);
        let whole = asked.ask(&[says("Hello")]).await.0.unwrap();
        let mut complete = 0;
        for bytes in (1..4000).step_by(61) {
            server.script([answer().then(Fault::Truncate(bytes))]);
            match asked.ask(&[says("Hello")]).await.0 {
                // Ids differ from reply to reply.
                Ok(reply) => {
                    assert_eq!((calls(&reply), reply.stop), (calls(&whole), whole.stop.clone()), "{bytes}");
                    complete += 1;
                }
                Err(ModelError::BrokenOff(_)) => assert_eq!(complete, 0, "{bytes}"),
                Err(other) => panic!("{bytes}: {other}"),
            }
        }
        assert!(complete > 0);
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_stalls_is_given_up_after_a_minute() {
    let table = [
        (Fault::Silent, "unreachable"),
        (Fault::Stall(0), "broken off"),
        (Fault::Stall(1), "broken off"),
        (Fault::Pings(0), "broken off"),
        (Fault::Pings(1), "broken off"),
    ];
    let server = Replay::start(KEY).await.unwrap();
    let models = ReplayedModel::both(&server);
    for (fault, expected) in table {
        for asked in &models {
            server.script([Answer::says("Hello").then(fault.clone())]);
            let begun = tokio::time::Instant::now();
            let (reply, _) = asked.ask(&[says("Hello")]).await;
            assert_eq!(kind(&reply), expected, "{fault:?} {reply:?}");
            let waited = begun.elapsed();
            assert!((IDLE..IDLE + Duration::from_secs(1)).contains(&waited), "{fault:?} {waited:?}");
            assert!(reply.unwrap_err().to_string().contains("for 60 seconds"), "{fault:?}");
        }
    }
    assert_eq!(server.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_is_gone_can_not_be_reached() {
    for claude in [true, false] {
        let server = Replay::start(KEY).await.unwrap();
        let [first, second] = ReplayedModel::both(&server);
        let asked = if claude { first } else { second };
        assert_eq!(server.end(), Vec::<String>::new());
        let (reply, _) = asked.ask(&[says("Hello")]).await;
        assert_eq!(kind(&reply), "unreachable", "{reply:?}");
    }
}
