use super::*;

/// A conversation that goes on after a reply with two calls.
fn after(thinking: &[Value], ids: [&str; 2]) -> Value {
    let mut blocks = thinking.to_vec();
    blocks.extend(ids.map(|id| json!({"type": "tool_use", "id": id, "name": "t", "input": {}})));
    let results = ids.map(|id| json!({"type": "tool_result", "tool_use_id": id, "content": "1"}));
    json!([hello()[0], {"role": "assistant", "content": blocks}, {"role": "user", "content": results}])
}

fn thought(text: &str) -> Value {
    json!({"type": "thinking", "thinking": text, "signature": "c2ln00010+/=="})
}

fn redacted() -> Value {
    json!({"type": "redacted_thinking", "data": "ZW5j00011+/=="})
}

async fn thinking() -> Replay {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([Answer::calls([("t", json!({})), ("t", json!({}))]).thinking("Both at once.").redacted()]);
    ask_claude(&replay, &claude(&hello())).await.text().await.unwrap();
    replay
}

#[tokio::test]
async fn thinking_that_comes_back_as_it_was_sent_is_taken() {
    let replay = thinking().await;
    replay.script([Answer::says("Done")]);
    let body = claude(&after(&[thought("Both at once."), redacted()], ["toolu_0001_0", "toolu_0001_1"]));
    let response = ask_claude(&replay, &body).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn thinking_that_comes_back_otherwise_is_refused() {
    let ids = ["toolu_0001_0", "toolu_0001_1"];
    let whole = [thought("Both at once."), redacted()];
    let mut elsewhere = claude(&after(&whole, ids));
    elsewhere["messages"][0]["content"] = json!("Good morning");
    let mut other_model = claude(&after(&whole, ids));
    other_model["model"] = json!("claude-haiku-5-5");
    let table = [
        (claude(&after(&[thought("Both at  once."), redacted()], ids)), "cannot be modified"),
        (claude(&after(&[redacted(), thought("Both at once.")], ids)), "cannot be modified"),
        (claude(&after(&[redacted()], ids)), "cannot be modified"),
        (claude(&after(&[], ids)), "is missing"),
        (elsewhere, "another conversation"),
        (other_model, "it is of claude-sonnet-5-5"),
    ];
    for (body, reason) in table {
        let replay = thinking().await;
        let response = ask_claude(&replay, &body).await;
        assert_eq!(response.status(), 400, "{reason}");
        let said: Value = response.json().await.unwrap();
        assert_eq!(said["error"]["type"], "invalid_request_error");
        assert!(said["error"]["message"].as_str().unwrap().contains(reason), "{said}");
        assert!(replay.end()[0].contains(reason));
    }
}

#[tokio::test]
async fn after_a_refusal_of_thinking_a_history_without_any_is_taken() {
    let replay = thinking().await;
    let said = json!({"type": "error", "error": {"type": "invalid_request_error", "message": "Invalid signature"}});
    replay.script([Answer::status(400, &[], said), Answer::says("Done")]);
    let ids = ["toolu_0001_0", "toolu_0001_1"];
    let whole = claude(&after(&[thought("Both at once."), redacted()], ids));
    assert_eq!(ask_claude(&replay, &whole).await.status(), 400);
    assert_eq!(ask_claude(&replay, &claude(&after(&[], ids))).await.status(), 200);
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn reasoning_comes_back_to_kimi_as_it_was_sent() {
    let body = |reasoning: &str| {
        let call = json!({"id": "c", "type": "function", "function": {"name": "t", "arguments": "{\"a\":1}"}});
        let said = json!({"role": "assistant", "content": null, "reasoning_content": reasoning, "tool_calls": [call]});
        kimi(&json!([hello()[0], said, {"role": "tool", "tool_call_id": "c", "content": "1"}]))
    };
    for (reasoning, status) in [("I look it up.", 200), ("I look.", 400), ("", 400)] {
        let replay = Replay::start(KEY).await.unwrap();
        replay.script([Answer::calls([("t", json!({"a": 1}))]).thinking("I look it up."), Answer::says("Done")]);
        ask_kimi(&replay, &kimi(&hello())).await.text().await.unwrap();
        assert_eq!(ask_kimi(&replay, &body(reasoning)).await.status(), status, "{reasoning:?}");
        assert_eq!(replay.end().is_empty(), status == 200);
    }
}

#[tokio::test]
async fn a_wrong_body_is_refused_as_the_provider_refuses_it() {
    let replay = Replay::start(KEY).await.unwrap();
    let mut body = claude(&hello());
    body["top_k"] = json!(1);
    let response = ask_claude(&replay, &body).await;
    assert_eq!(response.status(), 400);
    let said: Value = response.json().await.unwrap();
    assert_eq!((&said["type"], &said["error"]["type"]), (&json!("error"), &json!("invalid_request_error")));
    let mut body = kimi(&hello());
    body["n"] = json!(1);
    let response = ask_kimi(&replay, &body).await;
    assert_eq!(response.status(), 400);
    let said: Value = response.json().await.unwrap();
    assert_eq!(said["error"]["type"], "invalid_request_error");
    let problems = replay.problems();
    assert_eq!(problems.len(), 2);
    assert!(problems[1].starts_with("request 2: n: fixed"), "{problems:?}");
}

#[tokio::test]
async fn a_key_is_refused_when_it_is_wrong_or_switched_off() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([Answer::says("Hello")]);
    let wrong = client().post(format!("{}/v1/messages", replay.anthropic_base()));
    let said = wrong.header("x-api-key", "other").json(&claude(&hello())).send().await.unwrap();
    assert_eq!(said.status(), 401);
    assert_eq!(said.json::<Value>().await.unwrap()["error"]["type"], "authentication_error");
    replay.refuse_keys(true);
    let said = ask_kimi(&replay, &kimi(&hello())).await;
    assert_eq!(said.status(), 401);
    assert_eq!(said.json::<Value>().await.unwrap()["error"]["type"], "incorrect_api_key_error");
    replay.refuse_keys(false);
    assert_eq!(ask_kimi(&replay, &kimi(&hello())).await.status(), 200);
    assert_eq!((replay.calls(), replay.end()), (1, Vec::new()));
}

#[tokio::test]
async fn an_old_version_is_refused() {
    let replay = Replay::start(KEY).await.unwrap();
    let request = client().post(format!("{}/v1/messages", replay.anthropic_base())).header("x-api-key", KEY);
    let response = request.header("anthropic-version", "2023-06-01").json(&claude(&hello())).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(replay.end(), ["anthropic-version: 2026-10-21 is required"]);
}

#[tokio::test]
async fn a_script_that_is_used_up_and_one_that_is_not_are_problems() {
    let replay = Replay::start(KEY).await.unwrap();
    let response = ask_claude(&replay, &claude(&hello())).await;
    assert_eq!(response.status(), 500);
    assert!(response.text().await.unwrap().contains("the script is used up"));
    replay.script([Answer::says("Late")]);
    assert_eq!(replay.end(), ["request 1: the script is used up", "1 answers of the script were not asked for"]);
}

#[tokio::test]
async fn an_answer_may_wait_for_its_request_and_depend_on_it() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([
        Answer::says("I am Kimi").when(|body| body["model"] == "kimi-k3"),
        Answer::with(|body| Answer::says(&format!("You said {}", body["messages"][0]["content"]))),
    ]);
    let events = data(&ask_claude(&replay, &claude(&hello())).await.text().await.unwrap());
    assert_eq!(joined(&events, "/delta/text"), "You said \"Hello\"");
    let events = data(&ask_kimi(&replay, &kimi(&hello())).await.text().await.unwrap());
    assert_eq!(joined(&events, "/choices/0/delta/content"), "I am Kimi");
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_request_shares_with_one_before_is_read_from_the_cache() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([Answer::says("One"), Answer::says("Two")]);
    let mut body = claude(&json!([{"role": "user", "content": "Hello ".repeat(400)}]));
    body["cache_control"] = json!({"type": "ephemeral"});
    let mut usages = Vec::new();
    for turn in 0..2 {
        if turn == 1 {
            let messages = body["messages"].as_array_mut().unwrap();
            messages.push(json!({"role": "assistant", "content": "One"}));
            messages.push(json!({"role": "user", "content": "And?"}));
        }
        let events = data(&ask_claude(&replay, &body).await.text().await.unwrap());
        usages.push(events[0]["message"]["usage"].clone());
    }
    assert_eq!(usages[0]["cache_read_input_tokens"], 0);
    assert!(usages[1]["cache_read_input_tokens"].as_u64().unwrap() > 590, "{usages:?}");
    assert_eq!(usages[1]["input_tokens"], 0);
}

#[tokio::test]
async fn tokens_are_counted_and_models_described_for_both() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.window(200_000);
    let get = |id: &str| client().get(format!("{}/v1/models/{id}", replay.base_url()));
    let claudes = |request: reqwest::RequestBuilder| {
        request.header("x-api-key", KEY).header("anthropic-version", messages::VERSION).send()
    };
    let read = |response: Response| async { response.json::<Value>().await.unwrap() };
    let facts = read(claudes(get("claude-sonnet-5-5")).await.unwrap()).await;
    assert_eq!((&facts["max_input_tokens"], &facts["max_tokens"]), (&json!(200_000), &json!(128_000)));
    let facts = read(get("kimi-k3").bearer_auth(KEY).send().await.unwrap()).await;
    assert_eq!(facts["context_length"], 200_000);
    assert_eq!(claudes(get("kimi-k3")).await.unwrap().status(), 404);

    let post = |path: &str| client().post(format!("{}{path}", replay.base_url()));
    let body = json!({"model": "claude-sonnet-5-5", "messages": hello()});
    let counted = read(claudes(post("/v1/messages/count_tokens").json(&body)).await.unwrap()).await;
    assert_eq!(counted["input_tokens"], 8);
    let body = json!({"model": "kimi-k3", "messages": hello()});
    let request = post("/v1/tokenizers/estimate-token-count").bearer_auth(KEY).json(&body);
    assert_eq!(read(request.send().await.unwrap()).await["data"]["total_tokens"], 8);
    assert_eq!(claudes(post("/v1/messages/count_tokens").json(&claude(&hello()))).await.unwrap().status(), 400);
    assert_eq!(replay.end().len(), 2);
}
