//! In which language and script a document is written.

use mezzofy_domain::language::Language;
use serde::{Deserialize, Serialize};

/// A language in a script, by its BCP 47 tag: `en`, `zh-Hans`, `zh-Hant` or `ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Writing {
    #[serde(rename = "en")]
    English,
    /// Chinese in simplified characters.
    #[serde(rename = "zh-Hans", alias = "zh")]
    Simplified,
    /// Chinese in traditional characters.
    #[serde(rename = "zh-Hant")]
    Traditional,
    #[serde(rename = "ms")]
    Malay,
}

impl Writing {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::English, Self::Simplified, Self::Traditional, Self::Malay];

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Simplified => "zh-Hans",
            Self::Traditional => "zh-Hant",
            Self::Malay => "ms",
        }
    }

    /// The tag with a region, as office formats write it.
    #[must_use]
    pub fn locale(self) -> &'static str {
        match self {
            Self::English => "en-SG",
            Self::Simplified => "zh-CN",
            Self::Traditional => "zh-TW",
            Self::Malay => "ms-MY",
        }
    }

    /// Whether its words are Chinese.
    #[must_use]
    pub fn is_chinese(self) -> bool {
        matches!(self, Self::Simplified | Self::Traditional)
    }

    /// The language of the product that comes closest.
    #[must_use]
    pub fn language(self) -> Language {
        match self {
            Self::English => Language::En,
            Self::Simplified | Self::Traditional => Language::Zh,
            Self::Malay => Language::Ms,
        }
    }
}

impl From<Language> for Writing {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::English,
            Language::Zh => Self::Simplified,
            Language::Ms => Self::Malay,
        }
    }
}
