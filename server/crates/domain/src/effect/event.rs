//! An event in a calendar as an effect.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::address::normalised;
use super::limits::{MAX_EVENT_CHARS, check_addresses, check_text, is_line};
use super::payload::{PayloadError, PayloadFields};

/// An event in the person's calendar, and the invitations to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPayload {
    /// Addresses in lower case of those who are invited, besides who it belongs to; may be none.
    pub attendees: Vec<String>,
    /// One line, never empty.
    pub title: String,
    /// Plain text.
    pub text: String,
    /// When it is.
    pub times: EventTimes,
}

/// The times of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTimes {
    /// Its beginning by the clocks of the zone, `2026-12-02T15:00:00`.
    pub start: NaiveDateTime,
    /// Its end by the same clocks.
    pub end: NaiveDateTime,
    /// An IANA zone, `Asia/Singapore`.
    pub time_zone: String,
    /// Whether people may join through a link of Teams.
    pub online: bool,
}

impl EventTimes {
    /// The moment at which it begins; `None` in a zone that there is not, and at a time that its clocks skip.
    #[must_use]
    pub fn begins(&self) -> Option<DateTime<Utc>> {
        let zone: Tz = self.time_zone.parse().ok()?;
        Some(zone.from_local_datetime(&self.start).earliest()?.to_utc())
    }
}

/// How long an event lasts at most.
const MAX_DURATION: TimeDelta = TimeDelta::days(1);

impl EventTimes {
    /// Whether it ends after it begins, within a day, in years that people plan for.
    fn are_plausible(&self) -> bool {
        let near = |at: &NaiveDateTime| (1990..=2100).contains(&at.year());
        let lasts = self.end - self.start;
        near(&self.start) && near(&self.end) && lasts > TimeDelta::zero() && lasts <= MAX_DURATION
    }
}

impl EventPayload {
    /// Times, and neither copies nor attachments: else why it is no event.
    pub(super) fn read(fields: PayloadFields) -> Result<Self, PayloadError> {
        let mut seen = Vec::new();
        let (attendees, cc) = (normalised(fields.to, &mut seen), normalised(fields.cc, &mut seen));
        let times = fields.when.ok_or(PayloadError::NotAnEvent)?;
        if !cc.is_empty() || !fields.attachments.is_empty() {
            return Err(PayloadError::NotAnEvent);
        }
        Ok(Self { attendees, title: fields.subject, text: fields.body, times })
    }

    /// What an event must be to be made.
    pub(super) fn check(&self) -> Result<(), PayloadError> {
        check_addresses(&self.attendees)?;
        if self.title.trim().is_empty() || !is_line(&self.title) {
            return Err(PayloadError::BadEventTitle);
        }
        if !self.times.are_plausible() {
            return Err(PayloadError::BadTimes);
        }
        check_text(&self.text, MAX_EVENT_CHARS)
    }

    pub(super) fn fields(self) -> PayloadFields {
        let Self { attendees, title, text, times } = self;
        let (cc, attachments) = (Vec::new(), Vec::new());
        PayloadFields { to: attendees, cc, subject: title, body: text, attachments, when: Some(times) }
    }
}
