//! What a calendar says, as lists for the person.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use mezzofy_domain::language::Language;
use mezzofy_domain::meeting::slots::WORKING_HOURS;
use mezzofy_domain::meeting::{Moment, day_label};
use mezzofy_microsoft::calendar::Event;

/// What stands in a calendar, day by day.
pub(super) fn agenda(events: &[Event], days: Moment, zone: Tz, language: Language) -> String {
    let chinese = language == Language::Zh;
    let when = days.label(language);
    if events.is_empty() {
        return if chinese {
            format!("{when}您的日历上没有日程。")
        } else {
            format!("Nothing is in your calendar: {when}.")
        };
    }
    let count = events.len();
    let mut lines = vec![match (chinese, count) {
        (true, _) => format!("您的日历，{when}，共{count}项："),
        (false, 1) => format!("Your calendar, {when}: 1 event."),
        (false, _) => format!("Your calendar, {when}: {count} events."),
    }];
    let mut day = None;
    for event in events {
        let (start, end) = (event.start.with_timezone(&zone), event.end.with_timezone(&zone));
        if day != Some(start.date_naive()) {
            day = Some(start.date_naive());
            lines.push(format!("\n**{}**\n", day_label(start.date_naive(), language)));
        }
        let time = match (event.all_day, chinese) {
            (true, true) => "全天".to_owned(),
            (true, false) => "All day".to_owned(),
            (false, _) => format!("{}–{}", start.format("%H:%M"), end.format("%H:%M")),
        };
        let mut notes = Vec::new();
        if !event.organizer.is_empty() {
            notes.push(plain(&event.organizer));
        }
        if event.attendees > 0 {
            let invited = event.attendees;
            notes.push(if chinese { format!("受邀{invited}人") } else { format!("{invited} invited") });
        }
        if event.online {
            notes.push("Teams".to_owned());
        }
        let title = if event.subject.trim().is_empty() { "–".to_owned() } else { plain(&event.subject) };
        let (open, close, comma) = if chinese { ("（", "）", "，") } else { (" (", ")", ", ") };
        lines.push(format!("- {time} {title}{open}{}{close}", notes.join(comma)));
    }
    lines.join("\n")
}

/// A text of somebody else as one line in which nothing is markup.
fn plain(text: &str) -> String {
    let mut line = String::new();
    for c in text.trim().chars() {
        if c.is_control() {
            line.push(' ');
            continue;
        }
        if "\\`*_[]<>|#~!".contains(c) {
            line.push('\\');
        }
        line.push(c);
    }
    line
}

/// Times at which everybody is free, as a list with what one may say to have the first one made.
pub(super) fn offer(
    slots: &[NaiveDateTime],
    days: Moment,
    lasts: TimeDelta,
    unknown: &[&str],
    others: &[String],
    language: Language,
) -> String {
    let (chinese, several) = (language == Language::Zh, !others.is_empty());
    let (when, minutes) = (days.label(language), lasts.num_minutes());
    let mut lines = Vec::new();
    if slots.is_empty() {
        lines.push(if chinese {
            format!(
                "{when}的工作时间（{}:00–{}:00）内没有{minutes}分钟的共同空闲时间。",
                WORKING_HOURS.start, WORKING_HOURS.end
            )
        } else {
            format!(
                "No {minutes} minutes within working hours ({}:00 to {}:00) are free: {when}.",
                WORKING_HOURS.start, WORKING_HOURS.end
            )
        });
    } else {
        lines.push(match (chinese, several, unknown.is_empty()) {
            (true, true, true) => format!("大家都有空的时间（{minutes}分钟）："),
            (true, true, false) => format!("就我所能看到的，有空的时间（{minutes}分钟）："),
            (true, false, _) => format!("您有空的时间（{minutes}分钟）："),
            (false, true, true) => format!("Everybody is free for {minutes} minutes at:"),
            (false, true, false) => format!("As far as I can see, these {minutes} minutes are free:"),
            (false, false, _) => format!("You are free for {minutes} minutes at:"),
        });
        lines.push(String::new());
        lines.extend(slots.iter().map(|at| {
            let end = *at + lasts;
            let day = short_day(at.date(), language);
            format!("- {day} {}–{}", at.format("%H:%M"), end.format("%H:%M"))
        }));
    }
    if !unknown.is_empty() {
        let unknown = unknown.join(if chinese { "、" } else { ", " });
        lines.push(String::new());
        lines.push(if chinese {
            format!("无法查看以下日历：{unknown}。")
        } else {
            format!("I can't see the calendar of {unknown}.")
        });
    }
    if let Some(first) = slots.first() {
        lines.push(String::new());
        lines.push(example(*first, minutes, others, chinese));
    }
    lines.join("\n")
}

/// What one may say to have the first one made.
fn example(at: NaiveDateTime, minutes: i64, others: &[String], chinese: bool) -> String {
    let names = others.join(if chinese { "和" } else { " and " });
    match (chinese, others.is_empty()) {
        (true, false) => {
            format!("如需创建日程，可以说：“{}和{names}开会{minutes}分钟”。", at.format("%-m月%-d日%H:%M"))
        }
        (true, true) => format!("如需创建日程，可以说：“{}在日历上预留{minutes}分钟”。", at.format("%-m月%-d日%H:%M")),
        (false, false) => format!(
            "To make the event, say for example “Schedule a meeting with {names} on {} for {minutes} minutes”.",
            at.format("%-d %B at %H:%M")
        ),
        (false, true) => {
            format!("To make the event, say for example “Block {minutes} minutes on {}”.", at.format("%-d %B at %H:%M"))
        }
    }
}

/// `Mon 30 Nov`, `11月30日（周一）`.
fn short_day(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Zh => day_label(day, language).split_once('年').map_or_else(String::new, |(_, rest)| rest.to_owned()),
        Language::En | Language::Ms => day.format("%a %-d %b").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_from_outside_is_no_markup() {
        assert_eq!(plain("[Click](http://x) *now*\nplease"), "\\[Click\\](http://x) \\*now\\* please");
    }

    #[test]
    fn where_a_calendar_can_not_be_seen_nobody_is_said_to_be_free() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
        let (days, at) = (Moment { first: day, last: day, time: None }, day.and_hms_opt(9, 0, 0).unwrap());
        let others = ["jane@abc.example".to_owned()];
        let said = |unknown: &[&str]| offer(&[at], days, TimeDelta::minutes(60), unknown, &others, Language::En);
        assert!(said(&[]).starts_with("Everybody is free"));
        let said = said(&["jane@abc.example"]);
        assert!(said.starts_with("As far as I can see") && said.contains("I can't see the calendar of jane"), "{said}");
    }
}
