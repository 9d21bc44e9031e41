//! Effects: calls that change something outside our database, and the states that make each happen once.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::canonical::{self, NotCanonical};
use crate::coded;
use crate::file::Attachment;

/// What kind of change an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum EffectKind {
    /// A mail from the person's mailbox.
    Mail,
    /// A message in a Teams channel, or to one colleague there.
    Teams,
    /// An event in the person's calendar, and the invitations to it.
    Calendar,
}

coded!(EffectKind);

/// Where an effect stands. It moves only forward: intended, attempting, then one of the three ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
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

coded!(EffectState);

impl EffectState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn has_ended(self) -> bool {
        match self {
            Self::Done | Self::Failed | Self::Unknown => true,
            Self::Intended | Self::Attempting => false,
        }
    }
}

/// What an effect sends, exactly. What kind it is follows from what it holds, so that a hash over it binds the kind too: a mail has
/// addresses and a subject; a post in a Teams channel goes to the channel's name, which is no address; a direct message in Teams goes to
/// one address and has no subject; an event has its times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Recipients: addresses in lower case, or the name of one channel. Those invited to an event, besides who it belongs to.
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
    pub when: Option<When>,
}

/// The times of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Its beginning by the clocks of the zone, `2026-12-02T15:00:00`.
    pub start: NaiveDateTime,
    /// Its end by the same clocks.
    pub end: NaiveDateTime,
    /// An IANA zone, `Asia/Singapore`.
    pub time_zone: String,
    /// Whether people may join through a link of Teams.
    pub online: bool,
}

impl When {
    /// The moment at which it begins; `None` in a zone that there is not, and at a time that its clocks skip.
    #[must_use]
    pub fn begins(&self) -> Option<DateTime<Utc>> {
        let zone: Tz = self.time_zone.parse().ok()?;
        Some(zone.from_local_datetime(&self.start).earliest()?.to_utc())
    }
}

/// The longest event.
const LONGEST_EVENT: TimeDelta = TimeDelta::days(1);

/// Why something can't be sent as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// No recipient.
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

impl Payload {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> EffectKind {
        if self.when.is_some() {
            return EffectKind::Calendar;
        }
        let addressed = self.to.iter().all(|to| is_address(to));
        if addressed && !self.subject.is_empty() { EffectKind::Mail } else { EffectKind::Teams }
    }

    /// Lower-cases the addresses, drops repeated ones and checks that it is a whole one of its kind.
    pub fn checked(mut self, kind: EffectKind) -> Result<Self, PayloadError> {
        let mut seen = Vec::new();
        for list in [&mut self.to, &mut self.cc] {
            for address in list.iter_mut() {
                *address = address.trim().to_owned();
                if kind != EffectKind::Teams || is_address(address) {
                    *address = address.to_lowercase();
                }
            }
            list.retain(|address| {
                let new = !seen.contains(address);
                seen.push(address.clone());
                new
            });
        }
        match kind {
            EffectKind::Mail => self.check_mail()?,
            EffectKind::Teams => self.check_message()?,
            EffectKind::Calendar => self.check_event()?,
        }
        Ok(self)
    }

    fn check_mail(&self) -> Result<(), PayloadError> {
        if let Some(bad) = self.recipients().find(|address| !is_address(address)) {
            return Err(PayloadError::BadAddress(bad.to_owned()));
        }
        if self.to.is_empty() {
            return Err(PayloadError::NoRecipient);
        }
        if self.subject.trim().is_empty() || !is_line(&self.subject) {
            return Err(PayloadError::BadSubject);
        }
        if self.when.is_some() { Err(PayloadError::NotAnEvent) } else { Ok(()) }
    }

    fn check_event(&self) -> Result<(), PayloadError> {
        if let Some(bad) = self.to.iter().find(|address| !is_address(address)) {
            return Err(PayloadError::BadAddress(bad.clone()));
        }
        let Some(when) = &self.when else { return Err(PayloadError::NotAnEvent) };
        if !self.cc.is_empty() || !self.attachments.is_empty() {
            return Err(PayloadError::NotAnEvent);
        }
        if self.subject.trim().is_empty() || !is_line(&self.subject) {
            return Err(PayloadError::BadEventTitle);
        }
        let soon = |at: &NaiveDateTime| (1990..=2100).contains(&at.year());
        if !soon(&when.start) || !soon(&when.end) {
            return Err(PayloadError::BadTimes);
        }
        let lasts = when.end - when.start;
        if lasts <= TimeDelta::zero() || lasts > LONGEST_EVENT { Err(PayloadError::BadTimes) } else { Ok(()) }
    }

    fn check_message(&self) -> Result<(), PayloadError> {
        if self.when.is_some() {
            return Err(PayloadError::NotAnEvent);
        }
        let ([to], []) = (self.to.as_slice(), self.cc.as_slice()) else { return Err(PayloadError::NotOnePlace) };
        if to.is_empty() || !is_line(to) || (to.contains('@') && !is_address(to)) {
            return Err(PayloadError::NotOnePlace);
        }
        if !is_line(&self.subject) || (is_address(to) && !self.subject.is_empty()) {
            return Err(PayloadError::BadTitle);
        }
        if self.body.trim().is_empty() { Err(PayloadError::NoText) } else { Ok(()) }
    }

    /// What it is called: its subject, else its first line.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.subject.is_empty() { self.body.trim().lines().next().unwrap_or_default() } else { &self.subject }
    }

    /// Everyone who gets it, and the channel that does.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).map(String::as_str)
    }

    /// The SHA-256 of the canonical payload.
    pub fn payload_hash(&self) -> Result<String, NotCanonical> {
        canonical::hash(self)
    }
}

fn is_line(text: &str) -> bool {
    text.chars().count() <= 255 && !text.chars().any(char::is_control)
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

    fn mail(to: &[&str], subject: &str) -> Payload {
        Payload {
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
        assert_eq!(checked.to, ["ceo@mezzofy.example"]);
        assert!(checked.cc.is_empty());
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
        let message = |to: &str, subject: &str| Payload {
            to: vec![to.to_owned()],
            cc: vec![],
            subject: subject.to_owned(),
            body: "Hello".to_owned(),
            attachments: vec![],
            when: None,
        };
        for (to, subject) in [("sales", "New customer"), ("Sales Asia", ""), ("Ceo@mezzofy.example", "")] {
            let checked = message(to, subject).checked(EffectKind::Teams).unwrap();
            assert_eq!(checked.kind(), EffectKind::Teams, "{to}");
            assert!(checked.checked(EffectKind::Mail).is_err(), "{to}");
        }
        let mail = message("ceo@mezzofy.example", "October").checked(EffectKind::Mail).unwrap();
        assert_eq!(mail.kind(), EffectKind::Mail);
        assert_eq!(mail.checked(EffectKind::Teams), Err(PayloadError::BadTitle));
        for (to, subject) in [("", ""), ("a b@c", ""), ("sales", "two\nlines")] {
            let bad = message(to, subject).checked(EffectKind::Teams);
            assert!(bad.is_err(), "{to:?} {subject:?}");
        }
        let two = Payload { to: vec!["sales".to_owned(), "finance".to_owned()], ..message("sales", "") };
        assert_eq!(two.checked(EffectKind::Teams), Err(PayloadError::NotOnePlace));
        let nothing = Payload { body: " ".to_owned(), ..message("sales", "") };
        assert_eq!(nothing.checked(EffectKind::Teams), Err(PayloadError::NoText));
    }

    #[test]
    fn an_event_has_times_and_is_nothing_else() {
        let at =
            |hour| chrono::NaiveDate::from_ymd_opt(2026, 12, 2).and_then(|day| day.and_hms_opt(hour, 0, 0)).unwrap();
        let lasting = |start, end| Payload {
            cc: vec![],
            when: Some(When { start: at(start), end: at(end), time_zone: "Asia/Singapore".to_owned(), online: true }),
            ..mail(&["CEO@mezzofy.example"], "October figures")
        };
        let event = lasting(15, 16).checked(EffectKind::Calendar).unwrap();
        assert_eq!(
            (event.kind(), event.to.as_slice()),
            (EffectKind::Calendar, ["ceo@mezzofy.example".to_owned()].as_slice())
        );
        assert_eq!(event.clone().checked(EffectKind::Mail), Err(PayloadError::NotAnEvent));
        assert_eq!(event.clone().checked(EffectKind::Teams), Err(PayloadError::NotAnEvent));
        assert_eq!(lasting(15, 15).checked(EffectKind::Calendar), Err(PayloadError::BadTimes));
        let alone = Payload { to: vec![], ..event.clone() };
        assert!(alone.checked(EffectKind::Calendar).is_ok(), "a time of one's own needs nobody else");
        let copied = Payload { cc: vec!["a@b.example".to_owned()], ..event.clone() };
        assert_eq!(copied.checked(EffectKind::Calendar), Err(PayloadError::NotAnEvent));
        assert_eq!(event.when.as_ref().unwrap().begins().unwrap().to_rfc3339(), "2026-12-02T07:00:00+00:00");
        let timeless = Payload { when: None, ..event.clone() };
        assert_ne!(timeless.payload_hash().unwrap(), event.payload_hash().unwrap(), "the hash binds the times");
        let text = serde_json::to_string(&timeless).unwrap();
        assert!(!text.contains("when"), "what is no event keeps the hash that it had: {text}");
    }
}
