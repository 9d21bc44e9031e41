//! A message: as a client gives it, as it is kept, and as it is shown.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::query::{Options, tag};
use super::refusal::Refusal;
use super::storage::{Document, Mailbox};
use super::{attachments, ids};

pub(super) const DRAFTS: &str = "drafts";
pub(super) const SENT_ITEMS: &str = "sentitems";
pub(super) const INBOX: &str = "inbox";
/// Where deleted messages lie. Nothing here reads it.
pub(super) const DELETED_ITEMS: &str = "deleteditems";
/// The folders whose messages are read.
pub(super) const FOLDERS: [&str; 3] = [INBOX, DRAFTS, SENT_ITEMS];

/// The writable part of a message. What Graph has beyond it is refused, like what Graph doesn't have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewMessage {
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    body: Option<Text>,
    #[serde(default)]
    to_recipients: Vec<Recipient>,
    #[serde(default)]
    cc_recipients: Vec<Recipient>,
    #[serde(default)]
    bcc_recipients: Vec<Recipient>,
    #[serde(default)]
    reply_to: Vec<Recipient>,
    #[serde(default)]
    pub(super) attachments: Vec<attachments::NewAttachment>,
    #[serde(default)]
    single_value_extended_properties: Vec<Property>,
}

/// A message as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) body: Text,
    pub(super) from: Recipient,
    pub(super) to_recipients: Vec<Recipient>,
    pub(super) cc_recipients: Vec<Recipient>,
    pub(super) bcc_recipients: Vec<Recipient>,
    pub(super) reply_to: Vec<Recipient>,
    pub(super) is_draft: bool,
    pub(super) is_read: bool,
    pub(super) created: DateTime<Utc>,
    pub(super) modified: DateTime<Utc>,
    pub(super) sent: Option<DateTime<Utc>>,
    pub(super) internet_message_id: String,
    pub(super) conversation: Uuid,
    pub(super) moves: u8,
    pub(super) attachments: Vec<Enclosure>,
    pub(super) properties: Vec<Property>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Text {
    #[serde(default)]
    content_type: ContentType,
    #[serde(default)]
    content: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ContentType {
    #[default]
    #[serde(alias = "Text", alias = "TEXT")]
    Text,
    #[serde(alias = "Html", alias = "HTML")]
    Html,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Recipient {
    pub(super) email_address: EmailAddress,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailAddress {
    pub(super) address: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Property {
    id: String,
    value: String,
}

/// A file in a message: its bytes are the blobs in their order.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enclosure {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) content_type: Option<String>,
    pub(super) is_inline: bool,
    pub(super) size: u64,
    pub(super) modified: DateTime<Utc>,
    pub(super) blobs: Vec<Uuid>,
}

impl NewMessage {
    /// The draft that this makes in a mailbox; its attachments are already kept.
    pub(super) fn into_letter(self, mailbox: &Mailbox, id: Uuid, now: DateTime<Utc>, kept: Vec<Enclosure>) -> Letter {
        let domain = mailbox.address.rsplit('@').next().unwrap_or_default();
        Letter {
            subject: self.subject.unwrap_or_default(),
            body: self.body.unwrap_or_else(|| Text { content_type: ContentType::Text, content: String::new() }),
            from: Recipient {
                email_address: EmailAddress { address: mailbox.address.clone(), name: Some(mailbox.name.clone()) },
            },
            to_recipients: self.to_recipients,
            cc_recipients: self.cc_recipients,
            bcc_recipients: self.bcc_recipients,
            reply_to: self.reply_to,
            is_draft: true,
            is_read: true,
            created: now,
            modified: now,
            sent: None,
            internet_message_id: format!("<{}@{domain}>", id.simple()),
            conversation: id,
            moves: 0,
            attachments: kept,
            properties: self.single_value_extended_properties,
        }
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        let well_formed = |it: &Property| it.id.contains('{') && it.id.contains("} Name ");
        if self.single_value_extended_properties.iter().all(well_formed) {
            return Ok(());
        }
        Err(Refusal::new(400, "ErrorInvalidPropertyId", "An extended property's id is 'String {guid} Name name'."))
    }
}

impl Letter {
    pub(super) fn of(document: &Document) -> Result<Self, Refusal> {
        serde_json::from_value(document.body.clone()).map_err(|error| {
            tracing::error!(id = %document.id, %error, "a kept message can't be read");
            Refusal::new(500, "ErrorInternalServerError", "An internal server error occurred.")
        })
    }

    pub(super) fn recipients(&self) -> impl Iterator<Item = &str> {
        let all = self.to_recipients.iter().chain(&self.cc_recipients).chain(&self.bcc_recipients);
        all.map(|it| it.email_address.address.as_str())
    }

    /// The document that keeps this, as the next version of `before` or as a new one.
    pub(super) fn keep(&self, mailbox: &str, id: Uuid, folder: &str, version: i64) -> Document {
        Document {
            mailbox: mailbox.to_owned(),
            id,
            folder: folder.to_owned(),
            tags: self.properties.iter().map(|it| tag(&it.id, &it.value)).collect(),
            at: self.sent.unwrap_or(self.created),
            version,
            body: json!(self),
        }
    }

    pub(super) fn show(&self, document: &Document, options: &Options) -> Value {
        let time = |it: DateTime<Utc>| it.to_rfc3339_opts(SecondsFormat::Secs, true);
        let id = ids::show(document.id, self.moves, options.immutable);
        let full = json!({
            "createdDateTime": time(self.created),
            "lastModifiedDateTime": time(self.modified),
            "receivedDateTime": time(self.sent.unwrap_or(self.created)),
            "sentDateTime": time(self.sent.unwrap_or(self.created)),
            "hasAttachments": self.attachments.iter().any(|it| !it.is_inline),
            "internetMessageId": self.internet_message_id,
            "subject": self.subject,
            "bodyPreview": self.body.preview(),
            "importance": "normal",
            "parentFolderId": document.folder,
            "conversationId": self.conversation.simple().to_string(),
            "isRead": self.is_read,
            "isDraft": self.is_draft,
            "body": self.body,
            "sender": self.from,
            "from": self.from,
            "toRecipients": self.to_recipients,
            "ccRecipients": self.cc_recipients,
            "bccRecipients": self.bcc_recipients,
            "replyTo": self.reply_to,
        });
        select(id, full, options)
    }
}

/// The chosen properties of `full`; the id is always shown.
pub(super) fn select(id: String, full: Value, options: &Options) -> Value {
    let chosen = |name: &String| options.select.as_ref().is_none_or(|wanted| wanted.contains(name));
    let mut shown = Map::from_iter([("id".to_owned(), Value::String(id))]);
    if let Value::Object(full) = full {
        shown.extend(full.into_iter().filter(|(name, _)| chosen(name)));
    }
    Value::Object(shown)
}

impl Text {
    /// The first 255 characters, without HTML's tags.
    fn preview(&self) -> String {
        let mut inside = false;
        let visible = |char: &char| {
            let tag = self.content_type == ContentType::Html && (inside || *char == '<');
            inside = tag && *char != '>';
            !tag
        };
        self.content.chars().filter(visible).take(255).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_of_html_leaves_the_tags_out_and_one_of_text_keeps_them() {
        let text = |content_type| Text { content_type, content: "<p>a <b>b</b></p> 1 < 2".to_owned() };
        assert_eq!(text(ContentType::Html).preview(), "a b 1 ");
        assert_eq!(text(ContentType::Text).preview(), "<p>a <b>b</b></p> 1 < 2");
    }
}
