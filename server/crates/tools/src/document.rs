//! What the tools that make documents share: reading a description, holding its figures against what the run has read,
//! keeping the file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::TimeDelta;
use mezzofy_agent::tool::{Context, Outcome, Output, ToolError};
use mezzofy_documents::Doc;
use mezzofy_documents::content::{Content, Grid};
use mezzofy_documents::doc::{DocKind, Picture};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::reading::ReadingError;
use mezzofy_domain::trust::Trust;
use mezzofy_store::files;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::sources::Sources;
use super::{ToolContext, retry};

/// The schema of a document's content, see [`Content::schema`].
pub(super) struct ContentSchema;

impl JsonSchema for ContentSchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Content".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::try_from(Content::schema()).unwrap_or_default()
    }
}

/// The schema of one of several files.
pub(super) struct FileIdSchema;

impl JsonSchema for FileIdSchema {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FileId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "A file's id"})
    }
}

/// Characters of a file's name at most, without its ending.
const MAX_FILE_NAME_CHARS: usize = 60;

/// The largest picture of a document, in bytes.
const LARGEST_PICTURE: u64 = 10 * 1024 * 1024;
/// Pictures of a document.
const MAX_PICTURES: usize = 10;

impl ToolContext {
    /// What a description becomes, with the figures and pictures it shows, and who stands behind it.
    pub(super) async fn doc(
        &self,
        context: Context<'_>,
        kind: DocKind,
        said: Value,
    ) -> Result<(Doc, Trust), ToolError> {
        if let Some(facts) = context.facts {
            let sources = Sources::of(facts.iter().map(String::as_str));
            let mut texts = Vec::new();
            texts_of(&said, &mut texts);
            let mut what: Vec<String> = texts.iter().flat_map(|text| sources.unfounded(text)).collect();
            what.dedup();
            if !what.is_empty() {
                return Err(ToolError::Tell(format!(
                    "Nothing that was read in this run has {}, so the document was not made. Leave it out, take it from data with \
                     `from`, or look it up first.",
                    what.join(", ")
                )));
            }
        }
        let described: Content = super::read(said)?;
        let mut trust = trust_of(context);
        let mut pictures = Vec::new();
        if described.pictures().len() > MAX_PICTURES {
            return Err(ToolError::Tell(format!("A document shows {MAX_PICTURES} different pictures at most.")));
        }
        for file in described.pictures() {
            let (picture, of_picture) = self.picture(context, file).await?;
            pictures.push(picture);
            if of_picture == Trust::Outside {
                trust = Trust::Outside;
            }
        }
        let doc = described.doc(kind, &grids(context.kept), pictures, context.language);
        Ok((doc.map_err(|error| ToolError::Tell(error.to_string()))?, trust))
    }

    /// One of the person's pictures, named by its file.
    async fn picture(&self, context: Context<'_>, id: &str) -> Result<(Picture, Trust), ToolError> {
        let none =
            || ToolError::Tell(format!("There is no picture {id} of yours; give the id of an uploaded PNG or JPEG."));
        let file: Id<id::File> = id.parse().map_err(|_| none())?;
        let mut tx = self.begin(context.person).await?;
        let file = files::get(&mut tx, context.person.id, file).await.map_err(retry)?.ok_or_else(none)?;
        drop(tx);
        let Attachment { name, media_type, size, sha256, .. } = file.attachment;
        let told = |wrong: &str| ToolError::Tell(format!("{name} {wrong}"));
        let jpeg = match media_type.as_str() {
            "image/png" => false,
            "image/jpeg" => true,
            _ => return Err(told("is no PNG or JPEG, so it can't be shown in a document.")),
        };
        if size > LARGEST_PICTURE {
            return Err(told("is larger than 10 MB; make it smaller and upload it again."));
        }
        let bytes = self.files.get(&sha256).await.map_err(retry)?;
        let undrawable = || told("is damaged or too large to be drawn.");
        let pixels = self.reader.picture(Some(context.person.id), &bytes).await.map_err(|error| {
            if error == ReadingError::Busy {
                ToolError::Tell(format!("{name} can't be drawn: {error}."))
            } else {
                undrawable()
            }
        })?;
        let id = id.to_owned();
        let picture = self.make(context, move || Ok(Picture::of_pixels(&id, &pixels, jpeg))).await?;
        Ok((picture.ok_or_else(undrawable)?, file.trust))
    }

    /// Makes a document, or a part of one, where processor time may be taken, when it is the person's turn. What goes wrong is told.
    pub(super) async fn make<T: Send + 'static>(
        &self,
        context: Context<'_>,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, ToolError> {
        let turn = self.print_turns.take(context.person.id).await.map_err(|_| {
            ToolError::Tell(
                "Too many documents are being made for you at this moment. Wait a minute and try again.".to_owned(),
            )
        })?;
        let made = tokio::task::spawn_blocking(move || {
            // It works on though nobody may wait for it any more, and keeps its turn.
            let _turn = turn;
            work()
        });
        let made = made.await.map_err(|error| ToolError::Abort(error.to_string()))?;
        made.map_err(|error| ToolError::Tell(format!("{error}.")))
    }
}

/// The rows that calls of the run kept, by call.
pub(super) fn grids(kept: &BTreeMap<String, Value>) -> BTreeMap<String, Grid> {
    let grid = |(call, value): (&String, &Value)| Some((call.clone(), serde_json::from_value(value.clone()).ok()?));
    kept.iter().filter_map(grid).collect()
}

/// What people will read of a description, without the names of data, columns and forms.
fn texts_of<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    const NAMES: [&str; 11] =
        ["type", "file", "from", "column", "kind", "form", "slide", "tone", "category", "language", "ordered"];
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(fields) => {
            fields
                .iter()
                .filter(|(name, _)| !NAMES.contains(&name.as_str()))
                .for_each(|(_, value)| texts_of(value, texts));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A file's name from a title, in any script: `q3-sales.xlsx`, `第三季度销售.xlsx`.
pub(super) fn file_name(title: &str, ending: &str) -> String {
    let kept: String = title
        .chars()
        .map(|character| if character.is_alphanumeric() { character } else { ' ' })
        .take(MAX_FILE_NAME_CHARS)
        .collect();
    let stem = kept.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase();
    format!("{}.{ending}", if stem.is_empty() { "document" } else { &stem })
}

/// A file that a tool has made.
pub(super) struct NewFile {
    pub(super) name: String,
    pub(super) media_type: &'static str,
    pub(super) bytes: Vec<u8>,
    /// Who stands behind what it says.
    pub(super) trust: Trust,
    /// What the result says besides the file.
    pub(super) more: Value,
}

impl ToolContext {
    /// Stores a file that a call has made; its row is saved with the call's result.
    pub(super) async fn keep(&self, context: Context<'_>, made: NewFile) -> Result<Outcome, ToolError> {
        let NewFile { name, media_type, bytes, trust, more } = made;
        let since = context.now - TimeDelta::hours(1);
        let mut tx = self.begin(context.person).await?;
        let count = files::made_since(&mut tx, context.person.id, since).await.map_err(retry)?;
        drop(tx);
        if count >= self.files_an_hour {
            return Err(ToolError::Tell(format!(
                "{} files were made for you within an hour, and that is the limit. Try again later.",
                self.files_an_hour
            )));
        }
        let size = bytes.len() as u64;
        let mut tx = self.begin(context.person).await?;
        let room = files::check_room(&mut tx, context.person.id, size, self.files_per_person_bytes).await;
        drop(tx);
        room.map_err(retry)?.map_err(|over| ToolError::Tell(over.to_string()))?;
        let sha256 = self.files.put(bytes).await.map_err(retry)?;
        let id = Id::new(context.now);
        let attachment = Attachment { id, name: name.clone(), media_type: media_type.to_owned(), size, sha256 };
        let file =
            File { attachment, owner: context.person.id, run: Some(context.run), trust, created_at: context.now };
        let mut result = json!({"file": id, "name": name});
        if let (Value::Object(result), Value::Object(more)) = (&mut result, more) {
            result.extend(more);
        }
        Ok(Outcome::Done(Output { result, trust: Trust::Company, files: vec![file], ..Output::default() }))
    }
}

/// What the tools answer that make a PDF.
pub(super) fn pages_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "file": {"type": "string", "description": "The file's id"},
            "name": {"type": "string"},
            "pages": {"type": "integer"}
        }
    })
}

/// Who stands behind a document whose words a model wrote: after it has read something from outside, they may be theirs.
pub(super) fn trust_of(context: Context<'_>) -> Trust {
    if context.outside { Trust::Outside } else { Trust::Company }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_in_any_script_names_a_file() {
        assert_eq!(file_name("Q3 sales: 20% up / draft", "xlsx"), "q3-sales-20-up-draft.xlsx");
        assert_eq!(file_name("第三季度 销售", "csv"), "第三季度-销售.csv");
        assert_eq!(file_name("../..", "pdf"), "document.pdf");
    }

    #[test]
    fn what_people_read_of_a_description_is_found_and_names_are_not() {
        let content = json!({"title": "A 1", "sections": [{"blocks": [
            {"type": "table", "from": "call_7", "total": "T 2"}, {"type": "list", "items": ["x 3"]}]}]});
        let mut texts = Vec::new();
        texts_of(&content, &mut texts);
        texts.sort_unstable();
        assert_eq!(texts, ["A 1", "T 2", "x 3"]);
    }
}
