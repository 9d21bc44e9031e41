//! A JSON object whose fields keep their order and their bytes.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// The fields, as they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Vec<(String, Box<RawValue>)>);

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// A field's text; empty where it is none.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    }

    /// Puts a value in the field's place, or last.
    pub(super) fn set(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(super) fn set_value(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        if let Ok(raw) = to_raw_value(value) {
            self.set(name, raw);
        }
    }

    pub(super) fn json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some((name, value)) = map.next_entry()? {
                    fields.0.push((name, value));
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_their_bytes() {
        let raw = r#"{"type":"x","b":1.0,"a":{"z": "\u00e9", "y":[1,  2]}}"#;
        let mut fields: Fields = serde_json::from_str(raw).unwrap();
        assert_eq!(fields.json().as_deref(), Some(raw));
        assert_eq!((fields.text("type").as_str(), fields.text("b").as_str()), ("x", ""));
        fields.set_value("b", "two");
        fields.set_value("c", &3);
        assert_eq!(fields.json().as_deref(), Some(r#"{"type":"x","b":"two","a":{"z": "\u00e9", "y":[1,  2]},"c":3}"#));
    }
}
