//! Looks for words and phrases in a request.

/// A text to look in.
pub(super) struct Words(String);

impl Words {
    /// Upper and lower case, line breaks and wide spaces make no difference.
    pub(super) fn of(text: &str) -> Self {
        Self(plain(text))
    }

    /// Whether the text has a phrase: as whole words in Latin script, anywhere in a script without spaces between words.
    pub(super) fn hold(&self, phrase: &str) -> bool {
        let phrase = plain(phrase);
        self.0.match_indices(&phrase).any(|(start, found)| {
            let before = self.0[..start].chars().next_back();
            let after = self.0[start + found.len()..].chars().next();
            let joined =
                |inner: Option<char>, outer: Option<char>| inner.is_some_and(is_latin) && outer.is_some_and(is_latin);
            !joined(found.chars().next(), before) && !joined(found.chars().next_back(), after)
        })
    }
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Letters and digits up to Latin Extended and its accents.
fn is_latin(c: char) -> bool {
    c < '\u{370}' && c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_words_are_found_whole_and_chinese_ones_anywhere() {
        for (text, phrase, found) in [
            ("A study of the APAC market", "apac", true),
            ("Asia-Pacific trends", "Asia", true),
            ("the Caucasian market", "Asia", false),
            ("Asian food", "Asia", false),
            ("do a market\n  study, please", "market study", true),
            ("supermarket study", "market study", false),
            ("请研究APAC市场", "apac", true),
            ("请做一份市场调研报告", "调研", true),
            ("市场", "调研", false),
            ("", "asia", false),
        ] {
            assert_eq!(Words::of(text).hold(phrase), found, "{phrase} in {text}");
        }
    }
}
