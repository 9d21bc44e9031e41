//! Statements of several shapes, laid out and read back page by page.

use mezzofy_domain::ledger::AccountType::{Asset, Expense, Revenue};

use super::*;
use crate::press::reading::{self, Reading};
use crate::press::tests::PRESS;

mod books;

use books::{COMPANY, Given, statement};

fn meta(note: Option<&str>) -> StatementMeta {
    StatementMeta {
        company: "Mezzofy Pte. Ltd.".into(),
        prepared_for: "Grace Tan, Chief Executive Officer".into(),
        prepared_by: "Wei Ling Ong, Finance Manager".into(),
        made_at: "2026-11-22T09:00:00+08:00".parse().unwrap(),
        note: note.map(str::to_owned),
    }
}

fn read(statement: &Statement, note: Option<&str>, language: Language) -> Reading {
    let reading = reading::read(&PRESS, &doc(statement, &meta(note), language).unwrap());
    assert!(reading.rightmost() <= 192.1, "something sticks out to {} mm", reading.rightmost());
    assert!(reading.lowest() <= 286.0, "something sticks out at the bottom, {} mm", reading.lowest());
    reading
}

#[test]
fn a_statement_shows_each_line_of_the_contract_with_its_amounts() {
    let reading = read(&statement(&[("SGD", &COMPANY)]), None, Language::En);
    for row in [
        "Total revenue 227,313.14 216,953.48 10,359.66 +4.8%",
        "Total expenses 179,589.32 170,803.39 8,785.93 +5.1%",
        "Net income 47,723.82 46,150.09 1,573.73 +3.4%",
        "5500 Travel 3,184.45 0.00 3,184.45 –",
        "5900 Professional fees 0.00 3,000.00 −3,000.00 −100.0%",
        "1590 Accumulated depreciation −17,948.28 −17,079.97 −868.31 −5.1%",
    ] {
        assert!(reading.has(row), "no row “{row}” in {:#?}", reading.pages());
    }
    for name in [
        "Total assets",
        "Total liabilities",
        "Total equity",
        "Earnings not yet closed",
        "Cash at start",
        "Cash in",
        "Cash out",
        "Net change in cash",
        "Cash at end",
        "1 October 2026 to 31 October 2026",
        "22 November 2026, 09:00 (UTC+8)",
        "9f2c4be1d07a5583c6e2f1a4b8d3907e55aa1c6f02e9d4b7a81365fc2e70d94b",
    ] {
        assert!(reading.has(name), "no “{name}”");
    }
    let pages = reading.pages().len();
    assert!((3..=5).contains(&pages), "{pages} pages");
    assert!(reading.pages()[1].contains(&format!("Page2of{pages}")));
}

#[test]
fn a_chinese_statement_has_chinese_labels_and_the_same_figures() {
    let books = statement(&[("SGD", &COMPANY)]);
    let reading = read(&books, Some("请于周五前确认。"), Language::Zh);
    for text in [
        "财务报表",
        "2026年10月",
        "SGD（新加坡元）",
        "收入合计 227,313.14 216,953.48 10,359.66 +4.8%",
        "费用合计 179,589.32",
        "净利润 47,723.82",
        "资产合计",
        "负债合计",
        "所有者权益合计",
        "期初现金",
        "现金净变动",
        "期末现金",
        "请于周五前确认。",
        "第1页，共",
    ] {
        assert!(reading.has(text), "no “{text}” in {:#?}", reading.pages());
    }
    assert!(!reading.has("Total") && !reading.has("Page"));
    assert_eq!(doc(&books, &meta(None), Language::Ms), doc(&books, &meta(None), Language::En));
}

#[test]
fn hostile_text_is_shown_and_never_evaluated() {
    let name = r#"#panic("x") $1/0$ *bold* _i_ \u{41} [a]<b> @c `d` = // /* "q" #sys.version"#;
    let reading = read(
        &statement(&[("SGD", &[("4#1", name, Revenue, [0, 100, 200]), ("5", "#import", Expense, [0, 100, 0])])]),
        Some("#read(\"/etc/passwd\")\n\n{{amount}} \u{202e}evil"),
        Language::En,
    );
    for text in [name, "4#1", "#import", "#read(\"/etc/passwd\")", "{{amount}} evil"] {
        assert!(reading.has(text), "no “{text}” in {:#?}", reading.pages());
    }
}

#[test]
fn a_hundred_and_twenty_accounts_keep_their_headings_on_every_page() {
    let names: Vec<(String, String)> = (0..120)
        .map(|number| {
            (
                format!("{}", 4000 + number * 10),
                format!("Fees of region {number} {}", "and its agents ".repeat(number % 5)),
            )
        })
        .collect();
    let accounts: Vec<Given<'_>> = (0..)
        .zip(&names)
        .map(|(number, (code, name))| {
            let kind = [Revenue, Expense, Asset][usize::try_from(number % 3).unwrap()];
            (code.as_str(), name.as_str(), kind, [number * 1_000, number * 77_777, number * 88_888])
        })
        .collect();
    let reading = read(&statement(&[("SGD", &accounts)]), None, Language::En);
    let pages = reading.pages();
    assert!(pages.len() >= 7, "{} pages", pages.len());
    let with_amounts = pages.iter().filter(|page| page.contains("Feesofregion") && page.contains('%')).count();
    let with_heading = pages.iter().filter(|page| page.contains("Change%")).count();
    assert!(with_amounts >= 4 && with_heading >= with_amounts, "{with_heading} of {with_amounts}");
    assert!(reading.has("5180 Fees of region 118 and its agents and its agents and its agents"));
}

#[test]
fn a_very_long_word_and_very_large_amounts_stay_on_the_page() {
    let word = "Verrechnungskonto".repeat(12);
    let huge = 900_000_000_000_000;
    let reading = read(
        &statement(&[(
            "IDR",
            &[("4000", &word, Revenue, [huge, huge / 9, huge / 7]), ("5000", "Fees", Expense, [0, 1, huge])],
        )]),
        Some(&"x".repeat(400)),
        Language::En,
    );
    assert!(reading.has("IDR, Indonesian rupiah"));
    assert!(reading.has("−7,714,285,714,285.72"), "{:#?}", reading.pages());
}

#[test]
fn accounts_whose_names_fill_lines_move_to_the_next_page() {
    let name = "Revenue from merchants of the loyalty programme in the outer districts ".repeat(3);
    let codes: Vec<String> = (0..30).map(|number| format!("{}", 4000 + number)).collect();
    let accounts: Vec<Given<'_>> =
        codes.iter().map(|code| (code.as_str(), name.as_str(), Revenue, [0, 10_000, 20_000])).collect();
    let reading = read(&statement(&[("SGD", &accounts)]), None, Language::Zh);
    assert!(reading.has("4029 Revenue from merchants"));
    assert!(reading.pages().iter().filter(|page| page.contains("变动率") && page.contains("Revenuefrom")).count() >= 3);
}

#[test]
fn each_currency_has_a_part_of_its_own_and_nothing_is_added() {
    let dollars: [Given<'_>; 2] =
        [("4010", "Sales abroad", Revenue, [0, 500_000, 750_000]), ("5010", "Fees", Expense, [0, 0, 50_000])];
    let reading = read(&statement(&[("SGD", &COMPANY), ("USD", &dollars)]), None, Language::En);
    assert!(reading.has("SGD, USD") && reading.has("SGD, Singapore dollar") && reading.has("USD, US dollar"));
    assert!(reading.has("Total revenue 227,313.14") && reading.has("Total revenue 7,500.00"));
    assert!(!reading.has("234,813.14"));
    let page = reading.pages().iter().position(|page| page.contains("USD,USdollar")).unwrap();
    assert!(page > 1 && !reading.pages()[page].contains("227,313.14"));
}

#[test]
fn without_a_period_before_there_is_nothing_to_compare() {
    let mut input = books::input(&[("SGD", &COMPANY)]);
    input.previous = None;
    let reading = read(&Statement::of(input).unwrap(), None, Language::En);
    assert!(reading.has("Total revenue 227,313.14"));
    assert!(reading.has("nothing before to compare with"));
    assert!(!reading.has("Change %") && !reading.has("September"));
}

#[test]
fn a_statement_that_does_not_add_up_becomes_no_document() {
    let mut books = statement(&[("SGD", &COMPANY)]);
    books.currencies[0].profit_and_loss.total_revenue.amount += rust_decimal::Decimal::ONE;
    let problem = doc(&books, &meta(None), Language::En).unwrap_err();
    assert!(problem.to_string().contains("Total revenue"), "{problem}");
}

#[test]
fn other_programs_read_the_file() {
    let statement = statement(&[("SGD", &COMPANY)]);
    for (language, total) in [(Language::En, "Total revenue"), (Language::Zh, "收入合计")] {
        let doc = doc(&statement, &meta(Some("For the board.")), language).unwrap();
        let pdf = PRESS.pdf(&doc, "2026-11-22T01:00:00Z".parse().unwrap(), "run").unwrap();
        let hash = &statement.ledger.hash;
        reading::check_with_tools(&pdf, &[total, "227,313.14", hash]);
    }
}
