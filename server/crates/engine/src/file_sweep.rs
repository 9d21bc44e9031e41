//! Frees the bytes of deleted files that nothing names any more.

use std::time::Duration;

use chrono::TimeDelta;
use mezzofy_store::{StoreError, files};

use crate::app::{App, AppState};
use crate::poll;

const POLL_INTERVAL: Duration = Duration::from_mins(1);
/// Bytes stay for so long after their file: what had found the file before ends with it.
const GRACE: TimeDelta = TimeDelta::hours(1);

/// Looks until the server stops.
pub async fn run(app: App) {
    poll::every(app, POLL_INTERVAL, "bytes of deleted files", sweep).await;
}

/// Frees what can be freed now, some of it; answers how much that was.
pub async fn sweep(app: &AppState) -> Result<usize, StoreError> {
    let now = app.clock.now();
    files::free_deleted(&app.store, &app.files, now - GRACE, now).await
}
