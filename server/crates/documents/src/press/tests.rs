//! Prints a small document of every kind of block; the statement's own tests read the pages.

use std::path::PathBuf;
use std::sync::LazyLock;

use mezzofy_domain::language::Language;
use mezzofy_domain::reading::FileKind;
use rust_decimal::Decimal;

use super::*;
use crate::doc::{
    Block, Category, Chart, Column, ColumnKind, Fact, Form, Kpi, Row, RowKind, Section, Series, Table, Tone, Writing,
};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// The press as the server sets it up.
pub(crate) static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let press = Press::new(&folder("brand"), &[folder("fonts")]).unwrap();
    assert!(press.missing().is_empty(), "{:?} not found in server/fonts: run make fonts", press.missing());
    press
});

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn doc(text: &str, language: Language) -> Doc {
    let values = |start: i64| (0..12).map(|month| Decimal::from(start + month * 900)).collect::<Vec<_>>();
    let column = |title: &str, kind| Column { title: title.into(), kind };
    let row = |kind, cells: [&str; 3]| Row::new(kind, cells.map(str::to_owned).to_vec());
    Doc {
        kind: DocKind::Statement,
        title: "Financial statement".into(),
        subtitle: text.into(),
        language: language.into(),
        meta: vec![Fact::new("Company", text), Fact::new("Prepared for", "Grace Tan")],
        pictures: Vec::new(),
        sections: vec![Section {
            caption: Some(text.into()),
            ..Section::new(
                text,
                vec![
                    Block::Paragraph { text: text.into() },
                    Block::Callout { title: "Note".into(), text: text.into() },
                    Block::Facts { items: vec![Fact::new("Basis", text)] },
                    Block::Kpis {
                        items: vec![Kpi {
                            name: text.into(),
                            value: "1,234,567,890,123,456.00".into(),
                            change: "+1.0%".into(),
                            against: "vs before".into(),
                            tone: Tone::Good,
                        }],
                    },
                    Block::Chart(
                        Chart::new(
                            Form::Columns,
                            "By month",
                            text,
                            (0..12).map(|month| Category::new(month.to_string())).collect(),
                            vec![
                                Series { name: "Revenue".into(), values: values(8_000) },
                                Series { name: "Expenses".into(), values: values(5_000) },
                            ],
                            language,
                        )
                        .and_then(|chart| {
                            chart.with_line(Series { name: "Net income".into(), values: values(-3_000) }, language)
                        })
                        .unwrap(),
                    ),
                    Block::Table(Table {
                        title: None,
                        keep: true,
                        columns: vec![
                            column("Code", ColumnKind::Code),
                            column("Account", ColumnKind::Text),
                            column("Amount", ColumnKind::Amount),
                        ],
                        rows: vec![
                            row(RowKind::Group, ["", "Revenue", ""]),
                            row(RowKind::Line, ["4000", text, "12.00"]),
                            row(RowKind::Total, ["", "Total revenue", "12.00"]),
                            row(RowKind::Result, ["", "Net income", "12.00"]),
                        ],
                    }),
                ],
            )
        }],
    }
}

#[test]
fn the_same_document_time_and_ident_give_the_same_bytes() {
    let doc = doc("October 2026", Language::En);
    let first = PRESS.pdf(&doc, at("2026-11-22T01:00:00Z"), "run 1").unwrap();
    assert!(first.bytes.starts_with(b"%PDF-") && first.pages >= 1);
    assert_eq!(first, PRESS.pdf(&doc, at("2026-11-22T01:00:00Z"), "run 1").unwrap());
    assert_ne!(first.bytes, PRESS.pdf(&doc, at("2026-11-22T01:00:01Z"), "run 1").unwrap().bytes);
    assert_ne!(first.bytes, PRESS.pdf(&doc, at("2026-11-22T01:00:00Z"), "run 2").unwrap().bytes);
}

#[test]
fn a_document_for_keeping_says_that_it_is_pdf_a_and_one_for_reading_that_it_is_pdf_ua() {
    for writing in Writing::ALL {
        let doc = samples::sample(DocKind::Dashboard, writing);
        let kept = PRESS.archived(&doc, at("2026-11-22T01:00:00Z"), "run 1").unwrap();
        let said = String::from_utf8_lossy(&kept.bytes).into_owned();
        assert!(
            said.contains("<pdfaid:part>2</pdfaid:part>")
                && said.contains("<pdfaid:conformance>A</pdfaid:conformance>")
        );
        if let Some(folder) = std::env::var_os("SAMPLES").map(PathBuf::from) {
            std::fs::write(folder.join(format!("archived-{}.pdf", writing.tag())), &kept.bytes).unwrap();
        }
        let read = PRESS.pdf(&doc, at("2026-11-22T01:00:00Z"), "run 1").unwrap();
        assert!(String::from_utf8_lossy(&read.bytes).contains("<pdfuaid:part>1</pdfuaid:part>"));
    }
}

#[test]
fn a_character_that_no_font_has_is_named() {
    let problem = PRESS.pdf(&doc("Sales ☃ 🎉", Language::En), at("2026-11-22T01:00:00Z"), "x").unwrap_err();
    assert_eq!(problem, PressError::NoGlyph { character: '🎉', hint: String::new() });
    assert_eq!(problem.to_string(), "no font has the character “🎉” (U+1F389), so the document was not made");
}

#[test]
fn a_missing_font_is_told_and_stops_what_needs_it() {
    let none = Press::new(&folder("brand"), &[folder("no such folder")]).unwrap();
    assert_eq!(none.missing(), ["Inter", "Noto Sans SC", "Noto Sans TC"]);
    let problem = none.pdf(&doc("x", Language::En), at("2026-11-22T01:00:00Z"), "x").unwrap_err();
    assert_eq!(problem.to_string(), "the font Inter is not installed, so no document can be made; run “make fonts”");
}

#[test]
fn a_brand_folder_that_lacks_something_is_refused_with_the_file() {
    let problem = Press::new(&folder("no such folder"), &[]).unwrap_err();
    assert!(matches!(problem, PressError::Brand { file, .. } if file == "brand.toml"));
    let problem = Press::new(&folder("fonts"), &[]).unwrap_err();
    assert!(problem.to_string().starts_with("brand.toml in the brand folder: "), "{problem}");
}

/// A copy of the brand folder in which one file says something else.
fn brand_with(file: &str, change: impl Fn(String) -> String) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder("brand")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let path = copy.path().join(file);
    std::fs::write(&path, change(std::fs::read_to_string(&path).unwrap())).unwrap();
    copy
}

#[test]
fn a_mistake_in_a_template_is_told_with_file_and_line() {
    let brand = brand_with("statement.typ", |text| text + "\n#no-such-function()\n");
    let press = Press::new(brand.path(), &[folder("fonts")]).unwrap();
    let problem = press.pdf(&doc("x", Language::En), at("2026-11-22T01:00:00Z"), "x").unwrap_err();
    let place = format!(
        "statement.typ, line {}",
        2 + std::fs::read_to_string(folder("brand/statement.typ")).unwrap().lines().count()
    );
    assert_eq!(problem.to_string(), format!("the template {place} failed: unknown variable: no-such-function"));
}

#[test]
fn a_mistake_in_the_settings_is_told_when_the_press_is_set_up() {
    for (from, to, reason) in [
        ("#0f766e", "teal", "the colour accent is “teal”; write it as #0f766e"),
        ("\"logo.svg\"", "\"lost.svg\"", "the logo lost.svg is not in the folder"),
        ("company = \"Mezzofy\"", "company = \" \"", "company is empty"),
    ] {
        let brand = brand_with("brand.toml", |text| text.replacen(from, to, 1));
        let problem = Press::new(brand.path(), &[]).unwrap_err();
        assert_eq!(problem.to_string(), format!("brand.toml in the brand folder: {reason}"));
    }
}

#[test]
fn the_brands_colours_and_name_are_in_the_document() {
    let brand = brand_with("brand.toml", |text| text.replace("\"Mezzofy\"", "\"Northwind\""));
    let press = Press::new(brand.path(), &[folder("fonts")]).unwrap();
    assert!(reading::read(&press, &doc("x", Language::En)).has("Northwind"));
}

#[test]
fn without_the_chinese_font_latin_documents_are_still_made() {
    let fonts = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder("fonts")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("Inter") {
            std::fs::copy(entry.path(), fonts.path().join(entry.file_name())).unwrap();
        }
    }
    let press = Press::new(&folder("brand"), &[fonts.path().to_owned()]).unwrap();
    assert_eq!(press.missing(), ["Noto Sans SC", "Noto Sans TC"]);
    assert!(press.pdf(&doc("October", Language::En), at("2026-11-22T01:00:00Z"), "x").is_ok());
    let problem = press.pdf(&doc("十月", Language::Zh), at("2026-11-22T01:00:00Z"), "x").unwrap_err();
    assert_eq!(
        problem.to_string(),
        "no font has the character “十” (U+5341), so the document was not made (Noto Sans SC, Noto Sans TC can’t be found; run “make fonts”)"
    );
}

/// Written where `SAMPLES` names a folder, to be looked at.
#[test]
fn every_kind_of_document_is_printed_in_every_script() {
    let folder = std::env::var_os("SAMPLES").map(PathBuf::from);
    for kind in DocKind::ALL {
        for writing in Writing::ALL {
            let doc = samples::sample(kind, writing);
            let pdf = PRESS.pdf(&doc, at("2026-11-22T01:00:00Z"), "x").unwrap();
            if let Some(folder) = &folder {
                let name = format!("{}-{}.pdf", kind.template().trim_end_matches(".typ"), writing.tag());
                std::fs::write(folder.join(name), &pdf.bytes).unwrap();
            }
            reading::check_with_tools(&pdf, &[]);
        }
    }
}

/// Programs of others find the words: page by page, as `mezzofy-read` does.
#[test]
fn a_printed_book_reads_back_in_every_script() {
    for (writing, words) in [
        (Writing::English, "Renew the breakfast coupon, which brought the most first visits."),
        (Writing::Simplified, "把集点卡迁移到新的收银终端"),
        (Writing::Traditional, "把集點卡遷移到新的收銀終端"),
    ] {
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let pdf = PRESS.pdf(&samples::sample(DocKind::Playbook, writing), at("2026-11-22T01:00:00Z"), "x").unwrap();
        let book = mezzofy_reading::read(FileKind::Pdf, &pdf.bytes).unwrap();
        assert_eq!((book.count, book.cut), (pdf.pages, false));
        assert!(book.parts.iter().any(|part| squeezed(&part.text).contains(&squeezed(words))), "{book:?}");
    }
}

/// Colours of three companies, as `brand.toml` may hold them.
const LOOKS: [[(&str, &str); 3]; 3] = [
    [("#0f766e", "#0f766e"), ("#f4f7f7", "#f4f7f7"), ("#17202b", "#17202b")],
    [("#0f766e", "#1d4ed8"), ("#f4f7f7", "#eef2ff"), ("#17202b", "#0b1220")],
    [("#0f766e", "#9f1239"), ("#f4f7f7", "#fff1f2"), ("#17202b", "#2b1a17")],
];

/// A document whose texts and tables are `size` times as long as usual.
fn brief(kind: DocKind, writing: Writing, size: usize) -> Doc {
    let mut doc = samples::sample(kind, writing);
    for block in doc.sections.iter_mut().flat_map(|section| &mut section.blocks) {
        match block {
            Block::Paragraph { text } | Block::Callout { text, .. } if kind != DocKind::Deck => {
                *text = text.repeat(size);
            }
            Block::List { items, .. } if kind != DocKind::Deck => *items = vec![items.clone(); size].concat(),
            Block::Table(table) if kind != DocKind::Deck => *table = samples::table(writing, 14 * size * size),
            _ => {}
        }
    }
    doc
}

#[test]
fn thirty_briefs_in_three_looks_pass_the_inspection() {
    let mut printed = 0;
    for look in LOOKS {
        let brand = brand_with("brand.toml", |text| look.iter().fold(text, |text, (from, to)| text.replace(from, to)));
        let press = Press::new(brand.path(), &[folder("fonts")]).unwrap();
        let mut briefs = Vec::new();
        for kind in DocKind::ALL.into_iter().filter(|kind| *kind != DocKind::Statement) {
            for (writing, sizes) in [
                (Writing::English, &[1, 3][..]),
                (Writing::Malay, &[2]),
                (Writing::Simplified, &[1, 4]),
                (Writing::Traditional, &[3]),
            ] {
                briefs.extend(sizes.iter().map(|size| brief(kind, writing, *size)));
            }
        }
        assert_eq!(briefs.iter().filter(|brief| brief.language.is_chinese()).count(), 15);
        for brief in &briefs {
            let made = press.pdf(brief, at("2026-11-22T01:00:00Z"), "x");
            assert!(made.is_ok(), "{:?} {}: {}", brief.kind, brief.language.tag(), made.unwrap_err());
            printed += 1;
        }
    }
    assert_eq!(printed, 90);
}

#[test]
fn a_page_that_does_not_look_right_is_not_given_out() {
    let wrong = |file: &str, from: &str, to: &str| {
        let brand = brand_with(file, |text| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let press = Press::new(brand.path(), &[folder("fonts")]).unwrap();
        press.pdf(&doc("October", Language::En), at("2026-11-22T01:00:00Z"), "x").unwrap_err().to_string()
    };
    let pale = wrong("brand.toml", "#5c6875", "#d0d7dd");
    assert!(pale.contains("page 1: “") && pale.contains("” can hardly be told from its ground"), "{pale}");
    let out = wrong("statement.typ", "#masthead(doc)", "#place(dx: 150mm)[a line that is far too long for its place]");
    assert!(out.contains("“a line that is far too long for its place” leaves the page"), "{out}");
    let over = wrong(
        "statement.typ",
        "#masthead(doc)",
        "#place[over it]\n#masthead(doc)#place(top)[other text]#place(top)[again]",
    );
    assert!(over.contains("lie over each other"), "{over}");
}
