//! What a provider says when it won't: its status, its reason and whether it asks to wait.

use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::model::ModelError;

/// As much of a reason as goes into an error.
const MAX_DETAIL_CHARS: usize = 500;

/// An answer other than 2xx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// From `retry-after-ms`, else `retry-after`.
    pub(crate) retry_after: Option<Duration>,
    /// From `x-should-retry`.
    pub(crate) should_retry: Option<bool>,
    pub(crate) body: String,
}

impl Refusal {
    pub(super) fn new(status: u16, headers: &HeaderMap, body: String) -> Self {
        let should_retry = text(headers, "x-should-retry").and_then(|it| it.to_ascii_lowercase().parse().ok());
        Self { status, retry_after: retry_after(headers), should_retry, body }
    }

    /// The reason in the provider's words, `error.message`; else what it wrote.
    pub(crate) fn detail(&self) -> String {
        let said = self.error("message").unwrap_or_else(|| self.body.trim().to_owned());
        match said.as_str() {
            "" => format!("status {}", self.status),
            _ => said.chars().take(MAX_DETAIL_CHARS).collect(),
        }
    }

    /// `error.type`, empty where there is none.
    pub(crate) fn kind(&self) -> String {
        self.error("type").unwrap_or_default()
    }

    /// The same request may work later.
    pub(crate) fn busy(&self) -> ModelError {
        let again = self.should_retry.unwrap_or(true);
        ModelError::Busy { detail: self.detail(), retry_after: self.retry_after, again }
    }

    fn error(&self, field: &str) -> Option<String> {
        let body: Value = serde_json::from_str(&self.body).ok()?;
        let error = body.get("error")?;
        let value = if field == "message" && error.is_string() { Some(error) } else { error.get(field) };
        value.and_then(Value::as_str).map(str::to_owned)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Milliseconds, seconds or an HTTP date (RFC 9110, 10.2.3), which counts from the answer's own date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| *number >= 0.0);
    let milliseconds = text(headers, "retry-after-ms").and_then(number);
    if let Some(wait) = milliseconds.and_then(|it| Duration::try_from_secs_f64(it / 1000.0).ok()) {
        return Some(wait);
    }
    let said = text(headers, RETRY_AFTER.as_str())?;
    if let Some(seconds) = number(said) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = DateTime::parse_from_rfc2822(said).ok()?;
    let now = DateTime::parse_from_rfc2822(text(headers, DATE.as_str())?).ok()?;
    Some((until - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn how_long_to_wait_is_read_in_milliseconds_then_seconds_then_as_a_date() {
        let date = ("date", "Sun, 22 Nov 2026 09:00:00 GMT");
        let cases = [
            (vec![("retry-after-ms", "1500"), ("retry-after", "9")], Some(1500)),
            (vec![("retry-after-ms", "soon"), ("retry-after", "9")], Some(9000)),
            (vec![("retry-after", "0.25")], Some(250)),
            (vec![date, ("retry-after", "Sun, 22 Nov 2026 09:00:30 GMT")], Some(30_000)),
            (vec![date, ("retry-after", "Sun, 22 Nov 2026 08:00:00 GMT")], Some(0)),
            (vec![("retry-after", "Sun, 22 Nov 2026 09:00:30 GMT")], None),
            (vec![("retry-after", "-3")], None),
            (vec![("retry-after", "1e300")], None),
            (vec![], None),
        ];
        for (pairs, wanted) in cases {
            let refusal = Refusal::new(429, &headers(&pairs), String::new());
            assert_eq!(refusal.retry_after, wanted.map(Duration::from_millis), "{pairs:?}");
        }
    }

    #[test]
    fn the_reason_is_the_providers_own_and_never_empty() {
        let told = |status, body: &str| Refusal::new(status, &HeaderMap::new(), body.to_owned());
        let json = told(400, r#"{"type":"error","error":{"type":"invalid_request_error","message":"no such field"}}"#);
        assert_eq!((json.kind().as_str(), json.detail().as_str()), ("invalid_request_error", "no such field"));
        assert_eq!(told(500, r#"{"error":"model not loaded"}"#).detail(), "model not loaded");
        assert_eq!(told(502, " Bad gateway\n").detail(), "Bad gateway");
        assert_eq!(told(503, "").detail(), "status 503");
        assert_eq!(told(503, &"x".repeat(9000)).detail().len(), MAX_DETAIL_CHARS);
    }

    #[test]
    fn whether_to_try_again_is_the_providers_to_say() {
        let again = |pairs| match Refusal::new(529, &headers(pairs), String::new()).busy() {
            ModelError::Busy { again, .. } => again,
            other => panic!("{other:?}"),
        };
        assert!(again(&[]));
        assert!(again(&[("x-should-retry", "True")]));
        assert!(!again(&[("x-should-retry", "false")]));
    }
}
