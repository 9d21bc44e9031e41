use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

#[test]
fn each_form_has_the_days_of_its_calendar() {
    let today = day("2026-11-22");
    for (text, first, last) in [
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026-H1", "2026-01-01", "2026-06-30"),
        ("2026-H2", "2026-07-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-W47", "2026-11-16", "2026-11-22"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-YTD", "2026-01-01", "2026-11-22"),
        ("2025-YTD", "2025-01-01", "2025-12-31"),
    ] {
        assert_eq!(period(text).bounds(today), (day(first), day(last)), "{text}");
        assert_eq!(period(text).to_string(), text);
    }
}

#[test]
fn what_is_no_period_is_refused_with_the_forms_that_are() {
    for text in [
        "",
        "26",
        "2026-",
        "2026-13",
        "2026-00",
        "2026-1",
        "2026-Q0",
        "2026-Q5",
        "2026-H3",
        "2025-W53",
        "2026-W54",
        "2026-w47",
        "2026-ytd",
        "0000",
        "12026",
        "2026-10-01",
        " 2026",
        "+026",
        "２０２６",
        "latest",
    ] {
        assert!(text.parse::<Period>().is_err(), "{text}");
    }
    let error = "2026-13".parse::<Period>().unwrap_err().to_string();
    assert!(error.starts_with("“2026-13” is not a period. Write a month as 2026-10,"), "{error}");
}

#[test]
fn the_period_before_is_of_the_same_kind() {
    let today = day("2026-11-22");
    for (text, before, first, last) in [
        ("2026-01", "2025-12", "2025-12-01", "2025-12-31"),
        ("2026-Q1", "2025-Q4", "2025-10-01", "2025-12-31"),
        ("2026-H1", "2025-H2", "2025-07-01", "2025-12-31"),
        ("2026", "2025", "2025-01-01", "2025-12-31"),
        ("2026-W01", "2025-W52", "2025-12-22", "2025-12-28"),
        ("2026-YTD", "2025-YTD", "2025-01-01", "2025-11-22"),
        ("2025-YTD", "2024-YTD", "2024-01-01", "2024-12-31"),
        ("0001", "0001", "0001-01-01", "0001-12-31"),
    ] {
        assert_eq!(period(text).previous(), period(before), "{text}");
        assert_eq!(period(text).previous_bounds(today), (day(first), day(last)), "{text}");
    }
    assert_eq!(period("2028-YTD").previous_bounds(day("2028-02-29")).1, day("2027-02-28"));
}

#[test]
fn the_month_before_a_day_has_ended_and_the_month_of_the_day_has_not() {
    let today = day("2026-01-01");
    assert_eq!(Period::month_before(today), period("2025-12"));
    assert!(Period::month_before(today).has_ended(today));
    assert!(!Period::containing(PeriodKind::Month, today).has_ended(today));
    assert!(!period("2026-01").has_ended(day("2026-01-31")));
    assert!(!period("2026-YTD").has_ended(today));
    assert!(period("2025-YTD").has_ended(today));
}

#[test]
fn labels_read_as_people_write_them() {
    for (text, en, zh, ms) in [
        ("2026-10", "October 2026", "2026年10月", "Oktober 2026"),
        ("2026-Q3", "Q3 2026", "2026年第三季度", "suku ketiga 2026"),
        ("2026-H1", "H1 2026", "2026年上半年", "separuh pertama 2026"),
        ("2026-H2", "H2 2026", "2026年下半年", "separuh kedua 2026"),
        ("2026", "2026", "2026年", "2026"),
        ("2026-W47", "week 47, 2026", "2026年第47周", "minggu 47, 2026"),
        ("2026-YTD", "2026 to date", "2026年初至今", "2026 hingga kini"),
    ] {
        assert_eq!(period(text).label(Language::En), en);
        assert_eq!(period(text).label(Language::Zh), zh);
        assert_eq!(period(text).label(Language::Ms), ms);
    }
    assert_eq!(day_label(day("2026-03-05"), Language::En), "5 March 2026");
    assert_eq!(day_label(day("2026-03-05"), Language::Zh), "2026年3月5日");
    assert_eq!(day_label(day("2026-03-05"), Language::Ms), "5 Mac 2026");
}

#[test]
fn json_holds_the_text_form() {
    assert_eq!(serde_json::to_string(&period("2026-Q3")).unwrap(), "\"2026-Q3\"");
    assert_eq!(serde_json::from_str::<Period>("\"2026-Q3\"").unwrap(), period("2026-Q3"));
    assert!(serde_json::from_str::<Period>("\"Q3\"").is_err());
}

fn any_kind() -> impl Strategy<Value = PeriodKind> {
    prop_oneof![
        Just(PeriodKind::Month),
        Just(PeriodKind::Quarter),
        Just(PeriodKind::Half),
        Just(PeriodKind::Year),
        Just(PeriodKind::Week),
        Just(PeriodKind::YearToDate),
    ]
}

proptest! {
    #[test]
    fn every_period_reads_back_from_its_text(kind in any_kind(), days in 400_i64..3_600_000) {
        let date = NaiveDate::from_ymd_opt(1, 1, 1).unwrap() + chrono::Duration::days(days);
        let period = Period::containing(kind, date);
        prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
    }

    #[test]
    fn a_period_holds_its_day_and_touches_the_one_before(kind in any_kind(), days in 800_i64..3_600_000) {
        let date = NaiveDate::from_ymd_opt(1, 1, 1).unwrap() + chrono::Duration::days(days);
        let period = Period::containing(kind, date);
        let (first, last) = period.bounds(date);
        prop_assert!(first <= date && date <= last);
        prop_assert_eq!(period.previous().calendar_end().succ_opt().unwrap(), first);
    }
}

#[test]
fn a_month_is_named_whole_or_in_short_and_a_person_is_no_month() {
    let months = ["january", "jan", "may", "sep", "sept", "september", "december"].map(english_month);
    assert_eq!(months, [1, 1, 5, 9, 9, 9, 12].map(Some));
    for other in ["marc", "augus", "janu", "", "ma", "mayo", "decem", "sepp", "märz"] {
        assert_eq!(english_month(other), None, "{other}");
    }
}
