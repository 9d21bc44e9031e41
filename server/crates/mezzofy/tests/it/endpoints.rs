//! Webhooks that go out: another system is told what happens, signed and without contents, until it has taken it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

use crate::app::{Client, TestApp, text, wait_for};

const ALL: [&str; 5] = ["run.ended", "run.waiting", "approval.requested", "approval.decided", "effect.ended"];

/// What came in one request.
type Taken = (HeaderMap, Vec<u8>);

/// Another system on loopback: it keeps what comes and answers with the statuses it is given, then with 204.
#[derive(Clone, Default)]
struct Receiver {
    seen: Arc<Mutex<Vec<Taken>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    /// It, its host and port.
    async fn start() -> (Self, String) {
        let receiver = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let routes = Router::new().route("/hook", post(take)).with_state(receiver.clone());
        #[expect(clippy::disallowed_methods, reason = "it ends with the test")]
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (receiver, host)
    }

    fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        self.answers.lock().unwrap().extend(statuses);
    }

    fn seen(&self) -> Vec<Taken> {
        self.seen.lock().unwrap().clone()
    }

    /// What came, once there are so many.
    async fn told(&self, count: usize) -> Vec<Value> {
        let seen = wait_for(async || Some(self.seen()).filter(|seen| seen.len() >= count)).await;
        seen.iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    receiver.seen.lock().unwrap().push((headers, body.to_vec()));
    let status = receiver.answers.lock().unwrap().pop_front().unwrap_or(204);
    StatusCode::from_u16(status).unwrap()
}

/// The demo company, and the other system.
async fn app() -> (TestApp, Receiver, String) {
    let (receiver, host) = Receiver::start().await;
    let allowed = host.clone();
    let app = TestApp::with_books_and(|config| config.web_allowed = vec![allowed]).await;
    (app, receiver, format!("http://{host}/hook"))
}

async fn add(admin: &Client, url: &str, events: &[&str]) -> (String, String) {
    let (status, made) = admin
        .send(Method::POST, "/v1/admin/endpoints", Some(&json!({"name": "Shop", "url": url, "events": events})))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    (text(&made["id"]), text(&made["secret"]))
}

/// Whether one of the signatures is that of the secret.
fn proves(secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers[name].to_str().unwrap();
    let at = header("webhook-timestamp").parse().unwrap();
    let own = Webhook::new(secret).unwrap().sign(header("webhook-id"), at, body).unwrap();
    header("webhook-signature").split(' ').any(|signature| signature == own)
}

async fn sendings(admin: &Client, good: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    wait_for(async || Some(admin.items("/v1/admin/sendings").await).filter(|items| good(items))).await
}

#[tokio::test]
async fn what_happens_is_told_once_signed_and_without_what_was_said() {
    let (app, receiver, url) = app().await;
    let admin = app.person("admin").await;
    let (_, secret) = add(&admin, &url, &ALL).await;
    let (_, of_approvals) = add(&admin, &url, &["approval.requested"]).await;
    let finance = app.person("finance.manager").await;
    let run = finance.ask("Send the October statement to the CEO").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    let told = receiver.told(2).await;
    let of = |kind: &str| told.iter().find(|told| told["type"] == kind).unwrap()["data"].clone();
    assert_eq!(of("run.ended"), json!({"run_id": run["id"], "state": "succeeded"}));
    let effect = of("effect.ended");
    assert_eq!((&effect["run_id"], &effect["kind"], &effect["state"]), (&run["id"], &json!("mail"), &json!("done")));
    for (headers, body) in receiver.seen() {
        assert!(proves(&secret, &headers, &body) && !proves(&of_approvals, &headers, &body));
        let body = String::from_utf8(body).unwrap();
        assert!(!body.contains("ceo@") && !body.contains("October"), "{body}");
        assert_eq!(headers["content-type"], "application/json");
    }

    let run = app.person("sales.rep").await.ask("Meet with jane@abc.example on 2 December at 4pm").await;
    assert_eq!(run["waiting_for"], "approval");
    let told = receiver.told(5).await;
    let kinds: Vec<String> = told[2..].iter().map(|told| text(&told["type"])).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "approval.requested").count(), 2, "both want it: {kinds:?}");
    assert!(kinds.contains(&"run.waiting".to_owned()), "{kinds:?}");
    let all = sendings(&admin, |all| all.len() == 5 && all.iter().all(|one| one["state"] == "done")).await;
    assert!(all.iter().all(|one| one["tries"] == 1 && one["status"] == 204 && one["endpoint"] == "Shop"));
    app.end().await;
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_with_the_same_id_and_can_be_repeated_when_it_was_given_up() {
    let (app, receiver, url) = app().await;
    let admin = app.person("admin").await;
    let (id, secret) = add(&admin, &url, &["run.ended"]).await;
    receiver.answers([500, 302]);
    app.person("finance.viewer").await.ask("Thank you").await;
    receiver.told(1).await;
    let failed = sendings(&admin, |all| all[0]["status"] == 500).await;
    assert_eq!((&failed[0]["state"], &failed[0]["tries"]), (&json!("waiting"), &json!(1)));
    app.advance(TimeDelta::seconds(6));
    receiver.told(2).await;
    sendings(&admin, |all| all[0]["status"] == 302 && all[0]["tries"] == 2).await;
    // A new secret signs beside the one before.
    let renewed = admin.post(&format!("/v1/admin/endpoints/{id}/secret"), json!({})).await;
    app.advance(TimeDelta::minutes(6));
    receiver.told(3).await;
    let seen = receiver.seen();
    assert!(seen.iter().all(|(headers, _)| headers["webhook-id"] == seen[0].0["webhook-id"]));
    let (headers, body) = &seen[2];
    assert!(proves(&secret, headers, body) && proves(&text(&renewed["secret"]), headers, body));
    let done = sendings(&admin, |all| all[0]["state"] == "done").await;
    assert_eq!((&done[0]["reason"], &done[0]["tries"]), (&Value::Null, &json!(3)));
    let path = format!("/v1/admin/sendings/{}/repeat", text(&done[0]["id"]));
    assert_eq!(admin.send(Method::POST, &path, None).await.0, StatusCode::CONFLICT, "what was taken is not sent again");

    // Who answers 410 is told nothing more, until an administrator says so.
    receiver.answers([410]);
    app.person("finance.viewer").await.ask("Thank you").await;
    let gone = sendings(&admin, |all| all[0]["state"] == "failed").await;
    app.person("finance.viewer").await.ask("Thank you").await;
    let endpoint = admin.items("/v1/admin/endpoints").await.remove(0);
    assert!(text(&endpoint["paused_reason"]).contains("410"), "{endpoint}");
    assert_eq!(admin.items("/v1/admin/sendings").await.len(), 2);
    admin.send(Method::PATCH, &format!("/v1/admin/endpoints/{id}"), Some(&json!({"paused": false}))).await;
    let path = format!("/v1/admin/sendings/{}/repeat", text(&gone[0]["id"]));
    assert_eq!(admin.send(Method::POST, &path, None).await.0, StatusCode::ACCEPTED);
    sendings(&admin, |all| all.iter().all(|one| one["state"] == "done")).await;
    assert_eq!(admin.send(Method::POST, &format!("/v1/admin/endpoints/{id}/test"), None).await.0, StatusCode::ACCEPTED);
    let told = receiver.told(6).await;
    assert_eq!(told[5]["type"], "endpoint.test");

    assert_eq!(admin.send(Method::DELETE, &format!("/v1/admin/endpoints/{id}"), None).await.0, StatusCode::NO_CONTENT);
    assert!(admin.items("/v1/admin/sendings").await.is_empty());
    let secrets: i64 =
        sqlx::query_scalar("SELECT count(*) FROM source_secrets").fetch_one(&mut app.database().await).await.unwrap();
    assert_eq!(secrets, 0, "its secrets go with it");
    let actions: Vec<String> =
        admin.items("/v1/admin/audit").await.iter().map(|entry| text(&entry["action"])).collect();
    for action in ["endpoint_added", "endpoint_changed", "endpoint_removed"] {
        assert!(actions.contains(&action.to_owned()), "{actions:?}");
    }
    app.end().await;
}

#[tokio::test]
async fn nothing_is_sent_into_the_companys_own_network() {
    let (app, receiver, _) = app().await;
    let admin = app.person("admin").await;
    let refused = async |url: &str, events: Value| {
        let body = json!({"name": "Inside", "url": url, "events": events});
        admin.send(Method::POST, "/v1/admin/endpoints", Some(&body)).await
    };
    for url in [
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://169.254.169.254/latest",
        "https://10.0.0.8/",
        "https://[::1]/",
        "http://example.com/hook",
        "https://example.com:8443/hook",
        "https://user:pass@example.com/",
        "ftp://example.com/",
        "hook",
    ] {
        let (status, problem) = refused(url, json!(["run.ended"])).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("url")),
            "{url}: {problem}"
        );
    }
    for events in [json!([]), json!(["run.ended", "everything"])] {
        let (status, problem) = refused("https://example.com/hook", events).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("events")),
            "{problem}"
        );
    }
    assert!(admin.items("/v1/admin/endpoints").await.is_empty() && receiver.seen().is_empty());
    app.end().await;
}
