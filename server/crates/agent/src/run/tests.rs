use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::planner::tests::{Desk, directory, skills};
use crate::skills::Skills;

const W1: &str = "Generate the latest financial statement and send it to the CEO";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

/// A run as it is after a restart: read back from what was stored.
fn stored(run: &Run) -> Run {
    serde_json::from_value(serde_json::to_value(run).unwrap()).unwrap()
}

fn planned(said: &str) -> Run {
    let me = &directory()[0];
    let mut run = Run::new(said.to_owned(), me);
    run.planned(Desk::new().ask(said), me, today(), Ok(()));
    run
}

fn call(run: &mut Run, skills: &Skills) -> Call {
    match run.next(skills).unwrap() {
        Next::Call(call) => call,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_stored_and_read_back_after_every_step_goes_on_as_if_nothing_had_been() {
    let skills = skills();
    let mut run = stored(&planned(W1));
    let results = [
        json!({"call": "statement-1", "empty": false, "figures": {"revenue": "SGD 1.00", "expenses": "SGD 1.00", "net_income": "SGD 0.00", "cash_at_end": "SGD 2.00"}}),
        json!({"file": "f1", "name": "statement.pdf", "pages": 5}),
        json!({"effect": "e1", "state": "done", "to": "ceo@mezzofy.example"}),
    ];
    let mut ids = Vec::new();
    for result in results {
        let first = call(&mut run, &skills);
        let mut run_again = stored(&run);
        assert_eq!(call(&mut run_again, &skills), first, "the same call has the same id each time it is tried");
        run_again.called(&skills, &first, result, None);
        ids.push(first.id);
        run = stored(&run_again);
    }
    assert_eq!(ids, ["statement-1", "pdf-2", "mail-3"]);
    assert!(matches!(run.next(&skills).unwrap(), Next::Done(End::Answered(text)) if text.contains("SGD 1.00")));
    assert_eq!(run.state(), (RunState::Succeeded, None));
    assert_eq!(run.tools(), ["finance_statement", "pdf_generator", "outlook_send_email"]);
}

#[test]
fn what_a_call_keeps_is_there_for_later_calls() {
    let skills = skills();
    let mut run = planned(W1);
    let first = call(&mut run, &skills);
    run.called(
        &skills,
        &first,
        json!({"call": first.id, "empty": false, "figures": {}}),
        Some(json!({"exact": "0.1"})),
    );
    assert_eq!(stored(&run).kept()[&first.id], json!({"exact": "0.1"}));
}

#[test]
fn a_failed_call_ends_the_run_with_its_reason() {
    let skills = skills();
    let mut run = planned(W1);
    let first = call(&mut run, &skills);
    let error = RunError { kind: RunErrorKind::ToolFailed, detail: "The ledger is shut.".to_owned() };
    run.failed(Some(&first), error.clone());
    assert_eq!((run.state().0, run.error()), (RunState::Failed, Some(&error)));
    assert_eq!(run.tools(), ["finance_statement"]);
}

#[test]
fn what_the_gate_refuses_makes_no_call() {
    let skills = skills();
    let me = &directory()[0];
    for (kind, skill) in [(RunErrorKind::NotPermitted, Some("financial_reporting")), (RunErrorKind::NotPossible, None)]
    {
        let mut run = Run::new(W1.to_owned(), me);
        let refusal = RunError { kind, detail: "No.".to_owned() };
        run.planned(Desk::new().ask(W1), me, today(), Err(refusal));
        assert!(matches!(run.next(&skills).unwrap(), Next::Done(End::Failed(_))));
        assert_eq!((run.skill(), run.tools().len()), (skill, 0));
    }
}

#[test]
fn a_question_waits_and_only_the_answer_carries_on() {
    let skills = skills();
    let mut run = planned("Send the October statement to the CFO");
    assert!(matches!(run.next(&skills).unwrap(), Next::Wait(_)));
    assert_eq!((run.state(), run.skill()), ((RunState::Waiting, Some(WaitingFor::Person)), None));
    run.said("Grace Tan".to_owned());
    let mut run = stored(&run);
    let Next::Plan { texts, open: Some(_) } = run.next(&skills).unwrap() else {
        panic!("it plans with the question at hand")
    };
    assert_eq!(texts.len(), 2);

    let mut working = planned(W1);
    let before = working.clone();
    working.said("and to me".to_owned());
    assert_eq!(working, before, "a run that does not wait is not disturbed");
}

#[test]
fn a_cancelled_run_calls_nothing_more() {
    let skills = skills();
    let mut run = planned(W1);
    call(&mut run, &skills);
    run.cancelled("Stopped.".to_owned());
    assert!(matches!(run.next(&skills).unwrap(), Next::Done(End::Cancelled(_))));
    assert_eq!(run.state().0, RunState::Cancelled);
}
