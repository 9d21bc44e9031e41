//! Several PDFs as one: their pages in order, without what could act (scripts, forms, links to other files), with a bookmark
//! for each file.

use std::collections::BTreeMap;

use lopdf::{Bookmark, Dictionary, Document, Object, ObjectId, Stream, dictionary};
use mezzofy_domain::reading::ReadingError;

const MAX_MERGED_PAGES: usize = 2_000;
const MAX_PAGE_TREE_DEPTH: usize = 64;
/// What the pages of a tree may take from the nodes above them (ISO 32000-1, 7.7.3.4).
const INHERITED_ENTRIES: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// What a page keeps: what it shows (ISO 32000-1, table 30).
const KEPT_ENTRIES: [&[u8]; 9] =
    [b"Resources", b"MediaBox", b"CropBox", b"BleedBox", b"TrimBox", b"Rotate", b"Contents", b"Group", b"UserUnit"];

/// A PDF by its name, for the bookmarks.
#[derive(Debug, Clone, Copy)]
pub struct NamedPdf<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// One PDF with the pages of all, and how many they are; or the index of a file that can't be used and why.
pub fn merge(sources: &[NamedPdf<'_>], title: &str) -> Result<(Vec<u8>, usize), (usize, ReadingError)> {
    let mut whole = Document::with_version("1.7");
    let root = whole.new_object_id();
    let mut kids = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let first = kids.len();
        let pages = take(&mut whole, source.bytes, root).map_err(|error| (at, error))?;
        kids.extend(pages);
        if kids.len() > MAX_MERGED_PAGES {
            return Err((at, ReadingError::TooLarge));
        }
        let page = *kids.get(first).ok_or((at, ReadingError::Empty))?;
        whole.add_bookmark(Bookmark::new(source.name.to_owned(), [0.0; 3], 0, page), None);
    }
    let count = kids.len();
    let references: Vec<Object> = kids.into_iter().map(Object::Reference).collect();
    let number = i64::try_from(count).unwrap_or_default();
    let tree = dictionary! {"Type" => "Pages", "Kids" => references, "Count" => number};
    whole.objects.insert(root, Object::Dictionary(tree));
    let mut catalog = dictionary! {
        "Type" => "Catalog", "Pages" => root, "ViewerPreferences" => dictionary! {"DisplayDocTitle" => true},
    };
    if let Some(outline) = whole.build_outline() {
        catalog.set("Outlines", outline);
        catalog.set("PageMode", "UseOutlines");
    }
    let catalog = whole.add_object(catalog);
    whole.trailer.set("Root", catalog);
    let about = whole.add_object(dictionary! {
        "Title" => lopdf::text_string(title), "Creator" => lopdf::text_string("Mezzofy AI Assistant"),
    });
    whole.trailer.set("Info", about);
    whole.prune_objects();
    whole.renumber_objects();
    let mut bytes = Vec::new();
    whole.save_to(&mut bytes).map_err(|_| (0, ReadingError::Damaged))?;
    Ok((bytes, count))
}

/// Adds the pages of a file and what they need; gives their ids in order.
fn take(whole: &mut Document, bytes: &[u8], root: ObjectId) -> Result<Vec<ObjectId>, ReadingError> {
    if bytes.is_empty() {
        return Err(ReadingError::Empty);
    }
    let mut source = Document::load_mem(bytes).map_err(|_| ReadingError::Damaged)?;
    if source.is_encrypted() {
        return Err(ReadingError::Protected);
    }
    source.renumber_objects_with(whole.max_id + 1);
    let ids: Vec<ObjectId> = source.get_pages().into_values().collect();
    let pages: BTreeMap<ObjectId, Dictionary> = ids
        .iter()
        .map(|id| Some((*id, page(&source, *id, root)?)))
        .collect::<Option<_>>()
        .ok_or(ReadingError::Damaged)?;
    whole.max_id = whole.max_id.max(source.max_id);
    let all = std::mem::take(&mut source.objects);
    whole.objects.extend(all.into_iter().map(|(id, object)| (id, harmless(object))));
    whole.objects.extend(pages.into_iter().map(|(id, page)| (id, Object::Dictionary(page))));
    Ok(ids)
}

/// A page that stands for itself.
fn page(source: &Document, id: ObjectId, root: ObjectId) -> Option<Dictionary> {
    let own = source.get_dictionary(id).ok()?;
    let mut page = dictionary! {"Type" => "Page", "Parent" => root};
    for key in KEPT_ENTRIES {
        if let Ok(value) = own.get(key) {
            page.set(key, value.clone());
        }
    }
    let mut node = own;
    for _ in 0..MAX_PAGE_TREE_DEPTH {
        let Some(above) = node.get(b"Parent").ok().and_then(|parent| parent.as_reference().ok()) else { break };
        node = source.get_dictionary(above).ok()?;
        for key in INHERITED_ENTRIES {
            if !page.has(key)
                && let Ok(value) = node.get(key)
            {
                page.set(key, value.clone());
            }
        }
    }
    page.has(b"MediaBox").then_some(page)
}

/// An object without the structure of the file it comes from, which is not taken along.
fn harmless(object: Object) -> Object {
    let clean = |mut fields: Dictionary| {
        for key in [b"StructParent".as_slice(), b"StructParents", b"Parent", b"AA", b"OpenAction"] {
            fields.remove(key);
        }
        fields
    };
    match object {
        Object::Dictionary(fields) => Object::Dictionary(clean(fields)),
        Object::Stream(stream) => Object::Stream(Stream { dict: clean(stream.dict), ..stream }),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use mezzofy_domain::reading::FileKind;

    use super::*;
    use crate::read::read;

    /// What `documents` has printed, in English and in Simplified Chinese.
    const LETTER: &[u8] = include_bytes!("../samples/letter-en.pdf");
    const DIGEST: &[u8] = include_bytes!("../samples/digest-zh-Hans.pdf");

    fn merged(files: &[&[u8]]) -> Result<(Vec<u8>, usize), (usize, ReadingError)> {
        let names = ["Letter", "会员计划"];
        let sources: Vec<NamedPdf<'_>> =
            files.iter().zip(names.iter().cycle()).map(|(bytes, name)| NamedPdf { name, bytes }).collect();
        merge(&sources, "Quarter 第三季度")
    }

    #[test]
    fn pages_stand_in_the_order_of_the_files_and_read_as_before() {
        let files = [LETTER, DIGEST];
        let (bytes, pages) = merged(&files).unwrap();
        // Without the tags the same words are found in another order.
        let text = |bytes: &[u8]| -> Vec<String> {
            let characters = |text: String| {
                let mut characters: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
                characters.sort_unstable();
                characters.into_iter().collect()
            };
            read(FileKind::Pdf, bytes).unwrap().parts.into_iter().map(|part| characters(part.text)).collect()
        };
        let apart: Vec<String> = files.iter().flat_map(|file| text(file)).collect();
        assert_eq!(text(&bytes), apart);
        assert_eq!(pages, apart.len());
        assert_eq!(merged(&files).unwrap().0, bytes);
        if let Some(folder) = std::env::var_os("SAMPLES").map(PathBuf::from) {
            std::fs::write(folder.join("merged.pdf"), &bytes).unwrap();
        }
    }

    #[test]
    fn a_merged_file_does_nothing_by_itself() {
        let mut file = Document::load_mem(LETTER).unwrap();
        let act = dictionary! {"S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)")};
        let act = file.add_object(act);
        let page = *file.get_pages().values().next().unwrap();
        let note = dictionary! {"Type" => "Annot", "Subtype" => "Link", "A" => act};
        let fields = file.get_object_mut(page).unwrap().as_dict_mut().unwrap();
        fields.set("AA", dictionary! {"O" => act});
        fields.set("Annots", vec![Object::Dictionary(note)]);
        file.catalog_mut().unwrap().set("OpenAction", act);
        let mut bytes = Vec::new();
        file.save_to(&mut bytes).unwrap();
        let (made, _) = merged(&[&bytes]).unwrap();
        let made = String::from_utf8_lossy(&made).into_owned();
        for acting in ["JavaScript", "OpenAction", "/AA", "Annots", "StructTreeRoot"] {
            assert!(!made.contains(acting), "{acting}");
        }
    }

    #[test]
    fn a_file_that_is_none_is_named() {
        assert_eq!(merged(&[LETTER, b"%PDF-1.7 no"]), Err((1, ReadingError::Damaged)));
        assert_eq!(merged(&[b"", LETTER]), Err((0, ReadingError::Empty)));
    }
}
