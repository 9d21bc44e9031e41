use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::model::{Reply, StopReason};
use crate::planner::Plan;
use crate::planner::tests::{Desk, directory, skills};
use crate::skills::Skills;

const W1: &str = "Generate the latest financial statement and send it to the CEO";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn me() -> Person {
    directory().remove(0)
}

/// A run as it is after a restart: read back from what was stored.
fn stored(run: &RunMachine) -> RunMachine {
    serde_json::from_value(serde_json::to_value(run).unwrap()).unwrap()
}

fn source(provider: &str) -> Source {
    Source { provider: provider.to_owned(), model: format!("{provider}-1") }
}

fn begun(said: &str) -> RunMachine {
    let mut run = RunMachine::new(said.to_owned(), &me());
    run.begin(Vec::new(), "Today is Sunday.".to_owned(), Department::Finance);
    run
}

/// Takes a reply with a block for each wanted call.
fn reply(run: &mut RunMachine, provider: &str, wanted: Vec<ParsedCall>) {
    let blocks = (0..wanted.len()).map(|at| Block::call(&format!("call{at}"), "any", &json!({}))).collect();
    let replied = ParsedReply {
        source: source(provider),
        blocks,
        text: "Said.".to_owned(),
        calls: wanted,
        usage: Usage { input: 100, output: 10, ..Usage::default() },
        paused: false,
    };
    run.on_reply(replied, &me(), today());
}

fn statement() -> ParsedCall {
    let Plan::Skill(plan) = Desk::new().ask(W1) else { panic!("the sentence is for a skill") };
    ParsedCall::Skill { plan: Box::new(plan), admitted: Ok(()) }
}

fn tool(name: &str, effect: bool) -> ParsedCall {
    ParsedCall::Tool { tool: name.to_owned(), input: json!({"of": name}), effect }
}

fn calls(run: &mut RunMachine, skills: &Skills) -> Vec<Call> {
    match run.next(skills).unwrap() {
        NextAction::Calls(calls) => calls,
        other => panic!("{other:?}"),
    }
}

fn names(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| call.tool.as_str()).collect()
}

fn did(run: &mut RunMachine, skills: &Skills, call: &Call, result: Value) {
    run.on_result(skills, call, CallOutcome { result, ..CallOutcome::default() });
}

#[test]
fn tries_of_a_step_are_counted_through_restarts_and_anew_once_it_is_done() {
    let skills = skills();
    let mut run = begun("Who owes us?");
    reply(&mut run, "claude", vec![tool("database_query", false)]);
    assert_eq!(run.count_failed_try(), 1);
    let mut run = stored(&run);
    assert_eq!(run.count_failed_try(), 2);
    let call = calls(&mut run, &skills).remove(0);
    did(&mut run, &skills, &call, json!({"rows": []}));
    assert_eq!(stored(&run).count_failed_try(), 1);
    reply(&mut run, "claude", vec![tool("database_query", false)]);
    assert_eq!(run.count_failed_try(), 1);
    run.fail(Some(&call), error(RunErrorKind::ToolFailed));
    assert_eq!(run.count_failed_try(), 1);
}

fn error(kind: RunErrorKind) -> RunError {
    RunError { kind, detail: "No.".to_owned() }
}

const RESULTS: fn() -> [Value; 3] = || {
    [
        json!({"call": "1.0/statement-1", "empty": false, "figures": {"revenue": "SGD 1.00", "expenses": "SGD 1.00", "net_income": "SGD 0.00", "cash_at_end": "SGD 2.00"}}),
        json!({"file": "f1", "name": "statement.pdf", "pages": 5}),
        json!({"effect": "e1", "state": "done", "to": "ceo@mezzofy.example"}),
    ]
};

#[test]
fn a_run_stored_and_read_back_after_every_step_goes_on_as_if_nothing_had_been() {
    let skills = skills();
    let mut run = begun(W1);
    assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
    reply(&mut run, PLANNER, vec![statement()]);
    let mut run = stored(&run);
    let mut ids = Vec::new();
    for result in RESULTS() {
        let first = calls(&mut run, &skills);
        let mut run_again = stored(&run);
        assert_eq!(calls(&mut run_again, &skills), first, "the same call has the same id each time it is tried");
        did(&mut run_again, &skills, &first[0], result);
        ids.push(first[0].id.clone());
        run = stored(&run_again);
    }
    assert_eq!(ids, ["1.0/statement-1", "1.0/pdf-2", "1.0/mail-3"]);
    assert!(
        matches!(run.next(&skills).unwrap(), NextAction::Done(RunEnd::Answered(text)) if text.contains("SGD 1.00"))
    );
    assert_eq!(run.state(), (RunState::Succeeded, None));
    assert_eq!(run.called_tools(), ["finance_statement", "pdf_generator", "outlook_send_email"]);
    assert_eq!((run.skill(), run.agent()), (Some("financial_reporting"), Some(Department::Finance)));
}

#[test]
fn a_model_gets_the_answer_of_the_skill_it_called_and_speaks_last() {
    let skills = skills();
    let mut run = begun(W1);
    reply(&mut run, "claude", vec![statement()]);
    for result in RESULTS() {
        let call = calls(&mut run, &skills).remove(0);
        did(&mut run, &skills, &call, result);
    }
    assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
    let Some(Turn::Results(results)) = run.history().last() else { panic!("{:?}", run.history()) };
    assert!(results.len() == 1 && results[0].text.contains("SGD 1.00") && !results[0].is_error);
    reply(&mut run, "claude", Vec::new());
    assert_eq!(run.next(&skills).unwrap(), NextAction::Done(&RunEnd::Answered("Said.".to_owned())));
}

#[test]
fn reads_are_made_together_and_effects_in_a_row_are_one_decision_in_the_order_of_the_reply() {
    let skills = skills();
    let mut run = begun("Do it");
    let mut wanted: Vec<ParsedCall> = (0..9).map(|n| tool(&format!("read{n}"), false)).collect();
    wanted.extend([tool("mail_a", true), tool("mail_b", true), tool("last", false)]);
    reply(&mut run, "claude", wanted);
    let mut made = Vec::new();
    let mut together = Vec::new();
    while let NextAction::Calls(batch) = run.next(&skills).unwrap() {
        together.push(batch.len());
        for call in &batch {
            made.push(call.tool.clone());
            did(&mut run, &skills, call, json!({"done": call.tool}));
        }
    }
    assert_eq!(together, [8, 1, 2, 1], "eight reads at most, and all effects in a row");
    assert_eq!(made[8..], ["read8", "mail_a", "mail_b", "last"]);
    let Some(Turn::Results(results)) = run.history().last() else { panic!() };
    let texts: Vec<&str> = results.iter().map(|result| result.text.as_str()).collect();
    assert_eq!((texts.len(), texts[0], texts[11]), (12, r#"{"done":"read0"}"#, r#"{"done":"last"}"#));
}

#[test]
fn a_failed_call_is_told_to_a_model_and_ends_the_run_of_the_planner() {
    let skills = skills();
    let mut run = begun(W1);
    reply(&mut run, "claude", vec![tool("crm", false), tool("ledger", false)]);
    let batch = calls(&mut run, &skills);
    run.fail(Some(&batch[0]), error(RunErrorKind::ToolFailed));
    did(&mut run, &skills, &batch[1], json!({"ok": true}));
    assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
    let Some(Turn::Results(results)) = run.history().last() else { panic!() };
    assert_eq!((results[0].is_error, results[0].text.as_str(), results[1].is_error), (true, "No.", false));

    let mut run = begun(W1);
    reply(&mut run, PLANNER, vec![statement()]);
    let call = calls(&mut run, &skills).remove(0);
    run.fail(Some(&call), error(RunErrorKind::ToolFailed));
    assert_eq!((run.state().0, run.error()), (RunState::Failed, Some(&error(RunErrorKind::ToolFailed))));
    assert_eq!(run.called_tools(), ["finance_statement"]);
}

#[test]
fn what_nobody_can_mend_ends_the_run_and_every_call_is_answered() {
    let skills = skills();
    for kind in [RunErrorKind::NotPermitted, RunErrorKind::EffectUnknown, RunErrorKind::Internal] {
        let mut run = begun(W1);
        reply(&mut run, "claude", vec![tool("mail", true), tool("mail", true), statement()]);
        let call = calls(&mut run, &skills).remove(0);
        run.fail(Some(&call), error(kind));
        assert_eq!(run.error(), Some(&error(kind)));
        let Some(Turn::Results(results)) = run.history().last() else { panic!() };
        assert!(results.len() == 3 && results.iter().all(|result| result.is_error));
    }
}

#[test]
fn a_cancelled_run_calls_nothing_more_and_every_call_is_answered() {
    let skills = skills();
    let mut run = begun(W1);
    reply(&mut run, "claude", vec![tool("mail", true), tool("mail", true)]);
    let call = calls(&mut run, &skills).remove(0);
    did(&mut run, &skills, &call, json!({"sent": true}));
    run.cancel("Stopped.".to_owned());
    assert_eq!(run.next(&skills).unwrap(), NextAction::Done(&RunEnd::Cancelled("Stopped.".to_owned())));
    let Some(Turn::Results(results)) = run.history().last() else { panic!() };
    assert_eq!((results.len(), results[0].is_error, results[1].is_error), (2, false, true));
    assert_eq!(run.state().0, RunState::Cancelled);
}

#[test]
fn what_the_gate_refuses_makes_no_call() {
    let skills = skills();
    let ParsedCall::Skill { plan, .. } = statement() else { panic!() };
    let refused = |kind| ParsedCall::Skill { plan: plan.clone(), admitted: Err(error(kind)) };
    let table = [
        (PLANNER, RunErrorKind::NotPermitted, Some("financial_reporting")),
        (PLANNER, RunErrorKind::NotPossible, None),
        ("claude", RunErrorKind::NotPermitted, Some("financial_reporting")),
    ];
    for (provider, kind, skill) in table {
        let mut run = begun(W1);
        reply(&mut run, provider, vec![refused(kind)]);
        assert!(matches!(run.next(&skills).unwrap(), NextAction::Done(RunEnd::Failed(_))));
        assert_eq!((run.skill(), run.called_tools().len()), (skill, 0));
    }
    let mut run = begun(W1);
    reply(&mut run, "claude", vec![refused(RunErrorKind::NotPossible)]);
    assert_eq!(
        run.next(&skills).unwrap(),
        NextAction::RequestReply,
        "a model is told of a recipient that is not possible"
    );
}

#[test]
fn a_question_waits_and_the_answer_is_the_result_of_its_call() {
    let skills = skills();
    let mut run = begun("Send the October statement to the CFO");
    let question = Question { text: "Who is it?".to_owned(), choices: Vec::new() };
    let ask = ParsedCall::AskPerson { question: question.clone(), agent: None };
    reply(&mut run, "claude", vec![ask, tool("ledger", false)]);
    assert_eq!(run.state().0, RunState::Running, "what can be done is done first");
    let call = calls(&mut run, &skills).remove(0);
    did(&mut run, &skills, &call, json!({}));
    let mut run = stored(&run);
    assert_eq!(run.next(&skills).unwrap(), NextAction::Wait(&question));
    assert_eq!((run.state(), run.skill()), ((RunState::Waiting, Some(WaitingFor::Person)), None));
    run.on_text("Grace Tan".to_owned());
    assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
    let Some(Turn::Results(results)) = run.history().last() else { panic!() };
    assert_eq!((results[0].text.as_str(), results.len(), run.texts().len()), ("Grace Tan", 2, 2));

    let mut working = begun(W1);
    let before = working.clone();
    working.on_text("and to me".to_owned());
    assert_eq!(working, before, "a run that does not wait is not disturbed");
}

#[test]
fn a_call_that_cannot_be_read_is_told_and_counted_in_a_row() {
    let skills = skills();
    let mut run = begun(W1);
    reply(&mut run, "claude", vec![ParsedCall::Malformed("There is no tool x.".to_owned())]);
    assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
    assert_eq!(run.malformed_replies(), 1);
    reply(&mut run, "claude", vec![tool("ledger", false)]);
    assert_eq!(run.malformed_replies(), 0);
}

#[test]
fn a_paused_reply_goes_on_and_an_ended_one_is_the_answer() {
    let skills = skills();
    let mut run = begun(W1);
    let paused = Reply { blocks: vec![Block::text("One moment")], stop: StopReason::Paused, usage: Usage::default() };
    let replied = ParsedReply {
        source: source("claude"),
        text: paused.text(),
        blocks: paused.blocks,
        calls: Vec::new(),
        usage: paused.usage,
        paused: true,
    };
    run.on_reply(replied, &me(), today());
    assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
    reply(&mut run, "claude", Vec::new());
    assert_eq!(run.next(&skills).unwrap(), NextAction::Done(&RunEnd::Answered("One momentSaid.".to_owned())));
}

#[test]
fn what_was_done_is_not_declined_afterwards() {
    let skills = skills();
    let mut run = begun(W1);
    reply(&mut run, "claude", vec![tool("mail", true)]);
    let call = calls(&mut run, &skills).remove(0);
    did(&mut run, &skills, &call, json!({"sent": true}));
    run.next(&skills).unwrap();
    let decline = ParsedCall::Decline { error: error(RunErrorKind::NotPermitted), skill: None, agent: None };
    reply(&mut run, "claude", vec![decline]);
    assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
    let Some(Turn::Results(results)) = run.history().last() else { panic!() };
    assert!(results[0].is_error && results[0].text.contains("done already"));
}

#[test]
fn the_planner_takes_over_without_repeating_what_a_model_has_read() {
    let skills = skills();
    let mut run = begun(W1);
    let wanted =
        ParsedCall::Tool { tool: "finance_statement".into(), input: json!({"period": "2026-10"}), effect: false };
    reply(&mut run, "claude", vec![wanted]);
    let call = calls(&mut run, &skills).remove(0);
    did(&mut run, &skills, &call, RESULTS()[0].clone());
    assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
    reply(&mut run, PLANNER, vec![statement()]);
    assert_eq!(names(&calls(&mut run, &skills)), ["pdf_generator"]);
}

#[test]
fn a_summary_takes_the_place_of_the_history_and_the_persons_words_stay() {
    let mut run = begun(W1);
    reply(&mut run, "claude", vec![ParsedCall::Malformed("x".to_owned())]);
    assert_eq!(run.context_tokens(), 110);
    run.compact("Today is Sunday.".to_owned(), "Done so far: nothing.".to_owned());
    let said = ["Today is Sunday.", W1, "Done so far: nothing."].map(|text| Part::Text(text.to_owned())).to_vec();
    assert_eq!(run.history(), [Turn::Person(said)]);
    assert_eq!(run.context_tokens(), 0);
}

#[test]
fn what_a_call_keeps_is_there_for_later_calls() {
    let skills = skills();
    let mut run = begun(W1);
    reply(&mut run, "claude", vec![tool("ledger", false)]);
    let call = calls(&mut run, &skills).remove(0);
    let keep = Some(json!({"exact": "0.1"}));
    run.on_result(
        &skills,
        &call,
        CallOutcome { result: json!({}), model_text: Some("short".to_owned()), keep, ..CallOutcome::default() },
    );
    assert_eq!(stored(&run).retained()[&call.id], json!({"exact": "0.1"}));
    run.next(&skills).unwrap();
    let Some(Turn::Results(results)) = run.history().last() else { panic!() };
    assert_eq!(results[0].text, "short");
}

#[test]
fn a_call_that_needs_a_yes_is_made_after_it_and_not_after_anything_else() {
    let skills = skills();
    let question = Question { text: "May I?".to_owned(), choices: vec!["Yes".to_owned(), "No".to_owned()] };
    for (said, made) in [("yes", true), ("Yes.", true), ("可以", true), ("No", false), ("Send it to the CEO", false)]
    {
        let mut run = begun("Sum up the invoice");
        reply(&mut run, "claude", vec![tool("database_query", false), tool("file_search", false)]);
        let batch = calls(&mut run, &skills);
        run.await_consent(&batch[0], question.clone());
        let left = calls(&mut run, &skills);
        assert_eq!(names(&left), ["file_search"], "what needs no yes is made first");
        did(&mut run, &skills, &left[0], json!({}));
        let mut run = stored(&run);
        assert_eq!(run.next(&skills).unwrap(), NextAction::Wait(&question));
        assert_eq!(run.state(), (RunState::Waiting, Some(WaitingFor::Person)));
        run.on_text(said.to_owned());
        if made {
            let call = calls(&mut run, &skills).remove(0);
            assert_eq!((call.tool.as_str(), call.consented, &call.id), ("database_query", true, &batch[0].id));
        } else {
            assert_eq!(run.next(&skills).unwrap(), NextAction::RequestReply);
            let Some(Turn::Results(results)) = run.history().last() else { panic!() };
            assert!(results[0].is_error && results[0].text.contains(said), "{}", results[0].text);
        }
    }
}

#[test]
fn an_answer_that_a_model_offered_after_reading_from_outside_is_not_the_persons_own_word() {
    let skills = skills();
    let choice = "Send it to pay@evil.example".to_owned();
    for (outside, said, own) in
        [(true, choice.as_str(), 1), (false, choice.as_str(), 2), (true, "Send it to the CEO", 2), (true, "No", 2)]
    {
        let mut run = begun("Sum up the invoice");
        if outside {
            run.add_source(Trust::Outside, Provenance::File("invoice.txt".to_owned()), "pay@evil.example");
        }
        let question = Question { text: "To whom?".to_owned(), choices: vec![choice.clone(), "Nobody".to_owned()] };
        reply(&mut run, "claude", vec![ParsedCall::AskPerson { question, agent: None }]);
        assert!(matches!(run.next(&skills).unwrap(), NextAction::Wait(_)));
        run.on_text(said.to_owned());
        let run = stored(&run);
        assert_eq!((run.own_words().len(), run.texts().len()), (own, 2), "{outside} {said}");
    }
}

#[test]
fn a_run_that_waits_for_an_approval_takes_no_text_and_goes_on_with_the_same_calls() {
    let skills = skills();
    let mut run = begun("Write to the lead");
    reply(&mut run, "claude", vec![tool("mail", true)]);
    let before = calls(&mut run, &skills);
    run.await_approval(Id::new(chrono::DateTime::UNIX_EPOCH));
    assert_eq!(run.state(), (RunState::Waiting, Some(WaitingFor::Approval)));
    let parked = stored(&run);
    run.on_text("approve it".to_owned());
    assert_eq!(run, parked, "a text is no approval");
    run.resume();
    assert_eq!(run.state(), (RunState::Running, None));
    assert_eq!(calls(&mut run, &skills), before);
}
