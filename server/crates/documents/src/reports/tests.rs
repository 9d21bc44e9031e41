use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::catalogue::Catalogue;
use mezzofy_domain::kpi::{Better, Kpi, Report};
use mezzofy_domain::language::Text;
use mezzofy_domain::people::Department;
use mezzofy_domain::period::Period;
use mezzofy_domain::tickets::Ticket;
use mezzofy_domain::tickets::digest::Digest;

use super::*;
use crate::doc::{Block, Doc, Slide};

const BOTH: [Language; 2] = [Language::En, Language::Zh];

fn meta() -> Meta {
    Meta {
        company: "Mezzofy".to_owned(),
        prepared_by: "Daniel Lim".to_owned(),
        made_at: "2026-11-22T09:00:00+08:00".parse().unwrap(),
    }
}

fn catalogue() -> Catalogue {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../knowledge/catalogue.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn kpi(key: &str, department: Department, unit: &str, value: Option<&str>, previous: Option<&str>) -> Kpi {
    let decimal = |text: &str| text.parse().unwrap();
    let name = Text { en: key.to_owned(), zh: format!("{key}指标") };
    Kpi {
        key: key.to_owned(),
        formula: name.clone(),
        name,
        department,
        owner: "Somebody".to_owned(),
        unit: unit.to_owned(),
        better: Better::Higher,
        value: value.map(decimal),
        previous: previous.map(decimal),
    }
}

/// Four issues, each told of three times, and a question.
fn tickets(created_at: DateTime<Utc>) -> Vec<Ticket> {
    let told = [
        ("QR code cannot be scanned", "Since the update our cashiers cannot scan the coupon QR codes."),
        ("Coupons won't scan", "Our cashiers can't scan the QR code after the update."),
        ("Scanning a QR code fails", "After the update scanning the coupon QR codes shows an empty camera."),
        ("Verification SMS arrives too late", "Members wait ten minutes for the SMS code when they log in."),
        ("SMS code late for login", "Our members get the verification SMS late and can't log in."),
        ("Login code delayed", "The verification SMS is delayed by minutes, so members can't log in."),
        ("重复扣款要求退款", "顾客买礼品卡时被重复扣款，要求退款。"),
        ("信用卡重复扣款", "一个订单信用卡重复扣款，请退款。"),
        ("付款被重复扣款", "付款页面卡住，结果重复扣款，顾客要求退款。"),
        ("Report export times out", "The export of the settlement \"October\" report ends with a timeout."),
        ("Cannot export the report", "The export of the settlement report stops with a gateway timeout."),
        ("Export of \"October\" fails", "We can't export the settlement report, the page shows a timeout."),
        ("Birthday wishes", "May we choose the music?"),
    ];
    let ticket = |(number, (subject, body)): (usize, (&str, &str))| Ticket {
        id: format!("T-{}-{number}", created_at.format("%d")),
        created_at,
        customer: "Harbour Kopi".to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        category: "general".to_owned(),
        priority: "normal".to_owned(),
        status: "open".to_owned(),
        resolved_at: None,
        language: if subject.is_ascii() { "en" } else { "zh" }.to_owned(),
    };
    told.into_iter().enumerate().map(ticket).collect()
}

fn all_text(doc: &Doc) -> String {
    serde_json::to_string(doc).unwrap()
}

#[test]
fn a_dashboard_shows_each_department_and_what_stands_out_in_data() {
    let report = Report {
        period: Period::month(2026, 11).unwrap(),
        before: Period::month(2026, 10).unwrap(),
        to_date: true,
        kpis: vec![
            kpi("Revenue", Department::Finance, "SGD", Some("1234.5"), Some("1000")),
            kpi("Leads", Department::Sales, "count", Some("1250"), Some("1251")),
            kpi("Hours", Department::Support, "hours", None, Some("4.5")),
        ],
        months: Vec::new(),
    };
    for language in BOTH {
        let doc = dashboard::doc(&report, &meta(), language);
        let text = all_text(&doc);
        for said in ["SGD 1,234.50", "+23.5%", "SGD 1,000.00", "1,250"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(text.contains(pick(language, "no data", "无数据")));
        assert_eq!(
            dashboard::outstanding(&report, language).len(),
            1,
            "one percent does not stand out, no data neither"
        );
    }
}

#[test]
fn a_digest_shows_the_counts_and_follows_from_them() {
    let now = "2026-11-22T01:00:00Z".parse().unwrap();
    let (this, before) = (tickets(now - TimeDelta::days(2)), tickets(now - TimeDelta::days(9)));
    let zone = chrono::FixedOffset::east_opt(8 * 3600).unwrap();
    for language in BOTH {
        let digest = Digest::of(
            Period::week(2026, 47).unwrap(),
            &this,
            &before,
            |at| at.with_timezone(&zone).date_naive(),
            now,
            language,
        );
        let doc = digest::doc(&digest, &meta(), language);
        let text = all_text(&doc);
        assert!(digest.clusters.len() >= 4, "{}", digest.clusters.len());
        for issue in &digest.clusters {
            assert!(text.contains(&issue.title.replace('"', "\\\"")), "{}", issue.title);
        }
        assert!(!digest::actions(&digest, language).is_empty());
    }
}

#[test]
fn a_pitch_has_eight_to_twelve_slides_and_says_nothing_of_an_unknown_customer() {
    let catalogue = catalogue();
    let known = pitch::Customer {
        name: "ABC Restaurant Group".to_owned(),
        known: true,
        industry: "F&B".to_owned(),
        location: "Singapore".to_owned(),
        contact: "Ana Tan".to_owned(),
        history: vec!["Runs paper stamp cards at the moment.".to_owned()],
        findings: Vec::new(),
    };
    let unknown = pitch::Customer { name: "Nobody Knows Ltd".to_owned(), ..pitch::Customer::default() };
    for (customer, language) in
        [(&known, Language::En), (&known, Language::Zh), (&unknown, Language::En), (&unknown, Language::Zh)]
    {
        let doc = pitch::doc(customer, &catalogue.for_industry(&customer.industry), &meta(), language);
        assert!((8..=12).contains(&doc.sections.len()), "{}", doc.sections.len());
        assert_eq!((doc.sections[0].slide, doc.sections.last().unwrap().slide), (Slide::Cover, Slide::Closing));
        assert!(doc.sections.iter().all(|slide| slide.notes.as_ref().is_some_and(|notes| !notes.is_empty())));
        let chart = doc.sections.iter().flat_map(|slide| &slide.blocks).any(|block| matches!(block, Block::Chart(_)));
        let table = doc.sections.iter().flat_map(|slide| &slide.blocks).any(|block| matches!(block, Block::Table(_)));
        assert!(chart && table);
        let text = all_text(&doc);
        assert!(text.contains(&customer.name) && text.contains("SGD 199.00"));
        assert_eq!(text.contains("paper stamp cards"), customer.known);
    }
}

#[test]
fn web_copy_and_playbook_say_what_the_catalogue_says() {
    let catalogue = catalogue();
    let found = catalogue.find("our new loyalty feature").unwrap();
    let about = product::About { product: found.product, feature: found.feature };
    for language in BOTH {
        let copy = crate::markdown::markdown(&product::web_copy(about, "Mezzofy", language));
        let playbook = product::playbook(about, &meta(), language);
        let facts = about.facts(language);
        assert!(copy.starts_with(&format!("# {}\n", about.name(language))), "{copy}");
        for feature in
            about.product.features.iter().filter(|feature| about.feature.is_none_or(|one| one.id == feature.id))
        {
            for gain in &feature.gains {
                let gain = gain.in_language(language);
                assert!(copy.contains(gain) && facts.iter().any(|fact| fact.contains(gain)), "{gain}");
                assert!(all_text(&playbook).contains(gain), "{gain}");
            }
        }
        assert!(copy.contains("SGD 249.00"), "{copy}");
    }
}
