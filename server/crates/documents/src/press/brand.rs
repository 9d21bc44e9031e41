//! The brand folder: `brand.toml` (company name, logo, fonts, colours), the templates and their pictures. Anyone may edit it;
//! a mistake is told with its file when the press is set up.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use typst::foundations::Bytes;
use typst::syntax::{DiagSpan, DiagSpanKind, FileId, RootedPath, Source, VirtualPath, VirtualRoot};

use super::PressError;
use crate::office::StyleNames;

/// More than any template or logo needs: a picture from a camera does not belong on each page.
const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

const SETTINGS: &str = "brand.toml";

pub(super) struct Brand {
    settings: Settings,
    files: HashMap<FileId, File>,
    names: BTreeMap<String, FileId>,
}

enum File {
    Template(Source),
    Other(Bytes),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    company: String,
    logo: String,
    fonts: FontNames,
    slides: LayoutNames,
    styles: StyleNames,
    colours: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FontNames {
    latin: String,
    chinese: String,
    traditional: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutNames {
    cover: String,
    divider: String,
    content: String,
    closing: String,
}

/// The name by which typst knows a file of the folder.
pub(super) fn file_id(name: &str) -> Option<FileId> {
    VirtualPath::new(name).ok().map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Brand {
    pub(super) fn read(folder: &Path) -> Result<Self, PressError> {
        let text = fs::read_to_string(folder.join(SETTINGS)).map_err(|problem| wrong(SETTINGS, &problem))?;
        let settings: Settings = toml::from_str(&text).map_err(|problem| wrong(SETTINGS, &problem))?;
        settings.check()?;
        let mut brand = Self { settings, files: HashMap::new(), names: BTreeMap::new() };
        let entries = fs::read_dir(folder).map_err(|problem| wrong(".", &problem))?;
        for entry in entries {
            let entry = entry.map_err(|problem| wrong(".", &problem))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') && entry.path().is_file() {
                brand.add(&entry.path(), name)?;
            }
        }
        if !brand.names.contains_key(&brand.settings.logo) {
            return Err(wrong(SETTINGS, &format!("the logo {} is not in the folder", brand.settings.logo)));
        }
        Ok(brand)
    }

    fn add(&mut self, path: &Path, name: String) -> Result<(), PressError> {
        let size = fs::metadata(path).map_err(|problem| wrong(&name, &problem))?.len();
        if size > MAX_FILE_BYTES {
            return Err(wrong(&name, &format!("it has {size} bytes, at most {MAX_FILE_BYTES} are allowed")));
        }
        let Some(id) = file_id(&name) else { return Err(wrong(&name, &"its name can't be used in a template")) };
        let bytes = fs::read(path).map_err(|problem| wrong(&name, &problem))?;
        let file = if path.extension().is_some_and(|suffix| suffix == "typ") {
            let text = String::from_utf8(bytes).map_err(|_| wrong(&name, &"it is not UTF-8 text"))?;
            File::Template(Source::new(id, text))
        } else {
            File::Other(Bytes::new(bytes))
        };
        self.files.insert(id, file);
        self.names.insert(name, id);
        Ok(())
    }

    /// The families in the order in which they are tried.
    pub(super) fn families(&self) -> Vec<String> {
        let FontNames { latin, chinese, traditional } = &self.settings.fonts;
        vec![latin.clone(), chinese.clone(), traditional.clone()]
    }

    /// The layouts of slides: cover, divider, content, closing.
    pub(super) fn layouts(&self) -> [String; 4] {
        let LayoutNames { cover, divider, content, closing } = &self.settings.slides;
        [cover.clone(), divider.clone(), content.clone(), closing.clone()]
    }

    /// The styles of Word documents.
    pub(super) fn styles(&self) -> &StyleNames {
        &self.settings.styles
    }

    /// A template by its name.
    pub(super) fn source(&self, name: &str) -> Result<Source, PressError> {
        let source = self.names.get(name).and_then(|id| self.source_of(*id));
        source.ok_or_else(|| wrong(name, &"the template is missing"))
    }

    pub(super) fn source_of(&self, id: FileId) -> Option<Source> {
        match self.files.get(&id)? {
            File::Template(source) => Some(source.clone()),
            File::Other(_) => None,
        }
    }

    pub(super) fn file_of(&self, id: FileId) -> Option<Bytes> {
        match self.files.get(&id)? {
            File::Template(source) => Some(Bytes::from_string(source.text().to_owned())),
            File::Other(bytes) => Some(bytes.clone()),
        }
    }

    /// File and line of a place in a template.
    pub(super) fn place(&self, span: DiagSpan) -> String {
        let Some(id) = span.id() else { return "of the document".into() };
        let file = id.vpath().get_without_slash();
        let line = self.source_of(id).and_then(|source| {
            let range = match span.get() {
                DiagSpanKind::Detached => None,
                DiagSpanKind::Number { num, sub_range, .. } => source.range(num, sub_range),
                DiagSpanKind::Range { range, .. } => Some(range),
            };
            source.lines().byte_to_line(range?.start)
        });
        line.map_or_else(|| file.to_owned(), |line| format!("{file}, line {}", line + 1))
    }
}

impl Settings {
    /// A colour that typst can't read would only show when the first document is made.
    fn check(&self) -> Result<(), PressError> {
        if self.company.trim().is_empty() {
            return Err(wrong(SETTINGS, &"company is empty"));
        }
        for (name, colour) in &self.colours {
            let digits = colour.strip_prefix('#').unwrap_or_default();
            if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(wrong(SETTINGS, &format!("the colour {name} is “{colour}”; write it as #0f766e")));
            }
        }
        Ok(())
    }
}

fn wrong(file: &str, reason: &impl ToString) -> PressError {
    PressError::Brand { file: file.to_owned(), reason: reason.to_string() }
}
