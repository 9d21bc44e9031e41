//! A stream in the making: its events, what goes wrong with them, and the chunks they are sent in.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream::unfold;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::sleep;

use crate::answer::{Chop, Fault};

/// An event as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) bytes: Vec<u8>,
    /// Whether it brings some of the reply's content.
    pub(super) piece: bool,
}

/// What comes after the last chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    Closed,
    Stalled,
    /// This again and again.
    Pings(Vec<u8>),
}

/// The events of a body that was given as it is.
pub(super) fn of_raw(body: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|two| two == b"\n\n").map_or(rest.len(), |at| at + 2);
        frames.push(Frame { bytes: rest[..end].to_vec(), piece: true });
        rest = &rest[end..];
    }
    frames
}

/// The events after the fault. `error` and `ping` are written as the protocol writes them.
pub(super) fn spoil(
    mut frames: Vec<Frame>,
    fault: Option<&Fault>,
    error: impl Fn(&str) -> Vec<u8>,
    ping: &[u8],
) -> (Vec<Frame>, End) {
    let after = |frames: &[Frame], pieces: usize| {
        let ends = frames.iter().enumerate().filter(|(_, frame)| frame.piece).map(|(at, _)| at);
        let ends: Vec<usize> = ends.collect();
        match pieces.checked_sub(1) {
            None => ends.first().copied().unwrap_or(frames.len()),
            Some(last) => ends.get(last).or(ends.last()).map_or(frames.len(), |at| at + 1),
        }
    };
    match fault {
        None | Some(Fault::Silent) => (frames, End::Whole),
        Some(Fault::Truncate(bytes)) => {
            let mut left = *bytes;
            for frame in &mut frames {
                frame.bytes.truncate(left);
                left -= frame.bytes.len();
            }
            frames.retain(|frame| !frame.bytes.is_empty());
            (frames, End::Whole)
        }
        Some(Fault::Close(pieces)) => {
            frames.truncate(after(&frames, *pieces));
            (frames, End::Closed)
        }
        Some(Fault::Stall(pieces)) => {
            frames.truncate(after(&frames, *pieces));
            (frames, End::Stalled)
        }
        Some(Fault::Pings(pieces)) => {
            frames.truncate(after(&frames, *pieces));
            (frames, End::Pings(ping.to_vec()))
        }
        Some(Fault::Error(pieces, kind)) => {
            frames.truncate(after(&frames, *pieces));
            frames.push(Frame { bytes: error(kind), piece: false });
            (frames, End::Whole)
        }
        Some(Fault::Garbage(pieces)) => {
            let garbage = b"data: {\"type\":\"content_block_de\xff\x00lta\n\n".to_vec();
            frames.insert(after(&frames, *pieces), Frame { bytes: garbage, piece: false });
            (frames, End::Whole)
        }
    }
}

/// The chunks of these events.
pub(super) fn chunks(frames: &[Frame], chop: Chop, held: bool) -> VecDeque<Bytes> {
    let whole: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes.clone()).collect();
    let pieces = frames.split_inclusive(|frame| frame.piece || !held);
    match chop {
        Chop::Events => pieces.map(|part| part.iter().flat_map(|frame| frame.bytes.clone()).collect()).collect(),
        Chop::Whole => VecDeque::from([Bytes::from(whole)]),
        Chop::Bytes => whole.chunks(1).map(Bytes::copy_from_slice).collect(),
        Chop::Random(seed) => {
            let (mut state, mut rest, mut chunks) = (seed, whole.as_slice(), VecDeque::new());
            while !rest.is_empty() {
                let (chunk, after) = rest.split_at(size(&mut state).min(rest.len()));
                chunks.push_back(Bytes::copy_from_slice(chunk));
                rest = after;
            }
            chunks
        }
    }
}

/// A size of 1 to 40, by `SplitMix64`.
fn size(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    usize::try_from((mixed ^ (mixed >> 27)) % 40).unwrap_or_default() + 1
}

/// A body that is being sent.
pub(super) struct Sending {
    pub(super) chunks: VecDeque<Bytes>,
    pub(super) end: End,
    /// What each chunk waits for, if it is held.
    pub(super) gate: Option<Arc<Semaphore>>,
    /// Turns true when the server ends.
    pub(super) ended: watch::Receiver<bool>,
}

impl Sending {
    pub(super) fn body(self) -> Body {
        Body::from_stream(unfold(self, Self::next))
    }

    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        if let Some(chunk) = self.chunks.pop_front() {
            if let Some(gate) = self.gate.clone()
                && !self.before_the_end(async move { gate.acquire().await.map(SemaphorePermit::forget) }).await
            {
                return self.broken().await;
            }
            return Some((Ok(chunk), self));
        }
        match &self.end {
            End::Whole => None,
            End::Closed => self.broken().await,
            End::Stalled => {
                self.before_the_end(pending::<()>()).await;
                self.broken().await
            }
            End::Pings(ping) => {
                let ping = Bytes::copy_from_slice(ping);
                if self.before_the_end(sleep(Duration::from_millis(5))).await {
                    return Some((Ok(ping), self));
                }
                self.broken().await
            }
        }
    }

    /// Whether this happens before the server ends.
    async fn before_the_end(&mut self, happening: impl Future) -> bool {
        tokio::select! {
            _ = happening => true,
            _ = self.ended.wait_for(|ended| *ended) => false,
        }
    }

    /// Cuts the connection, after what was sent before has left.
    async fn broken(mut self) -> Option<(io::Result<Bytes>, Self)> {
        tokio::task::yield_now().await;
        self.end = End::Whole;
        self.chunks.clear();
        Some((Err(io::ErrorKind::ConnectionReset.into()), self))
    }
}
