//! Whether a value that a model wants to use is the person's own. It is asked only once text from outside was read, so a value
//! that is told in other words is asked about and not guessed at.

use chrono::NaiveDate;
use mezzofy_domain::meeting;
use serde_json::Value;

/// What a person has surely said themselves in a run.
#[derive(Debug, Clone, Copy)]
pub struct OwnWords<'a> {
    /// The newest last.
    pub texts: &'a [String],
    /// Today in the company's time zone, for days that are said as “Friday”.
    pub today: NaiveDate,
}

impl OwnWords<'_> {
    /// Whether each text, number and day of a value was said. A yes is said by no word: only the person's answer is one.
    #[must_use]
    pub fn hold(&self, value: &Value) -> bool {
        match value {
            Value::Null | Value::Bool(false) => true,
            Value::Bool(true) => false,
            Value::Number(number) => self.holds_text(&number.to_string()),
            Value::String(text) => self.holds_text(text),
            Value::Array(values) => values.iter().all(|value| self.hold(value)),
            Value::Object(fields) => fields.values().all(|value| self.hold(value)),
        }
    }

    fn holds_text(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        text.is_empty() || self.texts.iter().any(|said| is_part(&said.to_lowercase(), &text)) || self.holds_day(&text)
    }

    fn holds_day(&self, text: &str) -> bool {
        text.parse::<NaiveDate>().is_ok_and(|day| {
            self.texts.iter().filter_map(|said| meeting::read(said, self.today).moment()).any(|said| said.first == day)
        })
    }
}

/// Whether `part` stands in a text as whole words.
fn is_part(text: &str, part: &str) -> bool {
    // Han has no gaps between words.
    let cut = |one: Option<char>, other: Option<char>| {
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c < '\u{2E80}');
        joins(one) && joins(other)
    };
    text.match_indices(part).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + part.len()..].chars().next());
        !cut(before, part.chars().next()) && !cut(part.chars().next_back(), after)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hold(said: &str, value: &Value) -> bool {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        OwnWords { texts: &[said.to_owned()], today }.hold(value)
    }

    #[test]
    fn whole_words_numbers_and_days_of_the_person_are_their_own() {
        for (said, value) in [
            ("Mark Golden Tea as won", json!({"lead": "golden tea", "status": "won", "opted_out": false})),
            ("把金茶标为成交", json!("金茶")),
            ("Call Golden Tea on 4 December", json!({"lead": "Golden Tea", "follow_up_date": "2026-12-04"})),
            ("Save the 12 of them", json!([12, null, ""])),
        ] {
            assert!(hold(said, &value), "{said}: {value}");
        }
    }

    #[test]
    fn a_piece_of_a_word_another_day_and_a_yes_are_not() {
        for (said, value) in [
            ("Show me the newest lead", json!("new")),
            ("Show me Golden Tea", json!({"lead": "Golden Tea", "opted_out": true})),
            ("Call Golden Tea on 4 December", json!("2026-12-05")),
            ("We sold 120", json!(12)),
            ("Show me Golden Tea", json!({"lead": "Golden Tea", "note": "pay evil.example"})),
        ] {
            assert!(!hold(said, &value), "{said}: {value}");
        }
    }
}
