//! Which records are of one company: the same domain (never that of a shared mail host), the same telephone number however it
//! is written, the same address of mail, or the same name without legal form; and names a slip apart where nothing else
//! speaks against it.

use std::collections::HashMap;

use super::Lead;
use crate::writing::{distance, is_han, plain};

/// Hosts where anybody has a mailbox or a page.
const SHARED_HOSTS: &str = "gmail.com googlemail.com yahoo.com yahoo.com.sg yahoo.com.my yahoo.com.hk yahoo.co.jp ymail.com \
    rocketmail.com hotmail.com hotmail.sg outlook.com outlook.sg live.com live.com.sg live.com.my msn.com icloud.com me.com mac.com \
    aol.com proton.me protonmail.com zoho.com gmx.com gmx.de mail.com yandex.com qq.com foxmail.com 163.com 126.com yeah.net \
    sina.com sina.cn sohu.com 139.com 189.cn aliyun.com naver.com daum.net hanmail.net nate.com singnet.com.sg starhub.net.sg \
    pacific.net.sg streamyx.com tm.net.my netvigator.com hinet.net rediffmail.com facebook.com fb.com instagram.com linkedin.com \
    twitter.com x.com tiktok.com youtube.com linktr.ee wa.me t.me google.com goo.gl wixsite.com wordpress.com blogspot.com \
    weebly.com shopify.com myshopify.com shopee.sg lazada.sg carousell.sg square.site business.site github.io weixin.qq.com \
    weibo.com xiaohongshu.com grab.com foodpanda.sg deliveroo.com.sg";

/// Words that say in which legal form a company is, or what everybody's name may end with.
const LEGAL_FORMS: &str = "pte ltd limited private llp llc lp inc incorporated corp corporation co company sdn bhd berhad pt cv tbk plc \
    gmbh ag sa sarl bv nv kk pty oy ab as spa srl";

/// Chinese and Japanese legal forms, the longest first.
const HAN_LEGAL_FORMS: [&str; 9] = [
    "股份有限公司",
    "有限责任公司",
    "私人有限公司",
    "集团有限公司",
    "有限公司",
    "株式会社",
    "責任公司",
    "责任公司",
    "公司",
];

/// Short forms of words in names.
const SHORT_FORMS: [(&str, &str); 16] = [
    ("intl", "international"),
    ("int", "international"),
    ("grp", "group"),
    ("rest", "restaurant"),
    ("restaurants", "restaurant"),
    ("svc", "services"),
    ("svcs", "services"),
    ("mgmt", "management"),
    ("mfg", "manufacturing"),
    ("tech", "technology"),
    ("bros", "brothers"),
    ("centre", "center"),
    ("sg", "singapore"),
    ("hk", "hongkong"),
    ("cafes", "cafe"),
    ("stores", "store"),
];

/// Places and their countries' telephone codes.
const CODES: [(&str, &str); 40] = [
    ("singapore", "65"),
    ("新加坡", "65"),
    ("malaysia", "60"),
    ("kuala lumpur", "60"),
    ("penang", "60"),
    ("johor", "60"),
    ("selangor", "60"),
    ("malacca", "60"),
    ("马来西亚", "60"),
    ("吉隆坡", "60"),
    ("hong kong", "852"),
    ("香港", "852"),
    ("macau", "853"),
    ("taiwan", "886"),
    ("taipei", "886"),
    ("台湾", "886"),
    ("台北", "886"),
    ("china", "86"),
    ("shanghai", "86"),
    ("beijing", "86"),
    ("shenzhen", "86"),
    ("guangzhou", "86"),
    ("中国", "86"),
    ("上海", "86"),
    ("thailand", "66"),
    ("bangkok", "66"),
    ("indonesia", "62"),
    ("jakarta", "62"),
    ("bali", "62"),
    ("surabaya", "62"),
    ("philippines", "63"),
    ("manila", "63"),
    ("cebu", "63"),
    ("vietnam", "84"),
    ("ho chi minh", "84"),
    ("hanoi", "84"),
    ("japan", "81"),
    ("tokyo", "81"),
    ("korea", "82"),
    ("seoul", "82"),
];
/// Country codes that a number may begin with, the longest first, and how many digits follow them.
const COUNTRIES: [(&str, usize, usize); 16] = [
    ("852", 8, 8),
    ("853", 8, 8),
    ("855", 8, 9),
    ("886", 8, 9),
    ("60", 8, 10),
    ("61", 9, 9),
    ("62", 8, 12),
    ("63", 8, 10),
    ("65", 8, 8),
    ("66", 8, 9),
    ("81", 9, 10),
    ("82", 8, 10),
    ("84", 9, 10),
    ("86", 10, 11),
    ("91", 10, 10),
    ("44", 10, 10),
];

/// What tells a company from others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Registered names of web sites and addresses of mail.
    pub domains: Vec<String>,
    /// Numbers with their country's code, as far as it is known.
    pub phones: Vec<Phone>,
    /// Good addresses of mail.
    pub emails: Vec<String>,
    /// The name without legal form, spaces and accents.
    pub name: String,
    /// The words of the name in alphabetical order.
    words: Vec<String>,
    place: String,
    industry: String,
    people: Vec<String>,
}

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// The country's code, where it is known.
    pub country: Option<&'static str>,
    /// The digits after it.
    pub national: String,
}

impl Phone {
    /// Reads a number as people write it; `place` is where its company is. `None` for what is too short to tell anything.
    #[must_use]
    pub fn read(text: &str, place: &str) -> Option<Self> {
        let text = plain(text);
        // Extensions are of one office.
        let text = text.split(['x', 'e', '#', ';', '/', ',']).next().unwrap_or_default().replace("(0)", "");
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let known = CODES.iter().find(|(name, _)| plain(place).contains(name)).map(|(_, code)| *code);
        let international = text.trim_start().trim_start_matches('(').starts_with('+') || digits.starts_with("00");
        let digits = if international { digits.trim_start_matches("00") } else { digits.as_str() };
        let split = |(code, least, most): &(&'static str, usize, usize)| {
            let rest = digits.strip_prefix(code)?.trim_start_matches('0');
            (*least..=*most).contains(&rest.len()).then(|| (*code, rest.to_owned()))
        };
        let mut coded = COUNTRIES.iter().filter_map(split);
        let found = if international { coded.next() } else { coded.find(|(code, _)| Some(*code) == known) };
        let (country, national) = match found {
            Some((code, rest)) => (Some(code), rest),
            None if international => (None, digits.to_owned()),
            None => (known, digits.trim_start_matches('0').to_owned()),
        };
        (national.len() >= 7).then_some(Self { country, national })
    }

    /// Whether both are one number, as far as can be told.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let country = match (self.country, other.country) {
            (Some(mine), Some(theirs)) => mine == theirs,
            (Some(code), None) | (None, Some(code)) => {
                let (with, without) = if self.country.is_some() { (self, other) } else { (other, self) };
                return with.national == without.national || format!("{code}{}", with.national) == without.national;
            }
            (None, None) => true,
        };
        country && self.national == other.national
    }
}

/// The registered name in a web address, an address of mail or a host; `None` where it is one that many share.
#[must_use]
pub fn domain(text: &str) -> Option<String> {
    let text = plain(text.trim());
    let text = text.rsplit_once('@').map_or(text.as_str(), |(_, host)| host);
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_end_matches('.');
    let labels: Vec<&str> = host.split('.').collect();
    let fits = |label: &&str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-') && !label.starts_with('-')
    };
    if labels.len() < 2 || !labels.iter().all(fits) || labels.iter().all(|label| label.parse::<u8>().is_ok()) {
        return None;
    }
    let registered = psl::domain_str(host)?;
    let shared = |name: &str| SHARED_HOSTS.split_whitespace().any(|shared| shared == name);
    (!shared(registered) && !shared(host)).then(|| registered.to_owned())
}

/// The words of a company's name without its legal form, lower case and simplified.
#[must_use]
pub fn name_words(company: &str) -> Vec<String> {
    let mut text = plain(company).replace(['&', '+'], " and ");
    for form in HAN_LEGAL_FORMS {
        text = text.replace(&plain(form), " ");
    }
    let spaced: String = text
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '.'))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let all: Vec<String> = spaced
        .split_whitespace()
        .map(|word| SHORT_FORMS.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| *long).to_owned())
        .collect();
    let legal = |word: &String| LEGAL_FORMS.split_whitespace().any(|form| form == word);
    let has_legal = all.iter().any(legal);
    let kept: Vec<String> = all
        .iter()
        .enumerate()
        .filter(|(at, word)| {
            let country_mark = has_legal && word.len() == 1 && matches!(word.as_str(), "s" | "m");
            let article = *at == 0 && *word == "the";
            !(legal(word) || country_mark || article || *word == "and")
        })
        .map(|(_, word)| word.clone())
        .collect();
    if kept.is_empty() { all } else { kept }
}

impl Identity {
    /// The keys of a lead.
    #[must_use]
    pub fn of(lead: &Lead) -> Self {
        let mut words = name_words(&lead.company);
        let name = words.concat();
        words.sort();
        let mut domains: Vec<String> = domain(&lead.website).into_iter().collect();
        let mut keys =
            Self { name, words, place: plain(&lead.location), industry: plain(&lead.industry), ..Self::default() };
        for contact in &lead.contacts {
            if contact.email_valid() {
                domains.extend(domain(&contact.email));
                keys.emails.push(contact.email.clone());
            }
            keys.phones.extend(Phone::read(&contact.phone, &lead.location));
            if !contact.name.is_empty() {
                keys.people.push(plain(&contact.name));
            }
        }
        domains.sort();
        domains.dedup();
        Self { domains, ..keys }
    }

    /// Whether a company is called so: the names are the same, a slip apart, or one has all the words of the other.
    #[must_use]
    pub fn names(&self, wanted: &Self) -> bool {
        let slip = if wanted.name.chars().count() >= 8 { 2 } else { usize::from(wanted.name.chars().count() >= 5) };
        !wanted.name.is_empty()
            && (self.name == wanted.name
                || self.words == wanted.words
                || distance(&self.name, &wanted.name, slip).is_some()
                || (wanted.words.len() > 1 && wanted.words.iter().all(|word| self.words.contains(word))))
    }

    /// Whether both are keys of one company.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        let common = |one: &[String], two: &[String]| one.iter().any(|key| two.contains(key));
        let phone = || self.phones.iter().any(|mine| other.phones.iter().any(|theirs| mine.is(theirs)));
        common(&self.domains, &other.domains)
            || common(&self.emails, &other.emails)
            || phone()
            || (!self.name.is_empty() && (self.name == other.name || self.words == other.words))
            || self.nearly_matches(other)
    }

    /// A name that is a slip apart counts only where something else speaks for it and nothing against it.
    fn nearly_matches(&self, other: &Self) -> bool {
        let apart = |one: &[String], two: &[String]| {
            !one.is_empty() && !two.is_empty() && one.iter().all(|key| !two.contains(key))
        };
        if self.contradicts(other) {
            return false;
        }
        let label = |keys: &Self| keys.domains.first().and_then(|domain| domain.split('.').next()).map(str::to_owned);
        let same_label = label(self).is_some_and(|mine| mine.len() >= 5 && label(other) == Some(mine));
        if apart(&self.domains, &other.domains) && !same_label {
            return false;
        }
        let person = self.people.iter().any(|name| other.people.contains(name));
        // Two numbers, none in common, are of two companies unless somebody works for both.
        if !self.phones.is_empty() && !other.phones.is_empty() && !person && !same_label {
            return false;
        }
        let place = !self.place.is_empty() && self.place == other.place;
        let most = match self.name.chars().count().min(other.name.chars().count()) {
            0..=5 => return same_label && (self.name.contains(&other.name) || other.name.contains(&self.name)),
            6..=11 => 1,
            _ => 2,
        };
        let near = distance(&self.name, &other.name, most).is_some();
        let part = same_label || person;
        let within = part && self.shares_words(other);
        (near && (place || person || same_label) && !self.differs_in_a_word(other)) || within
    }

    /// Numbers, industries or places that differ are of different companies: `Branch 2` is not `Branch 3`.
    fn contradicts(&self, other: &Self) -> bool {
        let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
        let differ = |one: &str, two: &str| !one.is_empty() && !two.is_empty() && one != two;
        let places = differ(&self.place, &other.place)
            && !self.place.contains(&other.place)
            && !other.place.contains(&self.place);
        digits(&self.name) != digits(&other.name) || places || differ(&self.industry, &other.industry)
    }

    /// Whether one name has all the words of the other, at least two, or one long one.
    fn shares_words(&self, other: &Self) -> bool {
        let (few, many) = if self.words.len() <= other.words.len() { (self, other) } else { (other, self) };
        let all = few.words.iter().all(|word| many.words.contains(word));
        all && (few.words.len() > 1 || few.words.first().is_some_and(|word| word.chars().count() >= 6))
    }

    /// Whether the names differ in whole words, not by a slip: `Sunrise Hotel` and `Sunrise Motel` are two words of the language.
    fn differs_in_a_word(&self, other: &Self) -> bool {
        const PAIRS: [(&str, &str); 8] = [
            ("hotel", "motel"),
            ("hotel", "hostel"),
            ("east", "west"),
            ("north", "south"),
            ("food", "foot"),
            ("bar", "spa"),
            ("spa", "spas"),
            ("day", "bay"),
        ];
        let mine: Vec<&String> = self.words.iter().filter(|word| !other.words.contains(word)).collect();
        let theirs: Vec<&String> = other.words.iter().filter(|word| !self.words.contains(word)).collect();
        let pair =
            |one: &str, two: &str| PAIRS.iter().any(|(a, b)| (*a == one && *b == two) || (*a == two && *b == one));
        // One character of Han is a word, and so is a short word of letters.
        mine.iter().zip(&theirs).any(|(one, two)| {
            pair(one, two) || one.chars().any(is_han) || (one.chars().count() < 5 && two.chars().count() < 5)
        })
    }

    /// Where records of one company can meet: each shares a block with every other that may be the same.
    fn blocks(&self) -> Vec<String> {
        let mut blocks: Vec<String> = self.domains.iter().map(|domain| format!("d{domain}")).collect();
        blocks
            .extend(self.domains.iter().filter_map(|domain| domain.split('.').next()).map(|label| format!("l{label}")));
        blocks.extend(self.emails.iter().map(|email| format!("e{email}")));
        blocks.extend(self.phones.iter().map(|phone| {
            let digits: Vec<char> = phone.national.chars().collect();
            format!("p{}", digits[digits.len().saturating_sub(7)..].iter().collect::<String>())
        }));
        let letters: Vec<char> = self.name.chars().collect();
        if !letters.is_empty() {
            let piece = |range: &[char]| range.iter().collect::<String>();
            blocks.push(format!("b{}", piece(&letters[..letters.len().min(3)])));
            blocks.push(format!("f{}", piece(&letters[letters.len().saturating_sub(3)..])));
            blocks.push(format!("w{}", self.words.concat()));
        }
        blocks.extend(self.people.iter().map(|name| format!("n{name}")));
        blocks
    }
}

/// For each record the first one of the same company; one that is alone names itself. What is the same as a third is the same.
#[must_use]
pub fn groups(all: &[Identity]) -> Vec<usize> {
    let mut first: Vec<usize> = (0..all.len()).collect();
    let mut blocks: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, keys) in all.iter().enumerate() {
        let mut met: Vec<usize> =
            keys.blocks().iter().filter_map(|block| blocks.get(block)).flatten().copied().collect();
        met.sort_unstable();
        met.dedup();
        for other in met {
            if keys.matches(&all[other]) {
                let (one, two) = (root(&first, at), root(&first, other));
                first[one.max(two)] = one.min(two);
            }
        }
        for block in keys.blocks() {
            blocks.entry(block).or_default().push(at);
        }
    }
    (0..all.len()).map(|at| root(&first, at)).collect()
}

fn root(first: &[usize], mut at: usize) -> usize {
    while first[at] != at {
        at = first[at];
    }
    at
}
