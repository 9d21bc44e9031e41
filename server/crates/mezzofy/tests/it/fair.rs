//! Everybody has a share of reading and of the disk, and nobody takes another's.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::reading::ReadingError;
use mezzofy_engine::file_sweep::sweep;
use mezzofy_engine::reader::{self, READING_TIMEOUT, Reader};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::app::{Client, TestApp, home, text};
use crate::files_in::upload;

/// Files of one person that are read or wait at most.
const MAX_READ_AND_WAITING: u8 = 17;

async fn content(who: &Client, file: &Value) -> (StatusCode, Vec<u8>) {
    let path = format!("/v1/files/{}/content", text(&file["id"]));
    let answer = who.request(Method::GET, &path).send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}

async fn delete(who: &Client, file: &Value) {
    let path = format!("/v1/files/{}", text(&file["id"]));
    assert_eq!(who.send(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn hostile_files_of_one_person_do_not_delay_anothers_and_too_many_are_refused() {
    let app = TestApp::without_data().await;
    let (rep, manager) = (app.person("sales.rep").await, app.person("sales.manager").await);
    let person: Uuid = text(&rep.get("/v1/me").await["id"]).parse().unwrap();
    let mut hostile = JoinSet::new();
    for at in 0..MAX_READ_AND_WAITING {
        let (reader, person) = (app.app.reader.clone(), Id::<id::Person>::from(person));
        hostile.spawn(async move { reader.read(Some(person), "test/time", &[at]).await });
    }
    let (_, own) = upload(&rep, "own.txt", b"Payment is due within 45 days.").await;
    let answer = rep.request(Method::GET, &format!("/v1/files/{}/text", text(&own["id"]))).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["retry-after"], READING_TIMEOUT.as_secs().to_string().as_str());
    assert!(answer.text().await.unwrap().contains("too many of your files are being read"));

    let (_, other) = upload(&manager, "other.txt", b"Payment is due within 30 days.").await;
    let said = manager.get(&format!("/v1/files/{}/text", text(&other["id"]))).await;
    assert_eq!(said["parts"][0]["text"], "Payment is due within 30 days.", "{said}");
    assert!(hostile.try_join_next().is_none(), "none of them has ended yet");
    hostile.shutdown().await;
    let said = rep.get(&format!("/v1/files/{}/text", text(&own["id"]))).await;
    assert_eq!(said["parts"][0]["text"], "Payment is due within 45 days.", "{said}");
    app.end().await;
}

/// A program in the place of `mezzofy-read` that notes each time it is started.
fn noting(folder: &Path, answer: &str) -> PathBuf {
    let program = folder.join("noting");
    let script = format!("#!/bin/sh\necho started >> {}/started\n{answer}\n", folder.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    program
}

#[tokio::test]
async fn the_same_file_is_read_once_also_when_it_was_refused_or_took_all_its_time() {
    for (answer, result) in [
        ("printf '{\"Err\":\"damaged\"}'", ReadingError::Damaged),
        ("exit 1", ReadingError::TooMuch),
        ("exec sleep 60", ReadingError::TooMuch),
    ] {
        let folder = TempDir::new().unwrap();
        let reader = Reader::new(noting(folder.path(), answer), Duration::from_secs(5));
        for _ in 0..3 {
            assert_eq!(reader.read(None, "application/pdf", b"%PDF-1.7").await, Err(result.clone()), "{answer}");
        }
        let started = || std::fs::read_to_string(folder.path().join("started")).unwrap().lines().count();
        assert_eq!(started(), 1, "{answer}");
        assert_eq!(reader.read(None, "application/pdf", b"%PDF-1.4").await, Err(result), "{answer}");
        assert_eq!(started(), 2, "{answer}");
    }
}

#[tokio::test]
async fn what_doctor_says_of_reading_is_what_the_program_can_do() {
    let reader = Reader::new(reader::program().unwrap(), READING_TIMEOUT);
    let confinement = reader.confinement().await.unwrap();
    let folder = TempDir::new().unwrap();
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_mezzofy"));
    doctor.arg("doctor").env("MEZZOFY_HOME", home()).env("DATA_DIR", folder.path());
    for name in ["ANTHROPIC_API_KEY", "KIMI_API_KEY", "DATABASE_URL", "REDIS_URL"] {
        doctor.env_remove(name);
    }
    let said = String::from_utf8(doctor.output().unwrap().stdout).unwrap();
    let line = said.lines().find(|line| line.split_whitespace().nth(1) == Some("reading")).unwrap();
    assert!(line.ends_with(&confinement.say()), "{line}: {confinement:?}");
    assert_eq!(line.starts_with("on "), confinement.is_whole(), "{line}");
    let reached = reader.read(None, "test/passwords", b"x").await == Err(ReadingError::Unknown);
    assert_eq!(reached, confinement.opens_files, "{line}");
}

#[tokio::test]
async fn a_persons_files_have_a_quota_and_what_is_deleted_makes_room() {
    let app = TestApp::tuned(|config| config.settings.limits.files_per_person_bytes = 100).await;
    let (rep, manager) = (app.person("sales.rep").await, app.person("sales.manager").await);
    let (status, first) = upload(&rep, "first.txt", &[b'a'; 60]).await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    let (status, problem) = upload(&rep, "second.txt", &[b'b'; 60]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{problem}");
    let told =
        "Your files take 60 bytes of the 100 bytes that you have, and this one would take 60 bytes more. Delete files";
    assert!(text(&problem["detail"]).starts_with(told), "{problem}");
    // Another person's share is their own.
    assert_eq!(upload(&manager, "second.txt", &[b'b'; 60]).await.0, StatusCode::CREATED);
    delete(&rep, &first).await;
    let several: Vec<Vec<u8>> = (0..5).map(|at| vec![b'c' + at; 60]).collect();
    let taken = join_all(several.iter().map(|bytes| upload(&rep, "one.txt", bytes))).await;
    assert_eq!(taken.iter().filter(|(status, _)| *status == StatusCode::CREATED).count(), 1, "{taken:?}");
    // Nothing stays of what was refused.
    let kept = std::fs::read_dir(app.app.data_dir.join("files")).unwrap().map(|folder| folder.unwrap().path());
    let kept: usize = kept.map(|folder| std::fs::read_dir(folder).unwrap().count()).sum();
    assert_eq!(kept, 3, "the first, which is deleted, the other person's, and one of the five");
    app.end().await;
}

/// Has what was deleted lie for two hours, frees what can be freed, and answers whether these bytes are there.
async fn swept(app: &TestApp, sha256: &str) -> bool {
    let earlier = "UPDATE files SET deleted_at = deleted_at - interval '2 hours' WHERE deleted_at IS NOT NULL";
    sqlx::query(earlier).execute(&mut app.database().await).await.unwrap();
    sweep(&app.app).await.unwrap();
    app.app.files.check(sha256).await.is_ok()
}

#[tokio::test]
async fn the_bytes_of_a_deleted_file_go_once_nobody_has_them() {
    let app = TestApp::without_data().await;
    let (rep, manager) = (app.person("sales.rep").await, app.person("sales.manager").await);
    let bytes = b"Payment is due within 45 days.";
    let (_, own) = upload(&rep, "own.txt", bytes).await;
    let (_, theirs) = upload(&manager, "theirs.txt", bytes).await;
    let sha256 = text(&own["sha256"]);

    delete(&rep, &own).await;
    assert!(swept(&app, &sha256).await, "another person has the same");
    assert_eq!(content(&manager, &theirs).await, (StatusCode::OK, bytes.to_vec()));
    delete(&manager, &theirs).await;
    sweep(&app.app).await.unwrap();
    assert!(app.app.files.check(&sha256).await.is_ok(), "it was deleted just now");
    let (_, again) = upload(&rep, "again.txt", bytes).await;
    assert!(swept(&app, &sha256).await, "somebody has uploaded the same again");
    assert_eq!(content(&rep, &again).await, (StatusCode::OK, bytes.to_vec()));
    delete(&rep, &again).await;
    assert!(!swept(&app, &sha256).await);
    assert_eq!(content(&rep, &again).await.0, StatusCode::NOT_FOUND);
    let (_, anew) = upload(&rep, "anew.txt", bytes).await;
    assert!(swept(&app, &sha256).await);
    assert_eq!(content(&rep, &anew).await, (StatusCode::OK, bytes.to_vec()));
    app.end().await;
}

#[tokio::test]
async fn bytes_that_a_mail_may_still_want_stay() {
    let app = TestApp::without_data().await;
    let rep = app.person("sales.rep").await;
    let (_, file) = upload(&rep, "offer.txt", b"Our offer.").await;
    let sha256 = text(&file["sha256"]);
    let person: Uuid = text(&rep.get("/v1/me").await["id"]).parse().unwrap();
    let mut database = app.database().await;
    let unknown = "INSERT INTO effects (id, person_id, run_id, kind, state, idempotency_key, payload, payload_hash, created_at)
                   VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'mail', 'unknown', 'key', jsonb_build_object('sha256', $2::text), '', now())";
    sqlx::query(unknown).bind(person).bind(&sha256).execute(&mut database).await.unwrap();
    delete(&rep, &file).await;
    assert!(swept(&app, &sha256).await);
    sqlx::query("UPDATE effects SET state = 'failed'").execute(&mut database).await.unwrap();
    assert!(!swept(&app, &sha256).await);
    app.end().await;
}
