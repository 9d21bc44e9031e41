//! What the company sells; everybody's to read.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use mezzofy_domain::catalogue::{Feature, Price, Product};
use mezzofy_domain::language::Language;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::caller::Caller;
use super::extract::PageView;
use super::permission::route;
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list))
}

/// A product, in the caller's language.
#[derive(Debug, Serialize, ToSchema)]
struct ProductView {
    id: String,
    name: String,
    /// What it is, in a sentence.
    summary: String,
    /// The industries it is made for; empty for all.
    industries: Vec<String>,
    features: Vec<FeatureView>,
    prices: Vec<ProductPriceView>,
}

/// Something a product can do.
#[derive(Debug, Serialize, ToSchema)]
struct FeatureView {
    id: String,
    name: String,
    what: String,
    gains: Vec<String>,
    since: NaiveDate,
}

/// What a product costs.
#[derive(Debug, Serialize, ToSchema)]
struct ProductPriceView {
    plan: String,
    /// A decimal.
    amount: String,
    currency: String,
    per: String,
    includes: String,
}

fn view(product: &Product, language: Language) -> ProductView {
    let feature = |feature: &Feature| FeatureView {
        id: feature.id.clone(),
        name: feature.name.in_language(language).to_owned(),
        what: feature.what.in_language(language).to_owned(),
        gains: feature.gains.iter().map(|gain| gain.in_language(language).to_owned()).collect(),
        since: feature.since,
    };
    let price = |price: &Price| ProductPriceView {
        plan: price.plan.in_language(language).to_owned(),
        amount: price.amount.to_string(),
        currency: price.currency.clone(),
        per: price.per.in_language(language).to_owned(),
        includes: price.includes.in_language(language).to_owned(),
    };
    ProductView {
        id: product.id.clone(),
        name: product.name.in_language(language).to_owned(),
        summary: product.summary.in_language(language).to_owned(),
        industries: product.industries.clone(),
        features: product.features.iter().map(feature).collect(),
        prices: product.prices.iter().map(price).collect(),
    }
}

/// Lists the products.
#[utoipa::path(get, path = "/v1/products", responses((status = 200, body = PageView<ProductView>), Problems))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<PageView<ProductView>>, Problem> {
    let catalogue = app.products.current().await.map_err(|told| Problem::new(ProblemKind::Unavailable, told))?;
    let items = catalogue.products.iter().map(|product| view(product, caller.person.language)).collect();
    Ok(Json(PageView { items, next_cursor: None }))
}
