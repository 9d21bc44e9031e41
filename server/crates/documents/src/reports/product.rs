//! The playbook and the web copy of a feature: what the catalogue says of it, in an order that a merchant can follow.

use mezzofy_domain::catalogue::{Feature, Price, Product};
use mezzofy_domain::language::{Language, Text};
use mezzofy_domain::money::format_money;
use mezzofy_domain::period::day_label;

use super::{Meta, columns, line, pick};
use crate::doc::{Block, ColumnKind, Doc, DocKind, Fact, Section, Table};

/// What is written about: a product, or one feature of it.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub product: &'a Product,
    /// The features written about; of a product as a whole all of them.
    pub feature: Option<&'a Feature>,
}

impl<'a> About<'a> {
    /// As people call it.
    #[must_use]
    pub fn name(&self, language: Language) -> &'a str {
        self.feature.map_or(&self.product.name, |feature| &feature.name).in_language(language)
    }

    fn what(&self) -> &'a Text {
        self.feature.map_or(&self.product.summary, |feature| &feature.what)
    }

    fn features(&self) -> Vec<&'a Feature> {
        self.feature.map_or_else(|| self.product.features.iter().collect(), |feature| vec![feature])
    }

    /// Every claim that may be made, a line each with its source: what a model may draw on.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<String> {
        let product = self.product.name.in_language(language);
        let source = |what: &str| format!(" ({}: {what})", pick(language, "source", "来源"));
        let catalogue = source(&format!("{} {product}", pick(language, "product catalogue,", "产品目录，")));
        let mut facts = vec![format!("{product}: {}{catalogue}", self.product.summary.in_language(language))];
        for feature in self.features() {
            let name = feature.name.in_language(language);
            facts.push(format!("{name}: {}{catalogue}", feature.what.in_language(language)));
            facts.extend(feature.gains.iter().map(|gain| format!("{name}: {}{catalogue}", gain.in_language(language))));
            facts.extend(
                feature.limits.iter().map(|limit| format!("{name}: {}{catalogue}", limit.in_language(language))),
            );
        }
        facts.extend(self.product.prices.iter().map(|price| format!("{}{catalogue}", price_line(price, language))));
        for proof in &self.product.proof {
            let from = source(proof.source.in_language(language));
            facts.push(format!("{}: {}{from}", proof.customer, proof.result.in_language(language)));
        }
        facts
    }
}

/// A price in a line: `Starter: SGD 199.00 a month, one outlet`.
#[must_use]
pub fn price_line(price: &Price, language: Language) -> String {
    let (plan, per) = (price.plan.in_language(language), price.per.in_language(language));
    let (amount, includes) = (format_money(&price.currency, price.amount), price.includes.in_language(language));
    pick(language, format!("{plan}: {amount} {per}, {includes}"), format!("{plan}：{per}{amount}，{includes}"))
}

/// The web copy: a headline, what it is, what the merchant gains, how it works, proof, price, what to do next.
#[must_use]
pub fn web_copy(about: About<'_>, company: &str, language: Language) -> Doc {
    let text = |text: &Text| text.in_language(language).to_owned();
    let list = |items: Vec<String>, ordered: bool| Block::List { ordered, items };
    let mut sections =
        vec![Section { title: None, ..Section::new("", vec![Block::Paragraph { text: text(about.what()) }]) }];
    for feature in about.features() {
        let alone = about.feature.is_some();
        let heading =
            if alone { pick(language, "What you gain", "您的收获").to_owned() } else { text(&feature.name) };
        let mut blocks = Vec::new();
        if !alone {
            blocks.push(Block::Paragraph { text: text(&feature.what) });
        }
        blocks.push(list(feature.gains.iter().map(text).collect(), false));
        sections.push(Section::new(heading, blocks));
        if alone {
            let steps = list(feature.steps.iter().map(text).collect(), true);
            sections.push(Section::new(pick(language, "How it works", "使用方法"), vec![steps]));
        }
    }
    let proof: Vec<String> = about
        .product
        .proof
        .iter()
        .map(|proof| {
            let (result, source) = (proof.result.in_language(language), proof.source.in_language(language));
            pick(
                language,
                format!("{}: {result} ({source})", proof.customer),
                format!("{}：{result}（{source}）", proof.customer),
            )
        })
        .collect();
    if !proof.is_empty() {
        sections.push(Section::new(pick(language, "What merchants measured", "商家实测"), vec![list(proof, false)]));
    }
    let prices = about.product.prices.iter().map(|price| price_line(price, language)).collect();
    sections.push(Section::new(pick(language, "Prices", "价格"), vec![list(prices, false)]));
    let next = pick(
        language,
        format!("Ask your contact at {company} for {} or for a demonstration.", about.name(language)),
        format!("如需开通{}或预约演示，请联系您的{company}客户经理。", about.name(language)),
    );
    sections.push(Section::new(pick(language, "Next step", "下一步"), vec![Block::Paragraph { text: next }]));
    Doc {
        kind: DocKind::Letter,
        title: about.name(language).to_owned(),
        subtitle: String::new(),
        language: language.into(),
        meta: Vec::new(),
        sections,
        pictures: Vec::new(),
    }
}

/// The playbook: how a merchant starts with it.
#[must_use]
pub fn playbook(about: About<'_>, meta: &Meta, language: Language) -> Doc {
    let text = |text: &Text| text.in_language(language).to_owned();
    let list = |items: Vec<String>, ordered: bool| Block::List { ordered, items };
    let features = about.features();
    let mut gains = vec![Block::Paragraph { text: text(about.what()) }];
    for feature in &features {
        gains.push(list(feature.gains.iter().map(text).collect(), false));
    }
    let mut sections = vec![Section::new(pick(language, "What it is for", "用途"), gains)];
    let mut start = Vec::new();
    for feature in &features {
        let blocks = vec![list(feature.steps.iter().map(text).collect(), true)];
        let heading = if features.len() == 1 {
            pick(language, "Step by step", "操作步骤").to_owned()
        } else {
            text(&feature.name)
        };
        start.push(Section { level: 2, ..Section::new(heading, blocks) });
    }
    sections.push(Section::new(pick(language, "How to start", "如何开始"), Vec::new()));
    sections.extend(start);
    let limits: Vec<String> = features.iter().flat_map(|feature| &feature.limits).map(text).collect();
    if !limits.is_empty() {
        let callout = Block::Callout {
            title: pick(language, "Good to know", "注意事项").to_owned(),
            text: limits.join("\n"),
        };
        sections.push(Section::new(pick(language, "What it does not do", "适用限制"), vec![callout]));
    }
    if !about.product.proof.is_empty() {
        let items = about
            .product
            .proof
            .iter()
            .map(|proof| Fact::new(proof.customer.clone(), format!("{}\n{}", text(&proof.result), text(&proof.source))))
            .collect();
        sections
            .push(Section::new(pick(language, "What merchants measured", "商家实测"), vec![Block::Facts { items }]));
    }
    sections
        .push(Section::new(pick(language, "Prices", "价格"), vec![Block::Table(prices(&[about.product], language))]));
    let sources: Vec<String> = features
        .iter()
        .map(|feature| {
            let (name, since) = (text(&feature.name), day_label(feature.since, language));
            pick(
                language,
                format!("{name}: product catalogue of {}, available since {since}.", meta.company),
                format!("{name}：{}产品目录，{since}起提供。", meta.company),
            )
        })
        .chain(about.product.proof.iter().map(|proof| text(&proof.source)))
        .collect();
    sections.push(Section::new(pick(language, "Sources", "资料来源"), vec![list(sources, false)]));
    Doc {
        kind: DocKind::Playbook,
        title: pick(
            language,
            format!("{}: the playbook", about.name(language)),
            format!("{}实施手册", about.name(language)),
        ),
        subtitle: text(about.what()),
        language: language.into(),
        meta: meta.facts(language),
        sections,
        pictures: Vec::new(),
    }
}

/// What products cost.
pub(super) fn prices(products: &[&Product], language: Language) -> Table {
    let titles = [
        (pick(language, "Product", "产品"), ColumnKind::Text),
        (pick(language, "Plan", "方案"), ColumnKind::Word),
        (pick(language, "Includes", "包含"), ColumnKind::Text),
        (pick(language, "Price", "价格"), ColumnKind::Amount),
    ];
    let mut rows = Vec::new();
    for product in products {
        for price in &product.prices {
            let text = |text: &Text| text.in_language(language).to_owned();
            let amount = format!("{} {}", format_money(&price.currency, price.amount), text(&price.per));
            rows.push(line(vec![text(&product.name), text(&price.plan), text(&price.includes), amount]));
        }
    }
    Table { title: None, keep: true, columns: columns(&titles), rows }
}
