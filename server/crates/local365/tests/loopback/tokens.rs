//! Tokens: fetched once, renewed before their end, replaced when refused, and never accepted when forged.

use std::time::Duration;

use mezzofy_local365::{Fault, Operation};
use mezzofy_microsoft::graph::{Graph, GraphError, GraphOutcome};
use mezzofy_microsoft::mail::{MessageState, Outgoing};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::tenant::{ANA, Tenant, mail};

#[tokio::test]
async fn callers_at_the_same_time_share_one_token() {
    let tenant = Tenant::new().await;
    let outgoing = tenant.outgoing();
    let find = || outgoing.find_by_key(ANA, "k");
    let found = tokio::try_join!(find(), find(), find(), find(), find(), find()).unwrap();
    assert_eq!(found, (None, None, None, None, None, None));
    assert_eq!(tenant.faults.seen(Operation::Token), 1);
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    let tenant = Tenant::new().await;
    let outgoing = tenant.outgoing();
    let id = outgoing.create_draft(&mail(&[])).await.unwrap().id;
    tenant.pass(Duration::from_secs(3298));
    assert_eq!(outgoing.state_of(ANA, &id).await.unwrap(), MessageState::Draft);
    assert_eq!(tenant.faults.seen(Operation::Token), 1);
    tenant.pass(Duration::from_secs(1));
    assert_eq!(outgoing.state_of(ANA, &id).await.unwrap(), MessageState::Draft);
    assert_eq!(tenant.faults.seen(Operation::Token), 2);
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once_and_then_believed() {
    let tenant = Tenant::new().await;
    let outgoing = tenant.outgoing();
    tenant.faults.script(Operation::CreateDraft, Fault::RefuseToken);
    let id = outgoing.create_draft(&mail(&[])).await.unwrap().id;
    assert_eq!(tenant.faults.seen(Operation::Token), 2);

    tenant.faults.script(Operation::Send, Fault::RefuseToken);
    tenant.faults.script(Operation::Send, Fault::RefuseToken);
    let error = outgoing.send(ANA, &id).await.unwrap_err();
    assert!(matches!(error, GraphError::Refused { status: 401, .. }), "{error:?}");
    assert_eq!((error.outcome(), tenant.faults.seen(Operation::Send)), (GraphOutcome::NotDone, 2));
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let tenant = Tenant::new().await;
    let token = tenant.token().await;
    tenant.pass(Duration::from_hours(1));
    let answer = list(&tenant, Some(&token)).await;
    assert_eq!(answer["message"], "Lifetime validation failed, the token is expired.");
}

#[tokio::test]
async fn a_sign_in_service_that_is_down_for_a_moment_is_asked_again() {
    let tenant = Tenant::new().await;
    tenant.faults.script(Operation::Token, Fault::Unavailable);
    tenant.faults.script(Operation::Token, Fault::DropBefore);
    tenant.outgoing().create_draft(&mail(&[])).await.unwrap();
    assert_eq!(tenant.faults.seen(Operation::Token), 3);
}

#[tokio::test]
async fn a_wrong_secret_ends_at_once_with_a_sentence_for_the_operator() {
    let tenant = Tenant::new().await;
    let mut settings = tenant.settings();
    settings.client_secret = "another".into();
    let outgoing = Outgoing::new(Graph::new(settings, tenant.clock.clone()).unwrap(), Vec::new());
    let error = outgoing.create_draft(&mail(&[])).await.unwrap_err();
    assert!(matches!(&error, GraphError::SignIn { code } if code == "invalid_client"), "{error:?}");
    assert_eq!((error.outcome(), error.retry_after()), (GraphOutcome::NotDone, None));
    assert_eq!((tenant.faults.seen(Operation::Token), tenant.faults.seen(Operation::CreateDraft)), (1, 0));
}

#[tokio::test]
async fn forged_foreign_and_missing_tokens_are_refused() {
    let tenant = Tenant::new().await;
    let claims = |audience: &str, tenant: &str| {
        json!({"aud": audience, "iss": format!("https://sts.windows.net/{tenant}/"), "appid": "assistant", "tid": tenant,
            "roles": ["Mail.ReadWrite", "Mail.Send"], "idtyp": "app", "iat": 0, "exp": 4_000_000_000_i64})
    };
    let key = "0123456789abcdef0123456789abcdef";
    let graph = "https://graph.microsoft.com";
    let good = sign(&claims(graph, "mezzofy"), key);
    assert_eq!(list(&tenant, Some(&good)).await, Value::Null);

    let (head, rest) = good.split_once('.').unwrap();
    let (body, _) = rest.split_once('.').unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}.");
    let cut = format!("{head}.{body}.");
    let refused = [
        sign(&claims(graph, "mezzofy"), "another key of at least 32 bytes....."),
        sign(&claims(graph, "another"), key),
        sign(&claims("https://management.azure.com", "mezzofy"), key),
        unsigned,
        cut,
        String::new(),
    ];
    for token in &refused {
        let error = list(&tenant, Some(token)).await;
        assert_eq!(error["code"], "InvalidAuthenticationToken", "{token}");
    }
    assert_eq!(list(&tenant, None).await["message"], "Access token is empty.");
    assert_eq!(list(&tenant, Some(&refused[2])).await["message"], "Access token validation failure. Invalid audience.");
}

#[tokio::test]
async fn a_token_without_the_permission_is_forbidden() {
    let tenant = Tenant::with_roles(&["Mail.Read"]).await;
    let error = tenant.outgoing().create_draft(&mail(&[])).await.unwrap_err();
    assert!(
        matches!(&error, GraphError::Refused { status: 403, code, .. } if code == "ErrorAccessDenied"),
        "{error:?}"
    );
    assert_eq!(tenant.outgoing().find_by_key(ANA, "k").await.unwrap(), None);
}

fn sign(claims: &Value, key: &str) -> String {
    jsonwebtoken::encode(
        &jsonwebtoken::Header::default(),
        claims,
        &jsonwebtoken::EncodingKey::from_secret(key.as_bytes()),
    )
    .unwrap()
}

/// Lists Ana's mail and gives back the error, or null.
async fn list(tenant: &Tenant, token: Option<&str>) -> Value {
    let mut request = tenant.plain(Method::GET, &format!("/v1.0/users/{ANA}/messages"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(status, if body["error"].is_null() { StatusCode::OK } else { StatusCode::UNAUTHORIZED });
    body["error"].clone()
}
