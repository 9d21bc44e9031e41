//! A document as Word knows it (DOCX, `WordprocessingML`, ECMA-376 part 1, 17): its parts in the named styles of
//! `reference.docx`, whose page, header and footer it keeps.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use thiserror::Error;

use super::package::{Package, attribute};
use super::properties;
use crate::doc::{Doc, Writing};

mod body;

use body::Pen;

/// The reference document in the brand folder.
const REFERENCE: &str = "reference.docx";
const DOCUMENT: &str = "word/document.xml";
const RELATIONS: &str = "word/_rels/document.xml.rels";
const STYLES: &str = "word/styles.xml";
const NUMBERING: &str = "word/numbering.xml";
const SETTINGS: &str = "word/settings.xml";

/// What each style that documents use is called in the reference document, as Word shows it in English.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StyleNames {
    /// The document's title.
    pub title: String,
    /// The line below it, and below a section's heading.
    pub subtitle: String,
    /// A section's heading.
    pub heading: String,
    /// The heading of a section inside another.
    pub subheading: String,
    /// Running text.
    pub text: String,
    /// A point.
    pub bullet: String,
    /// A counted point.
    pub number: String,
    /// The name of a table, chart or picture.
    pub caption: String,
    /// Text set apart.
    pub callout: String,
    pub table: String,
    /// The text of its cells.
    pub cell: String,
    /// The name of a key figure and what it is compared with.
    pub figure_name: String,
    /// A key figure.
    pub figure: String,
}

/// The company's reference document, read once.
#[derive(Debug, Clone)]
pub struct Words {
    reference: Package,
    /// The styles' ids.
    styles: StyleNames,
    /// The tag that begins the document and declares its prefixes.
    root: String,
    /// Page, header and footer: the last part of the body.
    section: String,
    /// What counts the points of the style for them.
    counted: String,
    colours: Colours,
    /// The width of the text, in twentieths of a point.
    width: i64,
}

/// Colours of the theme, as six hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Colours {
    ink: String,
    muted: String,
    panel: String,
    accent: String,
    bad: String,
}

/// Why there is no document: the reference can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{REFERENCE} in the brand folder: {0}")]
pub struct WordsError(String);

impl Words {
    /// Reads `reference.docx` and finds its styles by their names.
    pub fn new(brand_dir: &Path, names: &StyleNames) -> Result<Self, WordsError> {
        let bytes = std::fs::read(brand_dir.join(REFERENCE)).map_err(|error| WordsError(error.to_string()))?;
        let reference = Package::open(&bytes).map_err(WordsError)?;
        let styles = ids(reference.text(STYLES).unwrap_or_default(), names)?;
        let document = reference.text(DOCUMENT).unwrap_or_default();
        let missing = || WordsError("it is no Word document with a page of its own".into());
        let (root, _) = document.split_once("<w:body>").ok_or_else(missing)?;
        let section = document.rfind("<w:sectPr").and_then(|from| document[from..].split("</w:body>").next());
        let section = section.ok_or_else(missing)?.to_owned();
        let number = |tag: &str, name: &str| -> Option<i64> {
            attribute(section.split_once(tag)?.1.split('>').next()?, name)?.parse().ok()
        };
        let margins = (number("<w:pgMar", "w:left"), number("<w:pgMar", "w:right"));
        let (Some(page), (Some(left), Some(right))) = (number("<w:pgSz", "w:w"), margins) else {
            return Err(missing());
        };
        let counted = counted(&reference, &styles.number).ok_or_else(|| {
            WordsError(format!("its style “{}” counts nothing; give it a numbering in Word", names.number))
        })?;
        let colours = Colours::of(&reference);
        let root = root.to_owned();
        Ok(Self { styles, root, section, counted, colours, width: page - left - right, reference })
    }

    /// Lays a document out. The same document and time give the same bytes.
    pub fn docx(&self, doc: &Doc, made_at: DateTime<Utc>) -> Result<Vec<u8>, WordsError> {
        let mut package = self.reference.clone();
        let mut pen = Pen::new(self, doc);
        let body = pen.body();
        let lists = pen.lists;
        for (id, kind, target) in pen.related {
            package.relate(RELATIONS, &id, kind, &target);
        }
        for (at, drawn) in (1..).zip(pen.charts) {
            super::chart::add(&mut package, "word", drawn, at).map_err(WordsError)?;
        }
        for picture in &doc.pictures {
            package.add_picture("word", picture);
        }
        package.put(DOCUMENT, format!("{}<w:body>{body}{}</w:body></w:document>", self.root, self.section));
        self.count(&mut package, lists);
        speak(&mut package, doc.language);
        package.put("docProps/core.xml", properties(doc, made_at));
        package.save().map_err(WordsError)
    }

    /// The number of the nth counted list: after those of the reference.
    fn list(&self, nth: usize) -> usize {
        let numbering = self.reference.text(NUMBERING).unwrap_or_default();
        let id = |num: &str| num.split_once("w:numId=\"")?.1.split('"').next()?.parse::<usize>().ok();
        numbering.split("<w:num ").skip(1).filter_map(id).max().unwrap_or(0) + nth
    }

    /// Each counted list begins with 1.
    fn count(&self, package: &mut Package, lists: usize) {
        let numbering = package.text(NUMBERING).unwrap_or_default().to_owned();
        let mut nums = String::new();
        for nth in 1..=lists {
            let (id, counted) = (self.list(nth), &self.counted);
            let _ = write!(
                nums,
                "<w:num w:numId=\"{id}\"><w:abstractNumId w:val=\"{counted}\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num>"
            );
        }
        let at = numbering.rfind("</w:num>").map_or(0, |at| at + "</w:num>".len());
        let (before, after) = numbering.split_at(at);
        package.put(NUMBERING, format!("{before}{nums}{after}"));
    }
}

/// The ids of styles in the place of their names.
fn ids(styles: &str, names: &StyleNames) -> Result<StyleNames, WordsError> {
    let known: Vec<(&str, &str)> = styles
        .split("<w:style ")
        .skip(1)
        .filter_map(|style| {
            let name = attribute(style.split_once("<w:name")?.1.split('>').next()?, "w:val")?;
            Some((name, style.split_once("w:styleId=\"")?.1.split('"').next()?))
        })
        .collect();
    let id = |wanted: &String| {
        let found = known.iter().find(|(name, _)| *name == super::package::escaped(wanted));
        let have = || known.iter().map(|(name, _)| format!("“{name}”")).collect::<Vec<_>>().join(", ");
        found.map(|(_, id)| (*id).to_owned()).ok_or_else(|| {
            WordsError(format!(
                "it has no style “{wanted}”, but {}. Name the right one under [styles] in brand.toml",
                have()
            ))
        })
    };
    Ok(StyleNames {
        title: id(&names.title)?,
        subtitle: id(&names.subtitle)?,
        heading: id(&names.heading)?,
        subheading: id(&names.subheading)?,
        text: id(&names.text)?,
        bullet: id(&names.bullet)?,
        number: id(&names.number)?,
        caption: id(&names.caption)?,
        callout: id(&names.callout)?,
        table: id(&names.table)?,
        cell: id(&names.cell)?,
        figure_name: id(&names.figure_name)?,
        figure: id(&names.figure)?,
    })
}

/// The abstract numbering of a style.
fn counted(reference: &Package, style: &str) -> Option<String> {
    let styles = reference.text(STYLES)?;
    let (_, own) = styles.split_once(&format!("w:styleId=\"{style}\""))?;
    let own = own.split("</w:style>").next()?;
    let id = attribute(own.split_once("<w:numId")?.1.split('>').next()?, "w:val")?;
    let (_, num) = reference.text(NUMBERING)?.split_once(&format!("<w:num w:numId=\"{id}\""))?;
    attribute(num.split_once("<w:abstractNumId")?.1.split('>').next()?, "w:val").map(str::to_owned)
}

/// Says in which language the words are, for spelling and fonts.
fn speak(package: &mut Package, writing: Writing) {
    let latin = if writing == Writing::Malay { writing.locale() } else { Writing::English.locale() };
    let eastern = if writing.is_chinese() { writing } else { Writing::Simplified }.locale();
    for (part, tag) in [(STYLES, "<w:lang "), (SETTINGS, "<w:themeFontLang ")] {
        let text = package.text(part).unwrap_or_default().to_owned();
        if let Some((before, (_, after))) =
            text.split_once(tag).and_then(|(before, rest)| Some((before, rest.split_once("/>")?)))
        {
            package.put(
                part,
                format!("{before}{tag}w:val=\"{latin}\" w:eastAsia=\"{eastern}\" w:bidi=\"ar-SA\"/>{after}"),
            );
        }
    }
}

impl Colours {
    fn of(reference: &Package) -> Self {
        let theme =
            reference.names().find(|name| name.starts_with("word/theme/")).and_then(|name| reference.text(name));
        let colour = |name: &str, otherwise: &str| {
            let found = theme.and_then(|theme| {
                let (_, rest) = theme.split_once(&format!("<a:{name}>"))?;
                let tag = rest.split_once('>')?.0;
                attribute(tag, "lastClr").or_else(|| attribute(tag, "val"))
            });
            found.unwrap_or(otherwise).to_owned()
        };
        Self {
            ink: colour("dk1", "000000"),
            muted: colour("dk2", "666666"),
            panel: colour("lt2", "F2F2F2"),
            accent: colour("accent1", "000000"),
            bad: colour("folHlink", "B00000"),
        }
    }
}

#[cfg(test)]
mod tests;
