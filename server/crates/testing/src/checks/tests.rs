use serde_json::{Value, json};

use super::*;

mod chats;
mod message;

/// Puts a value at a place of the body; the end of an array is `-`.
fn put(body: &mut Value, place: &str, value: Value) {
    let (parent, key) = place.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        object => object[key] = value,
    }
}

/// Each wrong body is refused for its reason and nothing else is wrong with it.
fn refuses(good: &Value, check: fn(&Value) -> Vec<String>, wrong: &[(&[(&str, Value)], &str)]) {
    assert_eq!(check(good), Vec::<String>::new());
    for (changes, reason) in wrong {
        let mut body = good.clone();
        for (place, value) in *changes {
            put(&mut body, place, value.clone());
        }
        let problems = check(&body);
        assert!(problems.iter().any(|problem| problem.contains(reason)), "{reason}: {problems:?}");
    }
}

#[test]
fn the_share_is_what_the_next_input_has_of_the_one_before() {
    let body =
        |messages: &str| format!(r#"{{"model":"m","max_tokens":9,"system":"ssss","tools":[],"messages":{messages}}}"#);
    let (one, two) = (body(r#"[{"a":1}]"#), body(r#"[{"a":1},{"b":2}]"#));
    // 18 of the 27 bytes of the tools, the system and the messages.
    assert!((prefix_share(&one, &two) - 18.0 / 27.0).abs() < 1e-9);
    assert!((prefix_share(&one, &one) - 1.0).abs() < 1e-9);
    assert!(prefix_share(&one, "no body").abs() < 1e-9);
}

#[test]
fn results_are_read_in_both_protocols() {
    let messages = json!({"messages": [{"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "a", "content": "1"},
        {"type": "tool_result", "tool_use_id": "b", "content": [{"type": "text", "text": "2"}]},
        {"type": "text", "text": "and"}]}]});
    let chat = json!({"messages": [{"role": "tool", "content": "0"}, {"role": "user", "content": "x"},
        {"role": "tool", "content": "1"}, {"role": "tool", "content": "2"}]});
    assert_eq!(results(&messages), ["1", "2"]);
    assert_eq!(results(&chat), ["1", "2"]);
}
