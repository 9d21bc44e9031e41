//! How much is done of what repeats: in `make test` a small fixed part and one that the commit draws, in `make soak` all of it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Whether all of it is asked for.
pub(crate) fn whole() -> bool {
    std::env::var_os("MEZZOFY_SOAK").is_some()
}

/// A number below `bound`, for each commit and purpose another one.
pub(crate) fn drawn(purpose: &str, bound: u64) -> u64 {
    let seed = std::env::var_os("MEZZOFY_TEST_SEED").unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    (&seed, purpose).hash(&mut hasher);
    let drawn = hasher.finish() % bound;
    // The harness shows it where the test fails.
    eprintln!("{purpose}: {drawn} is drawn by MEZZOFY_TEST_SEED={}", seed.display());
    drawn
}

/// At which passages of a place to kill the server: all there are, or the first and one of the next `more`.
pub(crate) fn passages(place: &str, more: u64) -> Box<dyn Iterator<Item = u64>> {
    if whole() { Box::new(1..) } else { Box::new([1, 2 + drawn(place, more)].into_iter()) }
}
