//! The ticket digest: how many, how fast, which issues come again, and what follows from that.

use chrono::Datelike;
use mezzofy_domain::language::Language;
use mezzofy_domain::money::change_percent;
use mezzofy_domain::tickets::digest::{Digest, Issue};
use rust_decimal::Decimal;

use super::{Meta, change, columns, line, pick, whole};
use crate::doc::{Block, Category, Chart, ColumnKind, Doc, DocKind, Form, Kpi, Section, Series, Table, Tone};

/// Issues that are shown with examples.
const SHOWN: usize = 6;

/// What should be done, a sentence each: it follows from the counts alone.
#[must_use]
pub fn actions(digest: &Digest, language: Language) -> Vec<String> {
    let mut told = Vec::new();
    for issue in digest.clusters.iter().take(SHOWN) {
        let ids = issue.ticket_ids.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        if issue.before == 0 {
            told.push(pick(
                language,
                format!(
                    "“{}” is new this time with {} tickets: find its cause first ({ids}).",
                    issue.title, issue.count
                ),
                format!("“{}”为本期新出现的问题，共{}张工单，请优先查明原因（{ids}）。", issue.title, issue.count),
            ));
        } else if issue.count > issue.before {
            told.push(pick(
                language,
                format!(
                    "“{}” grows, from {} to {}: hand it to engineering with {ids}.",
                    issue.title, issue.before, issue.count
                ),
                format!("“{}”由{}张增至{}张，请将{ids}转交技术团队。", issue.title, issue.before, issue.count),
            ));
        }
        if issue.open > 0 {
            told.push(pick(
                language,
                format!("Answer the {} open of the {} tickets on “{}”.", issue.open, issue.count, issue.title),
                format!("“{}”的{}张工单中仍有{}张未解决，请尽快答复。", issue.title, issue.count, issue.open),
            ));
        }
    }
    if digest.urgent > 0 {
        told.push(pick(
            language,
            format!("{} open tickets are of high or urgent priority.", digest.urgent),
            format!("有{}张高优先级工单尚未解决。", digest.urgent),
        ));
    }
    told
}

/// How an issue moved against the time before.
#[must_use]
pub fn trend(issue: &Issue, language: Language) -> String {
    match (issue.before, issue.count) {
        (0, _) => pick(language, "new", "新出现").to_owned(),
        (before, now) if now > before => pick(language, format!("up from {before}"), format!("较前期{before}张上升")),
        (before, now) if now < before => pick(language, format!("down from {before}"), format!("较前期{before}张下降")),
        (before, _) => pick(language, format!("as before, {before}"), format!("与前期{before}张持平")),
    }
}

/// Hours as they are read.
#[must_use]
pub fn hours(hours: Option<Decimal>, language: Language) -> String {
    hours.map_or_else(|| "–".to_owned(), |hours| format!("{} {}", hours.normalize(), pick(language, "h", "小时")))
}

/// The name of the digest's period, with a remark where it goes on.
#[must_use]
pub fn period_label(digest: &Digest, language: Language) -> String {
    let label = digest.period.label(language);
    if digest.to_date {
        pick(language, format!("{label} to date"), format!("{label}（截至今日）"))
    } else {
        label
    }
}

/// The name of what it is compared with.
#[must_use]
pub fn before_label(digest: &Digest, language: Language) -> String {
    let label = digest.period.previous().label(language);
    if digest.to_date { pick(language, format!("{label} to the same day"), format!("{label}同期")) } else { label }
}

/// The document.
#[must_use]
pub fn doc(digest: &Digest, meta: &Meta, language: Language) -> Doc {
    let before = before_label(digest, language);
    let count = |number: usize| whole(Decimal::from(number));
    let less_is_good = |now: Decimal, before: Decimal| match now.cmp(&before) {
        std::cmp::Ordering::Less => Tone::Good,
        std::cmp::Ordering::Equal => Tone::Neutral,
        std::cmp::Ordering::Greater => Tone::Bad,
    };
    let (now, then) = (Decimal::from(digest.created), Decimal::from(digest.created_before));
    let against = pick(
        language,
        format!("was {}", count(digest.created_before)),
        format!("前期{}", count(digest.created_before)),
    );
    let mut tiles = vec![
        Kpi {
            name: pick(language, "New tickets", "新增工单").to_owned(),
            value: count(digest.created),
            change: change(change_percent(now, then)),
            against,
            tone: less_is_good(now, then),
        },
        plain(pick(language, "Solved of them", "其中已解决"), count(digest.resolved)),
        plain(pick(language, "Still open", "尚未解决"), count(digest.open)),
    ];
    let mut time =
        plain(pick(language, "Median time to solve", "解决时长中位数"), hours(digest.median_hours, language));
    if let (Some(now), Some(then)) = (digest.median_hours, digest.median_hours_before) {
        time.change = change(change_percent(now, then));
        time.against = pick(
            language,
            format!("was {}", hours(Some(then), language)),
            format!("前期{}", hours(Some(then), language)),
        );
        time.tone = less_is_good(now, then);
    }
    tiles.push(time);
    let mut first = vec![Block::Kpis { items: tiles }];
    first.extend(days(digest, language));
    let mut sections = vec![Section { title: None, ..Section::new("", first) }];
    sections.push(issues(digest, &before, language));
    for issue in digest.clusters.iter().take(SHOWN) {
        sections.push(Section { level: 2, ..Section::new(issue.title.clone(), examples(issue, language)) });
    }
    let actions = actions(digest, language);
    if !actions.is_empty() {
        let list = Block::List { ordered: false, items: actions };
        sections.push(Section::new(pick(language, "What to do", "建议措施"), vec![list]));
    }
    let mut facts = meta.facts(language);
    facts.insert(1, crate::doc::Fact::new(pick(language, "Compared with", "对比期间"), before));
    Doc {
        kind: DocKind::Digest,
        title: pick(language, "Support digest", "客服工单摘要").to_owned(),
        subtitle: period_label(digest, language),
        language: language.into(),
        meta: facts,
        sections,
        pictures: Vec::new(),
    }
}

fn plain(name: &str, value: String) -> Kpi {
    Kpi { name: name.to_owned(), value, change: String::new(), against: String::new(), tone: Tone::Neutral }
}

fn days(digest: &Digest, language: Language) -> Option<Block> {
    if digest.created == 0 || digest.days.len() > 31 {
        return None;
    }
    let label = |day: chrono::NaiveDate| {
        const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let name = NAMES.get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
        if digest.days.len() <= 7 {
            pick(language, format!("{name} {}", day.day()), format!("{}日", day.day()))
        } else {
            day.day().to_string()
        }
    };
    let title = pick(language, "New tickets by day", "每日新增工单");
    let told =
        digest.days.iter().map(|(day, count)| format!("{}: {count}", label(*day))).collect::<Vec<_>>().join(", ");
    let categories = digest.days.iter().map(|(day, _)| Category::new(label(*day))).collect();
    let values = digest.days.iter().map(|(_, count)| Decimal::from(*count)).collect();
    let series = vec![Series { name: pick(language, "New tickets", "新增工单").to_owned(), values }];
    Chart::new(Form::Columns, title, format!("{title}. {told}."), categories, series, language).ok().map(Block::Chart)
}

fn issues(digest: &Digest, before: &str, language: Language) -> Section {
    let heading = pick(language, "Recurring issues", "反复出现的问题");
    if digest.clusters.is_empty() {
        let text = pick(
            language,
            "No three tickets tell of the same.".to_owned(),
            "没有三张及以上的工单反映同一问题。".to_owned(),
        );
        return Section::new(heading, vec![Block::Paragraph { text }]);
    }
    let titles = [
        (pick(language, "Issue", "问题"), ColumnKind::Text),
        (pick(language, "Tickets", "工单"), ColumnKind::Figure),
        (before, ColumnKind::Figure),
        (pick(language, "Open", "未解决"), ColumnKind::Figure),
        (pick(language, "Median", "中位时长"), ColumnKind::Figure),
    ];
    let row = |issue: &Issue| {
        let mut row = line(vec![
            issue.title.clone(),
            issue.count.to_string(),
            issue.before.to_string(),
            issue.open.to_string(),
            hours(issue.median_hours, language),
        ]);
        row.values = vec![None, Some(issue.count.into()), Some(issue.before.into()), Some(issue.open.into()), None];
        row
    };
    let rows: Vec<_> = digest.clusters.iter().map(row).collect();
    let caption = pick(
        language,
        "Found by what the tickets say, in English and Chinese, whatever they were filed under.",
        "按工单内容（中英文）归类，与原有分类无关。",
    );
    let table = Table { title: None, keep: rows.len() <= 15, columns: columns(&titles), rows };
    Section { caption: Some(caption.to_owned()), ..Section::new(heading, vec![Block::Table(table)]) }
}

fn examples(issue: &Issue, language: Language) -> Vec<Block> {
    let quote = |example: &mezzofy_domain::tickets::digest::Example| {
        let who = if example.customer.is_empty() { String::new() } else { format!(", {}", example.customer) };
        pick(
            language,
            format!("“{}” ({}{who})", example.text, example.id),
            format!("“{}”（{}{who}）", example.text, example.id),
        )
    };
    let filed = issue.categories.join(", ");
    let text = pick(
        language,
        format!("{} tickets, {}, {} open. Filed under: {filed}.", issue.count, trend(issue, language), issue.open),
        format!("{}张工单，{}，{}张未解决。原分类：{filed}。", issue.count, trend(issue, language), issue.open),
    );
    vec![Block::Paragraph { text }, Block::List { ordered: false, items: issue.examples.iter().map(quote).collect() }]
}
