//! A document as Markdown (`CommonMark` with tables), for web pages and wikis. Its texts are escaped, so they stay text.

use std::fmt::Write as _;

use crate::doc::{Block, Chart, Doc, RowKind, Table};

/// The document as text. Charts become tables of their values.
#[must_use]
pub fn markdown(doc: &Doc) -> String {
    let mut text = format!("# {}\n", inline(&doc.title));
    if !doc.subtitle.is_empty() {
        let _ = write!(text, "\n{}\n", inline(&doc.subtitle));
    }
    if !doc.meta.is_empty() {
        text.push('\n');
        for fact in &doc.meta {
            let _ = writeln!(text, "- **{}:** {}", inline(&fact.name), inline(&fact.value));
        }
    }
    for section in &doc.sections {
        if let Some(title) = &section.title {
            let _ = write!(text, "\n{} {}\n", "#".repeat(usize::from(section.level) + 1), inline(title));
        }
        if let Some(caption) = &section.caption {
            let _ = write!(text, "\n*{}*\n", inline(caption));
        }
        for block in &section.blocks {
            text.push('\n');
            say(&mut text, block);
        }
    }
    text
}

fn say(text: &mut String, block: &Block) {
    match block {
        Block::Paragraph { text: said } => paragraphs(text, said, ""),
        Block::Callout { title, text: said } => {
            let _ = writeln!(text, "> **{}**\n>", inline(title));
            paragraphs(text, said, "> ");
        }
        Block::List { ordered, items } => {
            for (at, item) in items.iter().enumerate() {
                let mark = if *ordered { format!("{}.", at + 1) } else { "-".to_owned() };
                let _ = writeln!(text, "{mark} {}", inline(item));
            }
        }
        Block::Facts { items } => {
            for fact in items {
                let _ = writeln!(text, "- **{}:** {}", inline(&fact.name), inline(&fact.value));
            }
        }
        Block::Kpis { items } => {
            for kpi in items {
                let change = [&kpi.change, &kpi.against].map(|part| inline(part)).join(" ");
                let change = if change.trim().is_empty() { String::new() } else { format!(" ({})", change.trim()) };
                let _ = writeln!(text, "- **{}:** {}{change}", inline(&kpi.name), inline(&kpi.value));
            }
        }
        Block::Image { alt, caption, .. } => {
            let _ = writeln!(text, "*{}*", inline(caption.as_deref().unwrap_or(alt)));
        }
        Block::Chart(chart) => values(text, chart),
        Block::Table(table) => rows(text, table),
    }
}

fn paragraphs(text: &mut String, said: &str, mark: &str) {
    let lines: Vec<String> = said.lines().filter(|line| !line.trim().is_empty()).map(inline).collect();
    let gap = format!("\n{}\n", mark.trim_end());
    let lines = lines.iter().map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join(&gap);
    let _ = writeln!(text, "{lines}");
}

fn rows(text: &mut String, table: &Table) {
    if let Some(title) = &table.title {
        let _ = write!(text, "**{}**\n\n", inline(title));
    }
    line(text, table.columns.iter().map(|column| inline(&column.title)));
    line(text, table.columns.iter().map(|column| if column.kind.is_number() { "---:" } else { "---" }.to_owned()));
    for row in &table.rows {
        let bold = row.kind != RowKind::Line;
        line(
            text,
            row.cells
                .iter()
                .map(|cell| if bold && !cell.is_empty() { format!("**{}**", inline(cell)) } else { inline(cell) }),
        );
    }
}

fn values(text: &mut String, chart: &Chart) {
    let _ = write!(text, "**{}**\n\n", inline(&chart.title));
    let series: Vec<_> = chart.series.iter().chain(&chart.line).collect();
    line(text, std::iter::once(String::new()).chain(series.iter().map(|series| inline(&series.name))));
    line(text, std::iter::once("---".to_owned()).chain(series.iter().map(|_| "---:".to_owned())));
    for (at, category) in chart.categories.iter().enumerate() {
        let values = series.iter().map(|series| series.values.get(at).map(ToString::to_string).unwrap_or_default());
        line(text, std::iter::once(inline(&category.label)).chain(values));
    }
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let _ = writeln!(text, "| {} |", cells.collect::<Vec<_>>().join(" | "));
}

/// One line whose characters mean nothing to Markdown or HTML.
fn inline(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~') {
            line.push('\\');
        }
        line.push(character);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{DocKind, Section, Writing};
    use crate::press::samples;

    #[test]
    fn a_document_reads_as_markdown() {
        let mut doc = samples::sample(DocKind::Letter, Writing::English);
        doc.sections = vec![Section::new(
            "Plan",
            vec![
                Block::List { ordered: true, items: vec!["One".into(), "Two".into()] },
                Block::Table(samples::table(Writing::English, 1)),
                Block::Callout { title: "Note".into(), text: "First.\nSecond.".into() },
            ],
        )];
        let text = markdown(&doc);
        assert!(
            text.starts_with("# Loyalty that brings guests back\n\nOctober 2026\n\n- **To:** Grace Tan ABC"),
            "{text}"
        );
        for part in [
            "\n## Plan\n\n1. One\n2. Two\n",
            "| No. | Where we stand | SGD |\n| --- | --- | ---: |\n|  | **Revenue** |  |\n| 4000 | Kuala Lumpur | 12,345.67 |\n",
            "\n> **Note**\n>\n> First.\n>\n> Second.\n",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(inline("<script> [a](b) *c* |\n# d"), "\\<script\\> \\[a\\](b) \\*c\\* \\| \\# d");
    }
}
