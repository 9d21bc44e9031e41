//! The demo's own web on loopback: pages in the shape of a business network, and the web sites of the companies in it. All of
//! them are made up.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::prospects::{self, Prospect};

const COMPANIES_PER_PAGE: usize = 10;

struct Site {
    prospects: Vec<Prospect>,
    base: String,
}

/// Starts it; answers `127.0.0.1:port`.
pub async fn start(tasks: &TaskTracker, stop: &CancellationToken) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let site = Arc::new(Site { prospects: prospects::all(), base: format!("http://{address}") });
    let router = Router::new()
        .route("/search/results/companies/", get(search))
        .route("/company/{slug}/", get(company))
        .route("/sites/{slug}/", get(home))
        .with_state(site);
    let stop = stop.clone();
    tasks.spawn(async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(error) = served.await {
            tracing::warn!(%error, "the demo's own web ended");
        }
    });
    Ok(address)
}

#[derive(Deserialize)]
struct SearchQuery {
    #[serde(default)]
    keywords: String,
    #[serde(default)]
    page: usize,
}

async fn search(State(site): State<Arc<Site>>, Query(query): Query<SearchQuery>) -> Html<String> {
    let words: Vec<String> = query.keywords.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |one: &&Prospect| {
        let industry = match one.industry {
            "Restaurants" => "restaurants food and beverage f&b restaurant",
            other => other,
        };
        let all = format!("{} {industry} {}", one.name, one.location).to_lowercase();
        words.iter().all(|word| all.contains(word))
    };
    let page = query.page.max(1) - 1;
    let item = |one: &Prospect| {
        format!(
            "<li><a href=\"/company/{}/\">{}</a><p>{} &middot; {}</p></li>",
            one.slug,
            escaped(&one.name),
            escaped(one.industry),
            one.location
        )
    };
    let items: String =
        site.prospects.iter().filter(fits).skip(page * COMPANIES_PER_PAGE).take(COMPANIES_PER_PAGE).map(item).collect();
    Html(format!("<!doctype html><html><head><title>Search</title></head><body><ul>{items}</ul></body></html>"))
}

async fn company(State(site): State<Arc<Site>>, Path(slug): Path<String>) -> Result<Html<String>, StatusCode> {
    let one = site.prospects.iter().find(|one| one.slug == slug).ok_or(StatusCode::NOT_FOUND)?;
    let website = format!("{}/sites/{}/", site.base, one.slug);
    let graph = json!({"@context": "http://schema.org", "@graph": [{
        "@type": "Organization", "name": one.name, "url": format!("{}/company/{}/", site.base, one.slug), "sameAs": website,
        "description": format!("{} in {}.", one.specialties, one.location),
        "address": {"@type": "PostalAddress", "addressLocality": one.location},
        "numberOfEmployees": {"@type": "QuantitativeValue", "value": one.size.split('-').next()},
    }]});
    let rows = [
        ("Website", website.as_str()),
        ("Industry", one.industry),
        ("Company size", &format!("{} employees", one.size)),
        ("Headquarters", one.location),
        ("Founded", &one.founded.to_string()),
        ("Specialties", one.specialties),
    ]
    .map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>", escaped(value)))
    .concat();
    Ok(Html(format!(
        "<!doctype html><html><head><title>{}</title><script type=\"application/ld+json\">{graph}</script></head><body><h1>{}</h1><dl>{rows}</dl></body></html>",
        escaped(&one.name),
        escaped(&one.name)
    )))
}

async fn home(State(site): State<Arc<Site>>, Path(slug): Path<String>) -> Result<Html<String>, StatusCode> {
    let one = site.prospects.iter().find(|one| one.slug == slug).ok_or(StatusCode::NOT_FOUND)?;
    let mail = match &one.email {
        Some(email) => format!("<p>Write to <a href=\"mailto:{email}\">{email}</a></p>"),
        None => "<p>Visit us at the counter.</p>".to_owned(),
    };
    Ok(Html(format!(
        "<!doctype html><html><head><title>{name}</title></head><body><h1>{name}</h1><p>{}. Since {} in {}.</p>{mail}<p>Call <a href=\"tel:{}\">{}</a></p></body></html>",
        escaped(one.specialties),
        one.founded,
        one.location,
        one.phone.replace(' ', ""),
        one.phone,
        name = escaped(&one.name)
    )))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
