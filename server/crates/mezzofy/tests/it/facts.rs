//! Without a model nothing is said that is not in the sources: every figure of an answer, a document or a mail that the planner's
//! work made stands in what its tools have read, in the catalogue, in the skill's own texts or in the request, is one of these
//! rounded, or the change in percent between two. Words are not checked.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Client, TestApp, home, read, text};

/// Who asks for what. Together they make every kind of document and mail that the planner makes.
const REQUESTS: [(&str, &str); 15] = [
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
    ("ceo", "Post the KPI dashboard for last quarter in the management channel"),
    ("sales.rep", "How much discount may I give"),
];
/// Tools that read; what the others give is made of that.
const READING: [&str; 9] = [
    "finance_statement",
    "crm_query",
    "crm_save",
    "linkedin_scraper",
    "mezzofy_data",
    "knowledge_search",
    "support_digest",
    "kpi_report",
    "web_research",
];
/// Files whose figures are the company's own words.
const OWN_WORDS: [&str; 4] =
    ["knowledge/catalogue.yaml", "prompts/mails.yaml", "config/kpis.yaml", "config/config.yaml"];

/// The figures of a text that say something: three digits or more, a fraction or a percentage.
fn telling(text: &str) -> BTreeSet<String> {
    let says =
        |figure: &String| figure.chars().filter(char::is_ascii_digit).count() >= 3 || figure.contains(['.', '%']);
    figures(text).into_iter().filter(says).collect()
}

/// The figures of a text, without separators and without zeros at the end of a fraction, percentages with their sign. Ids, dates and the
/// marks of an axis (`200K`) are none.
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
        let percent =
            letters.get(at) == Some(&'%') || letters.get(at) == Some(&' ') && letters.get(at + 1) == Some(&'%');
        if !part_of_word {
            found.insert(plain(&written) + if percent { "%" } else { "" });
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

/// What may be said: figures as they are written somewhere, and the values of those that were read.
struct Sources {
    written: BTreeSet<String>,
    values: Vec<f64>,
}

impl Sources {
    fn of(read: BTreeSet<String>, own: BTreeSet<String>) -> Self {
        let values = read.iter().filter_map(|figure| figure.trim_end_matches('%').parse().ok()).collect();
        Self { written: read.into_iter().chain(own).collect(), values }
    }

    /// Whether a figure is one of them, one of them rounded or in thousands or millions, or a change in percent between two.
    fn have(&self, figure: &str) -> bool {
        let plain = figure.trim_end_matches('%');
        if self.written.contains(figure) || self.written.contains(plain) {
            return true;
        }
        let Ok(wanted) = plain.parse::<f64>() else { return false };
        let decimals = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let step = 10_f64.powi(-i32::try_from(decimals).unwrap_or(0));
        let near = |value: f64| (value.abs() - wanted).abs() <= step * 0.51;
        let percent = figure.ends_with('%');
        let rounded =
            |one: &f64| near(*one) || near(one / 1_000.0) || near(one / 1_000_000.0) || percent && near(one * 100.0);
        let change = |one: &f64| self.values.iter().any(|other| *other != 0.0 && near((one - other) / other * 100.0));
        self.values.iter().any(|one| rounded(one) || percent && change(one))
    }
}

/// All that a run has said: its answer, its documents, the mails it wants to send.
async fn said(who: &Client, run: &Value) -> String {
    let mut all = run["answer"].as_str().unwrap_or_default().to_owned();
    for file in run["files"].as_array().unwrap() {
        let answer =
            who.request(Method::GET, &format!("/v1/files/{}/content", text(&file["id"]))).send().await.unwrap();
        let bytes = answer.bytes().await.unwrap();
        // Round numbers alone on a line are the marks of an axis.
        let mark = |line: &&str| line.trim().parse::<u32>().is_ok_and(|number| number % 10 == 0);
        for part in read(&text(&file["media_type"]), &bytes).await.parts {
            for line in part.text.lines().filter(|line| !mark(line)) {
                all.push('\n');
                all.push_str(line);
            }
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
    let own: BTreeSet<String> =
        OWN_WORDS.iter().flat_map(|file| figures(&std::fs::read_to_string(home().join(file)).unwrap())).collect();
    let (mut checked, mut slips, mut found) = (0, 0, 0);
    for (mailbox, request) in REQUESTS {
        let who = app.person(mailbox).await;
        let conversation = who.conversation().await;
        let path = format!("/v1/conversations/{conversation}/messages");
        let accepted = who.post(&path, json!({"client_id": Uuid::new_v4(), "text": request})).await;
        let id = text(&accepted["run"]["id"]);
        let run = who.get(&format!("/v1/runs/{id}?wait=15")).await;
        assert!(run["error"].is_null(), "{request}: {run}");
        // Not the whole machine, which keeps the answer too.
        let kept: Value = sqlx::query_scalar("SELECT machine -> 'kept' FROM runs WHERE id = $1")
            .bind(id.parse::<Uuid>().unwrap())
            .fetch_one(&mut app.database().await)
            .await
            .unwrap();
        let events = who.items(&format!("/v1/runs/{id}/events")).await;
        let read = events.iter().filter(|event| {
            event["kind"] == "tool.done" && event["data"]["name"].as_str().is_some_and(|name| READING.contains(&name))
        });
        let mut sources: BTreeSet<String> = read.flat_map(|event| figures_in(&event["data"]["result"])).collect();
        sources.extend(figures_in(&kept));
        let mut own = own.clone();
        own.extend(figures(request));
        if let Some(skill) = run["skill"].as_str() {
            let steps = std::fs::read_to_string(home().join(format!("skills/{skill}/steps.yaml"))).unwrap();
            own.extend(figures(&steps));
        }
        if run["skill"] == "pitch_deck" {
            // The deck's example: of a hundred visits today, as many more as each customer measured.
            let example: Vec<String> = (100..=200).map(|visits| visits.to_string()).collect();
            let measured = |visits: &&String| own.contains(&format!("{}%", visits.parse::<u32>().unwrap() - 100));
            let reached: Vec<String> = example.iter().filter(measured).cloned().collect();
            own.extend(reached);
            own.insert("100".to_owned());
        }
        let sources = Sources::of(sources, own);
        let all = said(&who, &run).await;
        let figures = telling(&all);
        let invented: Vec<&String> = figures.iter().filter(|figure| !sources.have(figure)).collect();
        let around = |figure: &&String| {
            let figure = figure.trim_end_matches('%');
            all.lines().find(|line| line.replace(',', "").contains(figure)).unwrap_or_default()
        };
        let lines: Vec<&str> = invented.iter().map(around).collect();
        assert!(invented.is_empty(), "{request}: {invented:?} in {lines:#?}");
        checked += figures.len();
        // The same figures with a slip of the pen.
        for slip in figures.iter().map(|figure| slipped(figure)) {
            slips += 1;
            found += usize::from(!sources.have(&slip));
        }
    }
    assert!(found * 100 >= slips * 75, "the check finds {found} of {slips} figures that are wrong");
    assert!(checked > 200, "only {checked} figures were there to check");
    app.end().await;
}

#[test]
fn the_check_finds_a_figure_that_nobody_has_given() {
    assert_eq!(
        telling("SGD 1,250.50, 12 leads, 7.5% and T-1042; 2026-W47"),
        ["1250.5".to_owned(), "7.5%".to_owned()].into()
    );
    let sources = Sources::of(["200", "250", "1234567.89"].map(str::to_owned).into(), ["42".to_owned()].into());
    for good in ["42", "200", "25%", "20%", "1.2", "1235"] {
        assert!(sources.have(good), "{good}");
    }
    for wrong in ["25", "450", "50", "613.7", "27.3%"] {
        assert!(!sources.have(wrong), "{wrong}");
    }
    assert_eq!([slipped("1250.5"), slipped("7.5%")], ["1350.5", "8.5%"]);
}

/// A figure whose second digit, or only one, is one more.
fn slipped(figure: &str) -> String {
    let digits: Vec<usize> = figure.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let whole = figure.find(['.', '%']).unwrap_or(figure.len());
    let at = if whole >= 2 { digits[1] } else { digits[0] };
    let digit = figure[at..].chars().next().and_then(|c| c.to_digit(10)).unwrap_or_default();
    format!("{}{}{}", &figure[..at], (digit + 1) % 10, &figure[at + 1..])
}
