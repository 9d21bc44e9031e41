//! Times documents: a PDF of three pages in English and Chinese, a deck, a workbook, and reading fifty pages. Prints milliseconds, one figure
//! a line; `make bench` runs it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::DateTime;
use mezzofy_documents::content::{Content, Grid};
use mezzofy_documents::doc::DocKind;
use mezzofy_documents::office::{Slides, Words};
use mezzofy_documents::{Doc, Press, sheets};
use mezzofy_domain::language::Language;
use mezzofy_domain::reading::FileKind;
use mezzofy_reading::read;
use serde_json::{Value, json};

const TIMES: usize = 15;
const ROWS: usize = 1_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (brand, fonts): (PathBuf, PathBuf) = (home.join("brand"), home.join("fonts"));
    let press = Press::new(&brand, &[fonts])?;
    let (slides, words) = (Slides::new(&brand, &press.layouts())?, Words::new(&brand, press.styles())?);
    let at = DateTime::UNIX_EPOCH;

    let statement = |nth: usize| doc(DocKind::Dashboard, three_pages(nth));
    let pages = press.pdf(&statement(0)?, at, "first")?.pages;
    if pages != 3 {
        return Err(format!("the PDF has {pages} pages").into());
    }
    tell("pdf_ms", |nth| {
        press.pdf(&statement(nth)?, at, "next")?;
        Ok(())
    })?;
    let deck = doc(DocKind::Deck, twelve_slides())?;
    tell("deck_ms", |_| {
        slides.pptx(&deck, at)?;
        Ok(())
    })?;
    tell("word_ms", |_| {
        words.docx(&deck, at)?;
        Ok(())
    })?;
    let rows = doc(DocKind::Dashboard, table(ROWS))?;
    tell("workbook_ms", |_| {
        sheets::xlsx(&rows, at)?;
        Ok(())
    })?;
    let book = press.pdf(&doc(DocKind::Playbook, chapters(60))?, at, "long")?;
    tell("read_50_pages_ms", |_| {
        read(FileKind::Pdf, &book.bytes)?;
        Ok(())
    })?;
    writeln!(std::io::stdout(), "pages_read {}", book.pages)?;
    let book = press.pdf(&doc(DocKind::Playbook, table(2_200))?, at, "tables")?;
    tell("read_50_pages_of_tables_ms", |_| {
        read(FileKind::Pdf, &book.bytes)?;
        Ok(())
    })?;
    Ok(())
}

/// The median of some times.
fn tell(
    name: &str,
    mut make: impl FnMut(usize) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut taken = Vec::new();
    let times = if name.starts_with("read") { 3 } else { TIMES };
    for nth in 1..=times {
        let begun = Instant::now();
        make(nth)?;
        taken.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    taken.sort_by(f64::total_cmp);
    writeln!(std::io::stdout(), "{name} {:.3}", taken[times / 2])?;
    Ok(())
}

fn doc(kind: DocKind, said: Value) -> Result<Doc, Box<dyn std::error::Error>> {
    let content: Content = serde_json::from_value(said)?;
    Ok(content.doc(kind, &BTreeMap::<String, Grid>::new(), Vec::new(), Language::En)?)
}

fn chart(form: &str) -> Value {
    json!({"type": "chart", "form": form, "title": "Revenue 收入 (SGD)", "categories": ["吉隆坡", "Singapore", "香港", "Taipei"],
           "series": [{"name": "2025", "values": ["120000", "98000", "143000", "87500"]}, {"name": "2026", "values": ["131000", "104500", "139000", "99000"]}]})
}

fn lines(count: usize, nth: usize) -> Value {
    let row = |at: usize| {
        json!([(4000 + at).to_string(), format!("优惠券 Coupons {at}"), format!("{}.50", 1_000 * at + nth)])
    };
    let columns = json!([{"title": "No.", "kind": "code"}, {"title": "Account"}, {"title": "SGD", "kind": "amount"}]);
    json!({"type": "table", "columns": columns, "rows": (0..count).map(row).collect::<Vec<_>>(), "total": "Total"})
}

fn three_pages(nth: usize) -> Value {
    json!({"title": format!("Statement 财务报表 {nth}"), "subtitle": "October 2026", "sections": [
        {"title": "At a glance 概览", "blocks": [{"type": "paragraph", "text": "以下数字把十月与上个月相比，全部来自账簿。 Figures come from the books."}, chart("columns")]},
        {"title": "Revenue 收入", "new_page": true, "blocks": [lines(21, nth)]},
        {"title": "Expenses 费用", "new_page": true, "blocks": [lines(21, nth + 7)]}]})
}

fn twelve_slides() -> Value {
    let slide = |at: usize| match at {
        0 => json!({"title": "会员计划 Loyalty", "slide": "cover"}),
        2 | 5 | 8 => json!({"title": format!("Chart {at}"), "blocks": [chart("columns")], "notes": "Say this."}),
        11 => json!({"title": "Thank you", "slide": "closing"}),
        _ => {
            json!({"title": format!("Point {at}"), "blocks": [{"type": "list", "items": ["续发早餐券。", "Renew the coupon.", "Ask why."]}]})
        }
    };
    json!({"title": "会员计划 Loyalty", "sections": (0..12).map(slide).collect::<Vec<_>>()})
}

fn chapters(count: usize) -> Value {
    let text =
        "Guests who hold a digital coupon return sooner. 持有电子优惠券的顾客回访更快，每次消费也更高。 ".repeat(12);
    let chapter = |at: usize| json!({"title": format!("Chapter {at} 第{at}章"), "blocks": [{"type": "paragraph", "text": text}, {"type": "list", "items": [text]}]});
    json!({"title": "Guide 指南", "sections": (1..=count).map(chapter).collect::<Vec<_>>()})
}

fn table(rows: usize) -> Value {
    json!({"title": "Ledger", "sections": [{"title": "Entries", "blocks": [lines(rows, 3)]}]})
}
