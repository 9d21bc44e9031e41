//! What a password must be like: long, not a common one, not the name or address of its owner or of the company. No rule asks for
//! kinds of characters, which make passwords harder to remember and no harder to guess (NIST SP 800-63B, section 3.1.1.2). It is
//! looked at in the form NFKC, so that a letter in another width is the same letter.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

/// Characters of a password at least.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// And at most, so that nobody makes the server hash a book.
pub const MAX_PASSWORD_CHARS: usize = 256;
/// A name of so many characters may not be part of a password; a shorter one only not all of it.
const MIN_OWN_NAME_CHARS: usize = 5;
/// What the product is called, which anybody would try.
const PRODUCT: &str = "Mezzofy";

/// Whose password it is to be.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Their name.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
    /// What their company is called.
    pub company: &'a str,
}

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
    /// It holds the name of the company or of the product.
    #[error("The password must not hold the name of the company or of this product.")]
    Company,
}

/// The common passwords, one a line, in lower case.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../../config/common-passwords.txt").lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// Checks a new password.
pub fn check(password: &str, owner: &Owner<'_>) -> Result<(), PasswordProblem> {
    let plain = plain(password);
    let length = password.chars().count();
    // One sign can stand for many letters, or many for one.
    if length.min(plain.chars().count()) < MIN_PASSWORD_CHARS {
        return Err(PasswordProblem::TooShort);
    }
    if length > MAX_PASSWORD_CHARS {
        return Err(PasswordProblem::TooLong);
    }
    if is_common(&plain) || is_repetition(&plain) {
        return Err(PasswordProblem::Common);
    }
    if is_made_of(&plain, &[owner.name, owner.email, owner.email.split('@').next().unwrap_or_default()]) {
        return Err(PasswordProblem::Personal);
    }
    if is_made_of(&plain, &[owner.company, PRODUCT]) {
        return Err(PasswordProblem::Company);
    }
    Ok(())
}

/// The form in which it is looked at.
fn plain(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// Whether it is listed, or is nothing more than a listed one, digits or signs once its ends and repetitions are off.
fn is_common(plain: &str) -> bool {
    let once = unit(plain);
    let core = once.trim_matches(|c: char| !c.is_alphabetic());
    once.chars().count() <= 4
        || core.is_empty()
        || [plain, once, core, unit(core)].iter().any(|form| COMMON.contains(form))
}

/// Whether too little is left once each piece between signs stands there a single time, or each repetition of the whole.
fn is_repetition(plain: &str) -> bool {
    let mut pieces: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty()).collect();
    let all = pieces.len();
    let mut seen = HashSet::new();
    pieces.retain(|piece| seen.insert(*piece));
    let short = |text: &str| text.chars().count() < MIN_PASSWORD_CHARS;
    let bare = letters_and_digits(plain);
    let once = unit(&bare);
    (pieces.len() < all && short(&pieces.join(" "))) || (once.len() < bare.len() && short(once))
}

/// The shortest text that gives this one when it is repeated, the last time perhaps not to its end.
fn unit(text: &str) -> &str {
    let starts = text.char_indices().map(|(at, _)| at).skip(1);
    let period = starts.filter(|&at| text.starts_with(&text[at..])).find(|&at| at * 2 <= text.len());
    &text[..period.unwrap_or(text.len())]
}

/// Whether one of these names is in it, or one too short for that is all of it.
fn is_made_of(plain_password: &str, names: &[&str]) -> bool {
    let bare = letters_and_digits(plain_password);
    let core = bare.trim_matches(char::is_numeric);
    names.iter().map(|name| letters_and_digits(&plain(name))).any(|name| {
        let telling = name.chars().count() >= MIN_OWN_NAME_CHARS;
        !name.is_empty() && (telling && bare.contains(&name) || core == name || unit(core) == name)
    })
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(password: &str) -> Option<PasswordProblem> {
        check(password, &Owner { name: "Grace Tan", email: "ceo@mezzofy.example", company: "Bistro Group" }).err()
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
        let nobody = Owner { name: "", email: "", company: "" };
        assert_eq!(check("violet-anchor-77", &nobody), Ok(()));
    }

    #[test]
    fn a_short_text_is_no_password_however_often_it_is_repeated_with_whatever_between() {
        for repeated in [
            "mezzofy-mezzofy",
            "violet violet violet",
            "anchor77/anchor77",
            "violetviolet",
            "ab12 ab12 ab12 ab12",
            "violet-77-violet-77",
        ] {
            assert_eq!(problem(repeated), Some(PasswordProblem::Common), "{repeated}");
        }
        for good in
            ["violet anchor violet", "violet-anchor-violet-anchor", "to be or not to be there", "ox-cat-elk-emu"]
        {
            assert_eq!(problem(good), None, "{good}");
        }
    }

    #[test]
    fn letters_in_another_width_or_form_are_the_same_letters() {
        for (same, why) in [
            ("ｍｅｚｚｏｆｙ－ｄｅｍｏ", PasswordProblem::Common),
            ("ｐａｓｓｗｏｒｄ１２３４", PasswordProblem::Common),
            ("𝓹𝓪𝓼𝓼𝔀𝓸𝓻𝓭𝟏𝟐𝟑𝟒", PasswordProblem::Common),
            ("ｇｒａｃｅ－ｔａｎ－２０２６", PasswordProblem::Personal),
            ("ｍｅｚｚｏｆｙ of the north", PasswordProblem::Company),
            ("ﷺ", PasswordProblem::TooShort),
        ] {
            assert_eq!(problem(same), Some(why), "{same}");
        }
    }

    #[test]
    fn the_names_of_the_company_and_the_product_are_no_part_of_a_password() {
        for named in ["our Mezzofy rocks!", "mezz-ofy-on-monday", "the-bistro-group-99x"] {
            assert_eq!(problem(named), Some(PasswordProblem::Company), "{named}");
        }
        assert_eq!(problem("a bistro by the group"), None);
    }

    #[test]
    fn the_list_holds_each_password_once_and_in_lower_case() {
        let lines: Vec<&str> = include_str!("../../../config/common-passwords.txt").lines().collect();
        let passwords = lines.iter().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!(passwords, COMMON.len());
        assert!(passwords >= 300 && COMMON.iter().all(|password| *password == password.to_lowercase()), "{passwords}");
    }
}
