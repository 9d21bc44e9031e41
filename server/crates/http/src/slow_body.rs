//! Bodies that come too slowly: whoever sends one has some seconds, and more for what they have sent.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use tokio::time::{Instant, timeout};

/// How long in all is waited for a body.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many bytes give a second more.
const BYTES_PER_SECOND: u32 = 4 * 1024;

/// The request, whose body ends with an error once it was waited for too long. Only waiting counts, not what we do with it.
pub(super) fn bound(request: Request) -> Request {
    request.map(|body| {
        if body.is_end_stream() {
            return body;
        }
        Body::from_stream(unfold(Some((body.into_data_stream(), PATIENCE)), async |waiting| {
            let (mut body, patience) = waiting?;
            let begun = Instant::now();
            match timeout(patience, body.next()).await {
                Ok(Some(Ok(bytes))) => {
                    let came = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                    let earned = Duration::from_secs(1) * came / BYTES_PER_SECOND;
                    let left = patience.saturating_sub(begun.elapsed()) + earned;
                    Some((Ok(bytes), Some((body, left))))
                }
                Ok(Some(Err(error))) => Some((Err(Error::other(error)), None)),
                Ok(None) => None,
                Err(_) => Some((Err(Error::new(ErrorKind::TimedOut, "its rest did not come in time")), None)),
            }
        }))
    })
}

#[cfg(test)]
mod tests {
    use axum::body::{Bytes, to_bytes};
    use futures_util::stream::iter;
    use tokio::time::sleep;

    use super::*;

    /// A body whose pieces of so many bytes come every so many seconds.
    fn dripping(pieces: usize, bytes: usize, seconds: u64) -> Request {
        let pieces = iter(0..pieces).then(move |_| async move {
            sleep(Duration::from_secs(seconds)).await;
            Ok::<_, Error>(Bytes::from(vec![0; bytes]))
        });
        bound(Request::new(Body::from_stream(pieces)))
    }

    async fn arrives(request: Request) -> bool {
        to_bytes(request.into_body(), usize::MAX).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_given_up_and_one_that_is_large_may_take_long() {
        assert!(arrives(dripping(1, 10, 29)).await);
        assert!(!arrives(dripping(1, 10, 31)).await);
        let begun = Instant::now();
        assert!(!arrives(dripping(10_000, 1, 1)).await, "a byte each second");
        assert!(begun.elapsed() < Duration::from_secs(32), "{:?}", begun.elapsed());
        assert!(arrives(dripping(100, 200 * 1024, 10)).await, "20 MiB at 20 KiB/s");
        assert!(arrives(bound(Request::new(Body::empty()))).await);
    }
}
