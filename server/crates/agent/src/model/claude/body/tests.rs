use std::io::Write;

use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::json;

use super::*;
use crate::model::{Block, CallResult, Media, Part, Turn};

const CLOSED: &str = "]}]}";

fn me() -> Source {
    Source { provider: "claude".to_owned(), model: "claude-sonnet-5-5".to_owned() }
}

fn tools() -> Vec<ToolDefinition> {
    let tool = |name: &str, properties: Value, required: &[&str]| ToolDefinition {
        name: name.to_owned(),
        description: format!("Does {name}."),
        input_schema: json!({"type": "object", "additionalProperties": false, "properties": properties,
            "required": required}),
    };
    let many: serde_json::Map<_, _> = (0..30).map(|it| (format!("p{it}"), json!({"type": "string"}))).collect();
    vec![
        tool(
            "crm_query",
            json!({"limit": {"type": "integer", "minimum": 1}, "q": {"type": ["string", "null"]}}),
            &["q"],
        ),
        tool("many_options", Value::Object(many), &[]),
        tool("push_notify", json!({"text": {"type": "string", "maxLength": 100}}), &["text"]),
    ]
}

fn request<'a>(history: &'a [Turn], tools: &'a [ToolDefinition]) -> Request<'a> {
    Request { system: "You help.", tools, history, max_tokens: 16_000, answer_schema: None }
}

/// The body, which is also kept for the validators where a folder for such bodies is named.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration to read it from")]
fn body(request: &Request<'_>) -> String {
    let body = of_reply(request, &me(), "high").unwrap();
    if let Ok(folder) = std::env::var("MODEL_REQUESTS") {
        let path = std::path::Path::new(&folder).join("anthropic.jsonl");
        let mut file = std::fs::File::options().append(true).create(true).open(path).unwrap();
        file.write_all(format!("{body}\n").as_bytes()).unwrap();
    }
    body
}

#[test]
fn a_body_has_its_keys_in_the_order_of_their_stability() {
    let tools = tools();
    let history = [Turn::Person(vec![Part::Text("Hello".to_owned())])];
    let body = body(&request(&history, &tools[2..]));
    let schema = r#"{"additionalProperties":false,"properties":{"text":{"description":"(maxLength: 100)","type":"string"}},"required":["text"],"type":"object"}"#;
    let begins = r#"{"model":"claude-sonnet-5-5","max_tokens":16000,"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"high"},"stream":true,"system":[{"type":"text","text":"You help.","cache_control":{"type":"ephemeral"}}],"tools":[{"name":"push_notify","description":"Does push_notify.","strict":true,"input_schema":"#;
    let ends = r#"}],"tool_choice":{"type":"auto"},"cache_control":{"type":"ephemeral"},"messages":[{"role":"user","content":[{"type":"text","text":"Hello"}]}]}"#;
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap()["tools"][0]["input_schema"],
        serde_json::from_str::<Value>(schema).unwrap()
    );
    assert!(body.starts_with(begins) && body.ends_with(ends), "{body}");
}

#[test]
fn a_tool_is_strict_where_the_limits_allow_and_else_sent_as_it_is() {
    let tools = tools();
    let history = [Turn::Person(vec![Part::Text("Hello".to_owned())])];
    let body: Value = serde_json::from_str(&body(&request(&history, &tools))).unwrap();
    let strict: Vec<_> = (0..3).map(|it| body["tools"][it].get("strict").is_some()).collect();
    assert_eq!(strict, [true, false, true]);
    assert_eq!(body["tools"][1]["input_schema"], tools[1].input_schema);
}

#[test]
fn an_answer_that_must_be_json_is_asked_for_by_its_schema() {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["count"],
        "properties": {"count": {"type": "integer", "minimum": 0}}});
    let history = [Turn::Person(vec![Part::Text("Count".to_owned())])];
    let request = Request { answer_schema: Some(&schema), ..request(&history, &[]) };
    let body: Value = serde_json::from_str(&body(&request)).unwrap();
    let format = &body["output_config"]["format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["schema"]["properties"]["count"], json!({"type": "integer", "description": "(minimum: 0)"}));
    assert_eq!((body.get("tools"), body.get("tool_choice")), (None, None));
}

#[test]
fn a_count_asks_for_the_same_prompt_and_no_reply() {
    let tools = tools();
    let history = [Turn::Person(vec![Part::Text("Hello".to_owned())])];
    let request = request(&history, &tools);
    let mut reply: Value = serde_json::from_str(&body(&request)).unwrap();
    let count: Value = serde_json::from_str(&of_count(&request, &me(), "high").unwrap()).unwrap();
    for key in ["max_tokens", "stream"] {
        reply.as_object_mut().unwrap().remove(key);
    }
    assert_eq!(count, reply);
}

#[test]
fn a_body_over_32_mb_is_not_sent() {
    let media = Media {
        name: "a.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        base64: "A".repeat(MAX_REQUEST_BYTES),
    };
    let history = [Turn::Person(vec![Part::Document(media)])];
    let refused = of_reply(&request(&history, &[]), &me(), "high");
    assert!(matches!(refused, Err(ModelError::TooLarge(_))));
}

/// One reply of a generated history, with what follows it.
#[derive(Debug, Clone)]
enum Round {
    Says(String, bool),
    Calls { own: bool, thinks: bool, ids: Vec<u8>, results: usize },
    Pauses,
    SaysNothing,
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let round = prop_oneof![
        ("[a-zé你 \"\\\\]{1,6}", any::<bool>()).prop_map(|(text, own)| Round::Says(text, own)),
        (any::<bool>(), any::<bool>(), prop::collection::vec(0..4_u8, 1..4), 0..4_usize)
            .prop_map(|(own, thinks, ids, results)| Round::Calls { own, thinks, ids, results }),
        Just(Round::Pauses),
        Just(Round::SaysNothing),
    ];
    prop::collection::vec(round, 1..8)
}

fn turns(round: &Round) -> Vec<Turn> {
    let person = || Turn::Person(vec![Part::Text("and then?".to_owned())]);
    let source = |own: &bool| if *own { me() } else { Source { provider: "kimi".to_owned(), model: "k".to_owned() } };
    match round {
        Round::Says(text, own) => vec![Turn::Model { source: source(own), blocks: vec![Block::text(text)] }, person()],
        Round::Calls { own, thinks, ids, results } => {
            let thinking = json!({"type": "thinking", "thinking": "", "signature": "s"});
            let call = |id: &u8| match own {
                true => {
                    json!({"type": "tool_use", "id": format!("toolu_{id}"), "name": "crm_query", "input": {"q": null}})
                }
                false => json!({"type": "tool_use", "id": format!("t:{id}"), "name": "crm_query", "arguments": "{"}),
            };
            let values = thinks.then_some(thinking).into_iter().chain(ids.iter().map(call));
            let result = CallResult { text: "[]".to_owned(), is_error: false };
            let blocks = values.map(|it| Block::of(&it)).collect();
            vec![Turn::Model { source: source(own), blocks }, Turn::Results(vec![result; *results])]
        }
        Round::Pauses => vec![Turn::Model { source: me(), blocks: vec![Block::text("wait")] }],
        Round::SaysNothing => vec![Turn::Model { source: me(), blocks: vec![] }, person()],
    }
}

/// Whether the next body goes on where this one ends: at the end of its last message, or of that message's last block
/// where the reply was empty.
fn goes_on(this: &str, next: &str) -> bool {
    let blocks = this.strip_suffix(CLOSED).unwrap();
    let rest = next.strip_prefix(blocks).unwrap();
    rest.starts_with("]},{\"role\":\"assistant\"") || rest.starts_with(",{") || rest == CLOSED
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_was_sent_once_is_sent_in_the_same_bytes_ever_after(rounds in rounds()) {
        let tools = tools();
        let mut history = vec![Turn::Person(vec![Part::Text("begin".to_owned())])];
        let mut last = body(&request(&history, &tools));
        for round in &rounds {
            history.extend(turns(round));
            let next = body(&request(&history, &tools));
            prop_assert!(goes_on(&last, &next), "{last}\n{next}");
            last = next;
        }
    }
}
