//! How many requests a person may make in a minute, a source of webhooks, and a network whose people are not signed in: counted in
//! Redis for all processes, and in this one while there is no Redis.

use std::fmt::Display;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use mezzofy_domain::id::{self, Id};
use mezzofy_store::redis::{Rate, Redis};
use uuid::Uuid;

use super::network::Network;
use crate::config::{AccessSettings, Limits};

/// After so many it is looked which keys are as if they had never come: anybody can come from many networks.
const COUNTS_PER_TIDYING: usize = 4_096;

/// The counters.
pub struct Limiters {
    messages: Limiter<Uuid>,
    requests: Limiter<Uuid>,
    password_checks: Limiter<Uuid>,
    deliveries: Limiter<String>,
    sign_ins: Limiter<Network>,
    refreshes: Limiter<Network>,
}

/// There were too many in too short a time.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("That was too much at once. Try again in {retry_after_seconds} s.")]
pub struct RateLimited {
    /// The next one is taken after so many seconds.
    pub retry_after_seconds: u64,
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub enum RateKind {
    /// A message to the assistant.
    Message,
    /// Any other request.
    Request,
    /// Showing one's password, which is hashed.
    PasswordCheck,
}

/// What is counted of those who are not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnonymousRateKind {
    /// A try of signing in.
    SignIn,
    /// A refresh token.
    Refresh,
}

impl Limiters {
    /// Empty counters.
    #[must_use]
    pub fn new(limits: &Limits, access: &AccessSettings, redis: Option<&Redis>) -> Self {
        Self {
            messages: Limiter::new("message", limits.messages_a_minute, redis),
            requests: Limiter::new("request", limits.requests_a_minute, redis),
            password_checks: Limiter::new("password_check", access.password_checks_a_minute, redis),
            deliveries: Limiter::new("delivery", limits.deliveries_a_minute, redis),
            sign_ins: Limiter::new("sign_in", access.sign_ins_a_minute, redis),
            refreshes: Limiter::new("refresh", access.refreshes_a_minute, redis),
        }
    }

    /// Counts one, or says how long to wait.
    pub async fn count(&self, person: Id<id::Person>, what: RateKind) -> Result<(), RateLimited> {
        let limiter = match what {
            RateKind::Message => &self.messages,
            RateKind::Request => &self.requests,
            RateKind::PasswordCheck => &self.password_checks,
        };
        limiter.count(&person.uuid()).await
    }

    /// Counts one of somebody who is not signed in, or says how long their network has to wait.
    pub async fn count_anonymous(&self, network: Network, what: AnonymousRateKind) -> Result<(), RateLimited> {
        let limiter = match what {
            AnonymousRateKind::SignIn => &self.sign_ins,
            AnonymousRateKind::Refresh => &self.refreshes,
        };
        limiter.count(&network).await
    }

    /// Counts a delivery of a source, or says how long to wait.
    pub async fn count_delivery(&self, source: &str) -> Result<(), RateLimited> {
        self.deliveries.count(&source.to_owned()).await
    }
}

/// One kind of what is counted, for each key.
struct Limiter<K: Hash + Eq + Clone> {
    what: &'static str,
    rate: Rate,
    redis: Option<Redis>,
    here: DefaultKeyedRateLimiter<K>,
    counted_here: AtomicUsize,
}

impl<K: Hash + Eq + Clone + Display> Limiter<K> {
    fn new(what: &'static str, a_minute: u32, redis: Option<&Redis>) -> Self {
        let many = NonZeroU32::new(a_minute).unwrap_or(NonZeroU32::MIN);
        let rate = Rate { many: many.get(), within: Duration::from_mins(1) };
        let here = DefaultKeyedRateLimiter::keyed(Quota::per_minute(many));
        Self { what, rate, redis: redis.cloned(), here, counted_here: AtomicUsize::new(1) }
    }

    async fn count(&self, key: &K) -> Result<(), RateLimited> {
        let everywhere = match &self.redis {
            Some(redis) => redis.count(self.what, &key.to_string(), self.rate).await,
            None => None,
        };
        everywhere
            .unwrap_or_else(|| self.count_here(key))
            .map_err(|wait| RateLimited { retry_after_seconds: wait.as_secs() + 1 })
    }

    fn count_here(&self, key: &K) -> Result<(), Duration> {
        if self.counted_here.fetch_add(1, Ordering::Relaxed).is_multiple_of(COUNTS_PER_TIDYING) {
            self.here.retain_recent();
        }
        self.here.check_key(key).map_err(|early| early.wait_time_from(DefaultClock::default().now()))
    }
}
