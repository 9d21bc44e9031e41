//! The little of JSON Schema that checking a skill before it runs needs.

use serde_json::{Map, Value, json};

/// The schema of an argument; `None` when the tool takes no such argument.
pub(super) fn property(schema: &Value, name: &str) -> Option<Value> {
    let open = !matches!(schema.get("additionalProperties"), None | Some(Value::Bool(false)));
    let property = schema.get("properties").and_then(|properties| properties.get(name)).cloned();
    property.or_else(|| open.then(|| json!({})))
}

/// The schema of an array's items.
pub(super) fn items(schema: &Value, root: &Value) -> Value {
    resolve(schema, root).get("items").cloned().unwrap_or(json!({}))
}

/// The schema at a path of an object; the missing name when there is none. A schema without `properties` knows nothing
/// of its fields, and everything may be there.
pub(super) fn at(root: &Value, path: &[String]) -> Result<Value, String> {
    let mut schema = resolve(root, root);
    for name in path {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Ok(json!({})) };
        match properties.get(name) {
            Some(next) => schema = resolve(next, root),
            None if matches!(schema.get("additionalProperties"), Some(open) if *open != Value::Bool(false)) => {
                return Ok(json!({}));
            }
            None => return Err(name.clone()),
        }
    }
    Ok(schema)
}

/// Whether the schema takes values of a JSON type.
pub(super) fn takes_type(schema: &Value, root: &Value, found: &str) -> Result<(), String> {
    let schema = resolve(schema, root);
    let fits = |wanted: &str| wanted == found || (wanted == "number" && found == "integer");
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    if types.iter().any(|wanted| fits(wanted)) {
        Ok(())
    } else {
        Err(format!("must be {}, not {found}", types.join(" or ")))
    }
}

/// Whether the schema takes a value.
pub(super) fn accepts(schema: &Value, root: &Value, value: &Value) -> Result<(), String> {
    let mut whole: Map<String, Value> = resolve(schema, root).as_object().cloned().unwrap_or_default();
    for definitions in ["$defs", "definitions"] {
        if let Some(shared) = root.get(definitions) {
            whole.insert(definitions.to_owned(), shared.clone());
        }
    }
    let validator = jsonschema::validator_for(&Value::Object(whole))
        .map_err(|error| format!("has a schema that can't be read: {error}"))?;
    validator.validate(value).map_err(|error| format!("does not fit: {error}"))
}

fn resolve(schema: &Value, root: &Value) -> Value {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
    target.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema).clone()
}
