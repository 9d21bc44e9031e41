//! What is looked for again and again beside the requests.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::app::{App, AppState};

/// Looks until the server stops, at once again while `round` has found something. `what` is said when a round fails; the next one tries it
/// again.
pub async fn every<E: Display>(
    app: App,
    interval: Duration,
    what: &'static str,
    round: impl AsyncFn(&AppState) -> Result<usize, E>,
) {
    let mut tick = tokio::time::interval(interval);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while app.stop.run_until_cancelled(tick.tick()).await.is_some() {
        loop {
            match round(&app).await {
                Ok(0) => break,
                Ok(_) if app.stop.is_cancelled() => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "{what} could not be taken up and are tried again");
                    break;
                }
            }
        }
    }
}
