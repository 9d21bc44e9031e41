//! Places where a test lets the process die, as if by `kill -9`. Only in builds with the feature `failpoints`.

/// A place between two things that must not both be needed for a third.
#[cfg_attr(not(feature = "failpoints"), expect(unused_variables, reason = "the places exist for tests only"))]
pub fn hit(name: &'static str) {
    #[cfg(feature = "failpoints")]
    armed::pass(name);
}

#[cfg(feature = "failpoints")]
pub use armed::arm;

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// The place where the process dies, and after how many passages.
    static ORDER: OnceLock<(String, AtomicU32)> = OnceLock::new();

    /// Before the name of a place at which the program fails and the process goes on.
    const PANIC: &str = "panic@";

    /// Makes the process die at the n-th passage of a place: `MEZZOFY_CRASH=step.after:3`; or the program fail there: `panic@step.after:3`.
    pub fn arm(order: &str) -> Result<(), String> {
        let (place, count) = order.split_once(':').ok_or("MEZZOFY_CRASH must be like step.after:3")?;
        let count = count.parse().map_err(|_| "MEZZOFY_CRASH must end with a number")?;
        ORDER.set((place.to_owned(), AtomicU32::new(count))).map_err(|_| "MEZZOFY_CRASH is read once".to_owned())
    }

    pub(super) fn pass(name: &str) {
        let Some((place, left)) = ORDER.get() else { return };
        let fails = place.strip_prefix(PANIC);
        if fails.unwrap_or(place) == name && left.fetch_sub(1, Ordering::SeqCst) == 1 {
            assert!(fails.is_none(), "ordered by MEZZOFY_CRASH");
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).ok();
        }
    }
}
