use serde_json::json;

use serde_json::Map;

use super::*;

#[test]
fn a_block_is_kept_as_it_came_and_understood_as_far_as_we_can() {
    let raw = r#"{"type":"thinking","thinking":"a  b","signature":"s=="}"#;
    let block: Block = serde_json::from_value(serde_json::to_value(Block::from_json(raw.to_owned())).unwrap()).unwrap();
    assert_eq!((block.json(), block.view()), (raw, BlockView::Thinking));
    assert_eq!(Block::of(&json!({"type": "hologram"})).view(), BlockView::Unknown);
    assert_eq!(Block::from_json("no json".to_owned()).view(), BlockView::Unknown);
}

#[test]
fn a_call_without_any_json_has_an_empty_input() {
    let call = |arguments: &str| {
        let block = Block::of(&json!({"type": "tool_use", "id": "a", "name": "t", "arguments": arguments}));
        match block.view() {
            BlockView::Call { input, .. } => input,
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
    let reply = Reply { blocks, stop: StopReason::Ended, usage: Usage::default() };
    assert_eq!(reply.text(), "Hello there");
}

#[test]
fn a_character_that_cannot_be_stored_is_left_out_of_blocks_and_results() {
    let block = Block::from_json(r#"{"type":"text","text":"a\u0000b \\\\u0000"}"#.to_owned());
    assert_eq!(block.view(), BlockView::Text("ab \\\\u0000".to_owned()));
    let arguments =
        Block::of(&json!({"type": "tool_use", "id": "a", "name": "t", "arguments": "{\"q\":\"x\\u0000\"}"}));
    assert!(!arguments.json().contains("u0000") || matches!(arguments.view(), BlockView::Call { input: Ok(_), .. }));
    let mut result = json!({"a\0": ["b\0", 1]});
    leave_out_nul(&mut result);
    assert_eq!(result, json!({"a": ["b", 1]}));
}
