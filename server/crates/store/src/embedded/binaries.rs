//! Finds PostgreSQL's programs: the platform's package, `PATH`, then what `make run` unpacked.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::account::Account;

/// The oldest major version that our SQL is written for.
const MIN_MAJOR_VERSION: u32 = 15;
const PLATFORM: &str = "/usr/lib/postgresql";
/// Where `make run` unpacks PostgreSQL as root: other accounts can go there.
pub(super) const SHARED: &str = "/var/lib/mezzofy";

/// Where binaries come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The operating system's package.
    Platform,
    /// A folder of `PATH`.
    Path,
    /// Unpacked by `make run`.
    Unpacked,
}

/// A usable installation of PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// Folder with `postgres` and `initdb`.
    pub bin_dir: PathBuf,
    /// As PostgreSQL says it, such as `15.18`.
    pub version: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl Binaries {
    /// All that `account` can run, best first.
    pub(super) fn all(account: &Account) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for (bin_dir, origin) in candidates() {
            if found.iter().any(|it| it.bin_dir == bin_dir) {
                continue;
            }
            if let Some(version) = version(&bin_dir, account)
                && major(&version) >= MIN_MAJOR_VERSION
            {
                found.push(Self { bin_dir, version, origin });
            }
        }
        found
    }

    /// Major version, which names the format of the data.
    #[must_use]
    pub fn major(&self) -> u32 {
        major(&self.version)
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(name)
    }
}

fn major(version: &str) -> u32 {
    let digits = version.find(|it: char| !it.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().unwrap_or(0)
}

/// Existing folders with both programs, links resolved: the programs find their libraries relative to themselves.
fn candidates() -> impl Iterator<Item = (PathBuf, Origin)> {
    let mut platform: Vec<(u32, PathBuf)> = fs::read_dir(PLATFORM)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    platform.sort_unstable_by(|left, right| right.cmp(left));

    let path = env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = env::split_paths(&path).filter(|dir| dir.is_absolute()).collect();

    let platform = platform.into_iter().map(|(_, dir)| (dir, Origin::Platform));
    let path = path.into_iter().map(|dir| (dir, Origin::Path));
    let unpacked = unpacked().into_iter().map(|dir| (dir, Origin::Unpacked));
    platform.chain(path).chain(unpacked).filter_map(|(dir, origin)| {
        let postgres = dir.join("postgres").canonicalize().ok()?;
        let dir = postgres.parent()?.to_owned();
        dir.join("initdb").is_file().then_some((dir, origin))
    })
}

/// Where `make run` may have unpacked PostgreSQL: beside the sources we were built from or are started in, in the
/// person's cache, or for all accounts.
fn unpacked() -> Vec<PathBuf> {
    let exe = env::current_exe().unwrap_or_default();
    let here = env::current_dir().unwrap_or_default();
    let mut places: Vec<PathBuf> =
        here.ancestors().chain(exe.ancestors()).map(|dir| dir.join(".cache/postgres/bin")).collect();
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cache")));
    places.extend(cache.map(|dir| dir.join("mezzofy/postgres/bin")));
    places.push(Path::new(SHARED).join("postgres/bin"));
    places
}

/// Asks the program as `account`, which is also the proof that the account can run it.
fn version(bin_dir: &Path, account: &Account) -> Option<String> {
    let output = account.command(&bin_dir.join("postgres")).arg("--version").output().ok()?;
    if !output.status.success() {
        return None;
    }
    let said = String::from_utf8(output.stdout).ok()?;
    said.strip_prefix("postgres (PostgreSQL) ")?.split_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read_from_releases_and_betas() {
        for (version, expected) in [("15.18", 15), ("18.6", 18), ("19beta1", 19), ("devel", 0)] {
            assert_eq!(major(version), expected, "{version}");
        }
    }
}
