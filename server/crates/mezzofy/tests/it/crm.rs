//! Leads over the API: who sees which, one row for each company, and an opt-out that stays.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Client, TestApp, text};

async fn create(who: &Client, body: Value) -> (StatusCode, Value) {
    who.send(Method::POST, "/v1/leads", Some(&body)).await
}

async fn patch(who: &Client, id: &str, body: Value) -> (StatusCode, Value) {
    who.send(Method::PATCH, &format!("/v1/leads/{id}"), Some(&body)).await
}

async fn all(who: &Client, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = who.get(&format!("/v1/leads?limit=200{query}{cursor}")).await;
        found.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn a_representative_sees_their_own_leads_and_a_manager_all() {
    let app = TestApp::new().await;
    let (rep, manager) = (app.person("sales.rep").await, app.person("sales.manager").await);
    let (mine, everybodys) = (all(&rep, "").await, all(&manager, "").await);
    assert_eq!(everybodys.len(), 300);
    assert!(!mine.is_empty() && mine.len() < 300);
    assert!(mine.iter().all(|lead| lead["assigned_to"] == "sales.rep@mezzofy.example"));
    let others = everybodys.iter().find(|lead| lead["assigned_to"] == "sales.manager@mezzofy.example").unwrap();
    let (status, _) = patch(&rep, &text(&others["id"]), json!({"status": "won"})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let won = all(&manager, "&status=won").await;
    assert!(!won.is_empty() && won.iter().all(|lead| lead["status"] == "won"));

    let ceo = app.person("ceo").await;
    assert_eq!(all(&ceo, "").await.len(), 300);
    assert_eq!(create(&ceo, json!({"company": "X"})).await.0, StatusCode::FORBIDDEN);
    for mailbox in ["finance.manager", "marketing.manager", "support.agent"] {
        let (status, _) = app.person(mailbox).await.send(Method::GET, "/v1/leads", None).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{mailbox}");
    }
    app.end().await;
}

#[tokio::test]
async fn a_company_is_one_lead_however_it_is_written() {
    let app = TestApp::without_data().await;
    let (rep, manager) = (app.person("sales.rep").await, app.person("sales.manager").await);
    let first = json!({"company": "Golden Spoon Pte Ltd", "contact_name": "Ana Tan", "email": "Ana@goldenspoon.example", "location": "Singapore"});
    let (status, lead) = create(&rep, first).await;
    assert_eq!(
        (status, &lead["status"], &lead["email_valid"]),
        (StatusCode::CREATED, &json!("new"), &json!(true)),
        "{lead}"
    );
    assert_eq!(lead["assigned_to"], "sales.rep@mezzofy.example");
    for (at, again) in [
        json!({"company": "GOLDEN SPOON", "phone": "+65 6123 4567"}),
        json!({"company": "Spoon Group", "email": "ben@goldenspoon.example", "contact_name": "Ben"}),
        json!({"company": "The Spoon", "phone": "6123-4567", "location": "Singapore"}),
    ]
    .into_iter()
    .enumerate()
    {
        let (status, same) = create(&rep, again).await;
        assert_eq!((status, &same["id"]), (StatusCode::OK, &lead["id"]), "{at}: {same}");
    }
    let leads = all(&rep, "").await;
    assert_eq!(leads.len(), 1);
    let kept = leads[0].to_string();
    for said in ["Ana Tan", "ana@goldenspoon.example", "Ben", "ben@goldenspoon.example", "+65 6123 4567", "Spoon Group"]
    {
        assert!(kept.contains(said), "{said} is lost: {kept}");
    }
    // A shared mail host makes no company.
    for company in ["Lotus Spa", "Orchid Gym"] {
        let mail = format!("{}@gmail.com", company.replace(' ', "").to_lowercase());
        assert_eq!(create(&rep, json!({"company": company, "email": mail})).await.0, StatusCode::CREATED);
    }
    // What a colleague works on is not taken away, nor shown.
    let (status, _) =
        create(&manager, json!({"company": "Managers Own", "assigned_to": "sales.manager@mezzofy.example"})).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, told) = create(&rep, json!({"company": "Managers Own Ltd"})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{told}");
    app.end().await;
}

#[tokio::test]
async fn an_opt_out_is_final_and_nobody_can_write_there() {
    let app = TestApp::without_data().await;
    let rep = app.person("sales.rep").await;
    let (_, lead) = create(&rep, json!({"company": "Quiet Cafe", "email": "hello@quiet.example"})).await;
    let id = text(&lead["id"]);
    let (status, out) = patch(&rep, &id, json!({"opted_out": true})).await;
    assert_eq!((status, &out["opted_out"]), (StatusCode::OK, &json!(true)));
    assert_eq!(patch(&rep, &id, json!({"opted_out": false})).await.0, StatusCode::CONFLICT);
    let (_, again) = create(&rep, json!({"company": "Quiet Cafe", "opted_out": false})).await;
    assert_eq!(again["opted_out"], true);
    let mut owner = app.database().await;
    let refused = sqlx::query("UPDATE leads SET opted_out = false").execute(&mut owner).await;
    assert!(refused.unwrap_err().to_string().contains("an opt-out is final"));
    app.end().await;
}

#[tokio::test]
async fn a_change_is_checked_and_an_export_reads_back() {
    let app = TestApp::without_data().await;
    let manager = app.person("sales.manager").await;
    let (_, lead) =
        create(&manager, json!({"company": "Exported, Inc", "industry": "F&B", "follow_up_date": "2026-12-01"})).await;
    let id = text(&lead["id"]);
    for wrong in [
        json!({"status": "hot"}),
        json!({"follow_up_date": "soon"}),
        json!({"assigned_to": "nobody@mezzofy.example"}),
        json!({"company": ""}),
        json!({"colour": "blue"}),
    ] {
        let (status, told) = patch(&manager, &id, wrong.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {told}");
    }
    let (status, changed) =
        patch(&manager, &id, json!({"status": "qualified", "assigned_to": "sales.rep@mezzofy.example"})).await;
    assert_eq!((status, &changed["status"]), (StatusCode::OK, &json!("qualified")), "{changed}");
    let csv = manager.request(Method::GET, "/v1/leads/export").send().await.unwrap();
    assert!(csv.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
    let bytes = csv.bytes().await.unwrap();
    let read = mezzofy_domain::crm::file::parse(&bytes).unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!((read[0].company.as_str(), read[0].status.code()), ("Exported, Inc", "qualified"));
    app.end().await;
}

#[tokio::test]
async fn key_figures_are_those_of_what_one_may_read() {
    let app = TestApp::new().await;
    let keys = |items: &[Value]| items.iter().map(|kpi| text(&kpi["key"])).collect::<Vec<_>>();
    let ceo = app.person("ceo").await.items("/v1/kpis?period=2026-10").await;
    for key in [
        "revenue",
        "expenses",
        "net_income",
        "leads_created",
        "leads_won",
        "tickets_created",
        "tickets_open",
        "median_resolution_hours",
    ] {
        assert!(keys(&ceo).contains(&key.to_owned()), "{key}");
    }
    let support = app.person("support.manager").await.items("/v1/kpis?period=2026-10").await;
    assert!(support.iter().all(|kpi| kpi["department"] == "support") && support.len() >= 3);
    let (status, _) = app.person("sales.rep").await.send(Method::GET, "/v1/kpis", None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    // The figures are those of the tables, counted another way.
    let of = |items: &[Value], key: &str| items.iter().find(|kpi| kpi["key"] == key).unwrap()["value"].clone();
    let mut owner = app.database().await;
    let month = "(created_at AT TIME ZONE 'Asia/Singapore') >= '2026-10-01' AND (created_at AT TIME ZONE 'Asia/Singapore') < '2026-11-01'";
    let tickets: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM tickets WHERE {month}")))
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(of(&ceo, "tickets_created"), tickets.to_string());
    let leads: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM leads WHERE {month}")))
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(of(&ceo, "leads_created"), leads.to_string());
    let before = app.person("ceo").await.items("/v1/kpis?period=2026-09").await;
    let previous = ceo.iter().find(|kpi| kpi["key"] == "revenue").unwrap()["previous"].clone();
    assert_eq!(previous, of(&before, "revenue"));

    let empty = app.person("ceo").await.items("/v1/kpis?period=2019-03").await;
    assert_eq!(of(&empty, "median_resolution_hours"), Value::Null);
    let products = app.person("support.agent").await.items("/v1/products").await;
    assert!(products.len() >= 5 && products.iter().all(|product| !product["features"].as_array().unwrap().is_empty()));
    app.end().await;
}

#[tokio::test]
async fn what_one_may_see_is_found_and_nothing_else() {
    let app = TestApp::new().await;
    let (rep, finance) = (app.person("sales.rep").await, app.person("finance.viewer").await);
    rep.ask("请记住我负责台湾市场").await;
    let hits =
        |items: Vec<Value>| items.into_iter().map(|hit| (text(&hit["kind"]), text(&hit["title"]))).collect::<Vec<_>>();
    let found = hits(rep.items("/v1/search?q=discount").await);
    assert!(found.iter().any(|(kind, title)| kind == "knowledge" && title.starts_with("Discounts")), "{found:?}");
    assert!(
        !hits(finance.items("/v1/search?q=discount").await)
            .iter()
            .any(|(_, title)| title.starts_with("Discounts and offers"))
    );
    let found = hits(rep.items("/v1/search?q=台湾市场").await);
    assert!(found.iter().any(|(kind, _)| kind == "conversation"), "{found:?}");
    assert!(hits(finance.items("/v1/search?q=台湾市场").await).is_empty());
    assert!(hits(finance.items("/v1/search?q=Kitchen").await).iter().all(|(kind, _)| kind != "lead"));

    let remembered = rep.items("/v1/memories").await;
    assert_eq!((remembered.len(), remembered[0]["text"].as_str()), (1, Some("我负责台湾市场")));
    assert!(finance.items("/v1/memories").await.is_empty());
    let path = format!("/v1/memories/{}", text(&remembered[0]["id"]));
    assert_eq!(finance.send(Method::DELETE, &path, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(rep.send(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert!(rep.items("/v1/memories").await.is_empty());
    app.end().await;
}
