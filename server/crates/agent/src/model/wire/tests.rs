use std::time::Duration;

use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

fn event(data: &str) -> Vec<u8> {
    format!("data: {data}\n\n").into_bytes()
}

/// Gives each piece after its seconds have passed, and then is silent.
fn slowly(pieces: Vec<(u64, Vec<u8>)>) -> Events {
    let pieces = stream::iter(pieces).then(|(seconds, piece)| async move {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(piece)
    });
    Events::of(pieces.chain(stream::pending()).boxed(), IDLE_TIMEOUT)
}

/// Answers one connection with these bytes and gives what it was sent.
async fn answer_once(answer: &'static str) -> (String, impl Future<Output = String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1/", listener.local_addr().unwrap());
    let serve = async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let length = socket.read(&mut asked).await.unwrap();
        socket.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    };
    (base, serve)
}

fn wire(base: &str, credential: Credential) -> Wire {
    Wire::new(base, credential, &[("x-version", "7")], IDLE_TIMEOUT).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_silent_or_only_pings_has_broken_off_after_the_idle_time() {
    let silent = Err(ModelError::BrokenOff("nothing came for 60 seconds".to_owned()));
    assert_eq!(slowly(vec![]).next().await, silent);

    let begun = Instant::now();
    let named = b"event: ping\ndata: {}\n\n".to_vec();
    let ping = event(r#"{"type": "ping"}"#);
    let mut pings = slowly(vec![(25, named), (25, ping.clone()), (25, ping), (1, event("late"))]);
    assert_eq!(pings.next().await, silent);
    assert_eq!(begun.elapsed(), IDLE_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn each_event_gives_the_stream_its_time_again() {
    let mut events = slowly(vec![(50, event("a")), (50, event("b")), (30, b"data: ".to_vec()), (40, event("c"))]);
    assert_eq!(events.next().await.unwrap().unwrap().data, "a");
    assert_eq!(events.next().await.unwrap().unwrap().data, "b");
    assert!(events.next().await.is_err(), "half an event is none");
}

#[tokio::test]
async fn a_streams_end_gives_its_last_event_and_then_nothing() {
    let mut events = Events::of(stream::iter([Ok(b"data: [DONE]".to_vec())]).boxed(), IDLE_TIMEOUT);
    assert_eq!(events.next().await.unwrap().unwrap().data, "[DONE]");
    assert_eq!(events.next().await, Ok(None));
    assert_eq!(events.next().await, Ok(None));
}

#[tokio::test]
async fn a_request_carries_its_key_and_a_refusal_does_not_repeat_it() {
    let answer = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 44\r\nretry-after: 3\r\n\r\n\
        {\"error\":{\"message\":\"wrong key: sk-secret\"}}";
    let (base, serve) = answer_once(answer).await;
    let wire = wire(&base, Credential::ApiKey("sk-secret".into()));
    let (asked, failed) = tokio::join!(serve, wire.post(&["a b", "c"], "{}".to_owned()));

    assert!(asked.starts_with("POST /v1/a%20b/c HTTP/1.1\r\n"), "{asked}");
    for header in ["x-api-key: sk-secret", "x-version: 7", "content-type: application/json"] {
        assert!(asked.contains(header), "{header} in {asked}");
    }
    let Err(Failure::Refused(refusal)) = failed else { panic!("{failed:?}") };
    assert_eq!((refusal.status, refusal.detail().as_str()), (401, "wrong key: ***"));
    assert_eq!(refusal.retry_after, Some(Duration::from_secs(3)));
    assert!(!format!("{wire:?}").contains("sk-secret"));
}

#[tokio::test]
async fn an_answer_that_is_cut_has_broken_off_and_a_closed_port_is_unreachable() {
    let (base, serve) = answer_once("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\ndata: a\n\n").await;
    let wire = wire(&base, Credential::Nothing);
    let (_, events) = tokio::join!(serve, wire.stream(&["x"], "{}".to_owned()));
    let mut events = events.unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(events.next().await.unwrap().unwrap().data, "a");
    assert!(matches!(events.next().await, Err(ModelError::BrokenOff(_))));

    let closed = wire.get(&["x"]).await;
    let Err(Failure::Lost(ModelError::Unreachable(detail))) = closed else { panic!("{closed:?}") };
    assert!(detail.contains("refused"), "{detail}");
}

#[test]
fn an_address_is_https_or_http_and_tells_no_secret() {
    for good in ["https://api.anthropic.com", "http://127.0.0.1:11434/v1", "http://llm/v1/"] {
        assert!(address(good).is_ok(), "{good}");
    }
    for bad in ["api.anthropic.com", "ftp://x", "https://x/?a=b", "https://me:secret@x"] {
        let error = address(bad).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
    let odd = Wire::new("https://x", Credential::Bearer("a\nb".into()), &[], IDLE_TIMEOUT).unwrap_err().to_string();
    assert_eq!(odd, "the provider's key has characters that no key has");
}
