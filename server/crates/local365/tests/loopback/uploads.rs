//! Large files go through an upload session, in ranges and in order.

use mezzofy_local365::{Fault, Operation};
use mezzofy_microsoft::graph::GraphOutcome;
use mezzofy_microsoft::mail::MailCheckpoint;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::tenant::{ANA, CEO, Tenant, TestJournal, mail};

#[tokio::test]
async fn a_large_file_arrives_byte_for_byte_in_several_ranges() {
    let tenant = Tenant::new().await;
    let mail = mail(&[("small.pdf", 1_000), ("large.bin", 9_000_001)]);
    let id = tenant.outgoing().deliver(&mail, MailCheckpoint::New, &TestJournal::default()).await.unwrap();
    assert_eq!((tenant.count().0, tenant.faults.seen(Operation::PutRange)), (1, 3));

    let token = tenant.token().await;
    let path = format!("/v1.0/users/{ANA}/messages/{id}/attachments");
    let list: Value = tenant.plain(Method::GET, &path).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    let large = list["value"].as_array().unwrap().iter().find(|it| it["name"] == "large.bin").unwrap();
    let path = format!("{path}/{}/$value", large["id"].as_str().unwrap());
    let bytes = tenant.plain(Method::GET, &path).bearer_auth(&token).send().await.unwrap().bytes().await.unwrap();
    assert!(bytes == mail.attachments[1].bytes, "{} bytes came back", bytes.len());
}

#[tokio::test]
async fn an_upload_that_breaks_in_the_middle_or_at_its_end_leaves_each_file_once() {
    for ranges_before in 0..3 {
        let tenant = Tenant::new().await;
        for _ in 0..ranges_before {
            tenant.faults.script(Operation::PutRange, Fault::Throttle(std::time::Duration::ZERO));
        }
        tenant.faults.script(Operation::PutRange, Fault::DropAfter);
        let (outgoing, mail, journal) = (tenant.outgoing(), mail(&[("large.bin", 4_000_000)]), TestJournal::default());
        let mut at = MailCheckpoint::New;
        let mut tries = 0;
        while let Err(stopped) = outgoing.deliver(&mail, at, &journal).await {
            assert_eq!(stopped.outcome(), GraphOutcome::NotDone);
            at = stopped.checkpoint;
            tries += 1;
            assert!(tries < 3);
        }
        assert_eq!(tenant.count(), (1, 1, 0));
        assert_eq!(tenant.folder(CEO, "inbox")[0].body["attachments"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_last_range_whose_answer_was_lost_is_not_uploaded_twice() {
    let tenant = Tenant::new().await;
    let (outgoing, mail, journal) = (tenant.outgoing(), mail(&[("large.bin", 3_000_000)]), TestJournal::default());
    tenant.faults.script(Operation::PutRange, Fault::DropAfter);
    let stopped = outgoing.deliver(&mail, MailCheckpoint::New, &journal).await.unwrap_err();
    outgoing.deliver(&mail, stopped.checkpoint, &journal).await.unwrap();
    assert_eq!((tenant.faults.seen(Operation::OpenUpload), tenant.faults.seen(Operation::PutRange)), (1, 1));
    assert_eq!(tenant.folder(CEO, "inbox")[0].body["attachments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ranges_out_of_order_too_large_or_with_a_token_are_refused() {
    let tenant = Tenant::new().await;
    let draft = tenant.outgoing().create_draft(&mail(&[])).await.unwrap();
    let token = tenant.token().await;
    let path = format!("/v1.0/users/{ANA}/messages/{}/attachments/createUploadSession", draft.id);
    let item = json!({"AttachmentItem": {"attachmentType": "file", "name": "x.bin", "size": 3_000_000}});
    let opened = tenant.plain(Method::POST, &path).bearer_auth(&token).json(&item).send().await.unwrap();
    assert_eq!(opened.status(), StatusCode::CREATED);
    let session: Value = opened.json().await.unwrap();
    let url = session["uploadUrl"].as_str().unwrap().strip_prefix(&tenant.base).unwrap().to_owned();

    let put = |range: &str, length: usize| {
        tenant.plain(Method::PUT, &url).header("content-range", range).body(vec![7; length])
    };
    let status = |request: reqwest::RequestBuilder| async move { request.send().await.unwrap().status().as_u16() };
    assert_eq!(status(put("bytes 100-199/3000000", 100)).await, 416);
    assert_eq!(status(put("bytes 0-99/3000000", 50)).await, 416);
    assert_eq!(status(put("bytes 0-99/2999999", 100)).await, 416);
    assert_eq!(status(put("bytes 0-3999999/4000000", 4_000_000)).await, 413);
    assert_eq!(status(put("bytes 0-99/3000000", 100).bearer_auth(&token)).await, 401);
    assert_eq!(status(put("bytes 0-99/3000000", 100)).await, 200);
    assert_eq!(status(put("bytes 0-99/3000000", 100)).await, 416);
    let progress: Value = tenant.plain(Method::GET, &url).send().await.unwrap().json().await.unwrap();
    assert_eq!(progress["nextExpectedRanges"], json!(["100-"]));
    assert_eq!(status(put("bytes 100-2999999/3000000", 2_999_900)).await, 201);
    assert_eq!(status(put("bytes 100-2999999/3000000", 2_999_900)).await, 404);
}
