//! What a password must be like: long, not a common one, not the person's own name or address. No rule asks for kinds of
//! characters, which make passwords harder to remember and no harder to guess (NIST SP 800-63B, section 3.1.1.2).

use std::collections::HashSet;
use std::sync::LazyLock;

/// Characters of a password at least.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// And at most, so that nobody makes the server hash a book.
pub const MAX_PASSWORD_CHARS: usize = 256;
/// A name of so many characters may not be part of a password; a shorter one only not all of it.
const MIN_OWN_NAME_CHARS: usize = 5;

/// Why a password is not taken, as a sentence for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// See [`MIN_PASSWORD_CHARS`].
    #[error("The password must have at least {MIN_PASSWORD_CHARS} characters.")]
    TooShort,
    /// See [`MAX_PASSWORD_CHARS`].
    #[error("The password must have at most {MAX_PASSWORD_CHARS} characters.")]
    TooLong,
    /// It is on the list of common passwords, or one of them with digits and signs around it, or one text again and again.
    #[error(
        "This password is among the first ones that someone would try. Take several words that have nothing to do with each other."
    )]
    Common,
    /// It holds the person's name or address.
    #[error("The password must not be made of your name or email address.")]
    Personal,
}

/// The common passwords, one a line, in lower case.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../../config/common-passwords.txt").lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// Checks a new password of the person with this name and address.
pub fn check(password: &str, name: &str, email: &str) -> Result<(), PasswordProblem> {
    let length = password.chars().count();
    if length < MIN_PASSWORD_CHARS {
        return Err(PasswordProblem::TooShort);
    }
    if length > MAX_PASSWORD_CHARS {
        return Err(PasswordProblem::TooLong);
    }
    let lower = password.to_lowercase();
    if is_common(&lower) {
        return Err(PasswordProblem::Common);
    }
    if is_personal(&lower, name, email) {
        return Err(PasswordProblem::Personal);
    }
    Ok(())
}

/// Whether it is listed, or is nothing more than a listed one, digits or signs once its ends and repetitions are off.
fn is_common(lower: &str) -> bool {
    let once = unit(lower);
    let core = once.trim_matches(|c: char| !c.is_alphabetic());
    once.chars().count() <= 4
        || core.is_empty()
        || [lower, once, core, unit(core)].iter().any(|form| COMMON.contains(form))
}

/// The shortest text that gives this one when it is repeated, the last time perhaps not to its end.
fn unit(text: &str) -> &str {
    let starts = text.char_indices().map(|(at, _)| at).skip(1);
    let period = starts.filter(|&at| text.starts_with(&text[at..])).find(|&at| at * 2 <= text.len());
    &text[..period.unwrap_or(text.len())]
}

fn is_personal(lower: &str, name: &str, email: &str) -> bool {
    let bare = letters_and_digits(lower);
    let core = bare.trim_matches(char::is_numeric);
    let mailbox = email.split('@').next().unwrap_or_default();
    [name, email, mailbox].map(|own| letters_and_digits(&own.to_lowercase())).iter().any(|own| {
        let telling = own.chars().count() >= MIN_OWN_NAME_CHARS;
        !own.is_empty() && (telling && bare.contains(own) || core == own || unit(core) == own)
    })
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(password: &str) -> Option<PasswordProblem> {
        check(password, "Grace Tan", "ceo@mezzofy.example").err()
    }

    #[test]
    fn a_password_of_unrelated_words_is_taken_in_any_language() {
        for good in ["correct horse battery staple", "violet-anchor-77", "Xq7#mL2$vR9!", "四只老虎跑得快没有尾巴真奇怪"]
        {
            assert_eq!(problem(good), None, "{good}");
        }
    }

    #[test]
    fn a_password_has_twelve_to_256_characters_not_bytes() {
        assert_eq!(problem("short-word1"), Some(PasswordProblem::TooShort));
        assert_eq!(problem("老虎跑得快"), Some(PasswordProblem::TooShort));
        let long: String = ('a'..='z').chain('0'..='9').cycle().take(257).collect();
        assert_eq!(problem(&long), Some(PasswordProblem::TooLong));
    }

    #[test]
    fn a_common_password_is_refused_also_with_digits_signs_and_repeated() {
        for common in [
            "password1234",
            "Password123!",
            "PASSWORDPASSWORD",
            "qwertyuiop12",
            "123456789012",
            "aaaaaaaaaaaa",
            "abcabcabcabca",
            "!!!letmein2026!!!",
            "iloveyou1234",
            "mezzofy-demo",
            "1q2w3e4r5t6y",
            "123456123456",
        ] {
            assert_eq!(problem(common), Some(PasswordProblem::Common), "{common}");
        }
    }

    #[test]
    fn a_password_of_the_persons_name_or_address_is_refused() {
        for own in ["grace-tan-2026", "GraceTan!!!!!!", "ceo@mezzofy.example", "ceoceoceo123", "my.name.is.grace.tan"] {
            assert_eq!(problem(own), Some(PasswordProblem::Personal), "{own}");
        }
        assert_eq!(problem("oceanographers dine late"), None);
        assert_eq!(check("violet-anchor-77", "", ""), Ok(()));
    }

    #[test]
    fn the_list_holds_each_password_once_and_in_lower_case() {
        let lines: Vec<&str> = include_str!("../../../config/common-passwords.txt").lines().collect();
        let passwords = lines.iter().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!(passwords, COMMON.len());
        assert!(passwords >= 300 && COMMON.iter().all(|password| *password == password.to_lowercase()), "{passwords}");
    }
}
