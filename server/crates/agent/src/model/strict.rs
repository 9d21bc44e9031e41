//! Schemas that a provider holds a model to while it writes. They may say less than JSON Schema can, and a request may hold
//! only so much of them; what they can't say is told to the model in words, and checked when the call comes.

use serde_json::{Map, Value, json};

/// String formats that strict schemas take.
const FORMATS: [&str; 10] =
    ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

/// What the strict schemas of one request may still take, together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    tools: usize,
    size: Size,
}

/// What counts in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Size {
    optional: usize,
    unions: usize,
}

impl Default for Limits {
    /// The Messages API's: 20 tools, 24 optional parameters, 16 parameters of several types.
    fn default() -> Self {
        Self { tools: 20, size: Size { optional: 24, unions: 16 } }
    }
}

impl Limits {
    /// The copy of a tool's input schema that can be held to, where it fits what is left; that is then used up.
    pub(crate) fn tool(&mut self, schema: &Value) -> Option<Value> {
        let tools = self.tools.checked_sub(1)?;
        let (copy, left) = self.fit(schema)?;
        *self = Self { tools, size: left };
        Some(copy)
    }

    /// The copy of an answer's schema; as it is where it can't be held to, for the provider to say so.
    pub(crate) fn answer(&mut self, schema: &Value) -> Value {
        match self.fit(schema) {
            Some((copy, left)) => {
                self.size = left;
                copy
            }
            None => schema.clone(),
        }
    }

    fn fit(&self, schema: &Value) -> Option<(Value, Size)> {
        if schema.get("type") != Some(&json!("object")) || is_recursive(schema) {
            return None;
        }
        let mut size = Size::default();
        let copy = copy(schema, &mut size)?;
        let left = Size {
            optional: self.size.optional.checked_sub(size.optional)?,
            unions: self.size.unions.checked_sub(size.unions)?,
        };
        Some((copy, left))
    }
}

/// A schema in the words that strict ones have; `None` where it means something that they can't.
fn copy(schema: &Value, size: &mut Size) -> Option<Value> {
    let schema = schema.as_object()?;
    let mut strict = Map::new();
    let mut notes = Vec::new();
    for (keyword, value) in schema {
        let kept = match keyword.as_str() {
            "type" | "required" | "const" | "default" | "description" | "title" => value.clone(),
            "enum" if value.as_array()?.iter().all(|it| !it.is_object() && !it.is_array()) => value.clone(),
            "$ref" if value.as_str()?.starts_with("#/") => value.clone(),
            "format" if FORMATS.contains(&value.as_str()?) => value.clone(),
            "minItems" if value.as_u64()? <= 1 => value.clone(),
            "minItems" => {
                notes.push(format!("minItems: {value}"));
                json!(1)
            }
            "properties" | "$defs" | "definitions" => {
                let each = value.as_object()?.iter().map(|(name, it)| Some((name.clone(), copy(it, size)?)));
                Value::Object(each.collect::<Option<_>>()?)
            }
            "anyOf" => Value::Array(value.as_array()?.iter().map(|it| copy(it, size)).collect::<Option<_>>()?),
            "items" => copy(value, size)?,
            "additionalProperties" if *value == Value::Bool(false) => continue,
            "$schema" | "$id" | "$comment" => continue,
            "format" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "minLength"
            | "maxLength" | "pattern" | "maxItems" | "uniqueItems" | "minProperties" | "maxProperties" | "examples" => {
                notes.push(format!("{keyword}: {value}"));
                continue;
            }
            _ => return None,
        };
        strict.insert(keyword.clone(), kept);
    }
    if schema.get("type").is_some_and(Value::is_array) || schema.contains_key("anyOf") {
        size.unions += 1;
    }
    if is_object(schema) {
        let properties = schema.get("properties")?.as_object()?;
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &String| required.is_some_and(|all| all.iter().any(|it| it.as_str() == Some(name)));
        size.optional += properties.keys().filter(|name| !is_required(name)).count();
        strict.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if !notes.is_empty() {
        notes.sort();
        let notes = format!("({})", notes.join(", "));
        let text = match schema.get("description").and_then(Value::as_str) {
            Some(description) => format!("{description} {notes}"),
            None => notes,
        };
        strict.insert("description".to_owned(), Value::String(text));
    }
    Some(Value::Object(strict))
}

fn is_object(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|it| it == "object"),
        Some(one) => one == "object",
        None => schema.contains_key("properties"),
    }
}

/// Whether a reference leads back to where it stands, or nowhere.
fn is_recursive(root: &Value) -> bool {
    fn walk<'a>(node: &'a Value, root: &'a Value, within: &mut Vec<&'a str>) -> bool {
        match node {
            Value::Array(all) => all.iter().any(|it| walk(it, root, within)),
            Value::Object(all) => all.iter().any(|(keyword, value)| match (keyword.as_str(), value) {
                ("$ref", Value::String(path)) => {
                    let target = path.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
                    let Some(target) = target.filter(|_| !within.contains(&path.as_str())) else { return true };
                    within.push(path);
                    let found = walk(target, root, within);
                    within.pop();
                    found
                }
                ("$defs" | "definitions", _) => false,
                _ => walk(value, root, within),
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    walk(root, root, &mut vec!["#"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(properties: Value, required: &[&str]) -> Value {
        let mut schema = json!({"type": "object", "additionalProperties": false, "required": required});
        schema["properties"] = properties;
        schema
    }

    fn copied(schema: &Value) -> Option<Value> {
        Limits::default().tool(schema)
    }

    #[test]
    fn what_strict_schemas_cannot_say_is_said_in_words() {
        let schema = object(
            json!({
                "count": {"type": "integer", "minimum": 1, "maximum": 50, "description": "How many."},
                "code": {"type": "string", "pattern": "^[A-Z]+$", "minLength": 2},
                "to": {"type": "array", "minItems": 2, "maxItems": 5, "uniqueItems": true,
                    "items": {"type": "string", "format": "email"}},
                "one": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "iban"}},
                "pattern": {"type": "string", "enum": ["a", "b"], "default": "a"},
            }),
            &["code", "count", "one", "pattern", "to"],
        );
        let wanted = object(
            json!({
                "count": {"type": "integer", "description": "How many. (maximum: 50, minimum: 1)"},
                "code": {"type": "string", "description": "(minLength: 2, pattern: \"^[A-Z]+$\")"},
                "to": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "email"},
                    "description": "(maxItems: 5, minItems: 2, uniqueItems: true)"},
                "one": {"type": "array", "minItems": 1, "items": {"type": "string", "description": "(format: \"iban\")"}},
                "pattern": {"type": "string", "enum": ["a", "b"], "default": "a"},
            }),
            &["code", "count", "one", "pattern", "to"],
        );
        assert_eq!(copied(&schema), Some(wanted));
    }

    #[test]
    fn objects_are_closed_and_what_must_stay_open_is_not_strict() {
        let inner = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        let closed = copied(&object(json!({"x": inner}), &["x"])).unwrap();
        assert_eq!(closed["properties"]["x"]["additionalProperties"], false);

        let open = [
            json!({"type": "object"}),
            json!({"type": "object", "additionalProperties": true, "properties": {}}),
            json!({"type": "object", "additionalProperties": {"type": "string"}, "properties": {}}),
            object(json!({"x": {"type": "object"}}), &["x"]),
            object(json!({"x": {"type": ["object", "null"]}}), &["x"]),
            object(json!({"x": {"oneOf": [{"type": "string"}]}}), &["x"]),
            object(json!({"x": {"not": {"type": "string"}}}), &["x"]),
            object(json!({"x": {"enum": [[1]]}}), &["x"]),
            object(json!({"x": {"$ref": "https://example.com/x"}}), &["x"]),
            object(json!({"x": true}), &["x"]),
            json!({"type": "string"}),
        ];
        for schema in open {
            assert_eq!(copied(&schema), None, "{schema}");
        }
    }

    #[test]
    fn a_schema_that_contains_itself_is_not_strict() {
        let with = |node: Value| {
            let mut schema = object(json!({"tree": {"$ref": "#/$defs/node"}}), &["tree"]);
            schema["$defs"] = json!({"node": node, "leaf": {"type": "string"}});
            schema
        };
        let leaf = json!({"$ref": "#/$defs/leaf"});
        let twice = object(json!({"a": leaf, "b": leaf}), &["a", "b"]);
        assert!(copied(&with(twice)).is_some());
        assert_eq!(copied(&with(object(json!({"next": {"$ref": "#/$defs/node"}}), &["next"]))), None);
        assert_eq!(copied(&with(object(json!({"next": {"$ref": "#"}}), &["next"]))), None);
        assert_eq!(copied(&with(json!({"$ref": "#/$defs/missing"}))), None);
    }

    #[test]
    fn the_limits_are_those_of_the_whole_request() {
        let mut limits = Limits::default();
        let plain = object(json!({"a": {"type": "string"}}), &["a"]);
        let strict = (0..25).filter(|_| limits.tool(&plain).is_some()).count();
        assert_eq!(strict, 20);

        let optional = |count: usize| {
            let all: Map<_, _> = (0..count).map(|it| (format!("p{it}"), json!({"type": "string"}))).collect();
            object(Value::Object(all), &[])
        };
        let mut limits = Limits::default();
        let taken = [20, 5, 4, 1].map(|count| limits.tool(&optional(count)).is_some());
        assert_eq!(taken, [true, false, true, false], "a tool that does not fit leaves its place to the next");

        let union =
            object(json!({"a": {"type": ["string", "null"]}, "b": {"anyOf": [{"type": "string"}]}}), &["a", "b"]);
        let mut limits = Limits::default();
        assert_eq!((0..10).filter(|_| limits.tool(&union).is_some()).count(), 8);
    }

    #[test]
    fn an_answers_schema_takes_from_the_same_limits_but_is_no_tool() {
        let mut limits = Limits::default();
        let schema = object(json!({"a": {"type": ["integer", "null"], "minimum": 1}}), &[]);
        let sent = limits.answer(&schema);
        assert_eq!(sent["properties"]["a"], json!({"type": ["integer", "null"], "description": "(minimum: 1)"}));
        assert_eq!(limits, Limits { tools: 20, size: Size { optional: 23, unions: 15 } });
        let impossible = json!({"type": "array", "items": {}});
        assert_eq!(limits.answer(&impossible), impossible);
    }
}
