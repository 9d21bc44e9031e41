//! Reading addresses of the web for people: only public ones, each hop looked at, little time and little size. The address may
//! come from outside, so what it leads to is decided here (server-side request forgery, OWASP).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, StatusCode, Url};

/// Hops at most.
const MAX_REDIRECTS: usize = 5;
/// Bytes of a page at most, as they are read.
const MAX_PAGE_BYTES: usize = 10 * 1024 * 1024;
/// All hops together.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Why an address was not read, as a sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It may not be read at all.
    #[error("{0} is not read: {1}.")]
    Refused(String, &'static str),
    /// It does not answer, or not with what can be read.
    #[error("{0} could not be read: {1}.")]
    Failed(String, String),
    /// It answered with this status.
    #[error("{0} answered with status {1}.")]
    Status(String, u16),
}

/// What an address gave.
#[derive(Debug, Clone)]
pub struct FetchedPage {
    /// Where it was read, after redirects.
    pub url: String,
    /// Its media type without parameters.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// The way to the web.
#[derive(Debug, Clone)]
pub struct Web {
    client: Client,
    allowed: Arc<Vec<String>>,
}

/// Finds the addresses of a name and leaves out those inside.
#[derive(Debug)]
struct Public {
    allowed: Arc<Vec<String>>,
}

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let inside = allowed.iter().any(|allowed| allowed.rsplit_once(':').is_some_and(|(name, _)| name == host));
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| inside || is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

impl Web {
    /// The web, and these hosts with their ports besides, such as `127.0.0.1:9000`.
    pub fn new(allowed: Vec<String>) -> Result<Self, String> {
        let allowed = Arc::new(allowed);
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(REQUEST_TIMEOUT)
            .dns_resolver(Arc::new(Public { allowed: allowed.clone() }))
            .user_agent("MezzofyAssistant/1.0")
            .build();
        Ok(Self { client: client.map_err(|error| error.to_string())?, allowed })
    }

    /// Reads an address.
    pub async fn get(&self, address: &str) -> Result<FetchedPage, FetchError> {
        self.get_with(address, HeaderMap::new()).await
    }

    /// The same with headers, which only the first host gets.
    pub async fn get_with(&self, address: &str, headers: HeaderMap) -> Result<FetchedPage, FetchError> {
        let failed = |reason: String| FetchError::Failed(address.to_owned(), reason);
        match tokio::time::timeout(REQUEST_TIMEOUT, self.hops(address, headers)).await {
            Ok(fetched) => fetched,
            Err(_) => Err(failed("it took longer than 20 seconds".to_owned())),
        }
    }

    /// Posts to an address, following nothing: its status, and after how many seconds it wants to be asked again.
    pub async fn post(
        &self,
        address: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<(u16, Option<u64>), FetchError> {
        let url = self.checked(address)?;
        let failed = |error: reqwest::Error| FetchError::Failed(address.to_owned(), short(&error));
        let answer = self.client.post(url).headers(headers).body(body).send().await.map_err(failed)?;
        let after = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
        Ok((answer.status().as_u16(), after))
    }

    /// Why nothing may be sent to an address; it must be `https`, but for those that are allowed by name.
    #[must_use]
    pub fn why_not(&self, address: &str) -> Option<String> {
        match self.checked(address) {
            Err(FetchError::Refused(address, why)) => Some(format!("Nothing can be sent to {address}: {why}.")),
            Err(refused) => Some(refused.to_string()),
            Ok(url) if url.scheme() == "https" || self.allows(&url) => None,
            Ok(_) => Some(format!("Nothing is sent to {address}: it is not https.")),
        }
    }

    fn allows(&self, url: &Url) -> bool {
        let host = url.host().zip(url.port_or_known_default()).map(|(host, port)| format!("{host}:{port}"));
        host.is_some_and(|host| self.allowed.contains(&host))
    }

    async fn hops(&self, address: &str, headers: HeaderMap) -> Result<FetchedPage, FetchError> {
        let mut url = self.checked(address)?;
        let first = url.host_str().map(str::to_owned);
        for _ in 0..=MAX_REDIRECTS {
            let failed = |reason: String| FetchError::Failed(url.to_string(), reason);
            let mut request = self.client.get(url.clone());
            if url.host_str().map(str::to_owned) == first {
                request = request.headers(headers.clone());
            }
            let answer = request.send().await.map_err(|error| failed(short(&error)))?;
            if answer.status().is_redirection() {
                let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
                let next = url.join(to).map_err(|_| failed("it leads to no address".to_owned()))?;
                url = self.checked(next.as_str())?;
                continue;
            }
            if answer.status() != StatusCode::OK {
                return Err(FetchError::Status(url.to_string(), answer.status().as_u16()));
            }
            let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("text/html");
            let media_type = kind.split(';').next().unwrap_or_default().trim().to_lowercase();
            let bytes = body(answer).await.map_err(failed)?;
            return Ok(FetchedPage { url: url.to_string(), media_type, bytes });
        }
        Err(FetchError::Failed(address.to_owned(), "it leads on more than five times".to_owned()))
    }

    /// The address, if it may be read.
    fn checked(&self, address: &str) -> Result<Url, FetchError> {
        let refused = |why| FetchError::Refused(address.chars().take(200).collect(), why);
        let url = Url::parse(address.trim()).map_err(|_| refused("it is no address of the web"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("only http and https are"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("it holds a name or password"));
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(refused("it names no host"));
        };
        if self.allows(&url) {
            return Ok(url);
        }
        if !matches!(port, 80 | 443) {
            return Err(refused("only the ports 80 and 443 are"));
        }
        // A literal address does not pass the resolver.
        let public = match host {
            url::Host::Ipv4(address) => is_public(IpAddr::V4(address)),
            url::Host::Ipv6(address) => is_public(IpAddr::V6(address)),
            url::Host::Domain(name) => {
                !matches!(name.trim_end_matches('.').to_lowercase().as_str(), "localhost" | "")
                    && !name.ends_with(".localhost")
            }
        };
        if public { Ok(url) } else { Err(refused("it leads into the company's own network")) }
    }
}

async fn body(mut answer: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| short(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_PAGE_BYTES {
            return Err("it is larger than 10 MB".to_owned());
        }
    }
    Ok(bytes)
}

/// What went wrong, without the address that the sentence names already.
fn short(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Whether an address is one of the public internet (RFC 6890 and its updates).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            if let Some(inner) = address.to_ipv4_mapped() {
                return is_public_v4(inner);
            }
            let [first, second, ..] = address.segments();
            let inside = address == Ipv6Addr::LOCALHOST
                || address == Ipv6Addr::UNSPECIFIED
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
                || first & 0xffc0 == 0xfec0
                || first & 0xff00 == 0xff00
                || (first == 0x64 && second == 0xff9b)
                || (first == 0x2001 && (second == 0 || second == 0xdb8))
                || first == 0x2002
                || address.segments()[..6] == [0; 6];
            !inside
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(matches!(a, 0 | 10 | 127 | 224..=255)
        || (a == 100 && (64..=127).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..=31).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_read() {
        let web = Web::new(vec!["127.0.0.1:9000".to_owned()]).unwrap();
        for address in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://10.1.2.3/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://192.168.1.1/",
            "http://localhost/",
            "http://a.localhost/",
            "http://0.0.0.0/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://[64:ff9b::7f00:1]/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "http://user:pass@example.com/",
            "http://example.com:8080/",
            "http://127.0.0.1:9001/",
            "gopher://x/",
            "x",
        ] {
            assert!(matches!(web.checked(address), Err(FetchError::Refused(..))), "{address}");
        }
        for address in [
            "https://example.com/a?b=c",
            "http://93.184.216.34/",
            "http://127.0.0.1:9000/x",
            "http://[2606:2800:220:1::1]/",
        ] {
            assert!(web.checked(address).is_ok(), "{address}");
        }
    }
}
