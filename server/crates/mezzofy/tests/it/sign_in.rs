use chrono::TimeDelta;
use mezzofy_domain::roles::Permission;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{TestApp, text};

#[tokio::test]
async fn a_person_signs_in_and_sees_who_they_are() {
    let app = TestApp::without_data().await;
    let finance = app.person("finance.manager").await;
    let me = finance.get("/v1/me").await;
    assert_eq!(
        (me["email"].as_str(), me["department"].as_str()),
        (Some("finance.manager@mezzofy.example"), Some("finance"))
    );
    app.end().await;
}

#[tokio::test]
async fn a_person_is_told_what_their_role_allows() {
    let app = TestApp::without_data().await;
    let roles = &app.app.roles;
    for (mailbox, role) in [("finance.manager", "finance_manager"), ("sales.rep", "sales_rep"), ("admin", "admin")] {
        let allowed: Vec<&str> = roles.permissions(role).into_iter().map(Permission::code).collect();
        let (_, signed_in) = app.nobody().sign_in(mailbox, "mezzofy-demo").await;
        assert_eq!(signed_in["person"]["permissions"], json!(allowed), "{mailbox}");
        assert_eq!(app.person(mailbox).await.get("/v1/me").await["permissions"], json!(allowed), "{mailbox}");
    }
    app.end().await;
}

#[tokio::test]
async fn five_wrong_passwords_make_the_address_wait_whoever_it_is() {
    let app = TestApp::without_data().await;
    let nobody = app.nobody();
    for mailbox in ["ceo", "no.such.person"] {
        for _ in 0..5 {
            assert_eq!(nobody.sign_in(mailbox, "wrong").await.0, StatusCode::UNAUTHORIZED);
        }
        let (status, problem) = nobody.sign_in(mailbox, "mezzofy-demo").await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{problem}");
    }
    app.advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
    assert_eq!(nobody.sign_in("ceo", "mezzofy-demo").await.0, StatusCode::OK);
    app.end().await;
}

#[tokio::test]
async fn strangers_lock_out_strangers_and_not_a_device_where_the_person_has_signed_in() {
    let app = TestApp::without_data().await;
    let (ceo, rep, nobody) = (app.person("ceo").await, app.person("sales.rep").await, app.nobody());
    for _ in 0..5 {
        assert_eq!(nobody.sign_in("ceo", "wrong").await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(nobody.sign_in("ceo", "mezzofy-demo").await.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(rep.sign_in("ceo", "mezzofy-demo").await.0, StatusCode::TOO_MANY_REQUESTS, "another one's device");
    let change = json!({"current": "mezzofy-demo", "new": "violet anchor 77"});
    assert_eq!(ceo.send(Method::POST, "/v1/me/password", Some(&change)).await.0, StatusCode::NO_CONTENT);
    let (status, again) = ceo.sign_in("ceo", "violet anchor 77").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(nobody.sign_in("ceo", "violet anchor 77").await.0, StatusCode::TOO_MANY_REQUESTS, "they still wait");

    // The device has five tries of its own, under its newest token and all before it.
    let mut later = app.nobody();
    later.device = text(&again["device_token"]);
    for _ in 0..5 {
        assert_eq!(later.sign_in("ceo", "wrong").await.0, StatusCode::UNAUTHORIZED);
    }
    for device in [&later, &ceo] {
        assert_eq!(device.sign_in("ceo", "violet anchor 77").await.0, StatusCode::TOO_MANY_REQUESTS);
    }
    app.advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
    assert_eq!(nobody.sign_in("ceo", "violet anchor 77").await.0, StatusCode::OK);
    app.end().await;
}

#[tokio::test]
async fn a_browser_is_known_by_a_cookie_and_a_session_from_before_by_its_next_refresh() {
    let app = TestApp::without_data().await;
    let (nobody, phone) = (app.nobody(), app.person("ceo").await);
    let body = json!({"email": "ceo@mezzofy.example", "password": "mezzofy-demo"});
    let signed_in = nobody.request(Method::POST, "/v1/auth/login").json(&body).send().await.unwrap();
    let mut cookies =
        signed_in.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let cookie = cookies.find(|cookie| cookie.starts_with("mezzofy_device=")).unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/v1/auth", "Max-Age=34560000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let refreshed = nobody.post("/v1/auth/refresh", json!({"refresh_token": phone.refresh})).await;
    for _ in 0..5 {
        nobody.sign_in("ceo", "wrong").await;
    }
    assert_eq!(nobody.sign_in("ceo", "mezzofy-demo").await.0, StatusCode::TOO_MANY_REQUESTS);
    let pair = cookie.split(';').next().unwrap();
    let request = nobody.request(Method::POST, "/v1/auth/login").header("cookie", pair);
    assert_eq!(request.json(&body).send().await.unwrap().status(), StatusCode::OK);
    let mut known = app.nobody();
    known.device = text(&refreshed["device_token"]);
    assert_eq!(known.sign_in("ceo", "mezzofy-demo").await.0, StatusCode::OK);
    known.device = format!("{}x", phone.device);
    assert_eq!(known.sign_in("ceo", "mezzofy-demo").await.0, StatusCode::TOO_MANY_REQUESTS, "nobody makes one up");
    app.end().await;
}

#[tokio::test]
async fn an_access_token_ends_after_fifteen_minutes_and_a_refresh_gives_another() {
    let app = TestApp::without_data().await;
    let mut finance = app.person("finance.manager").await;
    app.advance(TimeDelta::minutes(15));
    assert_eq!(finance.send(Method::GET, "/v1/me", None).await.0, StatusCode::UNAUTHORIZED);
    let fresh = app.nobody().post("/v1/auth/refresh", json!({"refresh_token": finance.refresh})).await;
    finance.token = text(&fresh["access_token"]);
    finance.get("/v1/me").await;
    app.end().await;
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_session() {
    let app = TestApp::without_data().await;
    let mut finance = app.person("finance.manager").await;
    let nobody = app.nobody();
    let old = json!({"refresh_token": finance.refresh});
    let fresh = nobody.post("/v1/auth/refresh", old.clone()).await;
    finance.token = text(&fresh["access_token"]);
    assert_eq!(nobody.send(Method::POST, "/v1/auth/refresh", Some(&old)).await.0, StatusCode::UNAUTHORIZED);
    let newest = json!({"refresh_token": fresh["refresh_token"]});
    assert_eq!(nobody.send(Method::POST, "/v1/auth/refresh", Some(&newest)).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(finance.send(Method::GET, "/v1/me", None).await.0, StatusCode::UNAUTHORIZED);
    app.end().await;
}

#[tokio::test]
async fn a_browser_refreshes_with_a_cookie_that_no_script_can_read() {
    let app = TestApp::without_data().await;
    let body = json!({"email": "ceo@mezzofy.example", "password": "mezzofy-demo"});
    let nobody = app.nobody();
    let signed_in = nobody.request(Method::POST, "/v1/auth/login").json(&body).send().await.unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/v1/auth"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let pair = cookie.split(';').next().unwrap();
    let refreshed =
        nobody.request(Method::POST, "/v1/auth/refresh").header("cookie", pair).json(&json!({})).send().await.unwrap();
    assert_eq!(refreshed.status(), StatusCode::OK);
    app.end().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let app = TestApp::without_data().await;
    let finance = app.person("finance.manager").await;
    let (status, _) = finance.send(Method::POST, "/v1/auth/logout", None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(finance.send(Method::GET, "/v1/me", None).await.0, StatusCode::UNAUTHORIZED);
    app.end().await;
}

#[tokio::test]
async fn a_disabled_person_can_neither_sign_in_nor_go_on() {
    let app = TestApp::without_data().await;
    let rep = app.person("sales.rep").await;
    let admin = app.person("admin").await;
    let id = text(&admin.items("/v1/admin/people?q=sales.rep@").await[0]["id"]);
    let (status, _) =
        admin.send(Method::PATCH, &format!("/v1/admin/people/{id}"), Some(&json!({"disabled": true}))).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(rep.send(Method::GET, "/v1/me", None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(app.nobody().sign_in("sales.rep", "mezzofy-demo").await.0, StatusCode::UNAUTHORIZED);
    app.end().await;
}

#[tokio::test]
async fn the_language_a_person_chose_is_kept() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let (status, me) = ceo.send(Method::PATCH, "/v1/me", Some(&json!({"language": "zh"}))).await;
    assert_eq!((status, me["language"].as_str()), (StatusCode::OK, Some("zh")));
    assert_eq!(app.person("ceo").await.get("/v1/me").await["language"], "zh");
    let (status, problem) = ceo.send(Method::PATCH, "/v1/me", Some(&json!({"language": "fr"}))).await;
    assert_eq!((status, problem["errors"][0]["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("language")));
    app.end().await;
}
