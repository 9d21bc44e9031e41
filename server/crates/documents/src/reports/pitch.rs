//! The pitch deck: what is known of the customer, what fits, what it costs, what others measured, what happens next. What is not
//! known is asked, not made up.

use mezzofy_domain::catalogue::{Product, Proof};
use mezzofy_domain::language::{Language, Text};
use rust_decimal::Decimal;

use super::{Meta, pick, product};
use crate::doc::{Block, Category, Chart, Doc, DocKind, Fact, Form, Section, Series, Slide};

/// Products shown with a slide of their own.
const SHOWN: usize = 3;
/// Things told of the customer.
const TOLD: usize = 5;

/// What is known of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// As it was asked for, or as the CRM has it.
    pub name: String,
    /// Whether the CRM has it.
    pub known: bool,
    /// What it does, may be empty.
    pub industry: String,
    /// Where it is, may be empty.
    pub location: String,
    /// Who is talked to, may be empty.
    pub contact: String,
    /// What the CRM says besides, newest first.
    pub history: Vec<String>,
    /// What was read elsewhere, each with its source.
    pub findings: Vec<(String, String)>,
}

/// The deck: 8 to 12 slides.
#[must_use]
pub fn doc(customer: &Customer, products: &[&Product], meta: &Meta, language: Language) -> Doc {
    let shown: Vec<&Product> = products.iter().copied().take(SHOWN).collect();
    let mut sections = vec![cover(customer, meta, language), situation(customer, language), proposal(&shown, language)];
    sections.extend(shown.iter().map(|product| of_product(product, language)));
    let proofs = proofs(customer, products);
    sections.push(proof(&proofs, language));
    sections.push(price(&shown, language));
    sections.extend(effect(customer, &proofs, language));
    sections.push(plan(&shown, language));
    sections.push(closing(customer, meta, language));
    Doc {
        kind: DocKind::Deck,
        title: pick(
            language,
            format!("{} for {}", meta.company, customer.name),
            format!("{}方案：{}", meta.company, customer.name),
        ),
        subtitle: pick(language, "A proposal", "合作提案").to_owned(),
        language: language.into(),
        meta: meta.facts(language),
        sections,
        pictures: Vec::new(),
    }
}

fn slide(kind: Slide, title: impl Into<String>, blocks: Vec<Block>, notes: String) -> Section {
    Section { slide: kind, notes: Some(notes), ..Section::new(title, blocks) }
}

fn list(items: Vec<String>) -> Block {
    Block::List { ordered: false, items }
}

fn cover(customer: &Customer, meta: &Meta, language: Language) -> Section {
    let title = pick(
        language,
        format!("Bringing guests back to {}", customer.name),
        format!("让顾客再次光临{}", customer.name),
    );
    let notes = pick(
        language,
        format!("Greet {}. Say how long the talk takes and what is to be decided at its end.", who(customer, language)),
        format!("问候{}，说明会议时长以及希望达成的决定。", who(customer, language)),
    );
    let caption = pick(language, format!("{} · a proposal", meta.company), format!("{} · 合作提案", meta.company));
    Section { caption: Some(caption), ..slide(Slide::Cover, title, Vec::new(), notes) }
}

fn who(customer: &Customer, language: Language) -> String {
    if customer.contact.is_empty() {
        pick(language, "the customer", "客户").to_owned()
    } else {
        customer.contact.clone()
    }
}

fn situation(customer: &Customer, language: Language) -> Section {
    let title = pick(language, "Your situation", "贵司现状");
    let mut facts = Vec::new();
    for (name, value) in [
        (pick(language, "Business", "行业"), &customer.industry),
        (pick(language, "Place", "地点"), &customer.location),
        (pick(language, "Contact", "联系人"), &customer.contact),
    ] {
        if !value.is_empty() {
            facts.push(Fact::new(name, value.clone()));
        }
    }
    let mut told: Vec<String> = customer.findings.iter().map(|(said, source)| format!("{said} ({source})")).collect();
    told.extend(customer.history.iter().cloned());
    told.truncate(TOLD);
    let mut blocks = Vec::new();
    if !facts.is_empty() {
        blocks.push(Block::Facts { items: facts });
    }
    if told.is_empty() {
        let questions = pick(
            language,
            [
                "How many outlets do you run, and how many guests come in a week?",
                "How do you reward guests who come back, and what does it cost today?",
                "Which till and which app do your outlets use?",
            ],
            [
                "贵司有多少家门店，每周接待多少顾客？",
                "目前如何回馈老顾客，成本是多少？",
                "门店使用哪种收银系统和应用？",
            ],
        );
        blocks.push(Block::Callout {
            title: pick(language, "What we would like to ask first", "我们想先了解").to_owned(),
            text: questions.join("\n"),
        });
    } else {
        blocks.push(list(told));
    }
    let known = if customer.known {
        pick(language, "This slide shows what the CRM says.", "本页内容来自CRM。")
    } else {
        pick(
            language,
            "The CRM has no company of this name and nothing was found elsewhere: ask before you tell.",
            "CRM中没有该公司，也未找到其他资料：请先提问再介绍。",
        )
    };
    let notes = if customer.findings.is_empty() {
        known.to_owned()
    } else {
        pick(
            language,
            "What stands here comes from the CRM and from the sources in brackets.",
            "本页内容来自CRM及括号内注明的来源。",
        )
        .to_owned()
    };
    slide(Slide::Content, title, blocks, notes)
}

fn proposal(products: &[&Product], language: Language) -> Section {
    let text = |product: &&Product| {
        format!("{}: {}", product.name.in_language(language), product.summary.in_language(language))
    };
    let text = |product: &&Product| pick(language, text(product), text(product).replacen(": ", "：", 1));
    let items = products.iter().map(text).collect();
    let notes = pick(language, "One sentence for each; the next slides show them.", "每项一句话，后续页面逐一介绍。");
    slide(Slide::Content, pick(language, "What we propose", "我们的建议"), vec![list(items)], notes.to_owned())
}

fn of_product(product: &Product, language: Language) -> Section {
    let newest = product.features.iter().max_by_key(|feature| feature.since);
    let mut blocks = Vec::new();
    if let Some(feature) = newest {
        blocks.push(Block::Callout {
            title: feature.name.in_language(language).to_owned(),
            text: feature.what.in_language(language).to_owned(),
        });
        blocks.push(list(feature.gains.iter().map(|gain| gain.in_language(language).to_owned()).collect()));
    }
    let limits: Vec<&str> =
        product.features.iter().flat_map(|feature| &feature.limits).map(|limit| limit.in_language(language)).collect();
    let notes = if limits.is_empty() {
        product.summary.in_language(language).to_owned()
    } else {
        format!("{} {}", pick(language, "If asked:", "如被问及："), limits.join(" "))
    };
    slide(Slide::Content, product.name.in_language(language), blocks, notes)
}

/// What others measured; those of the customer's own industry first.
fn proofs<'a>(customer: &Customer, products: &[&'a Product]) -> Vec<&'a Proof> {
    let mut all: Vec<&Proof> = products.iter().flat_map(|product| &product.proof).collect();
    all.sort_by_key(|proof| proof.industry != customer.industry);
    all
}

fn proof(proofs: &[&Proof], language: Language) -> Section {
    let item = |proof: &&Proof| {
        Fact::new(
            proof.customer.clone(),
            format!("{}\n{}", proof.result.in_language(language), proof.source.in_language(language)),
        )
    };
    let blocks = if proofs.is_empty() {
        let text = pick(language, "There is no published case study yet.", "目前尚无公开案例。");
        vec![Block::Paragraph { text: text.to_owned() }]
    } else {
        vec![Block::Facts { items: proofs.iter().take(4).map(item).collect() }]
    };
    let notes = pick(
        language,
        "Each result has its source; offer to send the case studies.",
        "每项结果都有出处，可提供案例全文。",
    );
    slide(Slide::Content, pick(language, "What others measured", "客户实测"), blocks, notes.to_owned())
}

fn price(products: &[&Product], language: Language) -> Section {
    let table = product::prices(products, language);
    let notes = pick(
        language,
        "List prices of the catalogue. A discount needs the sales manager.",
        "目录标价。折扣需销售经理批准。",
    );
    slide(Slide::Content, pick(language, "Prices", "价格"), vec![Block::Table(table)], notes.to_owned())
}

/// What the measured results would mean where today is 100.
fn effect(customer: &Customer, proofs: &[&Proof], language: Language) -> Option<Section> {
    let measured: Vec<(&Proof, Decimal)> =
        proofs.iter().filter_map(|proof| proof.uplift_percent.map(|percent| (*proof, percent))).take(4).collect();
    if measured.is_empty() {
        return None;
    }
    let base = Decimal::ONE_HUNDRED;
    let today = pick(language, "Today", "目前");
    let mut categories = vec![Category::new(today)];
    let mut values = vec![base];
    for (proof, percent) in &measured {
        categories.push(Category::new(pick(
            language,
            format!("as {}", proof.customer),
            format!("如{}", proof.customer),
        )));
        values.push(base + percent);
    }
    let title = pick(language, "Visits, today = 100", "到店次数，目前=100");
    let told: Vec<String> =
        categories.iter().zip(&values).map(|(category, value)| format!("{}: {value}", category.label)).collect();
    let name = pick(language, "Visits", "到店次数").to_owned();
    let alt = format!("{title}. {}.", told.join(", "));
    let chart = Chart::new(Form::Columns, title, alt, categories, vec![Series { name, values }], language).ok()?;
    let assumption = pick(
        language,
        format!(
            "Assumption: {} gains as much as the customers named did. What they measured is not a promise; your own number of visits takes the place of 100.",
            customer.name
        ),
        format!(
            "假设：{}的增幅与所列客户相同。以上为其实测结果，并非承诺；请以贵司实际到店次数代替100。",
            customer.name
        ),
    );
    let callout = Block::Callout { title: pick(language, "Assumptions", "假设条件").to_owned(), text: assumption };
    let notes = measured.iter().map(|(proof, _)| proof.source.in_language(language)).collect::<Vec<_>>().join("; ");
    let title = pick(language, "What it could mean for you", "预期效果");
    Some(slide(
        Slide::Content,
        title,
        vec![Block::Chart(chart), callout],
        format!("{}{notes}", pick(language, "Sources: ", "来源：")),
    ))
}

fn plan(products: &[&Product], language: Language) -> Section {
    let steps = products.first().and_then(|product| product.features.iter().max_by_key(|feature| feature.since));
    let items: Vec<String> = steps
        .map(|feature| feature.steps.iter().map(|step: &Text| step.in_language(language).to_owned()).collect())
        .unwrap_or_default();
    let notes = pick(language, "Ask who on their side does each step.", "确认客户方每一步的负责人。");
    slide(
        Slide::Content,
        pick(language, "How we start", "实施计划"),
        vec![Block::List { ordered: true, items }],
        notes.to_owned(),
    )
}

fn closing(customer: &Customer, meta: &Meta, language: Language) -> Section {
    let title = pick(language, "Next step", "下一步");
    let text = pick(
        language,
        format!("A trial at one outlet of {}. {} is your contact.", customer.name, meta.prepared_by),
        format!("在{}的一家门店试用。联系人：{}。", customer.name, meta.prepared_by),
    );
    let notes = pick(language, "Agree on the outlet and the day before you leave.", "离开前确定试用门店和日期。");
    slide(Slide::Closing, title, vec![Block::Paragraph { text }], notes.to_owned())
}
