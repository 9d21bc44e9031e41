//! What Graph enforces, local365 enforces: asked by a plain client, so that the product's own can't hide a gap.

use chrono::DateTime;
use mezzofy_local365::{Local365, MemoryStorage, serve};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::tenant::{ANA, CEO, Tenant, config};

struct GraphAnswer {
    status: u16,
    body: Value,
}

async fn ask(
    tenant: &Tenant,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
    prefer: bool,
) -> GraphAnswer {
    let mut request = tenant.plain(method, path).bearer_auth(token).header("client-request-id", "c1");
    if prefer {
        request = request.header("prefer", r#"IdType="ImmutableId""#);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    assert!(answer.headers().contains_key("request-id"));
    assert_eq!(answer.headers()["client-request-id"], "c1");
    let status = answer.status().as_u16();
    let body = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    GraphAnswer { status, body }
}

fn messages() -> String {
    format!("/v1.0/users/{ANA}/messages")
}

fn draft_to(address: &str) -> Value {
    json!({"subject": "Hi", "body": {"contentType": "HTML", "content": "<p>Hi</p>"},
        "toRecipients": [{"emailAddress": {"address": address}}]})
}

#[tokio::test]
async fn a_regular_id_ends_with_the_send_and_an_immutable_one_stays() {
    let tenant = Tenant::new().await;
    let token = tenant.token().await;
    for prefer in [false, true] {
        let made = ask(&tenant, &token, Method::POST, &messages(), Some(draft_to(CEO)), prefer).await;
        assert_eq!((made.status, &made.body["isDraft"]), (201, &json!(true)));
        let path = format!("{}/{}", messages(), made.body["id"].as_str().unwrap());
        let sent = ask(&tenant, &token, Method::POST, &format!("{path}/send"), None, prefer).await;
        assert_eq!((sent.status, sent.body), (202, Value::Null));
        let after = ask(&tenant, &token, Method::GET, &path, None, prefer).await;
        let expected = if prefer { 200 } else { 404 };
        assert_eq!(after.status, expected);
        let again = ask(&tenant, &token, Method::POST, &format!("{path}/send"), None, prefer).await;
        assert!(again.status == 400 || again.status == 404);
    }
    assert_eq!(tenant.count(), (2, 2, 0));
}

#[tokio::test]
async fn a_mail_to_an_address_without_a_mailbox_is_sent_and_a_mail_to_nobody_is_not() {
    let tenant = Tenant::new().await;
    let token = tenant.token().await;
    let send = async |draft: Value| {
        let made = ask(&tenant, &token, Method::POST, &messages(), Some(draft), true).await;
        let path = format!("{}/{}/send", messages(), made.body["id"].as_str().unwrap());
        ask(&tenant, &token, Method::POST, &path, None, true).await
    };
    for address in ["nobody@mezzofy.example", "someone@outside.example"] {
        assert_eq!(send(draft_to(address)).await.status, 202);
    }
    for draft in [json!({"subject": "To nobody"}), draft_to("no address"), draft_to("@x")] {
        let refused = send(draft).await;
        assert_eq!((refused.status, &refused.body["error"]["code"]), (400, &json!("ErrorInvalidRecipients")));
    }
    assert_eq!(tenant.count(), (0, 2, 3));
}

#[tokio::test]
async fn bodies_that_graph_refuses_are_refused_in_its_words() {
    let tenant = Tenant::new().await;
    let token = tenant.token().await;
    let file = |size: usize| {
        use base64::Engine as _;
        let bytes = base64::prelude::BASE64_STANDARD.encode(vec![0; size]);
        json!({"@odata.type": "#microsoft.graph.fileAttachment", "name": "x", "contentBytes": bytes})
    };
    let property = json!({"id": "MzIdem", "value": "k"});
    let cases = [
        (json!({"subjct": "typo"}), 400, "RequestBodyRead"),
        (json!([1]), 400, "RequestBodyRead"),
        (json!({"singleValueExtendedProperties": [property]}), 400, "ErrorInvalidPropertyId"),
        (json!({"attachments": [file(3_000_000)]}), 413, "RequestEntityTooLarge"),
        (json!({"attachments": [file(2_000_000), file(2_000_000)]}), 413, "RequestEntityTooLarge"),
        (
            json!({"attachments": [{"@odata.type": "#microsoft.graph.itemAttachment", "name": "x", "contentBytes": ""}]}),
            400,
            "BadRequest",
        ),
    ];
    for (body, status, code) in cases {
        let refused = ask(&tenant, &token, Method::POST, &messages(), Some(body), true).await;
        assert_eq!((refused.status, refused.body["error"]["code"].as_str()), (status, Some(code)));
        assert_eq!(refused.body["error"]["innerError"]["client-request-id"], "c1");
    }
    assert_eq!(tenant.count(), (0, 0, 0));
    assert_eq!(
        ask(&tenant, &token, Method::POST, &messages(), Some(json!({"attachments": [file(2_900_000)]})), true)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn unknown_people_folders_ids_routes_and_options_are_refused() {
    let tenant = Tenant::new().await;
    let token = tenant.token().await;
    let folder = |name: &str| format!("/v1.0/users/{ANA}/mailFolders/{name}/messages");
    let cases = [
        ("/v1.0/users/stranger@mezzofy.example/messages".to_owned(), 404, "ErrorInvalidUser"),
        (folder("archive"), 400, "ErrorInvalidIdMalformed"),
        (format!("{}/nonsense", messages()), 400, "ErrorInvalidIdMalformed"),
        (format!("{}/AAkALgAZIREREiIzdEVVVmZmZ3dw", messages()), 404, "ErrorItemNotFound"),
        (format!("{}?$filter=isDraft%20eq%20true", messages()), 400, "ErrorInvalidUrlQueryFilter"),
        (format!("{}?$top=0", messages()), 400, "BadRequest"),
        (format!("{}?$expand=attachments", messages()), 400, "BadRequest"),
        ("/v1.0/users".to_owned(), 404, "BadRequest"),
    ];
    for (path, status, code) in cases {
        let refused = ask(&tenant, &token, Method::GET, &path, None, true).await;
        assert_eq!((refused.status, refused.body["error"]["code"].as_str()), (status, Some(code)), "{path}");
    }
}

#[tokio::test]
async fn a_list_comes_newest_first_in_pages_with_the_chosen_properties() {
    let tenant = Tenant::new().await;
    let token = tenant.token().await;
    for number in 0..5 {
        let made =
            ask(&tenant, &token, Method::POST, &messages(), Some(json!({"subject": number.to_string()})), true).await;
        assert_eq!(made.status, 201);
        tenant.pass(std::time::Duration::from_secs(1));
    }
    let mut path = format!("/v1.0/users/{ANA}/mailFolders/Drafts/messages?$top=2&$select=subject,isDraft");
    let mut subjects = Vec::new();
    let mut pages = 0;
    loop {
        let page = ask(&tenant, &token, Method::GET, &path, None, true).await.body;
        pages += 1;
        for message in page["value"].as_array().unwrap() {
            assert_eq!(message.as_object().unwrap().len(), 3);
            subjects.push(message["subject"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        path = next.strip_prefix(&tenant.base).unwrap().to_owned();
    }
    assert_eq!((pages, subjects.join("")), (3, "43210".to_owned()));
}

#[tokio::test]
async fn a_hidden_recipient_gets_the_mail_and_nobody_sees_it() {
    let tenant = Tenant::new().await;
    let token = tenant.token().await;
    let draft = json!({"subject": "Hi", "toRecipients": [{"emailAddress": {"address": "x@outside.example"}}],
        "bccRecipients": [{"emailAddress": {"address": "CEO@mezzofy.example"}}]});
    let made = ask(&tenant, &token, Method::POST, &messages(), Some(draft), true).await;
    let path = format!("{}/{}/send", messages(), made.body["id"].as_str().unwrap());
    ask(&tenant, &token, Method::POST, &path, None, true).await;
    assert_eq!(tenant.folder(CEO, "inbox")[0].body["bccRecipients"], json!([]));
    assert_eq!(tenant.folder(ANA, "sentitems")[0].body["bccRecipients"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_under_another_hosts_name_is_not_served() {
    let tenant = Tenant::new().await;
    let answer = tenant.plain(Method::GET, &messages()).header("host", "evil.example").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 421);
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let service = Local365::new(config(&[]), MemoryStorage::default(), DateTime::default);
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let error = serve(listener, service, std::future::ready(())).await.unwrap_err();
    assert_eq!(error.to_string(), "local365 listens on loopback only");
}
