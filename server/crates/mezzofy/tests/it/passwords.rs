use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Client, TestApp};

const NEW: &str = "violet anchor 77";

async fn change(client: &Client, current: &str, new: &str) -> (StatusCode, Value) {
    client.send(Method::POST, "/v1/me/password", Some(&json!({"current": current, "new": new}))).await
}

#[tokio::test]
async fn a_new_password_holds_at_once_and_ends_the_other_sessions() {
    let app = TestApp::without_data().await;
    let (phone, desk) = (app.person("ceo").await, app.person("ceo").await);
    assert_eq!(change(&desk, "mezzofy-demo", NEW).await.0, StatusCode::NO_CONTENT);
    assert_eq!(phone.send(Method::GET, "/v1/me", None).await.0, StatusCode::UNAUTHORIZED);
    desk.get("/v1/me").await;
    let refresh = json!({"refresh_token": desk.refresh});
    assert_eq!(app.nobody().send(Method::POST, "/v1/auth/refresh", Some(&refresh)).await.0, StatusCode::OK);
    assert_eq!(app.nobody().sign_in("ceo", "mezzofy-demo").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(app.nobody().sign_in("ceo", NEW).await.0, StatusCode::OK);
    let log = app.person("admin").await.items("/v1/admin/audit").await;
    let told = log.iter().filter(|entry| entry["person"] == "ceo@mezzofy.example").map(|entry| entry["action"].clone());
    assert_eq!(told.collect::<Vec<_>>(), ["signed_in", "signed_out", "person_reset", "signed_in", "signed_in"]);
    app.end().await;
}

#[tokio::test]
async fn a_password_that_is_short_common_or_personal_is_refused_and_the_old_one_stays() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    for new in [
        "short",
        "password1234",
        "grace-tan-2026",
        "ceo@mezzofy.example",
        "mezzofy-demo",
        "mezzofy-mezzofy",
        "ｍｅｚｚｏｆｙ ｏｆ ｔｈｅ ｎｏｒｔｈ",
        &"violet anchor ".repeat(20),
    ] {
        let (status, problem) = change(&ceo, "mezzofy-demo", new).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("new")),
            "{problem}"
        );
    }
    assert_eq!(app.nobody().sign_in("ceo", "mezzofy-demo").await.0, StatusCode::OK);
    app.end().await;
}

#[tokio::test]
async fn five_wrong_current_passwords_lock_the_change_and_the_sign_in_on_that_device() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    for _ in 0..5 {
        let (status, problem) = change(&ceo, "wrong", NEW).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("current")));
    }
    let told = app.person("admin").await.items("/v1/admin/audit?action=sign_in_refused").await;
    assert_eq!((told.len(), &told[0]["person"]), (1, &json!("ceo@mezzofy.example")), "the others are summed up");
    assert_eq!(change(&ceo, "mezzofy-demo", NEW).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ceo.sign_in("ceo", "mezzofy-demo").await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        app.nobody().sign_in("ceo", "mezzofy-demo").await.0,
        StatusCode::OK,
        "other devices have their own count"
    );
    app.advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
    let again = app.person("ceo").await;
    assert_eq!(change(&again, "mezzofy-demo", NEW).await.0, StatusCode::NO_CONTENT);
    app.end().await;
}

#[tokio::test]
async fn of_many_wrong_passwords_at_the_same_moment_five_are_answered() {
    let app = TestApp::without_data().await;
    let nobody = app.nobody();
    let tries = futures_util::future::join_all((0..12).map(|_| nobody.sign_in("ceo", "wrong"))).await;
    let answered = tries.iter().filter(|(status, _)| *status == StatusCode::UNAUTHORIZED).count();
    assert_eq!(answered, 5);
    assert!(tries.iter().all(|(status, _)| matches!(status.as_u16(), 401 | 429)));
    app.end().await;
}

#[tokio::test]
async fn of_many_changes_of_one_person_at_once_a_few_are_hashed_one_after_another() {
    let app = TestApp::tuned(|config| config.settings.access.password_checks_a_minute = 6).await;
    let ceo = app.person("ceo").await;
    let changes = futures_util::future::join_all((0..40).map(|_| change(&ceo, "mezzofy-demo", NEW))).await;
    let many = |wanted: StatusCode| changes.iter().filter(|(status, _)| *status == wanted).count();
    assert_eq!(many(StatusCode::NO_CONTENT), 1, "the others show a password that is no more");
    assert_eq!(many(StatusCode::UNPROCESSABLE_ENTITY), 5);
    assert_eq!(many(StatusCode::TOO_MANY_REQUESTS), 34);
    assert_eq!(app.app.access.hashing.memories_kept(), 1);
    app.end().await;
}
