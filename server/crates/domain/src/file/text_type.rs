//! Texts told apart by how they begin: a web page, a mail, a table, Markdown, or plain text.

/// So much of a text is looked at.
const HEAD_BYTES: usize = 8 * 1024;

/// The media type of a text; `None` for what is no text.
pub(super) fn of(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    if bytes.is_empty() {
        return None;
    }
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let control = head.iter().filter(|byte| **byte < 32 && !b"\t\n\r\x0c".contains(byte)).count();
    if !utf16 && control > 0 {
        return None;
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    Some(if is_page(text) {
        "text/html"
    } else if is_mail(text) {
        "message/rfc822"
    } else if is_table(text) {
        "text/csv"
    } else if is_markdown(text) {
        "text/markdown"
    } else {
        "text/plain"
    })
}

fn is_page(text: &str) -> bool {
    let begin: String = text.chars().take(1_024).collect::<String>().to_lowercase();
    begin.starts_with("<!doctype html")
        || ["<html", "<head", "<body", "<script", "<table"].iter().any(|tag| begin.contains(tag))
}

/// Headers of RFC 5322 come first, two of the usual ones among them.
fn is_mail(text: &str) -> bool {
    const USUAL: [&str; 7] = ["from", "to", "subject", "date", "received", "message-id", "mime-version"];
    let mut usual = 0;
    for line in text.lines().take_while(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return false;
        }
        usual += usize::from(USUAL.contains(&name.to_ascii_lowercase().as_str()));
    }
    usual >= 2
}

/// The first lines have the same number of commas, semicolons or tabs, at least one.
fn is_table(text: &str) -> bool {
    let whole = text.rsplit_once('\n').map_or(text, |(whole, _)| whole);
    let lines: Vec<&str> = whole.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let count = |line: &str, mark: char| {
        let mut quoted = false;
        line.chars()
            .filter(|c| {
                quoted ^= *c == '"';
                *c == mark && !quoted
            })
            .count()
    };
    lines.len() >= 2
        && [',', ';', '\t'].into_iter().any(|mark| {
            let first = count(lines[0], mark);
            first > 0 && lines.iter().all(|line| count(line, mark) == first)
        })
}

fn is_markdown(text: &str) -> bool {
    text.lines().take(40).any(|line| {
        let marks = line.bytes().take_while(|byte| *byte == b'#').count();
        (1..=6).contains(&marks) && line.as_bytes().get(marks) == Some(&b' ')
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn texts_are_told_apart_by_how_they_begin() {
        for (text, wanted) in [
            ("<!DOCTYPE html><title>x</title>", "text/html"),
            ("\u{feff}\n<html lang=zh>", "text/html"),
            ("From: a@b.c\r\nSubject: Hello\r\n\r\nText", "message/rfc822"),
            ("date,amount\n2026-10-01,\"1,5\"\n2026-10-02,2\n", "text/csv"),
            ("日期;金额\n2026-10-01;5\n", "text/csv"),
            ("# Plan\n\nWe go.", "text/markdown"),
            ("Dear Grace,\nthank you.", "text/plain"),
            ("Note: buy milk\nfor all", "text/plain"),
        ] {
            assert_eq!(of(text.as_bytes()), Some(wanted), "{text}");
        }
        assert_eq!(of(b"a\0b"), None);
        assert_eq!(of(&encoding()), Some("text/plain"));
    }

    /// Chinese in GB 18030.
    fn encoding() -> Vec<u8> {
        vec![0xb1, 0xa8, 0xb1, 0xed, b'\n', 0xb2, 0xe2, 0xca, 0xd4]
    }
}
