//! Names as they may stand in a mail of ours. Whoever signs up or is imported types them, so what is none goes into no mail.

use crate::{invisible, writing};

/// Characters of a name at most.
const MAX_NAME_CHARS: usize = 60;
/// Digits of a name in a row at most, whatever but letters is between them: more are a number to call or to pay.
const MAX_DIGITS: usize = 4;

/// The name of a person, a trade or a place, without the space around it; `None` when it is none.
#[must_use]
pub fn plain_name(text: &str) -> Option<&str> {
    let name = some_name(text)?;
    (!writing::plain(name).split(stops).any(is_host)).then_some(name)
}

/// The name of a company, which may be its web address alone, such as Booking.com; `None` when it is none.
#[must_use]
pub fn company_name(text: &str) -> Option<&str> {
    let name = some_name(text)?;
    let plain = writing::plain(name);
    let mut words = plain.split(stops).filter(|word| !word.is_empty());
    let alone = words.clone().nth(1).is_none();
    (alone || !words.any(is_host)).then_some(name)
}

fn some_name(text: &str) -> Option<&str> {
    let text = text.trim();
    let plain = writing::plain(text);
    let of_link = plain.contains("://") || plain.contains('@') || plain.contains("www.");
    // A path is a link also where nobody knows the end of the host.
    let of_path = plain.split(char::is_whitespace).any(|word| word.contains('.') && word.contains(['/', '\\']));
    let is_name = text.chars().any(char::is_alphabetic)
        && text.chars().count() <= MAX_NAME_CHARS
        && invisible::in_line(text).is_none()
        && !of_link
        && !of_path
        && longest_number(&plain) <= MAX_DIGITS;
    is_name.then_some(text)
}

/// Digits in a row at most, with nothing but spaces and signs between them.
fn longest_number(text: &str) -> usize {
    let numbers = text.split(char::is_alphabetic);
    numbers.map(|number| number.chars().filter(|c| c.is_numeric()).count()).max().unwrap_or_default()
}

fn stops(c: char) -> bool {
    c.is_whitespace() || ",;:()[]{}<>\"“”‘’!?|，；：、（）【】《》「」！？".contains(c)
}

/// Whether a word is a host that programs of mail make a link of: its end is one of the public suffixes. Forms of companies are none.
fn is_host(word: &str) -> bool {
    let host = word.trim_matches('.');
    let of_company = matches!(host, "co.ltd" | "pte.ltd" | "pvt.ltd" | "co.inc");
    let known = || psl::domain(host.as_bytes()).is_some_and(|domain| domain.suffix().is_known());
    host.contains('.') && !of_company && known()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_and_companies_are_names() {
        for name in [
            "Grace Tan",
            "陈美玲",
            "J. P. O’Neill-Wong",
            "Dr. Ana Lee",
            "Nguyễn Thị Mai",
            "Mohd. Ali bin Abu",
            "St. Mary",
            "e\u{301}ric",
        ] {
            assert_eq!(plain_name(name), Some(name));
        }
        for name in [
            "Kopi House",
            "7-Eleven",
            "24/7 Stores 365",
            "金龙餐饮国际",
            "Golden Dragon Co., Ltd.",
            "Golden Dragon Co.Ltd",
            "Maersk A/S",
            "Booking.com",
            "M&S (Singapore) Pte. Ltd.",
            "3M",
            "1-800 Flowers",
            "Studio 1880",
        ] {
            assert_eq!(company_name(name), Some(name));
        }
        assert_eq!(company_name("  Kopi House "), Some("Kopi House"));
    }

    #[test]
    fn a_link_a_number_a_sentence_or_what_nobody_sees_is_no_name() {
        let long = "Your account will be closed unless you confirm it with us today";
        for text in [
            "",
            "  ",
            "!!",
            "123",
            "https://evil.example/pay",
            "hxxp://evil",
            "Pay at evil.com now",
            "evil.example/pay",
            "www.evil.example",
            "ＷＷＷ．evil．com",
            "ceo@mezzofy.example",
            "call 91234567",
            "call 9123 4567",
            "call 9-1-2-3-4",
            "9１2３4",
            "Ana\nBcc: x",
            "Ana\u{202e}x",
            "Ana\u{200b}",
            "Ana\u{e0041}",
            "evil.com, Ana",
            long,
        ] {
            assert_eq!((plain_name(text), company_name(text)), (None, None), "{text:?}");
        }
        assert_eq!(plain_name("Booking.com"), None, "a person is not called so");
    }
}
