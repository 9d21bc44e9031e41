use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::model::{Part, Turn};

const DONE: &str =
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

/// Asks a server that gives one answer; what it was asked, and what came of it.
async fn exchange<T>(
    dialect: Dialect,
    (status, body): (u16, &str),
    ask: impl AsyncFnOnce(OpenAiCompatible) -> T,
) -> (String, T) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = Settings {
        base_url: format!("http://{}/v1/", listener.local_addr().unwrap()),
        key: (dialect == Dialect::Kimi).then(|| SecretString::from("sk-secret")),
        provider: "kimi".to_owned(),
        model: "kimi-k3".to_owned(),
        effort: None,
        dialect,
    };
    let model = OpenAiCompatible::new(settings, Duration::from_secs(20)).unwrap();
    let serve = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut asked = String::new();
        while !is_whole(&asked) {
            let mut piece = [0; 4096];
            let read = socket.read(&mut piece).await.unwrap();
            asked.push_str(std::str::from_utf8(&piece[..read]).unwrap());
        }
        let head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        asked
    };
    tokio::join!(serve, ask(model))
}

fn is_whole(asked: &str) -> bool {
    let Some((head, body)) = asked.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() == length.map_or(0, |length| length.parse().unwrap())
}

fn request(history: &[Turn]) -> Request<'_> {
    Request { system: "S", tools: &[], history, max_tokens: 9, answer_schema: None }
}

fn history() -> Vec<Turn> {
    vec![Turn::Person(vec![Part::Text("Hi".to_owned())])]
}

async fn reply(dialect: Dialect, answer: (u16, &str)) -> (String, Result<Reply, ModelError>) {
    exchange(dialect, answer, async |model| model.stream(&request(&history()), &mut |_| {}).await).await
}

#[tokio::test]
async fn a_reply_is_asked_for_with_the_key_and_without_where_there_is_none() {
    let (asked, answered) = reply(Dialect::Kimi, (200, DONE)).await;
    assert_eq!(answered.unwrap().text(), "Hi");
    assert!(asked.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    assert!(asked.contains("authorization: Bearer sk-secret\r\n"));
    let (asked, _) = reply(Dialect::Plain, (200, DONE)).await;
    assert!(!asked.contains("authorization"));
}

#[tokio::test]
async fn a_refusal_is_told_without_the_key() {
    let body = json!({"error": {"message": "sk-secret is wrong", "type": "incorrect_api_key_error"}}).to_string();
    let (_, answered) = reply(Dialect::Kimi, (401, &body)).await;
    assert_eq!(answered, Err(ModelError::KeyRefused("*** is wrong".to_owned())));
}

#[tokio::test]
async fn what_the_safety_system_refuses_is_a_refused_reply() {
    let body = json!({"error": {"message": "high risk", "type": "content_filter"}}).to_string();
    let (_, answered) = reply(Dialect::Kimi, (400, &body)).await;
    assert_eq!(answered.unwrap().stop, StopReason::Refused(None));
}

#[tokio::test]
async fn kimi_counts_tokens_and_other_servers_are_not_asked() {
    let count = async |model: OpenAiCompatible| model.count_tokens(&request(&history())).await;
    let (asked, told) = exchange(Dialect::Kimi, (200, r#"{"data":{"total_tokens":80}}"#), count).await;
    assert!(asked.starts_with("POST /v1/tokenizers/estimate-token-count "));
    assert_eq!(told, Ok(Some(80)));
    let settings = Settings {
        base_url: "http://127.0.0.1:1/v1".to_owned(),
        key: None,
        provider: "local".to_owned(),
        model: "qwen".to_owned(),
        effort: None,
        dialect: Dialect::Plain,
    };
    let model = OpenAiCompatible::new(settings, Duration::from_secs(20)).unwrap();
    assert_eq!(model.count_tokens(&request(&history())).await, Ok(None));
    assert!(matches!(model.facts().await, Err(ModelError::Unreachable(_))));
}

#[tokio::test]
async fn facts_are_what_the_server_tells() {
    let facts = async |model: OpenAiCompatible| model.facts().await;
    let window = |window| Ok(ModelFacts { window: Some(window), max_output: None });
    let cases = [
        ((200, r#"{"id":"kimi-k3","context_length":1048576}"#), window(1_048_576)),
        ((200, r#"{"max_model_len":4096}"#), window(4096)),
        ((200, r#"{"context_window":8192,"max_output_tokens":null}"#), window(8192)),
        ((200, "pong"), Ok(ModelFacts::default())),
        ((404, "{}"), Ok(ModelFacts::default())),
    ];
    for (answer, wanted) in cases {
        let (asked, told) = exchange(Dialect::Kimi, answer, facts).await;
        assert!(asked.starts_with("GET /v1/models/kimi-k3 "));
        assert_eq!(told, wanted);
    }
}
