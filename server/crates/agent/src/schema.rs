//! The JSON schema of what a model fills in, from the type it is read into: the comments of the fields are what the model reads of them.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};
use strum::VariantArray;

/// The schema of a tool's input, in the words that every provider takes: nothing is referred to, what may be left out is simply not
/// required, and the comment on the type itself stays with us. `#[schemars(extend("nullable" = true))]` on a field lets it be null.
#[must_use]
pub fn of<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.meta_schema = None;
    settings.inline_subschemas = true;
    let generator = settings.with_transform(RecursiveTransform(simplify)).into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.remove("title");
    schema.remove("description");
    schema.ensure_object().entry("properties").or_insert_with(|| Value::Object(Map::new()));
    schema.to_value()
}

/// The codes of an enum of ours, whose comments are not for models: `#[schemars(with = "Code<Language>")]`.
pub struct Code<T>(PhantomData<T>);

impl<T: VariantArray + Copy + Into<&'static str>> JsonSchema for Code<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<T>().into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let codes: Vec<&str> = T::VARIANTS.iter().map(|variant| (*variant).into()).collect();
        json_schema!({"type": "string", "enum": codes})
    }
}

/// Takes out what serde and Rust's types add and a model can't use.
fn simplify(schema: &mut Schema) {
    schema.remove("default");
    let is_of_rust = |format: &str| format.starts_with("int") || format.starts_with("uint");
    if schema.get("format").and_then(Value::as_str).is_some_and(is_of_rust) {
        schema.remove("format");
    }
    // A long comment is written over several lines.
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
    if schema.remove("nullable").is_none() {
        remove_null(schema);
    }
}

/// Takes out the null that an `Option` allows.
fn remove_null(schema: &mut Schema) {
    let null = Value::from("null");
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|one| *one != null);
        if let [one] = types.as_slice() {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(mut all)) = schema.remove("anyOf") else { return };
    all.retain(|one| one.get("type") != Some(&null));
    match all.as_mut_slice() {
        [Value::Object(one)] => {
            for (keyword, value) in std::mem::take(one) {
                schema.entry(keyword).or_insert(value);
            }
        }
        _ => {
            schema.insert("anyOf".to_owned(), Value::Array(all));
        }
    }
}

#[cfg(test)]
mod tests {
    use mezzofy_domain::language::Language;
    use serde_json::json;

    use super::*;

    /// For us.
    #[derive(JsonSchema)]
    #[schemars(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Meal {
        /// What is eaten,
        /// in words
        #[schemars(length(max = 20))]
        dish: Option<String>,
        #[schemars(extend("nullable" = true))]
        guests: Option<u8>,
        #[schemars(with = "Option<Code<Language>>")]
        language: Option<Language>,
        drink: Option<Drink>,
        #[serde(default)]
        courses: Vec<Course>,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Drink {
        Tea,
        BlackCoffee,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Course {
        #[schemars(range(min = 1))]
        minutes: i64,
    }

    #[test]
    fn a_schema_says_what_models_need_and_nothing_of_rust() {
        let course = json!({"type": "object", "properties": {"minutes": {"type": "integer", "minimum": 1}}, "required": ["minutes"]});
        let meal = json!({
            "type": "object", "additionalProperties": false,
            "properties": {
                "dish": {"type": "string", "maxLength": 20, "description": "What is eaten, in words"},
                "guests": {"type": ["integer", "null"], "minimum": 0, "maximum": 255},
                "language": {"type": "string", "enum": ["en", "zh", "ms"]},
                "drink": {"type": "string", "enum": ["tea", "black_coffee"]},
                "courses": {"type": "array", "items": course}
            }
        });
        assert_eq!(of::<Meal>(), meal);
    }
}
