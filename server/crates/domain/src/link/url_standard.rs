//! Hosts, as the URL standard reads them.

use url::{Host, Url};

/// Top level names without a registry that programs or a company's own network resolve (RFC 2606, 6761, 6762, 7686, 8375).
const RESERVED: [&str; 9] = ["arpa", "example", "internal", "invalid", "lan", "local", "localhost", "onion", "test"];

/// A page as the URL standard reads it.
pub(super) struct Page {
    pub(super) host: String,
    /// Host, port, path and query, lower case.
    pub(super) place: String,
}

/// Reads what stands after the scheme and its slashes.
pub(super) fn page(scheme: &str, rest: &str) -> Option<Page> {
    Url::parse(&format!("{scheme}://{rest}")).ok().and_then(|url| page_of(&url))
}

/// The page of a URL that leads to one.
pub(super) fn page_of(url: &Url) -> Option<Page> {
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    if host.is_empty() || !matches!(url.scheme(), "http" | "https" | "ftp" | "ws" | "wss") {
        return None;
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let fragment = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
    let place = format!("{host}{port}{}{query}{fragment}", url.path()).to_lowercase();
    Some(Page { host, place: place.trim_end_matches('/').to_owned() })
}

/// The domain of a mail address in ASCII.
pub(super) fn domain(text: &str) -> Option<String> {
    let Ok(Host::Domain(domain)) = Host::parse(text) else { return None };
    Some(domain)
}

/// The name that somebody registered, of a host that can be looked up; `None` for a single label, an IP address, and a name below
/// nothing that exists.
pub(super) fn registered(host: &str) -> Option<&str> {
    let (_, last) = host.rsplit_once('.')?;
    let exists = RESERVED.contains(&last) || psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known());
    exists.then(|| psl::domain_str(host).unwrap_or(host))
}

/// Whether these are four numbers with dots between: other forms of an IP address count only after a scheme.
pub(super) fn is_dotted_quad(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}
