//! Adding what a draft lacks: small files in one request, large ones in ranges through an upload session.

use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::draft::{MIN_UPLOAD_SESSION_BYTES, NewAttachment};
use super::{Attachment, Mail, Outgoing, with_query};
use crate::graph::GraphError;

/// Below the 4 MB that Graph takes for one range, and a multiple of 320 KiB.
const RANGE_BYTES: usize = 12 * 320 * 1024;

#[derive(Deserialize)]
struct Present {
    name: Option<String>,
}

#[derive(Serialize)]
struct NewSession<'a> {
    #[serde(rename = "AttachmentItem")]
    item: SessionItem<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionItem<'a> {
    attachment_type: &'static str,
    name: &'a str,
    content_type: &'a str,
    size: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    upload_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    #[serde(default)]
    next_expected_ranges: Vec<String>,
}

impl Outgoing {
    /// Adds the attachments that the draft lacks. An upload that broke off left nothing behind, so it starts again;
    /// names tell what is there, because Graph's size of an attachment is not the file's.
    pub async fn complete(&self, id: &str, mail: &Mail) -> Result<(), GraphError> {
        if mail.attachments.is_empty() {
            return Ok(());
        }
        let mut url = self.graph.url(&mail.mailbox, &["messages", id, "attachments"]);
        with_query(&mut url, &[("$select", "id,name")]);
        let present: Vec<Present> = self.graph.list(&mail.mailbox, url).await?;
        for attachment in missing(&mail.attachments, present.into_iter().filter_map(|it| it.name).collect()) {
            if attachment.bytes.len() < MIN_UPLOAD_SESSION_BYTES {
                let url = self.graph.url(&mail.mailbox, &["messages", id, "attachments"]);
                self.graph.post(&mail.mailbox, url, &NewAttachment::from(attachment)).await?;
            } else {
                self.upload(&mail.mailbox, id, attachment).await?;
            }
        }
        Ok(())
    }

    async fn upload(&self, mailbox: &str, id: &str, attachment: &Attachment) -> Result<(), GraphError> {
        let total = attachment.bytes.len();
        let item = SessionItem {
            attachment_type: "file",
            name: &attachment.name,
            content_type: &attachment.media_type,
            size: total,
        };
        let url = self.graph.url(mailbox, &["messages", id, "attachments", "createUploadSession"]);
        let session: Session = self.graph.post(mailbox, url, &NewSession { item }).await?.read()?;
        let upload_url = Url::parse(&session.upload_url).map_err(|_| GraphError::ForeignAddress)?;
        let mut start = 0;
        while start < total {
            let end = total.min(start + RANGE_BYTES);
            let range = format!("bytes {start}-{}/{total}", end - 1);
            let bytes = attachment.bytes[start..end].to_vec();
            let answer = self.graph.put(mailbox, upload_url.clone(), &range, bytes).await?;
            if answer.status == 201 {
                return Ok(());
            }
            let expected = next_start(&answer.read::<Progress>()?.next_expected_ranges).unwrap_or(end);
            if expected <= start {
                return Err(answer.unreadable());
            }
            start = expected;
        }
        Ok(())
    }
}

/// The start of the first range that is expected, `26-` or `26-99`.
fn next_start(ranges: &[String]) -> Option<usize> {
    ranges.first()?.split('-').next()?.parse().ok()
}

/// What isn't there yet; two files of one name are two files.
fn missing(wanted: &[Attachment], mut present: Vec<String>) -> Vec<&Attachment> {
    wanted
        .iter()
        .filter(|attachment| {
            let there = present.iter().position(|name| *name == attachment.name);
            there.map(|at| present.swap_remove(at)).is_none()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_files_with_one_name_only_the_second_is_missing_when_one_is_there() {
        let file = |name: &str, byte| Attachment {
            name: name.to_owned(),
            media_type: "text/plain".to_owned(),
            bytes: vec![byte],
        };
        let wanted = [file("a", 1), file("a", 2), file("b", 3)];
        let absent = missing(&wanted, vec!["a".to_owned(), "other".to_owned()]);
        assert_eq!(absent.iter().map(|it| it.bytes[0]).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn the_next_range_starts_where_graph_says() {
        assert_eq!(next_start(&["3932160-".to_owned()]), Some(3_932_160));
        assert_eq!(next_start(&["26-99".to_owned()]), Some(26));
        assert_eq!(next_start(&[]), None);
    }
}
