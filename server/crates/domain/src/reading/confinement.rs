//! What keeps the program that reads files from everything but its file.

use serde::{Deserialize, Serialize};

/// What `mezzofy-read confinement` has found out of itself, after it gave up its rights, by trying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// What took its rights, e.g. `seccomp`.
    pub by: Vec<String>,
    /// What took none, and why.
    pub without: Vec<String>,
    /// Whether it could open a file or a folder.
    pub opens_files: bool,
    /// Whether it could make a socket.
    pub makes_sockets: bool,
}

impl Confinement {
    /// Whether it reaches nothing but its file.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.opens_files && !self.makes_sockets
    }

    /// What holds, and what does not on this machine.
    #[must_use]
    pub fn say(&self) -> String {
        let mut said = match (self.opens_files, self.makes_sockets) {
            (false, false) => "without network and files".to_owned(),
            (true, false) => "without network, but it can open the server's files".to_owned(),
            (false, true) => "without files, but it can reach the network".to_owned(),
            (true, true) => "but it can open the server's files and reach the network".to_owned(),
        };
        if !self.by.is_empty() {
            said = format!("{said}, by {}", self.by.join(" and "));
        }
        std::iter::once(said).chain(self.without.iter().cloned()).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_hold_is_said() {
        let all = Confinement {
            by: vec!["Landlock".to_owned(), "seccomp".to_owned()],
            without: Vec::new(),
            opens_files: false,
            makes_sockets: false,
        };
        assert!(all.is_whole());
        assert_eq!(all.say(), "without network and files, by Landlock and seccomp");
        let none = Confinement {
            by: Vec::new(),
            without: vec!["this kernel has no Landlock".to_owned()],
            opens_files: true,
            makes_sockets: true,
        };
        assert!(!none.is_whole());
        assert_eq!(none.say(), "but it can open the server's files and reach the network; this kernel has no Landlock");
    }
}
