use chrono::{Datelike, Days, Months, NaiveDate};

use super::{Meeting, Which, at, between, by_day, date, day_of_month, week, weekday};
use crate::schedule::words::{PARTS_OF_DAY, Rest, Time};

pub(super) fn read(text: &str, today: NaiveDate) -> Meeting {
    let mut meeting = Meeting::default();
    let mut from = 0;
    while let Some(c) = text[from..].chars().next() {
        let mut rest = Rest(&text[from..]);
        let mut read = false;
        if let Some(days) = days(&mut rest, today).filter(|_| meeting.days.is_none()) {
            meeting.days = Some(days);
            read = true;
        } else if let Some(minutes) = duration(&mut rest).filter(|_| meeting.minutes.is_none()) {
            meeting.minutes = Some(minutes);
            read = true;
        } else if let Some((start, end)) = hours(&mut rest).filter(|_| meeting.time.is_none()) {
            let (start, end) = by_day(&text[from..text.len() - rest.0.len()], None, start, end);
            meeting.time = at(start);
            meeting.minutes = between(start, end).or(meeting.minutes);
            read = true;
        } else if rest.any(&PARTS_OF_DAY) {
            // 明天下午: said, but no time.
            read = true;
        }
        let end = text.len() - rest.0.len();
        if read && end > from {
            meeting.said.push(from..end);
            from = end;
        } else {
            // The end of a number is no number.
            let numeral = |c: &char| c.is_ascii_digit() || "零一二两三四五六七八九十".contains(*c);
            let run: usize = text[from..].chars().take_while(numeral).map(char::len_utf8).sum();
            from += run.max(c.len_utf8());
        }
    }
    meeting
}

/// Reads, or leaves the text as it was.
fn attempt<T>(rest: &mut Rest<'_>, read: impl FnOnce(&mut Rest<'_>) -> Option<T>) -> Option<T> {
    let before = rest.0;
    let found = read(rest);
    if found.is_none() {
        rest.0 = before;
    }
    found
}

fn days(rest: &mut Rest<'_>, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let one = |day: NaiveDate| Some((day, day));
    // 明早 and 明晚 leave what they say of the day to the reading of the time.
    for (word, later) in [("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("今天", 0), ("今日", 0)] {
        if rest.take(word) {
            return one(today + Days::new(later));
        }
    }
    for (word, part, later) in [("明早", "早", 1), ("明晚", "晚", 1), ("今早", "早", 0), ("今晚", "晚", 0)]
    {
        if rest.0.starts_with(word) {
            rest.take(&word[..word.len() - part.len()]);
            return one(today + Days::new(later));
        }
    }
    attempt(rest, |rest| {
        let next = rest.any(&["下个", "下一", "下"]);
        let this = !next && rest.any(&["本", "这个", "这", "这一"]);
        if !rest.any(&["周", "星期", "礼拜", "週"]) {
            return None;
        }
        match "一二三四五六日天".chars().position(|day| rest.take(&day.to_string())) {
            Some(day) => {
                let which = match (next, this) {
                    (true, _) => Which::NextWeek,
                    (false, true) => Which::This,
                    (false, false) => Which::Coming,
                };
                one(weekday(today, u32::try_from(day.min(6)).ok()?, which))
            }
            None => (next || this).then(|| week(today, u64::from(next))),
        }
    })
    .or_else(|| {
        attempt(rest, |rest| {
            let year = attempt(rest, |rest| {
                let year = rest.number()?;
                (rest.take("年") && year > 1990).then_some(year)
            });
            let month = rest.number()?;
            if !rest.take("月") {
                return None;
            }
            let day = rest.number()?;
            if !rest.any(&["日", "号", "號"]) {
                return None;
            }
            date(today, year.and_then(|year| i32::try_from(year).ok()), month, day).and_then(one)
        })
    })
    .or_else(|| {
        attempt(rest, |rest| {
            let next_month = rest.any(&["下个月", "下月"]);
            let day = rest.number()?;
            // 3号会议室 is a room.
            let room = |rest: &Rest<'_>| rest.0.starts_with(['会', '楼', '线', '厅', '门', '馆', '店', '仓', '机']);
            if !rest.any(&["号", "號"]) || room(rest) {
                return None;
            }
            let first = if next_month { today.with_day(1)?.checked_add_months(Months::new(1))? } else { today };
            day_of_month(first, day).and_then(one)
        })
    })
}

/// 半小时, 一个半小时, 两小时, 45分钟.
fn duration(rest: &mut Rest<'_>) -> Option<u32> {
    attempt(rest, |rest| {
        if rest.any(&["半个小时", "半小时", "半个钟"]) {
            return Some(30);
        }
        let number = rest.number().filter(|number| (1..=24 * 60).contains(number))?;
        if rest.any(&["分钟", "分鐘"]) {
            return Some(number);
        }
        rest.take("个");
        let half = rest.take("半");
        if !rest.any(&["小时", "小時", "钟头"]) {
            return None;
        }
        let more = attempt(rest, |rest| {
            let more = rest.number().filter(|more| (1..60).contains(more))?;
            rest.any(&["分钟", "分鐘"]).then_some(more)
        });
        Some(number * 60 + if half { 30 } else { more.unwrap_or(0) })
    })
}

/// 下午三点, 15:00到16:30.
fn hours(rest: &mut Rest<'_>) -> Option<(Time, Option<Time>)> {
    // A part of the day alone is no time.
    if PARTS_OF_DAY
        .iter()
        .any(|part| rest.0.strip_prefix(part).is_some_and(|after| Rest(after).time().is_none() || named(after)))
    {
        return None;
    }
    let first = rest.0.chars().next()?;
    let begins = first.is_ascii_digit() || "零一二两三四五六七八九十早上中下晚傍清凌".contains(first);
    let late = rest.0.starts_with("晚");
    if !begins {
        return None;
    }
    let start = attempt(rest, |rest| {
        // 明晚八点.
        if late && !rest.0.starts_with("晚上") {
            rest.take("晚");
            return rest.time().map(|(hour, minute)| (if hour < 12 { hour + 12 } else { hour }, minute));
        }
        rest.any(&["早"]);
        rest.time()
    })?;
    let end = attempt(rest, |rest| {
        if !rest.any(&["到", "至", "-", "–", "~"]) {
            return None;
        }
        let end = rest.time()?;
        Some(if end.0 < start.0 && end.0 < 12 { (end.0 + 12, end.1) } else { end })
    });
    Some((start, end))
}

/// Whether a text begins with a part of the day itself.
fn named(text: &str) -> bool {
    PARTS_OF_DAY.iter().any(|part| text.starts_with(part))
}
