use std::fmt::Write;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::*;
use crate::model::sse::EventStream;

mod recorded;

type Outcome = (Result<Reply, ModelError>, String);

/// What comes of a stream that arrives in these pieces, and what was heard of it.
fn assemble(pieces: &[&[u8]]) -> Outcome {
    let mut said = String::new();
    let mut hear = |text: &str| said.push_str(text);
    let mut stream = EventStream::default();
    let mut reply = Assembly::default();
    let mut events: Vec<_> = pieces.iter().flat_map(|piece| stream.push(piece).unwrap()).collect();
    events.extend(stream.finish());
    let taken = events.iter().try_for_each(|event| reply.take(event, &mut hear));
    (taken.and_then(|()| reply.finish()), said)
}

/// The same, which must not depend on where the stream is cut.
fn read(body: &str) -> Outcome {
    let bytes = body.as_bytes();
    let whole = assemble(&[bytes]);
    for cut in 1..bytes.len() {
        assert_eq!(assemble(&[&bytes[..cut], &bytes[cut..]]), whole, "cut at {cut}");
    }
    assert_eq!(assemble(&bytes.chunks(1).collect::<Vec<_>>()), whole);
    whole
}

fn sse(events: &[Value]) -> String {
    events.iter().fold(String::new(), |mut body, event| {
        let _ = write!(body, "event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
        body
    })
}

fn start() -> Value {
    json!({"type": "message_start", "message": {"usage": {"input_tokens": 10, "output_tokens": 1}}})
}

fn begins(index: u64, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn piece(index: u64, delta: &Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn ends(reason: Option<&str>) -> [Value; 2] {
    let delta = json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}});
    [delta, json!({"type": "message_stop"})]
}

fn text(index: u64, words: &[&str]) -> Vec<Value> {
    let mut events = vec![begins(index, &json!({"type": "text", "text": ""}))];
    events.extend(words.iter().map(|it| piece(index, &json!({"type": "text_delta", "text": it}))));
    events.push(json!({"type": "content_block_stop", "index": index}));
    events
}

fn call(index: u64, pieces: &[&str]) -> Vec<Value> {
    let block = json!({"type": "tool_use", "id": format!("toolu_{index}"), "name": "t", "input": {}});
    let mut events = vec![begins(index, &block)];
    events.extend(pieces.iter().map(|it| piece(index, &json!({"type": "input_json_delta", "partial_json": it}))));
    events
}

/// A reply of these blocks' events.
fn reply(blocks: Vec<Vec<Value>>, reason: Option<&str>) -> Reply {
    let mut events = vec![start()];
    events.extend(blocks.into_iter().flatten());
    events.extend(ends(reason));
    read(&sse(&events)).0.unwrap()
}

fn jsons(reply: &Reply) -> Vec<&str> {
    reply.blocks.iter().map(Block::json).collect()
}

fn inputs(reply: &Reply) -> Vec<Result<Map<String, Value>, String>> {
    let views = reply.blocks.iter().map(Block::view);
    views.filter_map(|view| if let BlockView::Call { input, .. } = view { Some(input) } else { None }).collect()
}

fn broken(body: &str) -> String {
    match read(body).0 {
        Err(ModelError::BrokenOff(detail)) => detail,
        other => panic!("{other:?}"),
    }
}

#[test]
fn text_is_heard_as_it_comes_and_kept() {
    let body = sse(&[vec![start()], text(0, &["你", "好 ", "😀"]), ends(Some("end_turn")).to_vec()].concat());
    let (reply, said) = read(&body);
    let reply = reply.unwrap();
    assert_eq!((said.as_str(), reply.text().as_str()), ("你好 😀", "你好 😀"));
    assert_eq!(reply.stop, StopReason::Ended);
    assert_eq!(reply.usage, Usage { input: 10, output: 9, ..Usage::default() });
}

#[test]
fn a_blocks_fields_keep_their_bytes_and_thinking_its_signature() {
    let body = concat!(
        r#"data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","x":1.50,"signature":""}}"#,
        "\n\n",
        r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"a \"b\""}}"#,
        "\n\n",
        r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"Eq+/=="}}"#,
        "\n\n",
        r#"data: {"type":"content_block_start","index":1,"content_block":{"type":"thinking","thinking":"","signature":"s"}}"#,
        "\n\n",
        r#"data: {"type":"content_block_start","index":2,"content_block":{"data":"AB==","type":"redacted_thinking"}}"#,
        "\n\n",
        r#"data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"i","name":"t","input":{},"caller":{"type":"direct"}}}"#,
        "\n\n",
        r#"data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        "\n\n",
        r#"data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"b\": 1.0,"}}"#,
        "\n\n",
        r#"data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"  \"a\":\"\\u00e9\"}"}}"#,
        "\n\n",
        r#"data: {"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#,
        "\n\n",
        r#"data: {"type":"message_stop"}"#,
        "\n\ndata: [DONE]\n\n",
    );
    let (reply, said) = read(body);
    let reply = reply.unwrap();
    let wanted = [
        r#"{"type":"thinking","thinking":"a \"b\"","x":1.50,"signature":"Eq+/=="}"#,
        r#"{"type":"thinking","thinking":"","signature":"s"}"#,
        r#"{"data":"AB==","type":"redacted_thinking"}"#,
        r#"{"type":"tool_use","id":"i","name":"t","input":{"b": 1.0,  "a":"\u00e9"},"caller":{"type":"direct"}}"#,
    ];
    assert_eq!((jsons(&reply), said.as_str(), &reply.stop), (wanted.to_vec(), "", &StopReason::Calls));
}

#[test]
fn a_call_without_json_or_with_an_empty_piece_first_is_a_call() {
    let calls = vec![call(0, &[]), call(1, &[""]), call(2, &["", "{\"a\"", ":1}"])];
    let reply = reply(calls, Some("tool_use"));
    let one = json!({"a": 1}).as_object().unwrap().clone();
    assert_eq!(inputs(&reply), [Ok(Map::new()), Ok(Map::new()), Ok(one)]);
    assert_eq!(reply.stop, StopReason::Calls);
}

#[test]
fn a_call_whose_json_is_broken_too_deep_or_no_object_tells_what_came() {
    let deep = format!("{}1{}", "{\"a\":".repeat(127), "}".repeat(127));
    let reply = reply(vec![call(0, &["{\"a\":"]), call(1, &["[1]"]), call(2, &[&deep])], Some("tool_use"));
    assert_eq!(inputs(&reply)[..2], [Err("{\"a\":".to_owned()), Err("[1]".to_owned())]);
    assert_eq!(inputs(&reply).len(), 3, "none is lost");
    assert!(reply.blocks.iter().all(|block| block.raw().is_some()));
}

#[test]
fn each_reason_to_stop_has_its_meaning() {
    let said = || text(0, &["a"]);
    let called = || call(1, &["{}"]);
    let cases = [
        (vec![said()], Some("end_turn"), StopReason::Ended, 1),
        (vec![said()], Some("stop_sequence"), StopReason::Ended, 1),
        (vec![said(), called()], Some("tool_use"), StopReason::Calls, 2),
        (vec![said(), called()], Some("end_turn"), StopReason::Calls, 2),
        (vec![said()], Some("tool_use"), StopReason::Ended, 1),
        (vec![said()], Some("max_tokens"), StopReason::Cut, 1),
        (vec![said(), called(), call(2, &["{\"a\":\"hal"])], Some("max_tokens"), StopReason::Cut, 1),
        (vec![called()], Some("model_context_window_exceeded"), StopReason::WindowExceeded, 0),
        (vec![said()], Some("pause_turn"), StopReason::Paused, 1),
        (vec![said(), called()], Some("refusal"), StopReason::Refused(None), 1),
        (vec![said()], Some("something_new"), StopReason::Ended, 1),
        (vec![called()], Some("something_new"), StopReason::Calls, 1),
        (vec![said()], None, StopReason::Ended, 1),
        (vec![], Some("end_turn"), StopReason::Ended, 0),
    ];
    for (blocks, reason, stop, count) in cases {
        let reply = reply(blocks, reason);
        assert_eq!((&reply.stop, reply.blocks.len()), (&stop, count), "{reason:?}");
    }
}

#[test]
fn a_refusal_tells_its_category() {
    let details = json!({"type": "refusal", "category": "cyber", "explanation": null});
    let delta = json!({"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": details}});
    let reply = read(&sse(&[start(), delta, json!({"type": "message_stop"})])).0.unwrap();
    assert_eq!(reply.stop, StopReason::Refused(Some("cyber".to_owned())));
}

#[test]
fn what_is_not_known_does_not_harm_and_comes_back_where_it_can() {
    let hologram = json!({"type": "hologram", "beams": 2});
    let events = [
        vec![start(), json!({"type": "weather", "usage": "rain"}), json!({"type": "ping"})],
        vec![begins(0, &hologram), begins(1, &hologram), piece(1, &json!({"type": "beam_delta", "beam": 1}))],
        text(2, &["a"]),
        vec![piece(2, &json!({"type": "mood_delta", "mood": "fine"}))],
        vec![begins(3, &json!({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}))],
        vec![piece(3, &json!({"type": "input_json_delta", "partial_json": "{\"query\":\"x\"}"}))],
        vec![begins(4, &json!({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}))],
        vec![begins(5, &json!({"type": "text", "text": "See", "citations": []}))],
        vec![piece(5, &json!({"type": "citations_delta", "citation": {"url": "u"}}))],
        ends(Some("end_turn")).to_vec(),
    ];
    let (reply, said) = read(&sse(&events.concat()));
    let kinds: Vec<Value> = reply.unwrap().blocks.iter().map(|it| serde_json::from_str(it.json()).unwrap()).collect();
    let wanted = [
        hologram,
        json!({"type": "text", "text": "a"}),
        json!({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}),
        json!({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}),
        json!({"type": "text", "text": "See", "citations": [{"url": "u"}]}),
    ];
    assert_eq!((kinds, said.as_str()), (wanted.to_vec(), "aSee"));
}

#[test]
fn usage_is_cumulative_and_a_cache_write_is_for_five_minutes_unless_told() {
    let usage = |started: Value, ended: Value| {
        let delta = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": ended});
        let started = json!({"type": "message_start", "message": {"usage": started}});
        read(&sse(&[started, delta, json!({"type": "message_stop"})])).0.unwrap().usage
    };
    let split = json!({"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 50});
    let first = json!({"input_tokens": 5, "output_tokens": 1, "cache_read_input_tokens": 700,
        "cache_creation_input_tokens": 150, "cache_creation": split});
    let wanted = Usage { input: 5, cache_read: 700, cache_write_5m: 100, cache_write_1h: 50, output: 33 };
    assert_eq!(usage(first.clone(), json!({"output_tokens": 33, "input_tokens": null})), wanted);
    let later = json!({"output_tokens": 33, "input_tokens": 6, "cache_creation_input_tokens": 170});
    assert_eq!(usage(first, later), Usage { input: 6, cache_write_5m: 120, ..wanted });
    let plain = json!({"input_tokens": 5, "cache_creation_input_tokens": 150, "cache_creation": null});
    let all_5m = Usage { input: 5, cache_write_5m: 150, output: 2, ..Usage::default() };
    assert_eq!(usage(plain, json!({"output_tokens": 2})), all_5m);
}

#[test]
fn a_stream_that_ends_early_or_is_garbled_has_broken_off() {
    let begun = [vec![start()], text(0, &["a"])].concat();
    assert_eq!(broken(""), "it ended in the middle");
    assert_eq!(broken(&sse(&begun)), "it ended in the middle");
    assert_eq!(broken(&(sse(&begun) + "data: [DONE]\n\n")), "it ended in the middle");
    assert_eq!(broken("<html>\n\n<p>Hello</p>\n"), "it ended in the middle");
    assert_eq!(broken("data: {\"type\":\"mess\n\n"), "an event is no JSON");
    assert_eq!(broken("data: {\"kind\":\"ping\"}\n\n"), "an event is no JSON");
    assert_eq!(broken("data: {\"type\":\"message_start\",\"message\":7}\n\n"), "an event is not built as its kind is");
    let stray = sse(&[piece(3, &json!({"type": "text_delta", "text": "a"}))]);
    assert_eq!(broken(&stray), "a piece belongs to no block");
}

#[test]
fn every_beginning_of_a_stream_is_no_reply() {
    let body = sse(&[vec![start()], text(0, &["a"]), call(1, &["{}"]), ends(Some("tool_use")).to_vec()].concat());
    let end = body.rfind("\"message_stop\"}").unwrap() + "\"message_stop\"}".len();
    for cut in 0..end {
        let outcome = assemble(&[&body.as_bytes()[..cut]]).0;
        assert!(matches!(outcome, Err(ModelError::BrokenOff(_))), "cut at {cut}: {outcome:?}");
    }
}

#[test]
fn an_error_in_the_stream_is_an_error_of_its_kind() {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let busy = ModelError::Busy { detail: "Overloaded".to_owned(), retry_after: None, again: true };
    assert_eq!(read(&sse(&[start(), error.clone()])).0, Err(busy));
    let after_text = [vec![start()], text(0, &["a"]), vec![error]].concat();
    assert_eq!(broken(&sse(&after_text)), "Overloaded");
}
