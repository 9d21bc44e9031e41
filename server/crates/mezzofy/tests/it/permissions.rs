//! Who may do what, by law: every route and every tool, as every role of `roles.yaml` and as nobody.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use futures_util::{SinkExt, StreamExt};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use mezzofy::demo::PEOPLE;
use mezzofy_agent::agents::Agent;
use mezzofy_agent::calls::CallParser;
use mezzofy_agent::planner::{NO_PRODUCTS, Request};
use mezzofy_agent::texts::ToolTexts;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Roles;
use mezzofy_store::{audit, people};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::app::{Client, TestApp, home};

/// Routes that answer without a sign-in: webhooks are signed; the stream asks for the token in its first frame.
const OPEN: [&str; 6] = [
    "POST /v1/auth/login",
    "POST /v1/auth/refresh",
    "GET /v1/auth/microsoft/callback",
    "GET /healthz",
    "GET /readyz",
    "POST /webhooks/{source}",
];
const STREAM: &str = "GET /v1/stream";

/// `roles.yaml`, read apart from the code that decides by it.
#[derive(Deserialize)]
struct Written {
    everyone: BTreeSet<String>,
    roles: BTreeMap<String, WrittenRole>,
}

#[derive(Deserialize)]
struct WrittenRole {
    #[serde(default)]
    may: BTreeSet<String>,
}

impl Written {
    fn read(yaml: &str) -> Self {
        serde_saphyr::from_str(yaml).unwrap()
    }

    fn shipped() -> Self {
        Self::read(&std::fs::read_to_string(home().join("config/roles.yaml")).unwrap())
    }

    fn allows(&self, role: &str, permission: &str) -> bool {
        self.everyone.contains(permission) || self.roles[role].may.contains(permission)
    }
}

/// A route and the permission it declares; an open one declares that it needs none.
struct Route {
    method: Method,
    path: String,
    permission: Option<String>,
}

impl Route {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Every route of the description. One that declares no rule fails.
fn routes() -> Vec<Route> {
    let api: Value = serde_json::from_str(&mezzofy_http::openapi().to_json().unwrap()).unwrap();
    assert!(api["security"].is_null(), "a rule for all routes would hide that one declares none");
    let mut routes = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let needs = operation["security"].as_array();
            let needs = needs.unwrap_or_else(|| panic!("{method} {path} declares no rule"));
            let permission = needs.first().map(|need| {
                let [permission] = need["access_token"].as_array().unwrap().as_slice() else {
                    panic!("{method} {path}: {need}")
                };
                permission.as_str().unwrap().to_owned()
            });
            routes.push(Route { method, path: path.clone(), permission });
        }
    }
    assert!(routes.len() > 25, "{} routes", routes.len());
    // Signing out is the last thing a person does.
    routes.sort_by_key(|route| route.path == "/v1/auth/logout");
    routes
}

async fn call(client: &Client, route: &Route) -> (StatusCode, Value) {
    let path = route.path.replace("{id}", &Uuid::new_v4().to_string());
    client.send(route.method.clone(), &path, Some(&json!({}))).await
}

async fn who(app: &TestApp, mailbox: &str) -> Person {
    let mut tx = app.app.store.begin().await.unwrap();
    people::by_email(&mut tx, &format!("{mailbox}@mezzofy.example")).await.unwrap().unwrap().0
}

/// The routes refused to a person, as the audit log has them, with the permission that was missing.
async fn noted(app: &TestApp, person: Id<id::Person>) -> Vec<(String, String)> {
    let mut tx = app.app.store.begin().await.unwrap();
    let filter = audit::AuditFilter { action: None, person: Some(person) };
    let entries = audit::after(&mut tx, filter, 0, i64::MAX).await.unwrap();
    let refused = entries.into_iter().filter(|stored| stored.entry.subject_kind == "route");
    refused
        .map(|stored| (stored.entry.subject, stored.entry.detail["permission"].as_str().unwrap().to_owned()))
        .collect()
}

/// Calls every route as the demo person of every role: refused, and noted, exactly where the role lacks the permission.
async fn walk(app: &TestApp, written: &Written) -> usize {
    let (routes, mut refusals) = (routes(), 0);
    for (mailbox, _, _, role) in PEOPLE {
        let client = app.person(mailbox).await;
        let mut refused = Vec::new();
        for route in routes.iter().filter(|route| route.name() != STREAM) {
            let Some(permission) = &route.permission else { continue };
            let (status, answer) = call(&client, route).await;
            let forbidden = !written.allows(role, permission);
            assert_eq!(status == StatusCode::FORBIDDEN, forbidden, "{role} {}: {status} {answer}", route.name());
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{role} {}: {answer}", route.name());
            assert!(!status.is_server_error(), "{role} {}: {answer}", route.name());
            if forbidden {
                assert_eq!(answer["type"], "/problems/not-permitted", "{role} {}", route.name());
                refused.push((route.name(), permission.clone()));
            }
        }
        assert_eq!(noted(app, who(app, mailbox).await.id).await, refused, "{role}");
        refusals += refused.len();
    }
    refusals
}

#[test]
fn only_the_listed_routes_are_open_and_every_role_has_a_demo_person() {
    let open: BTreeSet<String> = routes().iter().filter(|route| route.permission.is_none()).map(Route::name).collect();
    assert_eq!(open, OPEN.map(str::to_owned).into());
    let written: BTreeSet<String> = Written::shipped().roles.into_keys().collect();
    assert_eq!(written, PEOPLE.map(|(_, _, _, role)| role.to_owned()).into());
}

#[tokio::test]
async fn every_route_is_refused_to_exactly_the_roles_without_its_permission() {
    let app = TestApp::without_data().await;
    assert!(walk(&app, &Written::shipped()).await > 20);
    app.end().await;
}

#[tokio::test]
async fn a_role_that_may_not_chat_has_no_route_but_those_its_other_permissions_open() {
    let yaml = std::fs::read_to_string(home().join("config/roles.yaml")).unwrap();
    let yaml = yaml.replace("everyone: [chat, make_documents]", "everyone: [make_documents]");
    let roles = Roles::parse(&yaml).unwrap();
    let app = TestApp::tuned(|config| config.roles = roles).await;
    assert!(walk(&app, &Written::read(&yaml)).await > 200);

    let token = app.person("sales.rep").await.token;
    let (mut socket, _) = connect_async(format!("ws://{}/v1/stream", app.address)).await.unwrap();
    let hello = json!({"type": "hello", "token": token}).to_string();
    socket.send(Message::Text(hello.into())).await.unwrap();
    let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else { panic!("the stream goes on") };
    assert_eq!(u16::from(frame.code), 4403);
    let refused = noted(&app, who(&app, "sales.rep").await.id).await;
    assert_eq!(refused.last(), Some(&(STREAM.to_owned(), "chat".to_owned())));
    app.end().await;
}

#[tokio::test]
async fn nobody_gets_past_the_door_with_a_token_that_is_not_ours() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    let body = admin.token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
    let sign = |algorithm, secret: &str, claims: &Value| {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    };
    let right = "a secret of the tests, long enough";
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let over = with("exp", json!((app.now() - TimeDelta::seconds(1)).timestamp()));
    let unknown = with("sid", json!(Uuid::new_v4()));
    let unsigned = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#));
    let mut client = app.nobody();
    client.token = sign(Algorithm::HS256, right, &claims);
    client.get("/v1/admin/usage").await;
    for (what, token) in [
        ("no token", String::new()),
        ("the wrong key", sign(Algorithm::HS256, "another secret of enough characters", &claims)),
        ("another algorithm", sign(Algorithm::HS512, right, &claims)),
        ("no algorithm", unsigned),
        ("a token that is over", sign(Algorithm::HS256, right, &over)),
        ("a session nobody has", sign(Algorithm::HS256, right, &unknown)),
    ] {
        client.token = token;
        for route in routes().iter().filter(|route| route.name() != STREAM) {
            let (status, answer) = call(&client, route).await;
            if route.permission.is_some() {
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}: {} {answer}", route.name());
                assert_eq!(answer["type"], "/problems/signed-out");
            } else {
                assert_ne!(status, StatusCode::FORBIDDEN, "{what}: {} {answer}", route.name());
            }
        }
    }
    app.end().await;
}

#[tokio::test]
async fn every_tool_is_offered_and_admitted_to_exactly_the_roles_with_its_permission() {
    let app = TestApp::without_data().await;
    let (parts, written) = (&app.app, Written::shipped());
    let names = parts.tools.names();
    assert!(names.len() >= 5);
    let department = who(&app, "admin").await.department;
    let all = Agent {
        tools: names.iter().map(|&name| name.to_owned()).collect(),
        ..parts.agents.get(department).unwrap().clone()
    };
    for (mailbox, _, _, role) in PEOPLE {
        let person = who(&app, mailbox).await;
        let today = parts.clock.today(parts.zone);
        let request = Request {
            texts: &[],
            open: None,
            me: &person,
            people: &[],
            today,
            latest_month: None,
            allowed: &[],
            products: &NO_PRODUCTS,
        };
        let parser = CallParser {
            skills: &parts.skills,
            tools: &*parts.tools,
            texts: &parts.tool_texts,
            planner: &parts.planner,
            request,
            gate: parts.gate(),
            language: Language::En,
        };
        let offered = parser.offered(&all);
        for name in &names {
            let spec = parts.tools.spec(name).unwrap();
            let allowed = written.allows(role, spec.permission.code());
            let admitted = parts.gate().authorize_tool(&person, spec, name, Language::En);
            assert_eq!(admitted.is_ok(), allowed, "{role} {name}: {admitted:?}");
            assert_eq!(offered.iter().any(|tool| tool.name == *name), allowed, "{role} {name}");
        }
    }
    for name in &names {
        let permission = parts.tools.spec(name).unwrap().permission.code();
        let someone = written.roles.keys().any(|role| written.allows(role, permission));
        assert!(someone, "nobody may use {name}");
    }
    app.end().await;
}

#[test]
fn a_tool_without_texts_stops_the_start() {
    let problem = ToolTexts::load(&home().join("prompts"), &["made_up"]).unwrap_err();
    assert!(problem.to_string().contains("the tool made_up has no texts"), "{problem}");
}
