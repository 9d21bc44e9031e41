use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use mezzofy_store::events::Listener;
use mezzofy_testing::Answer;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use crate::app::{TestApp, text};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) async fn stream(app: &TestApp, hello: Value) -> Socket {
    let (mut socket, _) = connect_async(format!("ws://{}/v1/stream", app.address)).await.unwrap();
    socket.send(Message::text(hello.to_string())).await.unwrap();
    socket
}

/// The next event; panics when none comes.
async fn next(socket: &mut Socket) -> Value {
    loop {
        let frame =
            timeout(Duration::from_secs(20), socket.next()).await.expect("an event in time").expect("a frame").unwrap();
        match frame {
            Message::Text(frame) => return serde_json::from_str(&frame).unwrap(),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The events up to the end of a run.
pub(crate) async fn until_end(socket: &mut Socket) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let event = next(socket).await;
        let ended = event["kind"] == "run.state"
            && ["succeeded", "failed", "cancelled"].contains(&text(&event["data"]["state"]).as_str());
        events.push(event);
        if ended {
            return events;
        }
    }
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_run_is_told_live_and_the_same_can_be_read_hours_later() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let mut live = stream(&app, json!({"type": "hello", "token": finance.token, "after": 0})).await;
    let run = finance.ask("Generate the latest financial statement and send it to the CEO").await;
    let told = until_end(&mut live).await;
    assert_eq!(
        kinds(&told),
        [
            "run.state",
            "run.progress",
            "tool.started",
            "tool.done",
            "run.progress",
            "tool.started",
            "tool.done",
            "file.ready",
            "run.progress",
            "tool.started",
            "tool.done",
            "message.delta",
            "message.done",
            "run.state"
        ]
    );
    let cursors: Vec<i64> = told.iter().map(|event| event["cursor"].as_i64().unwrap()).collect();
    assert_eq!(cursors, (1..=14).collect::<Vec<_>>());
    assert_eq!(told[12]["data"]["message"]["text"], run["answer"]);
    assert_eq!(told[12]["data"]["message"]["files"], run["files"]);

    let mut later = stream(&app, json!({"type": "hello", "token": finance.token, "after": 0})).await;
    assert_eq!(until_end(&mut later).await, told);
    let read = finance.items(&format!("/v1/runs/{}/events?after=3", text(&run["id"]))).await;
    assert_eq!(kinds(&read), kinds(&told)[3..]);
    app.end().await;
}

#[tokio::test]
async fn a_stream_that_was_cut_goes_on_after_its_cursor_without_loss_or_repetition() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let mut first = stream(&app, json!({"type": "hello", "token": finance.token, "after": 0})).await;
    let conversation = finance.conversation().await;
    let accepted = finance
        .post(
            &format!("/v1/conversations/{conversation}/messages"),
            json!({"client_id": Uuid::new_v4(), "text": "October statement as PDF"}),
        )
        .await;
    let mut seen = vec![next(&mut first).await, next(&mut first).await, next(&mut first).await];
    drop(first);
    let cursor = seen[2]["cursor"].clone();
    finance.get(&format!("/v1/runs/{}?wait=60", text(&accepted["run"]["id"]))).await;
    let mut second = stream(&app, json!({"type": "hello", "token": finance.token, "after": cursor})).await;
    seen.extend(until_end(&mut second).await);
    let cursors: Vec<i64> = seen.iter().map(|event| event["cursor"].as_i64().unwrap()).collect();
    assert_eq!(cursors, (1..=i64::try_from(seen.len()).unwrap()).collect::<Vec<_>>());
    app.end().await;
}

#[tokio::test]
async fn nobody_hears_of_another_persons_runs() {
    let app = TestApp::new().await;
    let (finance, ceo) = (app.person("finance.manager").await, app.person("ceo").await);
    let mut ceos = stream(&app, json!({"type": "hello", "token": ceo.token, "after": 0})).await;
    finance.ask("October statement as PDF").await;
    ceo.ask("hello").await;
    let heard = until_end(&mut ceos).await;
    assert_eq!(kinds(&heard), ["run.state", "message.delta", "message.done", "run.state"]);
    app.end().await;
}

#[tokio::test]
async fn a_wrong_token_and_a_wrong_first_frame_close_the_stream() {
    let app = TestApp::without_data().await;
    for (hello, code) in [
        (json!({"type": "hello", "token": "forged"}), 4401),
        (json!({"type": "hello"}), 4400),
        (json!({"type": "speech.start", "token": "x"}), 4400),
    ] {
        let mut socket = stream(&app, hello.clone()).await;
        let frame = timeout(Duration::from_secs(20), socket.next()).await.unwrap().unwrap().unwrap();
        let Message::Close(Some(close)) = frame else { panic!("{hello}: {frame:?}") };
        assert_eq!(u16::from(close.code), code, "{hello}");
    }
    app.end().await;
}

#[tokio::test]
async fn another_process_hears_of_each_piece_of_a_reply() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let mut elsewhere = Listener::begin(&app.app.store).await.unwrap();
    let mut live = stream(&app, json!({"type": "hello", "token": finance.token, "after": 0})).await;
    replay.script([Answer::says("In four pieces of sixteen letters each, one after another.").held()]);
    let conversation = finance.conversation().await;
    let sent = json!({"client_id": Uuid::new_v4(), "text": "Say something"});
    finance.post(&format!("/v1/conversations/{conversation}/messages"), sent).await;
    replay.called(1).await;
    let (mut pieces, mut announced) = (0, 0);
    replay.release();
    while pieces < 3 {
        let event = next(&mut live).await;
        if event["kind"] == "message.delta" {
            pieces += 1;
            replay.release();
        }
        let cursor = event["cursor"].as_i64().unwrap();
        while announced < cursor {
            let heard = timeout(Duration::from_secs(20), elsewhere.next()).await.expect("a notice in time").unwrap();
            announced = heard.expect("a notice").1;
        }
    }
    replay.release_all();
    until_end(&mut live).await;
    // It holds a connection, which the end waits for.
    drop(elsewhere);
    app.end().await;
}
