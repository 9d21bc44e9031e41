//! The product catalogue: what the company sells, in its own words. Every claim that the assistant makes of a product is one
//! that stands here, so a claim without a source can't be made.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::language::{Language, Text};
use crate::writing::{distance, is_han, light_stem, plain};

/// What the company sells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The products, the most important first.
    pub products: Vec<Product>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub name: Text,
    /// What it is, in a sentence.
    pub summary: Text,
    /// Other words people use for it.
    #[serde(default)]
    pub words: Vec<String>,
    /// The industries it is made for; empty for all.
    #[serde(default)]
    pub industries: Vec<String>,
    /// What it can do.
    pub features: Vec<Feature>,
    /// What it costs.
    pub prices: Vec<Price>,
    /// What customers got of it.
    #[serde(default)]
    pub proof: Vec<Proof>,
}

/// Something a product can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub name: Text,
    /// Other words people use for it.
    #[serde(default)]
    pub words: Vec<String>,
    /// What it is, in a sentence.
    pub what: Text,
    /// What the merchant gains, a sentence each.
    pub gains: Vec<Text>,
    /// How it is set up and used, in order.
    pub steps: Vec<Text>,
    /// What it does not do.
    #[serde(default)]
    pub limits: Vec<Text>,
    /// Since when there is it.
    pub since: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub plan: Text,
    /// How much.
    pub amount: Decimal,
    /// In which currency.
    pub currency: String,
    /// For what: a month, an outlet.
    pub per: Text,
    /// What is in it.
    pub includes: Text,
}

/// What a customer got of a product, measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Which customer.
    pub customer: String,
    /// What they do.
    pub industry: String,
    /// What was measured.
    pub result: Text,
    /// The same as a number: visits of members in a month, before and after, in percent of before.
    pub uplift_percent: Option<Decimal>,
    /// Where that is written down.
    pub source: Text,
}

/// What a text means in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogueMatch<'a> {
    pub product: &'a Product,
    /// The feature of it that was meant, if one was.
    pub feature: Option<&'a Feature>,
}

/// Words of a request that name no product by themselves.
const EMPTY: &str = "a an the our my your new latest feature features product products function module for of and with about on in mezzofy \
    programme program system solution tool service 新 新的 我们 我们的 功能 产品 的 模块 系统 方案 最新 推出 全新 一个 这个";

impl Catalogue {
    /// What a text names: a feature before a product, the newest of several; `None` where it names nothing that there is.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<CatalogueMatch<'_>> {
        let wanted = terms(text);
        if wanted.is_empty() {
            return None;
        }
        let mut best: Option<(f64, NaiveDate, CatalogueMatch<'_>)> = None;
        for product in &self.products {
            let of_product = fit(&wanted, &product.name, &product.words);
            let newest = product.features.iter().map(|feature| feature.since).max().unwrap_or_default();
            let mut all = vec![(of_product, newest, None)];
            for feature in &product.features {
                let of_feature = fit(&wanted, &feature.name, &feature.words);
                // "Loyalty tiers" names the product with one word and the feature with the other.
                let both = union(&wanted, product, feature);
                all.push((
                    of_feature.max(both) + if of_feature > 0.0 { 0.01 } else { -0.01 },
                    feature.since,
                    Some(feature),
                ));
            }
            for (score, since, feature) in all {
                if score >= 0.6 && best.as_ref().is_none_or(|(most, newest, _)| (score, since) > (*most, *newest)) {
                    best = Some((score, since, CatalogueMatch { product, feature }));
                }
            }
        }
        best.map(|(_, _, found)| found)
    }

    /// The names of everything that can be found, for who asked for something else.
    #[must_use]
    pub fn names(&self, language: Language) -> Vec<String> {
        let of_product = |product: &Product| {
            let name = |text: &Text| text.in_language(language).to_owned();
            std::iter::once(name(&product.name))
                .chain(product.features.iter().map(|feature| name(&feature.name)))
                .collect::<Vec<_>>()
        };
        self.products.iter().flat_map(of_product).collect()
    }

    /// The products made for an industry, and all of them where none is made for it alone.
    #[must_use]
    pub fn for_industry(&self, industry: &str) -> Vec<&Product> {
        let wanted = plain(industry);
        let fits = |product: &&Product| {
            product.industries.is_empty() || product.industries.iter().any(|name| plain(name) == wanted)
        };
        let found: Vec<&Product> = self.products.iter().filter(fits).collect();
        if found.is_empty() || wanted.is_empty() { self.products.iter().collect() } else { found }
    }
}

/// The words of a text that may name something, Chinese as it stands.
fn terms(text: &str) -> Vec<String> {
    let text = plain(text);
    let mut words: Vec<String> = Vec::new();
    let mut han = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if is_han(c) {
            han.push(c);
        } else if !han.is_empty() {
            words.push(std::mem::take(&mut han));
        }
        if c.is_alphanumeric() && !is_han(c) {
            word.push(c);
        } else if !word.is_empty() {
            words.push(light_stem(&std::mem::take(&mut word)));
        }
    }
    let empty: Vec<String> = EMPTY.split_whitespace().map(light_stem).collect();
    for word in &mut words {
        if word.chars().any(is_han) {
            let mut longest: Vec<&String> = empty.iter().filter(|word| word.chars().any(is_han)).collect();
            longest.sort_by_key(|word| std::cmp::Reverse(word.len()));
            for empty in longest {
                *word = word.replace(empty.as_str(), "");
            }
        }
    }
    words.retain(|word| !word.is_empty() && !empty.contains(word));
    words
}

/// The share of the wanted words that a name or its other words have.
fn fit(wanted: &[String], name: &Text, words: &[String]) -> f64 {
    let all = [&name.en, &name.zh].into_iter().chain(words).map(|name| terms(name));
    all.map(|name| share(wanted, &name)).fold(0.0, f64::max)
}

fn share(wanted: &[String], name: &[String]) -> f64 {
    let has = |wanted: &String| {
        name.iter().any(|word| {
            if word.chars().any(is_han) {
                let (one, other) = (word.chars().count(), wanted.chars().count());
                (word.contains(wanted.as_str()) && other >= 2) || (wanted.contains(word.as_str()) && one >= 2)
            } else {
                word == wanted || (wanted.len() >= 6 && distance(word, wanted, 1).is_some())
            }
        })
    };
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    count(wanted.iter().filter(|word| has(word)).count()) / count(wanted.len())
}

fn union(wanted: &[String], product: &Product, feature: &Feature) -> f64 {
    let of_feature = fit(wanted, &feature.name, &feature.words);
    if of_feature == 0.0 {
        return 0.0;
    }
    let mut all: Vec<String> = Vec::new();
    for name in [&product.name.en, &product.name.zh, &feature.name.en, &feature.name.zh]
        .into_iter()
        .chain(&product.words)
        .chain(&feature.words)
    {
        all.extend(terms(name));
    }
    share(wanted, &all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../knowledge/catalogue.yaml");
        serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    #[test]
    fn products_and_features_are_found_by_what_people_call_them() {
        let catalogue = catalogue();
        for (text, product, feature) in [
            ("our new coupon feature", "digital_coupons", None),
            ("our new loyalty feature", "loyalty", None),
            ("loyalty tiers", "loyalty", Some("tiers")),
            ("member tiers", "loyalty", Some("tiers")),
            ("gift vouchers", "gift_vouchers", None),
            ("新的优惠券功能", "digital_coupons", None),
            ("会员等级", "loyalty", Some("tiers")),
            ("Digtal coupons", "digital_coupons", None),
        ] {
            let found = catalogue.find(text).unwrap_or_else(|| panic!("{text} is not found"));
            assert_eq!(found.product.id, product, "{text}");
            if feature.is_some() {
                assert_eq!(found.feature.map(|feature| feature.id.as_str()), feature, "{text}");
            }
        }
        for text in ["teleportation", "our new blockchain feature", "量子支付功能", "", "feature"] {
            assert!(catalogue.find(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_shipped_catalogue_says_everything_in_both_languages() {
        let catalogue = catalogue();
        assert!(catalogue.products.len() >= 5);
        for product in &catalogue.products {
            assert!(!product.features.is_empty() && !product.prices.is_empty(), "{}", product.id);
            for feature in &product.features {
                assert!(feature.gains.len() >= 2 && feature.steps.len() >= 3, "{}", feature.id);
                let texts = feature.gains.iter().chain(&feature.steps).chain([&feature.what, &feature.name]);
                assert!(
                    texts.into_iter().all(|text| text.zh.chars().any(is_han) && !text.en.is_empty()),
                    "{}",
                    feature.id
                );
            }
        }
        assert!(catalogue.products.iter().flat_map(|product| &product.proof).count() >= 3);
    }
}
