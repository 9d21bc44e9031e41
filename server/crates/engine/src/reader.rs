//! Reads files in a child process: this program, started again with nothing of our environment, little memory, little time and
//! no way to write a file. Whatever a foreign parser does there, the server goes on.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mezzofy_documents::merging::{Source, merge};
use mezzofy_documents::reading::{Kind, Reading, ReadingError};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// How long reading a file may take.
pub const LONGEST: Duration = Duration::from_secs(30);
/// Processor seconds of the child, for when nobody is left to stop it.
const PROCESSOR: u64 = 30;
/// Bytes of memory of the child.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Bytes it may answer.
const ANSWER: u64 = 32 * 1024 * 1024;
/// Children at once.
const AT_ONCE: usize = 2;
/// The child's command.
const COMMAND: &str = "read-file";
/// That of the child that merges.
const MERGE: &str = "merge-pdf";

/// Starts children.
#[derive(Debug)]
pub struct Reader {
    program: PathBuf,
    longest: Duration,
    places: Semaphore,
}

impl Reader {
    /// A reader that starts this program, which must be `mezzofy`, for so long at most.
    #[must_use]
    pub fn new(program: PathBuf, longest: Duration) -> Self {
        Self { program, longest, places: Semaphore::new(AT_ONCE) }
    }

    /// What a file of this media type says.
    pub async fn read(&self, media_type: &str, bytes: &[u8]) -> Result<Reading, ReadingError> {
        let known = Kind::of(media_type).is_some() || (cfg!(debug_assertions) && media_type.starts_with("test/"));
        if !known {
            return Err(ReadingError::Unknown);
        }
        let answer = self.answer(&[COMMAND, media_type], bytes).await?;
        serde_json::from_slice(&answer).unwrap_or(Err(ReadingError::TooMuch))
    }

    /// PDFs as one, by their names, and how many pages it has; or the index of the one that can't be used.
    pub async fn merge(
        &self,
        files: &[(String, Vec<u8>)],
        title: &str,
    ) -> Result<(Vec<u8>, usize), (usize, ReadingError)> {
        let order = Order {
            title: title.to_owned(),
            files: files.iter().map(|(name, bytes)| (name.clone(), bytes.len())).collect(),
        };
        let too_much = || (0, ReadingError::TooMuch);
        let mut input = serde_json::to_vec(&order).map_err(|_| too_much())?;
        input.push(b'\n');
        for (_, bytes) in files {
            input.extend_from_slice(bytes);
        }
        let mut answer = self.answer(&[MERGE], &input).await.map_err(|error| (0, error))?;
        let line = answer.iter().position(|byte| *byte == b'\n').ok_or_else(too_much)?;
        let merged: Result<usize, (usize, ReadingError)> =
            serde_json::from_slice(&answer[..line]).unwrap_or_else(|_| Err(too_much()));
        let pages = merged?;
        Ok((answer.split_off(line + 1), pages))
    }

    /// What a child answers within the limits.
    async fn answer(&self, arguments: &[&str], bytes: &[u8]) -> Result<Vec<u8>, ReadingError> {
        let _place = self.places.acquire().await.map_err(|_| ReadingError::TooMuch)?;
        match tokio::time::timeout(self.longest, self.ask(arguments, bytes)).await {
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
                stdout.take(ANSWER).read_to_end(&mut answer).await?;
            }
            Ok::<_, std::io::Error>(answer)
        };
        let ((), answer) = tokio::join!(hand_over, take);
        child.wait().await?;
        answer
    }
}

/// What is merged: a title, then the name and size of each file, in the order of their bytes.
#[derive(Serialize, Deserialize)]
struct Order {
    title: String,
    files: Vec<(String, usize)>,
}

/// Gives up the child's rights; what comes on standard input.
fn confined() -> Result<Vec<u8>, String> {
    let limit = |most| Rlimit { current: Some(most), maximum: Some(most) };
    for (resource, most) in [
        (Resource::Data, MEMORY),
        (Resource::Cpu, PROCESSOR),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, 16),
    ] {
        setrlimit(resource, limit(most)).map_err(|error| error.to_string())?;
    }
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// The child that merges: an order, a line break and the files on standard input; pages, a line break and the file on standard output.
pub fn merging_child() -> Result<(), String> {
    let input = confined()?;
    let line = input.iter().position(|byte| *byte == b'\n').ok_or("no order was given")?;
    let order: Order = serde_json::from_slice(&input[..line]).map_err(|error| error.to_string())?;
    let mut rest = &input[line + 1..];
    let mut sources = Vec::new();
    for (name, size) in &order.files {
        let (bytes, after) = rest.split_at_checked(*size).ok_or("a file is not whole")?;
        sources.push(Source { name, bytes });
        rest = after;
    }
    let merged = std::panic::catch_unwind(|| merge(&sources, &order.title));
    let (file, told) = match merged.unwrap_or(Err((0, ReadingError::Damaged))) {
        Ok((file, pages)) => (file, Ok(pages)),
        Err(wrong) => (Vec::new(), Err(wrong)),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &told).map_err(|error| error.to_string())?;
    out.write_all(b"\n").and_then(|()| out.write_all(&file)).map_err(|error| error.to_string())
}

/// The child that reads: takes a file on standard input and answers on standard output.
pub fn child(media_type: &str) -> Result<(), String> {
    let bytes = confined()?;
    #[cfg(debug_assertions)]
    misbehave(media_type);
    let kind = Kind::of(media_type).ok_or_else(|| format!("files of the kind {media_type} can't be read"))?;
    // A panic of a parser is a broken file.
    let reading = std::panic::catch_unwind(|| mezzofy_documents::reading::read(kind, &bytes));
    let reading = reading.unwrap_or(Err(ReadingError::Damaged));
    serde_json::to_writer(std::io::stdout().lock(), &reading).map_err(|error| error.to_string())
}

/// Kinds that tests use for a parser that goes wrong.
#[cfg(debug_assertions)]
fn misbehave(media_type: &str) {
    match media_type {
        "test/memory" => {
            let mut eaten = Vec::new();
            while eaten.len() < 1_000_000 {
                eaten.push(vec![1_u8; 1024 * 1024]);
            }
        }
        "test/time" => while std::hint::black_box(true) {},
        _ => {}
    }
}
