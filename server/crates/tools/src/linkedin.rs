//! Where companies are looked for: one contract, several sources. Pages in the shape of `LinkedIn`'s are read company by company,
//! slowly, and only where an operator has switched that on; a wall ends it, and nothing is done to get around one.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::effect::is_address;
use mezzofy_domain::id::{self, Id};
use mezzofy_store::redis::{Rate, Redis};
use reqwest::header::{COOKIE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::research::{element, plain};
use mezzofy_engine::web::{FetchError, Web};

/// Pages of results that are looked through.
const PAGES: usize = 10;

/// A company that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Company {
    /// Its name.
    pub name: String,
    /// What it does, as the page calls it.
    pub industry: String,
    /// Where it is.
    pub place: String,
    /// Its web site.
    pub website: String,
    /// What else the page says, a line each.
    pub facts: Vec<String>,
}

/// What ended a search before its count was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchEnd {
    /// No more results.
    NoMore,
    /// The person has looked up as many companies as an hour allows.
    Limit,
    /// The source asks for a sign-in or refuses to answer.
    Wall,
}

/// Where companies are looked for.
#[derive(Debug)]
pub enum Source {
    /// Nowhere.
    Off,
    /// Pages below this address, read with the operator's own session where there is one.
    Pages {
        /// The address, without a slash at its end.
        base: String,
        /// The session's cookie.
        session: Option<SecretString>,
    },
}

/// Looks companies up and counts the look-ups of each person.
#[derive(Debug)]
pub struct Prospecting {
    source: Source,
    an_hour: usize,
    lookups: Mutex<HashMap<Id<id::Person>, Vec<DateTime<Utc>>>>,
    redis: Option<Redis>,
}

impl Prospecting {
    /// Looks in a source, so many companies an hour for each person.
    #[must_use]
    pub fn new(source: Source, an_hour: usize, redis: Option<Redis>) -> Self {
        Self { source, an_hour, lookups: Mutex::default(), redis }
    }

    /// Whether there is a source.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !matches!(self.source, Source::Off)
    }

    /// Counts a look-up, if the hour has room for it.
    fn count(&self, person: Id<id::Person>, now: DateTime<Utc>) -> bool {
        let Ok(mut lookups) = self.lookups.lock() else { return false };
        let mine = lookups.entry(person).or_default();
        mine.retain(|at| now - *at < TimeDelta::hours(1));
        if mine.len() >= self.an_hour {
            return false;
        }
        mine.push(now);
        true
    }

    /// Counts a look-up in all processes. Nobody who keeps to the hour in one process alone is held up by that.
    async fn count_everywhere(&self, person: Id<id::Person>) -> bool {
        let Some(redis) = &self.redis else { return true };
        let rate = Rate { many: u32::try_from(self.an_hour).unwrap_or(u32::MAX), within: Duration::from_hours(1) };
        !matches!(redis.count("lookup", &person.to_string(), rate).await, Some(Err(_)))
    }

    /// Finds up to `wanted` companies for keywords that `fits` takes, and says why there are not more.
    pub async fn find(
        &self,
        web: &Web,
        keywords: &str,
        wanted: usize,
        by: (Id<id::Person>, DateTime<Utc>),
        fits: impl Fn(&Company) -> bool,
    ) -> (Vec<Company>, Option<SearchEnd>) {
        let Source::Pages { base, session } = &self.source else { return (Vec::new(), Some(SearchEnd::NoMore)) };
        let mut found: Vec<Company> = Vec::new();
        for page in 1..=PAGES {
            let keywords: String = url::form_urlencoded::byte_serialize(keywords.as_bytes()).collect();
            let address = format!("{base}/search/results/companies/?keywords={keywords}&page={page}");
            let html = match self.page(web, &address, session.as_ref()).await {
                Ok(html) => html,
                Err(ended) => return (found, Some(ended)),
            };
            let slugs = slugs(&html);
            if slugs.is_empty() {
                return (found, Some(SearchEnd::NoMore));
            }
            for slug in slugs {
                if found.len() >= wanted {
                    return (found, None);
                }
                if !self.count(by.0, by.1) || !self.count_everywhere(by.0).await {
                    return (found, Some(SearchEnd::Limit));
                }
                match self.page(web, &format!("{base}/company/{slug}/"), session.as_ref()).await {
                    Ok(html) => found.extend(company(&html).filter(&fits)),
                    Err(SearchEnd::Wall) => return (found, Some(SearchEnd::Wall)),
                    Err(_) => {}
                }
            }
        }
        let ended = (found.len() < wanted).then_some(SearchEnd::NoMore);
        (found, ended)
    }

    async fn page(&self, web: &Web, address: &str, session: Option<&SecretString>) -> Result<String, SearchEnd> {
        let mut headers = HeaderMap::new();
        if let Some(mut cookie) = session.and_then(|cookie| HeaderValue::from_str(cookie.expose_secret()).ok()) {
            cookie.set_sensitive(true);
            headers.insert(COOKIE, cookie);
        }
        match web.get_with(address, headers).await {
            Ok(fetched)
                if fetched.url.contains("authwall")
                    || fetched.url.contains("/login")
                    || fetched.url.contains("checkpoint") =>
            {
                Err(SearchEnd::Wall)
            }
            Ok(fetched) => Ok(String::from_utf8_lossy(&fetched.bytes).into_owned()),
            Err(FetchError::Status(_, 401 | 403 | 429 | 999)) => Err(SearchEnd::Wall),
            Err(unread) => {
                tracing::info!(%unread, "a page of companies was not read");
                Err(SearchEnd::NoMore)
            }
        }
    }
}

/// The companies that a page of results links to, each once.
fn slugs(html: &str) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    for rest in html.split("/company/").skip(1) {
        let slug: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '%')).collect();
        if !slug.is_empty() && !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    slugs
}

/// What a company's page says of it: its structured data, and the list of facts. A page that names the network itself is none.
fn company(html: &str) -> Option<Company> {
    let data = html.split("application/ld+json").nth(1).and_then(|rest| rest.split_once('>')).map(|(_, rest)| rest);
    let data = data
        .and_then(|rest| rest.split("</script>").next())
        .and_then(|text| serde_json::from_str::<Value>(text).ok())?;
    let nodes = data.get("@graph").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![data]);
    let node = nodes.into_iter().find(|node| node.get("@type").is_some_and(|kind| kind == "Organization"))?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let name: String = text(node.get("name")).chars().take(200).collect();
    if name.is_empty() || name == "LinkedIn" {
        return None;
    }
    let facts = facts(html);
    let fact = |wanted: &str| {
        facts.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let website = Some(text(node.get("sameAs"))).filter(|site| !site.is_empty()).unwrap_or_else(|| fact("Website"));
    let place = Some(fact("Headquarters")).filter(|place| !place.is_empty());
    let place = place.unwrap_or_else(|| text(node.pointer("/address/addressLocality")));
    let kept = ["Company size", "Founded", "Specialties"];
    Some(Company {
        name,
        industry: fact("Industry"),
        place,
        website,
        facts: facts
            .iter()
            .filter(|(name, _)| kept.contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {}", value.chars().take(200).collect::<String>()))
            .collect(),
    })
}

fn facts(html: &str) -> Vec<(String, String)> {
    let Some(list) = element(html, "dl") else { return Vec::new() };
    let pair = |piece: &str| {
        let (name, rest) = piece.split_once("</dt>")?;
        let name = plain(name.split_once('>').map_or(name, |(_, name)| name));
        element(rest, "dd").map(|value| (name, plain(value)))
    };
    list.split("<dt").skip(1).filter_map(pair).collect()
}

/// The address of mail and the telephone number that a company's own page shows.
#[must_use]
pub fn contact(html: &str) -> (Option<String>, Option<String>) {
    let linked = |scheme: &str| {
        html.split(scheme)
            .nth(1)
            .map(|rest| rest.split(['"', '\'', '?', '>', '<']).next().unwrap_or_default().trim().to_owned())
    };
    let email = linked("mailto:").map(|email| email.to_lowercase()).filter(|email| is_address(email)).or_else(|| {
        let text = plain(html);
        let words = text.split(|c: char| c.is_whitespace() || ",;()<>".contains(c));
        words.map(|word| word.trim_end_matches('.').to_lowercase()).find(|word| is_address(word))
    });
    (email, linked("tel:").filter(|phone| phone.chars().filter(char::is_ascii_digit).count() >= 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<html><script type="application/ld+json">{"@graph":[{"@type":"DiscussionForumPosting","name":"x"},
        {"@type":"Organization","name":"ABC Dining","sameAs":"https://abc.example","address":{"addressLocality":"Singapore"}}]}</script>
        <dl class="a"><dt class="b">Industry</dt><dd>Food &amp; Beverage</dd><dt>Company size</dt><dd>51-200 employees</dd></dl></html>"#;

    #[test]
    fn a_companys_page_is_read_and_a_wall_is_none() {
        let found = company(PAGE).unwrap();
        assert_eq!(
            (found.name.as_str(), found.industry.as_str(), found.place.as_str()),
            ("ABC Dining", "Food & Beverage", "Singapore")
        );
        assert_eq!(
            (found.website.as_str(), found.facts.as_slice()),
            ("https://abc.example", ["Company size: 51-200 employees".to_owned()].as_slice())
        );
        assert_eq!(company(&PAGE.replace("ABC Dining", "LinkedIn")), None);
        assert_eq!(company("<html>Sign in</html>"), None);
        assert_eq!(
            slugs(r#"<a href="/company/abc-dining/">A</a> <a href="/company/abc-dining/about">B</a>"#),
            ["abc-dining"]
        );
    }

    #[test]
    fn a_companys_own_page_shows_how_to_reach_it() {
        let page = r#"<a href="mailto:Hello@ABC.example?subject=x">write</a> <a href="tel:+6561234567">call</a>"#;
        assert_eq!(contact(page), (Some("hello@abc.example".to_owned()), Some("+6561234567".to_owned())));
        assert_eq!(contact("<p>Mail us at info@abc.example.</p>"), (Some("info@abc.example".to_owned()), None));
        assert_eq!(contact("<p>Nothing</p>"), (None, None));
    }

    #[test]
    fn an_hour_has_room_for_so_many_look_ups_of_each_person() {
        let prospecting = Prospecting::new(Source::Off, 2, None);
        let (ana, ben) = (Id::from(uuid::Uuid::from_u128(1)), Id::from(uuid::Uuid::from_u128(2)));
        let now = DateTime::UNIX_EPOCH;
        assert!(prospecting.count(ana, now) && prospecting.count(ana, now) && !prospecting.count(ana, now));
        assert!(prospecting.count(ben, now));
        assert!(prospecting.count(ana, now + TimeDelta::hours(1)));
    }
}
