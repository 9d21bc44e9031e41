//! The fonts of the given folders that the brand names: known by family, weight and characters from the start, read into
//! memory when first used.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Coverage, Font, FontBook, FontInfo, FontWeight};
use typst::utils::LazyHash;

/// A font file above this size is taken in regular and bold only: a Chinese font has 10 MB for each weight, and each that a
/// document used stays in memory.
const LARGE: usize = 4 * 1024 * 1024;

pub(super) struct Fonts {
    families: Vec<String>,
    book: LazyHash<FontBook>,
    slots: Vec<Slot>,
    coverage: Vec<Coverage>,
}

struct Slot {
    path: PathBuf,
    index: u32,
    font: OnceLock<Option<Font>>,
}

impl Fonts {
    pub(super) fn index(folders: &[PathBuf], families: Vec<String>) -> Self {
        let mut fonts =
            Self { families, book: LazyHash::new(FontBook::new()), slots: Vec::new(), coverage: Vec::new() };
        for path in folders.iter().flat_map(|folder| files(folder)) {
            // A file that can't be read or is no font is as good as absent: `missing` tells its family.
            let Ok(data) = fs::read(&path) else { continue };
            for (index, info) in (0..).zip(FontInfo::iter(&data)) {
                let weight = info.variant.weight;
                if data.len() <= LARGE || weight == FontWeight::REGULAR || weight == FontWeight::BOLD {
                    fonts.add(&path, index, info);
                }
            }
        }
        fonts
    }

    fn add(&mut self, path: &Path, index: u32, info: FontInfo) {
        if !self.families.iter().any(|family| family.eq_ignore_ascii_case(&info.family)) {
            return;
        }
        // The weights of a family have the same characters: one table for each family does.
        if !self.book.contains_family(&info.family.to_lowercase()) {
            self.coverage.push(info.coverage.clone());
        }
        self.book.push(info);
        self.slots.push(Slot { path: path.to_owned(), index, font: OnceLock::new() });
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(super) fn font(&self, index: usize) -> Option<Font> {
        let slot = self.slots.get(index)?;
        slot.font.get_or_init(|| Font::new(Bytes::new(fs::read(&slot.path).ok()?), slot.index)).clone()
    }

    /// Whether any font of the brand has the character.
    pub(super) fn have(&self, character: char) -> bool {
        self.coverage.iter().any(|coverage| coverage.contains(character.into()))
    }

    pub(super) fn missing(&self) -> Vec<String> {
        self.families.iter().filter(|family| !self.book.contains_family(&family.to_lowercase())).cloned().collect()
    }

    /// The brand's first font, when it is the one that is missing: without it nothing can be set.
    pub(super) fn missing_first(&self) -> Option<String> {
        self.families.first().filter(|family| !self.book.contains_family(&family.to_lowercase())).cloned()
    }
}

/// The font files of a folder and the folders in it, in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path));
        } else if has_font_suffix(&path) {
            found.push(path);
        }
    }
    found
}

fn has_font_suffix(path: &Path) -> bool {
    let suffix = path.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default();
    ["ttf", "otf", "ttc", "otc"].iter().any(|known| suffix.eq_ignore_ascii_case(known))
}
