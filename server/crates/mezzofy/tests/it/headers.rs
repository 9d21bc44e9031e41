use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use uuid::Uuid;

use crate::app::{Client, TestApp};
use crate::requests::routes;

const KNOWN: &str = "https://intranet.mezzofy.example";

/// The headers of an answer, asked for by a page of an origin.
async fn asked(client: &Client, method: Method, path: &str, origin: &str) -> (StatusCode, HeaderMap) {
    let request = client.request(method, path).header("origin", origin);
    let response = request.header("access-control-request-method", "POST").send().await.unwrap();
    (response.status(), response.headers().clone())
}

#[tokio::test]
async fn every_route_and_page_carries_the_headers_that_keep_other_code_out() {
    let app = TestApp::without_data().await;
    let nobody = app.nobody();
    let pages =
        ["/", "/chat/42", "/docs", "/docs/docs.js", "/openapi.json", "/nope.js", "/v1/nothing", "/webhooks/none"];
    let mut all = routes(&nobody.get("/openapi.json").await);
    all.extend(pages.map(|page| (Method::GET, page.to_owned())));
    all.push((Method::TRACE, "/v1/me".to_owned()));
    for (method, path) in all {
        let path = path.replace("{id}", &Uuid::new_v4().to_string());
        let (_, headers) = asked(&nobody, method.clone(), &path, "https://evil.example").await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'self'",
            "script-src 'self';",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{method} {path}: {policy}");
        }
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("permissions-policy", "camera=(self), microphone=(self), geolocation=()"),
        ] {
            assert_eq!(headers[name], value, "{method} {path}");
        }
        // The server can't be reached over https here, and nobody but its own pages may ask.
        assert!(!headers.contains_key("strict-transport-security"), "{method} {path}");
        assert!(!headers.contains_key("access-control-allow-origin"), "{method} {path}");
    }
    app.end().await;
}

#[tokio::test]
async fn behind_https_browsers_are_told_to_stay_with_it() {
    let app = TestApp::tuned(|config| config.secure_cookies = true).await;
    let (_, headers) = asked(&app.nobody(), Method::GET, "/v1/me", "https://evil.example").await;
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    app.end().await;
}

#[tokio::test]
async fn only_pages_of_known_origins_may_ask_and_none_with_cookies() {
    let app = TestApp::tuned(|config| config.settings.allowed_origins = vec![KNOWN.to_owned()]).await;
    let nobody = app.nobody();
    let (status, headers) = asked(&nobody, Method::OPTIONS, "/v1/auth/login", KNOWN).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(headers["access-control-allow-origin"], KNOWN);
    assert_eq!(headers["access-control-allow-headers"], "authorization, content-type, range");
    let (status, headers) = asked(&nobody, Method::GET, "/v1/me", KNOWN).await;
    assert_eq!((status, headers["access-control-allow-origin"].to_str().unwrap()), (StatusCode::UNAUTHORIZED, KNOWN));
    assert!(!headers.contains_key("access-control-allow-credentials"));

    for stranger in [
        "https://evil.example",
        "http://intranet.mezzofy.example",
        "https://intranet.mezzofy.example.evil.example",
        "null",
    ] {
        for method in [Method::OPTIONS, Method::GET] {
            let (_, headers) = asked(&nobody, method, "/v1/me", stranger).await;
            assert!(!headers.contains_key("access-control-allow-origin"), "{stranger}");
            assert!(headers.get_all("vary").iter().any(|value| value == "origin"), "{stranger}");
        }
    }
    app.end().await;
}

#[tokio::test]
async fn a_requests_number_from_outside_is_taken_only_if_it_is_short_and_plain() {
    let app = TestApp::without_data().await;
    let nobody = app.nobody();
    let numbered = async |number: &str| {
        let request = nobody.request(Method::GET, "/v1/me").header("x-request-id", number);
        let response = request.send().await.unwrap();
        let header = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let problem: serde_json::Value = response.json().await.unwrap();
        assert_eq!(problem["request_id"], header);
        header
    };
    let longest = "a".repeat(64);
    for good in ["order-7_b.2", &longest] {
        assert_eq!(numbered(good).await, good);
    }
    for odd in ["x".repeat(6_000), "a".repeat(65), "two words".to_owned(), "<b>".to_owned()] {
        let ours = numbered(&odd).await;
        assert!(ours.len() == 32 && ours.bytes().all(|byte| byte.is_ascii_hexdigit()), "{ours}");
    }
    app.end().await;
}

#[test]
fn an_allowed_origin_that_no_browser_sends_is_refused_at_the_start() {
    let yaml = std::fs::read_to_string(crate::app::home().join("config/config.yaml")).unwrap();
    let parse = |origins: &str| {
        mezzofy_engine::config::Settings::parse(
            &yaml.replace("allowed_origins: []", &format!("allowed_origins: {origins}")),
        )
    };
    for right in ["[]", "['https://a.example', 'http://127.0.0.1:8081']"] {
        assert!(parse(right).is_ok(), "{right}");
    }
    for wrong in [
        "['*']",
        "['https://a.example/']",
        "['a.example']",
        "['https://A.example']",
        "['https://*.a.example']",
        "['null']",
    ] {
        let refusal = parse(wrong).unwrap_err().to_string();
        assert!(refusal.starts_with("allowed_origins"), "{wrong}: {refusal}");
    }
}
