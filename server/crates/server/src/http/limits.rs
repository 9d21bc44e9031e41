//! How many requests a person may make in a minute, and a source of webhooks, counted in this process.

use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock, QuantaInstant};
use governor::{DefaultKeyedRateLimiter, NotUntil, Quota};
use mezzofy_domain::id::{self, Id};
use uuid::Uuid;

use super::problem::Problem;
use crate::config::Limits;

/// The counters.
pub(crate) struct Limiters {
    messages: DefaultKeyedRateLimiter<Uuid>,
    requests: DefaultKeyedRateLimiter<Uuid>,
    deliveries: DefaultKeyedRateLimiter<String>,
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
    pub(crate) fn new(limits: &Limits) -> Self {
        let quota = |a_minute| Quota::per_minute(NonZeroU32::new(a_minute).unwrap_or(NonZeroU32::MIN));
        Self {
            messages: DefaultKeyedRateLimiter::keyed(quota(limits.messages_a_minute)),
            requests: DefaultKeyedRateLimiter::keyed(quota(limits.requests_a_minute)),
            deliveries: DefaultKeyedRateLimiter::keyed(quota(limits.deliveries_a_minute)),
        }
    }

    /// Counts one, or says how long to wait.
    pub(crate) fn count(&self, person: Id<id::Person>, what: Counted) -> Result<(), Problem> {
        let limiter = match what {
            Counted::Message => &self.messages,
            Counted::Request => &self.requests,
        };
        limiter.check_key(&person.uuid()).map_err(|early| too_many(&early))
    }

    /// Counts a delivery of a source, or says how long to wait.
    pub(crate) fn count_delivery(&self, source: &str) -> Result<(), Problem> {
        self.deliveries.check_key(&source.to_owned()).map_err(|early| too_many(&early))
    }
}

fn too_many(early: &NotUntil<QuantaInstant>) -> Problem {
    let wait = early.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
    Problem::too_many(format!("That was too much at once. Try again in {wait} s."), wait)
}
