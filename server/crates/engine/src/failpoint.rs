//! Places between two writes where a test lets the process die, as if by `kill -9`, or the program panic. Only debug builds have
//! them, and pass them by unless `MEZZOFY_CRASH` orders otherwise.

/// Dies or panics here when that was ordered.
#[cfg(debug_assertions)]
pub fn hit(name: &'static str) {
    armed::hit(name);
}

/// The program that people use goes by.
#[cfg(not(debug_assertions))]
pub fn hit(_: &'static str) {}

#[cfg(debug_assertions)]
pub use armed::arm;

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// The place where the process dies, and after how many passages.
    static ORDER: OnceLock<(String, AtomicU32)> = OnceLock::new();

    /// Before the name of a place at which the program fails and the process goes on.
    const PANIC: &str = "panic@";

    /// Takes the order of `MEZZOFY_CRASH`: the process dies at the n-th passage of a place, `step.after:3`, or the program panics there,
    /// `panic@step.after:3`. None or an empty one orders nothing.
    #[expect(clippy::disallowed_methods, reason = "the order is for tests only and no part of the configuration")]
    pub fn arm() -> Result<(), String> {
        let Some(order) = std::env::var("MEZZOFY_CRASH").ok().filter(|order| !order.is_empty()) else { return Ok(()) };
        let (place, count) = order.split_once(':').ok_or("MEZZOFY_CRASH must be like step.after:3")?;
        let count = count.parse().map_err(|_| "MEZZOFY_CRASH must end with a number")?;
        ORDER.set((place.to_owned(), AtomicU32::new(count))).map_err(|_| "MEZZOFY_CRASH is read once".to_owned())
    }

    pub(super) fn hit(name: &str) {
        let Some((place, left)) = ORDER.get() else { return };
        let fails = place.strip_prefix(PANIC);
        if fails.unwrap_or(place) == name && left.fetch_sub(1, Ordering::SeqCst) == 1 {
            assert!(fails.is_none(), "ordered by MEZZOFY_CRASH");
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).ok();
        }
    }
}
