//! Whoever begins a transaction may be dropped at any moment: a person hangs up, a run is stopped, a time is up.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use mezzofy_domain::language::Language;
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::roles::Roles;
use mezzofy_store::{Scope, Store};
use mezzofy_testing::postgres;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use uuid::Uuid;

/// Polls a future so many times and drops it.
async fn dropped_after(polls: usize, future: impl Future) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let ready = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if ready {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn scope() -> Scope {
    let person = Person {
        id: Uuid::nil().into(),
        email: "a@mezzofy.example".into(),
        name: "A".into(),
        title: "T".into(),
        role: "finance_viewer".into(),
        department: Department::Finance,
        language: Language::En,
        disabled: false,
    };
    let roles = include_str!("../../../config/roles.yaml");
    Scope::of(&person, &Roles::parse(roles).unwrap())
}

#[tokio::test]
async fn a_connection_whose_begin_was_dropped_is_in_no_transaction_and_acts_as_nobody() {
    let server = postgres::connect_options().await;
    let database = format!("begin_{}", Uuid::new_v4().simple());
    let mut root = server.connect().await.unwrap();
    root.execute(AssertSqlSafe(format!("CREATE DATABASE {database}"))).await.unwrap();
    let store = Store::open(server.clone().database(&database), 1);
    store.migrate().await.unwrap();
    for polls in 1..=40 {
        dropped_after(polls, store.begin_as(&scope())).await;
        dropped_after(polls, store.begin()).await;
        let mut connection = store.connection().await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..2 {
            let sql = "SELECT current_user = session_user, now()::text";
            let (nobody, begun): (bool, String) = sqlx::query_as(sql).fetch_one(&mut *connection).await.unwrap();
            assert!(nobody, "acts as a person after {polls} polls");
            seen.push(begun);
        }
        assert_ne!(seen[0], seen[1], "in a transaction after {polls} polls");
    }
    store.close().await;
    root.execute(AssertSqlSafe(format!("DROP DATABASE {database}"))).await.unwrap();
    root.close().await.unwrap();
}
