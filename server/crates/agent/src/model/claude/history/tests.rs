use serde_json::json;

use super::*;

fn me() -> Source {
    Source { provider: "claude".to_owned(), model: "claude-sonnet-5-5".to_owned() }
}

fn person(text: &str) -> Turn {
    Turn::Person(vec![Part::Text(text.to_owned())])
}

fn own(blocks: &[Value]) -> Turn {
    Turn::Model { source: me(), blocks: blocks.iter().map(Block::of).collect() }
}

fn foreign(blocks: &[Value]) -> Turn {
    let source = Source { provider: "kimi".to_owned(), model: "kimi-k3".to_owned() };
    Turn::Model { source, blocks: blocks.iter().map(Block::of).collect() }
}

fn results(texts: &[&str]) -> Turn {
    let result = |text: &&str| CallResult { text: (*text).to_owned(), is_error: text.starts_with("no") };
    Turn::Results(texts.iter().map(result).collect())
}

fn call(id: &str) -> Value {
    json!({"type": "tool_use", "id": id, "name": "t", "input": {"a": 1}})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn result(id: &str, text: &str) -> Value {
    json!({"type": "tool_result", "tool_use_id": id, "content": text})
}

fn sent(history: &[Turn]) -> Value {
    serde_json::to_value(messages(history, &me()).unwrap()).unwrap()
}

fn user(content: &[Value]) -> Value {
    json!({"role": "user", "content": content})
}

fn assistant(content: &[Value]) -> Value {
    json!({"role": "assistant", "content": content})
}

#[test]
fn what_a_person_hands_over_goes_with_what_they_say() {
    let media = |name: &str, media_type: &str| Media {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        base64: "AAAA".to_owned(),
    };
    let parts = vec![
        Part::Image(media("a.png", "image/png")),
        Part::Document(media("b.pdf", "application/pdf")),
        Part::Text(" ".to_owned()),
        Part::Text("Read this".to_owned()),
    ];
    let source = |kind: &str| json!({"type": "base64", "media_type": kind, "data": "AAAA"});
    let wanted = user(&[
        json!({"type": "image", "source": source("image/png")}),
        json!({"type": "document", "source": source("application/pdf"), "title": "b.pdf"}),
        text("Read this"),
    ]);
    assert_eq!(sent(&[Turn::Person(parts)]), json!([wanted]));

    for part in [Part::Image(media("a.tiff", "image/tiff")), Part::Document(media("a.doc", "application/msword"))] {
        let refused = messages(&[Turn::Person(vec![part])], &me()).unwrap_err();
        assert!(matches!(refused, ModelError::Unsupported(_)), "{refused}");
    }
}

#[test]
fn an_own_reply_goes_back_in_its_own_bytes() {
    let thinking = r#"{"type":"thinking","thinking":"","signature":"s=="}"#;
    let called = r#"{"type":"tool_use","id":"toolu_1","name":"t","input":{"b": 1.0, "a":"\u00e9"}}"#;
    let unknown = r#"{"type":"hologram","beams":[ 2]}"#;
    let blocks = [thinking, unknown, called].map(|raw| Block::from_json(raw.to_owned()));
    let history = [person("x"), Turn::Model { source: me(), blocks: blocks.to_vec() }, results(&["1"])];
    let body = serde_json::to_string(&messages(&history, &me()).unwrap()).unwrap();
    assert!(body.contains(&format!("[{thinking},{unknown},{called}]")), "{body}");
}

#[test]
fn another_models_thinking_stays_behind_and_its_calls_get_our_ids() {
    let history = [
        person("x"),
        foreign(&[
            json!({"type": "reasoning", "text": "hm"}),
            text("Let me see"),
            json!({"type": "tool_use", "id": "functions.t:0", "name": "t", "arguments": "{\"a\": 1}"}),
            json!({"type": "tool_use", "id": "functions.t:0", "name": "no such tool!", "arguments": "{\"a\""}),
            json!({"type": "hologram"}),
        ]),
        results(&["one", "no two"]),
    ];
    let second = json!({"type": "tool_use", "id": "call_1_1", "name": "no_such_tool_", "input": {}});
    let failed = json!({"type": "tool_result", "tool_use_id": "call_1_1", "content": "no two", "is_error": true});
    let wanted = json!([
        user(&[text("x")]),
        assistant(&[text("Let me see"), call("call_1_0"), second]),
        user(&[result("call_1_0", "one"), failed]),
    ]);
    assert_eq!(sent(&history), wanted);
}

#[test]
fn an_id_that_was_seen_or_could_be_ours_is_replaced_in_both_places() {
    let history = [
        person("x"),
        own(&[call("toolu_1"), call("toolu_1"), call("call_3_0"), call("a b")]),
        results(&["1", "2", "3", "4"]),
        own(&[call("toolu_1"), call("toolu_2")]),
        results(&["5", "6"]),
    ];
    let wanted = json!([
        user(&[text("x")]),
        assistant(&[call("toolu_1"), call("call_1_1"), call("call_1_2"), call("call_1_3")]),
        user(&[result("toolu_1", "1"), result("call_1_1", "2"), result("call_1_2", "3"), result("call_1_3", "4")]),
        assistant(&[call("call_3_0"), call("toolu_2")]),
        user(&[result("call_3_0", "5"), result("toolu_2", "6")]),
    ]);
    assert_eq!(sent(&history), wanted);
}

#[test]
fn results_come_first_and_every_call_has_one() {
    let history = [person("x"), own(&[call("a"), call("b")]), results(&["1"]), person("and?"), person("now")];
    let missing = json!({"type": "tool_result", "tool_use_id": "b", "content": NO_RESULT, "is_error": true});
    let wanted = user(&[result("a", "1"), missing, text("and?"), text("now")]);
    assert_eq!(sent(&history)[2], wanted);
}

#[test]
fn a_call_whose_input_is_no_object_goes_back_with_none() {
    let odd = json!({"type": "tool_use", "id": "a", "name": "t", "input": {}, "arguments": "{\"x"});
    let list = json!({"type": "tool_use", "id": "b", "name": "t", "input": [1]});
    let empty = |id: &str| json!({"type": "tool_use", "id": id, "name": "t", "input": {}});
    let sent = sent(&[person("x"), own(&[odd, list]), results(&["no", "no"])]);
    assert_eq!(sent[1], assistant(&[empty("a"), empty("b")]));
}

#[test]
fn what_the_service_would_refuse_is_left_out() {
    let cut = json!({"type": "thinking", "thinking": "I was cut", "signature": ""});
    let signed = json!({"type": "thinking", "thinking": "I lead nowhere", "signature": "s"});
    let history = [
        person("x"),
        own(&[cut.clone(), text(""), text("\n"), text("said"), signed.clone()]),
        person("y"),
        own(&[cut, signed]),
        person("z"),
        own(&[]),
    ];
    let wanted = json!([user(&[text("x")]), assistant(&[text("said")]), user(&[text("y"), text("z")])]);
    assert_eq!(sent(&history), wanted);
}

#[test]
fn a_paused_reply_is_told_to_go_on_now_and_in_every_later_turn() {
    let paused = [person("x"), own(&[text("a")])];
    let first = json!([user(&[text("x")]), assistant(&[text("a")]), user(&[text(GO_ON)])]);
    assert_eq!(sent(&paused), first);
    let later = [person("x"), own(&[text("a")]), own(&[text("b")]), person("y")];
    let wanted = json!([first[0], first[1], first[2], assistant(&[text("b")]), user(&[text("y")])]);
    assert_eq!(sent(&later), wanted);
    assert_eq!(sent(&[]), json!([user(&[text(GO_ON)])]));
}
