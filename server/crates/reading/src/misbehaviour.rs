//! Media types that tests use for a parser that goes wrong. One that reaches what it should not goes on, to an answer that no other gives.

use std::hint::black_box;
use std::net::TcpStream;

pub(crate) fn of(media_type: &str) {
    match media_type {
        "test/memory" => {
            let mut eaten = Vec::new();
            while eaten.len() < 1_000_000 {
                eaten.push(vec![1_u8; 1024 * 1024]);
            }
        }
        "test/time" => while black_box(true) {},
        "test/panic" => assert!(black_box(false), "a parser"),
        "test/write" => assert!(std::fs::write("written", "x").is_ok(), "a parser that writes"),
        "test/thread" => assert!(std::thread::Builder::new().spawn(|| ()).is_ok(), "a parser that starts threads"),
        "test/program" => {
            assert!(std::process::Command::new("/bin/true").status().is_ok(), "a parser that starts programs");
        }
        "test/passwords" => assert!(std::fs::read("/etc/passwd").is_ok(), "a parser that reads other files"),
        _ => {
            if let Some(address) = media_type.strip_prefix("test/connect/") {
                assert!(TcpStream::connect(address).is_ok(), "a parser that connects");
            }
        }
    }
}
