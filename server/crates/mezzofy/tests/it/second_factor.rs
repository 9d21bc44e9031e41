//! Signing in with a code besides the password, and living with it.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use futures_util::future::join_all;
use hmac::{Hmac, Mac};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::app::{Client, TestApp, text};

const PATH: &str = "/v1/me/second-factor";
const PASSWORD: &str = "mezzofy-demo";

/// The app on a person's phone.
pub(crate) struct Phone(Vec<u8>);

impl Phone {
    fn reading(secret: &Value) -> Self {
        Self(BASE32_NOPAD.decode(text(secret).as_bytes()).unwrap())
    }

    pub(crate) fn shows(&self, now: DateTime<Utc>) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).unwrap();
        mac.update(&(now.timestamp() / 30).to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 15);
        let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

/// A code that the phone does not show within some steps of now.
fn wrong(phone: &Phone, now: DateTime<Utc>) -> String {
    let near: Vec<String> = (-3..=3).map(|step| phone.shows(now + TimeDelta::seconds(30 * step))).collect();
    (0..8_u32).map(|number| format!("{number:06}")).find(|code| !near.contains(code)).unwrap()
}

/// Sets a second factor up; the phone and the recovery codes. The code shown now is used up by it.
pub(crate) async fn set_up(app: &TestApp, client: &Client) -> (Phone, Vec<String>) {
    let begun = client.post(PATH, json!({"password": PASSWORD})).await;
    let phone = Phone::reading(&begun["secret"]);
    let codes = client.post(&format!("{PATH}/confirm"), json!({"code": phone.shows(app.now())})).await;
    (phone, codes_of(&codes))
}

fn codes_of(answer: &Value) -> Vec<String> {
    answer["recovery_codes"].as_array().unwrap().iter().map(text).collect()
}

async fn sign_in(app: &TestApp, mailbox: &str, password: &str, code: Option<&str>) -> (StatusCode, Value) {
    sign_in_on(app, mailbox, password, code, None).await
}

/// The same on a device that is known.
async fn sign_in_on(
    app: &TestApp,
    mailbox: &str,
    password: &str,
    code: Option<&str>,
    device: Option<&str>,
) -> (StatusCode, Value) {
    let email = format!("{mailbox}@mezzofy.example");
    let body = json!({"email": email, "password": password, "code": code, "device_token": device});
    app.nobody().send(Method::POST, "/v1/auth/login", Some(&body)).await
}

fn next(app: &TestApp) {
    app.advance(TimeDelta::seconds(30));
}

#[tokio::test]
async fn once_confirmed_a_sign_in_needs_a_code_and_other_sessions_end() {
    let app = TestApp::without_data().await;
    let (phone_session, ceo) = (app.person("ceo").await, app.person("ceo").await);
    assert_eq!(ceo.get(PATH).await, json!({"enabled": false, "recovery_codes_left": 0}));
    let begun = ceo.post(PATH, json!({"password": PASSWORD})).await;
    let url = text(&begun["otpauth_url"]);
    assert!(url.starts_with("otpauth://totp/Mezzofy") && url.contains(&text(&begun["secret"])), "{url}");
    assert_eq!(sign_in(&app, "ceo", PASSWORD, None).await.0, StatusCode::OK, "not in force yet");

    let (phone, codes) = set_up(&app, &ceo).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(ceo.get(PATH).await, json!({"enabled": true, "recovery_codes_left": 10}));
    assert_eq!(phone_session.send(Method::GET, "/v1/me", None).await.0, StatusCode::UNAUTHORIZED);

    let (status, problem) = sign_in(&app, "ceo", PASSWORD, None).await;
    assert_eq!((status, &problem["type"]), (StatusCode::UNAUTHORIZED, &json!("/problems/second-factor-needed")));
    next(&app);
    let (status, body) = sign_in(&app, "ceo", PASSWORD, Some(&phone.shows(app.now()))).await;
    assert_eq!((status, &body["person"]["email"]), (StatusCode::OK, &json!("ceo@mezzofy.example")), "{body}");
    app.end().await;
}

#[tokio::test]
async fn who_does_not_know_the_password_does_not_learn_that_a_code_is_needed() {
    let app = TestApp::without_data().await;
    let (phone, codes) = set_up(&app, &app.person("ceo").await).await;
    next(&app);
    let unknown = sign_in(&app, "no.such.person", "wrong", Some("123456")).await;
    assert_eq!((unknown.0, &unknown.1["type"]), (StatusCode::UNAUTHORIZED, &json!("/problems/signed-out")));
    for code in [None, Some(phone.shows(app.now())), Some(codes[0].clone())] {
        let (status, problem) = sign_in(&app, "ceo", "wrong", code.as_deref()).await;
        assert_eq!((status, &problem["type"]), (unknown.0, &unknown.1["type"]));
        assert_eq!(problem["detail"], unknown.1["detail"]);
    }
    let code = phone.shows(app.now());
    assert_eq!(sign_in(&app, "ceo", PASSWORD, Some(&code)).await.0, StatusCode::OK, "the code was not used up");
    app.end().await;
}

#[tokio::test]
async fn a_code_is_taken_once_and_one_step_early_or_late() {
    let app = TestApp::without_data().await;
    let (phone, _) = set_up(&app, &app.person("ceo").await).await;
    let first = phone.shows(app.now());
    let (status, problem) = sign_in(&app, "ceo", PASSWORD, Some(&first)).await;
    assert_eq!((status, &problem["type"]), (StatusCode::UNAUTHORIZED, &json!("/problems/second-factor-needed")));
    assert_eq!(problem["errors"][0]["field"], "code", "the one of the confirmation is used up");

    app.advance(TimeDelta::minutes(5));
    let at = |seconds| phone.shows(app.now() + TimeDelta::seconds(seconds));
    for (code, status) in [(at(-60), 401), (at(60), 401), (at(-30), 200), (at(-30), 401), (at(30), 200), (at(0), 401)] {
        assert_eq!(sign_in(&app, "ceo", PASSWORD, Some(&code)).await.0.as_u16(), status);
    }
    app.advance(TimeDelta::minutes(1));
    let mut spaced = phone.shows(app.now());
    spaced.insert(3, ' ');
    assert_eq!(sign_in(&app, "ceo", PASSWORD, Some(&spaced)).await.0, StatusCode::OK);

    app.advance(TimeDelta::minutes(1));
    let code = phone.shows(app.now());
    let at_once = join_all((0..4).map(|_| sign_in(&app, "ceo", PASSWORD, Some(&code)))).await;
    assert_eq!(at_once.iter().filter(|(status, _)| *status == StatusCode::OK).count(), 1, "of many at once one");
    app.end().await;
}

#[tokio::test]
async fn wrong_codes_count_as_wrong_tries_and_the_right_password_does_not_clear_them() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let (phone, _) = set_up(&app, &ceo).await;
    let on_device =
        async |password: &str, code: Option<&str>| sign_in_on(&app, "ceo", password, code, Some(&ceo.device)).await;
    next(&app);
    for _ in 0..4 {
        let code = wrong(&phone, app.now());
        assert_eq!(on_device(PASSWORD, Some(&code)).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(on_device(PASSWORD, None).await.0, StatusCode::UNAUTHORIZED, "only asks for the code");
    }
    // Nor does a change of the password.
    let change = json!({"current": PASSWORD, "new": "violet anchor 77"});
    assert_eq!(ceo.send(Method::POST, "/v1/me/password", Some(&change)).await.0, StatusCode::NO_CONTENT);
    let shown = json!({"password": "violet anchor 77", "code": wrong(&phone, app.now())});
    let (status, problem) = ceo.send(Method::DELETE, PATH, Some(&shown)).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("code")));

    let right = phone.shows(app.now());
    for code in [None, Some(right.as_str())] {
        let (status, _) = on_device("violet anchor 77", code).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "five wrong ones, so not even the right one");
    }
    let shown = json!({"password": "violet anchor 77", "code": right});
    assert_eq!(ceo.send(Method::DELETE, PATH, Some(&shown)).await.0, StatusCode::TOO_MANY_REQUESTS);
    let (elsewhere, _) = sign_in(&app, "ceo", "violet anchor 77", None).await;
    assert_eq!(elsewhere, StatusCode::UNAUTHORIZED, "whoever comes from elsewhere is asked for a code");
    app.advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
    let code = phone.shows(app.now());
    assert_eq!(on_device("violet anchor 77", Some(&code)).await.0, StatusCode::OK);
    app.end().await;
}

#[tokio::test]
async fn of_many_wrong_codes_at_the_same_moment_five_are_answered() {
    let app = TestApp::without_data().await;
    let (phone, _) = set_up(&app, &app.person("ceo").await).await;
    next(&app);
    let code = wrong(&phone, app.now());
    let tries = join_all((0..12).map(|_| sign_in(&app, "ceo", PASSWORD, Some(&code)))).await;
    assert_eq!(tries.iter().filter(|(status, _)| *status == StatusCode::UNAUTHORIZED).count(), 5);
    assert!(tries.iter().all(|(status, _)| matches!(status.as_u16(), 401 | 429)));
    app.end().await;
}

#[tokio::test]
async fn a_recovery_code_signs_in_once_and_the_log_says_how_many_are_left() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let (_, codes) = set_up(&app, &ceo).await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    assert_eq!(sign_in(&app, "ceo", PASSWORD, Some(&typed)).await.0, StatusCode::OK);
    let (status, problem) = sign_in(&app, "ceo", PASSWORD, Some(&codes[3])).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNAUTHORIZED, &json!("code")));
    assert_eq!(ceo.get(PATH).await["recovery_codes_left"], 9);
    let used = app.person("admin").await.items("/v1/admin/audit?action=recovery_code_used").await;
    assert_eq!((used.len(), &used[0]["detail"]), (1, &json!({"left": 9})));
    app.end().await;
}

#[tokio::test]
async fn new_recovery_codes_take_the_place_of_the_old_ones() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let (phone, old) = set_up(&app, &ceo).await;
    next(&app);
    let path = format!("{PATH}/recovery-codes");
    let (status, problem) =
        ceo.send(Method::POST, &path, Some(&json!({"password": "wrong", "code": phone.shows(app.now())}))).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("password")));
    let new = ceo.post(&path, json!({"password": PASSWORD, "code": phone.shows(app.now())})).await;
    let new = codes_of(&new);
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
    assert_eq!(sign_in(&app, "ceo", PASSWORD, Some(&old[0])).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&app, "ceo", PASSWORD, Some(&new[0])).await.0, StatusCode::OK);
    app.end().await;
}

#[tokio::test]
async fn a_second_factor_is_removed_with_a_code_or_a_recovery_code() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    for with_recovery_code in [false, true] {
        let (phone, codes) = set_up(&app, &ceo).await;
        next(&app);
        let code = if with_recovery_code { codes[0].clone() } else { phone.shows(app.now()) };
        let shown = json!({"password": PASSWORD, "code": code});
        assert_eq!(ceo.send(Method::DELETE, PATH, Some(&shown)).await.0, StatusCode::NO_CONTENT);
        assert_eq!(ceo.get(PATH).await, json!({"enabled": false, "recovery_codes_left": 0}));
        assert_eq!(sign_in(&app, "ceo", PASSWORD, None).await.0, StatusCode::OK);
        assert_eq!(ceo.send(Method::DELETE, PATH, Some(&shown)).await.0, StatusCode::CONFLICT, "there is none");
        next(&app);
    }
    let log = app.person("admin").await.items("/v1/admin/audit?person=ceo@mezzofy.example").await;
    let told = log.iter().map(|entry| text(&entry["action"])).filter(|action| action.contains("factor"));
    let [set_up, removed] = ["second_factor_set_up", "second_factor_removed"];
    assert_eq!(told.collect::<Vec<_>>(), [removed, set_up, removed, set_up]);
    app.end().await;
}

#[tokio::test]
async fn setting_up_needs_the_password_and_begins_anew_until_it_is_confirmed() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let confirm = format!("{PATH}/confirm");
    let nothing = ceo.send(Method::POST, &confirm, Some(&json!({"code": "123456"}))).await;
    assert_eq!(nothing.0, StatusCode::CONFLICT, "there is nothing to confirm: {}", nothing.1);
    let (status, problem) = ceo.send(Method::POST, PATH, Some(&json!({"password": "wrong"}))).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("password")));

    let first = Phone::reading(&ceo.post(PATH, json!({"password": PASSWORD})).await["secret"]);
    let second = Phone::reading(&ceo.post(PATH, json!({"password": PASSWORD})).await["secret"]);
    let replaced = ceo.send(Method::POST, &confirm, Some(&json!({"code": first.shows(app.now())}))).await;
    assert_eq!((replaced.0, &replaced.1["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("code")));
    ceo.post(&confirm, json!({"code": second.shows(app.now())})).await;
    for (path, body) in [(PATH, json!({"password": PASSWORD})), (&confirm, json!({"code": second.shows(app.now())}))] {
        assert_eq!(ceo.send(Method::POST, path, Some(&body)).await.0, StatusCode::CONFLICT, "{path}: it is in force");
    }
    app.end().await;
}

#[tokio::test]
async fn five_wrong_codes_end_the_tries_at_confirming() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let phone = Phone::reading(&ceo.post(PATH, json!({"password": PASSWORD})).await["secret"]);
    let confirm = format!("{PATH}/confirm");
    for status in [422, 422, 422, 422, 422, 429] {
        let code = json!({"code": wrong(&phone, app.now())});
        assert_eq!(ceo.send(Method::POST, &confirm, Some(&code)).await.0.as_u16(), status);
    }
    let right = json!({"code": phone.shows(app.now())});
    assert_eq!(ceo.send(Method::POST, &confirm, Some(&right)).await.0, StatusCode::TOO_MANY_REQUESTS);
    app.end().await;
}

#[tokio::test]
async fn neither_secrets_nor_recovery_codes_stand_in_the_database() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let begun = ceo.post(PATH, json!({"password": PASSWORD})).await;
    let phone = Phone::reading(&begun["secret"]);
    let codes = ceo.post(&format!("{PATH}/confirm"), json!({"code": phone.shows(app.now())})).await;
    let mut database = app.database().await;
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT f::text || encode(f.sealed_secret::bytea, 'hex') FROM second_factors f
         UNION ALL SELECT c::text || encode(c.hash, 'escape') FROM recovery_codes c UNION ALL SELECT a::text FROM audit a",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    let all = rows.concat();
    assert!(rows.len() > 11 && !all.contains(&text(&begun["secret"])));
    let hex = HEXLOWER.encode(&phone.0);
    assert!(!all.contains(&hex), "nor its bytes");
    for code in codes_of(&codes) {
        assert!(!all.contains(&code) && !all.contains(&code.replace('-', "")));
    }
    app.end().await;
}
