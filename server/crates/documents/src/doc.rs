//! What a document says, in an order and with roles, but not how it looks: that is the press's and the brand folder's part.
//! Every figure is already text made from decimals; charts and table cells keep their decimals too, for their geometry and for
//! workbooks.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use mezzofy_domain::reading::Pixels;
use serde::{Deserialize, Serialize};

mod axis;
mod chart;
mod mend;
mod table;
mod visible;
mod writing;

pub use axis::{Axis, Tick, short};
pub use chart::{CATEGORIES, Category, Chart, ChartError, Form, SERIES, SLICES, Series};
pub use table::{Column, ColumnKind, Row, RowKind, Table};
pub(crate) use visible::visible;
pub use writing::Writing;

/// A document ready to be laid out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Doc {
    /// Chooses the template.
    pub kind: DocKind,
    /// The name of the document, first on its first page and in the file's properties.
    pub title: String,
    /// What sets it apart from others of its kind, e.g. the period.
    pub subtitle: String,
    /// The language of its words, for hyphens, fonts and screen readers.
    pub language: Writing,
    /// For whom, by whom, when: shown under the title.
    pub meta: Vec<Fact>,
    /// Its parts, in order.
    pub sections: Vec<Section>,
    /// What its image blocks show.
    #[serde(skip)]
    pub pictures: Vec<Picture>,
}

/// Of 100; little is seen to be missing.
const JPEG_QUALITY: u8 = 85;

/// The bytes of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// A name of its own in the document, with its ending: `1.png`.
    pub name: String,
    /// A PNG or JPEG file that was made here, of pixels: it is decoded again to be laid out.
    pub bytes: Vec<u8>,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Picture {
    /// A file of these pixels: a JPEG where that is how the picture came, else a PNG, which keeps every pixel. Its name ends as its kind does.
    /// `None` where the pixels are not what they say.
    #[must_use]
    pub fn of_pixels(name: &str, pixels: &Pixels, jpeg: bool) -> Option<Self> {
        let Pixels { width, height, channels, ref bytes } = *pixels;
        if !pixels.are_whole() {
            return None;
        }
        let colour = match channels {
            1 => ExtendedColorType::L8,
            3 => ExtendedColorType::Rgb8,
            _ => ExtendedColorType::Rgba8,
        };
        let mut file = Vec::new();
        let (ending, written) = if jpeg && colour != ExtendedColorType::Rgba8 {
            let encoder = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
            ("jpeg", encoder.write_image(bytes, width, height, colour))
        } else {
            ("png", PngEncoder::new(&mut file).write_image(bytes, width, height, colour))
        };
        written.ok()?;
        Some(Self { name: format!("{name}.{ending}"), bytes: file, width, height })
    }
}

/// The kinds of documents that have a template in the brand folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocKind {
    /// A financial statement.
    Statement,
    /// Key figures with charts, one page where they fit.
    Dashboard,
    /// A guide: cover, contents, chapters.
    Playbook,
    /// What happened in a time, in short.
    Digest,
    /// A letter with address and signature.
    Letter,
    /// Slides, one for each section.
    Deck,
}

impl DocKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Statement, Self::Dashboard, Self::Playbook, Self::Digest, Self::Letter, Self::Deck];

    /// The template's file in the brand folder.
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::Statement => "statement.typ",
            Self::Dashboard => "dashboard.typ",
            Self::Playbook => "playbook.typ",
            Self::Digest => "digest.typ",
            Self::Letter => "letter.typ",
            Self::Deck => "deck.typ",
        }
    }
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    pub name: String,
    /// Its value; may hold several lines.
    pub value: String,
}

impl Fact {
    /// A fact from two texts.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Its heading; the first section has none when the document's title stands above it.
    pub title: Option<String>,
    /// 1, or 2 for a section inside the one of level 1 before it.
    pub level: u8,
    /// A line under the heading.
    pub caption: Option<String>,
    /// Starts at the top of a page.
    pub new_page: bool,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
    /// Which kind of slide it becomes.
    pub slide: Slide,
    /// What the speaker says; in formats that have a place for it.
    pub notes: Option<String>,
}

impl Section {
    /// A section with a heading.
    pub fn new(title: impl Into<String>, blocks: Vec<Block>) -> Self {
        Self {
            title: Some(title.into()),
            level: 1,
            caption: None,
            new_page: false,
            blocks,
            slide: Slide::Content,
            notes: None,
        }
    }
}

/// The kinds of slides that a look has a layout for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slide {
    /// The first slide: title, caption and the document's facts.
    Cover,
    /// Begins a part.
    Divider,
    /// Blocks below each other, beside each other where a picture or chart comes with text.
    #[default]
    Content,
    /// The last slide.
    Closing,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Running text; a line break starts a new paragraph.
    Paragraph { text: String },
    /// Points, one below the other.
    List {
        /// Whether they are counted.
        ordered: bool,
        /// The points.
        items: Vec<String>,
    },
    /// A picture.
    Image {
        /// The name of one of the document's pictures.
        picture: String,
        /// What it shows, for those who can't see it.
        alt: String,
        /// A line below it.
        caption: Option<String>,
    },
    /// Text set apart, e.g. a person's note.
    Callout {
        title: String,
        /// The text; a line break starts a new paragraph.
        text: String,
    },
    /// Names and values, one under the other.
    Facts {
        /// The facts.
        items: Vec<Fact>,
    },
    /// Key figures in a row.
    Kpis {
        /// The figures, four at most.
        items: Vec<Kpi>,
    },
    /// Values as a drawing.
    Chart(Chart),
    /// Rows of figures.
    Table(Table),
}

/// A key figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kpi {
    pub name: String,
    /// The figure.
    pub value: String,
    /// How it changed, with its sign.
    pub change: String,
    /// What it is compared with.
    pub against: String,
    /// Whether the change is welcome.
    pub tone: Tone,
}

/// Whether a change is welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Welcome.
    Good,
    /// Unwelcome.
    Bad,
    /// Neither, or unknown.
    #[default]
    Neutral,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_become_a_file_of_their_size_and_what_is_not_whole_becomes_none() {
        let pixels = |channels: u32, bytes| Pixels { width: 8, height: 2, channels, bytes: vec![90; bytes] };
        for (channels, jpeg, name) in
            [(1, true, "1.jpeg"), (3, true, "1.jpeg"), (4, true, "1.png"), (3, false, "1.png")]
        {
            let pixels = pixels(channels, 16 * channels as usize);
            let picture = Picture::of_pixels("1", &pixels, jpeg).unwrap();
            assert_eq!((picture.name.as_str(), picture.width, picture.height), (name, 8, 2));
            let decoded = image::load_from_memory(&picture.bytes).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (8, 2));
        }
        assert_eq!(Picture::of_pixels("1", &pixels(3, 47), false), None);
    }
}
