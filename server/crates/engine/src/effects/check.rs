//! Whether something may be sent by a person now. One answer for the tools that propose it, for an edit of an approval, and for the moment
//! in which it leaves: each of them may be hours after the one before.

use chrono::{DateTime, Utc};
use mezzofy_domain::effect::{EffectKind, EventTimes, Payload, PayloadError, PayloadFields, PostTarget};
use mezzofy_domain::people::{Company, Person};
use mezzofy_domain::roles::Roles;
use mezzofy_store::{StoreError, Tx, files, leads, people};

use crate::app::AppState;
use crate::channels;

/// What the answer is made of, besides the database.
#[derive(Debug, Clone, Copy)]
pub struct SendRules<'a> {
    /// Who may do what.
    pub roles: &'a Roles,
    /// The company's channels.
    pub company: &'a Company,
    /// When it would be sent.
    pub now: DateTime<Utc>,
}

/// Why something may not be sent, a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendRefusal {
    /// It is wrong by itself.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// Whoever asked for it is disabled, or has another role by now.
    #[error("Who asked for it may not send this any more.")]
    NotPermitted,
    /// The company has no such channel, or the person may not post in it.
    #[error("{person} may post in {may}, not in “{channel}”.")]
    Channel { person: String, channel: String, may: String },
    /// Somebody of outside, or who works here no more.
    #[error("{0} is no colleague; messages in Teams go to colleagues only.")]
    NoColleague(String),
    /// Final, whoever sends.
    #[error("{0} has asked not to hear from us, so nothing is sent there.")]
    OptedOut(String),
    /// It was deleted, is somebody else's, or is another file by now.
    #[error("The file {0} is there no more as it was attached.")]
    NoFile(String),
    /// Nobody is invited to what has begun.
    #[error("The time of the event is over.")]
    EventOver,
}

impl AppState {
    /// What holds for everything that is sent now.
    pub fn send_rules(&self) -> SendRules<'_> {
        SendRules { roles: &self.roles, company: &self.company, now: self.clock.now() }
    }
}

impl SendRules<'_> {
    /// The channels in which a person may post.
    #[must_use]
    pub fn channels_of(&self, person: &Person) -> Vec<&str> {
        let may = self.company.channels.iter().filter(|(_, of)| self.roles.allow_channel(person, **of));
        may.map(|(channel, _)| channel.as_str()).collect()
    }

    /// Why a person may not post in a channel.
    #[must_use]
    pub fn not_in(&self, channel: &str, person: &Person) -> SendRefusal {
        let may = self.channels_of(person);
        let may = if may.is_empty() { "no channel".to_owned() } else { may.join(", ") };
        SendRefusal::Channel { person: person.name.clone(), channel: channel.to_owned(), may }
    }

    /// The payload of these fields, if this person may send it now.
    pub async fn payload(
        &self,
        tx: &mut Tx,
        person: &Person,
        kind: EffectKind,
        fields: PayloadFields,
    ) -> Result<Result<Payload, SendRefusal>, StoreError> {
        match fields.checked(kind) {
            Ok(payload) => Ok(self.check(tx, person, &payload).await?.map(|()| payload)),
            Err(error) => Ok(Err(error.into())),
        }
    }

    /// Whether this person may send this now. The transaction sees the person's files and the directory.
    pub async fn check(
        &self,
        tx: &mut Tx,
        person: &Person,
        payload: &Payload,
    ) -> Result<Result<(), SendRefusal>, StoreError> {
        if let Err(error) = payload.check() {
            return Ok(Err(error.into()));
        }
        if person.disabled || !self.roles.allows(&person.role, channels::of(payload.kind()).permission()) {
            return Ok(Err(SendRefusal::NotPermitted));
        }
        match payload {
            Payload::Post(post) => {
                if let Err(refusal) = self.check_target(tx, person, &post.target).await? {
                    return Ok(Err(refusal));
                }
            }
            Payload::Event(event) if self.is_over(&event.times) => return Ok(Err(SendRefusal::EventOver)),
            Payload::Mail(_) | Payload::Event(_) => {}
        }
        if !matches!(payload, Payload::Post(_)) {
            let recipients: Vec<String> = payload.recipients().into_iter().map(str::to_owned).collect();
            if let Some(address) = leads::opted_out(tx, &recipients).await?.pop() {
                return Ok(Err(SendRefusal::OptedOut(address)));
            }
        }
        for attached in payload.attachments() {
            let file = files::get(tx, person.id, attached.id).await?;
            if file.is_none_or(|file| file.attachment != *attached) {
                return Ok(Err(SendRefusal::NoFile(attached.name.clone())));
            }
        }
        Ok(Ok(()))
    }

    async fn check_target(
        &self,
        tx: &mut Tx,
        person: &Person,
        target: &PostTarget,
    ) -> Result<Result<(), SendRefusal>, StoreError> {
        match target {
            PostTarget::Channel(channel) => {
                let may = self.channels_of(person).contains(&channel.as_str());
                Ok(if may { Ok(()) } else { Err(self.not_in(channel, person)) })
            }
            PostTarget::Person(address) => {
                let colleague = people::find(tx, address).await?.is_some_and(|colleague| !colleague.disabled);
                Ok(if colleague { Ok(()) } else { Err(SendRefusal::NoColleague(address.clone())) })
            }
        }
    }

    /// In a zone that there is not, it can't be told and counts as past.
    fn is_over(&self, times: &EventTimes) -> bool {
        times.begins().is_none_or(|begins| begins <= self.now)
    }
}
