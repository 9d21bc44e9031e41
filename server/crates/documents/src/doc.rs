//! What a document says, in an order and with roles, but not how it looks: that is the press's and the brand folder's part.
//! Every figure is already text made from decimals; only a chart keeps its decimals, for its geometry.

use mezzofy_domain::language::Language;
use rust_decimal::Decimal;
use serde::Serialize;

mod axis;

pub use axis::{Axis, Tick};

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
    pub language: Language,
    /// For whom, by whom, when: shown under the title.
    pub meta: Vec<Fact>,
    /// Its parts, in order.
    pub sections: Vec<Section>,
}

/// The kinds of documents that have a template in the brand folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DocKind {
    /// A financial statement.
    Statement,
}

impl DocKind {
    /// Every kind.
    pub const ALL: [Self; 1] = [Self::Statement];

    /// The template's file in the brand folder.
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::Statement => "statement.typ",
        }
    }
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// What it is.
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
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Running text; a line break starts a new paragraph.
    Paragraph {
        /// The text.
        text: String,
    },
    /// Text set apart, e.g. a person's note.
    Callout {
        /// What it is.
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
    /// Columns and a line over time.
    Chart(Chart),
    /// Rows of figures.
    Table(Table),
}

/// A key figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kpi {
    /// What it is.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Welcome.
    Good,
    /// Unwelcome.
    Bad,
    /// Neither, or unknown.
    Neutral,
}

/// Columns side by side for each category, and a line over them, on one axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// What it shows, with the unit.
    pub title: String,
    /// The same in words, for those who can't see it.
    pub alt: String,
    /// Along the horizontal axis.
    pub categories: Vec<Category>,
    /// One column for each category.
    pub columns: Vec<Series>,
    /// One point for each category.
    pub line: Series,
    /// The vertical axis.
    pub axis: Axis,
}

/// A place on the horizontal axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Category {
    /// Under each column, short.
    pub label: String,
    /// Under that, where a new group begins, e.g. the year.
    pub group: Option<String>,
}

/// The values of one column or line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// What it is, for the legend.
    pub name: String,
    /// A value for each category.
    pub values: Vec<Decimal>,
}

/// Rows of figures under repeating headings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Stays on one page; for tables that fit on one.
    pub keep: bool,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has a cell for each column.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds: decides alignment and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// A short code.
    Code,
    /// Text; takes the space that is left and wraps.
    Text,
    /// One or two words.
    Word,
    /// Money.
    Amount,
    /// The difference of two amounts.
    Change,
    /// A percentage or a count.
    Figure,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its weight.
    pub kind: RowKind,
    /// A text for each column.
    pub cells: Vec<String>,
}

/// The weight of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// Names the rows below it; only its first cell with text is shown. Repeats where its rows go on on another page.
    Group,
    /// One item.
    Line,
    /// The sum of the lines above.
    Total,
    /// What the table is for, e.g. the net income.
    Result,
}
