use mezzofy_domain::reading::FileKind;
use mezzofy_reading::read;
use rust_decimal::Decimal;

use super::*;
use crate::doc::{Column, DocKind, Writing};
use crate::press::samples;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn table(cells: &[&str]) -> Table {
    Table {
        title: None,
        keep: false,
        columns: vec![Column { title: "A".into(), kind: ColumnKind::Text }],
        rows: cells.iter().map(|cell| Row::new(RowKind::Line, vec![(*cell).to_owned()])).collect(),
    }
}

/// Written where `SAMPLES` names a folder, to be looked at and validated.
#[test]
fn every_kind_of_document_with_figures_becomes_a_workbook_in_every_script() {
    let folder = std::env::var_os("SAMPLES").map(std::path::PathBuf::from);
    for kind in [DocKind::Statement, DocKind::Dashboard] {
        for writing in Writing::ALL {
            let doc = samples::sample(kind, writing);
            let book = xlsx(&doc, at("2026-11-22T01:00:00Z")).unwrap();
            let read = read(FileKind::Workbook, &book).unwrap();
            assert!(read.parts.iter().any(|part| part.text.contains("12345.67") || part.text.contains("12,345.67")));
            if let Some(folder) = &folder {
                let name = format!("{}-{}.xlsx", kind.template().trim_end_matches(".typ"), writing.tag());
                std::fs::write(folder.join(name), &book).unwrap();
            }
        }
    }
}

#[test]
fn a_formula_in_a_csv_is_text_and_a_number_stays_a_number() {
    let text = |cell: &str| {
        let made = String::from_utf8(csv(&table(&[cell]))).unwrap();
        made.strip_prefix("\u{feff}A\r\n").unwrap().strip_suffix("\r\n").unwrap().to_owned()
    };
    for formula in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "＝1", "\t=1"] {
        let made = text(formula);
        assert!(made.trim_start_matches('"').starts_with('\''), "{formula} became {made}");
    }
    for plain in ["-5", "+12.5%", "-1,234.50", "a=b", "新加坡"] {
        assert_eq!(text(plain).trim_matches('"'), plain);
    }
    assert_eq!(text("=HYPERLINK(\"x\"),y"), "\"'=HYPERLINK(\"\"x\"\"),y\"");
}

#[test]
fn a_csv_has_the_exact_values() {
    let mut amounts = table(&["−1,234.57"]);
    amounts.rows[0].values = vec![Some("-1234.5678".parse().unwrap())];
    assert_eq!(String::from_utf8(csv(&amounts)).unwrap(), "\u{feff}A\r\n-1234.5678\r\n");
}

#[test]
fn each_table_and_chart_has_a_sheet_with_a_name_that_excel_takes() {
    let mut names = Names::default();
    let long = "A name that is longer than thirty-one characters";
    assert_eq!(names.take("Q3/2026 [draft]"), "Q3 2026  draft");
    assert_eq!(names.take(long), "A name that is longer than thir");
    assert_eq!(names.take(long), "A name that is longer than th 2");
    assert_eq!([names.take(" "), names.take("'")], ["Sheet", "Sheet 2"]);
}

#[test]
fn the_same_document_and_time_give_the_same_workbook() {
    let doc = samples::sample(DocKind::Dashboard, Writing::Traditional);
    let book = xlsx(&doc, at("2026-11-22T01:00:00Z")).unwrap();
    assert!(book.starts_with(b"PK"));
    assert_eq!(book, xlsx(&doc, at("2026-11-22T01:00:00Z")).unwrap());
}

#[test]
fn a_thousand_rows_become_a_sheet_and_a_document_without_tables_none() {
    let mut doc = samples::sample(DocKind::Letter, Writing::English);
    assert!(matches!(xlsx(&doc, at("2026-11-22T01:00:00Z")), Err(SheetsError::Empty)));
    let mut long = table(&["=SUM(A1)"; 1_000]);
    long.rows[999].values = vec![Some(Decimal::TEN)];
    doc.sections[0].blocks = vec![Block::Table(long)];
    assert!(xlsx(&doc, at("2026-11-22T01:00:00Z")).unwrap().len() > 5_000);
}
