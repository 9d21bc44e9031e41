//! What a file says, as the program `mezzofy-read` tells it and the server uses it; no parser is here.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::language::Language;

pub mod confinement;
pub mod quotes;

/// What `mezzofy-read merge` is to do: the first line of its standard input. The files follow, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeOrder {
    pub title: String,
    /// Name and bytes of each file.
    pub files: Vec<(String, usize)>,
}

/// Pixels of the longer edge of a picture that `mezzofy-read picture` answers: over the width of a page 240 in an inch.
pub const MAX_PICTURE_EDGE: u32 = 1_600;

/// A picture drawn anew, as `mezzofy-read picture` answers it: the first line of its standard output, the pixels follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    /// Bytes of a pixel: grey, or red, green and blue, or these with opacity.
    pub channels: u32,
    /// Row by row from the top.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Pixels {
    /// Whether it is what it says, and no larger than [`MAX_PICTURE_EDGE`].
    #[must_use]
    pub fn are_whole(&self) -> bool {
        let edges = 1..=MAX_PICTURE_EDGE;
        edges.contains(&self.width)
            && edges.contains(&self.height)
            && [1, 3, 4].contains(&self.channels)
            && u64::from(self.width) * u64::from(self.height) * u64::from(self.channels) == self.bytes.len() as u64
    }
}

/// The kinds of files that can be read, by their media types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Pdf,
    Word,
    Slides,
    Workbook,
    /// Values between commas.
    Csv,
    /// Plain text, or Markdown, or JSON.
    Text,
    Html,
    Mail,
}

impl FileKind {
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
    pub kind: FileKind,
    /// How many pages, slides, sheets or lines it has.
    pub count: usize,
    /// Its parts, in order; none is empty.
    pub parts: Vec<ReadingPart>,
    /// Whether something was left out because there is too much.
    pub cut: bool,
    /// Whether it holds macros; they were not looked at.
    pub macros: bool,
}

impl Reading {
    /// A reading of which nothing is cut, without macros, and without U+0000, which no database of ours stores.
    #[must_use]
    pub fn new(kind: FileKind, count: usize, mut parts: Vec<ReadingPart>) -> Self {
        for part in &mut parts {
            part.text.retain(|c| c != '\0');
        }
        Self { kind, count, parts, cut: false, macros: false }
    }

    /// How much it is, in words: `12 pages`, `12页`.
    #[must_use]
    pub fn size(&self, language: Language) -> String {
        let (one, many, chinese) = match self.kind {
            FileKind::Pdf => ("page", "pages", "页"),
            FileKind::Slides => ("slide", "slides", "张幻灯片"),
            FileKind::Workbook => ("sheet", "sheets", "个工作表"),
            FileKind::Csv => ("row", "rows", "行"),
            FileKind::Text => ("line", "lines", "行"),
            FileKind::Word | FileKind::Html => ("part", "parts", "个部分"),
            FileKind::Mail => ("message", "messages", "封"),
        };
        let count = self.count;
        match language {
            Language::Zh => format!("{count}{chinese}"),
            Language::En | Language::Ms => format!("{count} {}", if count == 1 { one } else { many }),
        }
    }

    /// All of it as one text, each part after its place in brackets.
    #[must_use]
    pub fn whole(&self, language: Language) -> String {
        let part = |part: &ReadingPart| match part.locator.say(language) {
            place if place.is_empty() => part.text.clone(),
            place => format!("[{place}]\n{}", part.text),
        };
        self.parts.iter().map(part).collect::<Vec<_>>().join("\n\n")
    }
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingPart {
    pub locator: Locator,
    /// What it says; tables as Markdown.
    pub text: String,
}

/// Where a part stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locator {
    /// This page, from 1.
    Page(usize),
    /// This slide, from 1.
    Slide(usize),
    /// These cells of a sheet, e.g. `A1:F50`.
    Cells {
        sheet: String,
        /// The first and the last cell.
        range: String,
    },
    /// These lines, from 1.
    Lines { first: usize, last: usize },
    /// Below this heading.
    Heading(String),
    /// All of it, or what stands before the first heading.
    Begin,
}

impl Locator {
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
    #[error("it is empty")]
    Empty,
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
    #[error("files of this kind can't be read; save it as PDF, Word, PowerPoint, Excel, CSV or text")]
    Unknown,
    /// The person has as many files waiting as one may.
    #[error("too many of your files are being read at this moment; wait a minute and try again")]
    Busy,
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
            Self::Busy => "您正在读取的文件过多；请一分钟后再试",
            Self::Unknown => "无法读取这种文件；请另存为PDF、Word、PowerPoint、Excel、CSV或文本",
        };
        if language == Language::Zh { chinese.to_owned() } else { self.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_that_are_not_what_they_say_are_no_picture() {
        let pixels = |width, height, channels, bytes| Pixels { width, height, channels, bytes: vec![0; bytes] };
        assert!(pixels(2, 3, 3, 18).are_whole() && pixels(MAX_PICTURE_EDGE, 1, 1, 1_600).are_whole());
        for wrong in [
            pixels(2, 3, 3, 17),
            pixels(2, 3, 3, 19),
            pixels(0, 3, 3, 0),
            pixels(2, 3, 2, 12),
            pixels(MAX_PICTURE_EDGE + 1, 1, 1, 1_601),
            pixels(u32::MAX, u32::MAX, u32::MAX, 0),
        ] {
            assert!(!wrong.are_whole(), "{wrong:?}");
        }
    }
}
