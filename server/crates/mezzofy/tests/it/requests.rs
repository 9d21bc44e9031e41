use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{TestApp, home, home_with_outreach, text};

/// What a browser takes when it opens a page.
const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

pub(crate) fn routes(api: &Value) -> Vec<(Method, String)> {
    let paths = api["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(move |method| (method.to_uppercase().parse().unwrap(), path.clone()))
    });
    all.collect()
}

#[test]
fn the_description_in_the_repository_is_what_the_routes_say() {
    let kept = std::fs::read_to_string(home().join("openapi.json")).unwrap();
    let told = mezzofy_http::openapi().to_pretty_json().unwrap();
    assert!(kept.trim_end() == told, "server/openapi.json is not up to date: run make api");
}

#[tokio::test]
async fn nobody_finds_what_is_somebody_elses() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    let run = finance.say(&conversation, "Send the October statement to the CEO").await;
    let effect = text(&finance.items("/v1/outbox").await[0]["id"]);
    finance.ask("Send the October statement to someone@elsewhere.example").await;
    let approval = text(&finance.items("/v1/approvals").await[0]["id"]);
    let ids = [conversation, text(&run["id"]), text(&run["files"][0]["id"]), effect, approval];
    let admin = app.person("admin").await;
    let ceo = app.person("ceo").await;
    let api = admin.get("/openapi.json").await;
    // Standing approvals belong to a department.
    let of_one = |path: &String| path.contains("{id}") && !path.starts_with("/v1/standing-approvals");
    for (method, path) in routes(&api).into_iter().filter(|(_, path)| of_one(path)) {
        for id in &ids {
            for (stranger, administers) in [(&admin, true), (&ceo, false)] {
                let body = match path.rsplit('/').next() {
                    Some("messages") => json!({"client_id": Uuid::new_v4(), "text": "hello"}),
                    Some("settle") => json!({"outcome": "arrived"}),
                    Some("decision") => json!({"decision": "approve", "payload_hash": ""}),
                    _ if ["/v1/leads", "/v1/schedules", "/v1/admin/endpoints"]
                        .iter()
                        .any(|of| path.starts_with(of)) =>
                    {
                        json!({})
                    }
                    _ => json!({"title": "mine"}),
                };
                let (status, problem) = stranger.send(method.clone(), &path.replace("{id}", id), Some(&body)).await;
                // Who may not administer learns that before anything is looked for.
                let shut = (path.starts_with("/v1/admin/") || path.starts_with("/v1/leads")) && !administers;
                let hidden = if shut { StatusCode::FORBIDDEN } else { StatusCode::NOT_FOUND };
                assert_eq!(status, hidden, "{method} {path}: {problem}");
            }
        }
    }
    for list in ["/v1/conversations", "/v1/files", "/v1/outbox", "/v1/approvals", "/v1/schedules"] {
        assert!(admin.items(list).await.is_empty(), "{list}");
    }
    app.end().await;
}

#[tokio::test]
async fn what_can_not_be_read_is_a_problem_and_never_a_fault() {
    let app = TestApp::without_data().await;
    let ceo = app.person("ceo").await;
    let conversation = ceo.conversation().await;
    let messages = format!("/v1/conversations/{conversation}/messages");
    let long = "x".repeat(5_001);
    let id = Uuid::new_v4();
    for (path, body, want) in [
        (messages.as_str(), json!({"client_id": id, "text": ""}).to_string(), 422),
        (&messages, json!({"client_id": id, "text": long}).to_string(), 422),
        (&messages, json!({"client_id": id, "text": "a\u{0}b"}).to_string(), 422),
        (&messages, json!({"client_id": "not an id", "text": "hi"}).to_string(), 422),
        (&messages, json!({"client_id": id, "text": "hi", "role": "admin"}).to_string(), 422),
        (&messages, json!({"client_id": id, "text": 5}).to_string(), 422),
        (&messages, json!({"client_id": id, "text": "hi", "file_ids": [id]}).to_string(), 422),
        (&messages, json!({"client_id": id, "text": "hi", "agent": "finance"}).to_string(), 422),
        (&messages, "{\"client_id\":".to_owned(), 400),
        (&messages, "\u{fffd}".to_owned(), 400),
        (&messages, format!("{{\"text\": \"{}\"}}", "x".repeat(2 * 1024 * 1024)), 413),
        ("/v1/auth/login", "[]".to_owned(), 422),
        ("/v1/conversations", json!({"title": " "}).to_string(), 422),
        ("/v1/conversations/not-an-id/messages", "{}".to_owned(), 404),
        ("/v1/nothing", "{}".to_owned(), 404),
    ] {
        let request = ceo.request(Method::POST, path).header("content-type", "application/json").body(body.clone());
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), want, "{path} {}", &body[..body.len().min(80)]);
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["status"], want, "{problem}");
        assert!(!text(&problem["detail"]).is_empty() && text(&problem["request_id"]).len() == 32, "{problem}");
    }
    for (path, want) in [
        ("/v1/conversations?limit=0", 422),
        ("/v1/conversations?limit=201", 422),
        ("/v1/conversations?limit=x", 400),
        ("/v1/conversations?cursor=x", 422),
        ("/v1/conversations?colour=red", 400),
        ("/v1/outbox?kind=pigeon", 422),
        ("/v1/runs/1", 404),
        ("/v1/files/..%2f..%2fetc%2fpasswd/content", 404),
        ("/nope.js", 404),
    ] {
        assert_eq!(ceo.send(Method::GET, path, None).await.0.as_u16(), want, "{path}");
    }
    assert_eq!(ceo.send(Method::PUT, "/v1/me", None).await.0, StatusCode::METHOD_NOT_ALLOWED);
    let form = ceo.request(Method::POST, &messages).body("text=hi").send().await.unwrap();
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    app.end().await;
}

#[tokio::test]
async fn thirty_messages_a_minute_are_taken_and_the_next_one_has_to_wait() {
    let app = TestApp::without_data().await;
    let rep = app.person("sales.rep").await;
    let conversation = rep.conversation().await;
    let path = format!("/v1/conversations/{conversation}/messages");
    let (begun, mut taken) = (std::time::Instant::now(), 0);
    let response = loop {
        let message = json!({"client_id": Uuid::new_v4(), "text": "hello"});
        let response = rep.request(Method::POST, &path).json(&message).send().await.unwrap();
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            break response;
        }
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        taken += 1;
        // One more is allowed every two seconds, however slow the machine is.
        assert!(taken <= 31 + begun.elapsed().as_secs() / 2, "{taken} were taken");
    };
    assert!(taken >= 30, "{taken} were taken");
    assert!(response.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    rep.get("/v1/me").await;
    for run in rep.items(&format!("{path}?limit=200")).await {
        rep.get(&format!("/v1/runs/{}?wait=60", text(&run["run_id"]))).await;
    }
    app.end().await;
}

#[tokio::test]
async fn only_addresses_of_the_app_are_the_app() {
    let web = tempfile::tempdir().unwrap();
    let home = home_with_outreach(web.path(), |_, text| text);
    std::fs::create_dir(home.join("web")).unwrap();
    for (name, text) in [
        ("index.html", "<title>the app</title>"),
        ("routes.json", r#"["/", "/chat", "/chat/[id]", "/schedules/[id]/edit"]"#),
        ("app.js", "let it = 1;"),
    ] {
        std::fs::write(home.join("web").join(name), text).unwrap();
    }
    let app = TestApp::tuned(|config| config.home = home).await;
    let nobody = app.nobody();
    let asked = async |path: &str, accept: &str| {
        let response = nobody.request(Method::GET, path).header("accept", accept).send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), kind, response.text().await.unwrap())
    };
    for path in ["/", "/chat", "/chat/42", "/schedules/42/edit", "/chat?from=mail"] {
        for accept in [BROWSER, "*/*"] {
            let (status, kind, body) = asked(path, accept).await;
            assert_eq!((status, kind.as_str()), (200, "text/html"), "{path}");
            assert!(body.contains("the app"), "{path}: {body}");
        }
    }
    for path in ["/nonsense", "/chat/42/more", "/schedules/42", "/v1", "/webhooks"] {
        let (status, kind, body) = asked(path, BROWSER).await;
        assert_eq!((status, kind.as_str()), (404, "text/html; charset=utf-8"), "{path}");
        assert!(body.contains("the app"), "it says that there is nothing: {body}");
        let (status, kind, _) = asked(path, "*/*").await;
        assert_eq!((status, kind.as_str()), (404, "application/problem+json"), "{path}");
    }
    for path in ["/v1/nonsense", "/webhooks/no/such", "/nope.js"] {
        let (status, kind, _) = asked(path, BROWSER).await;
        assert_eq!((status, kind.as_str()), (404, "application/problem+json"), "{path}");
    }
    assert_eq!(asked("/app.js", "*/*").await.0, 200);
    app.end().await;
}
