//! What this process may reach from now on: its standard streams and its own memory, no file and no network.

use std::fs::File;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixDatagram;

use landlock::{ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetError, RulesetStatus, Scope};
use mezzofy_domain::reading::confinement::Confinement;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// The calls of the system that parsers need: memory, time, chance, the streams that are open already, and the end. Every other one (to open,
/// to connect, to start, to look at other processes) is refused, whatever a later kernel adds.
const ALLOWED_CALLS: [i64; 33] = [
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_restart_syscall,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What took this process its rights, and what did not and why.
pub(crate) struct Sandbox {
    by: Vec<String>,
    without: Vec<String>,
}

/// Gives up all rights that this kernel lets a process give up. There is no way back, and no new rights through other programs.
pub(crate) fn enter() -> Sandbox {
    let mut sandbox = Sandbox { by: Vec::new(), without: Vec::new() };
    // Landlock first: the filter refuses the calls that set it up.
    match shut_files_and_ports() {
        Ok(RulesetStatus::FullyEnforced) => sandbox.by.push("Landlock".to_owned()),
        Ok(RulesetStatus::PartiallyEnforced) => sandbox.by.push("Landlock as far as this kernel has it".to_owned()),
        Ok(RulesetStatus::NotEnforced) => sandbox.without.push("this kernel has no Landlock".to_owned()),
        Err(error) => sandbox.without.push(format!("Landlock failed: {error}")),
    }
    match refuse_calls() {
        Ok(()) => sandbox.by.push("seccomp".to_owned()),
        Err(error) => sandbox.without.push(format!("seccomp failed: {error}")),
    }
    sandbox
}

/// No file, no TCP port, no socket or process outside can be reached: rules for all of it, and no exception.
fn shut_files_and_ports() -> Result<RulesetStatus, RulesetError> {
    let abi = ABI::V6;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?
        .restrict_self()?;
    Ok(status.ruleset)
}

fn refuse_calls() -> Result<(), String> {
    let allowed = ALLOWED_CALLS.iter().map(|call| (*call, Vec::new())).collect();
    let refusal = SeccompAction::Errno(libc::EACCES.unsigned_abs());
    let architecture = std::env::consts::ARCH.try_into().map_err(|error| format!("{error}"))?;
    let filter = SeccompFilter::new(allowed, refusal, SeccompAction::Allow, architecture);
    let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(|error| error.to_string())?;
    seccompiler::apply_filter(&program).map_err(|error| error.to_string())
}

impl Sandbox {
    /// What holds, found out by trying.
    pub(crate) fn confinement(self) -> Confinement {
        let opens_files = ["/", "/etc/passwd"].iter().any(|path| File::open(path).is_ok());
        let makes_sockets = UdpSocket::bind("127.0.0.1:0").is_ok()
            || TcpListener::bind("127.0.0.1:0").is_ok()
            || UnixDatagram::unbound().is_ok();
        Confinement { by: self.by, without: self.without, opens_files, makes_sockets }
    }
}
