use std::path::PathBuf;

use mezzofy_domain::id::Id;
use serde_json::json;

use super::*;
use crate::skills::tests::tools;

mod calendar;
mod conversations;
mod routing;
mod sentences;
mod values;

fn server_file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

pub(super) fn prompts() -> Prompts {
    prompts::load(&server_file("prompts/planner.yaml")).unwrap()
}

pub(crate) fn skills() -> Skills {
    crate::skills::load(&server_file("skills"), &tools()).unwrap()
}

fn person(email: &str, name: &str, title: &str, role: &str, department: Department) -> Person {
    Person {
        id: Id::new(chrono::DateTime::UNIX_EPOCH),
        email: format!("{email}@mezzofy.example"),
        name: name.to_owned(),
        title: title.to_owned(),
        role: role.to_owned(),
        department,
        language: Language::En,
        disabled: false,
    }
}

/// Asks each text of a table and compares what comes of it, on one line, with what is beside it.
fn assert_each(desk: &Desk, outcome: fn(&Plan) -> String, table: &[(&str, &str)]) {
    let outcomes = table.iter().map(|(text, expected)| (text, outcome(&desk.ask(text)), expected));
    let wrong: Vec<String> = outcomes
        .filter(|(_, outcome, expected)| outcome != *expected)
        .map(|(text, outcome, expected)| format!("{text}: {outcome}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The finance manager, who asks, first.
pub(crate) fn directory() -> Vec<Person> {
    let mut gone = person("gone", "Olga Petrova", "CEO", "executive", Department::Management);
    gone.disabled = true;
    vec![
        person("finance.manager", "Wei Ming Lim", "Finance Manager", "finance_manager", Department::Finance),
        person("ceo", "Grace Tan", "Chief Executive Officer", "executive", Department::Management),
        person("sales.manager", "陈美玲", "Sales Manager", "sales_manager", Department::Sales),
        person("sales.rep", "Wei Jie Ong", "Sales Representative", "sales_rep", Department::Sales),
        gone,
    ]
}

/// One planner with the shipped skills and words, for a table of sentences.
pub(crate) struct Desk {
    planner: Planner,
    skills: Skills,
    people: Vec<Person>,
    allowed: Vec<String>,
    products: ProductNames,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            planner: Planner::load(&server_file("prompts/planner.yaml")).unwrap(),
            skills: skills(),
            people: directory(),
            allowed: vec!["financial_reporting".to_owned()],
            products: ProductNames::new(vec![
                ("Digital coupons".to_owned(), vec!["digital coupons".to_owned(), "数字优惠券".to_owned()]),
                ("Gift vouchers".to_owned(), vec!["gift vouchers".to_owned(), "礼券".to_owned()]),
            ]),
        }
    }

    /// The same for somebody who may do everything.
    pub(crate) fn of_everything() -> Self {
        let desk = Self::new();
        let allowed = desk.skills.iter().map(|skill| skill.name.clone()).collect();
        Self { allowed, ..desk }
    }

    pub(crate) fn ask(&self, text: &str) -> Plan {
        self.reply(&[text], None)
    }

    pub(super) fn reply(&self, texts: &[&str], open: Option<&OpenQuestion>) -> Plan {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        self.planner.plan(
            &self.skills,
            &Request {
                texts: &texts,
                open,
                me: &self.people[0],
                people: &self.people,
                today: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
                latest_month: Period::month(2026, 10),
                allowed: &self.allowed,
                products: &self.products,
            },
        )
    }
}

#[test]
fn a_plan_holds_all_inputs_and_how_they_read() {
    let Plan::Skill(plan) = Desk::new().ask("Generate the latest financial statement and send it to the CEO and me")
    else {
        panic!()
    };
    assert_eq!(plan.agent, Department::Finance);
    assert_eq!(
        Value::Object(plan.inputs),
        json!({
            "period": "2026-10", "format": "pdf", "language": "en", "recipient": "ceo@mezzofy.example",
            "recipients": ["ceo@mezzofy.example", "finance.manager@mezzofy.example"],
        })
    );
    assert_eq!(plan.labels["period"], Text { en: "October 2026".into(), zh: "2026年10月".into() });
    assert_eq!(plan.labels["recipient"].zh, "Grace Tan和Wei Ming Lim");
    assert_eq!(
        plan.labels["recipients"].en,
        "Grace Tan (ceo@mezzofy.example) and Wei Ming Lim (finance.manager@mezzofy.example)"
    );
}

#[test]
fn a_text_with_an_unknown_reference_is_refused_with_its_line() {
    let folder = std::env::temp_dir().join(format!("planner-words-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("planner.yaml");
    let yaml = std::fs::read_to_string(server_file("prompts/planner.yaml")).unwrap();
    std::fs::write(&file, yaml.replace("I found no ${who}", "I found no ${whom}")).unwrap();
    let problems = Planner::load(&file).unwrap_err();
    let line = yaml.lines().position(|line| line.contains("I found no")).unwrap() as u64 + 1;
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        (problems[0].line, problems[0].reason.as_str()),
        (line, "the text `no_person` has no value for ${whom}")
    );
}
