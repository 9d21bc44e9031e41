//! Word documents: paragraphs below their headings, tables as Markdown, notes.

use super::unzip::Archive;
use super::xml::{Met, attribute, walk};
use super::{Kind, Part, Place, Reading, ReadingError, table_row, table_rule};

pub(super) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let mut archive = Archive::open(bytes)?;
    let body = archive.text("word/document.xml")?.ok_or(ReadingError::Damaged)?;
    let mut writer = Writer::default();
    walk(&body, |met| writer.take(&met))?;
    for notes in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(xml) = archive.text(notes)? {
            walk(&xml, |met| writer.take(&met))?;
        }
    }
    let parts = writer.end();
    let macros = archive.has("vbaProject.bin");
    Ok(Reading { macros, ..Reading::of(Kind::Word, parts.len(), parts) })
}

#[derive(Default)]
struct Writer {
    parts: Vec<Part>,
    place: Option<Place>,
    text: String,
    paragraph: String,
    heading: bool,
    in_text: bool,
    /// Rows of the tables that are open, the innermost last.
    tables: Vec<Vec<Vec<String>>>,
}

impl Writer {
    fn take(&mut self, met: &Met<'_>) {
        match met {
            Met::Begin("t" | "delText", _) => self.in_text = true,
            Met::End("t" | "delText") => self.in_text = false,
            Met::Text(text) if self.in_text => self.paragraph.push_str(text),
            Met::Begin("tab", _) => self.paragraph.push('\t'),
            Met::Begin("br" | "cr", _) => self.paragraph.push('\n'),
            Met::Begin("pStyle", start) => {
                let style = attribute(start, "val").unwrap_or_default().to_lowercase();
                self.heading =
                    style.starts_with("heading") || style.starts_with("title") || style.parse::<u8>().is_ok();
            }
            Met::End("p") => self.end_paragraph(),
            Met::Begin("tbl", _) => self.tables.push(Vec::new()),
            Met::Begin("tr", _) => self.tables.last_mut().into_iter().for_each(|rows| rows.push(Vec::new())),
            Met::Begin("tc", _) => {
                if let Some(row) = self.tables.last_mut().and_then(|rows| rows.last_mut()) {
                    row.push(String::new());
                }
            }
            Met::End("tbl") => self.end_table(),
            Met::Begin(..) | Met::Text(_) | Met::End(_) => {}
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let heading = std::mem::take(&mut self.heading);
        let paragraph = paragraph.trim();
        if paragraph.is_empty() {
            return;
        }
        if let Some(cell) = self.tables.last_mut().and_then(|rows| rows.last_mut()).and_then(|row| row.last_mut()) {
            cell.push(' ');
            cell.push_str(paragraph);
        } else if heading {
            self.end_part();
            self.place = Some(Place::Heading(paragraph.chars().take(120).collect()));
        } else {
            self.text.push_str(paragraph);
            self.text.push('\n');
        }
    }

    fn end_table(&mut self) {
        let Some(rows) = self.tables.pop() else { return };
        let mut lines = Vec::new();
        for (at, row) in rows.iter().filter(|row| !row.is_empty()).enumerate() {
            lines.push(table_row(row));
            if at == 0 {
                lines.push(table_rule(row.len()));
            }
        }
        let table = lines.join("\n");
        if let Some(cell) = self.tables.last_mut().and_then(|rows| rows.last_mut()).and_then(|row| row.last_mut()) {
            cell.push_str(&table);
        } else {
            self.text.push_str(&table);
            self.text.push('\n');
        }
    }

    fn end_part(&mut self) {
        let text = std::mem::take(&mut self.text);
        let place = self.place.take().unwrap_or(Place::Begin);
        // A heading with nothing below it is still said.
        let text = if let (true, Place::Heading(heading)) = (text.is_empty(), &place) { heading.clone() } else { text };
        if !text.is_empty() {
            self.parts.push(Part { place, text });
        }
    }

    fn end(mut self) -> Vec<Part> {
        self.end_paragraph();
        self.end_part();
        self.parts
    }
}
