//! The app's clock: the system's, moved where a demo wants it, or one that tests move by hand.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// Tells the time. Cheap to clone; clones agree.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Running { ahead: TimeDelta },
    Standing(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The system's clock, `starting` now at the given time if there is one.
    #[must_use]
    pub fn system(starting: Option<DateTime<Utc>>) -> Self {
        let ahead = starting.map_or(TimeDelta::zero(), |start| start - system_now());
        Self(Kind::Running { ahead })
    }

    /// A clock that stands still until [`Clock::advance`].
    #[must_use]
    pub fn standing(at: DateTime<Utc>) -> Self {
        Self(Kind::Standing(Arc::new(Mutex::new(at))))
    }

    /// The time in the world: also in a demo that has started its clock elsewhere, which a person's phone knows nothing of.
    #[must_use]
    pub fn world_now(&self) -> DateTime<Utc> {
        match &self.0 {
            Kind::Running { .. } => system_now(),
            Kind::Standing(_) => self.now(),
        }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Kind::Running { ahead } => system_now() + *ahead,
            Kind::Standing(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a standing clock; a running one goes its own way.
    pub fn advance(&self, by: TimeDelta) {
        if let Kind::Standing(at) = &self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }

    /// The calendar day in a time zone.
    #[must_use]
    pub fn today(&self, zone: Tz) -> NaiveDate {
        self.now().with_timezone(&zone).date_naive()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}
