//! Mends what a document can do without: blocks that hold nothing, pictographs that no font has. What is missed by its
//! reader is never dropped.

use super::{Block, Doc, Fact, Section, Slide};

impl Doc {
    /// Drops empty blocks and sections, and pictographs for which `has_glyph` is false.
    pub fn mend(&mut self, has_glyph: impl Fn(char) -> bool) {
        let clean = |text: &mut String| text.retain(|character| !is_pictograph(character) || has_glyph(character));
        clean(&mut self.title);
        clean(&mut self.subtitle);
        self.meta.iter_mut().for_each(|fact| clean(&mut fact.value));
        self.meta.retain(|fact| !is_blank(&fact.value));
        for section in &mut self.sections {
            section.title.iter_mut().chain(&mut section.caption).chain(&mut section.notes).for_each(clean);
            section.title = section.title.take().filter(|title| !is_blank(title));
            section.caption = section.caption.take().filter(|caption| !is_blank(caption));
            section.blocks.iter_mut().for_each(|block| block.each_text(&clean));
            section.blocks.retain_mut(Block::keep_filled);
        }
        self.sections.retain(Section::says_something);
    }
}

impl Section {
    fn says_something(&self) -> bool {
        !self.blocks.is_empty() || (self.slide != Slide::Content && self.title.is_some())
    }
}

impl Block {
    fn each_text(&mut self, clean: &impl Fn(&mut String)) {
        let fact = |fact: &mut Fact| {
            clean(&mut fact.name);
            clean(&mut fact.value);
        };
        match self {
            Self::Paragraph { text } => clean(text),
            Self::Callout { title, text } => {
                clean(title);
                clean(text);
            }
            Self::List { items, .. } => items.iter_mut().for_each(clean),
            Self::Facts { items } => items.iter_mut().for_each(fact),
            Self::Table(table) => table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(clean),
            Self::Kpis { items } => items.iter_mut().for_each(|kpi| clean(&mut kpi.name)),
            Self::Chart(_) | Self::Image { .. } => {}
        }
    }

    /// Drops what is empty in the block; false when nothing is left.
    fn keep_filled(&mut self) -> bool {
        match self {
            Self::Paragraph { text } | Self::Callout { text, .. } => !is_blank(text),
            Self::List { items, .. } => {
                items.retain(|item| !is_blank(item));
                !items.is_empty()
            }
            Self::Facts { items } => {
                items.retain(|fact| !is_blank(&fact.value));
                !items.is_empty()
            }
            Self::Kpis { items } => {
                items.retain(|kpi| !is_blank(&kpi.value));
                !items.is_empty()
            }
            Self::Table(table) => !table.columns.is_empty() && !table.rows.is_empty(),
            Self::Chart(_) | Self::Image { .. } => true,
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Pictures that are written like letters: emoji, their joiners and skin tones.
fn is_pictograph(character: char) -> bool {
    matches!(character, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}' | '\u{200d}' | '\u{20e3}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{DocKind, Writing};

    #[test]
    fn a_document_loses_what_is_empty_and_keeps_what_is_said() {
        let text = |text: &str| Block::Paragraph { text: text.into() };
        let list = Block::List { ordered: false, items: vec![" ".into(), "Ship it 🚀".into()] };
        let mut doc = Doc {
            kind: DocKind::Digest,
            title: "Week 47 🎉".into(),
            subtitle: String::new(),
            language: Writing::English,
            meta: vec![Fact::new("For", " ")],
            sections: vec![
                Section::new("Empty", vec![text("  ")]),
                Section::new("Kept", vec![text("\n"), list]),
                Section { slide: Slide::Closing, ..Section::new("Thanks", vec![]) },
            ],
            pictures: Vec::new(),
        };
        doc.mend(|_| false);
        assert_eq!((doc.title.as_str(), doc.meta.len()), ("Week 47 ", 0));
        let titles: Vec<_> = doc.sections.iter().map(|section| section.title.as_deref().unwrap()).collect();
        assert_eq!(titles, ["Kept", "Thanks"]);
        assert_eq!(doc.sections[0].blocks, [Block::List { ordered: false, items: vec!["Ship it ".into()] }]);
    }
}
