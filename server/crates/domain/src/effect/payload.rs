//! What an effect sends, exactly, and the form in which it is hashed.

use serde::{Deserialize, Serialize};

use super::address::is_addressed;
use super::limits::{MAX_LINE_CHARS, MAX_RECIPIENTS};
use super::{EffectKind, EventPayload, EventTimes, MailPayload, PostPayload};
use crate::canonical::{self, NotCanonical};
use crate::file::Attachment;

/// What an effect sends, exactly: each kind has what it needs and nothing else. It is stored, shown and hashed as [`PayloadFields`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "PayloadFields", try_from = "PayloadFields")]
pub enum Payload {
    /// A mail from the person's mailbox.
    Mail(MailPayload),
    /// A message in Teams.
    Post(PostPayload),
    /// An event in the person's calendar.
    Event(EventPayload),
}

/// The fields of a payload of any kind: version 1 of the canonical form, whose RFC 8785 JSON is hashed. The hash binds the kind, because
/// no fields are a whole payload of two kinds: a mail has addresses and a subject; a post in a Teams channel goes to the channel's name,
/// which is no address; a direct message in Teams goes to one address and has no subject; an event has its times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadFields {
    /// Recipients: addresses, or the name of one channel; those invited to an event, besides who it belongs to.
    pub to: Vec<String>,
    /// Recipients of a copy; of a mail only.
    pub cc: Vec<String>,
    /// One line; empty in a direct message.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Files with the hash of what is attached.
    pub attachments: Vec<Attachment>,
    /// The times of an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<EventTimes>,
}

/// Why something can't be sent as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    #[error("The mail has no recipient. Name who should get it.")]
    NoRecipient,
    /// Not an address.
    #[error("“{0}” is not an email address.")]
    BadAddress(String),
    #[error(
        "At most {MAX_RECIPIENTS} people can get it, and of a mail as many a copy. Leave some out, or send a second one."
    )]
    TooManyRecipients,
    /// A line break in the subject could smuggle a header.
    #[error(
        "The subject of the mail must be one line of at most {MAX_LINE_CHARS} characters, all of which can be seen."
    )]
    BadSubject,
    /// Neither one channel nor one address.
    #[error("A message in Teams goes to one channel or to one colleague, without copies.")]
    NotOnePlace,
    /// Nothing to read.
    #[error("The message has no text.")]
    NoText,
    #[error("The text must have at most {0} characters.")]
    TooLong(usize),
    /// It can't be stored, turns the direction of reading around, or is a tag.
    #[error("The text holds a character that nobody sees (U+{0:04X}). Take it out.")]
    HiddenCharacter(u32),
    #[error("At most {0} files can go with it.")]
    TooManyFiles(usize),
    #[error("The name of the file “{0}” holds characters that nobody sees. Upload it again under another name.")]
    HiddenFileName(String),
    /// A post's title is one line; a direct message has none.
    #[error(
        "The title of a post must be one line of at most {MAX_LINE_CHARS} characters that can be seen, and a message to a colleague has none."
    )]
    BadTitle,
    /// An event without a title, or with more than a line of it.
    #[error("The title of an event must be one line of at most {MAX_LINE_CHARS} characters, all of which can be seen.")]
    BadEventTitle,
    /// An event is given with what only a mail has, or the other way round.
    #[error("An event has a title, times, a text and those who are invited; copies and attachments it has none.")]
    NotAnEvent,
    /// It ends before it begins, or lasts too long.
    #[error("An event must end after it begins, and within a day.")]
    BadTimes,
}

impl PayloadFields {
    /// A whole payload of this kind that may be sent as far as that can be told without asking anybody: addresses in lower case, none
    /// twice; else why it is none.
    pub fn checked(self, kind: EffectKind) -> Result<Payload, PayloadError> {
        let payload = self.read(kind)?;
        payload.check()?;
        Ok(payload)
    }

    /// A whole payload of this kind; else why it is none.
    fn read(self, kind: EffectKind) -> Result<Payload, PayloadError> {
        Ok(match kind {
            EffectKind::Mail => Payload::Mail(MailPayload::read(self)?),
            EffectKind::Teams => Payload::Post(PostPayload::read(self)?),
            EffectKind::Calendar => Payload::Event(EventPayload::read(self)?),
        })
    }

    /// The one kind that fields of a whole payload can be.
    fn kind(&self) -> EffectKind {
        if self.when.is_some() {
            return EffectKind::Calendar;
        }
        let addressed = self.to.iter().all(|to| is_addressed(to));
        if addressed && !self.subject.is_empty() { EffectKind::Mail } else { EffectKind::Teams }
    }
}

/// As it is stored: it was checked when it was proposed, by the rules of that day, and is checked again when it is sent.
impl TryFrom<PayloadFields> for Payload {
    type Error = PayloadError;

    fn try_from(fields: PayloadFields) -> Result<Self, PayloadError> {
        let kind = fields.kind();
        fields.read(kind)
    }
}

impl From<Payload> for PayloadFields {
    fn from(payload: Payload) -> Self {
        match payload {
            Payload::Mail(mail) => mail.fields(),
            Payload::Post(post) => post.fields(),
            Payload::Event(event) => event.fields(),
        }
    }
}

impl Payload {
    /// Whether it may be sent, as far as that can be told without asking anybody: its addresses, lengths, and characters that can be seen.
    pub fn check(&self) -> Result<(), PayloadError> {
        match self {
            Self::Mail(mail) => mail.check(),
            Self::Post(post) => post.check(),
            Self::Event(event) => event.check(),
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> EffectKind {
        match self {
            Self::Mail(_) => EffectKind::Mail,
            Self::Post(_) => EffectKind::Teams,
            Self::Event(_) => EffectKind::Calendar,
        }
    }

    /// Its fields, as they are shown and stored.
    #[must_use]
    pub fn fields(&self) -> PayloadFields {
        self.clone().into()
    }

    /// Who gets it, without copies; or the channel that does.
    #[must_use]
    pub fn to(&self) -> Vec<&str> {
        match self {
            Self::Mail(mail) => mail.to.iter().map(String::as_str).collect(),
            Self::Post(post) => vec![post.target.as_str()],
            Self::Event(event) => event.attendees.iter().map(String::as_str).collect(),
        }
    }

    /// Who gets a copy.
    #[must_use]
    pub fn cc(&self) -> &[String] {
        match self {
            Self::Mail(mail) => &mail.cc,
            Self::Post(_) | Self::Event(_) => &[],
        }
    }

    /// Everyone who gets it, and the channel that does.
    #[must_use]
    pub fn recipients(&self) -> Vec<&str> {
        let mut all = self.to();
        all.extend(self.cc().iter().map(String::as_str));
        all
    }

    /// Its subject or title; empty in a direct message.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Mail(mail) => &mail.subject,
            Self::Post(post) => &post.title,
            Self::Event(event) => &event.title,
        }
    }

    /// Its text.
    #[must_use]
    pub fn body(&self) -> &str {
        match self {
            Self::Mail(mail) => &mail.body,
            Self::Post(post) => &post.text,
            Self::Event(event) => &event.text,
        }
    }

    /// Files that go with it.
    #[must_use]
    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Self::Mail(mail) => &mail.attachments,
            Self::Post(post) => &post.attachments,
            Self::Event(_) => &[],
        }
    }

    /// The times of an event.
    #[must_use]
    pub fn times(&self) -> Option<&EventTimes> {
        match self {
            Self::Event(event) => Some(&event.times),
            Self::Mail(_) | Self::Post(_) => None,
        }
    }

    /// What it is called: its subject, else its first line.
    #[must_use]
    pub fn title(&self) -> &str {
        let subject = self.subject();
        if subject.is_empty() { self.body().trim().lines().next().unwrap_or_default() } else { subject }
    }

    /// Hex SHA-256 of the RFC 8785 JSON of its fields.
    pub fn payload_hash(&self) -> Result<String, NotCanonical> {
        canonical::hash(self)
    }
}

#[cfg(test)]
pub(crate) mod tests;
