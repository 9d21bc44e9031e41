use chrono::NaiveDate;

use super::*;

/// Sunday, 22 November 2026; the newest entries are of October.
fn calendar() -> Calendar {
    Calendar { today: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(), latest_month: Period::month(2026, 10) }
}

fn said(text: &str) -> PeriodMention {
    find(&mut Sentence::read(text), calendar())
}

fn assert_periods(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, wanted)| {
            let found = match said(text) {
                PeriodMention::One(period) | PeriodMention::Latest(period) => period.to_string(),
                other => format!("{other:?}"),
            };
            (found != *wanted).then(|| format!("{text}: {found}, not {wanted}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn english_periods_are_read_by_the_calendar_of_today() {
    assert_periods(&[
        ("the latest statement", "2026-10"),
        ("most recent numbers", "2026-10"),
        ("last month", "2026-10"),
        ("this month", "2026-11"),
        ("month to date", "2026-11"),
        ("the month before last", "2026-09"),
        ("two months ago", "2026-09"),
        ("October", "2026-10"),
        ("november", "2025-11"),
        ("last December", "2025-12"),
        ("this November", "2026-11"),
        ("Oct 2025", "2025-10"),
        ("Oct '25", "2025-10"),
        ("October, 2025", "2025-10"),
        ("October of last year", "2025-10"),
        ("October last year", "2025-10"),
        ("31 October 2025", "2025-10"),
        ("October 31st, 2025", "2025-10"),
        ("2025-10", "2025-10"),
        ("10/2025", "2025-10"),
        ("2025-10-31", "2025-10"),
        ("the May statement", "2026-05"),
        ("may I have the Q2 statement", "2026-Q2"),
        ("Q3", "2026-Q3"),
        ("q4", "2025-Q4"),
        ("Q3 2025", "2025-Q3"),
        ("2025 Q3", "2025-Q3"),
        ("2025-Q3", "2025-Q3"),
        ("Q3/2025", "2025-Q3"),
        ("3Q25", "2025-Q3"),
        ("Q3 of last year", "2025-Q3"),
        ("last year's Q3", "2025-Q3"),
        ("third quarter", "2026-Q3"),
        ("the 3rd quarter of 2025", "2025-Q3"),
        ("quarter 2", "2026-Q2"),
        ("last quarter", "2026-Q3"),
        ("latest quarter", "2026-Q3"),
        ("the last full quarter", "2026-Q3"),
        ("this quarter", "2026-Q4"),
        ("the quarterly statement", "2026-Q3"),
        ("H1 2026", "2026-H1"),
        ("H2", "2025-H2"),
        ("the first half of 2025", "2025-H1"),
        ("first half of this year", "2026-H1"),
        ("last half year", "2026-H1"),
        ("2025", "2025"),
        ("FY2025", "2025"),
        ("FY25", "2025"),
        ("the year 2024", "2024"),
        ("last year", "2025"),
        ("previous financial year", "2025"),
        ("annual statement", "2025"),
        ("annual statement 2024", "2024"),
        ("this year", "2026-YTD"),
        ("year to date", "2026-YTD"),
        ("year-to-date", "2026-YTD"),
        ("YTD", "2026-YTD"),
        ("so far this year", "2026-YTD"),
        ("last week", "2026-W46"),
        ("the October statement for 2025", "2025-10"),
        ("January to March 2026", "2026-Q1"),
        ("from January to June", "2026-H1"),
        ("Q3 compared with Q2", "2026-Q3"),
        ("Q3 vs Q2", "2026-Q3"),
        ("latest Q2", "2026-Q2"),
        ("next month", "2026-12"),
        ("the quarter ending September 2026", "2026-Q3"),
        ("the year ended 31 December 2025", "2025"),
        ("the six months ended 30 June 2026", "2026-H1"),
    ]);
}

#[test]
fn chinese_periods_are_read_by_the_calendar_of_today() {
    assert_periods(&[
        ("最新的财务报表", "2026-10"),
        ("最近一期", "2026-10"),
        ("上个月", "2026-10"),
        ("上月", "2026-10"),
        ("上上个月", "2026-09"),
        ("本月", "2026-11"),
        ("这个月", "2026-11"),
        ("10月份", "2026-10"),
        ("十月", "2026-10"),
        ("十二月", "2025-12"),
        ("2025年10月", "2025-10"),
        ("2025年10月份", "2025-10"),
        ("二〇二五年十月", "2025-10"),
        ("去年10月", "2025-10"),
        ("截至2025年12月31日", "2025-12"),
        ("上季度", "2026-Q3"),
        ("上个季度", "2026-Q3"),
        ("上一季度", "2026-Q3"),
        ("本季度", "2026-Q4"),
        ("第三季度", "2026-Q3"),
        ("三季度", "2026-Q3"),
        ("第3季度", "2026-Q3"),
        ("第四季度", "2025-Q4"),
        ("今年第二季度", "2026-Q2"),
        ("2025年第三季度", "2025-Q3"),
        ("2025年三季度", "2025-Q3"),
        ("2025年Q3", "2025-Q3"),
        ("去年Q3季度", "2025-Q3"),
        ("季度报表", "2026-Q3"),
        ("上半年", "2026-H1"),
        ("下半年", "2025-H2"),
        ("2025年上半年", "2025-H1"),
        ("去年下半年", "2025-H2"),
        ("2025年", "2025"),
        ("2025年度", "2025"),
        ("二零二五年", "2025"),
        ("25年", "2025"),
        ("去年", "2025"),
        ("上一年", "2025"),
        ("前年", "2024"),
        ("年度报表", "2025"),
        ("2024年年度报表", "2024"),
        ("今年", "2026-YTD"),
        ("今年以来", "2026-YTD"),
        ("年初至今", "2026-YTD"),
        ("本年度", "2026-YTD"),
        ("上周", "2026-W46"),
        ("1月至3月", "2026-Q1"),
        ("最近一个月", "2026-10"),
        ("財務報表，2025年", "2025"),
        ("截至2025年12月31日止年度", "2025"),
        ("截至2026年9月30日止三个月", "2026-Q3"),
    ]);
}

#[test]
fn a_text_without_a_time_says_nothing_of_it() {
    for text in
        ["the balance sheet please", "may I have the statement", "资产负债表", "send it to the CEO", "top 20 customers"]
    {
        assert_eq!(said(text), PeriodMention::Nothing, "{text}");
    }
}

#[test]
fn a_span_that_is_no_period_and_two_periods_are_not_guessed_at() {
    for text in [
        "the last three months",
        "past 12 months",
        "February to April 2026",
        "最近三个月",
        "过去12个月",
        "Q5",
        "13/2025",
        "第五季度",
        "the quarter ended August 2026",
    ] {
        assert!(matches!(said(text), PeriodMention::Unclear(_)), "{text}: {:?}", said(text));
    }
    assert_eq!(
        said("Q2 and Q4 2024"),
        PeriodMention::Several(vec![Period::quarter(2026, 2).unwrap(), Period::quarter(2024, 4).unwrap()])
    );
    assert!(matches!(said("October 2026 and September 2026"), PeriodMention::Several(_)));
    assert!(matches!(said("2024年和2025年"), PeriodMention::Several(_)));
}

#[test]
fn without_entries_the_latest_month_is_the_one_before_today() {
    let calendar = Calendar { latest_month: None, ..calendar() };
    assert_eq!(find(&mut Sentence::read("latest"), calendar), PeriodMention::Latest(Period::month(2026, 10).unwrap()));
}
