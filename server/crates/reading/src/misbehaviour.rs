//! Media types that tests use for a parser that goes wrong.

use std::hint::black_box;

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
        "test/write" => drop(std::fs::write("written", "x")),
        _ => {}
    }
}
