//! A mail as an effect.

use super::address::normalised;
use super::limits::{MAX_MAIL_CHARS, MAX_MAIL_FILES, check_addresses, check_files, check_text, is_line};
use super::payload::{PayloadError, PayloadFields};
use crate::file::Attachment;

/// A mail from the person's mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailPayload {
    /// Addresses in lower case, at least one.
    pub to: Vec<String>,
    /// Addresses in lower case.
    pub cc: Vec<String>,
    /// One line, never empty.
    pub subject: String,
    /// Plain text, never empty.
    pub body: String,
    /// Files with the hash of what is attached.
    pub attachments: Vec<Attachment>,
}

impl MailPayload {
    /// Addresses in lower case, each once in `to` or `cc`, and a subject: else why it is no mail.
    pub(super) fn read(fields: PayloadFields) -> Result<Self, PayloadError> {
        let mut seen = Vec::new();
        let (to, cc) = (normalised(fields.to, &mut seen), normalised(fields.cc, &mut seen));
        if to.is_empty() {
            return Err(PayloadError::NoRecipient);
        }
        if fields.subject.trim().is_empty() {
            return Err(PayloadError::BadSubject);
        }
        if fields.when.is_some() {
            return Err(PayloadError::NotAnEvent);
        }
        Ok(Self { to, cc, subject: fields.subject, body: fields.body, attachments: fields.attachments })
    }

    /// What a mail must be to be sent.
    pub(super) fn check(&self) -> Result<(), PayloadError> {
        check_addresses(&self.to)?;
        check_addresses(&self.cc)?;
        if !is_line(&self.subject) {
            return Err(PayloadError::BadSubject);
        }
        if self.body.trim().is_empty() {
            return Err(PayloadError::NoText);
        }
        check_text(&self.body, MAX_MAIL_CHARS)?;
        check_files(&self.attachments, MAX_MAIL_FILES)
    }

    pub(super) fn fields(self) -> PayloadFields {
        let Self { to, cc, subject, body, attachments } = self;
        PayloadFields { to, cc, subject, body, attachments, when: None }
    }
}
