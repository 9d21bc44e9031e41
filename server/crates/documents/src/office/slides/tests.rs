use std::path::PathBuf;

use mezzofy_domain::reading::FileKind;
use mezzofy_reading::read;

use super::*;
use crate::doc::{Block, DocKind, Form, Writing};
use crate::press::samples;

fn brand() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../brand")
}

fn names() -> [String; 4] {
    ["Title Slide", "Section Header", "Title and Content", "Closing"].map(str::to_owned)
}

fn at() -> DateTime<Utc> {
    "2026-11-22T01:00:00Z".parse().unwrap()
}

fn made(doc: &Doc) -> Vec<u8> {
    Slides::new(&brand(), &names()).unwrap().pptx(doc, at()).unwrap()
}

/// Written where `SAMPLES` names a folder, to be looked at and validated.
#[test]
fn every_kind_of_document_becomes_slides_in_every_script() {
    let folder = std::env::var_os("SAMPLES").map(PathBuf::from);
    for kind in DocKind::ALL {
        for writing in Writing::ALL {
            let doc = samples::sample(kind, writing);
            let deck = made(&doc);
            assert_eq!(deck, made(&doc));
            let read = read(FileKind::Slides, &deck).unwrap();
            assert!(read.count >= doc.sections.len(), "{} slides", read.count);
            assert!(read.parts.iter().any(|part| part.text.contains(&doc.title)));
            if let Some(folder) = &folder {
                let name = format!("{}-{}.pptx", kind.template().trim_end_matches(".typ"), writing.tag());
                std::fs::write(folder.join(name), &deck).unwrap();
            }
        }
    }
}

#[test]
fn a_deck_reads_back_with_its_tables_charts_and_notes() {
    let mut doc = samples::sample(DocKind::Deck, Writing::English);
    doc.sections[2].notes = Some("Say this & that".into());
    let read = read(FileKind::Slides, &made(&doc)).unwrap();
    let text: Vec<&str> = read.parts.iter().map(|part| part.text.as_str()).collect();
    assert!(text[2].contains("> Say this & that") && text[2].contains("Kuala Lumpur"), "{}", text[2]);
    assert!(text.concat().contains("| 4000 | Kuala Lumpur | 12,345.67 |"));
}

#[test]
fn what_does_not_fit_goes_on_on_the_next_slide_and_nothing_is_lost() {
    let mut doc = samples::sample(DocKind::Deck, Writing::Simplified);
    let long = "会员计划让顾客更常回来。".repeat(400);
    let table = samples::table(Writing::Simplified, 60);
    let items: Vec<String> = (0..40).map(|at| format!("第{at}点：续发带来最多新客的早餐券。")).collect();
    doc.sections = vec![Section::new(
        "很长的一节",
        vec![
            Block::Paragraph { text: long.clone() },
            Block::Table(table),
            Block::List { ordered: true, items: items.clone() },
        ],
    )];
    let read = read(FileKind::Slides, &made(&doc)).unwrap();
    assert!(read.count > 6, "{} slides", read.count);
    let text: String = read.parts.iter().map(|part| part.text.as_str()).collect();
    assert!(text.contains("很长的一节 (2)") && items.iter().all(|item| text.contains(item)));
    assert_eq!(text.matches("会员计划让顾客更常回来").count(), 400);
    assert!((4000..4060).all(|number| text.contains(&number.to_string())));
}

#[test]
fn a_layout_that_the_master_lacks_is_told_with_those_it_has() {
    let mut wanted = names();
    wanted[0] = "封面".into();
    assert_eq!(
        Slides::new(&brand(), &wanted).unwrap_err().to_string(),
        "master.pptx in the brand folder: it has no layout “封面”, but “Title Slide”, “Section Header”, “Title and Content”, “Closing”. Name the right one under [slides] in brand.toml"
    );
}

#[test]
fn a_waterfall_stands_on_steps_that_are_not_seen() {
    let xml = super::chart::xml(&samples::chart(Form::Waterfall, Writing::English));
    assert_eq!(xml.matches("<c:ser>").count(), 4);
    assert!(
        xml.contains("<c:v>208250</c:v>")
            && xml.contains("<c:legendEntry><c:idx val=\"0\"/><c:delete val=\"1\"/></c:legendEntry>")
    );
}
