use serde_json::json;

use serde_json::Map;

use super::*;

#[test]
fn a_block_is_kept_as_it_came_and_understood_as_far_as_we_can() {
    let raw = r#"{"type":"thinking","thinking":"a  b","signature":"s=="}"#;
    let block: Block = serde_json::from_value(serde_json::to_value(Block::from_json(raw.to_owned())).unwrap()).unwrap();
    assert_eq!((block.json(), block.view()), (raw, View::Thinking));
    assert_eq!(Block::of(&json!({"type": "hologram"})).view(), View::Unknown);
    assert_eq!(Block::from_json("no json".to_owned()).view(), View::Unknown);
}

#[test]
fn a_call_without_any_json_has_an_empty_input() {
    let call = |arguments: &str| {
        let block = Block::of(&json!({"type": "tool_use", "id": "a", "name": "t", "arguments": arguments}));
        match block.view() {
            View::Call { input, .. } => input,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(call(""), Ok(Map::new()));
    assert_eq!(call("[1]"), Err("[1]".to_owned()));
    assert_eq!(call(r#"{"a":1}"#).unwrap()["a"], 1);
}

#[test]
fn the_text_of_a_reply_leaves_out_what_is_not_said() {
    let blocks = vec![Block::of(&json!({"type": "thinking"})), Block::text("Hello "), Block::text("there")];
    let reply = Reply { blocks, stop: Stop::Ended, usage: Usage::default() };
    assert_eq!(reply.text(), "Hello there");
}
