//! Sealed secrets: what a change of the key does, at each moment of it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::join_all;
use mezzofy_engine::sealing::{Keyring, RotationReport, clear_out, count_lost, put_in_front, reseal, rotate};
use mezzofy_store::sealed::{self, SealedSecret, SecretKind};
use mezzofy_store::{commit, people, second_factors};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::app::TestApp;
use crate::second_factor::{Phone, set_up};

const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW: &str = "HxwdHh8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRo=";

/// A server whose key is in a file.
async fn with_kept_key() -> (TestApp, Keyring, PathBuf, TempDir) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("encryption.key");
    let keyring = Keyring::of_file(file.clone()).unwrap();
    let same = keyring.clone();
    (TestApp::tuned(|config| config.encryption = same).await, keyring, file, folder)
}

async fn stored(app: &TestApp) -> Vec<SealedSecret> {
    sealed::all(&mut app.app.store.begin().await.unwrap()).await.unwrap()
}

fn keys(file: &PathBuf) -> usize {
    fs::read_to_string(file).unwrap().lines().count()
}

async fn signs_in(app: &TestApp, mailbox: &str, phone: &Phone) -> StatusCode {
    app.advance(chrono::TimeDelta::seconds(30));
    let code = phone.shows(app.now());
    let body = json!({"email": format!("{mailbox}@mezzofy.example"), "password": "mezzofy-demo", "code": code});
    app.nobody().send(Method::POST, "/v1/auth/login", Some(&body)).await.0
}

#[tokio::test]
async fn a_running_server_goes_on_with_a_new_key_and_the_old_one_is_gone() {
    let (app, keyring, file, _folder) = with_kept_key().await;
    let (phone, _) = set_up(&app, &app.person("ceo").await).await;
    let (before, first) = (stored(&app).await, fs::read_to_string(&file).unwrap());
    let rotated = rotate(&app.app.store, &keyring, app.now()).await.unwrap();
    assert_eq!(rotated, RotationReport { resealed: 1, kept: true, removable: 0 });
    let (after, second) = (stored(&app).await, fs::read_to_string(&file).unwrap());
    assert_ne!(before, after);
    assert!(keys(&file) == 1 && first != second);
    assert_eq!(signs_in(&app, "ceo", &phone).await, StatusCode::OK);
    let (phone, _) = set_up(&app, &app.person("sales.rep").await).await;
    assert_eq!(signs_in(&app, "sales.rep", &phone).await, StatusCode::OK, "what is new is sealed with the new key");
    let log = app.person("admin").await.items("/v1/admin/audit?action=secrets_resealed").await;
    assert_eq!((log.len(), &log[0]["detail"], &log[0]["who"]), (1, &json!({"count": 1}), &json!("system")));
    app.end().await;
}

#[tokio::test]
async fn a_rotation_that_ends_after_any_step_loses_nothing_and_the_next_one_tidies_up() {
    let (app, keyring, file, _folder) = with_kept_key().await;
    let store = &app.app.store;
    let (phone, _) = set_up(&app, &app.person("ceo").await).await;

    put_in_front(store, &keyring).await.unwrap();
    assert_eq!(keys(&file), 2);
    assert_eq!(signs_in(&app, "ceo", &phone).await, StatusCode::OK, "the old one still opens");
    let (other, _) = set_up(&app, &app.person("sales.rep").await).await;
    clear_out(store, &keyring).await.unwrap();
    assert_eq!(keys(&file), 2, "a key that is needed is not removed");

    put_in_front(store, &keyring).await.unwrap();
    assert_eq!(reseal(store, &keyring, app.now()).await.unwrap(), 2);
    assert_eq!(keys(&file), 3);
    for (mailbox, phone) in [("ceo", &phone), ("sales.rep", &other)] {
        assert_eq!(signs_in(&app, mailbox, phone).await, StatusCode::OK);
    }
    assert_eq!(rotate(store, &keyring, app.now()).await.unwrap().resealed, 2);
    assert_eq!(keys(&file), 1);
    for (mailbox, phone) in [("ceo", &phone), ("sales.rep", &other)] {
        assert_eq!(signs_in(&app, mailbox, phone).await, StatusCode::OK);
    }
    app.end().await;
}

#[tokio::test]
async fn rotations_and_people_at_once_leave_every_secret_readable() {
    let (app, keyring, file, _folder) = with_kept_key().await;
    let mailboxes = ["ceo", "sales.rep", "sales.manager", "finance.viewer", "support.agent", "marketing.manager"];
    let clients = join_all(mailboxes.map(|mailbox| app.person(mailbox))).await;
    let rotations = async {
        for _ in 0..3 {
            let both = join_all((0..2).map(|_| rotate(&app.app.store, &keyring, app.now()))).await;
            assert!(both.iter().all(Result::is_ok), "{both:?}");
        }
    };
    let people = join_all(clients.iter().map(|client| set_up(&app, client)));
    let ((), people) = tokio::join!(rotations, people);
    for (mailbox, (phone, _)) in mailboxes.iter().zip(&people) {
        assert_eq!(signs_in(&app, mailbox, phone).await, StatusCode::OK, "{mailbox}");
    }
    rotate(&app.app.store, &keyring, app.now()).await.unwrap();
    assert_eq!(keys(&file), 1);
    assert_eq!(signs_in(&app, "ceo", &people[0].0).await, StatusCode::OK);
    app.end().await;
}

#[tokio::test]
async fn a_secret_that_is_being_sealed_when_a_rotation_begins_is_sealed_again_before_its_key_goes() {
    let (app, keyring, file, _folder) = with_kept_key().await;
    let store = &app.app.store;
    let mut tx = store.begin().await.unwrap();
    let rep = people::by_email(&mut tx, "sales.rep@mezzofy.example").await.unwrap().unwrap().0.id;
    sealed::hold_keys(&mut tx).await.unwrap();
    let text = keyring.keys().unwrap().seal(SecretKind::SecondFactor, rep.uuid(), b"a secret").unwrap();
    assert!(second_factors::begin(&mut tx, rep, &text).await.unwrap());

    let mut database = app.database().await;
    let stored_late = async {
        let mut look = tokio::time::interval(Duration::from_millis(5));
        let waits = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                     WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted)";
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut database).await.unwrap() {
            look.tick().await;
        }
        commit(tx).await.unwrap();
    };
    let both = async { tokio::join!(rotate(store, &keyring, app.now()), stored_late).0 };
    let rotated = tokio::time::timeout(Duration::from_secs(10), both).await.expect("the rotation waits its turn");
    assert_eq!(rotated.unwrap().resealed, 1);
    assert_eq!(keys(&file), 1);
    let sealed = stored(&app).await.remove(0);
    assert_ne!(sealed.text, text);
    assert_eq!(keyring.keys().unwrap().open(SecretKind::SecondFactor, rep.uuid(), &sealed.text).unwrap(), b"a secret");
    app.end().await;
}

#[tokio::test]
async fn with_keys_of_the_environment_all_is_sealed_with_the_first_and_the_others_can_go() {
    let app = TestApp::without_data().await;
    let (phone, _) = set_up(&app, &app.person("ceo").await).await;
    let alone = Keyring::of_environment(NEW.to_owned()).unwrap();
    let refused = rotate(&app.app.store, &alone, app.now()).await.unwrap_err().to_string();
    assert!(refused.starts_with("no secret was changed. The second factor of person"), "{refused}");
    assert!(refused.contains("not among the keys"), "{refused}");
    assert_eq!(signs_in(&app, "ceo", &phone).await, StatusCode::OK);

    assert_eq!(count_lost(&app.app.store, &alone).await.unwrap(), 1, "which a start says too");

    let both = Keyring::of_environment(format!("{NEW},{OLD}")).unwrap();
    assert_eq!(count_lost(&app.app.store, &both).await.unwrap(), 0);
    let rotated = rotate(&app.app.store, &both, app.now()).await.unwrap();
    assert_eq!(rotated, RotationReport { resealed: 1, kept: false, removable: 1 });
    assert_eq!(rotate(&app.app.store, &alone, app.now()).await.unwrap().resealed, 0, "the new one is enough");
    // A server that was not given the new key can't look at codes, says so as its own fault, and loses nothing.
    assert_eq!(signs_in(&app, "ceo", &phone).await, StatusCode::INTERNAL_SERVER_ERROR);
    let back = Keyring::of_environment(format!("{OLD},{NEW}")).unwrap();
    assert_eq!(rotate(&app.app.store, &back, app.now()).await.unwrap().resealed, 1);
    assert_eq!(signs_in(&app, "ceo", &phone).await, StatusCode::OK);
    app.end().await;
}

#[tokio::test]
async fn a_sealed_secret_in_anothers_row_does_not_open() {
    let app = TestApp::without_data().await;
    let (phone, _) = set_up(&app, &app.person("ceo").await).await;
    set_up(&app, &app.person("sales.rep").await).await;
    let mut tx = app.app.store.begin().await.unwrap();
    let ceo: Uuid = people::by_email(&mut tx, "ceo@mezzofy.example").await.unwrap().unwrap().0.id.uuid();
    let mut all = sealed::all(&mut tx).await.unwrap();
    all.sort_by_key(|sealed| sealed.owner != ceo);
    let moved = SealedSecret { owner: all[1].owner, ..all[0].clone() };
    sealed::replace(&mut tx, &moved).await.unwrap();
    commit(tx).await.unwrap();
    assert_eq!(signs_in(&app, "sales.rep", &phone).await, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(signs_in(&app, "ceo", &phone).await, StatusCode::OK);
    app.end().await;
}
