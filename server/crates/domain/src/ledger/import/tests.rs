use proptest::prelude::*;

use super::*;

const HEADER: &str = "entry_id,date,account_code,account_name,account_type,debit,credit,currency,description\n";
const SALE: &str = "1,2026-10-01,1010,Cash,asset,10.00,,SGD,Sale\n1,2026-10-01,4010,Sales,revenue,,10.00,SGD,Sale\n";

fn file(rows: &str) -> Vec<u8> {
    format!("{HEADER}{rows}").into_bytes()
}

/// Line, column and reason of the file's only problem.
fn problem(bytes: &[u8]) -> (u64, Option<String>, String) {
    let errors = parse(bytes).unwrap_err();
    let [problem] = errors.problems.as_slice() else { panic!("not one problem: {errors}") };
    (problem.line, problem.column.clone(), problem.reason.clone())
}

/// A file whose second entry has this row as its first, on line 4, and 5.00 to the cash account as its second.
fn with_row(row: &str) -> Vec<u8> {
    file(&format!("{SALE}{row}\n2,2026-10-02,1010,Cash,asset,5.00,,SGD,\n"))
}

#[test]
fn a_good_file_gives_its_entries_and_accounts() {
    let parsed = parse(&file(SALE)).unwrap();
    let [held] = parsed.entries.as_slice() else { panic!("{parsed:?}") };
    assert_eq!((held.line, held.entry.id.as_str(), held.entry.lines.len()), (2, "1", 2));
    assert_eq!(held.entry.lines[1].amount().to_string(), "-10.00");
    let accounts: Vec<_> =
        parsed.accounts.iter().map(|account| (account.code.as_str(), account.kind, account.line)).collect();
    assert_eq!(accounts, [("1010", AccountType::Asset, 2), ("4010", AccountType::Revenue, 3)]);
}

#[test]
fn byte_order_mark_crlf_blank_lines_and_column_order_make_no_difference() {
    let plain = parse(&file(SALE)).unwrap();
    let text = format!("\u{feff}{HEADER}\n{SALE}\n\n").replace('\n', "\r\n");
    let other = parse(text.as_bytes()).unwrap();
    assert_eq!(other.entries[0].entry, plain.entries[0].entry);
    assert_eq!(other.entries[0].line, 3);
    let swapped = "date,entry_id,account_code,account_name,account_type,credit,debit,currency,description\n\
        2026-10-01,1,1010,Cash,asset,,10.00,SGD,Sale\n2026-10-01,1,4010,Sales,revenue,10.00,,SGD,Sale";
    assert_eq!(parse(swapped.as_bytes()).unwrap(), plain);
}

#[test]
fn a_wrong_field_is_named_by_line_and_column() {
    for (row, column, reason) in [
        ("2,2026-10-02,4010,Sales,income,,5.00,SGD,", "account_type", "“income” is not an account type"),
        ("2,2026-10-02,4010,Sales,revenue,,five,SGD,", "credit", "“five” is not a number"),
        ("2,2026-10-02,4010,Sales,revenue,,\"5,00\",SGD,", "credit", "“5,00” is not a number"),
        ("2,2026-10-02,4010,Sales,revenue,,5_0,SGD,", "credit", "“5_0” is not a number"),
        ("2,2026-10-02,4010,Sales,revenue,,1e3,SGD,", "credit", "“1e3” is not a number"),
        ("2,2026-10-02,4010,Sales,revenue,,５,SGD,", "credit", "“５” is not a number"),
        ("2,2026-10-02,4010,Sales,revenue,,-5.00,SGD,", "credit", "“-5.00” is negative"),
        ("2,2026-10-02,4010,Sales,revenue,,5.00000,SGD,", "credit", "“5.00000” has more than four decimals"),
        ("2,2026-10-02,4010,Sales,revenue,,5000000000000000,SGD,", "credit", "“5000000000000000” is too large"),
        ("2,2026-10-02,4010,Sales,revenue,5.00,5.00,SGD,", "debit", "both debit and credit are filled"),
        ("2,2026-10-02,4010,Sales,revenue,,,SGD,", "debit", "neither debit nor credit is filled"),
        ("2,2026-02-30,4010,Sales,revenue,,5.00,SGD,", "date", "“2026-02-30” is not a day of the calendar"),
        ("2,02/10/2026,4010,Sales,revenue,,5.00,SGD,", "date", "“02/10/2026” is not a day of the calendar"),
        ("2,0000-01-01,4010,Sales,revenue,,5.00,SGD,", "date", "“0000-01-01” is not a day of the calendar"),
        ("2,2026-10-02,4010,Sales,revenue,,5.00,sgd,", "currency", "“sgd” is not a currency"),
        ("2,2026-10-02,4010,Sales,revenue,,5.00,S$,", "currency", "“S$” is not a currency"),
        ("2,2026-10-02,,Sales,revenue,,5.00,SGD,", "account_code", "the field is empty"),
        ("2,2026-10-02,4010,\"Sa\nles\",revenue,,5.00,SGD,", "account_name", "the field holds a line break"),
        (
            "2,2026-10-02,4010,Turnover,revenue,,5.00,SGD,",
            "account_name",
            "account 4010 is “Turnover” here and “Sales” on line 3",
        ),
        (
            "2,2026-10-02,4010,Sales,equity,,5.00,SGD,",
            "account_type",
            "account 4010 is “equity” here and “revenue” on line 3",
        ),
    ] {
        let (line, named, said) = problem(&with_row(row));
        assert_eq!((line, named.as_deref()), (4, Some(column)), "{row}");
        assert!(said.starts_with(reason), "{row}: {said}");
    }
    let long = format!("2,2026-10-02,4010,Sales,revenue,,5.00,SGD,{}", "x".repeat(1_001));
    assert_eq!(problem(&with_row(&long)).2, "the field has 1001 characters; at most 1000 are allowed");
}

#[test]
fn a_file_that_is_no_ledger_is_refused_as_a_whole() {
    let latin_1 = [&file(SALE)[..], b"2,2026-10-02,1010,Cash,asset,1,,SGD,Caf\xE9\n"].concat();
    let wide: Vec<u8> = "\u{feff}entry_id".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let short = file(&format!("{SALE}2,2026-10-02\n"));
    let open = file(&format!("{SALE}2,2026-10-02,1010,Cash,asset,1,,SGD,\"Sale\n{SALE}"));
    for (bytes, line, column, reason) in [
        (&b""[..], 1, None, "the file is empty"),
        (&b"\xEF\xBB\xBF \r\n"[..], 1, None, "the file is empty"),
        (HEADER.as_bytes(), 1, None, "the file has a header and no entries"),
        (&latin_1[..], 4, Some("description"), "the byte 0xE9 is not UTF-8; save the file as UTF-8"),
        (&wide[..], 1, None, "the file is UTF-16; save it as UTF-8"),
        (&short[..], 4, None, "the row has 2 fields and the header 9"),
        (&open[..], 4, None, "a quotation mark opens in this row and is never closed"),
    ] {
        assert_eq!(problem(bytes), (line, column.map(str::to_owned), reason.to_owned()));
    }
}

#[test]
fn missing_unknown_and_repeated_columns_are_named() {
    let header = "entry_id,date,account_code,account_name,account_type,debit,debit,currency,memo\n";
    let errors = parse(format!("{header}{SALE}").as_bytes()).unwrap_err();
    let told: Vec<String> = errors.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 1, column debit: the header names this column twice",
            "line 1, column memo: the ledger has no column of this name",
            "line 1, column credit: the header lacks this column",
            "line 1, column description: the header lacks this column",
        ]
    );
}

#[test]
fn an_entry_must_balance_in_each_currency() {
    let rows = "9,2026-10-02,1010,Cash,asset,1234.50,,SGD,\n9,2026-10-02,4010,Sales,revenue,,1234.4999,SGD,\n";
    let reason = "entry “9” does not balance in SGD: debits 1,234.50, credits 1234.4999, difference 0.0001";
    assert_eq!(problem(&file(&format!("{SALE}{rows}"))), (4, Some("debit".to_owned()), reason.to_owned()));
    let mixed = "9,2026-10-02,1010,Cash,asset,10,,SGD,\n9,2026-10-02,4010,Sales,revenue,,10,USD,\n";
    let errors = parse(&file(mixed)).unwrap_err();
    assert_eq!(errors.count, 2, "{errors}");
}

#[test]
fn line_numbers_are_physical_after_quoted_line_breaks_and_crlf() {
    let rows = "1,2026-10-01,1010,Cash,asset,10,,SGD,\"two\nlines\"\n1,2026-10-01,4010,Sales,revenue,,ten,SGD,\n";
    let bytes = file(rows);
    assert_eq!(problem(&bytes).0, 4);
    let crlf = String::from_utf8(bytes).unwrap().replace('\n', "\r\n");
    assert_eq!(problem(crlf.as_bytes()).0, 4);
}

#[test]
fn rows_of_an_entry_may_stand_apart() {
    let other = SALE.replace("1,2026", "2,2026");
    let mut rows: Vec<&str> = SALE.lines().chain(other.lines()).collect();
    rows.sort_by_key(|row| row.contains("4010"));
    let apart = parse(&file(&rows.join("\n"))).unwrap();
    let together = parse(&file(&format!("{SALE}{other}"))).unwrap();
    let hashes = |file: &LedgerFile| file.entries.iter().map(|held| held.entry.content_hash()).collect::<Vec<_>>();
    assert_eq!(hashes(&apart), hashes(&together));
}

#[test]
fn an_entry_that_stands_twice_counts_once_or_is_refused() {
    let between = SALE.replace("1,2026", "2,2026");
    let same = parse(&file(&format!("{SALE}{between}{SALE}"))).unwrap();
    assert_eq!(same.entries.len(), 2);
    assert_eq!(same.entries[0].entry.lines.len(), 2);
    let other = SALE.replace("10.00", "12.00");
    let (line, column, reason) = problem(&file(&format!("{SALE}{between}{other}")));
    assert_eq!((line, column.as_deref()), (6, Some("entry_id")));
    assert_eq!(reason, "entry “1” stands on line 2 with other content; keep one of the two");
    let dated = SALE.replace("2026-10-01", "2026-10-09");
    let errors = parse(&file(&format!("{SALE}{dated}"))).unwrap_err();
    assert_eq!(
        errors.problems[0].to_string(),
        "line 4, column date: entry “1” has the date 2026-10-09 here and 2026-10-01 on line 2"
    );
}

#[test]
fn a_broken_row_is_told_once_and_not_again_as_an_imbalance() {
    let rows = "1,2026-10-01,1010,Cash,asset,ten,,SGD,\n1,2026-10-01,4010,Sales,revenue,,10,SGD,\n";
    assert_eq!(problem(&file(rows)).1.as_deref(), Some("debit"));
}

#[test]
fn twenty_problems_are_named_in_the_order_of_their_lines_and_the_rest_is_counted() {
    let rows: Vec<String> = (0..30).map(|number| format!("{number},2026-10-01,1010,Cash,asset,x,,SGD,")).collect();
    let errors = parse(&file(&rows.join("\n"))).unwrap_err();
    assert_eq!((errors.problems.len(), errors.count), (20, 30));
    assert!(errors.problems.is_sorted_by_key(|problem| problem.line));
    let text = errors.to_string();
    assert!(text.starts_with("nothing was imported\n  line 2, column debit: “x”"), "{text}");
    assert!(text.ends_with("and 10 more problems"), "{text}");
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(rows in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&rows);
        let _ = parse(&[HEADER.as_bytes(), &rows].concat());
    }

    #[test]
    fn fields_of_any_text_are_read_or_refused(cells in proptest::collection::vec("[0-9a-z,\"\n\r\\-. ]{0,6}", 9..40)) {
        let _ = parse(&file(&cells.join(",")));
    }
}
