//! Effects: calls that change something outside our database, and the states that make each happen once.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::coded;

mod address;
mod event;
mod limits;
mod mail;
mod payload;
mod post;

pub use address::{MAX_ADDRESS_CHARS, is_address};
pub use event::{EventPayload, EventTimes};
pub use limits::{
    MAX_EVENT_CHARS, MAX_LINE_CHARS, MAX_MAIL_CHARS, MAX_MAIL_FILES, MAX_POST_CHARS, MAX_POST_FILES, MAX_RECIPIENTS,
};
pub use mail::MailPayload;
#[cfg(test)]
pub(crate) use payload::tests::message;
pub use payload::{Payload, PayloadError, PayloadFields};
pub use post::{PostPayload, PostTarget};

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

/// Where an effect stands. It moves only forward: intended, attempting, then one of the three ends; out of unknown only by its person's word.
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

    /// Where its person's word puts it; `None` where its end is known, or not there yet.
    #[must_use]
    pub fn after(self, verdict: EffectVerdict) -> Option<Self> {
        match (self, verdict) {
            (Self::Unknown, EffectVerdict::Arrived) => Some(Self::Done),
            (Self::Unknown, EffectVerdict::SendAgain) => Some(Self::Attempting),
            (Self::Intended | Self::Attempting | Self::Done | Self::Failed, _) => None,
        }
    }
}

/// What its person said of an effect whose end could not be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum EffectVerdict {
    /// It is there.
    Arrived,
    /// It is not, and is to be attempted once more.
    SendAgain,
}

coded!(EffectVerdict);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_moves_only_what_is_unknown() {
        for state in EffectState::ALL {
            for verdict in EffectVerdict::ALL {
                assert_eq!(state.after(verdict).is_some(), state == EffectState::Unknown, "{state} {verdict:?}");
            }
        }
    }
}
