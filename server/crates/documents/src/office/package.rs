//! A package: parts by name, each with its bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use crate::doc::{Picture, visible};

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const TYPES: &str = "[Content_Types].xml";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package(BTreeMap<String, Vec<u8>>);

impl Package {
    pub(super) fn open(bytes: &[u8]) -> Result<Self, String> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
        let mut parts = BTreeMap::new();
        for at in 0..zip.len() {
            let mut entry = zip.by_index(at).map_err(|error| error.to_string())?;
            let name = entry.name().map_err(|error| error.to_string())?.into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            parts.insert(name, bytes);
        }
        Ok(Self(parts))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.0.get(name)?).ok()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn put(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(name.into(), bytes.into());
    }

    pub(super) fn remove(&mut self, gone: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| !gone(name));
    }

    /// Adds a part and says in the content types what it is.
    pub(super) fn add(&mut self, name: &str, kind: &str, bytes: impl Into<Vec<u8>>) {
        self.put(name, bytes);
        self.declare(&format!("<Override PartName=\"/{name}\" ContentType=\"{kind}\"/>"));
    }

    /// Adds a relation to those of a part.
    pub(super) fn relate(&mut self, relations: &str, id: &str, kind: &str, target: &str) {
        let line =
            format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}{kind}\" Target=\"{target}\"/></Relationships>");
        let known = self.text(relations).unwrap_or_default().replace("</Relationships>", &line);
        self.put(relations, known);
    }

    /// Puts a picture of a document into the folder for them.
    pub(super) fn add_picture(&mut self, root: &str, picture: &Picture) {
        let ending = if picture.name.ends_with("png") { "png" } else { "jpeg" };
        self.declare_ending(ending, &format!("image/{ending}"));
        self.put(format!("{root}/media/{}", picture.name), picture.bytes.clone());
    }

    /// Says what files with an ending are, once.
    pub(super) fn declare_ending(&mut self, ending: &str, kind: &str) {
        if !self.text(TYPES).unwrap_or_default().contains(&format!("Extension=\"{ending}\"")) {
            self.declare(&format!("<Default Extension=\"{ending}\" ContentType=\"{kind}\"/>"));
        }
    }

    fn declare(&mut self, line: &str) {
        let types = self.text(TYPES).unwrap_or_default().replace("</Types>", &format!("{line}</Types>"));
        self.put(TYPES, types);
    }

    /// Takes what the content types say of parts that are gone out of them.
    pub(super) fn undeclare(&mut self, gone: impl Fn(&str) -> bool) {
        let types = self.text(TYPES).unwrap_or_default().to_owned();
        let kept: Vec<&str> = types
            .split_inclusive('>')
            .filter(|tag| !attribute(tag, "PartName").is_some_and(|name| gone(name.trim_start_matches('/'))))
            .collect();
        self.put(TYPES, kept.concat());
    }

    /// The same parts give the same bytes.
    pub(super) fn save(&self) -> Result<Vec<u8>, String> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options =
            SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(3));
        // The content types come first, as Office writes them.
        let first = self.0.get_key_value(TYPES).into_iter();
        for (name, bytes) in first.chain(self.0.iter().filter(|(name, _)| *name != TYPES)) {
            writer.start_file(name.as_str(), options).map_err(|error| error.to_string())?;
            writer.write_all(bytes).map_err(|error| error.to_string())?;
        }
        Ok(writer.finish().map_err(|error| error.to_string())?.into_inner())
    }
}

/// The relations of a part: kind and target of each, with the ids `rId1`, `rId2` and so on.
pub(super) fn relations<'a>(targets: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut xml =
        format!("{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (at, (kind, target)) in (1..).zip(targets) {
        let _ = write!(xml, "<Relationship Id=\"rId{at}\" Type=\"{RELATIONS}{kind}\" Target=\"{target}\"/>");
    }
    xml + "</Relationships>"
}

/// The value of an attribute in a tag.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// Text that means nothing to XML, without characters that XML can't hold or that no one sees.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(' '),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {}
            character => safe.push(character),
        }
    }
    safe
}
