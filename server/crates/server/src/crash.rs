//! Places where a test lets the process die, as if by `kill -9`. Only in builds with the feature `failpoints`.

/// A place between two things that must not both be needed for a third.
#[cfg_attr(not(feature = "failpoints"), expect(unused_variables, reason = "the places exist for tests only"))]
pub(crate) fn point(name: &'static str) {
    #[cfg(feature = "failpoints")]
    fail::fail_point!(name);
}

/// Makes the process die at the n-th passage of a place: `MEZZOFY_CRASH=step.after:3`.
#[cfg(feature = "failpoints")]
pub(crate) fn arm(order: &str) -> Result<(), String> {
    use std::sync::atomic::{AtomicU32, Ordering};

    let (place, count) = order.split_once(':').ok_or("MEZZOFY_CRASH must be like step.after:3")?;
    let left = AtomicU32::new(count.parse().map_err(|_| "MEZZOFY_CRASH must end with a number")?);
    fail::cfg_callback(place, move || {
        if left.fetch_sub(1, Ordering::SeqCst) == 1 {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).ok();
        }
    })
}
