//! Reads files in a child process: `mezzofy-read`, started for each with nothing of our environment and little time; it gives up memory and the right
//! to write by itself. Whatever a foreign parser does there, the server goes on.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mezzofy_domain::reading::{FileKind, MergeOrder, Reading, ReadingError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// How long reading a file may take.
pub const READING_TIMEOUT: Duration = Duration::from_secs(30);
const MAX_ANSWER_BYTES: u64 = 32 * 1024 * 1024;
const MAX_CHILDREN: usize = 2;
const PROGRAM: &str = "mezzofy-read";

/// Where the program stands: beside this one. Cargo puts tests one folder below.
pub fn program() -> std::io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().unwrap_or(Path::new("/"));
    let folder = folder.parent().filter(|_| folder.ends_with("deps")).unwrap_or(folder);
    Ok(folder.join(PROGRAM))
}

/// Says what to do where the program is not there.
pub fn check(program: &Path) -> Result<(), String> {
    if program.is_file() {
        return Ok(());
    }
    Err(format!(
        "{} is missing, which reads the files of people: install it beside mezzofy; “make server” builds both",
        program.display()
    ))
}

/// Starts children.
#[derive(Debug)]
pub struct Reader {
    program: PathBuf,
    timeout: Duration,
    slots: Semaphore,
}

impl Reader {
    /// A reader that starts this program, which must be `mezzofy-read`, for so long at most.
    #[must_use]
    pub fn new(program: PathBuf, timeout: Duration) -> Self {
        Self { program, timeout, slots: Semaphore::new(MAX_CHILDREN) }
    }

    /// What a file of this media type says.
    pub async fn read(&self, media_type: &str, bytes: &[u8]) -> Result<Reading, ReadingError> {
        // A child built for development knows kinds that misbehave.
        let misbehaves = cfg!(debug_assertions) && media_type.starts_with("test/");
        if FileKind::of(media_type).is_none() && !misbehaves {
            return Err(ReadingError::Unknown);
        }
        let answer = self.answer(&["read", media_type], bytes).await?;
        serde_json::from_slice(&answer).unwrap_or(Err(ReadingError::TooMuch))
    }

    /// PDFs as one, by their names, and how many pages it has; or the index of the one that can't be used.
    pub async fn merge(
        &self,
        files: &[(String, Vec<u8>)],
        title: &str,
    ) -> Result<(Vec<u8>, usize), (usize, ReadingError)> {
        let order = MergeOrder {
            title: title.to_owned(),
            files: files.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect(),
        };
        let too_much = || (0, ReadingError::TooMuch);
        let mut input = serde_json::to_vec(&order).map_err(|_| too_much())?;
        input.push(b'\n');
        for (_, bytes) in files {
            input.extend_from_slice(bytes);
        }
        let mut answer = self.answer(&["merge"], &input).await.map_err(|error| (0, error))?;
        let line = answer.iter().position(|byte| *byte == b'\n').ok_or_else(too_much)?;
        let merged: Result<usize, (usize, ReadingError)> =
            serde_json::from_slice(&answer[..line]).unwrap_or_else(|_| Err(too_much()));
        let pages = merged?;
        Ok((answer.split_off(line + 1), pages))
    }

    /// What a child answers within the limits.
    async fn answer(&self, arguments: &[&str], bytes: &[u8]) -> Result<Vec<u8>, ReadingError> {
        let _slot = self.slots.acquire().await.map_err(|_| ReadingError::TooMuch)?;
        match tokio::time::timeout(self.timeout, self.ask(arguments, bytes)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a file could not be read");
                Err(ReadingError::TooMuch)
            }
            Err(_) => Err(ReadingError::TooMuch),
        }
    }

    /// What the child answers; it is killed when this is dropped.
    async fn ask(&self, arguments: &[&str], bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut child = Command::new(&self.program)
            .args(arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let hand_over = async {
            if let Some(mut stdin) = stdin {
                // A child that has seen enough, or has died, takes no more.
                let _ = stdin.write_all(bytes).await;
            }
        };
        let take = async {
            let mut answer = Vec::new();
            if let Some(stdout) = stdout {
                stdout.take(MAX_ANSWER_BYTES).read_to_end(&mut answer).await?;
            }
            Ok::<_, std::io::Error>(answer)
        };
        let ((), answer) = tokio::join!(hand_over, take);
        child.wait().await?;
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_looked_for_beside_this_one_and_missed_with_a_sentence() {
        let program = program().unwrap();
        assert!(program.ends_with(PROGRAM) && !program.parent().unwrap().ends_with("deps"), "{}", program.display());
        let problem = check(Path::new("/nowhere/mezzofy-read")).unwrap_err();
        assert!(
            problem.starts_with("/nowhere/mezzofy-read is missing") && problem.contains("make server"),
            "{problem}"
        );
    }
}
