//! Reads files in a child process: `mezzofy-read`, started for each with nothing of our environment and little time; it gives up memory, the network
//! and all other files by itself. Whatever a foreign parser does there, the server goes on, and so does everybody's share of it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mezzofy_domain::id::{self, Id};
use mezzofy_domain::reading::confinement::Confinement;
use mezzofy_domain::reading::{FileKind, MergeOrder, Pixels, Reading, ReadingError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::turns::{TurnLimits, Turns};

mod answers;

use answers::{Answer, Answers};

/// For whom a file is read; `None` for a command of whoever runs the server.
pub type ReadFor = Option<Id<id::Person>>;

/// How long reading a file may take.
pub const READING_TIMEOUT: Duration = Duration::from_secs(30);
const MAX_ANSWER_BYTES: u64 = 32 * 1024 * 1024;
/// One person's file leaves room for another's; whoever has more of them waits for the own.
const TURNS: TurnLimits = TurnLimits { at_once: 2, at_once_a_person: 1, waiting: 128, waiting_a_person: 16 };
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
    turns: Turns<ReadFor>,
    answers: Answers,
}

impl Reader {
    /// A reader that starts this program, which must be `mezzofy-read`, for so long at most.
    #[must_use]
    pub fn new(program: PathBuf, timeout: Duration) -> Self {
        Self { program, timeout, turns: Turns::new(TURNS), answers: Answers::default() }
    }

    /// What a file of this media type says.
    pub async fn read(&self, person: ReadFor, media_type: &str, bytes: &[u8]) -> Result<Reading, ReadingError> {
        // A child built for development knows kinds that misbehave.
        let misbehaves = cfg!(debug_assertions) && media_type.starts_with("test/");
        if FileKind::of(media_type).is_none() && !misbehaves {
            return Err(ReadingError::Unknown);
        }
        let answer = self.answer(person, &["read", media_type], bytes).await?;
        serde_json::from_slice(&answer).unwrap_or(Err(ReadingError::TooMuch))
    }

    /// PDFs as one, by their names, and how many pages it has; or the index of the one that can't be used.
    pub async fn merge(
        &self,
        person: ReadFor,
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
        let answer = self.answer(person, &["merge"], &input).await.map_err(|error| (0, error))?;
        let (line, file) = first_line(&answer).ok_or_else(too_much)?;
        let merged: Result<usize, (usize, ReadingError)> =
            serde_json::from_slice(line).unwrap_or_else(|_| Err(too_much()));
        Ok((file.to_vec(), merged?))
    }

    /// What a PNG or JPEG shows.
    pub async fn picture(&self, person: ReadFor, bytes: &[u8]) -> Result<Pixels, ReadingError> {
        let answer = self.answer(person, &["picture"], bytes).await?;
        let (line, rest) = first_line(&answer).ok_or(ReadingError::TooMuch)?;
        let drawn: Result<Pixels, ReadingError> = serde_json::from_slice(line).unwrap_or(Err(ReadingError::TooMuch));
        let pixels = Pixels { bytes: rest.to_vec(), ..drawn? };
        // The child has seen foreign bytes; what it says is looked at like them.
        if pixels.are_whole() { Ok(pixels) } else { Err(ReadingError::Damaged) }
    }

    /// What keeps a child from everything but its file, on this machine.
    pub async fn confinement(&self) -> std::io::Result<Confinement> {
        let answer = tokio::time::timeout(self.timeout, self.ask(&["confinement"], &[])).await??;
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Says in the log where a child reaches more than its file; nothing on a machine where it does not.
    pub async fn log_confinement(&self) {
        match self.confinement().await {
            Ok(confinement) if confinement.is_whole() => {}
            Ok(confinement) => tracing::warn!("files of people are read {}", confinement.say()),
            Err(error) => tracing::error!(%error, "the program that reads files does not answer"),
        }
    }

    /// What a child answers within the limits, or has answered before.
    async fn answer(&self, person: ReadFor, arguments: &[&str], bytes: &[u8]) -> Answer {
        let key = answers::key(arguments, bytes);
        if let Some(known) = self.answers.get(&key, Instant::now()) {
            return known;
        }
        let _turn = self.turns.take(person).await.map_err(|_| ReadingError::Busy)?;
        if let Some(known) = self.answers.get(&key, Instant::now()) {
            return known;
        }
        let answer = match tokio::time::timeout(self.timeout, self.ask(arguments, bytes)).await {
            // Nothing at all: it was ended.
            Ok(Ok(answer)) if answer.is_empty() => Err(ReadingError::TooMuch),
            Ok(Ok(answer)) => Ok(Arc::new(answer)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a file could not be read");
                return Err(ReadingError::TooMuch);
            }
            Err(_) => Err(ReadingError::TooMuch),
        };
        self.answers.put(key, answer.clone(), Instant::now());
        answer
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

/// The first line of an answer, and what follows it.
fn first_line(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = answer.iter().position(|byte| *byte == b'\n')?;
    Some((&answer[..line], &answer[line + 1..]))
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
