//! The query options that local365 serves: `$select`, `$top`, `$skiptoken` and `$filter` on one extended property,
//! for a calendar its window. Any other option is refused rather than ignored.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use url::Url;

use crate::refusal::Refusal;
use crate::state::Local365;

const MAX_TOP: i64 = 1000;

/// The options of one request.
#[derive(Debug, Default)]
pub(crate) struct QueryOptions {
    pub(crate) select: Option<Vec<String>>,
    pub(crate) tag: Option<String>,
    pub(crate) skip: i64,
    pub(crate) top: i64,
    /// From when until when; of a calendar only.
    pub(crate) window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether the client asked for immutable ids.
    pub(crate) immutable: bool,
    given: HashMap<String, String>,
}

impl FromRequestParts<Local365> for QueryOptions {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Local365) -> Result<Self, Refusal> {
        let Query(given) = Query::<HashMap<String, String>>::try_from_uri(&parts.uri)
            .map_err(|_| Refusal::bad_request("The query can't be read."))?;
        let mut options = Self { top: 10, given, ..Self::default() };
        let mut window = [None; 2];
        let of_calendar = parts.uri.path().ends_with("/calendarView");
        for (name, value) in &options.given {
            match name.as_str() {
                "startDateTime" if of_calendar => window[0] = Some(moment(value)?),
                "endDateTime" if of_calendar => window[1] = Some(moment(value)?),
                "$select" => options.select = Some(value.split(',').map(|it| it.trim().to_owned()).collect()),
                "$top" => options.top = top(value)?,
                "$skiptoken" => options.skip = skip(value)?,
                "$filter" => options.tag = Some(tag_of_filter(value)?),
                other => {
                    return Err(Refusal::bad_request(format!("Query option '{other}' is not served by local365.")));
                }
            }
        }
        options.window = window[0].zip(window[1]);
        options.immutable = parts
            .headers
            .get_all("prefer")
            .iter()
            .filter_map(|it| it.to_str().ok())
            .any(|it| it.to_lowercase().replace([' ', '"'], "").contains("idtype=immutableid"));
        Ok(options)
    }
}

impl QueryOptions {
    /// The chosen properties of `full`; the id is always shown.
    pub(crate) fn select(&self, id: String, full: Value) -> Value {
        let chosen = |name: &String| self.select.as_ref().is_none_or(|select| select.contains(name));
        let mut shown = Map::from_iter([("id".to_owned(), Value::String(id))]);
        if let Value::Object(full) = full {
            shown.extend(full.into_iter().filter(|(name, _)| chosen(name)));
        }
        Value::Object(shown)
    }

    /// Makes `url` the next page's address: the same options with an opaque token.
    pub(crate) fn next_page(&self, url: &mut Url) {
        let token = BASE64_URL_SAFE_NO_PAD.encode(format!("skip:{}", self.skip + self.top));
        let mut pairs: Vec<_> = self.given.iter().filter(|(name, _)| *name != "$skiptoken").collect();
        pairs.sort();
        url.query_pairs_mut().clear().extend_pairs(pairs).append_pair("$skiptoken", &token);
    }
}

fn moment(text: &str) -> Result<DateTime<Utc>, Refusal> {
    let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    read.map_err(|_| Refusal::new(400, "ErrorInvalidParameter", format!("'{text}' is no time.")))
}

fn top(text: &str) -> Result<i64, Refusal> {
    let valid = text.parse().ok().filter(|top| (1..=MAX_TOP).contains(top));
    valid.ok_or_else(|| Refusal::bad_request(format!("Invalid value '{text}' for $top: 1 to {MAX_TOP}.")))
}

fn skip(token: &str) -> Result<i64, Refusal> {
    let read = || -> Option<i64> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        text.strip_prefix("skip:")?.parse().ok().filter(|skip| *skip >= 0)
    };
    read().ok_or_else(|| Refusal::bad_request("The $skiptoken is not valid."))
}

/// The tag of an extended property: its id without regard to letter case, and its value.
pub(crate) fn tag(property: &str, value: &str) -> String {
    format!("{}={value}", property.to_lowercase())
}

/// Reads `singleValueExtendedProperties/Any(ep: ep/id eq '..' and ep/value eq '..')`.
fn tag_of_filter(text: &str) -> Result<String, Refusal> {
    let read = || -> Option<String> {
        let mut rest = FilterReader(text);
        rest.word("singleValueExtendedProperties/any(")?;
        let (variable, after) = rest.0.split_once(':')?;
        let variable = variable.trim();
        rest = FilterReader(after);
        rest.word(variable)?;
        rest.word("/id")?;
        rest.word("eq")?;
        let id = rest.quoted()?;
        rest.word("and")?;
        rest.word(variable)?;
        rest.word("/value")?;
        rest.word("eq")?;
        let value = rest.quoted()?;
        rest.word(")")?;
        rest.0.trim().is_empty().then(|| tag(&id, &value))
    };
    read().ok_or_else(|| {
        Refusal::new(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    })
}

struct FilterReader<'a>(&'a str);

impl FilterReader<'_> {
    fn word(&mut self, word: &str) -> Option<()> {
        let text = self.0.trim_start();
        let head = text.get(..word.len())?;
        self.0 = &text[word.len()..];
        head.eq_ignore_ascii_case(word).then_some(())
    }

    /// A string in single quotes, where two of them are one.
    fn quoted(&mut self) -> Option<String> {
        let text = self.0.trim_start().strip_prefix('\'')?;
        let mut value = String::new();
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            if char != '\'' {
                value.push(char);
            } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
                value.push('\'');
            } else {
                self.0 = &text[at + 1..];
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_on_an_extended_property_is_read_with_its_quotes() {
        let text = "singleValueExtendedProperties/Any(ep: ep/id eq 'String {AB} Name Key' and ep/value eq 'it''s')";
        assert_eq!(tag_of_filter(text).unwrap(), tag("string {ab} name key", "it's"));
    }

    #[test]
    fn any_other_filter_is_refused() {
        for text in ["", "isDraft eq true", "singleValueExtendedProperties/Any(ep: ep/id eq 'x')", "é", "subject eq '"]
        {
            assert_eq!(tag_of_filter(text).unwrap_err().code, "ErrorInvalidUrlQueryFilter", "{text}");
        }
    }

    #[test]
    fn a_made_up_skip_token_is_refused() {
        let mut options = QueryOptions { top: 2, ..QueryOptions::default() };
        options.given.insert("$top".to_owned(), "2".to_owned());
        let mut url = Url::parse("http://127.0.0.1/v1.0?x=1").unwrap();
        options.next_page(&mut url);
        assert_eq!(url.query(), Some("%24top=2&%24skiptoken=c2tpcDoy"));
        assert_eq!(skip("c2tpcDoy").unwrap(), 2);
        assert!(skip("10").is_err());
    }
}
