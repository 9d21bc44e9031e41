//! Push notifications: what people are told on their phones, stored with what it tells of and sent by Expo's service.

use std::path::Path;

use mezzofy_domain::language::{Language, Text};
use mezzofy_domain::notification::NotificationKind;
use serde::Deserialize;

use expo::{Expo, PushService};

pub mod deliver;
pub mod expo;
pub mod news;

/// What is said on a phone, from `prompts/push.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    title: String,
    decision: Text,
    question: Text,
    result: Text,
    failure: Text,
    skipped: Text,
}

impl Texts {
    fn of(&self, matter: NotificationKind) -> &Text {
        match matter {
            NotificationKind::Decision => &self.decision,
            NotificationKind::Question => &self.question,
            NotificationKind::Result => &self.result,
            NotificationKind::Failure => &self.failure,
            NotificationKind::Skipped => &self.skipped,
        }
    }
}

/// The way to people's phones.
pub struct PushSender {
    expo: Expo,
    texts: Texts,
}

impl PushSender {
    /// What is said of a matter: the title, and the text in a language.
    #[must_use]
    pub fn text(&self, matter: NotificationKind, language: Language) -> (&str, &str) {
        (&self.texts.title, self.texts.of(matter).in_language(language))
    }

    /// Checks the service's address and reads the texts; nothing is asked yet.
    pub fn new(service: &PushService, prompts: &Path) -> Result<Self, String> {
        let file = prompts.join("push.yaml");
        let wrong = |error: String| format!("{}: {error}", file.display());
        let yaml = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
        let texts = serde_saphyr::from_str(&yaml).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { expo: Expo::new(service)?, texts })
    }
}
