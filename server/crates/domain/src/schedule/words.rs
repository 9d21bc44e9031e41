//! Reads "every Monday at 9 send me the KPI report" and 每周一早上九点给我发关键指标报告: when, and what is asked each time. What only speaks of
//! every month ("revenue of every month", 每月的收入) is no such request.

use std::ops::Range;

/// A request that is to be made again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurring {
    /// When, as a cron of five fields.
    pub cron: String,
    /// The request without its times.
    pub request: String,
}

/// The hour that holds when none is said.
const DEFAULT_HOUR: u32 = 9;
pub(crate) const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// Reads the times out of a text; `None` when it is to be done once.
#[must_use]
pub fn read(text: &str) -> Option<Recurring> {
    let (cron, mut said) = english(text).or_else(|| chinese(text))?;
    said.sort_by_key(|range| range.start);
    let edge = |c: char| c.is_whitespace() || ",;:，；：、。.".contains(c);
    let (mut request, mut from) = (String::new(), 0);
    for range in said.into_iter().chain(std::iter::once(text.len()..text.len())) {
        let part = text[from..range.start].trim_start_matches(|c| from > 0 && edge(c));
        if !request.is_empty() && !part.trim().is_empty() {
            // 给我看关键指标，每周一发给我: two clauses stay two.
            let comma = request.ends_with(['，', ',']);
            request.truncate(request.trim_end_matches(edge).len());
            request.push_str(match (text.is_ascii(), comma) {
                (true, _) => " ",
                (false, true) => "，",
                (false, false) => "",
            });
        }
        request.push_str(part);
        from = range.end;
    }
    request.truncate(request.trim_end_matches(edge).len());
    let mut letters = request.trim().chars();
    let first = letters.next()?;
    let request: String = first.to_uppercase().chain(letters).collect();
    Some(Recurring { cron, request })
}

/// Hour and minute.
pub(crate) type Time = (u32, u32);

/// The days of a rule, in the fields of a cron.
enum Days {
    Hours(u32),
    Minutes(u32),
    Daily,
    Week(String),
    Month(u32),
}

impl Days {
    fn cron(&self, hour: u32, minute: u32) -> String {
        match self {
            Self::Hours(1) => "0 * * * *".to_owned(),
            Self::Hours(step) => format!("0 */{step} * * *"),
            Self::Minutes(step) => format!("*/{step} * * * *"),
            Self::Daily => format!("{minute} {hour} * * *"),
            Self::Week(days) => format!("{minute} {hour} * * {days}"),
            Self::Month(day) => format!("{minute} {hour} {day} * *"),
        }
    }
}

pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) range: Range<usize>,
}

/// The words of a text in small letters, with their places.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let part = c.is_ascii_alphanumeric() || (open && matches!(c, ':' | '\'' | '’'));
        if part && open {
            if let Some(word) = words.last_mut() {
                word.text.push(c.to_ascii_lowercase());
                word.range.end = at + c.len_utf8();
            }
        } else if part {
            words.push(Word { text: c.to_ascii_lowercase().to_string(), range: at..at + c.len_utf8() });
        }
        open = part;
    }
    for word in &mut words {
        while word.text.ends_with(':') {
            word.text.pop();
            word.range.end -= 1;
        }
    }
    words
}

/// Words before a rule that ask for nothing.
const POLITE: [&str; 11] = ["please", "pls", "kindly", "and", "hi", "hello", "can", "could", "you", "from", "now"];
/// Words that make of "every month" the figures of each.
const OF_DATA: [&str; 8] = ["for", "of", "in", "per", "by", "over", "from", "about"];

/// A cron, and the places of the text that say it.
fn english(text: &str) -> Option<(String, Vec<Range<usize>>)> {
    let words = words(text);
    let word = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    (0..words.len()).find_map(|begin| {
        let (mut days, mut time, mut end) = days(&word, begin)?;
        let (mut from, mut said, mut elsewhere) = (begin, false, None);
        if let (Days::Month(_), Some((day, first))) = (&days, day_before(&word, begin)) {
            (days, from) = (Days::Month(day), first);
        }
        // "every week on Friday", "every month on the 15th", "every Monday morning", then "at 9".
        for _ in 0..2 {
            if let Some((day, len)) = day_after(&word, end, &days) {
                days = day;
                end += len;
            }
            if let Some((at, len)) = part_of_day(&word, end) {
                (time, said) = (Some(time.unwrap_or(at)), true);
                end += len;
            }
            if let Some(((hour, minute), len)) = clock(&word, end) {
                // "Every Friday afternoon at 5".
                let late = time.is_some_and(|(part, _)| part > 12) && hour < 12;
                (time, said) = (Some((if late { hour + 12 } else { hour }, minute)), true);
                end += len;
            }
        }
        if time.is_none() {
            // "At 7 every day"; "every Monday send me the report at 9".
            let before = (1..=4).rev().filter(|len| *len <= begin);
            let mut before = before.filter_map(|len| clock(&word, begin - len).filter(|(_, read)| *read == len));
            let last = |(_, at, len): &(Time, usize, usize)| at + len == words.len() || word(at + len) == "please";
            let led = (0..words.len()).filter(|at| word(*at) == "at" && (*at == 0 || *at >= end));
            let mut led = led.filter_map(|at| clock(&word, at).map(|(time, len)| (time, at, len)));
            if let Some((at, len)) = before.next() {
                (time, said) = (Some(at), true);
                from -= len;
            } else if let Some((at, place, len)) = led.find(|found| found.1 == 0 || last(found)) {
                (time, said) = (Some(at), true);
                elsewhere = Some(words[place].range.start..words[place + len - 1].range.end);
            }
        }
        let leads = (0..from).all(|at| POLITE.contains(&word(at)));
        let tail =
            text[words[end - 1].range.end..].trim_matches(|c: char| c.is_whitespace() || ".!,。，！".contains(c));
        let trails = tail.is_empty() || tail.eq_ignore_ascii_case("please");
        let of_data = from > 0 && OF_DATA.contains(&word(from - 1));
        if of_data && !said || !(said || leads || trails) {
            return None;
        }
        let (hour, minute) = time.unwrap_or((DEFAULT_HOUR, 0));
        let rule = words[from].range.start..words[end - 1].range.end;
        Some((days.cron(hour, minute), std::iter::once(rule).chain(elsewhere).collect()))
    })
}

/// "morning", "in the afternoon"; and how many words that takes.
pub(crate) fn part_of_day<'a>(word: &impl Fn(usize) -> &'a str, at: usize) -> Option<(Time, usize)> {
    let led = if word(at) == "in" && word(at + 1) == "the" { 2 } else { 0 };
    let hour = match word(at + led) {
        "morning" | "mornings" => DEFAULT_HOUR,
        "afternoon" | "afternoons" => 14,
        "evening" | "evenings" => 18,
        "night" | "nights" => 20,
        _ => return None,
    };
    Some(((hour, 0), led + 1))
}

/// The days that begin at a word, the hour that they bring, and the word after them.
fn days<'a>(word: &impl Fn(usize) -> &'a str, begin: usize) -> Option<(Days, Option<Time>, usize)> {
    let at = begin + 1;
    match word(begin) {
        "every" | "each" => Some(match word(at) {
            "day" => (Days::Daily, None, at + 1),
            "morning" | "afternoon" | "evening" | "night" => {
                (Days::Daily, part_of_day(word, at).map(|(time, _)| time), at + 1)
            }
            "weekday" | "workday" => (Days::Week("1-5".to_owned()), None, at + 1),
            "working" | "business" if word(at + 1) == "day" => (Days::Week("1-5".to_owned()), None, at + 2),
            "hour" => (Days::Hours(1), None, at + 1),
            "week" => (Days::Week("1".to_owned()), None, at + 1),
            "month" => (Days::Month(1), None, at + 1),
            "quarter" | "year" | "other" | "second" => return None,
            number if number.parse::<u32>().is_ok() => {
                let step = number.parse().ok()?;
                match word(at + 1) {
                    "hours" if step > 0 && 24 % step == 0 => (Days::Hours(step), None, at + 2),
                    "minutes" | "mins" if step > 0 && 60 % step == 0 => (Days::Minutes(step), None, at + 2),
                    _ => return None,
                }
            }
            _ => {
                let (days, end) = weekdays(word, at)?;
                (days, None, end)
            }
        }),
        "on" if word(at) == "weekdays" => Some((Days::Week("1-5".to_owned()), None, at + 1)),
        "on" if word(at).ends_with('s') => {
            let (days, end) = weekdays(word, at)?;
            Some((days, None, end))
        }
        // "The weekly report" is a report; "send it weekly", "daily at 9" say when.
        "daily" if ends_or_at(word, at) => Some((Days::Daily, None, at)),
        "hourly" if ends_or_at(word, at) => Some((Days::Hours(1), None, at)),
        "weekly" if ends_or_at(word, at) => Some((Days::Week("1".to_owned()), None, at)),
        "monthly" if ends_or_at(word, at) => Some((Days::Month(1), None, at)),
        _ => None,
    }
}

fn ends_or_at<'a>(word: &impl Fn(usize) -> &'a str, at: usize) -> bool {
    matches!(word(at), "" | "at" | "on" | "please")
}

/// "monday", "mondays and thursdays"; and the word after them.
fn weekdays<'a>(word: &impl Fn(usize) -> &'a str, mut at: usize) -> Option<(Days, usize)> {
    let day = |text: &str| {
        let text = text.strip_suffix('s').filter(|text| text.ends_with('y')).unwrap_or(text);
        WEEKDAYS.iter().position(|name| *name == text || (text.len() == 3 && name.starts_with(text)))
    };
    let mut days = vec![day(word(at))?.to_string()];
    at += 1;
    loop {
        let joined = usize::from(word(at) == "and");
        let Some(next) = day(word(at + joined)) else { break };
        days.push(next.to_string());
        at += joined + 1;
    }
    Some((Days::Week(days.join(",")), at))
}

/// "on the 5th of" before "every month": the day, and the word at which that begins.
fn day_before<'a>(word: &impl Fn(usize) -> &'a str, begin: usize) -> Option<(u32, usize)> {
    let of = begin.checked_sub(1).filter(|at| word(*at) == "of")?;
    let at = of.checked_sub(1)?;
    let text = word(at);
    let day = if text == "first" {
        1
    } else {
        text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok().filter(|day| (1..=31).contains(day))?
    };
    let at = at.checked_sub(1).filter(|before| word(*before) == "the").unwrap_or(at);
    Some((day, at.checked_sub(1).filter(|before| word(*before) == "on").unwrap_or(at)))
}

/// "on friday" after a week, "on the 15th" after a month; and how many words that takes.
fn day_after<'a>(word: &impl Fn(usize) -> &'a str, at: usize, days: &Days) -> Option<(Days, usize)> {
    let begin = at + usize::from(word(at) == "on");
    match days {
        Days::Week(_) if begin > at => weekdays(word, begin).map(|(days, end)| (days, end - at)),
        Days::Month(_) if begin > at => {
            let begin = begin + usize::from(word(begin) == "the") + usize::from(word(begin) == "day");
            let text = word(begin);
            let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let day = if text == "first" { 1 } else { number.parse().ok().filter(|day| (1..=31).contains(day))? };
            let end = begin + 1;
            let end =
                if word(end) == "of" && matches!(word(end + 1), "the" | "each" | "every") { end + 3 } else { end };
            Some((Days::Month(day), end - at))
        }
        _ => None,
    }
}

/// A time of day; and how many words that takes. "At 5 in the afternoon" is 17.
pub(crate) fn clock<'a>(word: &impl Fn(usize) -> &'a str, at: usize) -> Option<(Time, usize)> {
    let ((hour, minute), len) = time(word, at)?;
    let Some(((part, _), more)) = part_of_day(word, at + len) else { return Some(((hour, minute), len)) };
    let hour = if part > 12 && hour < 12 { hour + 12 } else { hour };
    Some(((hour, minute), len + more))
}

/// "at 9", "at 9:30 pm", "9am", "at noon"; and how many words that takes.
fn time<'a>(word: &impl Fn(usize) -> &'a str, at: usize) -> Option<(Time, usize)> {
    let led = word(at) == "at";
    let begin = at + usize::from(led);
    let text = word(begin);
    if led && text == "noon" {
        return Some(((12, 0), begin + 1 - at));
    }
    let (digits, mut half) = match text.strip_suffix("am").map(|digits| (digits, "am")) {
        Some(found) => found,
        None => text.strip_suffix("pm").map_or((text, ""), |digits| (digits, "pm")),
    };
    let mut end = begin + 1;
    if half.is_empty() && matches!(word(end), "am" | "pm") {
        half = word(end);
        end += 1;
    } else if matches!(word(end), "o'clock" | "o’clock" | "hrs") {
        end += 1;
    }
    let (hour, minute) = digits.split_once(':').map_or((digits, None), |(hour, minute)| (hour, Some(minute)));
    // A number alone is a time only after "at".
    if !led && minute.is_none() && half.is_empty() {
        return None;
    }
    let hour: u32 = hour.parse().ok()?;
    let minute: u32 = minute.map_or(Some(0), |minute| minute.parse().ok())?;
    let hour = match half {
        "pm" if hour < 12 => hour + 12,
        "am" if hour == 12 => 0,
        _ => hour,
    };
    (hour < 24 && minute < 60).then_some(((hour, minute), end - at))
}

fn chinese(text: &str) -> Option<(String, Vec<Range<usize>>)> {
    let begin = text.find('每')?;
    let mut rest = Rest(&text[begin + '每'.len_utf8()..]);
    rest.take("个");
    let mut hour = None;
    let days = if rest.any(&["周", "星期", "礼拜", "週"]) {
        let mut days = Vec::new();
        while let Some(day) = "日一二三四五六天".chars().position(|day| rest.take(&day.to_string())) {
            days.push((day % 7).to_string());
            rest.any(&["和", "、", "及"]);
            rest.any(&["周", "星期", "週"]);
        }
        Days::Week(if days.is_empty() { "1".to_owned() } else { days.join(",") })
    } else if rest.take("工作日") {
        Days::Week("1-5".to_owned())
    } else if rest.any(&["天", "日", "早"]) {
        Days::Daily
    } else if rest.take("晚") {
        hour = Some((20, 0));
        Days::Daily
    } else if rest.take("小时") {
        Days::Hours(1)
    } else if rest.take("月") {
        rest.take("初");
        let before = rest.0;
        rest.take("的");
        let day = rest.number();
        rest.0 = if day.is_some() { rest.0 } else { before };
        let day = day.unwrap_or(1);
        rest.any(&["号", "日"]);
        Days::Month(Some(day).filter(|day| (1..=31).contains(day))?)
    } else {
        rest.take("隔");
        let step = rest.number().filter(|step| *step > 0)?;
        rest.take("个");
        if rest.take("小时") && 24 % step == 0 {
            Days::Hours(step)
        } else if rest.take("分钟") && 60 % step == 0 {
            Days::Minutes(step)
        } else {
            return None;
        }
    };
    let mut time = rest.time();
    if time.is_none() && rest.0.starts_with('的') {
        return None;
    }
    rest.take("的时候");
    let end = text.len() - rest.0.len();
    let mut said: Vec<Range<usize>> = std::iter::once(begin..end).collect();
    if time.is_none() {
        // 每周一给我发报告，上午十点。
        let led = PARTS_OF_DAY.iter().filter_map(|part| text[end..].find(part));
        let found = led.filter_map(|at| {
            let mut after = Rest(&text[end + at..]);
            after.time().map(|time| (time, end + at..text.len() - after.0.len()))
        });
        if let Some((at, place)) = found.min_by_key(|(_, place)| place.start) {
            time = Some(at);
            said.push(place);
        }
    }
    let (hour, minute) = time.or(hour).unwrap_or((DEFAULT_HOUR, 0));
    Some((days.cron(hour, minute), said))
}

pub(crate) const PARTS_OF_DAY: [&str; 9] = ["凌晨", "早上", "上午", "早晨", "清晨", "中午", "下午", "晚上", "傍晚"];

/// What has not been read of a text.
pub(crate) struct Rest<'a>(pub(crate) &'a str);

impl Rest<'_> {
    pub(crate) fn take(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    pub(crate) fn any(&mut self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.take(text))
    }

    /// A number in digits or Chinese numerals up to 59.
    pub(crate) fn number(&mut self) -> Option<u32> {
        let digits = self.0.len() - self.0.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 {
            let (number, rest) = self.0.split_at(digits);
            self.0 = rest;
            return number.parse().ok();
        }
        let (mut total, mut last, mut read) = (0, None, false);
        loop {
            if self.take("十") {
                total += last.take().unwrap_or(1) * 10;
            } else if self.take("两") {
                last = Some(2);
            } else if let Some(digit) = "零一二三四五六七八九".chars().position(|digit| self.take(&digit.to_string()))
            {
                last = u32::try_from(digit).ok();
            } else {
                break;
            }
            read = true;
        }
        read.then_some(total + last.unwrap_or(0))
    }

    /// 早上九点半, 下午3点15分, 09:30.
    pub(crate) fn time(&mut self) -> Option<Time> {
        let before = self.0;
        let late = self.any(&["下午", "晚上", "傍晚"]);
        self.any(&["凌晨", "早上", "上午", "早晨", "清晨", "中午"]);
        let read = self.number().and_then(|hour| {
            let minute = if self.any(&[":", "："]) {
                self.number()?
            } else if self.any(&["点", "时", "點"]) {
                if self.take("半") {
                    30
                } else {
                    self.take("整");
                    let minute = self.number().unwrap_or(0);
                    if self.take("刻") {
                        minute.saturating_mul(15)
                    } else {
                        self.take("分");
                        minute
                    }
                }
            } else {
                return None;
            };
            let hour = if late && hour < 12 { hour + 12 } else { hour };
            (hour < 24 && minute < 60).then_some((hour, minute))
        });
        if read.is_none() {
            self.0 = before;
            let parts = [
                (DEFAULT_HOUR, "早上"),
                (DEFAULT_HOUR, "上午"),
                (12, "中午"),
                (14, "下午"),
                (18, "傍晚"),
                (20, "晚上"),
            ];
            return parts.into_iter().find(|(_, part)| self.take(part)).map(|(hour, _)| (hour, 0));
        }
        read
    }
}

#[cfg(test)]
mod tests;
