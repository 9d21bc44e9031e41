use chrono::NaiveDate;

use super::*;

/// Saturday, 28 November 2026.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 28).unwrap()
}

fn said(text: &str) -> String {
    let meeting = read(text, today());
    let when = meeting.moment().map_or_else(|| "-".to_owned(), |moment| moment.to_string());
    let minutes = meeting.minutes.map_or_else(|| "-".to_owned(), |minutes| minutes.to_string());
    format!("{when} {minutes} {}", meeting.topic.as_deref().unwrap_or("-"))
}

fn assert_read(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter(|(text, wanted)| said(text) != *wanted)
        .map(|(text, wanted)| format!("{text}: {}, not {wanted}", said(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn english_says_when_how_long_and_what_about() {
    assert_read(&[
        ("Schedule a meeting with the CEO tomorrow at 3pm", "2026-11-29T15:00 - -"),
        ("Book a 30-minute call with Grace Lim on Friday at 10:30", "2026-12-04T10:30 30 -"),
        (
            "Set up a meeting next Tuesday 14:00-15:30 about the October figures",
            "2026-12-01T14:00 90 the October figures",
        ),
        (
            "meeting on 2 December at 9am for an hour and a half to discuss the Q4 budget",
            "2026-12-02T09:00 90 the Q4 budget",
        ),
        ("Dec 2nd from 3 to 4pm", "2026-12-02T15:00 60 -"),
        ("tomorrow 3-4pm", "2026-11-29T15:00 60 -"),
        ("the 2nd of January at noon", "2027-01-02T12:00 - -"),
        ("at 3 on Monday", "2026-11-30T15:00 - -"),
        ("at 3.30pm tomorrow", "2026-11-29T15:30 - -"),
        ("tomorrow at 10.15 for 1 hour 30 minutes", "2026-11-29T10:15 90 -"),
        ("tomorrow evening at 7", "2026-11-29T19:00 - -"),
        ("tonight at 8", "2026-11-28T20:00 - -"),
        ("tomorrow morning at 6", "2026-11-29T06:00 - -"),
        ("on the 15th at 3pm", "2026-12-15T15:00 - -"),
        ("this Saturday at 11am", "2026-11-28T11:00 - -"),
        ("Sun at 3pm for 0.5 hours", "2026-11-29T15:00 30 -"),
        ("at 3pm", "- - -"),
        ("2/12 at 3pm", "- - -"),
        ("Monday at 9 in the morning", "2026-11-30T09:00 - -"),
        ("06:30 tomorrow", "2026-11-29T06:30 - -"),
        ("Wednesday 2 December 2026 at 4 pm", "2026-12-02T16:00 - -"),
        ("2026-12-02 at 16:00 for 1.5 hours", "2026-12-02T16:00 90 -"),
        ("the day after tomorrow at 11 for half an hour", "2026-11-30T11:00 30 -"),
        ("What's on my calendar this week?", "2026-11-23/2026-11-29 - -"),
        ("Find a free hour with Alice next week", "2026-11-30/2026-12-06 - -"),
        ("Show my meetings today", "2026-11-28 - -"),
        ("tomorrow afternoon", "2026-11-29 - -"),
        ("call about pricing with jane@abc.example tomorrow at 2pm", "2026-11-29T14:00 - pricing"),
        ("Meeting titled “Launch plan” on Monday at 10", "2026-11-30T10:00 - Launch plan"),
        ("Block eight hours on Monday at 9am", "2026-11-30T09:00 480 -"),
        ("Discuss nothing", "- - -"),
        ("Send the October statement to the CEO", "- - -"),
    ]);
}

#[test]
fn chinese_says_when_how_long_and_what_about() {
    assert_read(&[
        ("明天下午三点和CEO开会半小时，讨论十月报表", "2026-11-29T15:00 30 十月报表"),
        ("下周二上午10点半跟销售经理开会一个小时", "2026-12-01T10:30 60 -"),
        ("安排12月2日14:00到15:30的会议，主题是第四季度预算", "2026-12-02T14:00 90 第四季度预算"),
        ("周三三点开会", "2026-12-02T15:00 - -"),
        ("后天早上九点安排一个关于新产品的会议", "2026-11-30T09:00 - 新产品"),
        ("我这周有哪些会议", "2026-11-23/2026-11-29 - -"),
        ("下周找一个半小时大家都有空的时间", "2026-11-30/2026-12-06 90 -"),
        ("明晚八点", "2026-11-29T20:00 - -"),
        ("明天下午三点一刻开会1小时30分钟", "2026-11-29T15:15 90 -"),
        ("明天凌晨三点", "2026-11-29T03:00 - -"),
        ("下个月5号上午九点", "2026-12-05T09:00 - -"),
        ("预订3号会议室，明天下午三点", "2026-11-29T15:00 - -"),
        ("本周六上午十一点", "2026-11-28T11:00 - -"),
        ("今天的日程", "2026-11-28 - -"),
        ("明天下午", "2026-11-29 - -"),
        ("3号上午十点", "2026-12-03T10:00 - -"),
        ("把十月的报表发给CEO", "- - -"),
    ]);
}

#[test]
fn numbers_of_any_size_are_no_time() {
    for number in ["999999999", "4294967295", "99999999999999999999"] {
        for text in [
            format!("{number} hours"),
            format!("for {number} minutes at {number}pm on {number} December {number}"),
            format!("{number}个小时，{number}月{number}日{number}点{number}分到{number}点"),
            format!("{number}年{number}月{number}日{number}号{number}分钟"),
        ] {
            let meeting = read(&text, today());
            assert_eq!((meeting.days, meeting.time, meeting.minutes), (None, None, None), "{text}");
        }
    }
}

#[test]
fn a_moment_is_read_as_it_is_written() {
    for text in ["2026-12-02T15:00", "2026-12-02", "2026-11-30/2026-12-06"] {
        assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
    }
    for text in ["", "tomorrow", "+262142-12-31", "2026-13-02", "2026-12-02T25:00", "2026-12-06/2026-11-30"] {
        assert!(text.parse::<Moment>().is_err(), "{text}");
    }
    let at: Moment = "2026-12-02T15:00".parse().unwrap();
    assert_eq!(at.label(Language::En), "Wednesday 2 December 2026, 15:00");
    assert_eq!(at.label(Language::Zh), "2026年12月2日（周三）15:00");
}
