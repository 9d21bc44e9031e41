//! Mails: who wrote to whom, when and about what, the text, and the names of what is attached.

use mail_parser::{Address, MessageParser, MessagePart, MimeHeaders as _};
use mezzofy_domain::reading::{FileKind, Locator, Reading, ReadingError, ReadingPart};

use crate::html;

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let message = MessageParser::default().parse(bytes).ok_or(ReadingError::Damaged)?;
    let mut head = Vec::new();
    for (name, address) in [("From", message.from()), ("To", message.to()), ("Cc", message.cc())] {
        if let Some(address) = address {
            head.push(format!("{name}: {}", listed(address)));
        }
    }
    head.extend(message.date().map(|date| format!("Date: {}", date.to_rfc3339())));
    head.extend(message.subject().map(|subject| format!("Subject: {subject}")));
    let names: Vec<String> =
        message.attachments().map(|part| part.attachment_name().unwrap_or("without a name").to_owned()).collect();
    if !names.is_empty() {
        head.push(format!("Attachments: {}", names.join(", ")));
    }
    if head.is_empty() {
        return Err(ReadingError::Damaged);
    }
    let mut parts = vec![ReadingPart { locator: Locator::Begin, text: head.join("\n") }];
    let as_html = message.html_body.first().and_then(|at| message.part(*at)).is_some_and(MessagePart::is_text_html);
    if as_html && let Some(body) = message.body_html(0) {
        parts.extend(html::parts(&body)?);
    } else if let Some(body) = message.body_text(0) {
        parts.push(ReadingPart { locator: Locator::Begin, text: body.into_owned() });
    }
    Ok(Reading::new(FileKind::Mail, 1, parts))
}

fn listed(address: &Address<'_>) -> String {
    let one = |(name, address): (Option<&str>, Option<&str>)| match (name, address) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    address.iter().map(|it| one((it.name(), it.address()))).collect::<Vec<_>>().join(", ")
}
