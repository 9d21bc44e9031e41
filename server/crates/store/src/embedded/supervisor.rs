//! Keeps the child alive: one thread that starts it, waits for its end and starts it again. The thread lives as long as
//! the process, because the kernel tells the child of the end of the thread that started it.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::sync::watch;

use super::EmbeddedError;
use super::binaries::Binaries;
use super::cluster::Cluster;

const FIRST_RESTART_DELAY: Duration = Duration::from_millis(100);
const MAX_RESTART_DELAY: Duration = Duration::from_secs(5);
/// After this long a child counts as healthy, and the next pause is short again.
const HEALTHY_AFTER: Duration = Duration::from_mins(1);
/// How to end the child, from polite (fast shutdown) to certain, and how long each may take.
const ENDINGS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(30)),
    (Signal::QUIT, Duration::from_secs(10)),
    (Signal::KILL, Duration::from_secs(10)),
];

/// What the child is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has not been started yet.
    Starting,
    /// It lives.
    Up {
        /// Its process id.
        pid: i32,
    },
    /// It ended unasked and is about to be started again.
    Down {
        /// How often it has ended so far.
        ended: u32,
    },
    /// It was stopped.
    Stopped,
}

/// The child, as the supervisor needs it.
pub(super) struct Launch {
    pub(super) cluster: Cluster,
    pub(super) binaries: Binaries,
    pub(super) log: PathBuf,
    pub(super) durable: bool,
}

impl Launch {
    fn spawn(&self) -> Result<Child, EmbeddedError> {
        let command = self.cluster.command(&self.binaries, &self.log, self.durable);
        command.and_then(|mut it| it.spawn()).map_err(EmbeddedError::io("starting postgres"))
    }
}

#[derive(Debug)]
pub(super) struct Supervisor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    child: Mutex<Living>,
    stop_asked: Condvar,
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct Living {
    /// Set from the start until just before the process id is given back to the system.
    pid: Option<Pid>,
    stopping: bool,
}

impl Supervisor {
    /// Starts the thread. It holds `lock` until the child has ended for good.
    pub(super) fn start(launch: Launch, lock: File) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            child: Mutex::default(),
            stop_asked: Condvar::new(),
            state: watch::Sender::new(State::Starting),
        });
        let ours = Arc::clone(&shared);
        thread::Builder::new().name("postgres".to_owned()).spawn(move || {
            ours.supervise(&launch);
            launch.cluster.leave();
            drop(lock);
            ours.state.send_replace(State::Stopped);
        })?;
        Ok(Self { shared })
    }

    pub(super) fn state(&self) -> State {
        *self.shared.state.borrow()
    }

    /// Stops the child and waits for its end.
    pub(super) async fn stop(&self) {
        let mut state = self.shared.state.subscribe();
        for (signal, patience) in ENDINGS {
            self.shared.ask_to_stop(signal);
            let stopped = state.wait_for(|state| *state == State::Stopped);
            if tokio::time::timeout(patience, stopped).await.is_ok() {
                return;
            }
            tracing::warn!(?signal, "postgres did not stop");
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if self.state() != State::Stopped {
            self.shared.ask_to_stop(Signal::INT);
        }
    }
}

impl Shared {
    fn living(&self) -> MutexGuard<'_, Living> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask_to_stop(&self, signal: Signal) {
        let mut living = self.living();
        living.stopping = true;
        self.stop_asked.notify_all();
        if let Some(pid) = living.pid
            && let Err(error) = kill_process(pid, signal)
        {
            tracing::warn!(%error, ?signal, "postgres could not be signalled");
        }
    }

    fn supervise(&self, launch: &Launch) {
        let mut pause = FIRST_RESTART_DELAY;
        for ended in 1.. {
            let started = Instant::now();
            match self.launch(launch) {
                Ok(Some(child)) => self.wait(child),
                Ok(None) => return,
                Err(error) => tracing::error!(error = %with_cause(&error), "postgres could not be started"),
            }
            pause = if started.elapsed() > HEALTHY_AFTER {
                FIRST_RESTART_DELAY
            } else {
                (pause * 2).min(MAX_RESTART_DELAY)
            };
            if !self.pause(ended, pause) {
                return;
            }
        }
    }

    /// Starts the child, unless a stop was asked for.
    fn launch(&self, launch: &Launch) -> Result<Option<Child>, EmbeddedError> {
        launch.cluster.settle()?;
        let mut living = self.living();
        if living.stopping {
            return Ok(None);
        }
        let child = launch.spawn()?;
        let pid = Pid::from_child(&child);
        living.pid = Some(pid);
        self.state.send_replace(State::Up { pid: pid.as_raw_nonzero().get() });
        Ok(Some(child))
    }

    /// Waits for the child's end. Its id is given back only after nobody can signal it any more.
    fn wait(&self, mut child: Child) {
        let pid = Pid::from_child(&child);
        while matches!(
            waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT),
            Err(rustix::io::Errno::INTR)
        ) {}
        self.living().pid = None;
        match child.wait() {
            Ok(status) => tracing::debug!(%status, "postgres ended"),
            Err(error) => tracing::warn!(%error, "postgres could not be waited for"),
        }
    }

    /// Lets some time pass before the next start; false when it was ended by a stop.
    fn pause(&self, ended: u32, pause: Duration) -> bool {
        let living = self.living();
        if living.stopping {
            return false;
        }
        tracing::warn!(ended, "postgres ended unasked and is started again");
        self.state.send_replace(State::Down { ended });
        let waited = self.stop_asked.wait_timeout_while(living, pause, |living| !living.stopping);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopping
    }
}

fn with_cause(error: &EmbeddedError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
