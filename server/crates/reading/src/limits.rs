//! What this process may use from now on.

use rustix::process::{Resource, Rlimit, setrlimit};

const MAX_MEMORY_BYTES: u64 = 512 * 1024 * 1024;
/// For when nobody is left to stop it.
const MAX_PROCESSOR_SECONDS: u64 = 30;
const MAX_OPEN_FILES: u64 = 16;

/// Little memory and processor time, and no file to write.
pub(crate) fn set() -> rustix::io::Result<()> {
    for (resource, most) in [
        (Resource::Data, MAX_MEMORY_BYTES),
        (Resource::Cpu, MAX_PROCESSOR_SECONDS),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, MAX_OPEN_FILES),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
