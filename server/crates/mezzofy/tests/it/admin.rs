use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures_util::future::join_all;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::usage::Usage;
use mezzofy_store::budgets::{BudgetScope, DefaultBudgets};
use mezzofy_store::model_calls::{self, BudgetExhausted, CallState, Reservation, UsageSum};
use mezzofy_store::{commit, people};
use reqwest::{Method, StatusCode};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Client, TestApp, text};

const SONNET: &str = "claude-sonnet-5-5";
const KIMI: &str = "kimi-k3";
const NO_LIMITS: DefaultBudgets = DefaultBudgets { company: None, department: None, person: None };

fn usd(amount: &str) -> Decimal {
    amount.parse().unwrap()
}

fn a_run() -> Id<id::Run> {
    Uuid::new_v4().into()
}

async fn who(app: &TestApp, mailbox: &str) -> Person {
    let mut tx = app.app.store.begin().await.unwrap();
    people::by_email(&mut tx, &format!("{mailbox}@mezzofy.example")).await.unwrap().unwrap().0
}

/// What a call is reserved for.
struct Call<'a> {
    person: &'a Person,
    run: Id<id::Run>,
    model: &'a str,
    amount: &'a str,
    at: DateTime<Utc>,
}

impl<'a> Call<'a> {
    fn of(app: &TestApp, person: &'a Person, model: &'a str, amount: &'a str) -> Self {
        Self { person, run: a_run(), model, amount, at: app.now() }
    }

    async fn reserve(&self, app: &TestApp, budgets: &DefaultBudgets) -> Result<Id<id::ModelCall>, BudgetExhausted> {
        let reservation = Reservation {
            id: app.app.new_id(),
            run: self.run,
            person: self.person.id,
            department: self.person.department,
            provider: if self.model == KIMI { "kimi" } else { "claude" },
            model: self.model,
            task: "plan",
            amount: usd(self.amount),
            now: self.at,
        };
        let mut tx = app.app.store.begin().await.unwrap();
        let reserved = model_calls::reserve(&mut tx, &reservation, Tz::Asia__Singapore, budgets).await.unwrap();
        commit(tx).await.unwrap();
        reserved.map(|()| reservation.id)
    }

    async fn make(&self, app: &TestApp, usage: Usage, cost: &str) -> Id<id::ModelCall> {
        let call = self.reserve(app, &NO_LIMITS).await.unwrap();
        let mut tx = app.app.store.begin().await.unwrap();
        model_calls::settle(&mut tx, call, usage, usd(cost), self.at).await.unwrap();
        commit(tx).await.unwrap();
        call
    }
}

fn tokens(input: u64, cache_read: u64, output: u64) -> Usage {
    Usage { input, cache_read, cache_write_5m: 10, cache_write_1h: 1, output }
}

async fn budget(admin: &Client, subject: &str) -> Value {
    let items = admin.items("/v1/admin/budgets").await;
    items.into_iter().find(|item| item["subject"] == subject).unwrap()
}

#[tokio::test]
async fn usage_adds_up_by_person_department_and_model() {
    let app = TestApp::without_data().await;
    let (finance, rep) = (who(&app, "finance.manager").await, who(&app, "sales.rep").await);
    let first = Call::of(&app, &finance, SONNET, "0.50");
    first.make(&app, tokens(100, 900, 50), "0.0070601").await;
    first.make(&app, tokens(20, 1_000, 5), "0.00000049").await;
    Call::of(&app, &finance, SONNET, "0.50").make(&app, tokens(1, 0, 1), "1").await;
    Call::of(&app, &finance, KIMI, "0.50").make(&app, tokens(7, 0, 3), "0.2").await;
    Call::of(&app, &rep, SONNET, "0.50").make(&app, tokens(8, 0, 2), "0.1").await;

    let admin = app.person("admin").await;
    let usage = admin.get("/v1/admin/usage?period=2026-11").await;
    assert_eq!(usage["period"], "2026-11");
    let item = |person: &str, department: &str, model: &str, numbers: [u64; 4], cost: &str| {
        json!({
            "person": format!("{person}@mezzofy.example"), "department": department, "model": model, "runs": numbers[0],
            "input_tokens": numbers[1], "cached_tokens": numbers[2], "output_tokens": numbers[3], "cost": cost
        })
    };
    assert_eq!(
        usage["items"],
        json!([
            item("finance.manager", "finance", SONNET, [2, 2_054, 1_900, 56], "1.007061"),
            item("finance.manager", "finance", KIMI, [1, 18, 0, 3], "0.200000"),
            item("sales.rep", "sales", SONNET, [1, 19, 0, 2], "0.100000"),
        ])
    );
    assert_eq!(usage["prices"][SONNET]["cache_read"], "0.10");
    assert_eq!(usage["prices"]["claude-haiku-5-5"]["long_prompt"]["above"], 100_000);
    assert_eq!(admin.get("/v1/admin/usage").await, usage);
    assert_eq!(admin.get("/v1/admin/usage?period=2026-10").await["items"], json!([]));

    let csv = admin.request(Method::GET, "/v1/admin/usage.csv?period=2026-11").send().await.unwrap();
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.headers()["content-disposition"], "attachment; filename=\"usage-2026-11.csv\"");
    let csv = csv.text().await.unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1], "2026-11,finance.manager@mezzofy.example,finance,claude-sonnet-5-5,2,2054,1900,56,1.007061");
    app.end().await;
}

#[tokio::test]
async fn a_months_border_is_that_of_the_companys_zone() {
    let app = TestApp::without_data().await;
    let person = who(&app, "sales.rep").await;
    for (at, cost) in
        [("2026-10-31T15:59:59Z", "0.1"), ("2026-10-31T16:00:00Z", "0.2"), ("2026-11-30T16:00:00Z", "0.4")]
    {
        let call = Call { at: at.parse().unwrap(), ..Call::of(&app, &person, SONNET, "1") };
        call.make(&app, tokens(1, 0, 1), cost).await;
    }
    let admin = app.person("admin").await;
    for (month, cost) in [("2026-10", "0.100000"), ("2026-11", "0.200000"), ("2026-12", "0.400000")] {
        assert_eq!(admin.get(&format!("/v1/admin/usage?period={month}")).await["items"][0]["cost"], cost);
    }
    let of_a_dollar = DefaultBudgets { person: Some(usd("1")), ..NO_LIMITS };
    let now = Call::of(&app, &person, SONNET, "0.8");
    assert!(now.reserve(&app, &of_a_dollar).await.is_ok(), "October and December leave November alone");
    app.end().await;
}

#[tokio::test]
async fn reservations_made_at_once_do_not_pass_one_budget_together() {
    let app = TestApp::without_data().await;
    let (one, other) = (who(&app, "sales.rep").await, who(&app, "sales.manager").await);
    let calls: Vec<Call<'_>> =
        (0..12).map(|n| Call::of(&app, if n % 2 == 0 { &one } else { &other }, SONNET, "0.30")).collect();
    let budgets = DefaultBudgets { company: Some(usd("1")), ..NO_LIMITS };
    let reserved = join_all(calls.iter().map(|call| call.reserve(&app, &budgets))).await;
    assert_eq!(reserved.iter().filter(|reserved| reserved.is_ok()).count(), 3);
    let refused = reserved.into_iter().find_map(Result::err).unwrap();
    assert_eq!((refused.scope, refused.limit, refused.spent), (BudgetScope::Company, usd("1"), usd("0.9")));
    app.end().await;
}

#[tokio::test]
async fn a_used_up_budget_says_which_it_is_and_a_new_one_holds_at_once() {
    let app = TestApp::without_data().await;
    let (rep, manager) = (who(&app, "sales.rep").await, who(&app, "sales.manager").await);
    let admin = app.person("admin").await;
    let set = async |scope: &str, subject: &str, limit: Value| {
        let body = json!({"scope": scope, "subject": subject, "limit": limit});
        let (status, answer) = admin.send(Method::PUT, "/v1/admin/budgets", Some(&body)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    };
    let ask = async |person: &Person| Call::of(&app, person, SONNET, "0.60").reserve(&app, &app.app.budgets).await;

    let answer = set("person", "Sales.Rep@mezzofy.example", json!("1.5")).await;
    assert_eq!(
        answer,
        json!({"scope": "person", "subject": "sales.rep@mezzofy.example", "limit": "1.50", "is_default": false, "spent": "0.000000"})
    );
    ask(&rep).await.unwrap();
    ask(&rep).await.unwrap();
    let refused = ask(&rep).await.unwrap_err();
    assert_eq!((refused.scope, refused.month.to_string()), (BudgetScope::Person, "2026-11".to_owned()));
    assert_eq!(refused.to_string(), "the person budget of 2026-11 is used up: 1.2 of 1.5 USD are spent");
    ask(&manager).await.unwrap();

    set("department", "sales", json!("2")).await;
    assert_eq!(ask(&manager).await.unwrap_err().scope, BudgetScope::Department);
    set("company", "", json!("0")).await;
    assert_eq!(ask(&who(&app, "ceo").await).await.unwrap_err().scope, BudgetScope::Company);

    for (scope, subject) in [("company", ""), ("department", "sales"), ("person", "sales.rep@mezzofy.example")] {
        assert_eq!(set(scope, subject, Value::Null).await["is_default"], true);
    }
    ask(&rep).await.unwrap();
    let sales =
        json!({"scope": "department", "subject": "sales", "limit": null, "is_default": true, "spent": "2.400000"});
    assert_eq!(budget(&admin, "sales").await, sales);
    assert_eq!(budget(&admin, "").await["limit"], "1000.00");
    assert_eq!(budget(&admin, "ceo@mezzofy.example").await["limit"], "100.00");
    assert_eq!(admin.get("/v1/admin/budgets").await["month"], "2026-11");
    assert_eq!(admin.items("/v1/admin/budgets").await.len(), 1 + Department::ALL.len() + 10);
    app.end().await;
}

#[tokio::test]
async fn what_failed_is_given_back_and_what_a_dead_worker_left_stays_counted() {
    let app = TestApp::without_data().await;
    let person = who(&app, "sales.rep").await;
    let admin = app.person("admin").await;
    let spent = async || text(&budget(&admin, "sales").await["spent"]);
    let call = Call::of(&app, &person, SONNET, "0.40");
    let calls = [
        call.reserve(&app, &NO_LIMITS).await.unwrap(),
        call.reserve(&app, &NO_LIMITS).await.unwrap(),
        call.make(&app, tokens(5, 5, 5), "0.03").await,
    ];
    assert_eq!(spent().await, "0.830000");
    let mut tx = app.app.store.begin().await.unwrap();
    model_calls::fail(&mut tx, calls[0], app.now()).await.unwrap();
    assert_eq!(model_calls::write_off_open(&mut tx, call.run, app.now()).await.unwrap(), 1);
    assert_eq!(model_calls::write_off_open(&mut tx, a_run(), app.now()).await.unwrap(), 0);
    commit(tx).await.unwrap();
    assert_eq!(spent().await, "0.430000");

    let mut tx = app.app.store.begin().await.unwrap();
    let of_run = model_calls::of_run(&mut tx, call.run).await.unwrap();
    let states: Vec<CallState> = of_run.iter().map(|call| call.state).collect();
    assert_eq!(states, [CallState::Failed, CallState::Lost, CallState::Settled]);
    let sum = UsageSum::of(&of_run);
    assert_eq!((sum.model.as_deref(), sum.usage, sum.cost), (Some(SONNET), tokens(5, 5, 5), usd("0.43")));

    model_calls::settle(&mut tx, calls[1], tokens(1, 1, 1), usd("0.05"), app.now() + TimeDelta::minutes(1))
        .await
        .unwrap();
    model_calls::settle(&mut tx, calls[1], tokens(9, 9, 9), usd("9"), app.now()).await.unwrap();
    model_calls::fail(&mut tx, calls[2], app.now()).await.unwrap();
    commit(tx).await.unwrap();
    assert_eq!(spent().await, "0.080000", "the lost one came back, and what is settled stays");
    app.end().await;
}

#[tokio::test]
async fn usage_outlives_the_conversation_it_came_from() {
    let app = TestApp::without_data().await;
    let rep = app.person("sales.rep").await;
    let conversation = rep.conversation().await;
    let run = rep.say(&conversation, "hello").await;
    let person = who(&app, "sales.rep").await;
    let call = Call { run: text(&run["id"]).parse().unwrap(), ..Call::of(&app, &person, SONNET, "1") };
    call.make(&app, tokens(1, 0, 1), "0.5").await;
    let (status, _) = rep.send(Method::DELETE, &format!("/v1/conversations/{conversation}"), None).await;
    assert!(status.is_success(), "{status}");
    let admin = app.person("admin").await;
    assert_eq!(admin.get("/v1/admin/usage").await["items"][0]["cost"], "0.500000");
    app.end().await;
}

#[tokio::test]
async fn only_an_administrator_sees_usage_and_sets_budgets() {
    let app = TestApp::without_data().await;
    let body = json!({"scope": "company", "subject": "", "limit": "1"});
    for mailbox in ["finance.manager", "sales.manager", "ceo"] {
        let client = app.person(mailbox).await;
        for path in ["/v1/admin/usage", "/v1/admin/usage.csv", "/v1/admin/budgets"] {
            assert_eq!(client.send(Method::GET, path, None).await.0, StatusCode::FORBIDDEN, "{mailbox} {path}");
        }
        let (status, _) = client.send(Method::PUT, "/v1/admin/budgets", Some(&body)).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{mailbox}");
    }
    app.end().await;
}

#[tokio::test]
async fn a_budget_or_month_that_is_none_is_refused() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    for (body, field) in [
        (json!({"scope": "planet", "subject": "", "limit": "1"}), "scope"),
        (json!({"scope": "company", "subject": "finance", "limit": "1"}), "subject"),
        (json!({"scope": "department", "subject": "kitchen", "limit": "1"}), "subject"),
        (json!({"scope": "person", "subject": "nobody@mezzofy.example", "limit": "1"}), "subject"),
        (json!({"scope": "company", "subject": "", "limit": "-1"}), "limit"),
        (json!({"scope": "company", "subject": "", "limit": "0.005"}), "limit"),
        (json!({"scope": "company", "subject": "", "limit": "1000000001"}), "limit"),
        (json!({"scope": "company", "subject": "", "limit": "much"}), "limit"),
    ] {
        let (status, problem) = admin.send(Method::PUT, "/v1/admin/budgets", Some(&body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let forgotten = json!({"scope": "company", "subject": ""});
    let (status, _) = admin.send(Method::PUT, "/v1/admin/budgets", Some(&forgotten)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for period in ["2026-13", "2026-Q3", "2026", "november"] {
        let path = format!("/v1/admin/usage?period={period}");
        assert_eq!(admin.send(Method::GET, &path, None).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{period}");
    }
    app.end().await;
}
