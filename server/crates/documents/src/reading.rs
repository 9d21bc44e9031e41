//! Reads what people upload: text with its tables, each part with the place it stands at. The parsers of others may fail in
//! any way, so this runs in a child process with little memory and time; limits here keep the rest bounded.

use mezzofy_domain::language::Language;
use serde::{Deserialize, Serialize};
use thiserror::Error;

mod csv;
mod find;
mod html;
mod mail;
mod pdf;
mod slides;
mod text;
mod unzip;
mod word;
mod workbook;
mod xml;

pub use find::Quote;

/// Characters of a reading at most; what is beyond is left out and said so.
pub const LONGEST: usize = 2_000_000;
/// Pages that are read at most.
pub const PAGES: usize = 500;

/// The kinds of files that can be read, by their media types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// PDF.
    Pdf,
    /// A Word document.
    Word,
    /// A presentation.
    Slides,
    /// A workbook.
    Workbook,
    /// Values between commas.
    Csv,
    /// Plain text, or Markdown, or JSON.
    Text,
    /// A web page.
    Html,
    /// A mail.
    Mail,
}

impl Kind {
    /// The kind of a media type; `None` for one that can't be read.
    #[must_use]
    pub fn of(media_type: &str) -> Option<Self> {
        let office = "application/vnd.openxmlformats-officedocument.";
        let name = media_type.split(';').next().unwrap_or_default().trim();
        Some(match name.strip_prefix(office).unwrap_or(name) {
            "application/pdf" => Self::Pdf,
            "wordprocessingml.document" => Self::Word,
            "presentationml.presentation" => Self::Slides,
            "spreadsheetml.sheet" => Self::Workbook,
            "text/csv" => Self::Csv,
            "text/plain" | "text/markdown" | "application/json" => Self::Text,
            "text/html" => Self::Html,
            "message/rfc822" => Self::Mail,
            _ => return None,
        })
    }

    /// What people call it.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Pdf => ("PDF", "PDF文件"),
            Self::Word => ("Word document", "Word文档"),
            Self::Slides => ("presentation", "演示文稿"),
            Self::Workbook => ("workbook", "工作簿"),
            Self::Csv => ("CSV file", "CSV文件"),
            Self::Text => ("text", "文本"),
            Self::Html => ("web page", "网页"),
            Self::Mail => ("mail", "邮件"),
        };
        if language == Language::Zh { chinese } else { english }
    }
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// What it is.
    pub kind: Kind,
    /// How many pages, slides, sheets or lines it has.
    pub count: usize,
    /// Its parts, in order; none is empty.
    pub parts: Vec<Part>,
    /// Whether something was left out because there is too much.
    pub cut: bool,
    /// Whether it holds macros; they were not looked at.
    pub macros: bool,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it stands.
    pub place: Place,
    /// What it says; tables as Markdown.
    pub text: String,
}

/// Where a part stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// This page, from 1.
    Page(usize),
    /// This slide, from 1.
    Slide(usize),
    /// These cells of a sheet, e.g. `A1:F50`.
    Cells {
        /// The sheet.
        sheet: String,
        /// The first and the last cell.
        range: String,
    },
    /// These lines, from 1.
    Lines {
        /// The first.
        first: usize,
        /// The last.
        last: usize,
    },
    /// Below this heading.
    Heading(String),
    /// All of it, or what stands before the first heading.
    Begin,
}

impl Place {
    /// The place as people name it; empty for the begin.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let chinese = language == Language::Zh;
        match self {
            Self::Page(page) if chinese => format!("第{page}页"),
            Self::Page(page) => format!("page {page}"),
            Self::Slide(slide) if chinese => format!("第{slide}张幻灯片"),
            Self::Slide(slide) => format!("slide {slide}"),
            Self::Cells { sheet, range } => format!("{sheet}!{range}"),
            Self::Lines { first, last } if chinese => format!("第{first}至{last}行"),
            Self::Lines { first, last } => format!("lines {first} to {last}"),
            Self::Heading(heading) if chinese => format!("“{heading}”一节"),
            Self::Heading(heading) => format!("“{heading}”"),
            Self::Begin => String::new(),
        }
    }
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case")]
pub enum ReadingError {
    /// Nothing is in it.
    #[error("it is empty")]
    Empty,
    /// It needs a password.
    #[error("it is protected with a password; save it without one and upload it again")]
    Protected,
    /// It is broken, or not what it claims to be.
    #[error("it is damaged or not complete; open it in its own program, save it again and upload that")]
    Damaged,
    /// It holds no text, as a scan does.
    #[error("there is no text in it; if it is a scan, upload one that was made with text recognition")]
    NoText,
    /// It unpacks to more than is allowed.
    #[error("it unpacks to more than can be read; save a smaller part of it and upload that")]
    TooLarge,
    /// Reading it took more time or memory than it may.
    #[error("reading it took more time or memory than it may; split it and upload the parts")]
    TooMuch,
    /// No reader knows the kind.
    #[error("files of this kind can't be read; save it as PDF, Word, PowerPoint, Excel, CSV or text")]
    Unknown,
}

impl ReadingError {
    /// The reason in a language, as the end of a sentence that names the file.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let chinese = match self {
            Self::Empty => "文件是空的",
            Self::Protected => "文件有密码保护；请取消密码后重新上传",
            Self::Damaged => "文件已损坏或不完整；请用原来的程序打开、另存后再上传",
            Self::NoText => "文件里没有文字；如果是扫描件，请上传做过文字识别的版本",
            Self::TooLarge => "文件解压后过大；请另存其中较小的一部分再上传",
            Self::TooMuch => "读取所需的时间或内存超出限制；请拆分后再上传",
            Self::Unknown => "无法读取这种文件；请另存为PDF、Word、PowerPoint、Excel、CSV或文本",
        };
        if language == Language::Zh { chinese.to_owned() } else { self.to_string() }
    }
}

/// Reads a file of this kind.
pub fn read(kind: Kind, bytes: &[u8]) -> Result<Reading, ReadingError> {
    if bytes.is_empty() {
        return Err(ReadingError::Empty);
    }
    let mut reading = match kind {
        Kind::Pdf => pdf::read(bytes)?,
        Kind::Word => word::read(bytes)?,
        Kind::Slides => slides::read(bytes)?,
        Kind::Workbook => workbook::read(bytes)?,
        Kind::Csv => csv::read(bytes)?,
        Kind::Text => text::read(bytes)?,
        Kind::Html => html::read(bytes)?,
        Kind::Mail => mail::read(bytes)?,
    };
    reading.parts.retain(|part| !part.text.trim().is_empty());
    if reading.parts.is_empty() {
        return Err(ReadingError::NoText);
    }
    reading.shorten();
    Ok(reading)
}

impl Reading {
    fn of(kind: Kind, count: usize, parts: Vec<Part>) -> Self {
        Self { kind, count, parts, cut: false, macros: false }
    }

    fn shorten(&mut self) {
        let mut left = LONGEST;
        for at in 0..self.parts.len() {
            let length = self.parts[at].text.chars().count();
            if length > left {
                self.parts[at].text = self.parts[at].text.chars().take(left).collect();
                self.parts.truncate(at + 1);
                self.cut = true;
                return;
            }
            left -= length;
        }
    }
}

/// A row of a Markdown table.
fn table_row<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let mut row = String::from("|");
    for cell in cells {
        let cell = cell.as_ref().split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
        row.push(' ');
        row.push_str(&cell);
        row.push_str(" |");
    }
    row
}

/// The rule below a Markdown table's head.
fn table_rule(columns: usize) -> String {
    format!("|{}", " --- |".repeat(columns))
}

#[cfg(test)]
mod tests;
