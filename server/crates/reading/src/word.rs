//! Word documents: paragraphs below their headings, tables as Markdown, notes.

use mezzofy_domain::reading::{FileKind, Locator, Reading, ReadingError, ReadingPart};

use crate::archive::Archive;
use crate::table::{table_row, table_rule};
use crate::xml::{XmlEvent, attribute, walk};

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let mut archive = Archive::open(bytes)?;
    let body = archive.text("word/document.xml")?.ok_or(ReadingError::Damaged)?;
    let mut writer = Writer::default();
    walk(&body, |event| writer.take(&event))?;
    for notes in ["word/footnotes.xml", "word/endnotes.xml"] {
        if let Some(xml) = archive.text(notes)? {
            walk(&xml, |event| writer.take(&event))?;
        }
    }
    let parts = writer.end();
    let macros = archive.has("vbaProject.bin");
    Ok(Reading { macros, ..Reading::new(FileKind::Word, parts.len(), parts) })
}

#[derive(Default)]
struct Writer {
    parts: Vec<ReadingPart>,
    locator: Option<Locator>,
    text: String,
    paragraph: String,
    heading: bool,
    in_text: bool,
    /// Rows of the tables that are open, the innermost last.
    tables: Vec<Vec<Vec<String>>>,
}

impl Writer {
    fn take(&mut self, event: &XmlEvent<'_>) {
        match event {
            XmlEvent::Begin("t" | "delText", _) => self.in_text = true,
            XmlEvent::End("t" | "delText") => self.in_text = false,
            XmlEvent::Text(text) if self.in_text => self.paragraph.push_str(text),
            XmlEvent::Begin("tab", _) => self.paragraph.push('\t'),
            XmlEvent::Begin("br" | "cr", _) => self.paragraph.push('\n'),
            XmlEvent::Begin("pStyle", start) => {
                let style = attribute(start, "val").unwrap_or_default().to_lowercase();
                self.heading =
                    style.starts_with("heading") || style.starts_with("title") || style.parse::<u8>().is_ok();
            }
            XmlEvent::End("p") => self.end_paragraph(),
            XmlEvent::Begin("tbl", _) => self.tables.push(Vec::new()),
            XmlEvent::Begin("tr", _) => self.tables.last_mut().into_iter().for_each(|rows| rows.push(Vec::new())),
            XmlEvent::Begin("tc", _) => {
                if let Some(row) = self.tables.last_mut().and_then(|rows| rows.last_mut()) {
                    row.push(String::new());
                }
            }
            XmlEvent::End("tbl") => self.end_table(),
            XmlEvent::Begin(..) | XmlEvent::Text(_) | XmlEvent::End(_) => {}
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
            self.locator = Some(Locator::Heading(paragraph.chars().take(120).collect()));
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
        let locator = self.locator.take().unwrap_or(Locator::Begin);
        // A heading with nothing below it is still said.
        let text =
            if let (true, Locator::Heading(heading)) = (text.is_empty(), &locator) { heading.clone() } else { text };
        if !text.is_empty() {
            self.parts.push(ReadingPart { locator, text });
        }
    }

    fn end(mut self) -> Vec<ReadingPart> {
        self.end_paragraph();
        self.end_part();
        self.parts
    }
}
