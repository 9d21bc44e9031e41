//! Keeps what was asked, one body a line, in the folder that `MODEL_REQUESTS` names: `scripts/check-model-requests` holds
//! it against the providers' own types.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use super::protocol::Protocol;

pub(super) fn keep(protocol: Protocol, body: &str) -> io::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a folder of the test run, not a setting of the server")]
    let folder = std::env::var("MODEL_REQUESTS");
    match folder {
        Ok(folder) if !folder.is_empty() => append(&Path::new(&folder).join(protocol.file()), body),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn append(file: &Path, body: &str) -> io::Result<()> {
    let mut line = String::with_capacity(body.len() + 1);
    for character in body.chars() {
        match character {
            // Between tokens only: inside strings JSON escapes them.
            '\n' | '\r' => line.push(' '),
            // Readers of lines take these for ends of lines; they occur inside strings only.
            '\u{85}' | '\u{2028}' | '\u{2029}' => line.extend(json_escape(character)),
            other => line.push(other),
        }
    }
    line.push('\n');
    // One write, so that the lines of several tests don't mix.
    OpenOptions::new().create(true).append(true).open(file)?.write_all(line.as_bytes())
}

fn json_escape(character: char) -> impl Iterator<Item = char> {
    format!("\\u{:04x}", u32::from(character)).into_bytes().into_iter().map(char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_one_line_whatever_it_holds() {
        let folder = std::env::temp_dir().join(format!("mezzofy-collect-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("bodies.jsonl");
        for body in ["{\n \"a\": \"x\u{2028}y\u{85}\"\r\n}", "{}"] {
            append(&file, body).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(kept, "{  \"a\": \"x\\u2028y\\u0085\"  }\n{}\n");
    }
}
