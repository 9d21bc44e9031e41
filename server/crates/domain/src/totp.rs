//! Codes that change every 30 seconds (TOTP, RFC 6238, on HOTP, RFC 4226): what an authenticator app shows for a secret.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// Bytes of a secret, as many as SHA-1 has (RFC 4226, section 4).
pub const SECRET_BYTES: usize = 20;
/// Seconds of a step.
const STEP_SECONDS: i64 = 30;
/// Digits of a code.
const CODE_DIGITS: usize = 6;
/// Steps that a phone's clock may be behind or ahead.
const MAX_DRIFT_STEPS: i64 = 1;

/// The code of a step.
fn code(secret: &[u8], step: i64) -> u32 {
    // An HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return u32::MAX };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0xf);
    let word = u32::from_be_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]);
    (word & 0x7fff_ffff) % 1_000_000
}

/// The step whose code was typed: the present one, or one next to it, and later than the step whose code was taken last. How
/// long it takes does not depend on which digits are right.
#[must_use]
pub fn accept(secret: &[u8], typed: &str, now: DateTime<Utc>, last: Option<i64>) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != CODE_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let typed: u32 = digits.parse().ok()?;
    let present = now.timestamp().div_euclid(STEP_SECONDS);
    let (mut found, mut step) = (Choice::from(0), 0);
    for candidate in present - MAX_DRIFT_STEPS..=present + MAX_DRIFT_STEPS {
        let fresh = Choice::from(u8::from(last.is_none_or(|last| candidate > last)));
        let right = code(secret, candidate).ct_eq(&typed) & fresh;
        step.conditional_assign(&candidate, right);
        found |= right;
    }
    bool::from(found).then_some(step)
}

/// The secret as a person types it into an app: base32 without padding.
#[must_use]
pub fn base32(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// What the app reads from a QR code: the `otpauth` URL of a secret.
#[must_use]
pub fn url(secret: &[u8], issuer: &str, email: &str) -> String {
    let (issuer, email, secret) = (encoded(issuer), encoded(email), base32(secret));
    format!(
        "otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={CODE_DIGITS}&period={STEP_SECONDS}"
    )
}

/// All but unreserved characters percent-encoded (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    let each = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC: &[u8; SECRET_BYTES] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_codes_of_rfc_6238_are_taken_at_their_times() {
        // The last six digits of appendix B, and of RFC 4226, appendix D.
        for (seconds, typed) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(accept(RFC, typed, at(seconds), None), Some(seconds / 30), "{seconds}");
        }
        for (step, typed) in
            (0..).zip([755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489])
        {
            assert_eq!(code(RFC, step), typed, "{step}");
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_not_two() {
        for (now, taken) in [(29, true), (30, true), (89, true), (90, false), (120, false)] {
            let step = accept(RFC, "287082", at(now), None);
            assert_eq!(step, taken.then_some(1), "{now}");
        }
    }

    #[test]
    fn a_code_is_taken_once_and_none_before_it_again() {
        assert_eq!(accept(RFC, "287082", at(59), Some(1)), None);
        assert_eq!(accept(RFC, "755224", at(59), Some(1)), None, "the one of the step before");
        assert_eq!(accept(RFC, "359152", at(59), Some(1)), Some(2), "the next one");
    }

    #[test]
    fn only_six_digits_are_a_code_and_spaces_do_not_matter() {
        assert_eq!(accept(RFC, " 287 082 ", at(59), None), Some(1));
        for typed in ["", "28708", "2870820", "+28708", "２８７０８２", "abcdef", "0x1234"] {
            assert_eq!(accept(RFC, typed, at(59), None), None, "{typed}");
        }
    }

    #[test]
    fn the_url_names_company_person_and_secret() {
        assert_eq!(
            url(RFC, "Mezzofy 公司", "ana+1@mezzofy.example"),
            "otpauth://totp/Mezzofy%20%E5%85%AC%E5%8F%B8:ana%2B1%40mezzofy.example?\
             secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Mezzofy%20%E5%85%AC%E5%8F%B8&algorithm=SHA1&digits=6&period=30"
        );
    }
}
