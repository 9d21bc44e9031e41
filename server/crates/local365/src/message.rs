//! A message: as a client gives it, as it is stored, and as it is shown.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::attachment::{NewAttachment, StoredAttachment};
use crate::ids;
use crate::query::{QueryOptions, tag};
use crate::refusal::Refusal;
use crate::storage::{Document, Mailbox};

pub(crate) const DRAFTS: &str = "drafts";
pub(crate) const SENT_ITEMS: &str = "sentitems";
pub(crate) const INBOX: &str = "inbox";
/// Where deleted messages lie. Nothing here reads it.
pub(crate) const DELETED_ITEMS: &str = "deleteditems";
/// The folders whose messages are read.
pub(crate) const FOLDERS: [&str; 3] = [INBOX, DRAFTS, SENT_ITEMS];

/// The writable part of a message. What Graph has beyond it is refused, like what Graph doesn't have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewMessage {
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    body: Option<ItemBody>,
    #[serde(default)]
    to_recipients: Vec<Recipient>,
    #[serde(default)]
    cc_recipients: Vec<Recipient>,
    #[serde(default)]
    bcc_recipients: Vec<Recipient>,
    #[serde(default)]
    reply_to: Vec<Recipient>,
    #[serde(default)]
    pub(crate) attachments: Vec<NewAttachment>,
    #[serde(default)]
    single_value_extended_properties: Vec<ExtendedProperty>,
}

/// A message as it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredMessage {
    pub(crate) subject: String,
    pub(crate) body: ItemBody,
    pub(crate) from: Recipient,
    pub(crate) to_recipients: Vec<Recipient>,
    pub(crate) cc_recipients: Vec<Recipient>,
    pub(crate) bcc_recipients: Vec<Recipient>,
    pub(crate) reply_to: Vec<Recipient>,
    pub(crate) is_draft: bool,
    pub(crate) is_read: bool,
    pub(crate) created: DateTime<Utc>,
    pub(crate) modified: DateTime<Utc>,
    pub(crate) sent: Option<DateTime<Utc>>,
    pub(crate) internet_message_id: String,
    pub(crate) conversation: Uuid,
    pub(crate) moves: u8,
    pub(crate) attachments: Vec<StoredAttachment>,
    pub(crate) properties: Vec<ExtendedProperty>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ItemBody {
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
pub(crate) struct Recipient {
    pub(crate) email_address: EmailAddress,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailAddress {
    pub(crate) address: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtendedProperty {
    id: String,
    value: String,
}

impl NewMessage {
    /// The draft that this makes in a mailbox; its attachments are already stored.
    pub(crate) fn into_stored(
        self,
        mailbox: &Mailbox,
        id: Uuid,
        now: DateTime<Utc>,
        attachments: Vec<StoredAttachment>,
    ) -> StoredMessage {
        let domain = mailbox.address.rsplit('@').next().unwrap_or_default();
        StoredMessage {
            subject: self.subject.unwrap_or_default(),
            body: self.body.unwrap_or_else(|| ItemBody { content_type: ContentType::Text, content: String::new() }),
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
            attachments,
            properties: self.single_value_extended_properties,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let well_formed = |it: &ExtendedProperty| it.id.contains('{') && it.id.contains("} Name ");
        if self.single_value_extended_properties.iter().all(well_formed) {
            return Ok(());
        }
        Err(Refusal::new(400, "ErrorInvalidPropertyId", "An extended property's id is 'String {guid} Name name'."))
    }
}

impl StoredMessage {
    pub(crate) fn of(document: &Document) -> Result<Self, Refusal> {
        serde_json::from_value(document.body.clone()).map_err(|error| {
            tracing::error!(id = %document.id, %error, "a kept message can't be read");
            Refusal::new(500, "ErrorInternalServerError", "An internal server error occurred.")
        })
    }

    /// The draft with one more file, as its next version.
    pub(crate) fn attach(mut self, draft: &Document, attachment: StoredAttachment) -> Result<Document, Refusal> {
        if !self.is_draft {
            return Err(Refusal::new(400, "ErrorInvalidRequest", "Only a draft takes attachments."));
        }
        self.modified = attachment.modified;
        self.attachments.push(attachment);
        Ok(self.document(&draft.mailbox, draft.id, &draft.folder, draft.version + 1))
    }

    pub(crate) fn recipients(&self) -> impl Iterator<Item = &str> {
        let all = self.to_recipients.iter().chain(&self.cc_recipients).chain(&self.bcc_recipients);
        all.map(|it| it.email_address.address.as_str())
    }

    /// The document that keeps this, as the next version of `before` or as a new one.
    pub(crate) fn document(&self, mailbox: &str, id: Uuid, folder: &str, version: i64) -> Document {
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

    pub(crate) fn show(&self, document: &Document, options: &QueryOptions) -> Value {
        let time = |it: DateTime<Utc>| it.to_rfc3339_opts(SecondsFormat::Secs, true);
        let id = ids::format(document.id, self.moves, options.immutable);
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
        options.select(id, full)
    }
}

impl ItemBody {
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
        let text = |content_type| ItemBody { content_type, content: "<p>a <b>b</b></p> 1 < 2".to_owned() };
        assert_eq!(text(ContentType::Html).preview(), "a b 1 ");
        assert_eq!(text(ContentType::Text).preview(), "<p>a <b>b</b></p> 1 < 2");
    }
}
