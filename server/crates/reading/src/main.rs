//! `mezzofy-read`: reads, merges or draws the files on its standard input, without the right to do anything else, and answers on standard output.
//! The server starts one for each file; by hand: `mezzofy-read read application/pdf < offer.pdf`.

use std::io::{Read as _, Write as _};
use std::panic::catch_unwind;
use std::process::ExitCode;

use mezzofy_domain::reading::{FileKind, MergeOrder, ReadingError};
use mezzofy_reading::{NamedPdf, draw, merge, read};
use sandbox::Sandbox;

mod limits;
#[cfg(debug_assertions)]
mod misbehaviour;
mod sandbox;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["read", media_type] => read_file(media_type),
        ["merge"] => merge_files(),
        ["picture"] => draw_picture(),
        ["confinement"] => show_confinement(),
        _ => Err("usage: mezzofy-read read MEDIA_TYPE | merge | picture | confinement".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            writeln!(std::io::stderr(), "mezzofy-read: {problem}").ok();
            ExitCode::FAILURE
        }
    }
}

/// A file on standard input; its reading, or why there is none, as JSON on standard output.
fn read_file(media_type: &str) -> Result<(), String> {
    let bytes = limited_input()?;
    let kind = FileKind::of(media_type);
    // A panic of a parser is a broken file.
    let reading = catch_unwind(|| {
        #[cfg(debug_assertions)]
        misbehaviour::of(media_type);
        kind.ok_or(ReadingError::Unknown).and_then(|kind| read(kind, &bytes))
    });
    let reading = reading.unwrap_or(Err(ReadingError::Damaged));
    serde_json::to_writer(std::io::stdout().lock(), &reading).map_err(|error| error.to_string())
}

/// An order, a line break and the files on standard input; the number of pages, or which file can't be used and why, a line break and the merged
/// file on standard output.
fn merge_files() -> Result<(), String> {
    let input = limited_input()?;
    let line = input.iter().position(|byte| *byte == b'\n').ok_or("no order was given")?;
    let order: MergeOrder = serde_json::from_slice(&input[..line]).map_err(|error| error.to_string())?;
    let mut rest = &input[line + 1..];
    let mut sources = Vec::new();
    for (name, size) in &order.files {
        let (bytes, after) = rest.split_at_checked(*size).ok_or("a file is not whole")?;
        sources.push(NamedPdf { name, bytes });
        rest = after;
    }
    let merged = catch_unwind(|| merge(&sources, &order.title));
    let (file, answer) = match merged.unwrap_or(Err((0, ReadingError::Damaged))) {
        Ok((file, pages)) => (file, Ok(pages)),
        Err(unusable) => (Vec::new(), Err(unusable)),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &answer).map_err(|error| error.to_string())?;
    out.write_all(b"\n").and_then(|()| out.write_all(&file)).map_err(|error| error.to_string())
}

/// A picture on standard input; its size, or why it can't be shown, a line break and its pixels on standard output.
fn draw_picture() -> Result<(), String> {
    let bytes = limited_input()?;
    let drawn = catch_unwind(|| draw(&bytes)).unwrap_or(Err(ReadingError::Damaged));
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &drawn).map_err(|error| error.to_string())?;
    let pixels = drawn.map(|pixels| pixels.bytes).unwrap_or_default();
    out.write_all(b"\n").and_then(|()| out.write_all(&pixels)).map_err(|error| error.to_string())
}

/// What keeps this program from everything but its file, found out by trying, as JSON on standard output.
fn show_confinement() -> Result<(), String> {
    let confinement = give_up_rights()?.confinement();
    serde_json::to_writer(std::io::stdout().lock(), &confinement).map_err(|error| error.to_string())
}

fn give_up_rights() -> Result<Sandbox, String> {
    limits::set().map_err(|error| error.to_string())?;
    Ok(sandbox::enter())
}

/// Standard input, taken after the rights are given up.
fn limited_input() -> Result<Vec<u8>, String> {
    give_up_rights()?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
