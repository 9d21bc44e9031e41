//! The time this crate goes by: passed in, so that a test or a demo can set it and nobody waits in a test.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::{NoContext, Timestamp, Uuid};

type Waiting = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time, waits, and makes ids of its time.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    wait: Arc<dyn Fn(Duration) -> Waiting + Send + Sync>,
}

impl Clock {
    /// A clock that tells `now` and waits in real time.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self::with_wait(now, |time| Box::pin(tokio::time::sleep(time)))
    }

    /// A clock whose waiting is `wait`: a test moves its own time there and returns at once.
    pub fn with_wait(
        now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        wait: impl Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), wait: Arc::new(wait) }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    pub(crate) async fn wait(&self, time: Duration) {
        (self.wait)(time).await;
    }

    pub(crate) fn id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
