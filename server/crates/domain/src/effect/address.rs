//! Mail addresses and lines of one header.

/// Whether the text has the form of one mail address: a local part, `@`, a domain with a dot, no spaces or brackets.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.chars().all(plain)
                && domain.contains('.')
                && domain
                    .split('.')
                    .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
        })
}

/// Whether the text is one line of at most 255 characters: more could smuggle a header.
pub(super) fn is_line(text: &str) -> bool {
    text.chars().count() <= MAX_LINE_CHARS && !text.chars().any(char::is_control)
}

/// Characters of a subject or a title at most.
const MAX_LINE_CHARS: usize = 255;

/// Addresses without the space around them, in lower case, each once; `seen` holds those that were there before.
pub(super) fn normalised(addresses: Vec<String>, seen: &mut Vec<String>) -> Vec<String> {
    let lower = addresses.into_iter().map(|address| address.trim().to_lowercase());
    let new = |address: &String| {
        let new = !seen.contains(address);
        seen.push(address.clone());
        new
    };
    lower.filter(new).collect()
}
