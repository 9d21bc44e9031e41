//! Searching the web and reading what it finds. Without a configured search nothing is searched, and that is said.

use std::collections::BTreeSet;
use std::time::Duration;

use mezzofy_store::knowledge::words;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use mezzofy_engine::web::FetchedPage;

/// The search must answer within this time.
const FETCH_TIMEOUT: Duration = Duration::from_secs(15);

/// Who searches.
#[derive(Debug, Clone)]
pub enum Search {
    /// A server of `SearXNG` with JSON switched on.
    Searxng {
        /// Its address.
        url: String,
    },
    /// Brave's search API.
    Brave {
        /// Its address.
        url: String,
        /// The key.
        key: SecretString,
    },
}

/// A page that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// What the search shows of it.
    pub text: String,
}

#[derive(Deserialize)]
struct SearxngAnswer {
    #[serde(default)]
    results: Vec<SearxngHit>,
}

#[derive(Deserialize)]
struct SearxngHit {
    url: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    content: String,
}

#[derive(Deserialize)]
struct BraveAnswer {
    web: Option<BraveWeb>,
}

#[derive(Deserialize)]
struct BraveWeb {
    #[serde(default)]
    results: Vec<BraveHit>,
}

#[derive(Deserialize)]
struct BraveHit {
    url: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

impl Search {
    /// What a search finds, the best first.
    pub async fn find(&self, question: &str, most: usize) -> Result<Vec<Hit>, String> {
        let client =
            reqwest::Client::builder().timeout(FETCH_TIMEOUT).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|error| error.to_string())?;
        let failed = |error: reqwest::Error| {
            tracing::warn!(error = %error.without_url(), "the web search failed");
            "The web search does not answer at the moment.".to_owned()
        };
        let hits: Vec<Hit> = match self {
            Self::Searxng { url } => {
                let request = client
                    .get(format!("{}/search", url.trim_end_matches('/')))
                    .query(&[("q", question), ("format", "json")]);
                let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
                let answer: SearxngAnswer = answer.json().await.map_err(failed)?;
                answer
                    .results
                    .into_iter()
                    .map(|hit| Hit { title: hit.title, url: hit.url, text: hit.content })
                    .collect()
            }
            Self::Brave { url, key } => {
                let request = client
                    .get(format!("{}/res/v1/web/search", url.trim_end_matches('/')))
                    .query(&[("q", question), ("count", &most.to_string())])
                    .header("X-Subscription-Token", key.expose_secret());
                let answer = request.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
                let answer: BraveAnswer = answer.json().await.map_err(failed)?;
                let found = answer.web.map(|web| web.results).unwrap_or_default();
                found
                    .into_iter()
                    .map(|hit| Hit { title: hit.title, url: hit.url, text: plain(&hit.description) })
                    .collect()
            }
        };
        Ok(hits.into_iter().take(most).collect())
    }
}

/// Text without tags and with its entities read.
#[must_use]
pub fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let entities = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ];
    let text = entities.iter().fold(text, |text, (entity, said)| text.replace(entity, said));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands in an element of this name, the first one.
#[must_use]
pub fn element<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let begin = html.find(&format!("<{name}"))?;
    let rest = html.get(begin..)?;
    let open = rest.find('>')?;
    let rest = rest.get(open + 1..)?;
    rest.split_once(&format!("</{name}>")).map(|(inside, _)| inside)
}

/// The title of a page.
#[must_use]
pub fn title(fetched: &FetchedPage) -> String {
    let text = String::from_utf8_lossy(&fetched.bytes);
    let title = element(&text, "title").map(plain).unwrap_or_default();
    if title.is_empty() { fetched.url.clone() } else { title.chars().take(200).collect() }
}

/// The sentences of a text that have most of a question's words, in the order of the text.
#[must_use]
pub fn sentences(text: &str, question: &str, most: usize) -> Vec<String> {
    let wanted: BTreeSet<String> = words(question).into_iter().collect();
    let mut all: Vec<(usize, usize, String)> = text
        .split_inclusive(['.', '。', '！', '？', '!', '?', '\n'])
        .map(|sentence| sentence.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|sentence| (25..=400).contains(&sentence.chars().count()))
        .enumerate()
        .map(|(at, sentence)| {
            let held: BTreeSet<String> = words(&sentence).into_iter().collect();
            (wanted.intersection(&held).count(), at, sentence)
        })
        .filter(|(hits, ..)| *hits > 0)
        .collect();
    all.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    all.truncate(most);
    all.sort_by_key(|(_, at, _)| *at);
    all.into_iter().map(|(.., sentence)| sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_that_answer_are_found_and_tags_are_no_text() {
        let text = "Welcome to our page about food. ABC Restaurant Group runs twelve outlets in Singapore. Cookies are used here for all visitors. \
                    ABC Restaurant Group was founded in 1998 and is known for noodles.";
        let found = sentences(text, "ABC Restaurant Group", 2);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("twelve outlets") && found[1].contains("1998"));
        assert_eq!(plain("<b>Fish &amp; chips</b><br>fresh"), "Fish & chips fresh");
        assert_eq!(element("<html><title>A</title>", "title"), Some("A"));
    }
}
