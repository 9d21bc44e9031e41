use std::collections::BTreeMap;
use std::sync::Arc;

use mezzofy_agent::instructions::Instructions;
use mezzofy_agent::tool::{Context, Outcome, ToolError};
use mezzofy_documents::office::{Slides, Words};
use mezzofy_documents::press::Press;
use mezzofy_domain::effect::Payload;
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::ledger::CashRule;
use mezzofy_domain::people::Person;
use mezzofy_domain::trust::Trust;
use mezzofy_engine::app::ToolRegistry;
use mezzofy_engine::config::Settings;
use mezzofy_engine::config::models::{Dialect, Protocol, ProviderAccess};
use mezzofy_engine::models::{Models, ModelsContext};
use mezzofy_engine::web::Web;
use mezzofy_store::{commit, files, people};
use mezzofy_testing::{Answer, Replay};
use mezzofy_tools::linkedin::{Prospecting, Source};
use mezzofy_tools::{MailTexts, ToolContext, Tools};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{TestApp, home, text};

const KEY: &str = "a key of the tests";

async fn who(app: &TestApp, mailbox: &str) -> Person {
    let mut tx = app.app.store.begin().await.unwrap();
    people::by_email(&mut tx, &format!("{mailbox}@mezzofy.example")).await.unwrap().unwrap().0
}

/// The tools as the server has them, with Claude played by a replay server.
fn tools_with(app: &TestApp, replay: &Replay) -> Tools {
    let settings = Settings::parse(&std::fs::read_to_string(home().join("config/config.yaml")).unwrap()).unwrap();
    let claude = ProviderAccess {
        protocol: Protocol::Anthropic,
        dialect: Dialect::Plain,
        base_url: replay.anthropic_base(),
        key: Some(KEY.into()),
    };
    let (store, clock, zone) = (app.app.store.clone(), app.clock.clone(), app.app.zone);
    let around = ModelsContext { store: store.clone(), clock, zone };
    let providers = BTreeMap::from([("claude".to_owned(), claude)]);
    let company = app.app.company.clone();
    let kpis = std::fs::read_to_string(home().join("config/kpis.yaml")).unwrap();
    Tools::all(ToolContext {
        calendar: app.app.calendar.clone(),
        products: app.app.products.clone(),
        kpis: Arc::new(mezzofy_domain::kpi::parse(&kpis).unwrap()),
        mail_texts: MailTexts::load(&home().join("prompts/mails.yaml")).unwrap(),
        web: Web::new(Vec::new()).unwrap(),
        search: None,
        prospecting: Arc::new(Prospecting::new(Source::Off, 20, None)),
        reader: app.app.reader.clone(),
        print_turns: mezzofy_tools::print_turns(),
        store,
        roles: app.app.roles.clone(),
        files: app.app.files.clone(),
        slides: Arc::new(
            Slides::new(&home().join("brand"), &Press::new(&home().join("brand"), &[]).unwrap().layouts()).unwrap(),
        ),
        words: Arc::new(
            Words::new(&home().join("brand"), Press::new(&home().join("brand"), &[]).unwrap().styles()).unwrap(),
        ),
        press: Arc::new(Press::new(&home().join("brand"), &[]).unwrap()),
        zone,
        cash: CashRule::default(),
        models: Arc::new(Models::new(settings.models, settings.budgets, &providers, around).unwrap()),
        planner: app.app.planner.clone(),
        files_an_hour: 50,
        files_per_person_bytes: 5_000_000_000,
        schedule_limits: mezzofy_engine::config::ScheduleLimits { a_person: 10, minutes: 15 },
        instructions: Arc::new(Instructions::load(&home().join("prompts"), &company.name).unwrap()),
        stop: app.app.stop.clone(),
        company,
    })
    .unwrap()
}

/// Calls a tool as the worker does; `Err` holds the sentence that is told.
async fn call(
    app: &TestApp,
    tools: &dyn ToolRegistry,
    name: &str,
    person: &Person,
    language: Language,
    input: Value,
) -> Result<Outcome, String> {
    tools.check(name, &input)?;
    let run = Uuid::new_v4().into();
    let context = Context {
        person,
        run,
        call: "1.0",
        language,
        now: app.now(),
        kept: &BTreeMap::new(),
        facts: None,
        outside: false,
    };
    let called = tools.get(name).unwrap().call(context, input).await;
    called.map_err(|error| match error {
        ToolError::Tell(text) => text,
        ToolError::Abort(text) | ToolError::Retry(text) | ToolError::Outage(text) => panic!("{text}"),
    })
}

fn done(outcome: Result<Outcome, String>) -> Value {
    match outcome.unwrap() {
        Outcome::Done(output) => output.result,
        Outcome::Send(mail) => panic!("{mail:?}"),
    }
}

fn mail(outcome: Result<Outcome, String>) -> Payload {
    match outcome.unwrap() {
        Outcome::Send(mail) => mail,
        Outcome::Done(output) => panic!("{output:?}"),
    }
}

fn order() -> Value {
    json!({
        "brief": "A post for LinkedIn about our October",
        "facts": ["Coupons redeemed in October 2026: 12,400", "Change to September: +8%"],
        "language": "en", "length": "short", "fallback": "12,400 coupons were redeemed in October."
    })
}

#[tokio::test]
async fn a_model_writes_and_nothing_in_its_text_is_without_a_source() {
    let app = TestApp::without_data().await;
    let (replay, ana) = (Replay::start(KEY).await.unwrap(), who(&app, "marketing.manager").await);
    let tools = tools_with(&app, &replay);
    let write = async || done(call(&app, &tools, "content_generator", &ana, Language::En, order()).await);

    let good = "In October 2026 people redeemed 12,400 coupons, 8% more than in September.";
    replay.script([Answer::says(good)]);
    assert_eq!(write().await, json!({"text": good, "written_by": "Claude Sonnet 5.5", "note": null}));

    let wrong = "Redemptions rose by 8.4% to 12,400: https://elsewhere.example/x";
    replay.script([Answer::says(wrong), Answer::says(good)]);
    assert_eq!(write().await["text"], good, "it is told once what has no source");
    let told = replay.raw_requests().pop().unwrap();
    assert!(told.contains("have this: 8.4%, https://elsewhere.example."), "{told}");

    replay.script([Answer::says(wrong), Answer::says("Up to 13,000 ![](https://elsewhere.example/p.png)")]);
    let result = write().await;
    assert_eq!((result["text"].as_str(), result["written_by"].as_str()), (order()["fallback"].as_str(), Some("skill")));
    assert!(text(&result["note"]).ends_with("no source in the brief or the facts: 13,000, https://elsewhere.example."));

    replay.refuse_keys(true);
    let result = write().await;
    assert!(text(&result["note"]).ends_with("because the key for Claude Sonnet 5.5 was refused."), "{result}");
    assert_eq!(replay.end(), Vec::<String>::new());
    app.end().await;
}

#[tokio::test]
async fn without_a_model_the_skills_own_text_stands_in_and_it_is_said() {
    let app = TestApp::without_data().await;
    let ana = who(&app, "marketing.manager").await;
    let (name, tools) = ("content_generator", &*app.app.tools);
    let result = done(call(&app, tools, name, &ana, Language::Zh, order()).await);
    assert_eq!((result["text"].as_str(), result["written_by"].as_str()), (order()["fallback"].as_str(), Some("skill")));
    assert_eq!(text(&result["note"]), "这段文字并非由AI模型撰写，而是技能自带的文本，因为没有配置AI模型。");

    let mut bare = order();
    bare["fallback"] = json!(" ");
    let refused = call(&app, tools, name, &ana, Language::En, bare).await.unwrap_err();
    assert_eq!(refused, "The text could not be written, because no AI model is set up.");
    app.end().await;
}

async fn store_file(app: &TestApp, owner: &Person, name: &str, media_type: &str, bytes: &[u8]) -> Id<id::File> {
    let id = app.app.new_id();
    let (name, media_type, size) = (name.to_owned(), media_type.to_owned(), bytes.len() as u64);
    let sha256 = app.app.files.put(bytes.to_vec()).await.unwrap();
    let attachment = Attachment { id, name, media_type, size, sha256 };
    let mut tx = app.app.store.begin().await.unwrap();
    files::add(&mut tx, &File { attachment, owner: owner.id, run: None, trust: Trust::Company, created_at: app.now() })
        .await
        .unwrap();
    commit(tx).await.unwrap();
    id
}

#[tokio::test]
async fn a_long_file_is_read_to_its_end_and_searched_in_any_case() {
    let app = TestApp::without_data().await;
    let ana = who(&app, "sales.rep").await;
    let lines: Vec<String> = (0..900).map(|at| format!("{at},Merchant {at},优惠券商家\n")).collect();
    let lines = lines.concat();
    let id = store_file(&app, &ana, "crm_query-1.0.json", "application/json", lines.as_bytes()).await;
    let (name, tools) = ("file_search", &*app.app.tools);

    let (mut read, mut next) = (String::new(), json!(0));
    while !next.is_null() {
        let page = done(call(&app, tools, name, &ana, Language::En, json!({"file": id, "offset": next})).await);
        assert_eq!(page["size"], lines.len());
        read.push_str(page["text"].as_str().unwrap());
        next = page["next_offset"].clone();
    }
    assert_eq!(read, lines);

    let search = json!({"file": id, "query": "merchant 899,优惠券"});
    let found = done(call(&app, tools, name, &ana, Language::En, search).await);
    assert_eq!(found["excerpts"].as_array().unwrap().len(), 1, "{found}");
    assert!(text(&found["excerpts"][0]["text"]).contains("Merchant 899"));
    let all = done(call(&app, tools, name, &ana, Language::En, json!({"file": id, "query": "商家"})).await);
    assert_eq!(all["excerpts"].as_array().unwrap().len(), 10);
    assert!(all["next_offset"].is_u64());
    app.end().await;
}

#[tokio::test]
async fn only_ones_own_text_can_be_read() {
    let app = TestApp::without_data().await;
    let (ana, ben) = (who(&app, "sales.rep").await, who(&app, "sales.manager").await);
    let theirs = store_file(&app, &ben, "notes.md", "text/markdown", b"secret").await;
    let pdf = store_file(&app, &ana, "plan.pdf", "application/pdf", b"%PDF-1.7").await;
    let odd = store_file(&app, &ana, "old.csv", "text/csv", b"caf\xe9 and more,x\n1,2\n").await;
    let read = done(
        call(&app, &*app.app.tools, "file_search", &ana, Language::En, json!({"file": odd, "query": "café"})).await,
    );
    assert_eq!(read["excerpts"].as_array().unwrap().len(), 1, "{read}");
    for (file, told) in [(theirs, "no file"), (pdf, "plan.pdf can't be read: it is damaged")] {
        for input in [json!({"file": file}), json!({"file": file, "query": "a"})] {
            let refused = call(&app, &*app.app.tools, "file_search", &ana, Language::En, input).await.unwrap_err();
            assert!(refused.contains(told), "{refused}");
        }
    }
    app.end().await;
}

#[tokio::test]
async fn a_mail_finds_colleagues_by_name_and_title() {
    let app = TestApp::without_data().await;
    let ana = who(&app, "finance.manager").await;
    let (name, tools) = ("outlook_send_email", &*app.app.tools);
    let to = |to: Value| json!({"to": to, "cc": ["someone@elsewhere.example"], "subject": "October", "body": "Hello"});
    for named in [json!(["the CEO"]), json!(["Grace Tan"]), json!(["首席执行官"]), json!(["CEO@mezzofy.example"])]
    {
        let mail = mail(call(&app, tools, name, &ana, Language::En, to(named.clone())).await);
        assert_eq!((mail.to(), mail.cc().len()), (vec!["ceo@mezzofy.example"], 1), "{named}");
    }
    let both =
        mail(call(&app, tools, name, &ana, Language::En, to(json!(["CEO, sales.rep@mezzofy.example", ""]))).await);
    assert_eq!(both.to(), ["ceo@mezzofy.example", "sales.rep@mezzofy.example"]);
    for nobody in [json!(["Zebulon Quark"]), json!(["CEO", "Zebulon Quark"])] {
        let refused = call(&app, tools, name, &ana, Language::En, to(nobody)).await.unwrap_err();
        assert!(refused.contains("nobody called “Zebulon Quark”"), "{refused}");
    }
    app.end().await;
}

#[tokio::test]
async fn the_latest_statement_is_of_the_last_ended_month_with_entries() {
    for (app, empty) in [(TestApp::new().await, false), (TestApp::without_data().await, true)] {
        let ana = who(&app, "finance.manager").await;
        let input = json!({"period": "latest"});
        let result = done(call(&app, &*app.app.tools, "finance_statement", &ana, Language::En, input).await);
        assert_eq!((&result["period"], &result["empty"]), (&json!("2026-10"), &json!(empty)), "{result}");
        app.end().await;
    }
}

#[tokio::test]
async fn what_a_tool_does_not_take_is_told_as_a_sentence() {
    let app = TestApp::without_data().await;
    let tools = &*app.app.tools;
    assert_eq!(tools.names().len(), 33);
    for name in tools.names() {
        let spec = tools.spec(name).unwrap();
        let effects = ["outlook_create_event", "outlook_send_email", "teams_post_message", "teams_send_dm"];
        assert_eq!(spec.effect, effects.contains(&name));
        assert_eq!(spec.input_schema["additionalProperties"], false);
        let refused = tools.check(name, &json!({"made_up": 1})).unwrap_err();
        assert!(refused.starts_with(&format!("The input of {name} is wrong at ")), "{refused}");
    }
    assert_eq!(tools.check("fly", &json!({})).unwrap_err(), "There is no tool fly.");
    app.end().await;
}

/// What models read of the tools. The tests of the agent know the tools by this file too. `INSTA_UPDATE=always` writes it anew.
#[tokio::test]
async fn the_tools_are_as_models_and_the_agents_tests_know_them() {
    let app = TestApp::without_data().await;
    let tool = |name: &str| {
        let shape = app.app.tools.spec(name).unwrap().shape();
        json!({
            "name": shape.name, "description": app.app.tool_texts.get(name).unwrap().description.trim(), "effect": shape.effect,
            "input": shape.input_schema, "output": shape.output_schema,
        })
    };
    let tools: Vec<Value> = app.app.tools.names().into_iter().map(tool).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(home().join("crates/agent/src/skills/tests"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("tools", serde_json::to_string_pretty(&tools).unwrap()));
    app.end().await;
}
