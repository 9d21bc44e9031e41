//! Teams: what an account posts is found again by its mark, and an app by itself posts nothing.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use mezzofy_local365::{Document, Fault, Operation};
use mezzofy_microsoft::graph::{GraphError, GraphOutcome};
use mezzofy_microsoft::mail::Attachment;
use mezzofy_microsoft::teams::{Post, Teams, TeamsError, To};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::tenant::{ACCOUNT, AccountTokens, CEO, TEAM, Tenant};

fn post(to: To) -> Post {
    Post {
        to,
        key: "run/1".to_owned(),
        from: "Mezzofy AI for Grace Tan".to_owned(),
        subject: String::new(),
        text: "New customer: ABC & Sons".to_owned(),
        files: Vec::new(),
    }
}

pub(crate) fn in_sales() -> Post {
    post(To::Channel("sales".to_owned()))
}

/// Prepares the message and sends it.
pub(crate) async fn send(teams: &Teams, post: &Post) -> Result<String, TeamsError> {
    Ok(teams.send(&teams.prepare(post).await?).await?)
}

/// The messages of a mailbox, as they are stored.
pub(crate) fn stored(tenant: &Tenant, mailbox: &str) -> Vec<Document> {
    let all = [format!("19:{}@thread.tacv2", BASE64_URL_SAFE_NO_PAD.encode("Sales")), "messages".to_owned()];
    all.iter().flat_map(|folder| tenant.folder(mailbox, folder)).collect()
}

#[tokio::test]
async fn a_post_with_a_file_stands_in_its_channel_and_is_found_by_its_mark() {
    let tenant = Tenant::new().await;
    let teams = tenant.teams(&tenant.account());
    let file = Attachment {
        name: "Key figures (October).pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: vec![7; 5_000_000],
    };
    let post = Post { files: vec![file], subject: "October".to_owned(), ..in_sales() };
    assert_eq!(teams.find(&post).await.unwrap(), None);
    let id = send(&teams, &post).await.unwrap();
    assert_eq!(teams.find(&post).await.unwrap(), Some(id));
    let stored = stored(&tenant, "team the team");
    assert_eq!(stored.len(), 1);
    let message = &stored[0].body;
    let text = message["body"]["content"].as_str().unwrap();
    assert!(text.starts_with("<p>New customer: ABC &amp; Sons</p><attachment id="), "{text}");
    assert_eq!((&message["subject"], &message["from"]["user"]["id"]), (&json!("October"), &json!(ACCOUNT)));
    assert_eq!(message["attachments"][0]["name"], "Key figures (October).pdf");
    let file = &tenant.folder("team the team", "files")[0].body;
    assert_eq!((&file["name"], &file["size"]), (&json!("Key figures (October).pdf"), &json!(5_000_000)));
}

#[tokio::test]
async fn whether_a_post_whose_answer_was_lost_is_there_is_seen_by_looking() {
    let tenant = Tenant::new().await;
    let teams = tenant.teams(&tenant.account());
    tenant.faults.script(Operation::Post, Fault::DropAfter);
    let lost = send(&teams, &in_sales()).await.unwrap_err();
    assert!(matches!(&lost, TeamsError::Graph(error) if error.outcome() == GraphOutcome::Unknown), "{lost:?}");
    assert!(teams.find(&in_sales()).await.unwrap().is_some());

    let other = Post { key: "run/2".to_owned(), ..in_sales() };
    tenant.faults.script(Operation::Post, Fault::DropBefore);
    send(&teams, &other).await.unwrap_err();
    assert_eq!(teams.find(&other).await.unwrap(), None);
    send(&teams, &other).await.unwrap();
    assert_eq!(stored(&tenant, "team the team").len(), 2);
    assert!(tenant.faults.are_used_up());
}

#[tokio::test]
async fn two_have_one_chat_however_often_they_are_written_to() {
    let tenant = Tenant::new().await;
    let teams = tenant.teams(&tenant.account());
    let post = post(To::Person(CEO.to_owned()));
    let first = send(&teams, &post).await.unwrap();
    assert_eq!(teams.find(&post).await.unwrap(), Some(first));
    send(&teams, &Post { key: "run/2".to_owned(), ..post.clone() }).await.unwrap();
    assert_eq!(stored(&tenant, &format!("chat {ACCOUNT} {CEO}")).len(), 2);
    let nobody = Post { to: To::Person("nobody@mezzofy.example".to_owned()), ..post };
    let refused = send(&teams, &nobody).await.unwrap_err();
    assert!(matches!(refused, TeamsError::Graph(GraphError::Refused { status: 404, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_channel_that_is_not_there_is_said_and_an_account_that_nobody_signed_in_posts_nothing() {
    let tenant = Tenant::new().await;
    let teams = tenant.teams(&tenant.account());
    let error = send(&teams, &post(To::Channel("Board".to_owned()))).await.unwrap_err();
    assert_eq!(error.to_string(), "the team has no channel “Board”");
    let nobody = tenant.teams(&Arc::new(AccountTokens(Mutex::new(Vec::new()))));
    let error = send(&nobody, &in_sales()).await.unwrap_err();
    assert!(matches!(error, TeamsError::Graph(GraphError::NotConnected)), "{error:?}");
    let forged = tenant.teams(&Arc::new(AccountTokens(Mutex::new(vec!["made up".into()]))));
    let error = send(&forged, &in_sales()).await.unwrap_err();
    assert!(matches!(error, TeamsError::Graph(GraphError::NotConnected)), "{error:?}");
    assert_eq!(stored(&tenant, "team the team").len(), 0);
}

#[tokio::test]
async fn an_app_by_itself_is_refused_as_microsoft_refuses_it() {
    let tenant = Tenant::with_roles(&["Channel.ReadBasic.All", "ChannelMessage.Send", "Chat.ReadWrite"]).await;
    let token = tenant.token().await;
    let channels = tenant.plain(Method::GET, &format!("/v1.0/teams/{}/channels", TEAM.replace(' ', "%20")));
    let channels: Value = channels.bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    let id = channels["value"][0]["id"].as_str().unwrap();
    let path = format!("/v1.0/teams/{}/channels/{id}/messages", TEAM.replace(' ', "%20"));
    let message = json!({"body": {"contentType": "text", "content": "Hello"}});
    let refused = tenant.plain(Method::POST, &path).bearer_auth(&token).json(&message).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["error"]["code"], "Unauthorized");
    assert!(refused["error"]["message"].as_str().unwrap().contains("application-only context"));
}

#[tokio::test]
async fn a_sign_in_gives_a_code_that_is_worth_one_refresh_token_and_each_use_gives_a_new_one() {
    let tenant = Tenant::new().await;
    let verifier = "a verifier of at least forty-three characters, as PKCE wants it";
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let path = format!(
        "/mezzofy/oauth2/v2.0/authorize?client_id=assistant&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fback\
         &state=s1&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default+offline_access&code_challenge={challenge}\
         &code_challenge_method=S256"
    );
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let sent = client.get(format!("{}{path}", tenant.base)).send().await.unwrap();
    assert_eq!(sent.status(), 303);
    let back = reqwest::Url::parse(sent.headers()["location"].to_str().unwrap()).unwrap();
    let given = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(given("state"), "s1");
    let code = given("code");
    let grant = |verifier: &'static str| {
        let form = [
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", "assistant".to_owned()),
            ("client_secret", "a secret".to_owned()),
            ("scope", "https://graph.microsoft.com/.default offline_access".to_owned()),
            ("redirect_uri", "http://127.0.0.1:9/back".to_owned()),
            ("code", code.clone()),
            ("code_verifier", verifier.to_owned()),
        ];
        tenant.plain(Method::POST, "/mezzofy/oauth2/v2.0/token").form(&form).send()
    };
    assert_eq!(grant("another verifier").await.unwrap().status(), 400);
    let granted: Value = grant(verifier).await.unwrap().json().await.unwrap();
    let again: Value = grant(verifier).await.unwrap().json().await.unwrap();
    assert_eq!(again["error"], "invalid_grant");
    let account = Arc::new(AccountTokens(Mutex::new(vec![granted["refresh_token"].as_str().unwrap().into()])));
    let teams = tenant.teams(&account);
    assert_eq!(teams.channels().await.unwrap().len(), 2);
    assert_eq!(account.0.lock().unwrap().len(), 2);
}
