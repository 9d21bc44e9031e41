//! Rules as people say them. What no short sentence fits is said as the cron itself.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::ScheduleRule;
use super::wall::{Wall, minute_of_day};
use crate::language::Language;
use crate::period::day_label;

const DAY: i64 = 24 * 60;
const ENGLISH_DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const CHINESE_DAYS: [&str; 7] = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
const MALAY_DAYS: [&str; 7] = ["Ahad", "Isnin", "Selasa", "Rabu", "Khamis", "Jumaat", "Sabtu"];
/// Zones whose place has a name of its own in Chinese or Malay.
const PLACES: [(&str, &str, &str); 12] = [
    ("Asia/Singapore", "新加坡", "Singapura"),
    ("Asia/Kuala_Lumpur", "吉隆坡", "Kuala Lumpur"),
    ("Asia/Shanghai", "北京", "Shanghai"),
    ("Asia/Hong_Kong", "香港", "Hong Kong"),
    ("Asia/Taipei", "台北", "Taipei"),
    ("Asia/Jakarta", "雅加达", "Jakarta"),
    ("Asia/Bangkok", "曼谷", "Bangkok"),
    ("Asia/Tokyo", "东京", "Tokyo"),
    ("Australia/Sydney", "悉尼", "Sydney"),
    ("Europe/London", "伦敦", "London"),
    ("America/New_York", "纽约", "New York"),
    ("America/Los_Angeles", "洛杉矶", "Los Angeles"),
];

/// The days of a cron that have a short name.
enum Days {
    All,
    Workdays,
    Weekdays(Vec<usize>),
    OfMonth(Vec<u32>),
    LastOfMonth,
    /// A day of the year 2000.
    OfYear(NaiveDate),
}

/// The times of a day that have a short name. Steps are in minutes.
enum Times {
    Few(Vec<NaiveTime>),
    Round { step: i64, from: NaiveTime },
    Within { step: i64, from: NaiveTime, to: NaiveTime },
}

pub(super) fn rule(rule: &ScheduleRule, language: Language, here: Tz) -> String {
    match rule {
        ScheduleRule::Cron { cron, zone } => {
            let said = Wall::read(cron, zone)
                .ok()
                .and_then(|wall| Some(sentence(&days(&wall)?, &times(&wall.times)?, language)));
            said.unwrap_or_else(|| match language {
                Language::En => format!("by the cron expression {cron}"),
                Language::Zh => format!("按 cron 表达式 {cron}"),
                Language::Ms => format!("mengikut ungkapan cron {cron}"),
            })
        }
        ScheduleRule::Interval { minutes, .. } => every(i64::from(*minutes), language),
        ScheduleRule::Once { at } => once(*at, language, here),
    }
}

pub(super) fn zone(name: &str, language: Language) -> String {
    let last = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
    let known = PLACES.iter().find(|(zone, ..)| *zone == name);
    match (language, known) {
        (Language::En, _) => format!("{last} time"),
        (Language::Zh, Some((_, place, _))) => format!("{place}时间"),
        (Language::Zh, None) => format!("{name} 时间"),
        (Language::Ms, Some((_, _, place))) => format!("waktu {place}"),
        (Language::Ms, None) => format!("waktu {last}"),
    }
}

fn once(at: DateTime<Utc>, language: Language, here: Tz) -> String {
    let local = at.with_timezone(&here);
    let (day, time) = (day_label(local.date_naive(), language), clock(local.time()));
    match language {
        Language::En => format!("on {day} at {time}"),
        Language::Zh => format!("{day} {time}"),
        Language::Ms => format!("pada {day}, {time}"),
    }
}

fn days(wall: &Wall) -> Option<Days> {
    let pattern = &wall.pattern;
    let all_months = pattern.months.values().len() == 12;
    match (pattern.is_dom_wildcard(), pattern.is_dow_wildcard()) {
        (true, true) => all_months.then_some(Days::All),
        (true, false) if all_months && !pattern.days_of_week.has_modifiers() => {
            // Monday first, as people count the days of a week.
            let mut chosen: Vec<usize> = pattern.days_of_week.values().into_iter().map(usize::from).collect();
            chosen.sort_by_key(|day| (day + 6) % 7);
            match chosen.as_slice() {
                [] => None,
                [1, 2, 3, 4, 5] => Some(Days::Workdays),
                all if all.len() == 7 => Some(Days::All),
                _ => Some(Days::Weekdays(chosen)),
            }
        }
        (false, true) => {
            let chosen: Vec<u32> = pattern.days.values().into_iter().map(u32::from).collect();
            let last = pattern.as_str().split_whitespace().nth(2) == Some("L");
            match (chosen.as_slice(), pattern.months.values().as_slice()) {
                _ if last => all_months.then_some(Days::LastOfMonth),
                _ if pattern.days.has_modifiers() => None,
                (&[day], &[month]) => NaiveDate::from_ymd_opt(2000, month.into(), day).map(Days::OfYear),
                ([_, ..], _) if all_months && chosen.len() <= 5 => Some(Days::OfMonth(chosen)),
                _ => None,
            }
        }
        (true | false, false) => None,
    }
}

fn times(times: &[NaiveTime]) -> Option<Times> {
    let (&from, &to) = (times.first()?, times.last()?);
    if times.len() <= 3 {
        return Some(Times::Few(times.to_vec()));
    }
    let mut steps = times.windows(2).filter_map(|pair| match pair {
        [one, next] => Some((*next - *one).num_minutes()),
        _ => None,
    });
    let step = steps.next()?;
    if steps.any(|other| other != step) {
        return None;
    }
    let is_round = minute_of_day(from) + DAY - minute_of_day(to) == step;
    Some(if is_round { Times::Round { step, from } } else { Times::Within { step, from, to } })
}

fn sentence(days: &Days, times: &Times, language: Language) -> String {
    let step = |step: &i64| every(*step, language);
    match (language, times) {
        (_, Times::Round { step: minutes, from }) => {
            let pace = match (language, minute_of_day(*from)) {
                (_, 0) => step(minutes),
                (Language::En, _) => format!("{} from {}", step(minutes), clock(*from)),
                (Language::Zh, _) => format!("{} 起{}", clock(*from), step(minutes)),
                (Language::Ms, _) => format!("{} dari {}", step(minutes), clock(*from)),
            };
            match (language, days) {
                (_, Days::All) => pace,
                (Language::Zh, _) => format!("{} {pace}", of_days(days, language)),
                (Language::En | Language::Ms, _) => format!("{}, {pace}", of_days(days, language)),
            }
        }
        (Language::En, Times::Few(few)) => format!("{} at {}", of_days(days, language), list(clocks(few), language)),
        (Language::Zh, Times::Few(few)) => format!("{} {}", of_days(days, language), list(clocks(few), language)),
        (Language::Ms, Times::Few(few)) => {
            // “pada 1 haribulan pada 08:00” would say “on” twice.
            let at = if matches!(days, Days::All | Days::Workdays | Days::Weekdays(_)) { " pada" } else { "," };
            format!("{}{at} {}", of_days(days, language), list(clocks(few), language))
        }
        (Language::En, Times::Within { step: minutes, from, to }) => {
            format!("{}, {} from {} to {}", of_days(days, language), step(minutes), clock(*from), clock(*to))
        }
        (Language::Zh, Times::Within { step: minutes, from, to }) => {
            format!("{} {} 至 {} {}", of_days(days, language), clock(*from), clock(*to), step(minutes))
        }
        (Language::Ms, Times::Within { step: minutes, from, to }) => {
            format!("{}, {} dari {} hingga {}", of_days(days, language), step(minutes), clock(*from), clock(*to))
        }
    }
}

fn of_days(days: &Days, language: Language) -> String {
    match (language, days) {
        (Language::En, Days::All) => "every day".to_owned(),
        (Language::En, Days::Workdays) => "every weekday".to_owned(),
        (Language::En, Days::Weekdays(chosen)) => format!("every {}", list(names(chosen, &ENGLISH_DAYS), language)),
        (Language::En, Days::OfMonth(chosen)) => {
            format!("on the {} of each month", list(chosen.iter().map(|day| ordinal(*day)).collect(), language))
        }
        (Language::En, Days::LastOfMonth) => "on the last day of each month".to_owned(),
        (Language::En, Days::OfYear(day)) => format!("on {} each year", without_year(*day, language)),
        (Language::Zh, Days::All) => "每天".to_owned(),
        (Language::Zh, Days::Workdays) => "工作日".to_owned(),
        (Language::Zh, Days::Weekdays(chosen)) => format!("每{}", list(names(chosen, &CHINESE_DAYS), language)),
        (Language::Zh, Days::OfMonth(chosen)) => {
            format!("每月{}", list(chosen.iter().map(|day| format!("{day}日")).collect(), language))
        }
        (Language::Zh, Days::LastOfMonth) => "每月最后一天".to_owned(),
        (Language::Zh, Days::OfYear(day)) => format!("每年{}", without_year(*day, language)),
        (Language::Ms, Days::All) => "setiap hari".to_owned(),
        (Language::Ms, Days::Workdays) => "setiap hari bekerja".to_owned(),
        (Language::Ms, Days::Weekdays(chosen)) => format!("setiap {}", list(names(chosen, &MALAY_DAYS), language)),
        (Language::Ms, Days::OfMonth(chosen)) => {
            format!("pada {} haribulan setiap bulan", list(chosen.iter().map(u32::to_string).collect(), language))
        }
        (Language::Ms, Days::LastOfMonth) => "pada hari terakhir setiap bulan".to_owned(),
        (Language::Ms, Days::OfYear(day)) => format!("pada {} setiap tahun", without_year(*day, language)),
    }
}

/// A step of so many minutes, in days or hours where it has no rest. A day is said as 24 hours: what is at the same time of
/// each day is another rule.
fn every(minutes: i64, language: Language) -> String {
    let (count, en, zh, ms) = match minutes {
        whole if whole > DAY && whole % DAY == 0 => (whole / DAY, "day", "天", "hari"),
        whole if whole % 60 == 0 => (whole / 60, "hour", "小时", "jam"),
        rest => (rest, "minute", "分钟", "minit"),
    };
    match (language, count) {
        (Language::En, 1) => format!("every {en}"),
        (Language::En, _) => format!("every {count} {en}s"),
        (Language::Zh, 1) => format!("每{zh}"),
        (Language::Zh, _) => format!("每{count}{zh}"),
        (Language::Ms, 1) => format!("setiap {ms}"),
        (Language::Ms, _) => format!("setiap {count} {ms}"),
    }
}

fn without_year(day: NaiveDate, language: Language) -> String {
    day_label(day, language).trim_start_matches("2000年").trim_end_matches(" 2000").to_owned()
}

fn clock(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn clocks(times: &[NaiveTime]) -> Vec<String> {
    times.iter().map(|time| clock(*time)).collect()
}

fn names(chosen: &[usize], names: &[&str; 7]) -> Vec<String> {
    chosen.iter().filter_map(|day| names.get(*day)).map(|name| (*name).to_owned()).collect()
}

fn list(mut items: Vec<String>, language: Language) -> String {
    let and = match language {
        Language::Zh => return items.join("、"),
        Language::En => "and",
        Language::Ms => "dan",
    };
    let last = items.pop().unwrap_or_default();
    if items.is_empty() { last } else { format!("{} {and} {last}", items.join(", ")) }
}

fn ordinal(day: u32) -> String {
    let ending = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}
