//! Leaves a provider alone for a while after it has failed: several times in a row, or in a way that waiting does not mend.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::FallbackReason;

/// Failures in a row that open it.
const MAX_FAILURES: u32 = 3;

#[derive(Debug, Default)]
pub(super) struct Breakers(Mutex<BTreeMap<String, Breaker>>);

#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    open: Option<(DateTime<Utc>, FallbackReason)>,
}

impl Breakers {
    /// Why the provider is left alone now, if it is. When the time is over one request may try.
    pub(super) fn open(&self, provider: &str, now: DateTime<Utc>) -> Option<FallbackReason> {
        let breakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, why) = breakers.get(provider)?.open.as_ref()?;
        (now < *until).then(|| why.clone())
    }

    /// Notes that the provider served.
    pub(super) fn served(&self, provider: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(provider);
    }

    /// Notes that the provider failed.
    pub(super) fn failed(&self, provider: &str, why: &FallbackReason, now: DateTime<Utc>) {
        let rest = match why {
            FallbackReason::KeyRefused => TimeDelta::minutes(1),
            FallbackReason::SpendLimit => TimeDelta::minutes(10),
            FallbackReason::Busy | FallbackReason::Unreachable | FallbackReason::BrokenOff => TimeDelta::seconds(30),
            FallbackReason::Rejected | FallbackReason::Refused | FallbackReason::Budget(_) => return,
        };
        let mut breakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let breaker = breakers.entry(provider.to_owned()).or_default();
        breaker.failures += 1;
        if matches!(why, FallbackReason::KeyRefused | FallbackReason::SpendLimit) || breaker.failures >= MAX_FAILURES {
            breaker.open = Some((now + rest, why.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn three_failures_in_a_row_open_it_for_half_a_minute_and_one_more_opens_it_again() {
        let breakers = Breakers::default();
        breakers.failed("a", &FallbackReason::Busy, at(0));
        breakers.failed("a", &FallbackReason::Busy, at(0));
        assert_eq!(breakers.open("a", at(1)), None);
        breakers.failed("a", &FallbackReason::Unreachable, at(1));
        assert_eq!((breakers.open("a", at(30)), breakers.open("b", at(30))), (Some(FallbackReason::Unreachable), None));
        assert_eq!(breakers.open("a", at(31)), None, "one request may try");
        breakers.failed("a", &FallbackReason::Busy, at(32));
        assert_eq!(breakers.open("a", at(60)), Some(FallbackReason::Busy));
        breakers.served("a");
        assert_eq!(breakers.open("a", at(60)), None);
    }

    #[test]
    fn a_refused_key_opens_it_at_once_and_a_refusal_of_the_request_never() {
        let breakers = Breakers::default();
        breakers.failed("a", &FallbackReason::KeyRefused, at(0));
        assert_eq!(breakers.open("a", at(59)), Some(FallbackReason::KeyRefused));
        for _ in 0..5 {
            breakers.failed("b", &FallbackReason::Rejected, at(0));
        }
        assert_eq!(breakers.open("b", at(0)), None);
    }
}
