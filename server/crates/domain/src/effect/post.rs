//! A message in Teams as an effect.

use super::address::is_addressed;
use super::limits::{MAX_POST_CHARS, MAX_POST_FILES, check_addresses, check_files, check_text, is_line};
use super::payload::{PayloadError, PayloadFields};
use crate::file::Attachment;

/// A message in a Teams channel, or to one colleague there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostPayload {
    /// Where it is posted.
    pub target: PostTarget,
    /// One line; empty in a direct message.
    pub title: String,
    /// Plain text, never empty.
    pub text: String,
    /// Files with the hash of what goes with it.
    pub attachments: Vec<Attachment>,
}

/// Where a message in Teams is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostTarget {
    /// The channel of this name.
    Channel(String),
    /// The colleague with this address, in lower case.
    Person(String),
}

impl PostTarget {
    /// A name without `@` is a channel's.
    fn read(target: &str) -> Option<Self> {
        let target = target.trim();
        if is_addressed(target) {
            return Some(Self::Person(target.to_lowercase()));
        }
        (!target.is_empty()).then(|| Self::Channel(target.to_owned()))
    }

    /// The channel's name or the colleague's address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Channel(name) => name,
            Self::Person(address) => address,
        }
    }
}

impl PostPayload {
    /// One target, and a title only in a channel: else why it is no message.
    pub(super) fn read(fields: PayloadFields) -> Result<Self, PayloadError> {
        if fields.when.is_some() {
            return Err(PayloadError::NotAnEvent);
        }
        let targets: Option<Vec<_>> = fields.to.iter().map(|target| PostTarget::read(target)).collect();
        let mut targets = targets.ok_or(PayloadError::NotOnePlace)?;
        targets.dedup();
        let (Some(target), true, true) = (targets.pop(), targets.is_empty(), fields.cc.is_empty()) else {
            return Err(PayloadError::NotOnePlace);
        };
        if matches!(target, PostTarget::Person(_)) && !fields.subject.is_empty() {
            return Err(PayloadError::BadTitle);
        }
        Ok(Self { target, title: fields.subject, text: fields.body, attachments: fields.attachments })
    }

    /// What a message must be to be posted.
    pub(super) fn check(&self) -> Result<(), PayloadError> {
        match &self.target {
            PostTarget::Person(address) => check_addresses(std::slice::from_ref(address))?,
            PostTarget::Channel(name) if !is_line(name) => return Err(PayloadError::NotOnePlace),
            PostTarget::Channel(_) => {}
        }
        if !is_line(&self.title) {
            return Err(PayloadError::BadTitle);
        }
        if self.text.trim().is_empty() {
            return Err(PayloadError::NoText);
        }
        check_text(&self.text, MAX_POST_CHARS)?;
        check_files(&self.attachments, MAX_POST_FILES)
    }

    pub(super) fn fields(self) -> PayloadFields {
        let Self { target, title, text, attachments } = self;
        let to = vec![target.as_str().to_owned()];
        PayloadFields { to, cc: Vec::new(), subject: title, body: text, attachments, when: None }
    }
}
