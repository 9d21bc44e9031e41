//! Looks at finished pages before anyone gets them: text that leaves its page, text over text, boxes in place of
//! characters, text that can't be told from its ground.

use typst::layout::{Abs, Frame, FrameItem, Point};
use typst::text::TextItem;
use typst::visualize::{Color, Geometry, Paint};
use typst_layout::PagedDocument;

/// Contrast that small text needs, and large or heavy text (WCAG 2.2, success criterion 1.4.3).
const CONTRAST: f32 = 4.5;
const CONTRAST_LARGE: f32 = 3.0;
/// From this size in points text counts as large.
const LARGE_TEXT_POINTS: f64 = 14.0;
/// So much of the smaller of two texts may lie under the other: rounding, and accents that reach up.
const MAX_OVERLAP: f64 = 0.15;
/// So many problems are told; more help nobody.
const MAX_PROBLEMS: usize = 5;

#[derive(Debug, Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

struct Words {
    area: Area,
    text: String,
}

/// What is wrong on the pages, each a sentence; empty when all is well.
pub(super) fn problems(document: &PagedDocument) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, page) in document.pages().iter().enumerate() {
        let ground = match &page.fill {
            typst::foundations::Smart::Custom(Some(Paint::Solid(colour))) => colour.clone(),
            _ => Color::WHITE,
        };
        let mut sight = Sight { grounds: Vec::new(), words: Vec::new(), problems: Vec::new() };
        let size = page.frame.size();
        let whole = Area { left: 0.0, top: 0.0, right: size.x.to_pt(), bottom: size.y.to_pt() };
        sight.grounds.push((whole, ground));
        sight.see(&page.frame, Point::zero());
        sight.compare(whole);
        problems.extend(sight.problems.into_iter().map(|problem| format!("page {}: {problem}", index + 1)));
        if problems.len() >= MAX_PROBLEMS {
            problems.truncate(MAX_PROBLEMS);
            break;
        }
    }
    problems
}

struct Sight {
    grounds: Vec<(Area, Color)>,
    words: Vec<Words>,
    problems: Vec<String>,
}

impl Sight {
    fn see(&mut self, frame: &Frame, origin: Point) {
        for (at, item) in frame.items() {
            let at = origin + *at;
            match item {
                FrameItem::Group(group) => {
                    self.see(&group.frame, at + Point::new(group.transform.tx, group.transform.ty));
                }
                FrameItem::Text(text) => self.read(text, at),
                FrameItem::Shape(shape, _) => {
                    if let (Geometry::Rect(size), Some(Paint::Solid(fill))) = (&shape.geometry, &shape.fill) {
                        self.grounds.push((Area::of(at, size.x, size.y), fill.clone()));
                    }
                }
                FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(..) => {}
            }
        }
    }

    fn read(&mut self, text: &TextItem, at: Point) {
        if text.text.trim().is_empty() {
            return;
        }
        if text.glyphs.iter().any(|glyph| glyph.id == 0) {
            self.problems.push(format!("no font has a character of “{}”", text.text));
        }
        // A line of letters reaches from the height of a capital to a little below its base line.
        let (above, below) = (text.size * 0.7, text.size * 0.15);
        let area = Area::of(at - Point::with_y(above), text.width(), above + below);
        if let Paint::Solid(ink) = &text.fill {
            let needed = if text.size.to_pt() >= LARGE_TEXT_POINTS { CONTRAST_LARGE } else { CONTRAST };
            let middle = (f64::midpoint(area.left, area.right), f64::midpoint(area.top, area.bottom));
            let ground = self.grounds.iter().rev().find(|(ground, _)| ground.holds(middle));
            if ground.is_some_and(|(_, ground)| contrast(ink, ground) < needed) {
                self.problems.push(format!("“{}” can hardly be told from its ground", text.text));
            }
        }
        self.words.push(Words { area, text: text.text.to_string() });
    }

    fn compare(&mut self, page: Area) {
        for (index, words) in self.words.iter().enumerate() {
            if words.area.left < page.left - 1.0
                || words.area.right > page.right + 1.0
                || words.area.top < page.top - 1.0
                || words.area.bottom > page.bottom + 1.0
            {
                self.problems.push(format!("“{}” leaves the page", words.text));
            }
            let over = self.words[index + 1..].iter().find(|other| words.area.shared(other.area) > MAX_OVERLAP);
            if let Some(other) = over {
                self.problems.push(format!("“{}” and “{}” lie over each other", words.text, other.text));
            }
        }
    }
}

impl Area {
    fn of(at: Point, width: Abs, height: Abs) -> Self {
        let (left, top) = (at.x.to_pt(), at.y.to_pt());
        Self { left, top, right: left + width.to_pt(), bottom: top + height.to_pt() }
    }

    fn holds(self, (x, y): (f64, f64)) -> bool {
        self.left <= x && x <= self.right && self.top <= y && y <= self.bottom
    }

    fn size(self) -> f64 {
        (self.right - self.left).max(0.0) * (self.bottom - self.top).max(0.0)
    }

    /// Which part of the smaller area the other one covers.
    fn shared(self, other: Self) -> f64 {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        if both.right <= both.left || both.bottom <= both.top {
            return 0.0;
        }
        both.size() / self.size().min(other.size()).max(f64::MIN_POSITIVE)
    }
}

/// The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
fn contrast(one: &Color, other: &Color) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The relative luminance of a colour (WCAG 2.2).
fn luminance(colour: &Color) -> f32 {
    let rgb = colour.to_rgb();
    let linear = |part: f32| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(rgb.red) + 0.7152 * linear(rgb.green) + 0.0722 * linear(rgb.blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast(&Color::BLACK, &Color::WHITE) - 21.0).abs() < 0.01);
        assert!((contrast(&Color::from_u8(119, 119, 119, 255), &Color::WHITE) - 4.48).abs() < 0.01);
    }
}
