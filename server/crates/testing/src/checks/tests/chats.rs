use super::*;

fn good() -> Value {
    json!({
        "model": "kimi-k3", "max_completion_tokens": 16000, "reasoning_effort": "low", "stream": true,
        "stream_options": {"include_usage": true},
        "tools": [
            {"type": "function", "function": {"name": "a", "description": "Does a.", "parameters": {"type": "object"}}},
            {"type": "function", "function": {"name": "b", "description": "Does b.", "parameters": {"type": "object"}}},
        ],
        "messages": [
            {"role": "system", "content": "You help."},
            {"role": "user", "content": [{"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]},
            {"role": "assistant", "content": null, "reasoning_content": "", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "a", "arguments": "{\"x\": 1}"}},
                {"id": "c2", "type": "function", "function": {"name": "b", "arguments": ""}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "1"},
            {"role": "tool", "tool_call_id": "c2", "content": "2"},
            {"role": "assistant", "content": "Well."},
            {"role": "user", "content": "Thanks"},
        ],
    })
}

#[test]
fn what_kimi_refuses_is_refused() {
    refuses(
        &good(),
        chat,
        &[
            (&[("/verbose", json!(true))], "verbose: Extra inputs"),
            (&[("/temperature", json!(1))], "temperature: fixed"),
            (&[("/n", json!(1))], "n: fixed"),
            (&[("/thinking", json!({"type": "disabled"}))], "thinking: Extra inputs"),
            (&[("/stream", json!(false))], "stream:"),
            (&[("/stream_options", json!({}))], "stream:"),
            (&[("/max_completion_tokens", json!(0))], "one limit"),
            (&[("/max_tokens", json!(10))], "one limit"),
            (&[("/tool_choice", json!("required"))], "tool_choice"),
            (&[("/reasoning_effort", json!("medium"))], "reasoning_effort"),
            (&[("/tools/0/type", json!("tool"))], "must be function"),
            (&[("/tools/0/function/strict", json!(true))], "strict: Extra inputs"),
            (&[("/tools/0/function/name", json!("c"))], "c stands before b"),
            (&[("/tools/0/function/name", json!("b"))], "unique"),
            (&[("/tools/1/function/name", json!("b.c"))], "not valid"),
            (&[("/tools/0/function/parameters", json!({}))], "must be object"),
            (&[("/messages", json!([]))], "at least one message"),
            (&[("/messages/1/role", json!("system"))], "system comes first"),
            (&[("/messages/1/role", json!("developer"))], "role is not known"),
            (&[("/messages/1/content", json!(""))], "content must be non-empty"),
            (&[("/messages/1/content/0/text", json!(" "))], "text parts"),
            (&[("/messages/1/content/1/image_url/url", json!("https://example.com/a.png"))], "data URLs"),
            (&[("/messages/2/reasoning_content", json!(null))], "reasoning_content is missing"),
            (&[("/messages/2/tool_calls/0/id", json!("c2"))], "unique"),
            (&[("/messages/2/tool_calls/0/function/arguments", json!({"x": 1}))], "must be a string"),
            (&[("/messages/2/tool_calls/0/function/arguments", json!("{\"x\": "))], "no JSON object"),
            (&[("/messages/3/tool_call_id", json!("c9"))], "no open tool_call"),
            (&[("/messages/3/content", json!(""))], "non-empty"),
            (&[("/messages/4", json!({"role": "user", "content": "No"}))], "tool_call c2"),
            (&[("/messages/5/content", json!(""))], "is empty"),
            (&[("/messages/-", json!({"role": "assistant", "content": "So"}))], "the last is the assistant's"),
        ],
    );
}

#[test]
fn a_plain_server_takes_strict_tools_and_max_tokens() {
    let mut body = good();
    let object = body.as_object_mut().unwrap();
    object.remove("max_completion_tokens");
    put(&mut body, "/max_tokens", json!(100));
    put(&mut body, "/model", json!("qwen3"));
    put(&mut body, "/tools/0/function/strict", json!(true));
    assert_eq!(chat(&body), Vec::<String>::new());
}
