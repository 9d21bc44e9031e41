//! The draft as Graph takes it, and which attachments fit into that one request.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::{Address, Attachment, Body, KEY_PROPERTY, Mail, Outgoing};
use crate::graph::GraphError;

/// From this size on Graph takes an attachment only through an upload session.
pub(super) const MIN_UPLOAD_SESSION_BYTES: usize = 3_000_000;
/// Graph takes 4 MB in a request; base64 makes 4 bytes of 3, and the text needs room.
const MAX_INLINE_BYTES: usize = 2_800_000;

/// A draft that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The immutable id.
    pub id: String,
    /// Whether all attachments are in it; if not, [`Outgoing::complete`] adds the rest.
    pub complete: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewMessage<'a> {
    subject: &'a str,
    body: NewBody<'a>,
    to_recipients: Vec<Recipient<'a>>,
    cc_recipients: Vec<Recipient<'a>>,
    bcc_recipients: Vec<Recipient<'a>>,
    attachments: Vec<NewAttachment<'a>>,
    single_value_extended_properties: [Property<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewBody<'a> {
    content_type: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recipient<'a> {
    email_address: EmailAddress<'a>,
}

#[derive(Serialize)]
struct EmailAddress<'a> {
    address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Property<'a> {
    id: &'static str,
    value: &'a str,
}

/// An attachment below 3 MB, inside the draft or posted to it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewAttachment<'a> {
    #[serde(rename = "@odata.type")]
    kind: &'static str,
    name: &'a str,
    content_type: &'a str,
    content_bytes: String,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

impl<'a> From<&'a Attachment> for NewAttachment<'a> {
    fn from(attachment: &'a Attachment) -> Self {
        Self {
            kind: "#microsoft.graph.fileAttachment",
            name: &attachment.name,
            content_type: &attachment.media_type,
            content_bytes: BASE64_STANDARD.encode(&attachment.bytes),
        }
    }
}

impl Outgoing {
    /// Creates the draft under the mail's key, with the attachments that fit. It does not look for an older one.
    pub async fn create_draft(&self, mail: &Mail) -> Result<Draft, GraphError> {
        let inline = fitting(mail);
        let message = NewMessage {
            subject: &mail.subject,
            body: match &mail.body {
                Body::Text(content) => NewBody { content_type: "text", content },
                Body::Html(content) => NewBody { content_type: "html", content },
            },
            to_recipients: recipients(&mail.to),
            cc_recipients: recipients(&mail.cc),
            bcc_recipients: recipients(&mail.bcc),
            attachments: inline.iter().copied().map(NewAttachment::from).collect(),
            single_value_extended_properties: [Property { id: KEY_PROPERTY, value: &mail.key }],
        };
        let url = self.graph.url(&mail.mailbox, &["messages"]);
        let created: Created = self.graph.post(&mail.mailbox, url, &message).await?.read()?;
        Ok(Draft { id: created.id, complete: inline.len() == mail.attachments.len() })
    }
}

fn recipients(addresses: &[Address]) -> Vec<Recipient<'_>> {
    addresses
        .iter()
        .map(|it| Recipient { email_address: EmailAddress { address: &it.address, name: it.name.as_deref() } })
        .collect()
}

/// The attachments that fit into the request beside the text, in their order.
fn fitting(mail: &Mail) -> Vec<&Attachment> {
    let text = match &mail.body {
        Body::Text(text) | Body::Html(text) => text.len(),
    };
    let mut room = MAX_INLINE_BYTES.saturating_sub(text);
    mail.attachments
        .iter()
        .filter(|it| {
            let fits = it.bytes.len() <= room;
            if fits {
                room -= it.bytes.len();
            }
            fits
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail_with(sizes: &[usize]) -> Mail {
        let attachment = |size: &usize| Attachment {
            name: size.to_string(),
            media_type: "application/pdf".to_owned(),
            bytes: vec![0; *size],
        };
        Mail {
            mailbox: "ana@mezzofy.example".to_owned(),
            key: "k".to_owned(),
            to: Vec::new(),
            cc: Vec::new(),
            bcc: Vec::new(),
            subject: "Statement".to_owned(),
            body: Body::Text("Attached.".to_owned()),
            attachments: sizes.iter().map(attachment).collect(),
        }
    }

    #[test]
    fn attachments_are_inline_as_long_as_the_request_stays_below_four_megabytes() {
        let names = |sizes: &[usize]| fitting(&mail_with(sizes)).iter().map(|it| it.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&[100, 200]), ["100", "200"]);
        assert_eq!(names(&[2_000_000, 2_000_000, 500]), ["2000000", "500"]);
        assert_eq!(names(&[MIN_UPLOAD_SESSION_BYTES, 1]), ["1"]);
    }
}
