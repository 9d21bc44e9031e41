//! The queue. A job commits with the data it belongs to and is handed out at least once; doing it once is the run's own care.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::*;
use apalis_postgres::{Config, PostgresStorage, Pubsub, queries};
use futures_util::{Stream, StreamExt as _};
use mezzofy_domain::id::{self, Id};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Store, StoreError};

const QUEUE: &str = "runs";
/// A worker that misses five heartbeats is dead and its jobs go to another, so about 10 seconds after a crash. One that only has
/// no breath for so long loses what it did meanwhile, never an effect.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(2);
const MAX_MISSED_HEARTBEATS: usize = 5;
/// What no notice woke the worker for (a job given back by a dead worker, a lost listener) is found this soon.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// A job is tried until it is done: what can't be done ends its run, and everything else passes.
const MAX_ATTEMPTS: usize = i32::MAX as usize;

/// Whoever waits goes before what a schedule or a webhook has begun.
const PERSON_PRIORITY: usize = 1;
const BACKGROUND_PRIORITY: usize = 0;

/// Work on a run until it ends or waits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct WorkOnRun {
    run: Uuid,
}

/// The work could not be done now; it is tried again.
#[derive(Debug, thiserror::Error)]
#[error("the job is tried again: {0}")]
pub struct Retry(pub String);

/// The queue's notices, all that have come as one. apalis takes one of them for each look, and hears of no further one while it
/// has not seen the end of them: of a burst that several workers share, each would be left with notices, and every new job would
/// wait for [`POLL_INTERVAL`] until they are used up.
struct Notices(Pubsub);

impl Stream for Notices {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        let mut any = false;
        loop {
            match self.0.poll_next_unpin(cx) {
                Poll::Ready(Some(_)) => any = true,
                Poll::Pending if any => return Poll::Ready(Some(())),
                // One that can't listen is not listened to again; the looks go on.
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }
}

/// Enqueues work on a run in the transaction that makes it due.
pub async fn enqueue(db: &mut PgConnection, run: Id<id::Run>) -> Result<(), StoreError> {
    let job = serde_json::to_vec(&WorkOnRun { run: run.uuid() }).map_err(|error| StoreError::stored("job", &error))?;
    let background = sqlx::query_scalar!("SELECT background FROM runs WHERE id = $1", run.uuid());
    let priority = if background.fetch_optional(&mut *db).await?.unwrap_or_default() {
        BACKGROUND_PRIORITY
    } else {
        PERSON_PRIORITY
    };
    let task = TaskBuilder::new(job).max_attempts(MAX_ATTEMPTS).priority(priority).build();
    queries::push_tasks(db, QUEUE, vec![task]).await?;
    Ok(())
}

/// Gives every job that a worker holds back to the queue. Right only while no worker lives, i.e. before the first one of the
/// only process on this database starts.
pub async fn release_all_claims(db: &mut PgConnection) -> Result<u64, StoreError> {
    Ok(queries::reenqueue_orphaned(db, QUEUE, 0).await?)
}

/// How many jobs are waiting or at work.
pub async fn open(db: &mut PgConnection) -> Result<i64, StoreError> {
    // Unchecked: the table is the queue's own, not of our migrations.
    Ok(sqlx::query_scalar(
        "SELECT count(*) FROM apalis.jobs WHERE job_type = $1 AND status IN ('Pending', 'Queued', 'Running')",
    )
    .bind(QUEUE)
    .fetch_one(db)
    .await?)
}

/// Works on jobs, `at_once` at a time, until `stop` completes; then what is at work is finished. `handle` gets the run and how often its job was
/// tried before. `name` is this worker's alone among all living ones.
pub async fn work<F, Fut>(
    store: &Store,
    name: &str,
    at_once: usize,
    stop: impl Future<Output = ()> + Send + 'static,
    handle: F,
) -> Result<(), String>
where
    F: Fn(Id<id::Run>, usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Retry>> + Send + 'static,
{
    let config = Config::default()
        .queue(QUEUE)
        .batch_size(at_once)
        .heartbeat_interval(HEARTBEAT_INTERVAL)
        .missed_heartbeats(MAX_MISSED_HEARTBEATS)
        // It is this worker's from the moment it is fetched; that it has begun too is nobody's to know.
        .lock_tasks(false)
        .persist_results(true);
    let notices = Notices(Pubsub::new(store.queue().clone(), QUEUE.to_owned()));
    let strategy = Strategy::new().stream(notices).interval(POLL_INTERVAL);
    let backend = PostgresStorage::<WorkOnRun>::new(store.queue()).with_config(config).poll_with_strategy(strategy);
    let handle = Arc::new(handle);
    let worker =
        WorkerBuilder::new(name).backend(backend).concurrency(at_once).build(move |job: WorkOnRun, tries: Attempt| {
            let handle = Arc::clone(&handle);
            // This one is counted already.
            async move {
                handle(job.run.into(), tries.current().saturating_sub(1))
                    .await
                    .map_err(|retry| -> BoxDynError { Box::new(retry) })
            }
        });
    let stop = async {
        stop.await;
        Ok::<(), std::io::Error>(())
    };
    // Boxed, because the compiler can't see through the worker's own type that it may move between threads.
    let running: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(worker.run_until(stop));
    running.await.map_err(|error| error.to_string())
}
