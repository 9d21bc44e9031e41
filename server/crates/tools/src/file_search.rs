//! `file_search`: reads on in a file of the person's, or finds a word in it. What is no text is read by the reader, and its text
//! is searched. Results of other calls that are too large
//! for a model lie in such files.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::sources::Provenance;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::roles::Permission;
use mezzofy_store::files;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read, retry};

/// Bytes read at a time.
const PAGE: u64 = 8192;
/// Places shown at a time.
const EXCERPTS: usize = 10;
/// Characters of a place, the match among them.
const EXCERPT: usize = 300;

pub(super) struct FileSearch {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FileSearchInput {
    /// The file's id
    #[schemars(with = "String")]
    file: Id<id::File>,
    /// Finds the places that hold exactly this, in upper or lower case. Without it the file is read from `offset` on
    #[schemars(length(max = 200))]
    query: Option<String>,
    /// Where to begin: the `next_offset` of the call before; 0 if left out
    #[serde(default)]
    offset: u64,
}

impl FileSearch {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let offset = json!({"type": "integer", "description": "In bytes from the begin of the file"});
        let spec = ToolSpec {
            name: "file_search",
            permission: Permission::Chat,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<FileSearchInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "size": {"type": "integer", "description": "Of the whole file, in bytes"},
                    "offset": offset,
                    "text": {"type": "string", "description": "What stands there, without a query"},
                    "excerpts": {
                        "type": "array", "description": "The places found, with a query",
                        "items": {"type": "object", "properties": {"offset": offset, "text": {"type": "string"}}}
                    },
                    "next_offset": {"type": ["integer", "null"], "description": "Where to go on; null at the end"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    /// Whether a text begins as UTF-8; other encodings are read like foreign formats.
    async fn is_utf8(&self, file: &Attachment) -> Result<bool, ToolError> {
        let end = PAGE.min(file.size);
        let bytes = self.tool_context.files.range(&file.sha256, 0, end).await.map_err(retry)?;
        Ok(whole_characters(&bytes, end == file.size).is_some())
    }

    /// The text of a file that is none by itself.
    async fn read_whole(&self, file: &Attachment, context: Context<'_>) -> Result<Vec<u8>, ToolError> {
        let bytes = self.tool_context.files.get(&file.sha256).await.map_err(retry)?;
        let reading = self.tool_context.reader.read(Some(context.person.id), &file.media_type, &bytes).await;
        let told = |error| ToolError::Tell(format!("{} can't be read: {error}.", file.name));
        Ok(reading.map_err(told)?.whole(context.language).into_bytes())
    }

    async fn read_page(&self, file: &Attachment, read: Option<Vec<u8>>, offset: u64) -> Result<Value, ToolError> {
        let size = read.as_ref().map_or(file.size, |read| read.len() as u64);
        let (begin, end) = (offset.min(size), offset.saturating_add(PAGE).min(size));
        let bytes = match &read {
            _ if begin >= end => Vec::new(),
            Some(read) => {
                let at = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
                read.get(at(begin)..at(end)).unwrap_or_default().to_vec()
            }
            None => self.tool_context.files.range(&file.sha256, begin, end).await.map_err(retry)?,
        };
        let text = whole_characters(&bytes, end == size).ok_or_else(|| unreadable(file))?;
        let begin = begin + text.start as u64;
        let text = String::from_utf8_lossy(&bytes[text]);
        let next = begin + text.len() as u64;
        Ok(json!({
            "name": file.name, "size": size, "offset": begin, "text": text,
            "next_offset": (next < size).then_some(next),
        }))
    }

    async fn find(
        &self,
        file: &Attachment,
        read: Option<Vec<u8>>,
        query: String,
        offset: u64,
    ) -> Result<Value, ToolError> {
        let bytes = match read {
            Some(read) => read,
            None => self.tool_context.files.get(&file.sha256).await.map_err(retry)?,
        };
        let size = bytes.len();
        let text = String::from_utf8(bytes).map_err(|_| unreadable(file))?;
        let found = tokio::task::spawn_blocking(move || {
            let (places, next) = places(&text, &query, usize::try_from(offset).unwrap_or(usize::MAX));
            let excerpt = |place: Range<usize>| json!({"offset": place.start, "text": &text[place]});
            (places.into_iter().map(excerpt).collect::<Vec<_>>(), next)
        });
        let (excerpts, next) = found.await.map_err(|error| ToolError::Abort(error.to_string()))?;
        Ok(json!({"name": file.name, "size": size, "excerpts": excerpts, "next_offset": next}))
    }
}

#[async_trait]
impl Tool for FileSearch {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: FileSearchInput = read(input)?;
        let mut tx = self.tool_context.begin(context.person).await?;
        let file = files::get(&mut tx, context.person.id, input.file).await.map_err(retry)?;
        drop(tx);
        let File { attachment: file, trust, .. } =
            file.ok_or_else(|| ToolError::Tell(format!("There is no file {} of yours.", input.file)))?;
        let plain = is_text(&file.media_type) && self.is_utf8(&file).await?;
        let read = if plain { None } else { Some(self.read_whole(&file, context).await?) };
        let query = input.query.map(|query| query.trim().to_owned()).filter(|query| !query.is_empty());
        let result = match query {
            Some(query) => self.find(&file, read, query, input.offset).await?,
            None => self.read_page(&file, read, input.offset).await?,
        };
        Ok(Outcome::Done(Output { result, trust, place: Some(Provenance::File(file.name)), ..Output::default() }))
    }
}

fn is_text(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default().trim();
    matches!(kind, "text/plain" | "text/csv" | "text/markdown" | "application/json")
}

fn unreadable(file: &Attachment) -> ToolError {
    ToolError::Tell(format!(
        "{} is not in UTF-8, so it can't be read here. Save it as UTF-8 and upload it again.",
        file.name
    ))
}

/// The part of these bytes that is whole characters; `None` where they are no UTF-8. Characters may be cut at the begin
/// and, unless it is the end of the file, at the end.
fn whole_characters(bytes: &[u8], at_end: bool) -> Option<Range<usize>> {
    let begin = bytes.iter().take(3).take_while(|byte| (**byte & 0xc0) == 0x80).count();
    match std::str::from_utf8(&bytes[begin..]) {
        Ok(_) => Some(begin..bytes.len()),
        Err(cut) if cut.error_len().is_none() && !at_end => Some(begin..begin + cut.valid_up_to()),
        Err(_) => None,
    }
}

/// The places from `offset` on that hold the query, and where to look further. No two of them overlap.
fn places(text: &str, query: &str, offset: usize) -> (Vec<Range<usize>>, Option<usize>) {
    let query: Vec<char> = query.chars().map(fold).collect();
    let around = EXCERPT.saturating_sub(query.len()) / 2;
    let begin = (offset.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let (mut places, mut at, mut last) = (Vec::new(), begin, begin);
    while let Some((found, end)) = next_match(text, &query, at) {
        if places.len() == EXCERPTS {
            return (places, Some(found));
        }
        let start = text[last..found].char_indices().rev().take(around).last().map_or(found, |(back, _)| last + back);
        let stop = text[end..].char_indices().nth(around).map_or(text.len(), |(ahead, _)| end + ahead);
        places.push(start..stop);
        (at, last) = (stop, stop);
    }
    (places, None)
}

fn next_match(text: &str, query: &[char], from: usize) -> Option<(usize, usize)> {
    let begins = text[from..].char_indices().map(|(at, _)| from + at);
    begins.into_iter().find_map(|at| {
        let mut rest = text[at..].char_indices();
        let all = query.iter().all(|wanted| rest.next().is_some_and(|(_, c)| fold(c) == *wanted));
        all.then(|| (at, at + rest.offset()))
    })
}

/// A letter in lower case, where that is one character.
fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        (_, _) => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_between_characters_and_nothing_is_lost() {
        let text = "报表x😀";
        for size in 4..=text.len() {
            let (mut at, mut read) = (0, String::new());
            while at < text.len() {
                let end = (at + size).min(text.len());
                let bytes = &text.as_bytes()[at..end];
                let part = whole_characters(bytes, end == text.len()).unwrap();
                assert_eq!(part.start, 0);
                read.push_str(std::str::from_utf8(&bytes[part.clone()]).unwrap());
                at += part.end;
            }
            assert_eq!(read, text, "{size} bytes at a time");
        }
        assert_eq!(whole_characters(&text.as_bytes()[1..], true), Some(2..text.len() - 1), "from the middle of one");
        assert_eq!(whole_characters(b"\xff\xfea\0", true), None);
        assert_eq!(whole_characters("表".as_bytes().split_at(2).0, true), None, "the file itself is cut");
    }

    #[test]
    fn words_are_found_in_any_case_and_in_chinese() {
        let text = format!("{}Coupon CLUB{}优惠券 Ünder", "前".repeat(400), "后".repeat(400));
        for (query, shown) in [("coupon club", "Coupon CLUB"), ("优惠券", "优惠券"), ("üNDER", "Ünder")] {
            let (places, next) = places(&text, query, 0);
            let [place] = places.as_slice() else { panic!("{query}: {places:?}") };
            assert!(text[place.clone()].contains(shown));
            assert!(text[place.clone()].chars().count() <= EXCERPT);
            assert_eq!(next, None);
        }
        assert!(places(&text, "nowhere", 0).0.is_empty());
    }

    #[test]
    fn many_places_are_shown_ten_at_a_time_without_overlap() {
        let text = "coupon and more of it, ".repeat(200);
        let (first, next) = places(&text, "coupon", 0);
        assert_eq!(first.len(), EXCERPTS);
        assert!(first.windows(2).all(|pair| pair[0].end <= pair[1].start));
        let (second, _) = places(&text, "coupon", next.unwrap());
        assert!(first.last().unwrap().end <= second[0].start);
        assert_eq!(places(&text, "coupon", text.len() + 9), (Vec::new(), None));
    }
}
