use super::*;

fn good() -> Value {
    json!({
        "model": "claude-sonnet-5-5", "max_tokens": 16000, "stream": true,
        "thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "high"},
        "system": [{"type": "text", "text": "You help.", "cache_control": {"type": "ephemeral"}}],
        "cache_control": {"type": "ephemeral"},
        "tools": [
            {"name": "crm_query", "description": "Reads leads.", "strict": true, "input_schema": {
                "type": "object", "additionalProperties": false, "required": ["minimum"],
                "properties": {"minimum": {"type": "string"}, "properties": {"type": ["string", "null"]}}}},
            {"name": "page_read", "description": "Reads a page.", "input_schema": {"type": "object"}},
        ],
        "messages": [
            {"role": "user", "content": [
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
                {"type": "text", "text": "Hello"}]},
            {"role": "assistant", "content": [
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "a", "name": "crm_query", "input": {"cache_control": 1}},
                {"type": "tool_use", "id": "b", "name": "page_read", "input": {}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "1"},
                {"type": "tool_result", "tool_use_id": "b", "content": "no", "is_error": true},
                {"type": "text", "text": "Go on."}]},
        ],
    })
}

fn strict(schema: &Value) -> Value {
    json!({"name": "z", "description": "Does.", "strict": true, "input_schema": schema})
}

fn object(properties: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": properties, "required": required})
}

#[test]
fn what_claude_refuses_is_refused() {
    let ephemeral = json!({"type": "ephemeral"});
    let result = |id: &str| json!({"type": "tool_result", "tool_use_id": id, "content": "1"});
    let call = |id: &str| json!({"type": "tool_use", "id": id, "name": "t", "input": {}});
    refuses(
        &good(),
        messages,
        &[
            (&[("/verbose", json!(true))], "verbose: Extra inputs"),
            (&[("/temperature", json!(1))], "temperature: not taken"),
            (&[("/max_tokens", json!(0))], "max_tokens"),
            (&[("/stream", json!(false))], "stream:"),
            (&[("/model", json!(""))], "model:"),
            (&[("/tool_choice", json!({"type": "any"}))], "tool_choice: any"),
            (&[("/tool_choice", json!({"type": "tool", "name": "page_read"}))], "tool_choice: tool"),
            (&[("/thinking", json!({"type": "enabled", "budget_tokens": 1024}))], "thinking.type"),
            (&[("/thinking", json!({"type": "adaptive"}))], "thinking.display"),
            (&[("/model", json!("claude-opus-5-5")), ("/thinking", json!({"type": "disabled"}))], "thinking.type"),
            (&[("/output_config/effort", json!("huge"))], "effort"),
            (&[("/output_config/format", json!({"type": "json_schema"}))], "format"),
            (&[("/system/0/text", json!(" "))], "system.0.text"),
            (&[("/system/0/cache_control", json!({"type": "forever"}))], "cache_control"),
            (&[("/messages", json!([]))], "at least one message"),
            (&[("/messages/0/role", json!("assistant"))], "first message"),
            (&[("/messages/2/role", json!("assistant"))], "prefill"),
            (&[("/messages/-", json!({"role": "user", "content": "More"}))], "alternate"),
            (&[("/messages/0/name", json!("Ana"))], "name: Extra inputs"),
            (&[("/messages/0/content", json!([]))], "content must be non-empty"),
            (&[("/messages/0/content/1/text", json!(""))], "text content blocks"),
            (&[("/messages/0/content/1", json!({"type": "hologram"}))], "hologram"),
            (&[("/messages/0/content/1", call("x"))], "not allowed in this role"),
            (&[("/messages/0/content/0/source/media_type", json!("image/tiff"))], "source must be base64"),
            (&[("/messages/1/content/0", json!({"type": "document"}))], "not allowed in this role"),
            (&[("/messages/1/content/1/id", json!("a:0"))], "must match"),
            (&[("/messages/1/content/1/id", json!("b"))], "unique"),
            (&[("/messages/1/content/1/input", json!("{}"))], "input must be an object"),
            (&[("/messages/1/content/-", call("c"))], "tool_use c has no tool_result"),
            (&[("/messages/2/content/0", result("b"))], "tool_result b has no open"),
            (&[("/messages/2/content/-", result("x"))], "must come first"),
            (&[("/messages/2/content/0/content", json!(""))], "content must be non-empty"),
            (&[("/messages/1/content/0", json!({"type": "thinking", "thinking": "x", "signature": ""}))], "signature"),
            (
                &[("/messages/1/content/0", json!({"type": "thinking", "thinking": "", "signature": "s", "x": 1}))],
                "Extra",
            ),
            (
                &[
                    ("/messages/0/content/0/cache_control", ephemeral.clone()),
                    ("/messages/0/content/1/cache_control", ephemeral.clone()),
                    ("/messages/2/content/2/cache_control", ephemeral.clone()),
                ],
                "maximum of 4",
            ),
            (&[("/tools/0/name", json!("z"))], "z stands before page_read"),
            (&[("/tools/0/name", json!("page_read"))], "tool names must be unique"),
            (&[("/tools/0/name", json!("a b"))], "is not valid"),
            (&[("/tools/1/input_schema/type", json!("string"))], "must be object"),
            (&[("/tools/1/description", json!(""))], "description"),
            (&[("/tools/0/input_schema/additionalProperties", json!(true))], "additionalProperties"),
            (
                &[("/tools/0/input_schema/properties/a", json!({"type": "number", "minimum": 1}))],
                "minimum is not supported",
            ),
            (&[("/tools/0/input_schema/properties/a", json!({"type": "array", "minItems": 2}))], "minItems"),
            (&[("/tools/0/input_schema/properties/a", json!({"$ref": "#"}))], "recursive"),
        ],
    );
}

#[test]
fn strict_schemas_share_their_limits() {
    let many = |count: usize, schema: Value| {
        let names = (0..count).map(|at| (format!("p{at}"), schema.clone()));
        Value::Object(names.collect())
    };
    let unions = many(16, json!({"type": ["string", "null"]}));
    refuses(
        &good(),
        messages,
        &[
            (&[("/tools/-", strict(&object(&many(24, json!({"type": "string"})), &[])))], "25 optional"),
            (&[("/tools/-", strict(&object(&unions, &["p0"])))], "17 parameters with union"),
        ],
    );
    let mut body = good();
    body["tools"] = (0..21)
        .map(|at| {
            let mut tool = strict(&object(&json!({}), &[]));
            tool["name"] = json!(format!("t{at:02}"));
            tool
        })
        .collect();
    assert_eq!(messages(&body), ["tools: 21 strict tools, 20 at most"]);
}

#[test]
fn a_schema_that_refers_to_itself_in_a_circle_is_recursive_and_one_used_twice_is_not() {
    let schema = |inner: &str| {
        json!({
            "type": "object", "additionalProperties": false, "required": ["a", "b"],
            "properties": {"a": {"$ref": "#/$defs/one"}, "b": {"$ref": "#/$defs/one"}},
            "$defs": {"one": {"type": "array", "items": {"$ref": inner}}, "two": {"type": "string"}},
        })
    };
    let mut body = good();
    body["tools"] = json!([strict(&schema("#/$defs/two"))]);
    assert_eq!(messages(&body), Vec::<String>::new());
    body["tools"] = json!([strict(&schema("#/$defs/one"))]);
    assert!(messages(&body)[0].contains("recursive"));
}

#[test]
fn a_count_has_no_limit_and_is_no_stream() {
    let mut body = good();
    assert_eq!(count_tokens(&body).len(), 2);
    let object = body.as_object_mut().unwrap();
    for key in ["max_tokens", "stream"] {
        object.remove(key);
    }
    assert_eq!(count_tokens(&body), Vec::<String>::new());
}
