//! The workflows of the departments, end to end from a sentence: W2, W3, W4, W8 and W9, without a model and with a scripted one.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use mezzofy_testing::Answer;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Client, TestApp, read, text, wait_for};
use crate::models::said_in;

const W2: &str = "Find 20 F&B companies in Singapore on LinkedIn and send intro emails";

/// What a file of a run says, as text.
async fn said(who: &Client, run: &Value, ending: &str) -> String {
    let files = run["files"].as_array().unwrap();
    let file = files
        .iter()
        .find(|file| text(&file["name"]).ends_with(ending))
        .unwrap_or_else(|| panic!("no {ending} in {run}"));
    let answer = who.request(Method::GET, &format!("/v1/files/{}/content", text(&file["id"]))).send().await.unwrap();
    let bytes = answer.bytes().await.unwrap();
    read(&text(&file["media_type"]), &bytes)
        .await
        .parts
        .into_iter()
        .map(|part| part.text)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The result of a run's first call of a tool.
async fn result(who: &Client, run: &Value, tool: &str) -> Value {
    let events = who.items(&format!("/v1/runs/{}/events", text(&run["id"]))).await;
    let done = events.iter().find(|event| event["kind"] == "tool.done" && event["data"]["name"] == tool);
    done.unwrap_or_else(|| panic!("{tool} was not called: {run}"))["data"]["result"].clone()
}

/// The approval that a run waits for.
async fn approval(who: &Client, run: &Value) -> Value {
    assert_eq!((&run["state"], &run["waiting_for"]), (&json!("waiting"), &json!("approval")), "{run}");
    let pending = who.items("/v1/approvals?state=pending").await;
    pending.into_iter().find(|approval| approval["run_id"] == run["id"]).unwrap()
}

/// Approves, lets the time pass in which mails can be taken back, and answers the ended run.
async fn approve(app: &TestApp, who: &Client, run: &Value, approval: &Value) -> Value {
    let path = format!("/v1/approvals/{}/decision", text(&approval["id"]));
    let decision = json!({"decision": "approve", "payload_hash": approval["payload_hash"]});
    let (status, told) = who.send(Method::POST, &path, Some(&decision)).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let events = format!("/v1/runs/{}/events", text(&run["id"]));
    let held = async {
        while !who.items(&events).await.iter().any(|event| event["data"].to_string().contains("Leaves at")) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), held).await.expect("the mails are held");
    app.advance(TimeDelta::seconds(21));
    who.run_in(&text(&run["id"]), "succeeded").await
}

async fn count(app: &TestApp, sql: &str) -> i64 {
    let mut owner = app.database().await;
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut owner).await.unwrap()
}

#[tokio::test]
async fn w2_companies_are_found_saved_once_and_written_to_after_one_approval() {
    let app = TestApp::new().await;
    let rep = app.person("sales.rep").await;
    let before = count(&app, "SELECT count(*) FROM leads").await;
    let run = rep.ask(W2).await;
    assert_eq!((run["skill"].as_str(), run["agent"].as_str()), (Some("linkedin_prospecting"), Some("sales")), "{run}");
    assert_eq!(
        run["inputs"],
        json!({"industry": "F&B", "location": "Singapore", "count": 20, "send": true, "language": "en"})
    );
    let approval = approval(&rep, &run).await;
    let effects = approval["effects"].as_array().unwrap().clone();
    let saved =
        count(&app, "SELECT count(*) FROM leads WHERE source = 'LinkedIn' AND created_at >= '2026-11-22'").await;
    assert_eq!(saved, 20);
    let reachable = count(&app, "SELECT count(*) FROM leads l JOIN lead_contacts c ON c.lead_id = l.id AND c.email_valid WHERE source = 'LinkedIn' AND created_at >= '2026-11-22'").await;
    assert_eq!(i64::try_from(effects.len()).unwrap(), reachable);
    assert_eq!(reachable, 20);
    let bodies: BTreeSet<String> = effects.iter().map(|effect| text(&effect["payload"]["body"])).collect();
    assert_eq!(bodies.len(), effects.len(), "each mail is its own");
    assert!(rep.items("/v1/outbox?kind=mail").await.is_empty(), "nothing has left");

    let ended = approve(&app, &rep, &run, &approval).await;
    let outbox = rep.items("/v1/outbox?kind=mail&limit=200").await;
    assert_eq!(outbox.len(), effects.len());
    let payload = |mail: &Value| (mail["to"].to_string(), mail["subject"].clone(), mail["body"].clone());
    let sent: Vec<_> = outbox.iter().map(payload).collect();
    assert!(
        effects.iter().all(|effect| sent.contains(&payload(&effect["payload"]))),
        "what was shown is what was sent"
    );
    assert!(outbox.iter().all(|mail| mail["state"] == "done"));
    let answer = text(&ended["answer"]);
    assert!(answer.contains("20 companies found: 20 new leads, 0 were in the CRM already"), "{answer}");
    assert!(answer.contains("20 mails sent; 0 have no valid address, 0 have opted out"), "{answer}");
    let contacted = count(&app, "SELECT count(*) FROM leads WHERE source = 'LinkedIn' AND status = 'contacted' AND last_contacted = '2026-11-22'").await;
    assert!(contacted >= i64::try_from(effects.len()).unwrap());
    let csv = said(&rep, &ended, ".csv").await;
    assert!(csv.contains("Peranakan Table") && csv.contains("hello@peranakantable.example"), "{csv}");
    assert_eq!(count(&app, "SELECT count(*) FROM leads").await, before + 20);

    // An hour later the same again: nothing is saved twice, and nobody is written to who said no.
    app.advance(TimeDelta::hours(2));
    sqlx::query("UPDATE leads SET opted_out = true WHERE source = 'LinkedIn'")
        .execute(&mut app.database().await)
        .await
        .unwrap();
    let rep = app.person("sales.rep").await;
    let again = rep.ask(W2).await;
    assert_eq!((&again["state"], again["files"].as_array().unwrap().len()), (&json!("succeeded"), 1), "{again}");
    let answer = text(&again["answer"]);
    assert!(
        answer.contains("0 new leads, 20 were in the CRM already") && answer.contains("20 have opted out"),
        "{answer}"
    );
    assert_eq!(count(&app, "SELECT count(*) FROM leads").await, before + 20);
    assert_eq!(rep.items("/v1/outbox?kind=mail&limit=200").await.len(), effects.len());
    app.end().await;
}

#[tokio::test]
async fn w2_without_a_hit_saves_and_sends_nothing_and_an_hour_has_a_limit() {
    let app = TestApp::new().await;
    let rep = app.person("sales.rep").await;
    let run = rep.ask("Find 5 logistics companies in Seoul on LinkedIn and send intro emails").await;
    assert_eq!((&run["state"], &run["tools"]), (&json!("succeeded"), &json!(["linkedin_scraper"])), "{run}");
    assert!(text(&run["answer"]).contains("I found no company that fits"), "{run}");
    let run = rep.ask("Find 15 F&B companies in Singapore on LinkedIn").await;
    assert!(text(&run["answer"]).contains("15 companies found"), "{run}");
    let run = rep.ask("在领英上找15家新加坡的餐饮公司").await;
    assert!(text(&run["answer"]).contains("已达到每人每小时的查询上限"), "{run}");
    let run = app.person("ceo").await.ask(W2).await;
    assert_eq!(
        (&run["state"], &run["error"]["kind"], &run["tools"]),
        (&json!("failed"), &json!("not_permitted"), &json!([])),
        "{run}"
    );
    app.end().await;
}

#[tokio::test]
async fn mails_to_leads_go_to_new_ones_of_ones_own_that_may_be_written_to() {
    let app = TestApp::new().await;
    let rep = app.person("sales.rep").await;
    let run = rep.ask("Send intro emails to my new leads in Singapore").await;
    let approval = approval(&rep, &run).await;
    let (found, written) = (result(&rep, &run, "crm_query").await, result(&rep, &run, "outlook_compose_email").await);
    let fits = "FROM leads l WHERE status = 'new' AND lower(location) LIKE '%singapore%' AND assigned_to = 'sales.rep@mezzofy.example'";
    let leads = count(&app, &format!("SELECT count(*) {fits}")).await.min(20);
    assert_eq!(found["count"], leads);
    let mails = approval["effects"].as_array().unwrap();
    assert_eq!(written["count"], mails.len());
    let total = |name: &str| written[name].as_i64().unwrap();
    assert_eq!(total("count") + total("opted_out") + total("without_address"), leads);
    for mail in mails {
        let to = text(&mail["payload"]["to"][0]);
        let out = count(&app, &format!("SELECT count(*) FROM lead_contacts c JOIN leads l ON l.id = c.lead_id WHERE c.email = '{to}' AND l.opted_out")).await;
        assert_eq!(out, 0, "{to}");
    }
    app.end().await;
}

#[tokio::test]
async fn a_customer_that_a_person_names_is_welcomed_and_one_that_nobody_knows_is_not() {
    let app = TestApp::new().await;
    let manager = app.person("sales.manager").await;
    let lead = json!({"company": "Kopi House Pte Ltd", "contact_name": "Ana Tan", "email": "ana@kopihouse.example", "status": "negotiation"});
    manager.post("/v1/leads", lead).await;
    let path = format!("/v1/conversations/{}/messages", manager.conversation().await);
    let said =
        json!({"client_id": uuid::Uuid::new_v4(), "text": "Send a welcome email to our new customer Kopi House"});
    let run = text(&manager.post(&path, said).await["run"]["id"]);
    let begun = manager.get(&format!("/v1/runs/{run}?wait=2")).await;
    assert_eq!(begun["state"], "running", "{begun}");
    wait_for(async || (!manager.items("/v1/outbox").await.is_empty()).then_some(())).await;
    app.advance(TimeDelta::seconds(21));
    let run = manager.run_in(&run, "succeeded").await;
    assert_eq!(run["inputs"]["company"], "Kopi House");
    assert!(text(&run["answer"]).starts_with("1 welcome mail sent."), "{run}");
    assert_eq!(manager.items("/v1/outbox").await[0]["to"], json!(["ana@kopihouse.example"]));
    let lead = manager.get("/v1/leads?q=kopihouse").await["items"][0].clone();
    assert_eq!((&lead["status"], &lead["last_contacted"]), (&json!("negotiation"), &json!("2026-11-22")));
    let run = manager.ask("Send a welcome email to our new customer Nobody Knows Them").await;
    assert!(text(&run["answer"]).contains("The CRM has 0 companies of this name"), "{run}");
    // Who is not named is asked for, and nobody is written to in their place.
    let run = manager.ask("Send a welcome email").await;
    assert_eq!((&run["agent"], &run["waiting_for"]), (&json!("sales"), &json!("person")), "{run}");
    assert_eq!(manager.items("/v1/outbox").await.len(), 1);
    let run = app.person("sales.rep").await.ask("Send a welcome email to our new customer Kopi House").await;
    assert_eq!(run["error"]["kind"], "not_permitted", "{run}");
    app.end().await;
}

#[tokio::test]
async fn w7_each_day_the_leads_that_are_due_get_a_mail_and_are_due_again_in_a_week() {
    let app = TestApp::new().await;
    let manager = app.person("sales.manager").await;
    let schedules = manager.items("/v1/schedules").await;
    let schedule = schedules.iter().find(|schedule| schedule["name"] == "follow_up_stale_leads").unwrap();
    assert_eq!(schedule["state"], "paused");
    manager.post(&format!("/v1/schedules/{}/resume", text(&schedule["id"])), json!({})).await;
    let due = "FROM leads WHERE follow_up_date <= '2026-11-22' AND status NOT IN ('won', 'lost')";
    let all = count(&app, &format!("SELECT count(*) {due}")).await;
    assert!(all > 0);

    // Ten o'clock in Singapore; nobody is there to approve, and a standing approval covers it.
    app.advance(TimeDelta::hours(1));
    let manager = app.person("sales.manager").await;
    let path = format!("/v1/schedules/{}/occurrences", text(&schedule["id"]));
    let begun = async || manager.items(&path).await.iter().find_map(|time| time["run_id"].as_str().map(str::to_owned));
    let run = wait_for(begun).await;
    wait_for(async || (!manager.items("/v1/outbox").await.is_empty()).then_some(())).await;
    app.advance(TimeDelta::seconds(21));
    let ended = manager.run_in(&run, "succeeded").await;
    let written = result(&manager, &ended, "outlook_compose_email").await;
    let mails = manager.items("/v1/outbox?kind=mail&limit=200").await;
    assert!(mails.iter().all(|mail| mail["state"] == "done"));
    // Each colleague whose leads were written to is told in Teams, once.
    let told = manager.items("/v1/outbox?kind=teams").await;
    let to: Vec<String> = told.iter().map(|one| text(&one["to"][0])).collect();
    assert_eq!(to, ["sales.rep@mezzofy.example"], "{told:?}");
    assert!(text(&told[0]["body"]).contains("of your leads got a follow-up mail today"), "{told:?}");
    assert_eq!((&written["count"], &ended["skill"]), (&json!(mails.len()), &json!("lead_follow_up")));
    let found = all.min(20);
    let rest = written["opted_out"].as_i64().unwrap() + written["without_address"].as_i64().unwrap();
    assert_eq!(i64::try_from(mails.len()).unwrap() + rest, found, "{written}");
    let answer = text(&ended["answer"]);
    assert!(answer.contains(&format!("{} mails written, {0} sent", mails.len())), "{answer}");
    let under = format!("Sent without asking you: {}, under the standing approval of", mails.len());
    assert!(answer.contains(&under), "{answer}");
    let next = "SELECT count(*) FROM leads WHERE follow_up_date = '2026-11-29' AND last_contacted = '2026-11-22'";
    assert!(count(&app, next).await >= i64::try_from(mails.len()).unwrap());
    for mail in &mails {
        let to = text(&mail["to"][0]);
        let out = count(&app, &format!("SELECT count(*) FROM lead_contacts c JOIN leads l ON l.id = c.lead_id WHERE c.email = '{to}' AND l.opted_out")).await;
        assert_eq!(out, 0, "{to}");
    }

    // Nobody who was written to is due now.
    let to: Vec<String> = mails.iter().map(|mail| format!("'{}'", text(&mail["to"][0]))).collect();
    let still = format!(
        "SELECT count(*) {due} AND id IN (SELECT lead_id FROM lead_contacts WHERE email IN ({}))",
        to.join(", ")
    );
    assert_eq!(count(&app, &still).await, 0);
    app.end().await;
}

#[tokio::test]
async fn a_request_that_holds_something_back_is_never_sent_under_a_standing_approval() {
    let app = TestApp::new().await;
    let manager = app.person("sales.manager").await;
    let run = manager.ask("overdue follow ups list only, no mails").await;
    let sent =
        manager.items("/v1/outbox?kind=mail").await.into_iter().filter(|mail| mail["run_id"] == run["id"]).count();
    assert_eq!(sent, 0, "{run}");
    assert_eq!((&run["state"], &run["waiting_for"]), (&json!("waiting"), &json!("approval")), "{run}");
    let approval = approval(&manager, &run).await;
    assert!(text(&approval["why"]).contains("no standing approval is used"), "{approval}");
    app.end().await;
}

#[tokio::test]
async fn w3_a_deck_shows_what_is_known_and_asks_what_is_not() {
    let app = TestApp::new().await;
    let rep = app.person("sales.rep").await;
    let lead =
        rep.items("/v1/leads?limit=200").await.into_iter().find(|lead| !text(&lead["notes"]).is_empty()).unwrap();
    let company = text(&lead["company"]);
    let run = rep.ask(&format!("Create a pitch deck for {company}")).await;
    assert_eq!((&run["state"], &run["skill"]), (&json!("succeeded"), &json!("pitch_deck")), "{run}");
    assert_eq!(run["tools"], json!(["mezzofy_data", "crm_query", "web_research", "pptx_generator"]));
    let slides = said(&rep, &run, ".pptx").await;
    for known in [
        &company,
        &text(&lead["contact_name"]),
        &text(&lead["notes"]),
        &"SGD 199.00".to_owned(),
        &"Case study".to_owned(),
    ] {
        assert!(slides.contains(known.as_str()), "{known} is not in {slides}");
    }

    let run = rep.ask("Create a pitch deck for ABC Restaurant Group").await;
    assert_eq!(run["inputs"]["company"], "ABC Restaurant Group");
    let answer = text(&run["answer"]);
    assert!(
        answer.contains("no company of this name in the CRM") && answer.contains("No web search is configured"),
        "{answer}"
    );
    let slides = said(&rep, &run, ".pptx").await;
    assert!(slides.contains("ABC Restaurant Group") && slides.contains("What we would like to ask first"), "{slides}");
    let run = rep.ask("为ABC餐饮集团制作推介方案").await;
    assert_eq!((&run["state"], &run["inputs"]["company"]), (&json!("succeeded"), &json!("ABC餐饮集团")), "{run}");
    assert!(said(&rep, &run, ".pptx").await.contains("我们想先了解"));
    app.end().await;
}

#[tokio::test]
async fn w4_copy_and_playbook_say_what_the_catalogue_says_and_nothing_of_what_it_has_not() {
    let app = TestApp::new().await;
    let creator = app.person("marketing.creator").await;
    let run = creator.ask("Write website content and a playbook for our new loyalty feature").await;
    assert_eq!((&run["state"], &run["skill"]), (&json!("succeeded"), &json!("content_and_playbook")), "{run}");
    assert_eq!(run["tools"], json!(["mezzofy_data", "content_generator", "pdf_generator"]));
    let (copy, playbook) = (said(&creator, &run, ".md").await, said(&creator, &run, ".pdf").await);
    let facts = result(&creator, &run, "mezzofy_data").await["facts"].to_string();
    for claim in [
        "Members see how far they are from the next level.",
        "Benefits apply by themselves at the counter.",
        "SGD 249.00",
    ] {
        assert!(copy.contains(claim) && facts.contains(claim), "{claim}: {copy}");
    }
    assert!(playbook.contains("Member Tiers"), "{playbook}");

    for (request, told) in [
        (
            "Write website content and a playbook for our new teleportation feature",
            "has nothing called “teleportation feature”",
        ),
        ("为我们新的量子支付功能写网站文案和手册", "产品目录中没有"),
    ] {
        let run = creator.ask(request).await;
        assert_eq!((&run["state"], &run["tools"]), (&json!("succeeded"), &json!(["mezzofy_data"])), "{run}");
        assert!(text(&run["answer"]).contains(told), "{run}");
        assert_eq!(run["files"], json!([]));
    }
    app.end().await;
}

#[tokio::test]
async fn w8_a_digest_counts_the_weeks_tickets_and_finds_what_recurs() {
    let app = TestApp::new().await;
    let agent = app.person("support.agent").await;
    let run = agent.ask("Summarise this week's tickets and flag recurring issues").await;
    assert_eq!(
        (&run["state"], &run["skill"], &run["inputs"]["period"]),
        (&json!("succeeded"), &json!("support_digest"), &json!("2026-W47")),
        "{run}"
    );
    let digest = result(&agent, &run, "support_digest").await;
    let week = "(created_at AT TIME ZONE 'Asia/Singapore') >= '2026-11-16' AND (created_at AT TIME ZONE 'Asia/Singapore') < '2026-11-23'";
    assert_eq!(digest["created"], count(&app, &format!("SELECT count(*) FROM tickets WHERE {week}")).await);
    let clusters = digest["clusters"].as_array().unwrap();
    assert!(clusters.len() >= 3, "{digest}");
    for cluster in clusters {
        let ids: BTreeSet<String> = cluster["ticket_ids"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(cluster["count"], ids.len());
        let list = ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(",");
        assert_eq!(
            count(&app, &format!("SELECT count(*) FROM tickets WHERE {week} AND id IN ({list})")).await,
            i64::try_from(ids.len()).unwrap()
        );
        assert!(text(&run["answer"]).contains(&format!("{} tickets", ids.len())), "{run}");
    }
    let pdf = said(&agent, &run, ".pdf").await;
    assert!(pdf.contains("Support digest") && pdf.contains("Recurring issues"), "{pdf}");

    let run = agent.ask("总结本周的工单，标出反复出现的问题").await;
    assert!(text(&run["answer"]).contains("反复出现的问题"), "{run}");
    let run = agent.ask("Ticket digest for March 2019").await;
    assert!(text(&run["answer"]).contains("No ticket was reported"), "{run}");
    assert_eq!(run["files"], json!([]));
    let run = app.person("sales.rep").await.ask("Summarise this week's tickets").await;
    assert_eq!(run["error"]["kind"], "not_permitted", "{run}");
    app.end().await;
}

#[tokio::test]
async fn w9_a_dashboard_shows_the_same_figures_as_the_api() {
    let app = TestApp::new().await;
    let ceo = app.person("ceo").await;
    let run = ceo.ask("Give me a dashboard of team KPIs across all departments this month").await;
    assert_eq!(
        (&run["state"], &run["skill"], &run["inputs"]["period"]),
        (&json!("succeeded"), &json!("kpi_dashboard"), &json!("2026-11")),
        "{run}"
    );
    let report = result(&ceo, &run, "kpi_report").await;
    let kpis = ceo.items("/v1/kpis").await;
    assert_eq!(report["kpis"].as_array().unwrap().len(), kpis.len());
    for (one, other) in report["kpis"].as_array().unwrap().iter().zip(&kpis) {
        assert_eq!(
            (&one["key"], &one["value"], &one["previous"]),
            (&other["key"], &other["value"], &other["previous"])
        );
    }
    let departments: BTreeSet<String> = kpis.iter().map(|kpi| text(&kpi["department"])).collect();
    assert_eq!(departments.len(), 4);
    let (pdf, answer) = (said(&ceo, &run, ".pdf").await, text(&run["answer"]));
    assert!(pdf.contains("Key figures") && answer.contains("| Revenue | no data |  | SGD "), "{answer}");

    let run = app.person("support.manager").await.ask("给我看看本月的关键指标").await;
    assert!(text(&run["answer"]).contains("| 未解决工单 | 26 |") && !text(&run["answer"]).contains("SGD"), "{run}");
    let run = app.person("sales.rep").await.ask("Give me a dashboard of team KPIs this month").await;
    assert_eq!(run["error"]["kind"], "not_permitted", "{run}");
    app.end().await;
    let app = TestApp::without_data().await;
    let run = app.person("support.manager").await.ask("KPI report for October").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    app.end().await;
}

#[tokio::test]
async fn the_knowledge_base_answers_with_its_sources_and_keeps_departments_apart() {
    let app = TestApp::new().await;
    let rep = app.person("sales.rep").await;
    let run = rep.ask("How much discount may I give").await;
    assert_eq!((&run["state"], &run["skill"]), (&json!("succeeded"), &json!("knowledge_lookup")), "{run}");
    assert!(
        text(&run["answer"]).contains("up to 5% on yearly plans")
            && text(&run["answer"]).contains("Discounts and offers"),
        "{run}"
    );
    let run = app.person("support.agent").await.ask("How much discount may I give, says the policy").await;
    assert!(!text(&run["answer"]).contains("up to 5%"), "{run}");
    let run = rep.ask("积分有效期的规定是什么").await;
    assert!(text(&run["answer"]).contains("12个月"), "{run}");
    let run = rep.ask("What is our policy on unicorns").await;
    assert!(text(&run["answer"]).contains("has nothing on that"), "{run}");
    app.end().await;
}

#[tokio::test]
async fn a_model_has_the_skills_do_it_or_calls_the_tools_itself() {
    let (app, replay) = TestApp::with_models().await;
    let ceo = app.person("ceo").await;
    replay.script([
        Answer::calls([("kpi_dashboard", json!({"period": "2026-10"}))]),
        Answer::says("The key figures of October are in the PDF."),
    ]);
    let run = ceo.ask("Give me a dashboard of team KPIs for October").await;
    assert_eq!((&run["state"], &run["tools"]), (&json!("succeeded"), &json!(["kpi_report", "pdf_generator"])), "{run}");
    assert!(said(&ceo, &run, ".pdf").await.contains("October 2026"));

    let agent = app.person("support.agent").await;
    replay.script([
        Answer::calls([("support_digest", json!({"period": "2026-W47"}))]),
        Answer::says("The digest is ready."),
    ]);
    let run = agent.ask("Summarise this week's tickets and flag recurring issues").await;
    assert_eq!(
        (&run["state"], &run["tools"]),
        (&json!("succeeded"), &json!(["support_digest", "pdf_generator"])),
        "{run}"
    );

    let rep = app.person("sales.rep").await;
    replay.script([
        Answer::calls([
            ("mezzofy_data", json!({})),
            ("crm_query", json!({"company": "ABC Restaurant Group", "notes": true})),
        ]),
        Answer::with(|body| {
            let body = body.to_string().replace('\\', "");
            let products = body.split("\"call\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
            Answer::calls([(
                "pptx_generator",
                json!({"pitch": {"customer": "ABC Restaurant Group", "products": products}}),
            )])
        }),
        Answer::says("The deck is ready."),
    ]);
    let run = rep.ask("Create a pitch deck for ABC Restaurant Group").await;
    assert_eq!(
        (&run["state"], &run["tools"]),
        (&json!("succeeded"), &json!(["mezzofy_data", "crm_query", "pptx_generator"])),
        "{run}"
    );
    assert!(said(&rep, &run, ".pptx").await.contains("Bringing guests back to ABC Restaurant Group"));

    let creator = app.person("marketing.creator").await;
    replay.script([
        Answer::calls([("mezzofy_data", json!({"about": "member tiers"}))]),
        Answer::with(|body| {
            let facts =
                vec!["Member Tiers: Levels of membership with benefits of their own. SGD 249.00 a month".to_owned()];
            let _ = said_in(body, "call");
            Answer::calls([(
                "content_generator",
                json!({"brief": "web page", "facts": facts, "language": "en", "save_as": "Tiers"}),
            )])
        }),
        Answer::says("# Member Tiers\n\nLevels of membership for SGD 999.00 a month."),
        Answer::says("# Member Tiers\n\nLevels of membership for SGD 249.00 a month."),
        Answer::says("The page is written."),
    ]);
    let run = creator.ask("Write website content for our member tiers").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    let page = said(&creator, &run, ".md").await;
    assert!(page.contains("249.00") && !page.contains("999.00"), "a figure without a source does not pass: {page}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}
