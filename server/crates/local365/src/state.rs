//! The service itself: whom it knows, and what all requests share.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::storage::{Mailbox, Storage};

/// The one app that local365 knows.
#[derive(Debug, Clone)]
pub struct Config {
    /// The tenant's id, the first part of the token address.
    pub tenant: String,
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: SecretString,
    /// What tokens are signed with: random, at least 32 bytes. A new one makes all tokens given out before worthless.
    pub signing_key: SecretString,
    /// The application permissions that tokens carry, for instance `Mail.ReadWrite` and `Mail.Send`.
    pub roles: Vec<String>,
    /// The account that may be signed in.
    pub account: Option<Mailbox>,
    /// What that account has agreed to, for instance `ChannelMessage.Send`.
    pub scopes: Vec<String>,
    /// The team.
    pub team: Team,
}

/// The one team that local365 has.
#[derive(Debug, Clone, Default)]
pub struct Team {
    /// Its id.
    pub id: String,
    /// The names of its channels.
    pub channels: Vec<String>,
}

impl Team {
    /// Under which its messages and files are stored.
    pub(crate) fn mailbox(&self) -> String {
        format!("team {}", self.id)
    }
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct Local365(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) storage: Box<dyn Storage>,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    /// Requests under way, by mailbox.
    pub(crate) seats: Mutex<HashMap<String, usize>>,
    /// Codes of sign-ins that were used up.
    pub(crate) used_codes: Mutex<HashSet<uuid::Uuid>>,
}

impl Local365 {
    /// The service on this storage, by the time that `now` tells. Nothing listens yet.
    #[must_use]
    pub fn new(config: Config, storage: impl Storage, now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        let (clock, storage) = (Clock::new(now), Box::new(storage));
        let (faults, seats, used_codes) = (Faults::default(), Mutex::default(), Mutex::default());
        Self(Arc::new(Shared { config, storage, clock, faults, seats, used_codes }))
    }

    /// The handle that scripts faults; for tests.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.0.faults.clone()
    }
}
