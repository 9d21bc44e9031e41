//! The program as the server starts it. It stands here, beside what it links, and makes cargo build it for the tests of the server.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use mezzofy_domain::reading::{FileKind, MergeOrder, Reading, ReadingError};

const LETTER: &[u8] = include_bytes!("../samples/letter-en.pdf");

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mezzofy-read"))
        .args(arguments)
        .env_clear()
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that has died takes no more.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn read(media_type: &str, input: &[u8]) -> Result<Reading, ReadingError> {
    serde_json::from_slice(&run(&["read", media_type], input).stdout).unwrap()
}

#[test]
fn a_file_is_read_and_one_that_can_not_be_says_why() {
    let reading = read("application/pdf", LETTER).unwrap();
    assert_eq!((reading.kind, reading.cut), (FileKind::Pdf, false));
    assert_eq!(read("application/pdf", &LETTER[..100]), Err(ReadingError::Damaged));
    assert_eq!(read("video/mp4", b"x"), Err(ReadingError::Unknown));
}

#[test]
fn files_are_merged_in_their_order_and_the_one_that_can_not_be_is_named() {
    let merge = |second: &[u8]| {
        let files = vec![("a".to_owned(), LETTER.len()), ("b".to_owned(), second.len())];
        let order = serde_json::to_vec(&MergeOrder { title: "Both".into(), files }).unwrap();
        let answer = run(&["merge"], &[&order, b"\n".as_slice(), LETTER, second].concat()).stdout;
        let line = answer.iter().position(|byte| *byte == b'\n').unwrap();
        let pages: Result<usize, (usize, ReadingError)> = serde_json::from_slice(&answer[..line]).unwrap();
        (pages, answer[line + 1..].to_vec())
    };
    let (pages, file) = merge(LETTER);
    assert_eq!(read("application/pdf", &file).unwrap().count, pages.unwrap());
    assert_eq!(merge(b"%PDF-1.7 no"), (Err((1, ReadingError::Damaged)), Vec::new()));
}

#[cfg(debug_assertions)]
#[test]
fn a_parser_that_panics_means_a_damaged_file() {
    assert_eq!(read("test/panic", b"x"), Err(ReadingError::Damaged));
}

#[cfg(debug_assertions)]
#[test]
fn a_parser_that_eats_memory_or_writes_is_ended() {
    for media_type in ["test/memory", "test/write"] {
        let output = run(&["read", media_type], b"x");
        assert!(!output.status.success() && output.stdout.is_empty(), "{media_type}: {output:?}");
    }
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("written");
    assert_eq!(std::fs::read(&written).unwrap(), b"");
    std::fs::remove_file(written).unwrap();
}
