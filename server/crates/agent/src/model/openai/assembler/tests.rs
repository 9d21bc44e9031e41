use std::time::Duration;

use futures_util::{StreamExt, stream};
use mezzofy_domain::usage::Usage;
use serde_json::Value;

use crate::model::openai::assemble;
use crate::model::wire::Events;
use crate::model::{Block, BlockView, ModelError, Reply, StopReason};

/// Kimi: thinking first, usage in the choice, and in the last chunk once more.
const KIMI: &str = concat!(
    "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"先看\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"账本。\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"您好 😀\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" \\\"Tom\\\"\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":671,\"completion_tokens\":113,\"total_tokens\":784,\"cached_tokens\":512}}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":671,\"completion_tokens\":113,\"total_tokens\":784,\"cached_tokens\":512}}\n\n",
    "data: [DONE]\n\n",
);

/// Two calls whose arguments come in turns, the second without any; CRLF, a comment, fields that nobody knows.
const INTERLEAVED: &str = concat!(
    ": hello\r\n\r\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"crm_query\",\"arguments\":\"\"}}]}}],\"mood\":{\"deep\":[1]}}\r\n\r\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"finance_statement\",\"arguments\":\"{\\\"per\"}}]}}]}\r\n\r\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"iod\\\":  \\\"2026-10\\\"\"}},{\"index\":1,\"function\":{\"arguments\":\"\"}}]}}]}\r\n\r\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]},\"finish_reason\":null,\"odd\":1}],\"usage\":null}\r\n\r\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\r\n\r\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":64}}}\r\n\r\n",
    "data: [DONE]\r\n\r\n",
);

async fn read(pieces: Vec<Result<Vec<u8>, String>>) -> (Result<Reply, ModelError>, Vec<String>) {
    let mut heard = Vec::new();
    let events = Events::of(stream::iter(pieces).boxed(), Duration::from_mins(1));
    let reply = assemble(events, &mut |text: &str| heard.push(text.to_owned())).await;
    (reply, heard)
}

async fn whole(body: &str) -> Result<Reply, ModelError> {
    read(vec![Ok(body.as_bytes().to_vec())]).await.0
}

/// A stream of these choices' deltas and this reason.
fn body_of(deltas: &[&str], finish: &str) -> String {
    let told = deltas.iter().map(|delta| format!("{{\"index\":0,\"delta\":{delta}}}"));
    let end = format!("{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"{finish}\"}}");
    let chunks = told.chain([end]).map(|choice| format!("data: {{\"choices\":[{choice}]}}\n\n"));
    chunks.chain(["data: [DONE]\n\n".to_owned()]).collect()
}

fn calls(reply: &Reply) -> Vec<(String, String, String)> {
    let call = |block: &Block| match block.view() {
        BlockView::Call { id, name, .. } => {
            let json: Value = serde_json::from_str(block.json()).unwrap();
            Some((id, name, json["arguments"].as_str().unwrap().to_owned()))
        }
        BlockView::Text(_) | BlockView::Thinking | BlockView::Unknown => None,
    };
    reply.blocks.iter().filter_map(call).collect()
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.to_owned(), name.to_owned(), arguments.to_owned())
}

#[tokio::test]
async fn a_reply_is_the_same_wherever_the_bytes_are_cut() {
    let broken = KIMI.replace("\"delta\":{},", "\"delta\":[,");
    let bodies = [KIMI, INTERLEAVED, broken.as_str()];
    for body in bodies {
        let bytes = body.as_bytes();
        let wanted = read(vec![Ok(bytes.to_vec())]).await;
        for cut in 0..=bytes.len() {
            let (first, second) = bytes.split_at(cut);
            assert_eq!(read(vec![Ok(first.to_vec()), Ok(second.to_vec())]).await, wanted, "cut at {cut}");
        }
        assert_eq!(read(bytes.iter().map(|byte| Ok(vec![*byte])).collect()).await, wanted);
    }
}

#[tokio::test]
async fn thinking_text_and_usage_are_put_together_and_only_text_is_heard() {
    let (reply, heard) = read(vec![Ok(KIMI.as_bytes().to_vec())]).await;
    let reply = reply.unwrap();
    assert_eq!(heard, ["您好 😀", " \"Tom\""]);
    let thinking = Block::of(&serde_json::json!({"type": "reasoning", "text": "先看账本。"}));
    assert_eq!(reply.blocks, [thinking, Block::text("您好 😀 \"Tom\"")]);
    assert_eq!(reply.stop, StopReason::Ended);
    assert_eq!(reply.usage, Usage { input: 159, cache_read: 512, output: 113, ..Usage::default() });
}

#[tokio::test]
async fn interleaved_calls_are_sorted_and_keep_their_arguments_byte_for_byte() {
    let reply = whole(INTERLEAVED).await.unwrap();
    let wanted = [call("a", "finance_statement", "{\"period\":  \"2026-10\"}"), call("b", "crm_query", "")];
    assert_eq!((calls(&reply), reply.stop), (wanted.to_vec(), StopReason::Calls));
    assert_eq!(reply.usage, Usage { input: 26, cache_read: 64, output: 7, ..Usage::default() });
}

#[tokio::test]
async fn a_stream_that_ends_early_has_broken_off_unless_the_server_had_said_why_it_stopped() {
    for body in [KIMI, INTERLEAVED] {
        let wanted = whole(body).await.unwrap();
        let told = body.find("\"finish_reason\":\"").unwrap();
        let told = told + body[told..].find('\n').unwrap();
        for end in 0..body.len() {
            let bytes = body.as_bytes()[..end].to_vec();
            for pieces in [vec![Ok(bytes.clone())], vec![Ok(bytes), Err("connection reset".to_owned())]] {
                match read(pieces).await.0 {
                    Ok(reply) => {
                        assert!(end + 2 >= told, "{end}");
                        assert_eq!((&reply.blocks, &reply.stop), (&wanted.blocks, &wanted.stop));
                    }
                    Err(ModelError::BrokenOff(_)) => assert!(end <= told + 2, "{end}"),
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn a_done_without_a_reason_garbage_and_silence_are_breaks() {
    let text = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
    let nameless = r#"{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}}]}"#;
    let bodies = [
        String::new(),
        "data: [DONE]\n\n".to_owned(),
        format!("{text}data: [DONE]\n\n"),
        format!("{text}data: <html>\n\n"),
        format!("{text}data: 7\n\n"),
        "data: {\"choices\":[{\"delta\":{\"content\":{}}}]}\n\n".to_owned(),
        "<html>502</html>".to_owned(),
        body_of(&[nameless], "tool_calls"),
    ];
    for body in bodies {
        assert!(matches!(whole(&body).await, Err(ModelError::BrokenOff(_))), "{body}");
    }
}

#[tokio::test]
async fn an_error_in_the_stream_ends_it() {
    let error = "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"engine_overloaded_error\"}}\n\n";
    assert!(matches!(whole(error).await, Err(ModelError::Busy { again: true, .. })));
    let heard = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"a\"}}}}]}}\n\n{error}");
    assert_eq!(whole(&heard).await, Err(ModelError::BrokenOff("overloaded".to_owned())));
}

#[tokio::test]
async fn every_reason_to_stop_is_understood() {
    let text = r#"{"content":"a"}"#;
    let a_call = r#"{"tool_calls":[{"index":0,"id":"x","function":{"name":"t","arguments":"{\"a\":"}}]}"#;
    let cases = [
        ("stop", vec![text], StopReason::Ended, 1),
        ("stop", vec![text, a_call], StopReason::Calls, 2),
        ("tool_calls", vec![a_call], StopReason::Calls, 1),
        ("function_call", vec![a_call], StopReason::Calls, 1),
        ("tool_calls", vec![text], StopReason::Ended, 1),
        ("length", vec![text, a_call], StopReason::Cut, 1),
        ("length", vec![], StopReason::Cut, 0),
        ("content_filter", vec![text, a_call], StopReason::Refused(None), 1),
        ("stop", vec![r#"{"refusal":"I can't"}"#, a_call], StopReason::Refused(None), 0),
        ("eos", vec![text], StopReason::Ended, 1),
        ("stop", vec![], StopReason::Ended, 0),
    ];
    for (reason, deltas, stop, blocks) in cases {
        let reply = whole(&body_of(&deltas, reason)).await.unwrap();
        assert_eq!((reply.stop, reply.blocks.len()), (stop, blocks), "{reason} {deltas:?}");
    }
}

#[tokio::test]
async fn servers_that_number_their_calls_badly_are_understood() {
    let one = |fields: &str, name: &str, arguments: &str| {
        format!(r#"{{"tool_calls":[{{{fields}"function":{{"name":"{name}","arguments":{arguments}}}}}]}}"#)
    };
    let more = |fields: &str, arguments: &str| {
        format!(r#"{{"tool_calls":[{{{fields}"function":{{"arguments":{arguments}}}}}]}}"#)
    };
    let two = vec![call("a", "t", "{}"), call("b", "u", r#"{"n":1}"#)];
    let unnamed = vec![call("call_0", "t", "{}"), call("call_1", "u", r#"{"n":1}"#)];
    let (empty, n) = (r#""{}""#, r#""{\"n\":1}""#);
    let cases = [
        // Whole calls, each with index 0.
        (vec![one(r#""index":0,"id":"a","#, "t", empty), one(r#""index":0,"id":"b","#, "u", n)], &two),
        // Whole calls without an index; arguments as objects.
        (vec![one(r#""id":"a","#, "t", "{}"), one(r#""id":"b","#, "u", r#"{"n":1}"#)], &two),
        // Neither index nor id.
        (vec![one("", "t", empty), one("", "u", n)], &unnamed),
        (vec![one(r#""id":null,"#, "t", empty), one("", "u", r#""""#), more("", n)], &unnamed),
        // The id and the name on every piece, or another id on every piece.
        (
            vec![
                one(r#""index":0,"id":"a","#, "t", r#""{""#),
                one(r#""index":0,"id":"a","#, "t", r#""}""#),
                one(r#""index":1,"id":"b","#, "u", r#""{\"n\"""#),
                more(r#""index":1,"id":"c","#, r#"":1}""#),
            ],
            &two,
        ),
        // The name after the first piece.
        (
            vec![
                more(r#""index":0,"id":"a","#, "null"),
                one(r#""index":0,"#, "t", empty),
                one(r#""index":1,"id":"b","#, "u", n),
            ],
            &two,
        ),
    ];
    for (deltas, wanted) in cases {
        let deltas: Vec<_> = deltas.iter().map(String::as_str).collect();
        assert_eq!(&calls(&whole(&body_of(&deltas, "stop")).await.unwrap()), wanted, "{deltas:?}");
    }
}

#[tokio::test]
async fn thinking_has_two_names_and_other_choices_are_not_ours() {
    let both = r#"{"reasoning":"b","reasoning_content":"b"}"#;
    let body = body_of(&[r#"{"reasoning":"a"}"#, both, r#"{"reasoning_content":"","reasoning":"c"}"#], "stop");
    let other = "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"}}]}\n\n";
    let reply = whole(&format!("{other}{body}")).await.unwrap();
    assert_eq!(reply.blocks, [Block::of(&serde_json::json!({"type": "reasoning", "text": "abc"}))]);
}
