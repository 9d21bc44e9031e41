//! The body of a Word document: what it says, block by block.

use std::fmt::Write as _;

use super::super::package::escaped;
use super::super::width::{Cell, columns, in_units, width};
use super::Words;
use crate::doc::{Block, Chart, Column, Doc, Fact, Form, Kpi, Picture, Row, RowKind, Section, Slide, Table, Tone};

/// English Metric Units in a twentieth of a point (ECMA-376 part 1, 20.1.2.1).
const TWENTIETH: i64 = 635;
/// The size of text in cells, in points.
const CELL: f64 = 9.0;
/// Left and right of a cell's text, in points.
const PADDING: f64 = 9.0;
/// Word measures in twentieths of a point.
const UNIT: i64 = 20;
/// The highest picture, in twentieths of a point.
const HIGHEST: i64 = 8_000;

pub(super) struct Pen<'a> {
    words: &'a Words,
    doc: &'a Doc,
    /// Counted lists so far.
    pub(super) lists: usize,
    /// Charts so far, in order.
    pub(super) charts: Vec<&'a Chart>,
    /// Id, kind and target of what the body refers to.
    pub(super) related: Vec<(String, &'static str, String)>,
    drawings: usize,
}

/// How a run differs from its style.
#[derive(Clone, Copy, Default)]
struct Ink<'a> {
    bold: bool,
    colour: Option<&'a str>,
}

impl<'a> Pen<'a> {
    pub(super) fn new(words: &'a Words, doc: &'a Doc) -> Self {
        Self { words, doc, lists: 0, charts: Vec::new(), related: Vec::new(), drawings: 0 }
    }

    pub(super) fn body(&mut self) -> String {
        let styles = &self.words.styles;
        let mut body = paragraph(&styles.title, "", &self.doc.title, Ink::default());
        if !self.doc.subtitle.is_empty() {
            body.push_str(&paragraph(&styles.subtitle, "", &self.doc.subtitle, Ink::default()));
        }
        if !self.doc.meta.is_empty() {
            body.push_str(&self.facts(&self.doc.meta));
        }
        for section in &self.doc.sections {
            self.section(&mut body, section);
        }
        body
    }

    fn section(&mut self, body: &mut String, section: &'a Section) {
        let styles = &self.words.styles;
        let own = section.title.as_ref().filter(|title| section.slide != Slide::Cover || **title != self.doc.title);
        if let Some(title) = own {
            let style = if section.level > 1 { &styles.subheading } else { &styles.heading };
            let page = if section.new_page { "<w:pageBreakBefore/>" } else { "" };
            body.push_str(&paragraph(style, page, title, Ink::default()));
        }
        if let Some(caption) = &section.caption {
            body.push_str(&paragraph(&styles.subtitle, "", caption, Ink::default()));
        }
        for block in &section.blocks {
            self.block(body, block);
        }
    }

    fn block(&mut self, body: &mut String, block: &'a Block) {
        let styles = &self.words.styles;
        match block {
            Block::Paragraph { text } => body.push_str(&paragraphs(&styles.text, text)),
            Block::Callout { title, text } => {
                let ink = Ink { bold: true, colour: Some(&self.words.colours.accent) };
                body.push_str(&paragraph(&styles.callout, "<w:keepNext/>", title, ink));
                body.push_str(&paragraphs(&styles.callout, text));
            }
            Block::List { ordered, items } => {
                let mut count = String::new();
                if *ordered {
                    self.lists += 1;
                    let list = self.words.list(self.lists);
                    count = format!("<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"{list}\"/></w:numPr>");
                }
                let style = if *ordered { &styles.number } else { &styles.bullet };
                for item in items {
                    body.push_str(&paragraph(style, &count, item, Ink::default()));
                }
            }
            Block::Facts { items } => body.push_str(&self.facts(items)),
            Block::Kpis { items } => items.chunks(4).for_each(|row| body.push_str(&self.kpis(row))),
            Block::Image { picture, alt, caption } => {
                if let Some(picture) = self.doc.pictures.iter().find(|known| known.name == *picture) {
                    body.push_str(&self.image(picture, alt));
                }
                if let Some(caption) = caption {
                    body.push_str(&paragraph(&styles.caption, "", caption, Ink::default()));
                }
            }
            Block::Chart(chart) => body.push_str(&self.chart(chart)),
            Block::Table(table) => body.push_str(&self.table(table)),
        }
    }

    fn facts(&self, facts: &[Fact]) -> String {
        let names = facts.iter().map(|fact| width(&fact.name, CELL)).fold(40.0, f64::max);
        let left = in_units(names + PADDING, UNIT).min(self.words.width / 3);
        let widths = [left, self.words.width - left];
        let style = &self.words.styles.cell;
        let ink = Ink { bold: false, colour: Some(&self.words.colours.muted) };
        let row = |fact: &Fact| {
            let name = cell(widths[0], "", &paragraph(style, "", &fact.name, ink));
            let value = cell(widths[1], "", &paragraphs(style, &fact.value));
            format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{name}{value}</w:tr>")
        };
        grid("", &widths, &facts.iter().map(row).collect::<String>(), "")
    }

    fn kpis(&self, kpis: &[Kpi]) -> String {
        let count = i64::try_from(kpis.len()).unwrap_or(1).max(1);
        let widths = vec![self.words.width / count; kpis.len()];
        let (styles, colours) = (&self.words.styles, &self.words.colours);
        let card = |kpi: &Kpi| {
            let tone = match kpi.tone {
                Tone::Good => &colours.accent,
                Tone::Bad => &colours.bad,
                Tone::Neutral => &colours.muted,
            };
            let mut text = paragraph(&styles.figure_name, "<w:keepNext/>", &kpi.name, Ink::default());
            text.push_str(&paragraph(&styles.figure, "<w:keepNext/>", &kpi.value, Ink::default()));
            let change = run(&kpi.change, Ink { bold: true, colour: Some(tone) });
            let gap = if kpi.change.is_empty() || kpi.against.is_empty() { "" } else { " " };
            let against = run(&format!("{gap}{}", kpi.against), Ink::default());
            text.push_str(&runs(&styles.figure_name, "", &format!("{change}{against}")));
            cell(widths[0], &shaded(&colours.panel), &text)
        };
        let cards: String = kpis.iter().map(card).collect();
        let white =
            "<w:tblBorders><w:insideV w:val=\"single\" w:sz=\"48\" w:space=\"0\" w:color=\"FFFFFF\"/></w:tblBorders>";
        grid(white, &widths, &format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{cards}</w:tr>"), "")
    }

    fn table(&self, table: &Table) -> String {
        let styles = &self.words.styles;
        let title = table.title.as_ref();
        let title = title.map(|title| paragraph(&styles.caption, "<w:keepNext/>", title, Ink::default()));
        let cells = Cell { size: CELL, padding: PADDING, unit: UNIT };
        let widths = columns(&table.columns, &table.rows, self.words.width, cells);
        let head = table.columns.iter().zip(&widths).map(|(column, width)| {
            let text =
                paragraph(&styles.cell, &format!("<w:keepNext/>{}", side(column)), &column.title, Ink::default());
            cell(*width, "", &text)
        });
        let mut rows =
            format!("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{}</w:tr>", head.collect::<String>());
        for (at, row) in table.rows.iter().enumerate() {
            // A group stays with its first line, and a table that is kept together with its last.
            let last = at + 1 == table.rows.len();
            let stay = if !last && (table.keep || row.kind == RowKind::Group) { "<w:keepNext/>" } else { "" };
            rows.push_str(&self.row(&table.columns, row, &widths, stay));
        }
        let named = format!("<w:tblStyle w:val=\"{}\"/>", escaped(&styles.table));
        let alt = table.title.as_deref().map(|title| format!("<w:tblCaption w:val=\"{}\"/>", escaped(title)));
        title.unwrap_or_default() + &grid(&named, &widths, &rows, &alt.unwrap_or_default())
    }

    fn row(&self, columns: &[Column], row: &Row, widths: &[i64], stay: &str) -> String {
        let colours = &self.words.colours;
        let line = |edge: &str| {
            format!(
                "<w:tcBorders><w:{edge} w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"{}\"/></w:tcBorders>",
                colours.ink
            )
        };
        let (ink, looks) = match row.kind {
            RowKind::Line => (Ink::default(), String::new()),
            RowKind::Group => (Ink { bold: true, colour: Some(&colours.accent) }, String::new()),
            RowKind::Total => (Ink { bold: true, colour: None }, line("top")),
            RowKind::Result => (Ink { bold: true, colour: None }, format!("{}{}", line("top"), shaded(&colours.panel))),
        };
        let cells = row.cells.iter().zip(columns).zip(widths);
        let cells = cells.map(|((text, column), width)| {
            cell(*width, &looks, &paragraph(&self.words.styles.cell, &format!("{stay}{}", side(column)), text, ink))
        });
        format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>", cells.collect::<String>())
    }

    fn chart(&mut self, chart: &'a Chart) -> String {
        self.charts.push(chart);
        let relation = format!("rIdChart{}", self.charts.len());
        self.related.push((relation.clone(), "chart", format!("/word/charts/chart{}.xml", self.charts.len())));
        let wide = self.words.width * TWENTIETH;
        let data = format!(
            "<a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:id=\"{relation}\"/></a:graphicData></a:graphic>"
        );
        let high = if chart.form == Form::Sparkline { wide / 6 } else { wide * 9 / 20 };
        self.drawing((wide, high), &chart.title, &chart.alt, &data)
    }

    fn image(&mut self, picture: &Picture, alt: &str) -> String {
        let relation = format!("rIdPicture{}", self.drawings + 1);
        self.related.push((relation.clone(), "image", format!("/word/media/{}", picture.name)));
        let (wide, high) = (i64::from(picture.width.max(1)), i64::from(picture.height.max(1)));
        // As wide as the text at most, or as its pixels at 96 to the inch.
        let most = (self.words.width * TWENTIETH).min(wide * 9_525).min(HIGHEST * TWENTIETH * wide / high).max(1);
        let size = (most, (most * high / wide).max(1));
        let data = format!(
            "<a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:nvPicPr><pic:cNvPr id=\"0\" name=\"{}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:embed=\"{relation}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{}\" cy=\"{}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>",
            escaped(&picture.name),
            size.0,
            size.1
        );
        self.drawing(size, "", alt, &data)
    }

    fn drawing(&mut self, size: (i64, i64), name: &str, alt: &str, data: &str) -> String {
        self.drawings += 1;
        let (id, wide, high) = (self.drawings, size.0, size.1);
        let drawing = format!(
            "<w:r><w:drawing><wp:inline xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{wide}\" cy=\"{high}\"/><wp:docPr id=\"{id}\" name=\"{} {id}\" descr=\"{}\"/><wp:cNvGraphicFramePr/>{data}</wp:inline></w:drawing></w:r>",
            escaped(name),
            escaped(alt)
        );
        runs(&self.words.styles.text, "", &drawing)
    }
}

fn side(column: &Column) -> &'static str {
    if column.kind.is_number() { "<w:jc w:val=\"right\"/>" } else { "" }
}

/// Text in a style; `properties` are those of the paragraph, in the order of the schema.
fn paragraph(style: &str, properties: &str, text: &str, ink: Ink<'_>) -> String {
    runs(style, properties, &run(text, ink))
}

/// A paragraph for each line that says something.
fn paragraphs(style: &str, text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let made: String = lines.map(|line| paragraph(style, "", line, Ink::default())).collect();
    // A cell needs a paragraph, even an empty one.
    if made.is_empty() { runs(style, "", "") } else { made }
}

fn runs(style: &str, properties: &str, runs: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{}\"/>{properties}</w:pPr>{runs}</w:p>", escaped(style))
}

fn run(text: &str, ink: Ink<'_>) -> String {
    if text.is_empty() {
        return String::new();
    }
    let bold = if ink.bold { "<w:b/><w:bCs/>" } else { "" };
    let colour = ink.colour.map_or_else(String::new, |colour| format!("<w:color w:val=\"{colour}\"/>"));
    let properties =
        if bold.is_empty() && colour.is_empty() { String::new() } else { format!("<w:rPr>{bold}{colour}</w:rPr>") };
    format!("<w:r>{properties}<w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(text))
}

fn shaded(colour: &str) -> String {
    format!("<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"{colour}\"/>")
}

fn cell(width: i64, looks: &str, text: &str) -> String {
    format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{looks}</w:tcPr>{text}</w:tc>")
}

/// A table as wide as the text, with room below it. `style` comes before its width or, as borders, after.
fn grid(style: &str, widths: &[i64], rows: &str, alt: &str) -> String {
    let mut columns = String::new();
    for width in widths {
        let _ = write!(columns, "<w:gridCol w:w=\"{width}\"/>");
    }
    let whole: i64 = widths.iter().sum();
    let (named, borders) = if style.starts_with("<w:tblStyle") { (style, "") } else { ("", style) };
    format!(
        "<w:tbl><w:tblPr>{named}<w:tblW w:w=\"{whole}\" w:type=\"dxa\"/>{borders}<w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0420\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"0\" w:noVBand=\"1\"/>{alt}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl><w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"160\" w:lineRule=\"exact\"/></w:pPr></w:p>"
    )
}
