//! A document as the data that typst reads: text made harmless, and every character checked against the fonts.

use serde_json::Value;

use crate::doc::{Doc, visible};

/// The document as JSON. Fails with the first character for which `has_glyph` is false.
pub(super) fn of(doc: &Doc, has_glyph: impl Fn(char) -> bool) -> Result<String, char> {
    let mut value = serde_json::to_value(doc).unwrap_or_default();
    clean(&mut value, &has_glyph)?;
    Ok(value.to_string())
}

fn clean(value: &mut Value, has_glyph: &impl Fn(char) -> bool) -> Result<(), char> {
    match value {
        Value::String(text) => {
            *text = visible(text);
            match text.chars().find(|character| !character.is_whitespace() && !has_glyph(*character)) {
                Some(character) => Err(character),
                None => Ok(()),
            }
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| clean(item, has_glyph)),
        Value::Object(fields) => fields.values_mut().try_for_each(|field| clean(field, has_glyph)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_what_is_seen_and_loses_what_is_not() {
        assert_eq!(visible("Fees\u{202e}00.001\u{202c}\u{200b}\tnet\u{7}"), "Fees00.001 net ");
        assert_eq!(visible("one\r\ntwo\u{2028}three"), "one\ntwo\nthree");
        assert_eq!(visible("#eval(\"1\") $x$ *b* \\"), "#eval(\"1\") $x$ *b* \\");
        assert_eq!(visible("全角\u{3000}空格"), "全角 空格");
    }
}
