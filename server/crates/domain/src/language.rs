//! The languages of the app and of what the assistant writes.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::coded;

/// A language a person can choose. Written `en`, `zh` (simplified Chinese) or `ms` everywhere outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
    /// Malay.
    Ms,
}

coded!(Language);

impl Language {
    /// The language a text is written in: Chinese when it holds any Han character, else `otherwise`.
    #[must_use]
    pub fn of_text(text: &str, otherwise: Self) -> Self {
        let han = text
            .chars()
            .any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}'));
        match (han, otherwise) {
            (true, _) => Self::Zh,
            (false, Self::Zh) if text.chars().any(char::is_alphabetic) => Self::En,
            (false, other) => other,
        }
    }
}

/// A text in the languages the assistant writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English, also read where the language has no text of its own.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl Text {
    /// The text in a language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En | Language::Ms => &self.en,
        }
    }

    /// The text with each `${name}` replaced by its value.
    #[must_use]
    pub fn say(&self, language: Language, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.in_language(language).to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        })
    }

    /// The names in its `${name}`s.
    #[must_use]
    pub fn holes(&self) -> Vec<String> {
        [&self.en, &self.zh]
            .into_iter()
            .flat_map(|text| text.split("${").skip(1))
            .map(|rest| rest.split('}').next().unwrap_or_default().to_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_in_the_language_it_was_written_in() {
        assert_eq!(Language::of_text("生成上个季度的报表", Language::En), Language::Zh);
        assert_eq!(Language::of_text("the October statement", Language::Zh), Language::En);
        assert_eq!(Language::of_text("2025?", Language::Zh), Language::Zh);
        assert_eq!(Language::of_text("penyata kewangan", Language::Ms), Language::Ms);
    }
}
