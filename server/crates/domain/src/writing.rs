//! How texts are compared across ways of writing: width, traditional and simplified characters, accents, forms of a word.

use std::collections::HashMap;
use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

/// The simplified form of each Han character that has another one, by `OpenCC`. Character by character, so that a part of a text
/// reads as the text does.
static FORMS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let Ok(opencc) = OpenCC::from_config(BuiltinConfig::T2s) else { return HashMap::new() };
    // A line each: in a phrase a character may have another form.
    let lines: String = ('\u{3400}'..='\u{9fff}').flat_map(|c| [c, '\n']).collect();
    let simplified = opencc.convert(&lines);
    lines.chars().zip(simplified.chars()).filter(|(from, to)| from != to).collect()
});

/// The simplified form of a character; others stay.
#[must_use]
pub fn simplified(c: char) -> char {
    match c {
        c if !is_han(c) => c,
        // OpenCC tells what is for hanging up from what is to be paid; people write one for the other.
        '帳' | '帐' | '賬' => '账',
        c => FORMS.get(&c).copied().unwrap_or(c),
    }
}

/// Whether a character is one of the Han script.
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}' | '〇')
}

/// Whether a character is part of the one before it: an accent by itself.
#[must_use]
pub fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// A full-width character of ASCII as ASCII, a half-width one of another script as the usual one.
#[must_use]
pub fn half_width(c: char) -> char {
    match c {
        '\u{a0}' | '\u{3000}' | '\u{ff01}'..='\u{ffef}' => c.nfkc().next().unwrap_or(c),
        other => other,
    }
}

/// A Latin letter without its accent, a doubled Han character as the usual one; `None` for an accent by itself.
fn without_accent(c: char) -> Option<char> {
    match c {
        '\u{300}'..='\u{36f}' => None,
        'ø' => Some('o'),
        'ł' => Some('l'),
        'đ' => Some('d'),
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}' => {
            c.nfd().next()
        }
        other => Some(other),
    }
}

/// Lower case, half width, simplified, without accents.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(half_width).flat_map(char::to_lowercase).filter_map(without_accent).map(simplified).collect()
}

/// What the forms of an English word have in common; a word of fewer than four letters, or of another script, as it is.
#[must_use]
pub fn stem(word: &str) -> String {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

/// An English word without plural, `-ing`, `-ed` and a final `e`: what names are compared by, for which [`stem`] takes too much together
/// (`Mary` and `Marie`).
#[must_use]
pub fn light_stem(word: &str) -> String {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut stem = word;
    if let Some(base) = stem.strip_suffix("ies").filter(|base| base.len() > 2) {
        return format!("{base}y");
    }
    if !["ss", "us", "is"].iter().any(|end| stem.ends_with(end)) {
        stem = stem.strip_suffix('s').unwrap_or(stem);
    }
    let base = stem.strip_suffix("ing").or_else(|| stem.strip_suffix("ed"));
    if let Some(base) = base.filter(|base| base.len() > 2) {
        stem = base;
    }
    stem.strip_suffix('e').filter(|base| base.len() > 2).unwrap_or(stem).to_owned()
}

/// How many insertions, deletions, changes and swaps of neighbours turn one text into the other, counted up to `most`.
/// (Optimal string alignment.)
#[must_use]
pub fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    if one.chars().count().abs_diff(other.chars().count()) > most {
        return None;
    }
    Some(strsim::osa_distance(one, other)).filter(|steps| *steps <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_writing_fall_together() {
        assert_eq!(plain("金龍餐飲國際"), plain("金龙餐饮国际"));
        assert_eq!(plain("Ｃａｆé Zoë"), "cafe zoe");
        assert_eq!(plain("Cafe\u{301} Phở Đà Nẵng Łódź Smørrebrød"), "cafe pho da nang lodz smorrebrod");
        assert_eq!(plain("ﾗｰﾒﾝ"), "ラーメン");
        assert_eq!(plain("顧客的電郵"), "顾客的电邮");
    }

    #[test]
    fn traditional_characters_of_business_places_and_names_fall_together_with_simplified_ones() {
        for (traditional, simplified) in [
            ("銀行義務圓滿蘇先生", "银行义务圆满苏先生"),
            ("帳單賬單帐单", "账单账单账单"),
            ("諮詢瀋陽傢俬嚐試", "咨询沈阳家私尝试"),
            ("後週乾淨麵包鬱金香", "后周干净面包郁金香"),
            ("羅湖區藝術館衛星鐵路", "罗湖区艺术馆卫星铁路"),
        ] {
            assert_eq!(plain(traditional), plain(simplified), "{traditional}");
        }
        let simplified = "呵护捍卫呱呱矽谷银行账单重庆叠加";
        assert_eq!(plain(simplified), simplified);
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (one, other) in [
            ("policies", "policy"),
            ("coupons", "coupon"),
            ("redeeming", "redeemed"),
            ("companies", "company"),
            ("refunds", "refunding"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_eq!((stem("pos"), stem("优惠券"), stem("b2b")), ("pos".into(), "优惠券".into(), "b2b".into()));
    }

    #[test]
    fn forms_of_a_name_share_a_light_stem() {
        for (one, other) in [
            ("statements", "statement"),
            ("emailing", "email"),
            ("generating", "generate"),
            ("companies", "company"),
            ("mailed", "mail"),
        ] {
            assert_eq!(light_stem(one), light_stem(other), "{one} {other}");
        }
        assert_ne!(light_stem("business"), light_stem("busines"));
        assert_eq!(stem("mary"), stem("marie"));
        assert_ne!(light_stem("mary"), light_stem("marie"));
    }

    #[test]
    fn the_distance_counts_slips_of_the_keyboard() {
        assert_eq!(distance("golden", "goldne", 2), Some(1));
        assert_eq!(distance("golden", "gelden", 2), Some(1));
        assert_eq!(distance("golden", "goldens", 0), None);
        assert_eq!(distance("golden", "silver", 2), None);
        assert_eq!(distance("", "", 0), Some(0));
    }
}
