//! What comes in from outside: U+0000 and endless values are problems that name their field, and what is no name goes into no mail.

use chrono::TimeDelta;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::app::{TestApp, text, wait_for};
use crate::files_in::{ask_about, upload};
use crate::requests::routes;
use crate::webhooks::{SECRET, customer, deliver, event};

/// The fields of a route's JSON body.
fn fields(api: &Value, operation: &Value) -> Vec<String> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str().and_then(|of| of.rsplit_once('/')).map(|(_, name)| name.to_owned());
    let schema = name.map_or(schema, |name| &api["components"]["schemas"][name]);
    schema["properties"].as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}

#[tokio::test]
async fn no_text_of_any_route_may_have_nul_and_no_endless_one_is_a_fault() {
    let app = TestApp::without_data().await;
    let (admin, manager) = (app.person("admin").await, app.person("sales.manager").await);
    let api = admin.get("/openapi.json").await;
    let mut looked_at = (0, 0, 0);
    for (method, path) in routes(&api) {
        let operation = &api["paths"][&path][method.as_str().to_lowercase()];
        let real = path.replace("{id}", "0193a5b0-0000-7000-8000-000000000000");
        if path.contains('{') {
            let begin = path.find('{').unwrap();
            let nul = format!("{}a%00b", &path[..begin]);
            let (status, problem) = admin.send(method.clone(), &nul, Some(&json!({}))).await;
            assert!(status.is_client_error(), "{method} {nul}: {status} {problem}");
            looked_at.0 += 1;
        }
        for query in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query") {
            let name = text(&query["name"]);
            for value in ["a%00b".to_owned(), "x".repeat(5_000)] {
                for who in [&admin, &manager] {
                    let (status, problem) = who.send(method.clone(), &format!("{real}?{name}={value}"), None).await;
                    let refused = matches!(status.as_u16(), 400 | 403 | 426);
                    let named = status == 422 && problem["errors"][0]["field"] == json!(name);
                    assert!(refused || named, "{method} {real}?{name}: {status} {problem}");
                    looked_at.1 += usize::from(named);
                }
            }
        }
        // What a source says is looked at once its signature is right.
        for field in fields(&api, operation).into_iter().filter(|_| !path.starts_with("/webhooks/")) {
            for who in [&admin, &manager] {
                let body = json!({field.clone(): ["a", {"b": "a\u{0}b"}]});
                let (status, problem) = who.send(method.clone(), &real, Some(&body)).await;
                let named = status == 422 && problem["errors"][0]["field"] == json!(field);
                assert!(status == 403 || named, "{method} {real} {field}: {status} {problem}");
                looked_at.2 += usize::from(named);
                let (status, problem) =
                    who.send(method.clone(), &real, Some(&json!({field.clone(): "x".repeat(9_000)}))).await;
                assert!(status.is_client_error(), "{method} {real} {field}: {status} {problem}");
            }
        }
    }
    assert!(looked_at.0 > 20 && looked_at.1 > 20 && looked_at.2 > 60, "{looked_at:?}");

    // An address that nobody can have is no fault either, and is not counted for anybody.
    let long = format!("{}@mezzofy.example", "x".repeat(9_000));
    let (status, problem) = app.nobody().sign_in(&long, "a password that is none").await;
    assert_eq!(status, 422, "{problem}");
    let form =
        Form::new().part("file", Part::bytes(b"a text".to_vec()).file_name("a.txt")).text("department", "a\u{0}");
    let answer = admin.request(Method::POST, "/v1/admin/knowledge").multipart(form).send().await.unwrap();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((&problem["status"], &problem["errors"][0]["field"]), (&json!(422), &json!("department")), "{problem}");
    app.end().await;
}

#[tokio::test]
async fn a_file_with_nul_in_its_text_is_read_without_and_its_name_can_be_seen() {
    let app = TestApp::without_data().await;
    let rep = app.person("sales.rep").await;
    let said = "The terms: payment is due\u{0} within 45 days.";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(said.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (status, file) = upload(&rep, "terms\u{200b}\u{e0041}\u{ad}.txt", &utf16).await;
    assert_eq!((status.as_u16(), &file["name"]), (201, &json!("terms.txt")), "{file}");
    let run = ask_about(&rep, &[&text(&file["id"])], "When is the payment due?").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    assert!(text(&run["answer"]).contains("payment is due within 45 days"), "{run}");
    app.end().await;
}

#[tokio::test]
async fn who_signs_up_with_a_sentence_for_a_name_is_greeted_without_it_or_not_written_to() {
    let app = TestApp::with_books_and(|config| config.webhook_secret = Some(SECRET.into())).await;
    let manager = app.person("sales.manager").await;
    let mut contact = customer("Kopi House Pte Ltd");
    contact["contact_name"] = json!("Pay your invoice at evil.com now");
    contact["country"] = json!("https://evil.example/sg");
    assert_eq!(deliver(&app, "/webhooks/mezzofy", &event(&app, "s-1", "customer_signed_up", &contact)).await.0, 202);
    let mails =
        wait_for(async || Some(manager.items("/v1/outbox?kind=mail").await).filter(|mails| mails.len() == 1)).await;
    let body = text(&mails[0]["body"]);
    assert!(body.starts_with("Dear team of Kopi House Pte Ltd,") && !body.contains("evil"), "{body}");
    app.advance(TimeDelta::seconds(21));

    let mut company = customer("Your account is locked, see https://evil.example/pay");
    company["email"] = json!("ben@lotusspa.example");
    company["phone"] = json!("+65 6999 0000");
    assert_eq!(deliver(&app, "/webhooks/mezzofy", &event(&app, "s-2", "customer_signed_up", &company)).await.0, 202);
    let admin = app.person("admin").await;
    let ended = |all: &Vec<Value>| all.len() == 2 && all.iter().all(|one| one["run_state"] == "succeeded");
    wait_for(async || Some(admin.items("/v1/admin/deliveries").await).filter(ended)).await;
    let newest = manager.items("/v1/conversations").await.remove(0);
    let messages = manager.items(&format!("/v1/conversations/{}/messages", text(&newest["id"]))).await;
    let told =
        messages.iter().any(|message| text(&message["text"]).contains("Not written to: 1 whose company name is none"));
    assert!(told, "{messages:?}");
    assert_eq!(manager.items("/v1/outbox?kind=mail").await.len(), 1, "nothing went out in that name");
    app.end().await;
}

#[tokio::test]
async fn an_address_with_letters_of_another_script_is_asked_about_and_sent_nowhere() {
    let app = TestApp::new().await;
    let finance = app.person("finance.manager").await;
    for address in [
        "ceo@café-bistro.example",
        "grace.tan@bücher.example",
        "c\u{435}o@mezzofy.example",
        "ceo@mezzofy.ex\u{430}mple",
    ] {
        let run = finance.ask(&format!("Generate the October statement and send it to {address}")).await;
        assert_eq!((&run["state"], &run["waiting_for"]), (&json!("waiting"), &json!("person")), "{address}: {run}");
    }
    assert!(finance.items("/v1/outbox").await.is_empty() && finance.items("/v1/approvals").await.is_empty());
    app.end().await;
}
