//! Periods and days in people's languages.

use chrono::{Datelike, NaiveDate};

use super::{Period, PeriodKind};
use crate::language::Language;

/// The months in English.
pub const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MALAY_MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Mac",
    "April",
    "Mei",
    "Jun",
    "Julai",
    "Ogos",
    "September",
    "Oktober",
    "November",
    "Disember",
];

/// The month, 1 to 12, that an English word in lower case names: whole, by three letters, or `sept`. More would take a name for one: Marc.
#[must_use]
pub fn english_month(word: &str) -> Option<u32> {
    let short = if word == "sept" { "sep" } else { word };
    let names = |month: &str| month.eq_ignore_ascii_case(word) || month[..3].eq_ignore_ascii_case(short);
    (1..).zip(&ENGLISH_MONTHS).find(|(_, month)| names(month)).map(|(number, _)| number)
}
const CHINESE_NUMERALS: [&str; 4] = ["一", "二", "三", "四"];
const MALAY_ORDINALS: [&str; 4] = ["pertama", "kedua", "ketiga", "keempat"];

/// A day as it stands in a document: `31 October 2026`, `2026年10月31日`, `31 Oktober 2026`.
#[must_use]
pub fn day_label(day: NaiveDate, language: Language) -> String {
    let (year, month, of_month) = (day.year(), day.month(), day.day());
    match language {
        Language::En => format!("{of_month} {} {year}", of_twelve(&ENGLISH_MONTHS, day)),
        Language::Zh => format!("{year}年{month}月{of_month}日"),
        Language::Ms => format!("{of_month} {} {year}", of_twelve(&MALAY_MONTHS, day)),
    }
}

pub(super) fn period_label(period: Period, language: Language) -> String {
    match language {
        Language::En => english(period),
        Language::Zh => chinese(period),
        Language::Ms => malay(period),
    }
}

fn english(period: Period) -> String {
    let (year, number) = (period.year_number(), period.number());
    match period.kind {
        PeriodKind::Month => format!("{} {year}", of_twelve(&ENGLISH_MONTHS, period.first)),
        PeriodKind::Quarter => format!("Q{number} {year}"),
        PeriodKind::Half => format!("H{number} {year}"),
        PeriodKind::Year => year.to_string(),
        PeriodKind::Week => format!("week {number}, {year}"),
        PeriodKind::YearToDate => format!("{year} to date"),
    }
}

fn chinese(period: Period) -> String {
    let (year, number) = (period.year_number(), period.number());
    match period.kind {
        PeriodKind::Month => format!("{year}年{number}月"),
        PeriodKind::Quarter => format!("{year}年第{}季度", of_four(&CHINESE_NUMERALS, number)),
        PeriodKind::Half => format!("{year}年{}半年", if number == 1 { "上" } else { "下" }),
        PeriodKind::Year => format!("{year}年"),
        PeriodKind::Week => format!("{year}年第{number}周"),
        PeriodKind::YearToDate => format!("{year}年初至今"),
    }
}

fn malay(period: Period) -> String {
    let (year, number) = (period.year_number(), period.number());
    match period.kind {
        PeriodKind::Month => format!("{} {year}", of_twelve(&MALAY_MONTHS, period.first)),
        PeriodKind::Quarter => format!("suku {} {year}", of_four(&MALAY_ORDINALS, number)),
        PeriodKind::Half => format!("separuh {} {year}", of_four(&MALAY_ORDINALS, number)),
        PeriodKind::Year => year.to_string(),
        PeriodKind::Week => format!("minggu {number}, {year}"),
        PeriodKind::YearToDate => format!("{year} hingga kini"),
    }
}

fn of_twelve(names: &[&'static str; 12], day: NaiveDate) -> &'static str {
    names.iter().zip(1..).find_map(|(name, month)| (month == day.month()).then_some(*name)).unwrap_or_default()
}

fn of_four(names: &[&'static str; 4], number: u32) -> &'static str {
    names.iter().zip(1..).find_map(|(name, place)| (place == number).then_some(*name)).unwrap_or_default()
}
