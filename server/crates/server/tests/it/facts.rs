//! Without a model nothing is said that is not in the sources: every figure of an answer, a document or a mail that the planner's
//! work made stands in what its tools read, in the catalogue, in the skill's own texts or in the request, or is the change between
//! two that do.

use std::collections::BTreeSet;

use mezzofy_documents::reading::{Kind, read};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Client, TestApp, home, text};

/// Who asks for what. Together they make every kind of document and mail that the planner makes.
const REQUESTS: [(&str, &str); 14] = [
    ("finance.manager", "Generate the latest financial statement"),
    ("finance.manager", "生成第三季度的财务报表"),
    ("sales.rep", "Find 8 F&B companies in Singapore on LinkedIn and send intro emails"),
    ("sales.rep", "Send intro emails to my new leads in Singapore"),
    ("sales.manager", "Follow up with the leads that are due"),
    ("sales.rep", "Create a pitch deck for Golden Spoon Restaurants"),
    ("sales.rep", "为海港酒店制作推介方案"),
    ("marketing.creator", "Generate website content and a playbook for our new loyalty feature"),
    ("marketing.creator", "为礼品卡写网页文案和手册"),
    ("support.agent", "Summarise this week's tickets and flag recurring issues"),
    ("support.agent", "十月份的工单报告"),
    ("ceo", "Give me a dashboard of team KPIs for October"),
    ("ceo", "给我看看本月的关键指标"),
    ("sales.rep", "How much discount may I give"),
];
/// Files whose figures are the company's own words.
const OWN_WORDS: [&str; 4] =
    ["knowledge/catalogue.yaml", "prompts/mails.yaml", "config/kpis.yaml", "config/config.yaml"];

/// The figures of a text that say something: three digits or more, or a fraction.
fn telling(text: &str) -> BTreeSet<String> {
    let says = |figure: &String| figure.chars().filter(char::is_ascii_digit).count() >= 3 || figure.contains('.');
    figures(text).into_iter().filter(says).collect()
}

/// The figures of a text, without separators and without zeros at the end of a fraction. Ids and dates are none.
fn figures(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = text.chars().map(|c| if c == '−' { '-' } else { c }).collect();
    let mut found = BTreeSet::new();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let begin = at;
        let inside = |at: usize| {
            letters[at].is_ascii_digit()
                || (matches!(letters[at], ',' | '.') && letters.get(at + 1).is_some_and(char::is_ascii_digit))
        };
        while at < letters.len() && inside(at) {
            at += 1;
        }
        let word = |at: Option<usize>| {
            at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_ascii_alphanumeric() || "_/:@#".contains(*c))
        };
        // A hyphen joins it to a word or a date, else it is a sign.
        let joined = |hyphen: Option<usize>, beyond: Option<usize>| {
            hyphen.and_then(|at| letters.get(at)) == Some(&'-') && word(beyond)
        };
        let part_of_word = word(begin.checked_sub(1))
            || word(Some(at))
            || joined(begin.checked_sub(1), begin.checked_sub(2))
            || joined(Some(at), Some(at + 1));
        let written: String = letters[begin..at].iter().filter(|c| **c != ',').collect();
        if !part_of_word {
            found.insert(plain(&written));
        }
    }
    found
}

fn plain(written: &str) -> String {
    match written.split_once('.') {
        Some((whole, fraction)) if !fraction.contains('.') => {
            let fraction = fraction.trim_end_matches('0');
            if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
        }
        _ => written.to_owned(),
    }
}

/// The figures of everything in a JSON value.
fn figures_in(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(said) => figures(said),
        Value::Number(number) => [plain(&number.to_string())].into(),
        Value::Array(items) => items.iter().flat_map(figures_in).collect(),
        Value::Object(fields) => fields.values().flat_map(figures_in).collect(),
        Value::Null | Value::Bool(_) => BTreeSet::new(),
    }
}

/// Whether a figure is the change in percent between two others, or their sum or difference, or one of them rounded or shortened.
fn derived(figure: &str, sources: &[f64]) -> bool {
    let Ok(wanted) = figure.parse::<f64>() else { return false };
    let decimals = figure.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let step = 10_f64.powi(-i32::try_from(decimals).unwrap_or(0));
    let near = |value: f64| (value.abs() - wanted).abs() <= step * 0.51;
    let rounded = sources.iter().any(|one| [1.0, 100.0, 0.001, 0.000_001].iter().any(|scale| near(one * scale)));
    rounded
        || sources.iter().any(|one| {
            sources.iter().any(|other| {
                near(one - other)
                    || near(one + other)
                    || (*other != 0.0 && near((one - other) / other * 100.0))
                    || near(one * other / 100.0)
                    || near(one * other)
            })
        })
}

/// All that a run has said: its answer, its documents, the mails it wants to send.
async fn said(who: &Client, run: &Value) -> String {
    let mut all = run["answer"].as_str().unwrap_or_default().to_owned();
    for file in run["files"].as_array().unwrap() {
        let answer =
            who.request(Method::GET, &format!("/v1/files/{}/content", text(&file["id"]))).send().await.unwrap();
        let bytes = answer.bytes().await.unwrap();
        let kind = Kind::of(file["media_type"].as_str().unwrap()).unwrap();
        for part in read(kind, &bytes).unwrap().parts {
            all.push('\n');
            all.push_str(&part.text);
        }
    }
    let mails = who.items("/v1/outbox?limit=200").await;
    let approvals = who.items("/v1/approvals?state=pending").await;
    let proposed = approvals.iter().filter(|approval| approval["run_id"] == run["id"]).flat_map(|approval| {
        approval["effects"].as_array().into_iter().flatten().map(|effect| effect["payload"].clone()).collect::<Vec<_>>()
    });
    for mail in mails.into_iter().filter(|mail| mail["run_id"] == run["id"]).chain(proposed) {
        for field in ["subject", "body"] {
            all.push('\n');
            all.push_str(mail[field].as_str().unwrap());
        }
    }
    all
}

#[tokio::test]
async fn every_figure_that_is_said_without_a_model_stands_in_its_sources() {
    let app = TestApp::new().await;
    // A hundred visits stand for any number in the example of a deck, which says so.
    let mut own: BTreeSet<String> =
        OWN_WORDS.iter().flat_map(|file| figures(&std::fs::read_to_string(home().join(file)).unwrap())).collect();
    own.insert("100".to_owned());
    let mut checked = 0;
    for (mailbox, request) in REQUESTS {
        let who = app.person(mailbox).await;
        let conversation = who.conversation().await;
        let accepted = who
            .post(
                &format!("/v1/conversations/{conversation}/messages"),
                json!({"client_id": Uuid::new_v4(), "text": request}),
            )
            .await;
        let run = who.get(&format!("/v1/runs/{}?wait=15", text(&accepted["run"]["id"]))).await;
        assert!(run["error"].is_null(), "{request}: {run}");
        let mut owner = app.database().await;
        let machine: Value = sqlx::query_scalar("SELECT machine FROM runs WHERE id = $1")
            .bind(text(&run["id"]).parse::<Uuid>().unwrap())
            .fetch_one(&mut owner)
            .await
            .unwrap();
        let mut sources = figures_in(&machine);
        sources.extend(own.iter().cloned());
        if let Some(skill) = run["skill"].as_str() {
            sources
                .extend(figures(&std::fs::read_to_string(home().join(format!("skills/{skill}/steps.yaml"))).unwrap()));
        }
        let values: Vec<f64> = sources.iter().filter_map(|figure| figure.parse().ok()).collect();
        let all = said(&who, &run).await;
        let figures = telling(&all);
        let invented: Vec<&String> =
            figures.iter().filter(|figure| !sources.contains(*figure) && !derived(figure, &values)).collect();
        let around = |figure: &&String| {
            all.lines().find(|line| line.replace(',', "").contains(figure.as_str())).unwrap_or_default()
        };
        let lines: Vec<&str> = invented.iter().map(around).collect();
        assert!(invented.is_empty(), "{request}: {invented:?} in {lines:#?}");
        checked += figures.len();
    }
    assert!(checked > 200, "only {checked} figures were there to check");
    app.end().await;
}

#[test]
fn the_check_finds_a_figure_that_nobody_has_given() {
    assert_eq!(
        telling("SGD 1,250.50, 12 leads, 7.5% and T-1042; 2026-W47"),
        ["1250.5".to_owned(), "7.5".to_owned()].into()
    );
    let sources = [200.0, 250.0];
    assert!(derived("25", &sources) && derived("450", &sources) && derived("50", &sources));
    assert!(!derived("613.7", &sources) && !derived("27.3", &sources));
}
