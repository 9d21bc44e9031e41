//! Recovery codes: ten texts such as `7gk2-x9wd`, each good once in place of a code of the second factor.

/// How many a person gets.
pub const CODES_PER_PERSON: usize = 10;
/// Letters of one.
pub const CODE_CHARS: usize = 8;
/// Crockford's base32: no letter that looks like a digit.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The code that five bits of each random byte pick.
#[must_use]
pub fn of(random: [u8; CODE_CHARS]) -> String {
    shown(random.map(|byte| char::from(LETTERS[usize::from(byte % 32)])))
}

/// The code that somebody typed, as it was given out; `None` when it has not the form of one.
#[must_use]
pub fn typed(text: &str) -> Option<String> {
    let plain = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    let letters: [char; CODE_CHARS] = plain.collect::<Vec<_>>().try_into().ok()?;
    letters.iter().all(|c| LETTERS.iter().any(|letter| char::from(*letter) == *c)).then(|| shown(letters))
}

fn shown(letters: [char; CODE_CHARS]) -> String {
    let (first, second) = letters.split_at(CODE_CHARS / 2);
    format!("{}-{}", first.iter().collect::<String>(), second.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        let code = of([0, 33, 66, 20, 10, 28, 24, 255]);
        assert_eq!(code, "012m-awrz");
        for text in ["012m-awrz", "OL2M-AWRZ", " 0i2mawrz ", "01 2m aw rz"] {
            assert_eq!(typed(text).as_ref(), Some(&code), "{text}");
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in ["", "123456", "012m-awr", "012m-awrzz", "012m-awru", "012m-äwrz"] {
            assert_eq!(typed(text), None, "{text}");
        }
    }
}
