//! How many requests a person may make in a minute, and a source of webhooks: counted in Redis for all processes, and in this
//! one while there is no Redis.

use std::fmt::Display;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use mezzofy_domain::id::{self, Id};
use mezzofy_store::redis::{Rate, Redis};
use uuid::Uuid;

use super::problem::Problem;
use crate::config::Limits;

/// The counters.
pub(crate) struct Limiters {
    messages: Limiter<Uuid>,
    requests: Limiter<Uuid>,
    deliveries: Limiter<String>,
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted {
    /// A message to the assistant.
    Message,
    /// Any other request.
    Request,
}

impl Limiters {
    /// Empty counters.
    #[must_use]
    pub(crate) fn new(limits: &Limits, redis: Option<&Redis>) -> Self {
        Self {
            messages: Limiter::new("message", limits.messages_a_minute, redis),
            requests: Limiter::new("request", limits.requests_a_minute, redis),
            deliveries: Limiter::new("delivery", limits.deliveries_a_minute, redis),
        }
    }

    /// Counts one, or says how long to wait.
    pub(crate) async fn count(&self, person: Id<id::Person>, what: Counted) -> Result<(), Problem> {
        let limiter = match what {
            Counted::Message => &self.messages,
            Counted::Request => &self.requests,
        };
        limiter.count(&person.uuid()).await
    }

    /// Counts a delivery of a source, or says how long to wait.
    pub(crate) async fn count_delivery(&self, source: &str) -> Result<(), Problem> {
        self.deliveries.count(&source.to_owned()).await
    }
}

/// One kind of what is counted, for each key.
struct Limiter<K: Hash + Eq + Clone> {
    what: &'static str,
    rate: Rate,
    redis: Option<Redis>,
    here: DefaultKeyedRateLimiter<K>,
}

impl<K: Hash + Eq + Clone + Display> Limiter<K> {
    fn new(what: &'static str, a_minute: u32, redis: Option<&Redis>) -> Self {
        let many = NonZeroU32::new(a_minute).unwrap_or(NonZeroU32::MIN);
        let rate = Rate { many: many.get(), within: Duration::from_mins(1) };
        Self { what, rate, redis: redis.cloned(), here: DefaultKeyedRateLimiter::keyed(Quota::per_minute(many)) }
    }

    async fn count(&self, key: &K) -> Result<(), Problem> {
        let everywhere = match &self.redis {
            Some(redis) => redis.count(self.what, &key.to_string(), self.rate).await,
            None => None,
        };
        everywhere.unwrap_or_else(|| self.count_here(key)).map_err(|wait| {
            let wait = wait.as_secs() + 1;
            Problem::too_many(format!("That was too much at once. Try again in {wait} s."), wait)
        })
    }

    fn count_here(&self, key: &K) -> Result<(), Duration> {
        self.here.check_key(key).map_err(|early| early.wait_time_from(DefaultClock::default().now()))
    }
}
