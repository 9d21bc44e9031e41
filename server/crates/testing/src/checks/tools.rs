//! The tools of a body, and what strict schemas may hold.

use serde_json::{Map, Value};

use super::{closed, is_blank, is_name, list};

/// Keywords that strict schemas don't take.
const REFUSED: [&str; 9] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
];

/// Tools of the Messages API.
pub(super) fn messages(tools: &[Value], strict: &mut Strict, problems: &mut Vec<String>) {
    for (at, tool) in tools.iter().enumerate() {
        if let Some(object) = tool.as_object() {
            let keys = ["name", "description", "input_schema", "strict", "cache_control", "eager_input_streaming"];
            closed(&format!("tools.{at}."), object, &keys, problems);
        }
        described(at, tool, "input_schema", problems);
        if tool["strict"] == true {
            strict.tools += 1;
            strict.read(&format!("tools.{at}.input_schema"), &tool["input_schema"], problems);
        }
    }
    sorted(tools.iter().map(|tool| &tool["name"]), 128, problems);
}

/// Tools of OpenAI-compatible servers.
pub(super) fn chat(model: &str, tools: &[Value], problems: &mut Vec<String>) {
    for (at, tool) in tools.iter().enumerate() {
        if tool["type"] != "function" {
            problems.push(format!("tools.{at}.type: must be function"));
        }
        let function = &tool["function"];
        if let (Some(outer), Some(inner)) = (tool.as_object(), function.as_object()) {
            closed(&format!("tools.{at}."), outer, &["type", "function"], problems);
            let keys = ["name", "description", "parameters", "strict"];
            let keys = if model.starts_with("kimi-") { &keys[..3] } else { &keys };
            closed(&format!("tools.{at}.function."), inner, keys, problems);
        }
        described(at, function, "parameters", problems);
    }
    sorted(tools.iter().map(|tool| &tool["function"]["name"]), 64, problems);
}

fn described(at: usize, tool: &Value, schema: &str, problems: &mut Vec<String>) {
    if is_blank(&tool["description"]) {
        problems.push(format!("tools.{at}.description: a tool that isn't described is not called well"));
    }
    if tool[schema]["type"] != "object" {
        problems.push(format!("tools.{at}.{schema}.type: must be object"));
    }
}

/// Names are valid, unique, and sorted, so that the prefix stays the same.
fn sorted<'a>(names: impl Iterator<Item = &'a Value>, longest: usize, problems: &mut Vec<String>) {
    let names: Vec<&str> = names.map(|name| name.as_str().unwrap_or_default()).collect();
    for name in names.iter().filter(|name| !is_name(name, longest)) {
        problems.push(format!("tools: the name {name:?} is not valid"));
    }
    for pair in names.windows(2) {
        match pair[0].cmp(pair[1]) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => problems.push(format!("tools: tool names must be unique: {}", pair[0])),
            std::cmp::Ordering::Greater => problems.push(format!("tools: {} stands before {}", pair[0], pair[1])),
        }
    }
}

/// The limits that all strict schemas of a request share.
#[derive(Default)]
pub(super) struct Strict {
    tools: usize,
    optional: usize,
    unions: usize,
}

impl Strict {
    pub(super) fn read(&mut self, at: &str, root: &Value, problems: &mut Vec<String>) {
        self.schema(at, root, problems);
        if recurses(root, root, &mut Vec::new()) {
            problems.push(format!("{at}: recursive schemas are not supported"));
        }
    }

    pub(super) fn end(&self, problems: &mut Vec<String>) {
        let limits = [
            (self.tools, 20, "strict tools"),
            (self.optional, 24, "optional parameters in strict schemas"),
            (self.unions, 16, "parameters with union types in strict schemas"),
        ];
        for (found, limit, what) in limits.into_iter().filter(|(found, limit, _)| found > limit) {
            problems.push(format!("tools: {found} {what}, {limit} at most"));
        }
    }

    fn schema(&mut self, at: &str, schema: &Value, problems: &mut Vec<String>) {
        let Value::Object(object) = schema else { return };
        let properties = object.get("properties").and_then(Value::as_object);
        if schema["type"] == "object" || properties.is_some() {
            if schema["additionalProperties"] != false {
                problems.push(format!("{at}: additionalProperties must be false"));
            }
            let required = list(&schema["required"]);
            let optional = |name: &&String| !required.iter().any(|required| required == name.as_str());
            self.optional += properties.map_or(0, |properties| properties.keys().filter(optional).count());
        }
        self.unions += usize::from(schema["type"].is_array() || schema["anyOf"].is_array());
        for keyword in REFUSED.iter().filter(|keyword| object.contains_key(**keyword)) {
            problems.push(format!("{at}: {keyword} is not supported"));
        }
        if schema["minItems"].as_u64().is_some_and(|items| items > 1) {
            problems.push(format!("{at}: minItems must be 0 or 1"));
        }
        for (name, inner) in inner(object) {
            self.schema(&format!("{at}.{name}"), inner, problems);
        }
    }
}

/// The schemas inside a schema: values under a property's name, never the names.
fn inner(schema: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("properties" | "$defs" | "definitions", Value::Object(named)) => {
                found.extend(named.iter().map(|(name, schema)| (name.as_str(), schema)));
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
                found.extend(schemas.iter().map(|schema| (keyword.as_str(), schema)));
            }
            ("items" | "not" | "additionalProperties", Value::Object(_)) => found.push((keyword.as_str(), value)),
            _ => {}
        }
    }
    found
}

fn recurses<'a>(root: &'a Value, schema: &'a Value, path: &mut Vec<&'a str>) -> bool {
    let Value::Object(object) = schema else { return false };
    if let Some(target) = object.get("$ref").and_then(Value::as_str) {
        if path.contains(&target) || target == "#" {
            return true;
        }
        path.push(target);
        let there = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        let found = there.is_some_and(|there| recurses(root, there, path));
        path.pop();
        return found;
    }
    inner(object).into_iter().any(|(_, inner)| recurses(root, inner, path))
}
