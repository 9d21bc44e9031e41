//! What an effect sends, exactly, and the form in which it is hashed.

use serde::{Deserialize, Serialize};

use super::address::is_address;
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
    /// A line break in the subject could smuggle a header.
    #[error("The subject of the mail must be one line of at most 255 characters.")]
    BadSubject,
    /// Neither one channel nor one address.
    #[error("A message in Teams goes to one channel or to one colleague, without copies.")]
    NotOnePlace,
    /// Nothing to read.
    #[error("The message has no text.")]
    NoText,
    /// A post's title is one line; a direct message has none.
    #[error("The title of a post must be one line of at most 255 characters, and a message to a colleague has none.")]
    BadTitle,
    /// An event without a title, or with more than a line of it.
    #[error("The title of an event must be one line of at most 255 characters.")]
    BadEventTitle,
    /// An event is given with what only a mail has, or the other way round.
    #[error("An event has a title, times, a text and those who are invited; copies and attachments it has none.")]
    NotAnEvent,
    /// It ends before it begins, or lasts too long.
    #[error("An event must end after it begins, and within a day.")]
    BadTimes,
}

impl PayloadFields {
    /// A whole payload of this kind: addresses in lower case, none twice; else why it is none.
    pub fn checked(self, kind: EffectKind) -> Result<Payload, PayloadError> {
        Ok(match kind {
            EffectKind::Mail => Payload::Mail(MailPayload::checked(self)?),
            EffectKind::Teams => Payload::Post(PostPayload::checked(self)?),
            EffectKind::Calendar => Payload::Event(EventPayload::checked(self)?),
        })
    }

    /// The one kind that fields of a whole payload can be.
    fn kind(&self) -> EffectKind {
        if self.when.is_some() {
            return EffectKind::Calendar;
        }
        let addressed = self.to.iter().all(|to| is_address(to));
        if addressed && !self.subject.is_empty() { EffectKind::Mail } else { EffectKind::Teams }
    }
}

impl TryFrom<PayloadFields> for Payload {
    type Error = PayloadError;

    fn try_from(fields: PayloadFields) -> Result<Self, PayloadError> {
        let kind = fields.kind();
        fields.checked(kind)
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
pub(crate) mod tests {
    use super::*;

    pub(crate) fn message(to: &str, subject: &str) -> PayloadFields {
        PayloadFields {
            to: vec![to.to_owned()],
            cc: vec![],
            subject: subject.to_owned(),
            body: "Hello".to_owned(),
            attachments: vec![],
            when: None,
        }
    }

    fn mail(to: &[&str], subject: &str) -> PayloadFields {
        PayloadFields {
            to: to.iter().map(|&to| to.to_owned()).collect(),
            cc: vec!["CEO@mezzofy.example".to_owned()],
            subject: subject.to_owned(),
            body: String::new(),
            attachments: vec![],
            when: None,
        }
    }

    #[test]
    fn a_recipient_named_twice_gets_one_mail() {
        let checked =
            mail(&["ceo@mezzofy.example", " Ceo@Mezzofy.example"], "October").checked(EffectKind::Mail).unwrap();
        assert_eq!(checked.to(), ["ceo@mezzofy.example"]);
        assert!(checked.cc().is_empty());
    }

    #[test]
    fn bad_addresses_and_subjects_are_refused() {
        assert_eq!(mail(&[], "x").checked(EffectKind::Mail), Err(PayloadError::NoRecipient));
        for bad in
            ["ceo", "a b@c.example", "<a@b.example>", "a@b", "a@b..example", "a@b.example,c@d.example", "a@b@c.example"]
        {
            assert!(matches!(mail(&[bad], "x").checked(EffectKind::Mail), Err(PayloadError::BadAddress(_))), "{bad}");
        }
        assert_eq!(
            mail(&["a@b.example"], "x\nBcc: y@z.example").checked(EffectKind::Mail),
            Err(PayloadError::BadSubject)
        );
    }

    #[test]
    fn what_is_approved_as_one_kind_can_not_be_sent_as_another() {
        for (to, subject) in [("sales", "New customer"), ("Sales Asia", ""), ("Ceo@mezzofy.example", "")] {
            let checked = message(to, subject).checked(EffectKind::Teams).unwrap();
            assert_eq!(checked.kind(), EffectKind::Teams, "{to}");
            assert!(checked.fields().checked(EffectKind::Mail).is_err(), "{to}");
            assert_eq!(checked.fields().try_into(), Ok(checked), "{to}: what is stored is read as what it was");
        }
        let mail = message("ceo@mezzofy.example", "October").checked(EffectKind::Mail).unwrap();
        assert_eq!(mail.kind(), EffectKind::Mail);
        assert_eq!(mail.fields().checked(EffectKind::Teams), Err(PayloadError::BadTitle));
        for (to, subject) in [("", ""), ("a b@c", ""), ("sales", "two\nlines")] {
            let bad = message(to, subject).checked(EffectKind::Teams);
            assert!(bad.is_err(), "{to:?} {subject:?}");
        }
        let two = PayloadFields { to: vec!["sales".to_owned(), "finance".to_owned()], ..message("sales", "") };
        assert_eq!(two.checked(EffectKind::Teams), Err(PayloadError::NotOnePlace));
        let nothing = PayloadFields { body: " ".to_owned(), ..message("sales", "") };
        assert_eq!(nothing.checked(EffectKind::Teams), Err(PayloadError::NoText));
    }

    #[test]
    fn an_event_has_times_and_is_nothing_else() {
        let at =
            |hour| chrono::NaiveDate::from_ymd_opt(2026, 12, 2).and_then(|day| day.and_hms_opt(hour, 0, 0)).unwrap();
        let lasting = |start, end| PayloadFields {
            cc: vec![],
            when: Some(EventTimes {
                start: at(start),
                end: at(end),
                time_zone: "Asia/Singapore".to_owned(),
                online: true,
            }),
            ..mail(&["CEO@mezzofy.example"], "October figures")
        };
        let event = lasting(15, 16).checked(EffectKind::Calendar).unwrap();
        assert_eq!((event.kind(), event.to()), (EffectKind::Calendar, vec!["ceo@mezzofy.example"]));
        assert_eq!(event.fields().checked(EffectKind::Mail), Err(PayloadError::NotAnEvent));
        assert_eq!(event.fields().checked(EffectKind::Teams), Err(PayloadError::NotAnEvent));
        assert_eq!(lasting(15, 15).checked(EffectKind::Calendar), Err(PayloadError::BadTimes));
        let alone = PayloadFields { to: vec![], ..event.fields() };
        assert!(alone.checked(EffectKind::Calendar).is_ok(), "a time of one's own needs nobody else");
        let copied = PayloadFields { cc: vec!["a@b.example".to_owned()], ..event.fields() };
        assert_eq!(copied.checked(EffectKind::Calendar), Err(PayloadError::NotAnEvent));
        assert_eq!(event.times().unwrap().begins().unwrap().to_rfc3339(), "2026-12-02T07:00:00+00:00");
        let timeless = PayloadFields { when: None, ..event.fields() };
        assert_ne!(canonical::hash(&timeless).unwrap(), event.payload_hash().unwrap(), "the hash binds the times");
        let text = serde_json::to_string(&timeless).unwrap();
        assert!(!text.contains("when"), "what is no event keeps the hash that it had: {text}");
    }
}
