//! A mail as an effect.

use super::address::{is_address, is_line, normalised};
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
    /// Plain text.
    pub body: String,
    /// Files with the hash of what is attached.
    pub attachments: Vec<Attachment>,
}

impl MailPayload {
    /// Addresses in lower case, each once in `to` or `cc`, and one subject: else why it is no mail.
    pub(super) fn checked(fields: PayloadFields) -> Result<Self, PayloadError> {
        let mut seen = Vec::new();
        let (to, cc) = (normalised(fields.to, &mut seen), normalised(fields.cc, &mut seen));
        if let Some(bad) = to.iter().chain(&cc).find(|address| !is_address(address)) {
            return Err(PayloadError::BadAddress(bad.clone()));
        }
        if to.is_empty() {
            return Err(PayloadError::NoRecipient);
        }
        if fields.subject.trim().is_empty() || !is_line(&fields.subject) {
            return Err(PayloadError::BadSubject);
        }
        if fields.when.is_some() {
            return Err(PayloadError::NotAnEvent);
        }
        Ok(Self { to, cc, subject: fields.subject, body: fields.body, attachments: fields.attachments })
    }

    pub(super) fn fields(self) -> PayloadFields {
        let Self { to, cc, subject, body, attachments } = self;
        PayloadFields { to, cc, subject, body, attachments, when: None }
    }
}
