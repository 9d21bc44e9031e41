//! Addresses of this service, on the host by which it was asked.

use axum::http::{HeaderMap, header};
use serde_json::Value;
use url::Url;

use crate::query::QueryOptions;

/// The next page on the host by which this one was asked for.
pub(crate) fn next_link(user: &str, path: &[&str], options: &QueryOptions, headers: &HeaderMap) -> Value {
    let Some(mut url) = own_address(headers) else { return Value::Null };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(["v1.0", "users", user]).extend(path);
    }
    options.next_page(&mut url);
    Value::String(url.into())
}

pub(crate) fn own_address(headers: &HeaderMap) -> Option<Url> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    Url::parse(&format!("http://{host}")).ok()
}
