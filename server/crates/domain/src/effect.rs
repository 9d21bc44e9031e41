//! Effects: calls that change something outside our database, and the states that make each happen once.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::canonical::{self, NotCanonical};
use crate::file::Attachment;

/// What kind of change an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// A mail from the person's mailbox.
    Mail,
}

impl EffectKind {
    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
        }
    }

    /// The kind of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Mail].into_iter().find(|kind| kind.code() == code)
    }
}

/// Where an effect stands. It moves only forward: intended, attempting, then one of the three ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectState {
    /// Its row with payload and key is committed; nothing has left.
    Intended,
    /// The provider may have been told. After a crash it is reconciled, never simply repeated.
    Attempting,
    /// The provider's receipt is stored.
    Done,
    /// It certainly did not happen.
    Failed,
    /// It can't be known; its owner is shown what to check.
    Unknown,
}

impl EffectState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Intended, Self::Attempting, Self::Done, Self::Failed, Self::Unknown];

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Attempting => "attempting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The state of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn has_ended(self) -> bool {
        match self {
            Self::Done | Self::Failed | Self::Unknown => true,
            Self::Intended | Self::Attempting => false,
        }
    }
}

impl fmt::Display for EffectState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A mail exactly as it will be sent. Addresses are lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Recipients.
    pub to: Vec<String>,
    /// Recipients of a copy.
    pub cc: Vec<String>,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Files with the hash of what is attached.
    pub attachments: Vec<Attachment>,
}

/// Why a mail can't be written as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// No recipient.
    #[error("The mail has no recipient. Name who should get it.")]
    NoRecipient,
    /// Not an address.
    #[error("“{0}” is not an email address.")]
    BadAddress(String),
    /// A line break in the subject could smuggle a header.
    #[error("The subject of the mail must be one line of at most 255 characters.")]
    BadSubject,
}

impl Mail {
    /// Lower-cases the addresses, drops repeated ones and checks the form.
    pub fn checked(mut self) -> Result<Self, MailError> {
        let mut seen = Vec::new();
        for list in [&mut self.to, &mut self.cc] {
            for address in list.iter_mut() {
                *address = address.trim().to_lowercase();
                if !is_address(address) {
                    return Err(MailError::BadAddress(address.clone()));
                }
            }
            list.retain(|address| {
                let new = !seen.contains(address);
                seen.push(address.clone());
                new
            });
        }
        if self.to.is_empty() {
            return Err(MailError::NoRecipient);
        }
        if self.subject.trim().is_empty()
            || self.subject.chars().count() > 255
            || self.subject.chars().any(char::is_control)
        {
            return Err(MailError::BadSubject);
        }
        Ok(self)
    }

    /// Everyone who gets it.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).map(String::as_str)
    }

    /// The SHA-256 of the canonical payload.
    pub fn payload_hash(&self) -> Result<String, NotCanonical> {
        canonical::hash(self)
    }
}

/// Whether the text has the form of one mail address: a local part, `@`, a domain with a dot, no spaces or brackets.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.chars().all(plain)
                && domain.contains('.')
                && domain
                    .split('.')
                    .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &[&str], subject: &str) -> Mail {
        Mail {
            to: to.iter().map(|&to| to.to_owned()).collect(),
            cc: vec!["CEO@mezzofy.example".to_owned()],
            subject: subject.to_owned(),
            body: String::new(),
            attachments: vec![],
        }
    }

    #[test]
    fn a_recipient_named_twice_gets_one_mail() {
        let checked = mail(&["ceo@mezzofy.example", " Ceo@Mezzofy.example"], "October").checked().unwrap();
        assert_eq!(checked.to, ["ceo@mezzofy.example"]);
        assert!(checked.cc.is_empty());
    }

    #[test]
    fn bad_addresses_and_subjects_are_refused() {
        assert_eq!(mail(&[], "x").checked(), Err(MailError::NoRecipient));
        for bad in
            ["ceo", "a b@c.example", "<a@b.example>", "a@b", "a@b..example", "a@b.example,c@d.example", "a@b@c.example"]
        {
            assert!(matches!(mail(&[bad], "x").checked(), Err(MailError::BadAddress(_))), "{bad}");
        }
        assert_eq!(mail(&["a@b.example"], "x\nBcc: y@z.example").checked(), Err(MailError::BadSubject));
    }
}
