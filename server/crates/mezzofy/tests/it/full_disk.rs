//! A disk that is full: what can't be stored is refused and says why, what was answered with success is there and is done, and the server
//! goes on by itself when there is room. The disk is a file system in memory that only the server's own processes see.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mezzofy_domain::canonical::sha256_hex;
use reqwest::{Method, StatusCode};
use rustix::process::{Pid, Signal, getgid, getuid, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

use crate::app::{Client, home_with_outreach, left_out, text, wait_for};
use crate::files_in::upload;

/// Room for the demo's database and some pieces of PostgreSQL's log.
const MOUNT: &str = r#"mount -t tmpfs -o size=200m,mode=755 tmpfs "$DATA_DIR""#;
const SAID: &str = "October statement as PDF";
/// A file of a size that no leftover of the disk takes.
const LARGE: usize = 4 * 1024 * 1024;
/// Messages until the disk must have refused one, and those it must refuse.
const MAX_TRIES: usize = 400;
const REFUSED: usize = 20;

/// A shell that makes the small disk and goes on as `then`, where this account may. A normal user makes it as the root of a namespace of its
/// own, and is itself again in what is started: PostgreSQL does not run as root.
fn on_small_disk(data_dir: &Path, then: &str) -> Command {
    let mut command = Command::new("unshare");
    let (user, group) = (getuid().as_raw(), getgid().as_raw());
    let script = if getuid().is_root() {
        format!("{MOUNT} && exec {then}")
    } else {
        command.args(["--user", "--map-root-user"]);
        format!("{MOUNT} && exec unshare --user --map-user={user} --map-group={group} {then}")
    };
    command.args(["--mount", "sh", "-c", &script]).env("DATA_DIR", data_dir);
    command
}

struct Server {
    process: Child,
    /// The disk, as the server's processes see it.
    disk: PathBuf,
    folder: TempDir,
    base: String,
}

impl Server {
    /// `None`, and a line that says so, where no disk can be made.
    async fn start(test: &str) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        home_with_outreach(folder.path(), |_, text| text.replace("a_minute: 30", "a_minute: 1000000"));
        let data_dir = folder.path().join("disk");
        std::fs::create_dir(&data_dir).unwrap();
        let may = on_small_disk(&data_dir, "true").stderr(Stdio::null()).status().await;
        if !may.is_ok_and(|status| status.success()) {
            left_out(test, "no file system can be mounted here");
            return None;
        }
        let mut program = on_small_disk(&data_dir, concat!(env!("CARGO_BIN_EXE_mezzofy"), " serve --demo"));
        for name in
            ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "KIMI_API_KEY", "KIMI_BASE_URL", "DATABASE_URL", "REDIS_URL"]
        {
            program.env_remove(name);
        }
        program.env("PORT", "0").env("MEZZOFY_HOME", folder.path().join("home")).env("RUST_LOG", "off");
        let mut process = program.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let base = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some((_, port)) = line.split_once("http://localhost:") {
                    return format!("http://127.0.0.1:{}", port.trim());
                }
            }
            panic!("the server ended");
        };
        let base = timeout(Duration::from_mins(1), base).await.expect("the server starts in time");
        let root = format!("/proc/{}/root", process.id().unwrap());
        let disk = Path::new(&root).join(data_dir.strip_prefix("/").unwrap());
        Some(Self { process, disk, folder, base })
    }

    /// Writes until nothing goes on the disk any more.
    fn fill(&self) {
        let mut file = File::options().append(true).create(true).open(self.disk.join("full")).unwrap();
        for size in [1 << 20, 1 << 12] {
            let bytes = vec![0; size];
            let full = loop {
                if let Err(error) = file.write_all(&bytes) {
                    break error;
                }
            };
            assert_eq!(full.kind(), ErrorKind::StorageFull);
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.disk.join("full")).unwrap();
    }

    /// Ends PostgreSQL as a crash does; its supervisor starts it again.
    fn kill_postgres(&self) {
        let file = std::fs::read_to_string(self.disk.join("postgres/postmaster.pid")).unwrap();
        let pid = file.lines().next().and_then(|line| line.parse().ok()).and_then(Pid::from_raw);
        kill_process(pid.unwrap(), Signal::KILL).unwrap();
    }
}

/// A message, under an id by which it can be sent again.
async fn post(person: &Client, conversation: &str, client_id: Uuid) -> (StatusCode, Value) {
    let path = format!("/v1/conversations/{conversation}/messages");
    person.send(Method::POST, &path, Some(&json!({"client_id": client_id, "text": SAID}))).await
}

async fn content(person: &Client, file: &str) -> Vec<u8> {
    let answer = person.request(Method::GET, &format!("/v1/files/{file}/content")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.unwrap().to_vec()
}

/// The run has made its file, whose bytes are whole.
async fn is_done(person: &Client, run: &str) {
    let run = person.run_in(run, "succeeded").await;
    let file = &run["files"][0];
    assert_eq!(sha256_hex(&content(person, &text(&file["id"])).await), text(&file["sha256"]), "{run}");
}

#[tokio::test]
async fn what_a_full_disk_refuses_is_said_and_what_was_answered_before_is_done_when_there_is_room() {
    let Some(server) = Server::start("full disk").await else { return };
    let mut person = Client::at(&server.base);
    let (status, signed_in) = person.sign_in("finance.manager", "mezzofy-demo").await;
    assert_eq!(status, StatusCode::OK, "{signed_in}");
    person.token = text(&signed_in["access_token"]);
    let conversation = person.conversation().await;
    let terms = b"Payment is due within 45 days of the invoice.";
    let (status, before) = upload(&person, "terms.txt", terms).await;
    assert_eq!(status, StatusCode::CREATED, "{before}");

    server.fill();
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..MAX_TRIES {
        let client_id = Uuid::new_v4();
        let (status, answer) = post(&person, &conversation, client_id).await;
        if status.is_success() {
            taken.push(text(&answer["run"]["id"]));
            continue;
        }
        assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{answer}");
        assert!(text(&answer["detail"]).contains("disk is full, so nothing was stored"), "{answer}");
        refused.push(client_id);
        // PostgreSQL gives back what it has not used.
        server.fill();
        if refused.len() == REFUSED {
            break;
        }
    }
    assert_eq!(refused.len(), REFUSED, "the disk is full");
    let (status, problem) = upload(&person, "large.txt", &b"a line\n".repeat(LARGE / 7)).await;
    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{problem}");
    let (status, problem) = person.send(Method::GET, "/readyz", None).await;
    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{problem}");
    assert_eq!(content(&person, &text(&before["id"])).await, terms, "what is there can be read");

    server.kill_postgres();
    server.fill();
    server.free();
    wait_for(async || person.send(Method::GET, "/readyz", None).await.0.is_success().then_some(())).await;
    for run in &taken {
        is_done(&person, run).await;
    }
    for client_id in refused.iter().take(3) {
        let (status, answer) = post(&person, &conversation, *client_id).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        is_done(&person, &text(&answer["run"]["id"])).await;
    }
    let said = person.items(&format!("/v1/conversations/{conversation}/messages?limit=100")).await;
    let said = said.iter().filter(|message| message["author"] == "person").count();
    assert_eq!(said, taken.len() + 3, "nothing is stored of what was refused");
    assert_eq!(content(&person, &text(&before["id"])).await, terms);
    assert!(server.folder.path().join("disk").read_dir().unwrap().next().is_none(), "nobody else sees the disk");
    let mut process = server.process;
    process.kill().await.unwrap();
}
