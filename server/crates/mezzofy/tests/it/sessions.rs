use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Client, TestApp, text};

const CHROME: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/// Signs the CEO in with a browser.
async fn browser(app: &TestApp) -> Client {
    let mut client = app.nobody();
    let body = json!({"email": "ceo@mezzofy.example", "password": "mezzofy-demo"});
    let request = client.request(Method::POST, "/v1/auth/login").header("user-agent", CHROME).json(&body);
    let signed_in: Value = request.send().await.unwrap().json().await.unwrap();
    client.token = text(&signed_in["access_token"]);
    client.refresh = text(&signed_in["refresh_token"]);
    client
}

async fn is_signed_in(client: &Client) -> bool {
    client.send(Method::GET, "/v1/me", None).await.0 == StatusCode::OK
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_with_the_current_session_first() {
    let app = TestApp::without_data().await;
    let phone = app.person("ceo").await;
    app.advance(TimeDelta::minutes(5));
    let desk = browser(&app).await;
    app.person("admin").await;

    let seen = desk.items("/v1/me/sessions").await;
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!((&seen[0]["device"], &seen[0]["current"]), (&json!("Chrome on macOS"), &json!(true)));
    assert_eq!((&seen[1]["device"], &seen[1]["current"]), (&json!(null), &json!(false)));
    assert_eq!(
        (&seen[1]["created_at"], &seen[1]["last_seen_at"]),
        (&json!("2026-11-22T01:00:00Z"), &json!("2026-11-22T01:00:00Z"))
    );
    assert_eq!(phone.items("/v1/me/sessions").await[0]["id"], seen[1]["id"]);

    app.advance(TimeDelta::minutes(5));
    app.nobody().post("/v1/auth/refresh", json!({"refresh_token": phone.refresh})).await;
    let seen = desk.items("/v1/me/sessions").await;
    assert_eq!(seen[1]["last_seen_at"], "2026-11-22T01:10:00Z");
    app.end().await;
}

#[tokio::test]
async fn a_session_whose_refresh_token_is_over_is_not_listed() {
    let app = TestApp::without_data().await;
    app.person("ceo").await;
    app.advance(TimeDelta::days(7));
    assert_eq!(app.person("ceo").await.items("/v1/me/sessions").await.len(), 1);
    app.end().await;
}

#[tokio::test]
async fn an_ended_session_can_neither_ask_nor_refresh() {
    let app = TestApp::without_data().await;
    let (lost, desk) = (app.person("ceo").await, browser(&app).await);
    let of_lost = format!("/v1/me/sessions/{}", text(&lost.items("/v1/me/sessions").await[0]["id"]));

    assert_eq!(app.person("admin").await.send(Method::DELETE, &of_lost, None).await.0, StatusCode::NOT_FOUND);
    assert!(is_signed_in(&lost).await);

    assert_eq!(desk.send(Method::DELETE, &of_lost, None).await.0, StatusCode::NO_CONTENT);
    assert!(!is_signed_in(&lost).await);
    let refresh = json!({"refresh_token": lost.refresh});
    assert_eq!(app.nobody().send(Method::POST, "/v1/auth/refresh", Some(&refresh)).await.0, StatusCode::UNAUTHORIZED);
    assert!(is_signed_in(&desk).await);
    assert_eq!(desk.items("/v1/me/sessions").await.len(), 1);
    assert_eq!(desk.send(Method::DELETE, &of_lost, None).await.0, StatusCode::NOT_FOUND);
    app.end().await;
}

#[tokio::test]
async fn ending_all_others_keeps_this_session_and_those_of_other_people() {
    let app = TestApp::without_data().await;
    let (phone, tablet, desk, admin) =
        (app.person("ceo").await, app.person("ceo").await, browser(&app).await, app.person("admin").await);
    assert_eq!(desk.send(Method::DELETE, "/v1/me/sessions", None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(admin.items("/v1/admin/audit?action=signed_out").await.len(), 2);
    for (client, goes_on) in [(&phone, false), (&tablet, false), (&desk, true), (&admin, true)] {
        assert_eq!(is_signed_in(client).await, goes_on);
    }
    app.end().await;
}
