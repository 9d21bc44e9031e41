//! A document as slides (PPTX): one slide for each section, on the layouts of `master.pptx`. What does not fit goes on on another
//! slide; nothing is made smaller.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::chart;
use super::package::{Package, attribute, escaped, relations};
use super::properties;
use crate::doc::{Doc, Section, Slide};

mod flow;
mod shapes;

use flow::{Piece, Rect};

/// The master in the brand folder.
const MASTER: &str = "master.pptx";
const PRESENTATION: &str = "ppt/presentation.xml";
const PRESENTATION_RELATIONS: &str = "ppt/_rels/presentation.xml.rels";
const XML: &str = "application/vnd.openxmlformats-officedocument.presentationml.";
const NAMESPACES: &str = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"";

/// The company's master, read once.
#[derive(Debug, Clone)]
pub struct Slides {
    master: Package,
    layouts: Layouts,
    notes_master: String,
}

/// The parts of the layouts that slides stand on, and where their content goes.
#[derive(Debug, Clone)]
struct Layouts {
    cover: String,
    divider: String,
    content: String,
    closing: String,
    area: Rect,
}

/// Why there are no slides.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SlidesError {
    /// The master can't be used.
    #[error("{MASTER} in the brand folder: {0}")]
    Master(String),
    /// The slides don't look as they must.
    #[error("the slides were made but do not look right ({}), so they are not given out; shorten their texts", .0.join("; "))]
    Looks(Vec<String>),
}

impl Slides {
    /// Reads `master.pptx` and finds its layouts by the names that `names` gives for cover, divider, content and closing.
    pub fn new(brand_dir: &Path, names: &[String; 4]) -> Result<Self, SlidesError> {
        let wrong = |reason: String| SlidesError::Master(reason);
        let bytes = std::fs::read(brand_dir.join(MASTER)).map_err(|error| wrong(error.to_string()))?;
        let mut master = Package::open(&bytes).map_err(wrong)?;
        let layouts = Layouts::find(&master, names)?;
        let notes_master = master.names().find(|name| name.starts_with("ppt/notesMasters/notesMaster"));
        let notes_master = notes_master
            .ok_or_else(|| wrong("it has no notes master; open View, Notes Master in it once and save it".into()))?
            .to_owned();
        let own = |name: &str| name.starts_with("ppt/slides/") || name.starts_with("ppt/notesSlides/");
        master.undeclare(own);
        master.remove(own);
        Ok(Self { master, layouts, notes_master })
    }

    /// Lays a document out. The same document and time give the same bytes.
    pub fn pptx(&self, doc: &Doc, made_at: DateTime<Utc>) -> Result<Vec<u8>, SlidesError> {
        let plans = self.plans(doc);
        let problems: Vec<String> = plans.iter().enumerate().flat_map(|(at, plan)| plan.problems(at + 1)).collect();
        if !problems.is_empty() {
            return Err(SlidesError::Looks(problems));
        }
        let mut package = self.master.clone();
        let mut charts = 0;
        for (at, plan) in (1..).zip(&plans) {
            self.add(&mut package, doc, at, plan, &mut charts)?;
        }
        Self::list(&mut package, plans.len());
        package.put("docProps/core.xml", properties(doc, made_at));
        for picture in &doc.pictures {
            package.add_picture("ppt", picture);
        }
        package.save().map_err(SlidesError::Master)
    }

    /// The slides of a document; one without a cover gets one.
    fn plans(&self, doc: &Doc) -> Vec<Plan> {
        let mut plans = Vec::new();
        if doc.sections.first().is_none_or(|section| section.slide != Slide::Cover) {
            let cover = Section { slide: Slide::Cover, ..Section::new(doc.title.clone(), Vec::new()) };
            plans.push(Plan::spoken(&cover, doc));
        }
        for section in &doc.sections {
            if section.slide == Slide::Content {
                plans.extend(Plan::content(section, doc, self.layouts.area));
            } else {
                plans.push(Plan::spoken(section, doc));
            }
        }
        plans
    }

    fn layout(&self, slide: Slide) -> &str {
        match slide {
            Slide::Cover => &self.layouts.cover,
            Slide::Divider => &self.layouts.divider,
            Slide::Content => &self.layouts.content,
            Slide::Closing => &self.layouts.closing,
        }
    }

    fn add(
        &self,
        package: &mut Package,
        doc: &Doc,
        at: usize,
        plan: &Plan,
        charts: &mut usize,
    ) -> Result<(), SlidesError> {
        let mut targets = vec![("slideLayout", format!("/{}", self.layout(plan.slide)))];
        let mut related = Vec::new();
        for piece in &plan.pieces {
            match piece {
                Piece::Chart(drawn, _) => {
                    *charts += 1;
                    chart::add(package, "ppt", drawn, *charts).map_err(SlidesError::Master)?;
                    targets.push(("chart", format!("/ppt/charts/chart{charts}.xml")));
                    related.push(format!("rId{}", targets.len()));
                }
                Piece::Image { picture, .. } => {
                    targets.push(("image", format!("/ppt/media/{picture}")));
                    related.push(format!("rId{}", targets.len()));
                }
                Piece::Text { .. } | Piece::Table { .. } | Piece::Card(..) => related.push(String::new()),
            }
        }
        if let Some(notes) = &plan.notes {
            let name = format!("ppt/notesSlides/notesSlide{at}.xml");
            package.add(&name, &format!("{XML}notesSlide+xml"), shapes::notes(notes, doc.language));
            package.put(
                format!("ppt/notesSlides/_rels/notesSlide{at}.xml.rels"),
                relations([
                    ("notesMaster", format!("/{}", self.notes_master)),
                    ("slide", format!("/ppt/slides/slide{at}.xml")),
                ]),
            );
            targets.push(("notesSlide", format!("/{name}")));
        }
        package.add(
            &format!("ppt/slides/slide{at}.xml"),
            &format!("{XML}slide+xml"),
            shapes::slide(plan, &related, doc.language),
        );
        package.put(format!("ppt/slides/_rels/slide{at}.xml.rels"), relations(targets));
        Ok(())
    }

    /// Names the slides in the presentation, in the place of the master's own.
    fn list(package: &mut Package, count: usize) {
        let presentation = package.text(PRESENTATION).unwrap_or_default().to_owned();
        let known = package.text(PRESENTATION_RELATIONS).unwrap_or_default().to_owned();
        let tags = known.split_inclusive('>').filter(|tag| !tag.contains("/relationships/slide\""));
        let known: String = tags.collect();
        package.put(PRESENTATION_RELATIONS, known);
        let mut ids = String::new();
        for at in 1..=count {
            package.relate(PRESENTATION_RELATIONS, &format!("rIdSlide{at}"), "slide", &format!("slides/slide{at}.xml"));
            let _ = write!(ids, "<p:sldId id=\"{}\" r:id=\"rIdSlide{at}\"/>", 255 + at);
        }
        let list = format!("<p:sldIdLst>{ids}</p:sldIdLst>");
        let before = presentation.split("<p:sldIdLst").next().unwrap_or_default();
        let after = match presentation.split_once("</p:sldIdLst>") {
            Some((_, after)) => after,
            None => presentation.split_once("<p:sldIdLst/>").map_or("", |(_, after)| after),
        };
        package.put(PRESENTATION, format!("{before}{list}{after}"));
    }
}

impl Layouts {
    fn find(master: &Package, names: &[String; 4]) -> Result<Self, SlidesError> {
        let layouts: Vec<(&str, &str)> = master
            .names()
            .filter(|name| name.starts_with("ppt/slideLayouts/slideLayout"))
            .filter_map(|part| {
                let (_, rest) = master.text(part)?.split_once("<p:cSld name=\"")?;
                Some((rest.split('"').next()?, part))
            })
            .collect();
        let find = |wanted: &String| {
            let found = layouts.iter().find(|(name, _)| *name == escaped(wanted));
            let have = || layouts.iter().map(|(name, _)| format!("“{name}”")).collect::<Vec<_>>().join(", ");
            found.map(|(_, part)| (*part).to_owned()).ok_or_else(|| {
                SlidesError::Master(format!(
                    "it has no layout “{wanted}”, but {}. Name the right one under [slides] in brand.toml",
                    have()
                ))
            })
        };
        let [cover, divider, content, closing] = names;
        let content = find(content)?;
        let area = area(master.text(&content).unwrap_or_default()).ok_or_else(|| {
            SlidesError::Master("the layout for content has no placeholder for text with a place of its own".into())
        })?;
        Ok(Self { cover: find(cover)?, divider: find(divider)?, content, closing: find(closing)?, area })
    }
}

/// Where the placeholder for content lies.
fn area(layout: &str) -> Option<Rect> {
    let shape =
        layout.split("<p:sp>").find(|shape| shape.contains("<p:ph idx=\"1\"") || shape.contains("type=\"body\""))?;
    let tag = |name: &str| shape.split_once(name).map(|(_, rest)| rest.split('>').next().unwrap_or_default());
    let number = |tag: &str, name: &str| attribute(&format!(" {tag}"), name)?.parse::<i64>().ok();
    let (off, ext) = (tag("<a:off")?, tag("<a:ext")?);
    Some(Rect { x: number(off, "x")?, y: number(off, "y")?, w: number(ext, "cx")?, h: number(ext, "cy")? })
}

/// One slide before it is written.
#[derive(Debug, Clone, PartialEq)]
struct Plan {
    slide: Slide,
    title: String,
    /// Below the title of a cover, divider or closing slide.
    below: String,
    pieces: Vec<Piece>,
    notes: Option<String>,
}

impl Plan {
    /// A slide of words alone.
    fn spoken(section: &Section, doc: &Doc) -> Self {
        let mut below: Vec<String> = section.caption.iter().cloned().collect();
        if section.slide == Slide::Cover {
            if below.is_empty() && !doc.subtitle.is_empty() {
                below.push(doc.subtitle.clone());
            }
            below.push(doc.meta.iter().map(|fact| fact.value.replace('\n', ", ")).collect::<Vec<_>>().join("  ·  "));
        }
        below.extend(section.blocks.iter().flat_map(flow::words_of));
        below.retain(|line| !line.trim().is_empty());
        Self {
            slide: section.slide,
            title: section.title.clone().unwrap_or_else(|| doc.title.clone()),
            below: below.join("\n"),
            pieces: Vec::new(),
            notes: section.notes.clone(),
        }
    }

    /// The slides of a section with blocks.
    fn content(section: &Section, doc: &Doc, area: Rect) -> Vec<Self> {
        let title = section.title.clone().unwrap_or_else(|| doc.title.clone());
        let pages = flow::pages(section, doc, area);
        let name = |at: usize| if at == 0 { title.clone() } else { format!("{title} ({})", at + 1) };
        let plan = |(at, pieces): (usize, Vec<Piece>)| Self {
            slide: Slide::Content,
            title: name(at),
            below: String::new(),
            pieces,
            notes: section.notes.clone().filter(|_| at == 0),
        };
        pages.into_iter().enumerate().map(plan).collect()
    }

    /// What is wrong with it, each a sentence: pieces over each other or beyond the slide, a title that takes more than two lines.
    fn problems(&self, number: usize) -> Vec<String> {
        let mut problems = Vec::new();
        let rects: Vec<Rect> = self.pieces.iter().map(Piece::rect).collect();
        for (at, rect) in rects.iter().enumerate() {
            if !rect.is_inside() {
                problems.push(format!("slide {number}: something leaves the slide"));
            }
            if rects[at + 1..].iter().any(|other| rect.overlaps(*other)) {
                problems.push(format!("slide {number}: something lies over something else"));
            }
        }
        if self.title.trim().is_empty() {
            problems.push(format!("slide {number}: it has no title"));
        }
        if self.slide == Slide::Content && super::width::lines(&self.title, 28.0, 850.0) > 2 {
            problems.push(format!("slide {number}: its title “{}” is too long", self.title));
        }
        problems
    }
}

#[cfg(test)]
mod tests;
