//! Forms with a file, as `multipart/form-data` (RFC 7578).

use std::collections::BTreeMap;

use axum::extract::Multipart;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::http::StatusCode;
use mezzofy_domain::invisible;

use super::extract::has_nul;
use super::problem::{Problem, ProblemKind};

/// Bytes of a file at most.
const MAX_FILE_BYTES: usize = 20 * 1024 * 1024;
/// Bytes of a request with one at most.
pub(super) const MAX_UPLOAD_BYTES: usize = MAX_FILE_BYTES + 64 * 1024;
/// Characters of a name at most.
const MAX_NAME_CHARS: usize = 200;

/// What was sent.
pub(super) struct Form {
    /// The file's name, without folders and without what can't be seen.
    pub name: String,
    /// What is in it; not empty.
    pub bytes: Vec<u8>,
    /// The other fields.
    pub fields: BTreeMap<String, String>,
}

/// Reads a form; its file is the field `file`.
pub(super) async fn read(form: Result<Multipart, MultipartRejection>) -> Result<Form, Problem> {
    let mut form = form.map_err(|_| Problem::new(ProblemKind::MediaType, "Send the file as multipart/form-data."))?;
    let (mut file, mut fields) = (None, BTreeMap::new());
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name().unwrap_or_default().to_owned() {
            field_name if field_name == "file" => {
                let name = cleaned(field.file_name().unwrap_or_default());
                file = Some((name, field.bytes().await.map_err(|error| broken(&error))?));
            }
            field_name => {
                let text = field.text().await.map_err(|error| broken(&error))?;
                if text.contains('\0') || field_name.contains('\0') {
                    return Err(has_nul(&field_name));
                }
                fields.insert(field_name, text);
            }
        }
    }
    let (name, bytes) = file.ok_or_else(|| Problem::field("file", "There is no file in the request."))?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large());
    }
    if bytes.is_empty() {
        return Err(Problem::field("file", format!("{name} is empty.")));
    }
    Ok(Form { name, bytes: bytes.to_vec(), fields })
}

fn broken(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::new(ProblemKind::Invalid, "The upload is broken or did not arrive whole. Send it again.")
}

fn too_large() -> Problem {
    Problem::new(ProblemKind::TooLarge, "A file has 20 MB at most. Upload a smaller one, or a part of it.")
}

/// A name without folders and without what can't be seen.
fn cleaned(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = invisible::without(name).chars().take(MAX_NAME_CHARS).collect();
    let name = name.trim();
    if name.trim_matches('.').is_empty() { "file".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uploads_name_has_no_folders_and_nothing_hidden() {
        assert_eq!(cleaned("../../etc/passwd"), "passwd");
        assert_eq!(cleaned("C:\\\\tmp\\\\报表\u{202e}fdp.exe"), "报表fdp.exe");
        assert_eq!([cleaned(""), cleaned(".."), cleaned("a/")], ["file", "file", "file"]);
        assert_eq!(cleaned("a\u{0}b\u{200b}c\u{e0041}d\u{ad}e\u{2028}f\u{fe01}.pdf"), "abcdef.pdf");
    }
}
