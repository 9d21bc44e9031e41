//! What bounds the work for those whom nobody knows yet.

use chrono::TimeDelta;
use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use mezzofy_engine::access::hashing::{MAX_HASHES_AT_ONCE, MAX_HASHES_WAITING};
use mezzofy_engine::access::refusals;
use mezzofy_store::audit;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::app::{Client, TestApp, text, wait_for};
use crate::events::{Socket, stream};

fn status(answers: &[Response], wanted: StatusCode) -> usize {
    answers.iter().filter(|answer| answer.status() == wanted).count()
}

fn retry_after(answer: &Response) -> u64 {
    answer.headers()["retry-after"].to_str().unwrap().parse().unwrap()
}

async fn try_at(client: &Client, mailbox: &str, forwarded: &[&str]) -> Response {
    let body = json!({"email": format!("{mailbox}@mezzofy.example"), "password": "wrong"});
    let mut request = client.request(Method::POST, "/v1/auth/login").json(&body);
    for hops in forwarded {
        request = request.header("x-forwarded-for", *hops);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn of_two_hundred_sign_ins_at_once_four_take_memory_and_the_rest_waits_or_comes_back() {
    let app = TestApp::without_data().await;
    let (nobody, ceo) = (app.nobody(), app.person("ceo").await);
    let mailboxes: Vec<String> = (0..200).map(|number| format!("nobody.{number}")).collect();
    let tries = join_all(mailboxes.iter().map(|mailbox| try_at(&nobody, mailbox, &[])));
    let (answers, me) = tokio::join!(tries, ceo.get("/v1/me"));
    assert_eq!(me["email"], "ceo@mezzofy.example");
    let (looked_at, busy) =
        (status(&answers, StatusCode::UNAUTHORIZED), status(&answers, StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(looked_at + busy, 200);
    assert!(looked_at >= MAX_HASHES_AT_ONCE + MAX_HASHES_WAITING, "{looked_at}");
    assert!(answers.iter().filter(|answer| answer.status().is_server_error()).all(|answer| retry_after(answer) >= 1));
    let taken = app.app.access.hashing.memories_kept();
    assert!((1..=MAX_HASHES_AT_ONCE).contains(&taken), "{taken}");
    app.end().await;
}

#[tokio::test]
async fn where_no_more_may_wait_a_sign_in_is_told_when_to_come_back() {
    let app = TestApp::without_data().await;
    let waiting = (0..MAX_HASHES_AT_ONCE + MAX_HASHES_WAITING).map(|_| app.app.access.hashing.place());
    let waiting: Vec<_> = waiting.map(|place| place.ok().unwrap()).collect();
    let busy = try_at(&app.nobody(), "ceo", &[]).await;
    assert_eq!((busy.status(), retry_after(&busy)), (StatusCode::SERVICE_UNAVAILABLE, 2));
    let problem: Value = busy.json().await.unwrap();
    assert_eq!(problem["type"], "/problems/unavailable");
    drop(waiting);
    assert_eq!(try_at(&app.nobody(), "ceo", &[]).await.status(), StatusCode::UNAUTHORIZED);
    app.end().await;
}

#[tokio::test]
async fn nothing_is_hashed_for_an_address_that_has_to_wait() {
    let app = TestApp::without_data().await;
    let nobody = app.nobody();
    let answers = join_all((0..40).map(|_| try_at(&nobody, "ceo", &[]))).await;
    assert_eq!(status(&answers, StatusCode::UNAUTHORIZED), 5);
    assert_eq!(status(&answers, StatusCode::TOO_MANY_REQUESTS), 35);
    assert_eq!(app.app.access.hashing.memories_kept(), 1, "one after another");
    // With all places taken whatever hashes would be told to come back.
    let waiting: Vec<_> =
        (0..MAX_HASHES_AT_ONCE + MAX_HASHES_WAITING).map(|_| app.app.access.hashing.place().ok().unwrap()).collect();
    assert_eq!(try_at(&nobody, "ceo", &[]).await.status(), StatusCode::TOO_MANY_REQUESTS);
    drop(waiting);
    app.end().await;
}

#[tokio::test]
async fn a_network_has_so_many_sign_ins_and_refreshes_in_a_minute() {
    let app = TestApp::tuned(|config| {
        config.settings.access.sign_ins_a_minute = 3;
        config.settings.access.refreshes_a_minute = 2;
    })
    .await;
    let nobody = app.nobody();
    for mailbox in ["one", "two", "three"] {
        assert_eq!(try_at(&nobody, mailbox, &["198.51.100.7"]).await.status(), StatusCode::UNAUTHORIZED);
    }
    let refused = try_at(&nobody, "four", &["198.51.100.8"]).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "a header says nothing where no proxy is trusted");
    assert!((1..=60).contains(&retry_after(&refused)));
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["type"], "/problems/too-many");
    let token = json!({"refresh_token": "none of ours"});
    for status in [401, 401, 429] {
        assert_eq!(nobody.send(Method::POST, "/v1/auth/refresh", Some(&token)).await.0.as_u16(), status);
    }
    app.end().await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_counts_for_itself_whatever_it_says_of_itself() {
    let app = TestApp::tuned(|config| {
        config.settings.access.trusted_proxies = 1;
        config.settings.access.sign_ins_a_minute = 2;
    })
    .await;
    let nobody = app.nobody();
    for (hops, status) in [
        (["198.51.100.7"].as_slice(), 401),
        (&["203.0.113.1, 198.51.100.7"], 401),
        (&["203.0.113.2, 198.51.100.7"], 429),
        (&["203.0.113.3", "198.51.100.7"], 429),
        (&["198.51.100.8"], 401),
        (&["2001:db8:1:2::1"], 401),
        (&["2001:db8:1:2:ffff::2"], 401),
        (&["2001:db8:1:2::3"], 429),
        (&["2001:db8:1:3::1"], 401),
    ] {
        let answer = try_at(&nobody, &format!("nobody.{}", Uuid::new_v4()), hops).await;
        assert_eq!(answer.status().as_u16(), status, "{hops:?}");
    }
    app.end().await;
}

/// What the audit log tells of refused sign-ins, newest first.
async fn refused(admin: &Client) -> Vec<(String, Value)> {
    let entries = admin.items("/v1/admin/audit?action=sign_in_refused").await;
    entries.iter().map(|entry| (text(&entry["subject"]["kind"]), entry["detail"].clone())).collect()
}

#[tokio::test]
async fn refused_sign_ins_are_one_entry_at_once_and_one_that_says_how_many_came_after_it() {
    let app = TestApp::without_data().await;
    let (nobody, admin) = (app.nobody(), app.person("admin").await);
    let of = |kind: &str, detail: Value| (kind.to_owned(), detail);
    for number in 0..5 {
        try_at(&nobody, "ceo", &[]).await;
        try_at(&nobody, &format!("nobody.{number}"), &[]).await;
    }
    assert_eq!(refused(&admin).await, [of("address", json!({})), of("person", json!({}))]);
    refusals::settle_due(&app.app).await.unwrap();
    assert_eq!(refused(&admin).await.len(), 2, "the quarter of an hour has not ended");

    app.advance(TimeDelta::minutes(15));
    let admin = app.person("admin").await;
    let first = "2026-11-22T01:00:00Z";
    try_at(&nobody, "ceo", &[]).await;
    let told = refused(&admin).await;
    assert_eq!(told[..2], [of("person", json!({})), of("person", json!({"count": 4, "since": first}))]);
    refusals::settle_due(&app.app).await.unwrap();
    let told = refused(&admin).await;
    assert_eq!((told.len(), &told[0]), (5, &of("address", json!({"count": 4, "since": first}))));

    try_at(&nobody, "ceo", &[]).await;
    assert_eq!(refused(&admin).await.len(), 5);
    app.person("ceo").await;
    let since = "2026-11-22T01:15:00Z";
    assert_eq!(refused(&admin).await[0], of("person", json!({"count": 1, "since": since})), "told when they sign in");
    assert!(audit::verify(&app.app.store).await.unwrap().is_ok());
    app.end().await;
}

/// The code and the reason with which the server closes a stream, if they come through.
async fn closed(mut socket: Socket) -> Option<(u16, String)> {
    loop {
        if let Message::Close(Some(frame)) = socket.next().await?.ok()? {
            return Some((frame.code.into(), frame.reason.to_string()));
        }
    }
}

#[tokio::test]
async fn a_person_has_so_many_streams_and_is_told_when_it_is_one_more() {
    let app = TestApp::tuned(|config| config.settings.access.streams_a_person = 1).await;
    let (ceo, rep) = (app.person("ceo").await, app.person("sales.rep").await);
    let mut first = stream(&app, json!({"type": "hello", "token": ceo.token, "after": 0})).await;
    ceo.ask("Hello").await;
    first.next().await.expect("an event").unwrap();
    let one_more = stream(&app, json!({"type": "hello", "token": ceo.token})).await;
    let (code, reason) = closed(one_more).await.expect("a reason");
    assert_eq!(code, 4429);
    assert!(reason.contains("too many"), "{reason}");

    // Whoever is let in is told that nothing is expected after hello.
    let let_in = async |client: &Client| {
        let mut socket = stream(&app, json!({"type": "hello", "token": client.token})).await;
        socket.send(Message::text("{}")).await.ok();
        closed(socket).await.filter(|(code, _)| *code == 4400).map(drop)
    };
    assert_eq!(let_in(&rep).await, Some(()), "others have theirs");
    first.close(None).await.unwrap();
    wait_for(async || let_in(&ceo).await).await;
    app.end().await;
}
