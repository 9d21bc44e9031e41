//! Works on runs: takes their jobs from the queue and has each moved on. Any process may die at any moment; another goes on from the
//! last stored step.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use mezzofy_domain::id::{self, Id};
use mezzofy_store::jobs;

use crate::app::{App, AppState};

mod approvals;
mod attachments;
mod audit;
mod calls;
mod checkpoint;
mod delivery;
mod effects;
mod limits;
mod next_turn;
mod outbox;
mod reply;
mod reply_events;
mod route;
mod run_worker;
mod settlement;
mod step;

pub use outbox::tend_outbox;
use run_worker::StepError;

/// How long a worker rests after the queue failed it, and the first time that a job can't be done.
const RETRY_DELAY: Duration = Duration::from_secs(1);
/// Each time that it can't be done again it is twice as long, so often at most: who waits is served soon after the trouble is over.
const MAX_DOUBLINGS: usize = 3;

/// Works on jobs until the server stops; a queue that fails is taken up again.
pub async fn work(app: App) {
    while !app.stop.is_cancelled() {
        let name = format!("worker-{}", uuid::Uuid::new_v4());
        let handling = app.clone();
        let stop = app.stop.clone();
        let worked = jobs::work(
            &app.store,
            &name,
            app.limits.runs_at_once,
            async move { stop.cancelled().await },
            move |run, tries| {
                let app = handling.clone();
                async move { run_job(&app, run, tries).await }
            },
        );
        if let Err(error) = worked.await {
            tracing::warn!(error, "the queue failed and is taken up again");
            app.stop.run_until_cancelled(tokio::time::sleep(RETRY_DELAY)).await;
        }
    }
}

/// Moves a run on until it ends or waits. `tries` is how often its job was tried before.
#[tracing::instrument(name = "run", skip_all, fields(run = %id, tries))]
async fn run_job(app: &AppState, id: Id<id::Run>, tries: usize) -> Result<(), jobs::Retry> {
    let moved = match AssertUnwindSafe(run_worker::advance_run(app, id)).catch_unwind().await {
        Ok(moved) => moved,
        // What is in memory of the run is gone, as after a crash of the process; what is stored is whole.
        Err(_) => run_worker::fail_run(app, id).await,
    };
    match moved {
        Ok(()) | Err(StepError::LostLease | StepError::Contended) => Ok(()),
        Err(StepError::Retry(reason)) => {
            tracing::warn!(run = %id, error = reason, "a run could not be moved on");
            match run_worker::count_failed_try(app, id).await {
                Ok(true) => rest(app, tries, reason).await,
                Ok(false) | Err(StepError::LostLease | StepError::Contended) => Ok(()),
                Err(StepError::Retry(error) | StepError::Outage(error)) => {
                    tracing::warn!(run = %id, error, "a failed try of a run could not be counted");
                    rest(app, tries, reason).await
                }
            }
        }
        Err(StepError::Outage(reason)) => {
            tracing::warn!(run = %id, error = reason, "a run waits for the server or its disk");
            rest(app, tries, reason).await
        }
    }
}

/// Waits before a job is given back to the queue.
async fn rest(app: &AppState, tries: usize, reason: String) -> Result<(), jobs::Retry> {
    let delay = RETRY_DELAY * (1 << tries.min(MAX_DOUBLINGS));
    app.stop.run_until_cancelled(tokio::time::sleep(delay)).await;
    Err(jobs::Retry(reason))
}
