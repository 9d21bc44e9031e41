//! When a failed request is asked again inside one call, and after how long. Pure.

use std::time::Duration;

use super::error::{GraphError, GraphOutcome};

/// How often one request is asked again.
const MAX_RETRIES: u32 = 4;
const FIRST_DELAY: Duration = Duration::from_millis(400);
/// A longer `Retry-After` is the caller's to wait for: no worker is held that long.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(20);

/// How long to wait before the next try, or `None` to give up. `tries` counts the tries so far from 1. A request that
/// changes something is asked again only when it was certainly not done.
pub(super) fn wait_before_retry(error: &GraphError, is_read: bool, tries: u32, jitter: u8) -> Option<Duration> {
    error.retry_after()?;
    if tries > MAX_RETRIES || !(is_read || error.outcome() == GraphOutcome::NotDone) {
        return None;
    }
    match error.told_to_wait() {
        Some(told) => (told <= MAX_RETRY_AFTER).then_some(told),
        None => Some(FIRST_DELAY * 2_u32.pow(tries - 1) * (256 + u32::from(jitter)) / 256),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy(status: u16, retry_after: Option<u64>) -> GraphError {
        GraphError::Busy { status, retry_after: retry_after.map(Duration::from_secs), request_id: String::new() }
    }

    #[test]
    fn the_time_graph_asks_for_is_waited_for() {
        assert_eq!(wait_before_retry(&busy(429, Some(7)), false, 1, 200), Some(Duration::from_secs(7)));
        assert_eq!(wait_before_retry(&busy(503, Some(2)), true, 1, 0), Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_wait_longer_than_a_worker_may_be_held_is_left_to_the_caller() {
        assert_eq!(wait_before_retry(&busy(429, Some(300)), true, 1, 0), None);
        assert_eq!(busy(429, Some(300)).retry_after(), Some(Duration::from_mins(5)));
    }

    #[test]
    fn what_may_have_been_done_is_asked_again_only_when_it_reads() {
        for status in [408, 503, 504, 509] {
            assert_eq!(wait_before_retry(&busy(status, Some(1)), false, 1, 0), None, "{status}");
        }
        assert_eq!(wait_before_retry(&busy(503, None), false, 1, 0), None);
        assert!(wait_before_retry(&busy(504, None), true, 1, 0).is_some());
    }

    #[test]
    fn without_a_told_time_the_waits_double_and_end() {
        let waits: Vec<_> = (1..=5).map(|tries| wait_before_retry(&busy(429, None), false, tries, 0)).collect();
        let expected = [Some(400), Some(800), Some(1600), Some(3200), None].map(|ms| ms.map(Duration::from_millis));
        assert_eq!(waits, expected);
    }

    #[test]
    fn a_refusal_is_never_asked_again() {
        let refused =
            GraphError::Refused { status: 403, code: "ErrorAccessDenied".to_owned(), request_id: String::new() };
        assert_eq!(wait_before_retry(&refused, true, 1, 0), None);
    }
}
