//! The KPI dashboard: each department's figures against the period before, what stands out, the last months, and how each
//! figure is defined.

use mezzofy_domain::kpi::{Better, Kpi, Report};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Department;
use mezzofy_domain::period::{ENGLISH_MONTHS, Period};

use super::{Meta, change, columns, in_unit, line, pick};
use crate::doc::{Block, Category, Chart, ColumnKind, Doc, DocKind, Form, Section, Series, Table, Tone};

/// A change of so many percent stands out.
pub const STANDS_OUT: i64 = 10;

/// The name of a department.
#[must_use]
fn department(department: Department, language: Language) -> &'static str {
    match department {
        Department::Finance => pick(language, "Finance", "财务"),
        Department::Sales => pick(language, "Sales", "销售"),
        Department::Marketing => pick(language, "Marketing", "市场"),
        Department::Support => pick(language, "Support", "客服"),
        Department::Management => pick(language, "Management", "管理层"),
    }
}

/// A figure as people read it; one without data says so.
#[must_use]
pub fn shown(kpi: &Kpi, language: Language) -> String {
    kpi.value
        .map_or_else(|| pick(language, "no data", "无数据").to_owned(), |value| in_unit(value, &kpi.unit, language))
}

/// What stands out, a sentence for each figure that has changed much.
#[must_use]
pub fn outstanding(report: &Report, language: Language) -> Vec<String> {
    let before = report.before.label(language);
    let told = report.outstanding(STANDS_OUT, 5).into_iter().filter_map(|kpi| {
        let (name, value) = (kpi.name.in_language(language), shown(kpi, language));
        let was = in_unit(kpi.previous?, &kpi.unit, language);
        let percent = change(kpi.change_percent());
        let welcome = match kpi.is_welcome() {
            Some(true) => pick(language, "better", "向好"),
            _ => pick(language, "worse", "转差"),
        };
        Some(pick(
            language,
            format!("{name}: {value} after {was} in {before} ({percent}, {welcome})."),
            format!("{name}：{value}，{before}为{was}（{percent}，{welcome}）。"),
        ))
    });
    told.collect()
}

/// The name of the dashboard's period, with a remark where it goes on.
#[must_use]
pub fn period_label(report: &Report, language: Language) -> String {
    let label = report.period.label(language);
    if report.to_date {
        pick(language, format!("{label} to date"), format!("{label}（截至今日）"))
    } else {
        label
    }
}

/// The document.
#[must_use]
pub fn doc(report: &Report, meta: &Meta, language: Language) -> Doc {
    let mut sections = Vec::new();
    let told = outstanding(report, language);
    let first = if told.is_empty() {
        Block::Paragraph {
            text: pick(
                language,
                format!("No figure has changed by {STANDS_OUT}% or more against {}.", report.before.label(language)),
                format!("与{}相比，没有指标变动达到{STANDS_OUT}%。", report.before.label(language)),
            ),
        }
    } else {
        Block::List { ordered: false, items: told }
    };
    sections.push(Section::new(pick(language, "What stands out", "值得关注"), vec![first]));
    for of in Department::ALL {
        let kpis: Vec<&Kpi> = report.kpis.iter().filter(|kpi| kpi.department == of).collect();
        if kpis.is_empty() {
            continue;
        }
        let items = kpis.iter().map(|kpi| tile(kpi, report, language)).collect();
        sections.push(Section::new(department(of, language), vec![Block::Kpis { items }]));
    }
    let charts: Vec<Block> = charts(report, language);
    if !charts.is_empty() {
        sections
            .push(Section {
                new_page: true, ..Section::new(pick(language, "The last months", "近几个月"), charts)
            });
    }
    sections.push(definitions(report, language));
    let mut facts = meta.facts(language);
    let compared = report.before.label(language);
    facts.insert(1, crate::doc::Fact::new(pick(language, "Compared with", "对比期间"), compared));
    Doc {
        kind: DocKind::Dashboard,
        title: pick(language, "Key figures", "关键指标").to_owned(),
        subtitle: period_label(report, language),
        language: language.into(),
        meta: facts,
        sections,
        pictures: Vec::new(),
    }
}

fn tile(kpi: &Kpi, report: &Report, language: Language) -> crate::doc::Kpi {
    let against = match (kpi.value, kpi.previous) {
        (Some(_), Some(before)) => {
            let was = in_unit(before, &kpi.unit, language);
            pick(language, format!("was {was}"), format!("前期{was}"))
        }
        (Some(_), None) => pick(
            language,
            format!("no data for {}", report.before.label(language)),
            format!("{}无数据", report.before.label(language)),
        ),
        (None, _) => String::new(),
    };
    let tone = match kpi.is_welcome() {
        Some(true) => Tone::Good,
        Some(false) => Tone::Bad,
        None => Tone::Neutral,
    };
    crate::doc::Kpi {
        name: kpi.name.in_language(language).to_owned(),
        value: shown(kpi, language),
        change: change(kpi.change_percent()),
        against,
        tone,
    }
}

/// Figures of one unit share a chart, two at most.
fn charts(report: &Report, language: Language) -> Vec<Block> {
    let mut units: Vec<&str> = Vec::new();
    for series in &report.months {
        if !units.contains(&series.unit.as_str()) {
            units.push(&series.unit);
        }
    }
    let chart = |unit: &str| {
        let of_unit: Vec<_> = report.months.iter().filter(|series| series.unit == unit).collect();
        let months: Vec<Period> = of_unit.first()?.values.iter().map(|(month, _)| *month).collect();
        let categories = months.iter().enumerate().map(|(at, month)| category(at, *month, language)).collect();
        let names: Vec<&str> = of_unit.iter().map(|series| series.name.in_language(language)).collect();
        let series: Vec<Series> = of_unit
            .iter()
            .map(|series| Series {
                name: series.name.in_language(language).to_owned(),
                values: series.values.iter().map(|(_, value)| *value).collect(),
            })
            .collect();
        let title = match unit {
            "count" => names.join(pick(language, " and ", "与")),
            unit => format!("{}{}{unit}", names.join(pick(language, " and ", "与")), pick(language, ", ", "，")),
        };
        let mut alt = format!("{title}.");
        for (at, month) in months.iter().enumerate() {
            let value = |series: &&mezzofy_domain::kpi::Series| {
                let value = series.values.get(at).map(|(_, value)| in_unit(*value, unit, language)).unwrap_or_default();
                format!("{} {value}", series.name.in_language(language))
            };
            let values = of_unit.iter().map(value).collect::<Vec<_>>().join(", ");
            alt = format!("{alt} {}: {values}.", month.label(language));
        }
        Chart::new(Form::Columns, title, alt, categories, series, language).ok().map(Block::Chart)
    };
    units.into_iter().filter_map(chart).collect()
}

fn category(at: usize, month: Period, language: Language) -> Category {
    use chrono::Datelike as _;
    let first = month.first_day();
    let name = ENGLISH_MONTHS.get(first.month0() as usize).copied().unwrap_or_default();
    let label = pick(language, name.get(..3).unwrap_or(name).to_owned(), format!("{}月", first.month()));
    let group = (at == 0 || first.month() == 1)
        .then(|| pick(language, first.year().to_string(), format!("{}年", first.year())));
    Category { label, group }
}

fn definitions(report: &Report, language: Language) -> Section {
    let titles = [
        (pick(language, "Figure", "指标"), ColumnKind::Word),
        (pick(language, "How it is counted", "计算方法"), ColumnKind::Text),
        (pick(language, "Owner", "负责人"), ColumnKind::Word),
    ];
    let mut rows = Vec::new();
    for kpi in &report.kpis {
        let better = match kpi.better {
            Better::Higher => pick(language, "; more is better", "；越高越好"),
            Better::Lower => pick(language, "; less is better", "；越低越好"),
            Better::Neither => "",
        };
        let formula = format!("{}{better}", kpi.formula.in_language(language));
        let row = vec![kpi.name.in_language(language).to_owned(), formula, kpi.owner.clone()];
        if !rows.iter().any(|known: &crate::doc::Row| known.cells == row) {
            rows.push(line(row));
        }
    }
    let table = Table { title: None, keep: rows.len() <= 20, columns: columns(&titles), rows };
    Section::new(pick(language, "How the figures are counted", "指标定义"), vec![Block::Table(table)])
}
