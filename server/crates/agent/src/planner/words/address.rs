//! Words with `@` in a text. Such a word is one address or none: nothing is cut off it, and no part of it is a name or a title.

use mezzofy_domain::effect::is_address;
use mezzofy_domain::invisible::is_invisible;
use mezzofy_domain::writing::{is_han, is_mark};

/// What may stand before `@` besides letters and digits (RFC 5322, atext), and what closes a quotation there.
const OF_LOCAL_PART: &str = "!#$%&'*+-/=?^_{|}~.\")>]”";
/// What may be meant for a part of the host besides letters and digits.
const OF_HOST: &str = ".-_%@=^~*";

/// The end of the word with `@` that begins at `at`. `raw` is the text as it was typed, `chars` the same in half width.
///
/// Chinese is written without spaces, so Han characters before a word are the sentence's, and so are those after a whole address, unless
/// they go on as a host does.
pub(super) fn end(chars: &[char], raw: &[char], at: usize) -> Option<usize> {
    let first = *chars.get(at)?;
    let begins = (first.is_alphanumeric() && !is_han(first)) || "_%+".contains(first);
    if !begins {
        return None;
    }
    let local = chars[at..].iter().take_while(|c| is_part(**c) || OF_LOCAL_PART.contains(**c)).count();
    let host = at + local + 1;
    if chars.get(host - 1) != Some(&'@') {
        return None;
    }
    let mut end = host;
    while let Some(&c) = chars.get(end) {
        let full_stop = raw.get(end) == Some(&'。');
        if is_han(c) && is_whole(&chars[at..end]) {
            let after = end + chars[end..].iter().take_while(|c| is_han(**c)).count();
            if !goes_on(chars, raw, after) {
                break;
            }
            end = after;
        } else if full_stop || !(is_part(c) || is_han(c) || OF_HOST.contains(c)) {
            break;
        } else {
            end += 1;
        }
    }
    let ends = |c: char| c.is_alphanumeric() || is_mark(c);
    while end > host && !ends(chars[end - 1]) {
        end -= 1;
    }
    chars[at..end].iter().any(|c| c.is_alphabetic()).then_some(end)
}

/// Letters and digits but Han characters, and what is seen as part of them or not at all.
fn is_part(c: char) -> bool {
    let hidden = is_invisible(c) && !c.is_control() && !c.is_whitespace();
    (c.is_alphanumeric() && !is_han(c)) || is_mark(c) || hidden
}

fn is_whole(word: &[char]) -> bool {
    is_address(&word.iter().collect::<String>())
}

/// Whether a host goes on at `at`: a dot or a dash, and more of it.
fn goes_on(chars: &[char], raw: &[char], at: usize) -> bool {
    let joined = chars.get(at).is_some_and(|c| ".-_".contains(*c)) && raw.get(at) != Some(&'。');
    joined && chars.get(at + 1).is_some_and(|c| is_part(*c) || is_han(*c))
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, tokens};

    /// The words with `@`, and all else.
    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let (with, without): (Vec<_>, Vec<_>) = tokens(text).into_iter().partition(|token| token.kind == Kind::Email);
        let texts = |tokens: Vec<super::super::Token>| tokens.into_iter().map(|token| token.raw).collect();
        (texts(with), texts(without))
    }

    #[test]
    fn an_address_is_found_whole_wherever_it_stands() {
        for (text, address, rest) in [
            ("mail x.y+z@shop.example, please", "x.y+z@shop.example", vec!["mail", ",", "please"]),
            ("发给ceo@mezzofy.example吧。谢谢", "ceo@mezzofy.example", vec!["发", "给", "吧", ".", "谢", "谢"]),
            ("发给ceo@mezzofy.example。Thanks", "ceo@mezzofy.example", vec!["发", "给", ".", "Thanks"]),
            ("ceo@mezzofy.example's copy", "ceo@mezzofy.example", vec!["copy"]),
            ("<mailto:ceo@mezzofy.example>", "ceo@mezzofy.example", vec!["mailto", ":"]),
            ("**ceo@mezzofy.example**", "ceo@mezzofy.example", vec![]),
            ("“ceo@mezzofy.example”", "ceo@mezzofy.example", vec![]),
            ("o'brien@shop.example", "o'brien@shop.example", vec![]),
            ("_ceo@mezzofy.example", "_ceo@mezzofy.example", vec![]),
            ("ｃｅｏ＠ｍｅｚｚｏｆｙ．ｅｘａｍｐｌｅ", "ceo@mezzofy.example", vec![]),
        ] {
            assert_eq!(
                read(text),
                (vec![address.to_owned()], rest.iter().map(|&word| word.to_owned()).collect()),
                "{text}"
            );
        }
        let (both, _) = read("发给ceo@mezzofy.example和grace@shop.example，或x@a.example/y@b.example");
        assert_eq!(both, ["ceo@mezzofy.example", "grace@shop.example", "x@a.example", "y@b.example"]);
    }

    #[test]
    fn what_is_no_address_is_one_word_all_the_same() {
        for word in [
            "ceo@café-bistro.example",
            "ceo@cafe\u{301}-bistro.example",
            "ceo@example\u{301}",
            "grace.tan@bücher.example",
            "c\u{435}o@mezzofy.example",
            "ceo@mezzofy.ex\u{430}mple",
            "ceo@mezzofy.example.\u{435}vil",
            "ceo@例子.example",
            "ceo@mezzofy.example例子.com",
            "ceo@mezzofy.example例子.公司",
            "ceo@mezzofy.example_x",
            "ceo@mezzofy.example%2Eevil",
            "ceo@mezzofy.example@evil.example",
            "ceo\u{200b}@mezzofy.example",
            "ceo@mezzofy.example\u{200b}evil",
            "a/ceo@mezzofy.example",
            "ceo\"@evil.example",
            "ceo﹫mezzofy",
            "ceo@",
            "ceo@localhost",
        ] {
            let wanted = word.replace('﹫', "@");
            assert_eq!(read(&format!("send it to {word} now")).0, [wanted], "{word}");
            assert_eq!(read(&format!("send it to {word} now")).1, ["send", "it", "to", "now"], "{word}");
        }
    }
}
