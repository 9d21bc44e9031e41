//! Presentations: the text, tables, chart values and notes of each slide.

use std::collections::BTreeMap;

use mezzofy_domain::reading::{FileKind, Locator, Reading, ReadingError, ReadingPart};

use crate::archive::Archive;
use crate::table::{table_row, table_rule};
use crate::xml::{XmlEvent, attribute, walk};

const MAX_SLIDES: usize = 500;

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let mut archive = Archive::open(bytes)?;
    let presentation = archive.text("ppt/presentation.xml")?.ok_or(ReadingError::Damaged)?;
    let targets = relations(&mut archive, "ppt/_rels/presentation.xml.rels", "ppt")?;
    let mut order = Vec::new();
    walk(&presentation, |event| {
        if let XmlEvent::Begin("sldId", start) = event {
            // Both `id` and `r:id` are there; the relation's is the one that is a relation.
            let ids = start.attributes().flatten().map(|it| it.value.into_owned());
            order.extend(ids.filter_map(|id| targets.get(&id).map(|(_, target)| target.clone())));
        }
    })?;
    let count = order.len();
    let mut parts = Vec::new();
    for (at, slide) in order.into_iter().take(MAX_SLIDES).enumerate() {
        parts.push(ReadingPart { locator: Locator::Slide(at + 1), text: one(&mut archive, &slide)? });
    }
    let macros = archive.has("vbaProject.bin");
    Ok(Reading { cut: count > MAX_SLIDES, macros, ..Reading::new(FileKind::Slides, count, parts) })
}

fn one(archive: &mut Archive<'_>, slide: &str) -> Result<String, ReadingError> {
    let xml = archive.text(slide)?.ok_or(ReadingError::Damaged)?;
    let mut text = words(&xml)?;
    let (folder, name) = slide.rsplit_once('/').unwrap_or(("", slide));
    let relations = relations(archive, &format!("{folder}/_rels/{name}.rels"), folder)?;
    for (kind, target) in relations.values() {
        let part = if kind.ends_with("/chart") || kind.ends_with("/notesSlide") { archive.text(target)? } else { None };
        let Some(part) = part else { continue };
        if kind.ends_with("/chart") {
            text.push_str(&chart(&part)?);
        } else {
            let notes = words(&part)?;
            let notes: Vec<String> =
                notes.lines().filter(|line| line.parse::<u32>().is_err()).map(|line| format!("> {line}")).collect();
            text.push_str(&notes.join("\n"));
        }
    }
    Ok(text)
}

/// Paragraphs and tables of a slide or its notes.
fn words(xml: &str) -> Result<String, ReadingError> {
    let (mut text, mut line, mut row, mut in_text) = (String::new(), String::new(), None::<Vec<String>>, false);
    let mut first_row = false;
    walk(xml, |event| match event {
        XmlEvent::Begin("t", _) => in_text = true,
        XmlEvent::End("t") => in_text = false,
        XmlEvent::Text(said) if in_text => line.push_str(said),
        XmlEvent::Begin("br", _) => line.push(' '),
        XmlEvent::Begin("tbl", _) => first_row = true,
        XmlEvent::Begin("tr", _) => row = Some(Vec::new()),
        XmlEvent::End("tc") => row.iter_mut().for_each(|row| row.push(std::mem::take(&mut line))),
        XmlEvent::End("tr") => {
            if let Some(row) = row.take() {
                text.push_str(&table_row(&row));
                text.push('\n');
                if std::mem::take(&mut first_row) {
                    text.push_str(&table_rule(row.len()));
                    text.push('\n');
                }
            }
        }
        XmlEvent::End("p") if row.is_some() => line.push(' '),
        XmlEvent::End("p") => {
            if !line.trim().is_empty() {
                text.push_str(line.trim());
                text.push('\n');
            }
            line.clear();
        }
        XmlEvent::Begin(..) | XmlEvent::Text(_) | XmlEvent::End(_) => {}
    })?;
    Ok(text)
}

/// The values of a chart as a table: a row for each category, a column for each series.
fn chart(xml: &str) -> Result<String, ReadingError> {
    let (mut series, mut within, mut in_value) = (Vec::<[Vec<String>; 3]>::new(), None::<usize>, false);
    walk(xml, |event| match event {
        XmlEvent::Begin("ser", _) => series.push(Default::default()),
        XmlEvent::Begin("tx", _) => within = Some(0),
        XmlEvent::Begin("cat", _) => within = Some(1),
        XmlEvent::Begin("val", _) => within = Some(2),
        XmlEvent::End("tx" | "cat" | "val") => within = None,
        XmlEvent::Begin("v", _) => in_value = true,
        XmlEvent::End("v") => in_value = false,
        XmlEvent::Text(text) if in_value => {
            if let (Some(series), Some(at)) = (series.last_mut(), within) {
                series[at].push(text.to_owned());
            }
        }
        XmlEvent::Begin(..) | XmlEvent::Text(_) | XmlEvent::End(_) => {}
    })?;
    let Some([_, categories, _]) = series.first() else { return Ok(String::new()) };
    let names = series.iter().map(|[name, ..]| name.first().cloned().unwrap_or_default());
    let mut lines = vec![table_row(std::iter::once(String::new()).chain(names)), table_rule(series.len() + 1)];
    for (at, category) in categories.iter().enumerate() {
        let values = series.iter().map(|[_, _, values]| values.get(at).cloned().unwrap_or_default());
        lines.push(table_row(std::iter::once(category.clone()).chain(values)));
    }
    Ok(lines.join("\n") + "\n")
}

/// Kind and target of each relation, by id, in the order of the ids.
fn relations(
    archive: &mut Archive<'_>,
    name: &str,
    folder: &str,
) -> Result<BTreeMap<String, (String, String)>, ReadingError> {
    let mut relations = BTreeMap::new();
    let Some(xml) = archive.text(name)? else { return Ok(relations) };
    walk(&xml, |event| {
        if let XmlEvent::Begin("Relationship", start) = event {
            let [id, kind, target] = ["Id", "Type", "Target"].map(|name| attribute(start, name).unwrap_or_default());
            relations.insert(id, (kind, resolved(folder, &target)));
        }
    })?;
    Ok(relations)
}

/// A target relative to a folder, with its `..` resolved.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => drop(path.pop()),
            "." | "" => {}
            step => path.push(step),
        }
    }
    path.join("/")
}
