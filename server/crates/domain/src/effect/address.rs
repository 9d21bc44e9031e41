//! Mail addresses.

/// Characters of an address at most (RFC 5321, 4.5.3.1.3).
pub const MAX_ADDRESS_CHARS: usize = 254;

/// Whether the text has the form of one mail address: a local part, `@`, a domain with a dot, all of it ASCII, no spaces or brackets.
/// A host of other letters has its ASCII form (`xn--`); nothing here turns one into the other, so that what is shown is what is written to.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._%+-'".contains(c);
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    text.len() <= MAX_ADDRESS_CHARS
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && local.chars().all(plain) && domain.contains('.') && domain.split('.').all(label)
        })
}

/// Whether the text can be nothing but an address, a good one or not: a channel's name has no `@`.
pub(super) fn is_addressed(text: &str) -> bool {
    text.contains('@')
}

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
