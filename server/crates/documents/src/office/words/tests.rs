use std::path::PathBuf;

use mezzofy_domain::reading::FileKind;
use mezzofy_reading::read;

use super::*;
use crate::doc::{Block, DocKind, Picture, Section};
use crate::press::samples;

fn brand() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../brand")
}

fn names() -> StyleNames {
    #[derive(Deserialize)]
    struct Settings {
        styles: StyleNames,
    }
    toml::from_str::<Settings>(&std::fs::read_to_string(brand().join("brand.toml")).unwrap()).unwrap().styles
}

fn made(doc: &Doc) -> Vec<u8> {
    let at = "2026-11-22T01:00:00Z".parse().unwrap();
    Words::new(&brand(), &names()).unwrap().docx(doc, at).unwrap()
}

fn body(docx: &[u8]) -> String {
    Package::open(docx).unwrap().text(DOCUMENT).unwrap().to_owned()
}

/// Written where `SAMPLES` names a folder, to be looked at and validated.
#[test]
fn every_kind_of_document_becomes_a_word_document_in_every_script() {
    let folder = std::env::var_os("SAMPLES").map(PathBuf::from);
    for kind in DocKind::ALL {
        for writing in Writing::ALL {
            let doc = samples::sample(kind, writing);
            let docx = made(&doc);
            assert_eq!(docx, made(&doc));
            let read = read(FileKind::Word, &docx).unwrap();
            let text = read.whole(writing.language());
            for section in &doc.sections {
                assert!(section.title.iter().all(|title| text.contains(title)), "{section:?} in {text}");
            }
            if let Some(folder) = &folder {
                let name = format!("{}-{}.docx", kind.template().trim_end_matches(".typ"), writing.tag());
                std::fs::write(folder.join(name), &docx).unwrap();
            }
        }
    }
}

#[test]
fn tables_and_texts_read_back_as_they_were_said() {
    let mut doc = samples::sample(DocKind::Letter, Writing::English);
    let text = "Fish & chips < 5 \u{202e}> 3".to_owned();
    doc.sections =
        vec![Section::new("Costs", vec![Block::Paragraph { text }, Block::Table(samples::table(Writing::English, 3))])];
    let read = read(FileKind::Word, &made(&doc)).unwrap();
    let text: String = read.parts.iter().map(|part| part.text.as_str()).collect();
    assert!(text.contains("Fish & chips < 5 > 3") && text.contains("| 4000 | Kuala Lumpur | 12,345.67 |"), "{text}");
}

#[test]
fn each_counted_list_begins_with_one() {
    let mut doc = samples::sample(DocKind::Letter, Writing::English);
    let list = || Block::List { ordered: true, items: vec!["First".into(), "Second".into()] };
    doc.sections = vec![Section::new("Plan", vec![list(), list()])];
    let docx = made(&doc);
    let numbering = Package::open(&docx).unwrap().text(NUMBERING).unwrap().to_owned();
    assert_eq!(numbering.matches("<w:startOverride w:val=\"1\"/>").count(), 2);
    assert_eq!(body(&docx).matches("<w:numId w:val=\"3\"/>").count(), 2);
    assert_eq!(body(&docx).matches("<w:numId w:val=\"4\"/>").count(), 2);
}

#[test]
fn a_picture_keeps_its_shape_and_is_no_wider_than_the_text() {
    let mut doc = samples::sample(DocKind::Letter, Writing::English);
    doc.pictures = vec![Picture { name: "1.png".into(), bytes: vec![1], width: 4_000, height: 1_000 }];
    let alt = "A stamp card".to_owned();
    doc.sections = vec![Section::new("Look", vec![Block::Image { picture: "1.png".into(), alt, caption: None }])];
    let docx = made(&doc);
    assert!(body(&docx).contains("<wp:extent cx=\"5976620\" cy=\"1494155\"/>"), "{}", body(&docx));
    assert!(body(&docx).contains("descr=\"A stamp card\""));
}

#[test]
fn a_style_that_the_reference_lacks_is_told_with_those_it_has() {
    let wanted = StyleNames { callout: "标注".into(), ..names() };
    let told = Words::new(&brand(), &wanted).unwrap_err().to_string();
    assert!(told.starts_with("reference.docx in the brand folder: it has no style “标注”, but “Normal”, "), "{told}");
    assert!(told.ends_with("Name the right one under [styles] in brand.toml"), "{told}");
}
