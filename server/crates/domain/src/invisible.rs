//! Characters that nobody sees, and those that change the order in which a text is read.

/// Whether nobody sees a character: controls, ends of lines and paragraphs, what Unicode calls default ignorable (zero width, joiners,
/// directions, fillers, variation selectors, tags), and the marks of interlinear notes.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The first character of a line that nobody sees. What joins and colours emoji is seen where an emoji has it.
#[must_use]
pub fn in_line(line: &str) -> Option<char> {
    let chars: Vec<char> = line.chars().collect();
    let seen = |at: usize| {
        let before = at.checked_sub(1).map(|before| chars[before]);
        match chars[at] {
            '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(|before| !is_invisible(before)),
            '\u{200d}' => {
                before.is_some_and(|before| is_pictograph(before) || before == '\u{fe0f}')
                    && chars.get(at + 1).is_some_and(|next| is_pictograph(*next))
            }
            other => !is_invisible(other),
        }
    };
    (0..chars.len()).find(|at| !seen(*at)).map(|at| chars[at])
}

/// The first character of a longer text that can't be stored, changes the order of what is read, or is a tag. Text that was copied may
/// have others that nobody sees, and languages need some of them.
#[must_use]
pub fn in_text(text: &str) -> Option<char> {
    let bad =
        |c: &char| matches!(c, '\0' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}');
    text.chars().find(bad)
}

/// The text without what nobody sees.
#[must_use]
pub fn without(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

/// Signs of which emoji are made.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_found_in_a_line_and_emoji_are_seen() {
        for bad in
            ["a\u{202e}fdp.exe", "a\u{200b}b", "two\nlines", "a\u{e0041}", "a\u{ad}b", "\u{feff}a", "a\u{2028}b", "a\0"]
        {
            assert!(in_line(bad).is_some(), "{bad:?}");
        }
        for bad in ["a\u{200d}b", "\u{fe0f}", "a\u{fe0f}\u{fe0f}", "a\u{fe01}", "a\u{e0100}", "\u{2764}\u{200d}"] {
            assert!(in_line(bad).is_some(), "{bad:?}");
        }
        for good in ["October 报表", "Café é e\u{301}", "❤️ from us", "👩‍💻", "🏳️‍🌈", ""] {
            assert_eq!(in_line(good), None, "{good:?}");
        }
        assert_eq!(without("报表\u{202e}fdp\u{200b}.exe"), "报表fdp.exe");
    }

    #[test]
    fn a_text_may_have_what_languages_need_and_nothing_that_reorders_or_tags() {
        for bad in ["a\u{202e}b", "a\u{2066}b", "a\u{e0041}b", "a\0b"] {
            assert!(in_text(bad).is_some(), "{bad:?}");
        }
        for good in ["two\r\nlines\tand more", "می\u{200c}خواهم", "\u{200f}שלום", "👩‍💻", "a\u{ad}b"]
        {
            assert_eq!(in_text(good), None, "{good:?}");
        }
    }
}
