//! What goes where on a slide: pieces below each other, a drawing beside its text, and the next slide where one is full.

use super::super::width::{Cell, lines};
use crate::doc::{Block, Chart, Column, Doc, Kpi, Row, RowKind, Section};

/// English Metric Units of a point (ECMA-376 part 1, 20.1.2.1).
pub(super) const POINT: i64 = 12_700;
/// The size of a slide, 16:9.
const WIDE: i64 = 12_192_000;
const HIGH: i64 = 6_858_000;
const GAP: i64 = 18 * POINT;
/// Less than this is no room for a drawing.
const DRAWING: i64 = 150 * POINT;
const CARD: i64 = 84 * POINT;
/// Sizes of text and of tables in points, the largest first. A slide takes the first in which its section fits on it.
const SIZES: [Sizes; 3] =
    [Sizes { text: 24.0, cell: 16.0 }, Sizes { text: 20.0, cell: 14.0 }, Sizes { text: 16.0, cell: 12.0 }];
/// The height of a line and of a table's row with one, in points.
const LINE: f64 = 1.25;
const ROW: f64 = 10.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) w: i64,
    pub(super) h: i64,
}

impl Rect {
    pub(super) fn is_inside(self) -> bool {
        self.x >= 0 && self.y >= 0 && self.w > 0 && self.h > 0 && self.x + self.w <= WIDE && self.y + self.h <= HIGH
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }
}

/// How large a slide's words are, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sizes {
    text: f64,
    cell: f64,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) mark: Mark,
    pub(super) bold: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Bullet,
    Number(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Text { lines: Vec<Line>, size: f64, rect: Rect },
    Table { columns: Vec<Column>, rows: Vec<Row>, size: f64, rect: Rect },
    Chart(Chart, Rect),
    Image { picture: String, alt: String, rect: Rect },
    Card(Kpi, Rect),
}

impl Piece {
    pub(super) fn rect(&self) -> Rect {
        match self {
            Self::Chart(_, rect)
            | Self::Card(_, rect)
            | Self::Text { rect, .. }
            | Self::Table { rect, .. }
            | Self::Image { rect, .. } => *rect,
        }
    }
}

/// A block's text, line by line; a drawing or table has none.
pub(super) fn words_of(block: &Block) -> Vec<String> {
    text_of(block).into_iter().map(|line| line.text).collect()
}

fn text_of(block: &Block) -> Vec<Line> {
    let line = |text: &str, mark, bold| Line { text: text.to_owned(), mark, bold };
    match block {
        Block::Paragraph { text } => {
            text.lines().filter(|text| !text.trim().is_empty()).map(|text| line(text, Mark::None, false)).collect()
        }
        Block::Callout { title, text } => std::iter::once(line(title, Mark::None, true))
            .chain(text.lines().map(|text| line(text, Mark::None, false)))
            .collect(),
        Block::List { ordered, items } => (1..)
            .zip(items)
            .map(|(at, item)| line(item, if *ordered { Mark::Number(at) } else { Mark::Bullet }, false))
            .collect(),
        Block::Facts { items } => items
            .iter()
            .flat_map(|fact| [line(&fact.name, Mark::None, true), line(&fact.value, Mark::None, false)])
            .collect(),
        Block::Kpis { .. } | Block::Chart(_) | Block::Table(_) | Block::Image { .. } => Vec::new(),
    }
}

/// The pieces of each slide of a section.
pub(super) fn pages(section: &Section, doc: &Doc, area: Rect) -> Vec<Vec<Piece>> {
    let [larger @ .., smallest] = SIZES;
    let mut fitting = larger.into_iter().map(|sizes| sized(section, doc, area, sizes)).filter(|pages| pages.len() == 1);
    fitting.next().unwrap_or_else(|| sized(section, doc, area, smallest))
}

fn sized(section: &Section, doc: &Doc, area: Rect, sizes: Sizes) -> Vec<Vec<Piece>> {
    let mut flow = Flow { area, sizes, y: area.y, page: Vec::new(), pages: Vec::new() };
    if let Some(caption) = &section.caption {
        flow.text(vec![Line { text: caption.clone(), mark: Mark::None, bold: false }]);
    }
    if !flow.beside(section, doc) {
        let last = section.blocks.len().saturating_sub(1);
        for (at, block) in section.blocks.iter().enumerate() {
            let next = section.blocks.get(at + 1);
            let alone = at == last || matches!(next, Some(Block::Chart(_) | Block::Image { .. }));
            flow.block(block, doc, alone);
        }
    }
    flow.turn();
    if flow.pages.is_empty() {
        flow.pages.push(Vec::new());
    }
    flow.pages
}

struct Flow {
    area: Rect,
    sizes: Sizes,
    y: i64,
    page: Vec<Piece>,
    pages: Vec<Vec<Piece>>,
}

fn points(emu: i64) -> f64 {
    // A slide has some 500 points: no figure here is near what a float can't hold.
    f64::from(i32::try_from(emu / POINT).unwrap_or(i32::MAX))
}

#[expect(clippy::cast_possible_truncation, reason = "a height on a slide, some hundred points")]
fn emu(points: f64) -> i64 {
    points.ceil() as i64 * POINT
}

/// How far a text stands behind its mark.
pub(super) fn indent(size: f64) -> i64 {
    emu(size * 1.5)
}

/// How high a line of text stands in a column.
fn height(line: &Line, width: i64, size: f64) -> i64 {
    let indent = if line.mark == Mark::None { 0.0 } else { points(indent(size)) };
    let count = lines(&line.text, size, points(width) - indent);
    let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    emu(count * size * LINE + 6.0)
}

impl Flow {
    fn left(&self) -> i64 {
        self.area.y + self.area.h - self.y
    }

    fn turn(&mut self) {
        if !self.page.is_empty() {
            self.pages.push(std::mem::take(&mut self.page));
        }
        self.y = self.area.y;
    }

    fn take(&mut self, h: i64) -> Rect {
        let rect = Rect { x: self.area.x, y: self.y, w: self.area.w, h };
        self.y += h + GAP;
        rect
    }

    /// Text and one drawing side by side, where the text fits beside it.
    fn beside(&mut self, section: &Section, doc: &Doc) -> bool {
        let is_drawn = |block: &&Block| matches!(block, Block::Chart(_) | Block::Image { .. });
        let drawn: Vec<&Block> = section.blocks.iter().filter(is_drawn).collect();
        let told: Vec<Line> = section.blocks.iter().flat_map(text_of).collect();
        let others = section.blocks.iter().filter(|block| !is_drawn(block) && text_of(block).is_empty()).count();
        let [drawing] = drawn.as_slice() else { return false };
        let narrow = self.area.w * 36 / 100;
        let high: i64 = told.iter().map(|line| height(line, narrow, self.sizes.text)).sum();
        if told.is_empty() || others > 0 || high > self.left() {
            return false;
        }
        let whole = Rect { x: self.area.x, y: self.y, w: self.area.w, h: self.left() };
        self.page.push(Piece::Text { lines: told, size: self.sizes.text, rect: Rect { w: narrow, ..whole } });
        let place = Rect { x: whole.x + narrow + GAP * 2, w: whole.w - narrow - GAP * 2, ..whole };
        self.page.extend(drawn_at(drawing, doc, place));
        self.turn();
        true
    }

    /// A drawing takes all the room that is left when it is `alone`.
    fn block(&mut self, block: &Block, doc: &Doc, alone: bool) {
        match block {
            Block::Table(table) => {
                if let Some(title) = &table.title {
                    self.text(vec![Line { text: title.clone(), mark: Mark::None, bold: true }]);
                }
                self.table(&table.columns, &table.rows);
            }
            Block::Kpis { items } => {
                for row in items.chunks(4) {
                    self.cards(row);
                }
            }
            Block::Chart(_) | Block::Image { .. } => {
                if self.left() < DRAWING {
                    self.turn();
                }
                let h = if alone { self.left() } else { self.left().min(self.area.h * 6 / 10) };
                let place = self.take(h);
                self.page.extend(drawn_at(block, doc, place));
            }
            Block::Paragraph { .. } | Block::List { .. } | Block::Callout { .. } | Block::Facts { .. } => {
                self.text(text_of(block));
            }
        }
    }

    /// As many lines as fit on each slide; a line that is longer than a slide is cut between its sentences or words.
    fn text(&mut self, lines: Vec<Line>) {
        let mut page: Vec<Line> = Vec::new();
        let mut h = 0;
        let mut coming: std::collections::VecDeque<Line> = lines.into();
        while let Some(line) = coming.pop_front() {
            let high = height(&line, self.area.w, self.sizes.text);
            if high > self.area.h {
                let (first, second) = halves(&line.text);
                coming.push_front(Line { text: second, mark: Mark::None, bold: line.bold });
                coming.push_front(Line { text: first, ..line });
                continue;
            }
            if h + high > self.left() {
                // A heading does not stay behind alone.
                let carried = page.pop_if(|last| last.bold);
                let carried_height = carried.as_ref().map_or(0, |line| height(line, self.area.w, self.sizes.text));
                self.put(&mut page, h - carried_height);
                self.turn();
                h = carried_height;
                page.extend(carried);
            }
            h += high;
            page.push(line);
        }
        self.put(&mut page, h);
    }

    fn put(&mut self, page: &mut Vec<Line>, h: i64) {
        if !page.is_empty() {
            let rect = self.take(h);
            self.page.push(Piece::Text { lines: std::mem::take(page), size: self.sizes.text, rect });
        }
    }

    fn cards(&mut self, row: &[Kpi]) {
        if self.left() < CARD {
            self.turn();
        }
        let place = self.take(CARD);
        let count = i64::try_from(row.len()).unwrap_or(1).max(1);
        let w = (place.w - GAP * (count - 1)) / count;
        for (at, kpi) in (0..).zip(row) {
            self.page.push(Piece::Card(kpi.clone(), Rect { x: place.x + at * (w + GAP), w, ..place }));
        }
    }

    /// Rows on as many slides as they need, under the same heading.
    fn table(&mut self, columns: &[Column], rows: &[Row]) {
        let size = self.sizes.cell;
        let widths = widths(columns, rows, self.area.w, size);
        let head = emu(size * LINE + ROW);
        let (mut page, mut h) = (Vec::new(), head);
        for row in rows {
            let high = row_height(row, &widths, size);
            if h + high > self.left() && (!page.is_empty() || !self.page.is_empty()) {
                // A heading of rows does not stay behind alone.
                let carried = page.pop_if(|last: &mut Row| last.kind == RowKind::Group);
                self.put_table(columns, &mut page, h);
                self.turn();
                h = head;
                page.extend(carried);
            }
            h += high;
            page.push(row.clone());
        }
        self.put_table(columns, &mut page, h);
    }

    fn put_table(&mut self, columns: &[Column], page: &mut Vec<Row>, h: i64) {
        if !page.is_empty() {
            let rect = self.take(h.min(self.left()));
            let (columns, rows) = (columns.to_vec(), std::mem::take(page));
            self.page.push(Piece::Table { columns, rows, size: self.sizes.cell, rect });
        }
    }
}

fn halves(text: &str) -> (String, String) {
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
    let end = |c: char| "。！？；.!?; ".contains(c);
    let at = text[..middle].rfind(end).map_or(middle, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    (text[..at].trim().to_owned(), text[at..].trim().to_owned())
}

fn drawn_at(block: &Block, doc: &Doc, place: Rect) -> Option<Piece> {
    match block {
        Block::Chart(chart) => Some(Piece::Chart(chart.clone(), place)),
        Block::Image { picture, alt, .. } => {
            let found = doc.pictures.iter().find(|known| known.name == *picture)?;
            let (wide, high) = (i64::from(found.width.max(1)), i64::from(found.height.max(1)));
            let (w, h) = if place.w * high <= place.h * wide {
                (place.w, place.w * high / wide)
            } else {
                (place.h * wide / high, place.h)
            };
            let rect = Rect { x: place.x + (place.w - w) / 2, y: place.y + (place.h - h) / 2, w, h };
            Some(Piece::Image { picture: picture.clone(), alt: alt.clone(), rect })
        }
        _ => None,
    }
}

/// The width of each column.
pub(super) fn widths(columns: &[Column], rows: &[Row], whole: i64, size: f64) -> Vec<i64> {
    super::super::width::columns(columns, rows, whole, Cell { size, padding: 18.0, unit: POINT })
}

pub(super) fn row_height(row: &Row, widths: &[i64], size: f64) -> i64 {
    let count =
        row.cells.iter().zip(widths).map(|(cell, width)| lines(cell, size, points(*width) - 14.0)).max().unwrap_or(1);
    let count = if row.kind == RowKind::Group { 1 } else { count };
    emu(f64::from(u32::try_from(count).unwrap_or(1)) * size * LINE + ROW)
}
