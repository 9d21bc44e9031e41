//! Every request and answer of a whole walk, held against a JSON Schema bundle of Graph v1.0 that `GRAPH_SCHEMA` names
//! (`$defs` with the types, `x-operations` with method, path, request and responses). Without it one line says so.

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use chrono::TimeDelta;
use mezzofy_microsoft::calendar::Calendar;
use mezzofy_microsoft::graph::{Graph, Settings};
use mezzofy_microsoft::mail::{MailCheckpoint, Outgoing};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::calendar::event;
use crate::tenant::{ANA, Tenant, TestJournal, mail};

#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<Exchange>>>);

#[derive(Clone)]
struct Exchange {
    method: String,
    path: String,
    status: u16,
    request: Vec<u8>,
    response: Vec<u8>,
}

#[tokio::test]
async fn every_exchange_is_valid_against_graphs_own_types() {
    #[expect(clippy::disallowed_methods, reason = "the bundle isn't part of the repository; who has it names it")]
    let Ok(file) = std::env::var("GRAPH_SCHEMA") else {
        eprintln!("not checked against Graph's types: GRAPH_SCHEMA names no schema bundle");
        return;
    };
    let bundle: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let exchanges = record_a_walk().await;
    let mut checked = 0;
    for exchange in &exchanges {
        let Some(operation) = operation(&bundle, exchange) else { continue };
        let name = &operation["operationId"];
        if !operation["request"].is_null() && exchange.status < 300 {
            check(&bundle, &operation["request"], &exchange.request, &format!("request of {name}"));
            checked += 1;
        }
        let schema = if exchange.status >= 400 {
            json!({"$ref": "#/$defs/ODataError"})
        } else {
            operation["responses"].get(exchange.status.to_string()).expect("a status that Graph doesn't give").clone()
        };
        if schema.is_null() {
            assert!(exchange.response.is_empty(), "{name} answers nothing");
        } else {
            check(&bundle, &schema, &exchange.response, &format!("{} of {name}", exchange.status));
        }
        checked += 1;
    }
    assert!(checked >= 18, "{checked} of {} exchanges were checked", exchanges.len());
}

/// A mail with a small and a large file, looked up, looked at and deleted, two refusals, and an event that is made and seen.
async fn record_a_walk() -> Vec<Exchange> {
    let tenant = Tenant::new().await;
    let tape = Tape::default();
    let routes = tenant.service.router().layer(from_fn_with_state(tape.clone(), record));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut running = JoinSet::new();
    running.spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let settings = Settings { login_base: base.clone(), graph_base: base, ..tenant.settings() };
    let graph = Graph::new(settings, tenant.clock.clone()).unwrap();
    let outgoing = Outgoing::new(graph.clone(), Vec::new());

    let mail = mail(&[("a.pdf", 10), ("b.bin", 3_000_000), ("c.pdf", 2_799_000), ("d.pdf", 2_000_000)]);
    let id = outgoing.deliver(&mail, MailCheckpoint::New, &TestJournal::default()).await.unwrap();
    outgoing.find_by_key(ANA, &mail.key).await.unwrap();
    outgoing.state_of(ANA, &id).await.unwrap();
    outgoing.send(ANA, &id).await.unwrap_err();
    outgoing.delete(ANA, &id).await.unwrap();
    outgoing.state_of("stranger@mezzofy.example", &id).await.unwrap_err();
    let calendar = Calendar::new(graph);
    let event = event("an event");
    calendar.make(&event).await.unwrap();
    let (from, to) = (event.start.and_utc(), event.end.and_utc());
    calendar.events(ANA, from - TimeDelta::days(1), to).await.unwrap();
    calendar.schedules(ANA, &[ANA.to_owned(), "x@y.example".to_owned()], from, to).await.unwrap();
    tape.0.lock().unwrap().clone()
}

async fn record(State(tape): State<Tape>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let request = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    let response = next.run(Request::from_parts(parts, Body::from(request.clone()))).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let response = bytes.to_vec();
    tape.0.lock().unwrap().push(Exchange { method, path, status: parts.status.as_u16(), request, response });
    Response::from_parts(parts, Body::from(bytes))
}

/// The operation of an exchange: same method, same path but for what stands in braces.
fn operation<'a>(bundle: &'a Value, exchange: &Exchange) -> Option<&'a Value> {
    let path: Vec<_> = exchange.path.strip_prefix("/v1.0")?.split('/').collect();
    bundle["x-operations"].as_array()?.iter().find(|operation| {
        let wanted: Vec<_> = operation["path"].as_str().unwrap_or_default().split('/').collect();
        let fits = |(part, wanted): (&&str, &&str)| wanted.starts_with('{') || part == wanted;
        operation["method"] == exchange.method && wanted.len() == path.len() && path.iter().zip(&wanted).all(fits)
    })
}

fn check(bundle: &Value, schema: &Value, bytes: &[u8], what: &str) {
    let mut whole = schema.clone();
    whole["$defs"] = bundle["$defs"].clone();
    let validator = jsonschema::validator_for(&whole).unwrap();
    let value: Value = serde_json::from_slice(bytes).unwrap();
    let errors: Vec<_> = validator.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {errors:?}");
}
