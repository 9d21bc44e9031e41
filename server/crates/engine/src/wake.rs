//! Runs that go on by themselves: when mails may leave, and when the time for a decision is over.

use std::time::Duration;

use mezzofy_store::{StoreError, commit, jobs, runs};

use crate::app::{App, AppState};
use crate::failpoint;
use crate::poll;

/// How often is looked. Any number of processes may look: each run is taken by one.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Enqueues runs that are due until the server stops.
pub async fn run(app: App) {
    poll::every(app, POLL_INTERVAL, "runs that are due", enqueue_due).await;
}

async fn enqueue_due(app: &AppState) -> Result<usize, StoreError> {
    let mut tx = app.store.begin().await?;
    let due = runs::take_due(&mut tx, app.clock.now()).await?;
    if due.is_empty() {
        return Ok(0);
    }
    for run in &due {
        jobs::enqueue(&mut tx, *run).await?;
    }
    failpoint::hit("wake.before");
    commit(tx).await?;
    failpoint::hit("wake.after");
    Ok(due.len())
}
