//! Words by which a request holds something back: a no, an exception, a time, a look before it is sent. Not every such word is
//! one; but a yes that was given ahead is for requests without any, and one too many only asks the person.

/// In English and Malay, as whole words.
const WORDS: [&str; 94] = [
    "not",
    "don't",
    "dont",
    "don’t",
    "doesn't",
    "won't",
    "no",
    "none",
    "nothing",
    "nobody",
    "never",
    "without",
    "except",
    "excluding",
    "exclude",
    "excludes",
    "only",
    "just",
    "but",
    "unless",
    "until",
    "till",
    "before",
    "after",
    "later",
    "wait",
    "hold",
    "draft",
    "drafts",
    "preview",
    "skip",
    "avoid",
    "cancel",
    "stop",
    "instead",
    "rather",
    "if",
    "when",
    "list",
    "show",
    "see",
    "check",
    "first",
    "test",
    "dry",
    "tomorrow",
    "tonight",
    "morning",
    "afternoon",
    "evening",
    "noon",
    "midnight",
    "am",
    "pm",
    "o'clock",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "weekend",
    "next",
    "yet",
    "ready",
    "approval",
    "approve",
    "jangan",
    "tidak",
    "tak",
    "bukan",
    "tanpa",
    "kecuali",
    "hanya",
    "sahaja",
    "esok",
    "lusa",
    "nanti",
    "tunggu",
    "sebelum",
    "selepas",
    "belum",
    "draf",
    "senarai",
    "senaraikan",
    "pagi",
    "petang",
    "malam",
    "jika",
    "kalau",
    "tunjuk",
    "lihat",
    "dulu",
];

/// In Chinese, anywhere.
const HAN: [&str; 44] = [
    "不", "别", "別", "勿", "莫", "没", "沒", "无需", "無需", "除", "只", "仅", "僅", "先", "暂", "暫", "等", "再",
    "如果", "若", "明天", "后天", "後天", "晚上", "早上", "上午", "下午", "中午", "下周", "下週", "星期", "礼拜",
    "禮拜", "点钟", "點鐘", "草稿", "预览", "預覽", "列出", "看看", "之前", "之后", "之後", "以后",
];

/// The first word of a text by which it holds something back, or a time of the day.
#[must_use]
pub fn reservation(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let words = text
        .split(|c: char| !c.is_alphanumeric() && !"'’:.".contains(c))
        .map(|word| word.trim_matches(['.', ':', '\'', '’']));
    let found = words.clone().find(|word| WORDS.contains(word) || is_time(word)).map(str::to_owned);
    found.or_else(|| HAN.iter().find(|word| text.contains(**word)).map(|word| (*word).to_owned()))
}

/// `15:00`, `5pm`, `9.30am`.
fn is_time(word: &str) -> bool {
    let bare = word.trim_end_matches("am").trim_end_matches("pm");
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match bare.split_once([':', '.']) {
        Some((hour, minute)) => digits(hour) && digits(minute) && (bare != word || word.contains(':')),
        None => bare != word && digits(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_holds_something_back_is_seen() {
        for text in [
            "overdue follow ups list only, no mails",
            "Follow up with the overdue leads, but don't send it yet",
            "follow up on stale leads tomorrow morning",
            "Chase the overdue leads at 5pm",
            "chase them at 17:00",
            "Follow up all except Golden Tea",
            "Let me see the follow-ups first",
            "跟进逾期线索，先不要发",
            "只列出逾期的线索",
            "明天跟进逾期线索",
            "susulan lead tertunggak, jangan hantar dulu",
        ] {
            assert!(reservation(text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_plain_request_holds_nothing_back() {
        for text in [
            "Follow up with my overdue leads",
            "follow up on overdue leads, please",
            "Welcome Golden Tea Pte. Ltd.",
            "跟进逾期的线索",
            "给这些客户写跟进邮件",
            "buat susulan kepada lead tertunggak",
            "Send follow-ups to the 12 overdue leads in Singapore",
        ] {
            assert_eq!(reservation(text), None, "{text}");
        }
    }
}
