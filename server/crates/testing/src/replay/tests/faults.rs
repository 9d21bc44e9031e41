use super::*;

/// What comes of a body up to its end, and whether the end was in good order.
async fn all(mut response: Response) -> (String, bool) {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return (String::from_utf8_lossy(&bytes).into_owned(), true),
            Err(_) => return (String::from_utf8_lossy(&bytes).into_owned(), false),
        }
    }
}

/// Whether it is still not over when nothing else is left to do: then the paused clock goes on.
async fn hangs(future: impl Future) -> bool {
    tokio::time::timeout(std::time::Duration::from_hours(1), future).await.is_err()
}

#[tokio::test]
async fn a_body_is_the_same_however_it_is_cut() {
    let whole = "event: ping\ndata: {\"type\":\"ping\",\"x\":\"价格\"}\n\n".repeat(5);
    let replay = Replay::start(KEY).await.unwrap();
    for (chop, least) in [(Chop::Whole, 1), (Chop::Events, 5), (Chop::Random(7), 5), (Chop::Bytes, whole.len())] {
        replay.script([Answer::raw(whole.clone()).chunks(chop)]);
        let mut response = ask_claude(&replay, &claude(&hello())).await;
        let (mut bytes, mut chunks) = (Vec::new(), 0);
        while let Some(chunk) = response.chunk().await.unwrap() {
            bytes.extend_from_slice(&chunk);
            chunks += 1;
        }
        assert_eq!(String::from_utf8(bytes).unwrap(), whole, "{chop:?}");
        assert!(chunks >= least, "{chop:?} {chunks}");
    }
}

#[tokio::test]
async fn each_fault_comes_where_it_should() {
    let text = "0123456789abcdef".repeat(3);
    let replay = Replay::start(KEY).await.unwrap();
    let ask = async |fault: Fault| {
        replay.script([Answer::says(&text).then(fault)]);
        all(ask_claude(&replay, &claude(&hello())).await).await
    };
    let count = |stream: &str| stream.matches("text_delta").count();

    let (stream, good) = ask(Fault::Truncate(100)).await;
    assert_eq!((stream.len(), good), (100, true));
    let (stream, good) = ask(Fault::Close(2)).await;
    assert_eq!((count(&stream), good), (2, false));
    let (stream, good) = ask(Fault::Close(0)).await;
    assert_eq!((count(&stream), stream.contains("content_block_start"), good), (0, true, false));
    let (stream, good) = ask(Fault::Error(1, "overloaded_error".to_owned())).await;
    assert_eq!((count(&stream), good), (1, true));
    assert_eq!(data(&stream).last().unwrap()["error"]["type"], "overloaded_error");
    let (stream, good) = ask(Fault::Garbage(1)).await;
    assert_eq!((count(&stream), good), (3, true));
    assert!(data(&stream).iter().any(Value::is_string) && stream.contains("message_stop"));
}

#[tokio::test(start_paused = true)]
async fn a_stalled_stream_is_silent_until_the_server_ends() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([Answer::says("Hello").then(Fault::Stall(1)), Answer::says("Hello").then(Fault::Silent)]);
    let stalled = ask_claude(&replay, &claude(&hello())).await;
    let mut stalled = Box::pin(all(stalled));
    assert!(hangs(&mut stalled).await);
    let body = kimi(&hello());
    let mut silent = Box::pin(ask_kimi(&replay, &body));
    assert!(hangs(&mut silent).await);
    drop(silent);
    assert_eq!(replay.end(), Vec::<String>::new());
    let (stream, good) = stalled.await;
    assert_eq!((stream.matches("text_delta").count(), good), (1, false));
}

#[tokio::test(start_paused = true)]
async fn signs_of_life_come_without_end() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([Answer::says("Hello").then(Fault::Pings(0)), Answer::says("Hello").then(Fault::Pings(0))]);
    let (mut claudes, mut kimis) = (Vec::new(), Vec::new());
    let mut response = ask_claude(&replay, &claude(&hello())).await;
    while claudes.iter().filter(|event| **event == json!({"type": "ping"})).count() < 4 {
        claudes.extend(data(&String::from_utf8_lossy(&response.chunk().await.unwrap().unwrap())));
    }
    let mut response = ask_kimi(&replay, &kimi(&hello())).await;
    while kimis.iter().filter(|line| *line == ": keep-alive").count() < 3 {
        let chunk = response.chunk().await.unwrap().unwrap();
        kimis.extend(String::from_utf8_lossy(&chunk).lines().map(str::to_owned));
    }
}

#[tokio::test(start_paused = true)]
async fn a_held_answer_comes_piece_by_piece() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([Answer::says("0123456789abcdefghij").held(), Answer::says("free").held()]);
    let mut response = ask_kimi(&replay, &kimi(&hello())).await;
    replay.called(1).await;
    assert!(hangs(response.chunk()).await);
    for expected in ["0123456789abcdef", "ghij"] {
        replay.release();
        let chunk = response.chunk().await.unwrap().unwrap();
        let events = data(&String::from_utf8_lossy(&chunk));
        assert_eq!(joined(&events, "/choices/0/delta/content"), expected);
    }
    assert!(hangs(response.chunk()).await);
    replay.release_all();
    let (rest, good) = all(response).await;
    assert!(good && rest.ends_with("data: [DONE]\n\n"));
    assert!(all(ask_kimi(&replay, &kimi(&hello())).await).await.1);
}

#[tokio::test]
async fn a_refusal_comes_with_its_headers_and_body() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([
        Answer::status(529, &[("retry-after", "2"), ("x-should-retry", "true")], Value::Null),
        Answer::status(502, &[], json!("<h1>Bad gateway</h1>")),
        Answer::status(429, &[], json!({"error": {"message": "m", "type": "t"}})),
    ]);
    let response = ask_claude(&replay, &claude(&hello())).await;
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (529, &"2".parse().unwrap()));
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["type"], "overloaded_error");
    let response = ask_kimi(&replay, &kimi(&hello())).await;
    assert_eq!((response.status().as_u16(), response.text().await.unwrap()), (502, "<h1>Bad gateway</h1>".to_owned()));
    let response = ask_kimi(&replay, &kimi(&hello())).await;
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["type"], "t");
}
