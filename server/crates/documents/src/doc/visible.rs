//! What a reader can see of a text.

use mezzofy_domain::invisible::is_invisible;

/// The text without what can't be seen but changes what is seen: controls, marks that turn the direction of writing
/// around, characters of no width. Line breaks stay, as `\n`.
pub(crate) fn visible(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            character if character.is_control() || character.is_whitespace() => clean.push(' '),
            character if is_invisible(character) => {}
            character => clean.push(character),
        }
    }
    clean
}
