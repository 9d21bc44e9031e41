use std::io::Write as _;

use mezzofy_domain::language::Language;
use mezzofy_domain::reading::{Locator, ReadingPart};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

/// A book that `documents` has printed, in each script.
const ENGLISH: &[u8] = include_bytes!("../../samples/playbook-en.pdf");
const SIMPLIFIED: &[u8] = include_bytes!("../../samples/playbook-zh-Hans.pdf");
const TRADITIONAL: &[u8] = include_bytes!("../../samples/playbook-zh-Hant.pdf");
/// A dashboard's figures in Simplified Chinese.
const WORKBOOK: &[u8] = include_bytes!("../../samples/dashboard-zh-Hans.xlsx");

fn text(reading: &Reading) -> String {
    reading.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn zipped(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const WORD: &str = r#"<?xml version="1.0"?><w:document xmlns:w="w"><w:body>
<w:p><w:r><w:t>Before &amp; after</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>条款</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">付款</w:t></w:r><w:r><w:t>三十天</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Item</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Price</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>Coupon|A</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>12.50</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body></w:document>"#;

fn word() -> Vec<u8> {
    zipped(&[("word/document.xml", WORD), ("word/vbaProject.bin", "x")])
}

fn slides() -> Vec<u8> {
    zipped(&[
        (
            "ppt/presentation.xml",
            r#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="257" r:id="rId3"/><p:sldId id="256" r:id="rId2"/></p:sldIdLst></p:presentation>"#,
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            r#"<Relationships><Relationship Id="rId2" Type="t/slide" Target="slides/slide1.xml"/><Relationship Id="rId3" Type="t/slide" Target="slides/slide2.xml"/></Relationships>"#,
        ),
        ("ppt/slides/slide1.xml", r#"<p:sld xmlns:a="a"><a:p><a:r><a:t>Second</a:t></a:r></a:p></p:sld>"#),
        (
            "ppt/slides/slide2.xml",
            r#"<p:sld xmlns:a="a"><a:p><a:r><a:t>First </a:t></a:r><a:r><a:t>slide</a:t></a:r></a:p><a:tbl><a:tr><a:tc><a:p><a:r><a:t>A</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>B</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:sld>"#,
        ),
        (
            "ppt/slides/_rels/slide2.xml.rels",
            r#"<Relationships><Relationship Id="rId1" Type="t/notesSlide" Target="../notesSlides/n1.xml"/><Relationship Id="rId2" Type="t/chart" Target="../charts/c1.xml"/></Relationships>"#,
        ),
        (
            "ppt/notesSlides/n1.xml",
            r#"<p:notes xmlns:a="a"><a:p><a:r><a:t>Say hello</a:t></a:r></a:p><a:p><a:r><a:t>1</a:t></a:r></a:p></p:notes>"#,
        ),
        (
            "ppt/charts/c1.xml",
            r#"<c:chart xmlns:c="c"><c:ser><c:tx><c:v>Revenue</c:v></c:tx><c:cat><c:pt><c:v>Q1</c:v></c:pt></c:cat><c:val><c:pt><c:v>7</c:v></c:pt></c:val></c:ser></c:chart>"#,
        ),
    ])
}

const MAIL: &str = "From: Grace Tan <grace@mezzofy.example>\r\nTo: bob@other.example\r\nSubject: =?utf-8?B?5oql5Lu3?=\r\n\
                    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThe \
                    price is 12.\r\n--b\r\nContent-Type: application/pdf; name=offer.pdf\r\nContent-Disposition: attachment; filename=offer.pdf\r\n\r\nx\r\n--b--\r\n";

const PAGE: &str = "<html><head><style>p{}</style><script>steal()</script></head><body><h1>Offer</h1><p>Ten &lt; twelve</p>\
                    <h2>Prices</h2><table><tr><th>Item</th><th>Price</th></tr><tr><td>Coupon</td><td>12</td></tr></table></body></html>";

/// A good file of each kind.
fn corpus() -> Vec<(FileKind, Vec<u8>)> {
    vec![
        (FileKind::Pdf, ENGLISH.to_vec()),
        (FileKind::Word, word()),
        (FileKind::Slides, slides()),
        (FileKind::Workbook, WORKBOOK.to_vec()),
        (FileKind::Csv, b"a,b\n1,\"two\nlines\"\n3,4\n".to_vec()),
        (FileKind::Text, "eins\nzwei\n报表".as_bytes().to_vec()),
        (FileKind::Html, PAGE.as_bytes().to_vec()),
        (FileKind::Mail, MAIL.as_bytes().to_vec()),
    ]
}

#[test]
fn a_pdf_is_read_page_by_page_in_every_script() {
    for (book, words) in [
        (ENGLISH, "Renew the breakfast coupon, which brought the most first visits."),
        (SIMPLIFIED, "把集点卡迁移到新的收银终端"),
        (TRADITIONAL, "把集點卡遷移到新的收銀終端"),
    ] {
        let reading = read(FileKind::Pdf, book).unwrap();
        assert!(reading.count >= 5 && !reading.cut);
        let found = reading.parts.iter().find(|part| {
            let squeezed: String = part.text.split_whitespace().collect();
            squeezed.contains(&words.split_whitespace().collect::<String>())
        });
        assert!(
            matches!(found.map(|part| &part.locator), Some(Locator::Page(page)) if *page > 2),
            "{}",
            text(&reading)
        );
    }
}

#[test]
fn a_word_document_is_read_below_its_headings_with_tables() {
    let reading = read(FileKind::Word, &word()).unwrap();
    assert!(reading.macros);
    assert_eq!(reading.parts[0], ReadingPart { locator: Locator::Begin, text: "Before & after\n".into() });
    assert_eq!(reading.parts[1].locator, Locator::Heading("条款".into()));
    assert_eq!(reading.parts[1].text, "付款三十天\n| Item | Price |\n| --- | --- |\n| Coupon\\|A | 12.50 |\n");
}

#[test]
fn slides_are_read_in_their_order_with_tables_charts_and_notes() {
    let reading = read(FileKind::Slides, &slides()).unwrap();
    assert_eq!(reading.count, 2);
    let first = &reading.parts[0];
    assert_eq!(first.locator, Locator::Slide(1));
    for words in ["First slide\n", "| A | B |\n| --- | --- |\n", "> Say hello", "|  | Revenue |", "| Q1 | 7 |"] {
        assert!(first.text.contains(words), "{words} is not in {}", first.text);
    }
    assert_eq!(reading.parts[1], ReadingPart { locator: Locator::Slide(2), text: "Second\n".into() });
}

#[test]
fn a_workbook_is_read_with_its_cells() {
    let reading = read(FileKind::Workbook, WORKBOOK).unwrap();
    let table = reading.parts.iter().find(|part| part.text.contains("4013")).unwrap();
    assert!(matches!(&table.locator, Locator::Cells { range, .. } if range == "A1:C17"), "{:?}", table.locator);
    assert!(table.text.contains("| 4000 | 吉隆坡 | 12345.67 |"), "{}", table.text);
}

#[test]
fn csv_keeps_its_lines_and_text_its_encoding() {
    let reading = read(FileKind::Csv, b"a;b\n1;\"two\nlines\"\n3;4\n").unwrap();
    assert_eq!(reading.parts[0].locator, Locator::Lines { first: 1, last: 4 });
    assert_eq!(reading.parts[0].text, "| a | b |\n| --- | --- |\n| 1 | two lines |\n| 3 | 4 |");
    let said = "报表已经发给首席执行官，请放心查收附件内容。";
    let gb = encoding_rs::GB18030.encode(said).0;
    let utf16: Vec<u8> = std::iter::once(0xfeff).chain(said.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [said.as_bytes(), &gb, &utf16] {
        assert_eq!(text(&read(FileKind::Text, bytes).unwrap()), said);
    }
}

#[test]
fn a_page_and_a_mail_are_read_without_what_nobody_sees() {
    let page = read(FileKind::Html, PAGE.as_bytes()).unwrap();
    assert!(text(&page).contains("Ten < twelve") && text(&page).contains("Coupon"), "{}", text(&page));
    assert!(
        !text(&page).contains("steal")
            && page.parts.iter().any(|part| part.locator == Locator::Heading("Prices".into()))
    );
    let mail = read(FileKind::Mail, MAIL.as_bytes()).unwrap();
    for words in
        ["From: Grace Tan <grace@mezzofy.example>", "Subject: 报价", "Attachments: offer.pdf", "The price is 12."]
    {
        assert!(text(&mail).contains(words), "{words} is not in {}", text(&mail));
    }
}

#[test]
fn what_can_not_be_read_says_why_and_what_to_do() {
    let compound = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    for kind in [FileKind::Word, FileKind::Slides, FileKind::Workbook] {
        assert_eq!(read(kind, &compound), Err(ReadingError::Protected));
    }
    for (kind, _) in corpus() {
        assert_eq!(read(kind, b""), Err(ReadingError::Empty));
    }
    assert_eq!(read(FileKind::Word, WORKBOOK), Err(ReadingError::Damaged));
    assert_eq!(read(FileKind::Text, b" \n "), Err(ReadingError::NoText));
    let said = ReadingError::Protected.say(Language::Zh);
    assert!(said.contains("密码"));
}

#[test]
fn bombs_are_refused() {
    let large = " ".repeat(70 * 1024 * 1024);
    assert_eq!(read(FileKind::Word, &zipped(&[("word/document.xml", &large)])), Err(ReadingError::TooLarge));
    let sheets: Vec<(String, String)> =
        (0..3).map(|at| (format!("xl/{at}.xml"), " ".repeat(50 * 1024 * 1024))).collect();
    let sheets: Vec<(&str, &str)> = sheets.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(read(FileKind::Workbook, &zipped(&sheets)), Err(ReadingError::TooLarge));
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
        <w:document xmlns:w="w"><w:p><w:t>&b;&b; ok</w:t></w:p></w:document>"#;
    assert_eq!(text(&read(FileKind::Word, &zipped(&[("word/document.xml", laughs)])).unwrap()), "ok\n");
    let deep = format!("<w>{}{}</w>", "<p>".repeat(100_000), "</p>".repeat(100_000));
    assert_eq!(read(FileKind::Word, &zipped(&[("word/document.xml", &deep)])), Err(ReadingError::Damaged));
}

#[test]
fn a_reading_is_cut_where_it_grows_too_long() {
    let long = "line of text\n".repeat(MAX_READING_CHARS / 12);
    let reading = read(FileKind::Text, long.as_bytes()).unwrap();
    assert!(reading.cut && text(&reading).chars().count() <= MAX_READING_CHARS + reading.parts.len());
}

/// Small random numbers that are the same each time (Marsaglia, "Xorshift RNGs", 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap()
    }
}

/// Cuts, flips, doubles and mixes parts of a file.
fn mutated(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut made = bytes.to_vec();
    for _ in 0..=dice.below(8) {
        if made.is_empty() {
            break;
        }
        let (at, length) = (dice.below(made.len()), dice.below(64) + 1);
        let end = (at + length).min(made.len());
        match dice.below(5) {
            0 => made.truncate(at),
            1 => made[at] ^= 1 << dice.below(8),
            2 => drop(made.drain(at..end)),
            3 => {
                let part = made[at..end].to_vec();
                let to = dice.below(made.len());
                made.splice(to..to, part);
            }
            _ => made[at..end].iter_mut().for_each(|byte| *byte = u8::try_from(dice.below(256)).unwrap()),
        }
    }
    made
}

/// For `FUZZ_SECONDS` each reader (or the one that `FUZZ_KIND` names), else a few hundred files each. `mezzofy-read` catches a panic; here it is
/// counted, told, and fails the test.
#[test]
fn broken_files_are_refused_without_a_panic() {
    let seconds = std::env::var_os("FUZZ_SECONDS").and_then(|text| text.to_str()?.parse::<u64>().ok());
    let only = std::env::var_os("FUZZ_KIND").and_then(|text| text.into_string().ok());
    for (kind, good) in
        corpus().into_iter().filter(|(kind, _)| only.as_ref().is_none_or(|only| *only == format!("{kind:?}")))
    {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let begun = std::time::Instant::now();
        let (mut files, mut panics) = (0_u64, Vec::new());
        let rounds = if kind == FileKind::Pdf { 40 } else { 300 };
        while seconds.map_or(files < rounds, |seconds| begun.elapsed().as_secs() < seconds) {
            let file = mutated(&good, &mut dice);
            let met = std::panic::catch_unwind(|| drop(read(kind, &file)));
            if met.is_err() {
                panics.push(files);
            }
            files += 1;
        }
        eprintln!("{kind:?}: {files} files, {} panics", panics.len());
        assert!(panics.is_empty(), "{kind:?}: panics at files {panics:?}");
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_or_read_as_far_as_it_goes() {
    for (kind, good) in corpus() {
        for part in 1..20 {
            let cut = &good[..good.len() * part / 20];
            let met = read(kind, cut);
            let zipped = matches!(kind, FileKind::Word | FileKind::Slides | FileKind::Workbook);
            assert!(!zipped || met == Err(ReadingError::Damaged), "{kind:?} {part}/20: {met:?}");
        }
    }
}
