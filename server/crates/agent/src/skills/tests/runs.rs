//! Skills that run: which call comes when, with which values.

use chrono::NaiveDate;
use mezzofy_domain::id::Id;
use serde_json::json;

use super::*;
use crate::planner::SkillPlan;

fn shipped() -> Skills {
    load(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../skills"), &tools()).unwrap()
}

fn run(skill: &str, language: Language, document: &str, recipient: bool) -> SkillRun {
    let mut inputs = json!({"period": "2026-10", "format": "pdf", "language": document});
    let text = |en: &str, zh: &str| Text { en: en.to_owned(), zh: zh.to_owned() };
    let mut labels = std::collections::BTreeMap::from([("period".to_owned(), text("October 2026", "2026年10月"))]);
    if recipient {
        inputs["recipient"] = json!("ceo@mezzofy.example");
        inputs["recipients"] = json!(["ceo@mezzofy.example"]);
        labels.insert("recipient".to_owned(), text("Grace Tan", "Grace Tan"));
        labels.insert(
            "recipients".to_owned(),
            text("Grace Tan (ceo@mezzofy.example)", "Grace Tan (ceo@mezzofy.example)"),
        );
    }
    let Value::Object(inputs) = inputs else { panic!() };
    let plan = SkillPlan { skill: skill.to_owned(), agent: Department::Finance, language, inputs, labels };
    let person = mezzofy_domain::people::Person {
        id: Id::new(chrono::DateTime::UNIX_EPOCH),
        email: "finance.manager@mezzofy.example".to_owned(),
        name: "Wei Ming Lim".to_owned(),
        title: "Finance Manager".to_owned(),
        role: "finance_manager".to_owned(),
        department: Department::Finance,
        language,
        disabled: false,
    };
    SkillRun::new(plan, &person, NaiveDate::from_ymd_opt(2026, 11, 22).unwrap())
}

fn statement(empty: bool) -> Value {
    let figures = json!({"revenue": "SGD 1,234,567.89", "expenses": "SGD 1,000,000.00", "net_income": "SGD 234,567.89", "cash_at_end": "SGD 98,765.43"});
    json!({"call": "call-1", "empty": empty, "entries": 71, "figures": figures})
}

/// Takes a run through all its steps, storing it between them as a worker does.
fn drive(skill: &Skill, mut run: SkillRun, results: &[(&str, Value)]) -> (Vec<(String, Value, String)>, NextStep) {
    let mut calls = Vec::new();
    loop {
        run = serde_json::from_str(&serde_json::to_string(&run).unwrap()).unwrap();
        match run.next(skill).unwrap() {
            NextStep::Calls(made) => {
                for StepCall { step_id, tool, input, progress } in made {
                    let (_, result) = results.iter().find(|(step, _)| *step == step_id).unwrap();
                    run.record(skill, &step_id, result.clone());
                    calls.push((tool, input, progress));
                }
            }
            end => return (calls, end),
        }
    }
}

#[test]
fn financial_reporting_makes_the_document_and_mails_it() {
    let skills = shipped();
    let skill = skills.get("financial_reporting").unwrap();
    let results =
        [("statement", statement(false)), ("pdf", json!({"file": "file-1"})), ("mail", json!({"state": "done"}))];
    let (calls, end) = drive(skill, run("financial_reporting", Language::En, "en", true), &results);

    assert_eq!(
        calls.iter().map(|(tool, ..)| tool.as_str()).collect::<Vec<_>>(),
        ["finance_statement", "pdf_generator", "outlook_send_email"]
    );
    assert_eq!(calls[0].1, json!({"period": "2026-10"}));
    assert_eq!(calls[0].2, "Reading the ledger for October 2026");
    assert_eq!(
        calls[1].1,
        json!({"template": "statement", "statement": "call-1", "language": "en", "prepared_for": "Grace Tan"})
    );
    assert_eq!((&calls[2].1["to"], &calls[2].1["attachments"]), (&json!(["ceo@mezzofy.example"]), &json!(["file-1"])));
    assert_eq!(calls[2].1["subject"], "Financial statement, October 2026");
    assert!(calls[2].1["body"].as_str().unwrap().contains("Net income: SGD 234,567.89"));
    let NextStep::Answer { text } = end else { panic!("{end:?}") };
    assert!(
        text.starts_with(
            "The financial statement for October 2026 is ready and was sent to Grace Tan (ceo@mezzofy.example)."
        ),
        "{text}"
    );
    assert!(text.contains("Revenue: SGD 1,234,567.89"), "{text}");
}

#[test]
fn without_a_recipient_nothing_is_sent_and_nobody_is_named() {
    let skills = shipped();
    let skill = skills.get("financial_reporting").unwrap();
    let run = run("financial_reporting", Language::Zh, "zh", false);
    assert_eq!(run.tools_ahead(skill), ["finance_statement", "pdf_generator"]);
    let (calls, end) = drive(skill, run, &[("statement", statement(false)), ("pdf", json!({"file": "file-1"}))]);
    assert_eq!(calls[1].1, json!({"template": "statement", "statement": "call-1", "language": "zh"}));
    assert!(
        matches!(&end, NextStep::Answer { text } if text.starts_with("2026年10月的财务报表已生成，尚未发送给任何人。")),
        "{end:?}"
    );
}

#[test]
fn the_document_and_the_mail_speak_the_asked_language_and_the_answer_that_of_the_request() {
    let skills = shipped();
    let skill = skills.get("financial_reporting").unwrap();
    let results =
        [("statement", statement(false)), ("pdf", json!({"file": "file-1"})), ("mail", json!({"state": "done"}))];
    let (calls, end) = drive(skill, run("financial_reporting", Language::En, "zh", true), &results);
    assert_eq!(calls[2].1["subject"], "2026年10月财务报表");
    assert!(matches!(end, NextStep::Answer { text } if text.starts_with("The financial statement")));
}

#[test]
fn an_empty_period_ends_the_work_without_a_document() {
    let skills = shipped();
    let skill = skills.get("financial_reporting").unwrap();
    let (calls, end) =
        drive(skill, run("financial_reporting", Language::En, "en", true), &[("statement", statement(true))]);
    assert_eq!(calls.len(), 1);
    assert_eq!(
        end,
        NextStep::Stop {
            text: "There are no ledger entries for October 2026, so I made no statement and sent nothing.".to_owned()
        }
    );
}

#[test]
fn a_result_without_the_value_a_text_needs_is_an_error() {
    let skills = shipped();
    let skill = skills.get("financial_reporting").unwrap();
    let mut run = run("financial_reporting", Language::En, "en", false);
    run.record(skill, "statement", json!({"call": "call-1", "empty": false}));
    run.record(skill, "pdf", json!({"file": "file-1"}));
    assert_eq!(
        run.next(skill).unwrap_err().to_string(),
        "the skill `financial_reporting` needs ${steps.statement.figures.revenue}, which is not there"
    );
}

#[test]
fn a_step_for_each_item_is_called_once_an_item() {
    let steps = STEPS
        .replacen("    when: ${inputs.recipient}\n", "    for_each: ${inputs.recipients}\n", 1)
        .replacen("to: ${inputs.recipients}", "to: [\"${item}\"]", 1)
        .replacen("{en: Done., zh: 完成。}", "{en: \"${today}\", zh: 完成。}", 1);
    let skills = load_text(MANUAL, &steps).unwrap();
    let skill = skills.get("greeter").unwrap();
    let mut run = run("greeter", Language::En, "en", true);
    run.inputs["recipients"] = json!(["a@mezzofy.example", "b@mezzofy.example"]);
    let (calls, end) = drive(skill, run, &[("mail", json!({"state": "done"}))]);
    assert_eq!(
        calls.iter().map(|(_, input, _)| &input["to"][0]).collect::<Vec<_>>(),
        ["a@mezzofy.example", "b@mezzofy.example"]
    );
    assert_eq!(end, NextStep::Answer { text: "2026-11-22".to_owned() });
}
