//! Redis: what processes share and may lose, which today is how much somebody has had of what is limited. Whoever asks goes on
//! without an answer: what must stay is in the database.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, Script};
use tokio::sync::Notify;
use tokio::time::error::Elapsed;
use tokio::time::{sleep, timeout};

/// An answer that takes longer is none.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(250);
/// A connection that takes longer is none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How often it is looked whether it still answers, or answers again.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// What is counted to see whether Redis counts.
const PROBE: (&str, &str, Rate) = ("look", "", Rate { many: 1_000_000, within: PROBE_INTERVAL });

/// The generic cell rate algorithm, on Redis's clock in microseconds. The key holds when all that was counted will be used up.
/// It is never further ahead than all at once, so that a clock set back locks nobody out. Answers how long to wait; 0 has counted.
const COUNT: &str = "
local each, many = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local used_up = tonumber(redis.call('GET', KEYS[1]) or now)
used_up = math.min(math.max(used_up, now), now + many * each)
local wait = used_up - now - (many - 1) * each
if wait > 0 then return math.ceil(wait) end
used_up = used_up + each
redis.call('SET', KEYS[1], string.format('%.0f', used_up), 'PX', math.max(1, math.ceil((used_up - now) / 1000)))
return 0
";

/// So many at once, which come back evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least one.
    pub many: u32,
    /// Within which time that many come back.
    pub within: Duration,
}

/// Why Redis did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// It refused, or the connection is lost.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// It takes too long.
    #[error("it does not answer in time")]
    Late(#[from] Elapsed),
}

/// A Redis, which may be away. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    client: Client,
    count: Script,
    /// There while it answers.
    connection: RwLock<Option<MultiplexedConnection>>,
    /// Whether it was told that it is away.
    told: AtomicBool,
    lost: Notify,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").finish_non_exhaustive()
    }
}

impl Redis {
    /// At an address like `redis://:password@host:6379/0`, or `rediss://` for TLS. Nothing is asked yet.
    pub fn new(url: &str) -> Result<Self, RedisError> {
        Ok(Self(Arc::new(Inner {
            client: Client::open(url)?,
            count: Script::new(COUNT),
            connection: RwLock::default(),
            told: AtomicBool::new(false),
            lost: Notify::new(),
        })))
    }

    /// Whether it answers.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.connection().is_some()
    }

    /// Counts one for somebody in all processes, or says how long to wait. `None` while Redis is away: then nothing is asked and
    /// nobody waits, but for the first one who notices.
    pub async fn count(&self, what: &str, who: &str, rate: Rate) -> Option<Result<(), Duration>> {
        let connection = self.connection()?;
        match self.ask(connection, what, who, rate).await {
            Ok(counted) => Some(counted),
            Err(error) => {
                self.put(None);
                self.warn_once(&error);
                self.0.lost.notify_one();
                None
            }
        }
    }

    /// Connects once and looks whether it counts, for who wants to know why not.
    pub async fn check(&self) -> Result<(), Unavailable> {
        self.connect().await.map(drop)
    }

    /// Connects, looks whether it still answers, and connects again, without end.
    pub async fn keep(&self) {
        loop {
            match self.probe().await {
                Ok(()) => {
                    if self.0.told.swap(false, Ordering::Relaxed) {
                        tracing::info!("redis is back: limits hold over all processes again");
                    }
                }
                Err(error) => {
                    self.put(None);
                    self.warn_once(&error);
                }
            }
            tokio::select! {
                () = sleep(PROBE_INTERVAL) => {}
                () = self.0.lost.notified() => {}
            }
        }
    }

    async fn probe(&self) -> Result<(), Unavailable> {
        if let Some(connection) = self.connection() {
            let (what, who, rate) = PROBE;
            self.ask(connection, what, who, rate).await?.ok();
        } else {
            self.put(Some(self.connect().await?));
        }
        Ok(())
    }

    /// A connection on which Redis counts: one that only reads, or is still loading, is as good as away.
    async fn connect(&self) -> Result<MultiplexedConnection, Unavailable> {
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connecting = self.0.client.get_multiplexed_async_connection_with_config(&config);
        let connection = timeout(CONNECT_TIMEOUT, connecting).await??;
        let (what, who, rate) = PROBE;
        self.ask(connection.clone(), what, who, rate).await?.ok();
        Ok(connection)
    }

    async fn ask(
        &self,
        mut connection: MultiplexedConnection,
        what: &str,
        who: &str,
        rate: Rate,
    ) -> Result<Result<(), Duration>, Unavailable> {
        let many = rate.many.max(1);
        let each = rate.within.as_micros() / u128::from(many);
        let mut counting = self.0.count.key(format!("mezzofy:limit:{what}:{who}"));
        counting.arg(each.to_string()).arg(many);
        let wait: u64 = timeout(ANSWER_TIMEOUT, counting.invoke_async(&mut connection)).await??;
        Ok(if wait == 0 { Ok(()) } else { Err(Duration::from_micros(wait)) })
    }

    fn warn_once(&self, error: &Unavailable) {
        if !self.0.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "redis is away: limits are counted in each process until it is back");
        }
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.0.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, connection: Option<MultiplexedConnection>) {
        *self.0.connection.write().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}
