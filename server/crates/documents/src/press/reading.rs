//! Reads laid out documents back, for tests: the words on each page and how far they reach.

use std::fs;
use std::process::Command;

use typst::layout::{Frame, FrameItem, Point};

use super::{Pdf, Press};
use crate::doc::Doc;

/// The text of each page without any white space, and how far text reaches.
pub(crate) struct Reading {
    pages: Vec<String>,
    rightmost: f64,
    lowest: f64,
}

pub(crate) fn read(press: &Press, doc: &Doc) -> Reading {
    let document = press.lay_out(doc).unwrap();
    let mut reading = Reading { pages: Vec::new(), rightmost: 0.0, lowest: 0.0 };
    for page in document.pages() {
        reading.pages.push(String::new());
        reading.take(&page.frame, Point::zero());
    }
    reading
}

impl Reading {
    /// Whether a page has the text; white space counts for nothing.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.pages.iter().any(|page| page.contains(&squeezed(text)))
    }

    pub(crate) fn pages(&self) -> &[String] {
        &self.pages
    }

    /// Where the text reaches furthest to the right, in millimetres from the left edge.
    pub(crate) fn rightmost(&self) -> f64 {
        self.rightmost
    }

    /// How far down a page text reaches, in millimetres from the top edge; the footer's line is at 285.
    pub(crate) fn lowest(&self) -> f64 {
        self.lowest
    }

    fn take(&mut self, frame: &Frame, origin: Point) {
        for (at, item) in frame.items() {
            match item {
                FrameItem::Group(group) => self.take(&group.frame, origin + *at),
                FrameItem::Text(text) => {
                    self.rightmost = self.rightmost.max((origin.x + at.x + text.width()).to_mm());
                    self.lowest = self.lowest.max((origin.y + at.y).to_mm());
                    self.pages.last_mut().unwrap().push_str(&squeezed(&text.text));
                }
                FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(..) => {}
            }
        }
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace() && *character != '\u{200b}').collect()
}

/// What `pdftotext`, `pdffonts` and `qpdf` say about the file; each is left out where it is not installed.
pub(crate) fn check_with_tools(pdf: &Pdf, texts: &[&str]) {
    let path = std::env::temp_dir().join(format!("mezzofy-{}-{}.pdf", std::process::id(), pdf.bytes.len()));
    fs::write(&path, &pdf.bytes).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        match output {
            Ok(output) => {
                assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
                Some(String::from_utf8_lossy(&output.stdout).into_owned())
            }
            Err(problem) => {
                eprintln!("not checked with {program}: {problem}");
                None
            }
        }
    };
    let file = path.to_str().unwrap();
    if let Some(text) = run("pdftotext", &["-layout", file, "-"]) {
        for wanted in texts {
            assert!(text.contains(wanted), "no “{wanted}” in {text}");
        }
    }
    if let Some(fonts) = run("pdffonts", &[file]) {
        // Columns from the right: object and generation number, then uni, sub, emb.
        for line in fonts.lines().skip(2) {
            let words: Vec<&str> = line.split_whitespace().rev().skip(2).take(3).collect();
            assert_eq!(words, ["yes"; 3], "a font is not embedded: {line}");
        }
    }
    if let Some(info) = run("pdfinfo", &[file]) {
        assert!(info.lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")), "{info}");
    }
    run("qpdf", &["--check", file]);
    fs::remove_file(path).unwrap();
}
