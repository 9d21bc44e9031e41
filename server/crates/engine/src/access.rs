//! Who comes in, and how often: access tokens, counters of requests, and what bounds the work for those whom nobody knows yet.

pub mod hashing;
pub mod limiters;
pub mod network;
pub mod refusals;
pub mod streams;
pub mod tokens;
pub mod turns;

use tokio_util::task::TaskTracker;

use crate::config::AccessSettings;
use hashing::Hashing;
use streams::Streams;
use turns::Turns;

/// What bounds the work for those who come in.
pub struct Access {
    /// Hashes passwords and recovery codes.
    pub hashing: Hashing,
    /// The tries of one counter in this process, one after another.
    pub turns: Turns,
    /// The live streams of each person.
    pub streams: Streams,
    /// Proxies before the server whose word on whom they saw is taken.
    pub trusted_proxies: usize,
}

impl Access {
    /// As it is configured. The threads of hashes are waited for by these tasks.
    #[must_use]
    pub fn new(settings: &AccessSettings, tasks: TaskTracker) -> Self {
        Self {
            hashing: Hashing::new(tasks),
            turns: Turns::default(),
            streams: Streams::new(settings.streams_a_person),
            trusted_proxies: settings.trusted_proxies,
        }
    }
}
