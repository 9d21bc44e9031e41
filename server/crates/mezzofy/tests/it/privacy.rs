//! Nothing that one person does shows in what another one sees.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor};
use uuid::Uuid;

use crate::app::{Client, TestApp, text};
use crate::proof::{drawn, whole};
use crate::requests::routes;

const CASES: u64 = 8;
const CASES_IN_SOAK: u64 = 96;
/// Changes in each case.
const CHANGES: u64 = 3;

/// Numbers that look random and are the same in each run (Knuth, MMIX).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &'a [String]) -> Option<&'a String> {
        let sides = u64::try_from(from.len()).unwrap();
        if sides == 0 { None } else { from.get(usize::try_from(self.roll(sides)).unwrap()) }
    }
}

struct Someone {
    client: Client,
    id: String,
}

impl Someone {
    async fn sign_in(app: &TestApp, mailbox: &str) -> Self {
        let client = app.person(mailbox).await;
        let run = client.ask("Send the October statement to the CEO").await;
        assert_eq!(run["state"], "succeeded", "{run}");
        Self { id: text(&client.get("/v1/me").await["id"]), client }
    }

    async fn ids(&self, list: &str) -> Vec<String> {
        self.client.items(list).await.iter().map(|item| text(&item["id"])).collect()
    }

    /// The ids of everything that is the person's.
    async fn everything(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for list in ["/v1/conversations", "/v1/files", "/v1/outbox", "/v1/approvals", "/v1/me/sessions"] {
            ids.extend(self.ids(list).await);
        }
        for conversation in self.ids("/v1/conversations").await {
            let messages = self.client.items(&format!("/v1/conversations/{conversation}/messages")).await;
            ids.extend(messages.iter().map(|message| text(&message["run_id"])));
        }
        ids
    }

    /// What the person gets at each of these addresses, without the numbers of the requests.
    async fn sees(&self, addresses: &[String]) -> Vec<(String, StatusCode, Vec<u8>)> {
        let mut seen = Vec::new();
        for address in addresses {
            let response = self.client.request(Method::GET, address).send().await.unwrap();
            let status = response.status();
            let mut body = response.bytes().await.unwrap().to_vec();
            if !status.is_success() {
                let mut problem: Value = serde_json::from_slice(&body).unwrap();
                problem["request_id"].take();
                body = problem.to_string().into_bytes();
            }
            seen.push((address.clone(), status, body));
        }
        seen
    }

    /// Changes something of their own, through the API or in the database.
    async fn change(&self, dice: &mut Dice, database: &mut PgConnection) {
        let conversations = self.ids("/v1/conversations").await;
        let (files, dice_sides) = (self.ids("/v1/files").await, 10);
        let new = Uuid::new_v4();
        let of = format!("person_id = '{}'", self.id);
        match (dice.roll(dice_sides), dice.pick(&conversations), dice.pick(&files)) {
            (0, Some(conversation), _) => {
                self.client.say(conversation, "hello").await;
            }
            (1, Some(conversation), _) => {
                let (path, body) = (format!("/v1/conversations/{conversation}"), json!({"title": format!("{new}")}));
                assert!(self.client.send(Method::PATCH, &path, Some(&body)).await.0.is_success());
            }
            (2, Some(conversation), _) => {
                let path = format!("/v1/conversations/{conversation}");
                assert!(self.client.send(Method::DELETE, &path, None).await.0.is_success());
            }
            (3, _, Some(file)) => {
                assert!(self.client.send(Method::DELETE, &format!("/v1/files/{file}"), None).await.0.is_success());
            }
            (4, ..) => {
                self.client.ask("Statement of October 2026").await;
            }
            (8, ..) => {
                let run = self.client.ask("Send the statement of October 2026 to partner@elsewhere.example").await;
                assert_eq!(run["waiting_for"], "approval", "{run}");
            }
            (5, ..) => {
                let sql = format!(
                    "INSERT INTO files (id, person_id, name, media_type, size, sha256, created_at)
                     VALUES ('{new}', '{}', 'a.txt', 'text/plain', 1, repeat('0', 64), now())",
                    self.id
                );
                database.execute(AssertSqlSafe(sql)).await.unwrap();
            }
            (6, ..) => {
                let sql = format!("UPDATE runs SET answer = '{new}', usage = usage WHERE {of}");
                database.execute(AssertSqlSafe(sql)).await.unwrap();
            }
            (7, ..) => {
                let sql = format!("UPDATE effects SET state = 'unknown', error = '{new}' WHERE {of}");
                database.execute(AssertSqlSafe(sql)).await.unwrap();
            }
            _ => {
                let sql = format!(
                    "UPDATE messages SET text = '{new}' WHERE conversation_id IN (SELECT id FROM conversations WHERE {of})"
                );
                database.execute(AssertSqlSafe(sql)).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn whatever_one_person_changes_every_answer_to_the_other_stays_byte_for_byte() {
    let app = TestApp::with_books_and(|config| config.settings.limits.requests_a_minute = 1_000_000).await;
    let mut database = app.database().await;
    let two = [Someone::sign_in(&app, "finance.manager").await, Someone::sign_in(&app, "ceo").await];
    let api = app.nobody().get("/openapi.json").await;
    let gets: Vec<String> = routes(&api)
        .into_iter()
        .filter(|(method, path)| *method == Method::GET && path != "/v1/stream" && !path.starts_with("/v1/admin/audit"))
        .map(|(_, path)| path)
        .collect();
    assert!(gets.len() >= 15, "{gets:?}");
    let (listed, single): (Vec<String>, Vec<String>) = gets.into_iter().partition(|path| !path.contains("{id}"));
    let (cases, mut dice) = if whole() { (CASES_IN_SOAK, Dice(20)) } else { (CASES, Dice(drawn("changes", u64::MAX))) };
    let (mut found, mut hidden) = (0, 0);
    for case in 0..cases {
        let (actor, viewer) = if case % 2 == 0 { (&two[0], &two[1]) } else { (&two[1], &two[0]) };
        let (own, foreign) = (viewer.everything().await, actor.everything().await);
        let with = |ids: &[String]| -> Vec<String> {
            ids.iter().flat_map(|id| single.iter().map(move |path| path.replace("{id}", id))).collect()
        };
        let addresses: Vec<String> = listed.iter().cloned().chain(with(&own)).collect();
        let foreign = with(&foreign);

        let before = viewer.sees(&addresses).await;
        found += before.iter().filter(|(_, status, _)| status.is_success()).count();
        let unseen = viewer.sees(&foreign).await;
        for _ in 0..CHANGES {
            actor.change(&mut dice, &mut database).await;
        }
        assert_eq!(viewer.sees(&addresses).await, before, "case {case}");

        for (address, status, _) in unseen.iter().chain(&viewer.sees(&foreign).await) {
            // Who may not administer learns that before anything is looked for.
            let shut = address.starts_with("/v1/admin/");
            let want = if shut { StatusCode::FORBIDDEN } else { StatusCode::NOT_FOUND };
            assert_eq!(*status, want, "{address}");
            hidden += 1;
        }
    }
    assert!(found > 100 && hidden > 100, "{found} {hidden}");
    app.end().await;
}
