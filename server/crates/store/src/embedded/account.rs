//! As whom PostgreSQL runs, and how its programs are started so that they never outlive us unasked.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Account of the platform's package, then the one that owns nothing.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];
const NOBODY: u32 = 65_534;
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Our own account or, where we are root (PostgreSQL refuses to run as root), another one.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Whether it is ours, so that nothing has to change hands.
    pub(super) ours: bool,
    /// The program that has the kernel send SIGINT to the child when the thread that started it ends.
    setpriv: Option<PathBuf>,
}

impl Account {
    pub(super) fn choose() -> Self {
        let setpriv = setpriv();
        let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
        if !uid.is_root() {
            let (uid, gid) = (uid.as_raw(), gid.as_raw());
            return Self { name: uid.to_string(), uid, gid, ours: true, setpriv };
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (name, uid, gid) = CANDIDATES
            .into_iter()
            .find_map(|name| find(&passwd, name).map(|(uid, gid)| (name, uid, gid)))
            .unwrap_or(("nobody", NOBODY, NOBODY));
        Self { name: name.to_owned(), uid, gid, ours: false, setpriv }
    }

    /// A command as this account, without our environment (it holds secrets) and outside our process group (Ctrl-C
    /// is for the server, which stops its database last).
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = if let Some(setpriv) = &self.setpriv {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "INT", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        if !self.ours {
            command.uid(self.uid).gid(self.gid);
        }
        command.env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command.current_dir("/").process_group(0).stdin(Stdio::null());
        command
    }

    /// Whether this account may go into `dir`, asked of the kernel, which knows of more than the mode bits.
    pub(super) fn can_enter(&self, dir: &Path) -> bool {
        self.ours || self.command(Path::new("test")).arg("-x").arg(dir).status().is_ok_and(|status| status.success())
    }
}

/// User and group of `name` in the text of `/etc/passwd`.
fn find(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = passwd.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// `setpriv` where it can do what we need (the one of busybox can't).
fn setpriv() -> Option<PathBuf> {
    let path = ["/usr/bin/setpriv", "/bin/setpriv"].map(PathBuf::from).into_iter().find(|path| path.exists())?;
    let works = Command::new(&path)
        .args(["--pdeathsig", "INT", "--", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    works.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgres2:x:7:8::/:/bin/sh\npostgres:x:101:104::/:/bin/bash\n";
        assert_eq!(find(passwd, "postgres"), Some((101, 104)));
        assert_eq!(find(passwd, "nobody"), None);
    }
}
