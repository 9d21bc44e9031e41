//! A planned slide as `PresentationML` (ECMA-376 part 1, 19).

use std::fmt::Write as _;

use super::super::package::{HEAD, escaped};
use super::flow::{Line, Mark, Piece, Rect, indent, row_height, widths};
use super::{NAMESPACES, Plan};
use crate::doc::{Column, Kpi, Row, RowKind, Slide, Tone, Writing};

const GROUP: &str = "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"0\" cy=\"0\"/></a:xfrm></p:grpSpPr>";

/// The slide; `related` holds the relation of each piece that has one.
pub(super) fn slide(plan: &Plan, related: &[String], writing: Writing) -> String {
    let (title, below) = match plan.slide {
        Slide::Cover | Slide::Closing => ("ctrTitle", "subTitle"),
        Slide::Divider => ("title", "body"),
        Slide::Content => ("title", ""),
    };
    let pen = Pen { writing };
    let mut shapes = holder(2, "Title", &format!("type=\"{title}\""), &pen.paragraph(&plan.title, ""));
    if !plan.below.is_empty() {
        let text: String = plan.below.split('\n').map(|line| pen.paragraph(line, "")).collect();
        shapes.push_str(&holder(3, "Subtitle", &format!("type=\"{below}\" idx=\"1\""), &text));
    }
    for (at, (piece, relation)) in (10..).zip(plan.pieces.iter().zip(related)) {
        shapes.push_str(&pen.piece(at, piece, relation));
    }
    if plan.slide == Slide::Content {
        let field = format!(
            "<a:p><a:fld id=\"{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}\" type=\"slidenum\"><a:rPr lang=\"{}\"/><a:t>‹#›</a:t></a:fld></a:p>",
            writing.locale()
        );
        shapes.push_str(&holder(4, "Slide Number", "type=\"sldNum\" idx=\"12\"", &field));
    }
    format!(
        "{HEAD}<p:sld {NAMESPACES}><p:cSld><p:spTree>{GROUP}{shapes}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
    )
}

/// What the speaker says.
pub(super) fn notes(text: &str, writing: Writing) -> String {
    let pen = Pen { writing };
    let lines: String = text.lines().map(|line| pen.paragraph(line, "")).collect();
    let image = "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"Slide Image\"/><p:cNvSpPr><a:spLocks noGrp=\"1\" noRot=\"1\" noChangeAspect=\"1\"/></p:cNvSpPr><p:nvPr><p:ph type=\"sldImg\"/></p:nvPr></p:nvSpPr><p:spPr/></p:sp>";
    let body = holder(3, "Notes", "type=\"body\" idx=\"3\"", &lines);
    format!(
        "{HEAD}<p:notes {NAMESPACES}><p:cSld><p:spTree>{GROUP}{image}{body}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:notes>"
    )
}

fn holder(id: usize, name: &str, kind: &str, paragraphs: &str) -> String {
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name}\"/><p:cNvSpPr><a:spLocks noGrp=\"1\"/></p:cNvSpPr><p:nvPr><p:ph {kind}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/>{paragraphs}</p:txBody></p:sp>"
    )
}

fn place(rect: Rect) -> String {
    format!("<a:off x=\"{}\" y=\"{}\"/><a:ext cx=\"{}\" cy=\"{}\"/>", rect.x, rect.y, rect.w, rect.h)
}

fn fill(colour: &str) -> String {
    format!("<a:solidFill><a:schemeClr val=\"{colour}\"/></a:solidFill>")
}

struct Pen {
    writing: Writing,
}

/// How a run of text looks.
#[derive(Clone, Copy)]
struct Ink {
    size: f64,
    bold: bool,
    colour: &'static str,
}

impl Pen {
    /// A paragraph in the looks of its place.
    fn paragraph(&self, text: &str, properties: &str) -> String {
        format!(
            "<a:p>{properties}<a:r><a:rPr lang=\"{}\"/><a:t>{}</a:t></a:r></a:p>",
            self.writing.locale(),
            escaped(text)
        )
    }

    fn inked(&self, text: &str, properties: &str, ink: Ink) -> String {
        let (lang, bold) = (self.writing.locale(), u8::from(ink.bold));
        let size = ink.size * 100.0;
        if text.is_empty() {
            return format!("<a:p>{properties}<a:endParaRPr lang=\"{lang}\" sz=\"{size}\"/></a:p>");
        }
        format!(
            "<a:p>{properties}<a:r><a:rPr lang=\"{lang}\" sz=\"{size}\" b=\"{bold}\">{}</a:rPr><a:t>{}</a:t></a:r></a:p>",
            fill(ink.colour),
            escaped(text)
        )
    }

    fn piece(&self, id: usize, piece: &Piece, relation: &str) -> String {
        match piece {
            Piece::Text { lines, size, rect } => self.text(id, lines, *size, *rect),
            Piece::Card(kpi, rect) => self.card(id, kpi, *rect),
            Piece::Table { columns, rows, size, rect } => self.table(id, columns, rows, *size, *rect),
            Piece::Chart(chart, rect) => frame(
                id,
                &chart.title,
                &chart.alt,
                *rect,
                "http://schemas.openxmlformats.org/drawingml/2006/chart",
                &format!(
                    "<c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" r:id=\"{relation}\"/>"
                ),
            ),
            Piece::Image { alt, rect, .. } => format!(
                "<p:pic><p:nvPicPr><p:cNvPr id=\"{id}\" name=\"Picture {id}\" descr=\"{}\"/><p:cNvPicPr><a:picLocks noChangeAspect=\"1\"/></p:cNvPicPr><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed=\"{relation}\"/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr><a:xfrm>{}</a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></p:spPr></p:pic>",
                escaped(alt),
                place(*rect)
            ),
        }
    }

    fn text(&self, id: usize, lines: &[Line], size: f64, rect: Rect) -> String {
        let mut text = String::new();
        let indent = indent(size);
        for line in lines {
            let mark = match line.mark {
                Mark::None => {
                    "marL=\"0\" indent=\"0\"><a:spcAft><a:spcPts val=\"600\"/></a:spcAft><a:buNone/>".to_owned()
                }
                Mark::Bullet => format!(
                    "marL=\"{indent}\" indent=\"-{indent}\"><a:spcAft><a:spcPts val=\"600\"/></a:spcAft><a:buClr><a:schemeClr val=\"accent1\"/></a:buClr><a:buFont typeface=\"Arial\"/><a:buChar char=\"•\"/>"
                ),
                Mark::Number(at) => format!(
                    "marL=\"{indent}\" indent=\"-{indent}\"><a:spcAft><a:spcPts val=\"600\"/></a:spcAft><a:buClr><a:schemeClr val=\"accent1\"/></a:buClr><a:buFont typeface=\"+mj-lt\"/><a:buAutoNum type=\"arabicPeriod\" startAt=\"{at}\"/>"
                ),
            };
            let colour = if line.bold { "accent1" } else { "tx1" };
            text.push_str(&self.inked(
                &line.text,
                &format!("<a:pPr {mark}</a:pPr>"),
                Ink { size, bold: line.bold, colour },
            ));
        }
        shape(id, "Text", rect, "<a:noFill/>", &text)
    }

    fn card(&self, id: usize, kpi: &Kpi, rect: Rect) -> String {
        let tone = match kpi.tone {
            Tone::Good => "accent1",
            // The master keeps the colour of unwelcome changes there.
            Tone::Bad => "folHlink",
            Tone::Neutral => "tx2",
        };
        let ink = |size, bold, colour| Ink { size, bold, colour };
        let change = [kpi.change.as_str(), kpi.against.as_str()].join(" ");
        let wide = super::super::width::width(&kpi.value, 26.0)
            > f64::from(i32::try_from(rect.w / super::flow::POINT).unwrap_or(i32::MAX)) - 20.0;
        let size = if wide { 16.0 } else { 26.0 };
        let text = [
            self.inked(&kpi.name, "", ink(12.0, false, "tx2")),
            self.inked(&kpi.value, "", ink(size, true, "tx1")),
            self.inked(change.trim(), "", ink(12.0, false, tone)),
        ];
        let text = text.concat();
        format!(
            "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"Key figure {id}\"/><p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>{}</a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>{}</p:spPr><p:txBody><a:bodyPr wrap=\"square\" lIns=\"127000\" tIns=\"76200\" rIns=\"127000\" bIns=\"76200\" anchor=\"ctr\"><a:noAutofit/></a:bodyPr><a:lstStyle/>{text}</p:txBody></p:sp>",
            place(rect),
            fill("bg2")
        )
    }

    fn table(&self, id: usize, columns: &[Column], rows: &[Row], size: f64, rect: Rect) -> String {
        let widths = widths(columns, rows, rect.w, size);
        let mut grid = String::new();
        for width in &widths {
            let _ = write!(grid, "<a:gridCol w=\"{width}\"/>");
        }
        let align = |at: usize| {
            if columns.get(at).is_some_and(|column| column.kind.is_number()) {
                "<a:pPr algn=\"r\"/>"
            } else {
                "<a:pPr algn=\"l\"/>"
            }
        };
        let head = columns.iter().enumerate().map(|(at, column)| {
            self.cell(
                &column.title,
                align(at),
                Ink { size, bold: true, colour: "tx2" },
                Border { line: "tx1", ground: None },
            )
        });
        let first = Row::new(RowKind::Line, columns.iter().map(|column| column.title.clone()).collect());
        let mut body = format!("<a:tr h=\"{}\">{}</a:tr>", row_height(&first, &widths, size), head.collect::<String>());
        for row in rows {
            let (bold, colour, border) = match row.kind {
                RowKind::Line => (false, "tx1", Border { line: "bg2", ground: None }),
                RowKind::Group => (true, "accent1", Border { line: "bg2", ground: None }),
                RowKind::Total => (true, "tx1", Border { line: "tx1", ground: None }),
                RowKind::Result => (true, "tx1", Border { line: "tx1", ground: Some("bg2") }),
            };
            let cells = row
                .cells
                .iter()
                .enumerate()
                .map(|(at, cell)| self.cell(cell, align(at), Ink { size, bold, colour }, border));
            let _ = write!(body, "<a:tr h=\"{}\">{}</a:tr>", row_height(row, &widths, size), cells.collect::<String>());
        }
        let table = format!("<a:tbl><a:tblPr firstRow=\"1\"/><a:tblGrid>{grid}</a:tblGrid>{body}</a:tbl>");
        frame(id, "Table", "", rect, "http://schemas.openxmlformats.org/drawingml/2006/table", &table)
    }

    fn cell(&self, text: &str, align: &str, ink: Ink, border: Border) -> String {
        let none = |side: &str| format!("<a:{side} w=\"0\"><a:noFill/></a:{side}>");
        let ground = border.ground.map_or_else(|| "<a:noFill/>".to_owned(), fill);
        format!(
            "<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{}</a:txBody><a:tcPr marL=\"63500\" marR=\"63500\" marT=\"50800\" marB=\"50800\" anchor=\"ctr\">{}{}{}<a:lnB w=\"9525\">{}</a:lnB>{ground}</a:tcPr></a:tc>",
            self.inked(text, align, ink),
            none("lnL"),
            none("lnR"),
            none("lnT"),
            fill(border.line)
        )
    }
}

#[derive(Clone, Copy)]
struct Border {
    line: &'static str,
    ground: Option<&'static str>,
}

fn shape(id: usize, name: &str, rect: Rect, ground: &str, text: &str) -> String {
    format!(
        "<p:sp><p:nvSpPr><p:cNvPr id=\"{id}\" name=\"{name} {id}\"/><p:cNvSpPr txBox=\"1\"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>{}</a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>{ground}</p:spPr><p:txBody><a:bodyPr wrap=\"square\" lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\"><a:noAutofit/></a:bodyPr><a:lstStyle/>{text}</p:txBody></p:sp>",
        place(rect)
    )
}

fn frame(id: usize, name: &str, alt: &str, rect: Rect, uri: &str, data: &str) -> String {
    let place = place(rect);
    format!(
        "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"{id}\" name=\"{}\" descr=\"{}\"/><p:cNvGraphicFramePr><a:graphicFrameLocks noGrp=\"1\"/></p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr><p:xfrm>{place}</p:xfrm><a:graphic><a:graphicData uri=\"{uri}\">{data}</a:graphicData></a:graphic></p:graphicFrame>",
        escaped(name),
        escaped(alt)
    )
}
