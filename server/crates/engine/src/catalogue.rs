//! The product catalogue: from `catalogue.url` where one is configured, else the demo company's own file.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mezzofy_domain::catalogue::Catalogue;
use tokio::sync::Mutex;

/// So long a catalogue from the web is taken as it was read.
const CACHE_LIFETIME: Duration = Duration::from_mins(5);
/// The source must answer within this time.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a catalogue at most.
const MAX_CATALOGUE_BYTES: usize = 5 * 1024 * 1024;

/// Where products come from.
pub struct Products(Source);

enum Source {
    Own(Arc<Catalogue>),
    Web { url: String, client: reqwest::Client, kept: Mutex<Option<(Instant, Arc<Catalogue>)>> },
}

impl Products {
    /// The catalogue at `url`, or else that of the file.
    pub fn new(url: Option<&str>, file: &Path) -> Result<Self, String> {
        let Some(url) = url else {
            let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            let catalogue: Catalogue =
                serde_saphyr::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
            return Ok(Self(Source::Own(Arc::new(catalogue))));
        };
        let client =
            reqwest::Client::builder().timeout(REQUEST_TIMEOUT).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|error| error.to_string())?;
        Ok(Self(Source::Web { url: url.to_owned(), client, kept: Mutex::new(None) }))
    }

    /// The catalogue as it is now; one that was read before stands in while the source does not answer.
    pub async fn current(&self) -> Result<Arc<Catalogue>, String> {
        let (url, client, kept) = match &self.0 {
            Source::Own(catalogue) => return Ok(catalogue.clone()),
            Source::Web { url, client, kept } => (url, client, kept),
        };
        let mut kept = kept.lock().await;
        if let Some((read, catalogue)) = kept.as_ref()
            && read.elapsed() < CACHE_LIFETIME
        {
            return Ok(catalogue.clone());
        }
        match read(client, url).await {
            Ok(catalogue) => {
                let catalogue = Arc::new(catalogue);
                *kept = Some((Instant::now(), catalogue.clone()));
                Ok(catalogue)
            }
            Err(error) => {
                tracing::warn!(error, "the product catalogue was not read");
                let before = kept.as_ref().map(|(_, catalogue)| catalogue.clone());
                before.ok_or_else(|| "The product catalogue does not answer at the moment.".to_owned())
            }
        }
    }
}

async fn read(client: &reqwest::Client, url: &str) -> Result<Catalogue, String> {
    let answer = client.get(url).send().await.map_err(|error| error.to_string())?;
    let answer = answer.error_for_status().map_err(|error| error.to_string())?;
    let bytes = answer.bytes().await.map_err(|error| error.to_string())?;
    if bytes.len() > MAX_CATALOGUE_BYTES {
        return Err("it is larger than 5 MiB".to_owned());
    }
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}
