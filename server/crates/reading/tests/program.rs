//! The program as the server starts it. It stands here, beside what it links, and makes cargo build it for the tests of the server.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::io::Write as _;
#[cfg(debug_assertions)]
use std::net::TcpListener;
#[cfg(debug_assertions)]
use std::path::Path;
use std::process::{Command, Output, Stdio};

use mezzofy_domain::reading::confinement::Confinement;
use mezzofy_domain::reading::{FileKind, MergeOrder, Pixels, Reading, ReadingError};

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
fn a_parser_that_eats_memory_is_ended() {
    let output = run(&["read", "test/memory"], b"x");
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
}

fn confinement() -> Confinement {
    serde_json::from_slice(&run(&["confinement"], b"").stdout).unwrap()
}

/// Kernels differ in what a process can give up.
#[test]
fn it_reaches_nothing_where_the_kernel_has_seccomp_and_names_what_the_kernel_has_not() {
    let confinement = confinement();
    assert_eq!(confinement.by.len() + confinement.without.len(), 2, "{confinement:?}");
    if confinement.by.iter().any(|by| by == "seccomp") {
        assert!(confinement.is_whole(), "{confinement:?}");
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_parser_reaches_no_file_no_program_and_no_listener_where_the_program_says_so() {
    let confinement = confinement();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let connect = format!("test/connect/{}", listener.local_addr().unwrap());
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("written");
    for (media_type, reached) in [
        ("test/passwords", confinement.opens_files),
        ("test/write", confinement.opens_files),
        ("test/program", confinement.opens_files),
        ("test/thread", !confinement.by.iter().any(|by| by == "seccomp")),
        (connect.as_str(), confinement.makes_sockets),
    ] {
        // What can't be reached ends the parser; else nobody knows the kind of file.
        let answer = if reached { ReadingError::Unknown } else { ReadingError::Damaged };
        assert_eq!(read(media_type, b"x"), Err(answer), "{media_type}");
    }
    assert!(!written.exists());
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().is_ok(), confinement.makes_sockets);
}

#[test]
fn a_picture_is_drawn_anew_and_one_that_can_not_be_says_why() {
    let draw = |input: &[u8]| {
        let answer = run(&["picture"], input).stdout;
        let line = answer.iter().position(|byte| *byte == b'\n').unwrap();
        let drawn: Result<Pixels, ReadingError> = serde_json::from_slice(&answer[..line]).unwrap();
        drawn.map(|pixels| Pixels { bytes: answer[line + 1..].to_vec(), ..pixels })
    };
    let square = image::RgbImage::from_pixel(60, 60, image::Rgb([15, 118, 110]));
    let mut png = std::io::Cursor::new(Vec::new());
    square.write_to(&mut png, image::ImageFormat::Png).unwrap();
    let png = png.into_inner();
    assert_eq!(draw(&png), Ok(Pixels { width: 60, height: 60, channels: 3, bytes: square.into_raw() }));
    assert_eq!(draw(&png[..40]), Err(ReadingError::Damaged));
}
