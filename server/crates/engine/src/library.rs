//! Reads documents into pieces for the knowledge base. Of a folder, a folder in it with a department's name is for that
//! department; everything else is for everybody.

use std::path::{Path, PathBuf};

use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Department;
use mezzofy_domain::reading::{Locator, Reading};
use mezzofy_store::knowledge::{Chunk, NewDocument};

use crate::reader::{ReadFor, Reader};

/// Characters of a piece at most.
const MAX_PIECE_CHARS: usize = 1_200;
/// Documents of a folder at most.
const MAX_DOCUMENTS: usize = 5_000;

/// Every document below a folder, sorted by name. Other formats than text are read in a child process.
pub async fn read(folder: &Path, reader: &Reader) -> Result<Vec<NewDocument>, String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    if files.len() > MAX_DOCUMENTS {
        return Err(format!("{} holds more than {MAX_DOCUMENTS} documents", folder.display()));
    }
    let mut documents = Vec::new();
    for file in &files {
        let bytes =
            tokio::fs::read(file).await.map_err(|error| format!("{} can't be read: {error}", file.display()))?;
        let path = file.strip_prefix(folder).unwrap_or(file);
        let name = path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let department = name.split_once('/').and_then(|(first, _)| Department::from_code(&first.to_lowercase()));
        documents.push(document(name, department, &bytes, reader, None).await?);
    }
    Ok(documents)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{} can't be read: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A link could lead out of the folder.
        let kind = entry.file_type().map_err(wrong)?;
        if hidden || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() { collect(&entry.path(), files)? } else { files.push(entry.path()) }
    }
    Ok(())
}

/// A document in pieces. Its kind is that of the name's ending; the error says of which document and why not.
pub async fn document(
    name: String,
    department: Option<Department>,
    bytes: &[u8],
    reader: &Reader,
    person: ReadFor,
) -> Result<NewDocument, String> {
    let file = Path::new(&name);
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().replace(['-', '_'], " ")).unwrap_or_default();
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (title, chunks) = if matches!(ending.as_str(), "md" | "txt") {
        let text = std::str::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8"))?;
        of_markdown(text, stem)
    } else {
        let media_type = media_type(&ending)
            .ok_or_else(|| format!("{name}: this kind of document is not read into the knowledge base"))?;
        let read = reader.read(person, media_type, bytes).await;
        let read = read.map_err(|error| format!("{name} can't be read: {error}"))?;
        (stem, of_reading(&read))
    };
    let sha256 = sha256_hex(bytes);
    Ok(NewDocument { name, title, department, uploaded: false, sha256, chunks })
}

fn media_type(ending: &str) -> Option<&'static str> {
    Some(match ending {
        "pdf" => "application/pdf",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        _ => return None,
    })
}

fn of_reading(read: &Reading) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for part in &read.parts {
        let page = match &part.locator {
            Locator::Page(number) | Locator::Slide(number) => i32::try_from(*number).ok(),
            Locator::Cells { .. } | Locator::Lines { .. } | Locator::Heading(_) | Locator::Begin => None,
        };
        let heading = if page.is_some() { String::new() } else { part.locator.say(Language::En) };
        chunks.extend(cut(&part.text).into_iter().map(|text| Chunk { page, heading: heading.clone(), text }));
    }
    chunks
}

/// The first heading is the title; each piece stands under the heading before it.
fn of_markdown(text: &str, stem: String) -> (String, Vec<Chunk>) {
    let (mut title, mut heading, mut body) = (None, String::new(), String::new());
    let mut chunks = Vec::new();
    let close = |heading: &str, body: &mut String, chunks: &mut Vec<Chunk>| {
        let pieces = cut(body);
        chunks.extend(pieces.into_iter().map(|text| Chunk { page: None, heading: heading.to_owned(), text }));
        body.clear();
    };
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix('#') {
            close(&heading, &mut body, &mut chunks);
            let said = rest.trim_start_matches('#').trim().to_owned();
            if title.is_none() { title = Some(said) } else { heading = said }
        } else {
            body.push_str(line);
            body.push('\n');
        }
    }
    close(&heading, &mut body, &mut chunks);
    (title.filter(|title| !title.is_empty()).unwrap_or(stem), chunks)
}

/// Pieces that end with a paragraph, or where one is too long with a sentence.
fn cut(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut rest = String::new();
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        let long = paragraph.chars().count() > MAX_PIECE_CHARS;
        let parts: Vec<&str> = if long {
            paragraph.split_inclusive(['.', '。', '！', '？', '!', '?', '\n']).collect()
        } else {
            vec![paragraph]
        };
        for part in parts {
            let (whole, gap) = (part.trim(), if long { " " } else { "\n\n" });
            if whole.is_empty() {
                continue;
            }
            if !rest.is_empty() && rest.chars().count() + whole.chars().count() > MAX_PIECE_CHARS {
                pieces.push(std::mem::take(&mut rest));
            }
            // A sentence without an end is cut hard.
            let mut letters: Vec<char> = whole.chars().collect();
            while letters.len() > MAX_PIECE_CHARS {
                pieces.push(letters.drain(..MAX_PIECE_CHARS).collect());
            }
            if !rest.is_empty() {
                rest.push_str(gap);
            }
            rest.extend(letters);
        }
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_at_its_headings_and_a_long_part_at_its_sentences() {
        let text = format!(
            "# Refunds\n\nFirst.\n\n## Cards\n\n{}\n\n## 礼品卡\n\n可以退款。\n",
            "A sentence of it. ".repeat(120)
        );
        let (title, chunks) = of_markdown(&text, "x".to_owned());
        assert_eq!(title, "Refunds");
        assert_eq!(chunks[0], Chunk { page: None, heading: String::new(), text: "First.".to_owned() });
        assert!(chunks.len() >= 4 && chunks.iter().all(|chunk| chunk.text.chars().count() <= MAX_PIECE_CHARS));
        assert_eq!(chunks.last().unwrap().heading, "礼品卡");
        let all: String = chunks.iter().map(|chunk| chunk.text.as_str()).collect();
        assert_eq!(all.matches("A sentence").count(), 120, "nothing is lost");
    }
}
