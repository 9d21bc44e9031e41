//! What a reader can see of a text.

/// The text without what can't be seen but changes what is seen: controls, marks that turn the direction of writing
/// around, characters of no width. Line breaks stay, as `\n`.
pub(crate) fn visible(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            character if is_hidden(character) => {}
            character if character.is_control() || character.is_whitespace() => clean.push(' '),
            character => clean.push(character),
        }
    }
    clean
}

fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}
