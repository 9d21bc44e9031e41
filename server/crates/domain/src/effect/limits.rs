//! What holds for the texts, recipients and files of every payload when it is proposed, edited and sent. What is stored is read
//! without: it may be older than a rule.

use super::address::is_address;
use super::payload::PayloadError;
use crate::file::Attachment;
use crate::invisible;

/// Recipients at most; of copies as many again.
pub const MAX_RECIPIENTS: usize = 50;
/// Characters of a subject or a title at most.
pub const MAX_LINE_CHARS: usize = 255;
/// Characters of a mail's text at most.
pub const MAX_MAIL_CHARS: usize = 50_000;
/// Characters of what is posted in Teams at most.
pub const MAX_POST_CHARS: usize = 20_000;
/// Characters of an event's text at most.
pub const MAX_EVENT_CHARS: usize = 20_000;
/// Files of a mail at most.
pub const MAX_MAIL_FILES: usize = 20;
/// Files of a post at most.
pub const MAX_POST_FILES: usize = 10;

/// Addresses, and not too many.
pub(super) fn check_addresses(addresses: &[String]) -> Result<(), PayloadError> {
    if let Some(bad) = addresses.iter().find(|address| !is_address(address)) {
        return Err(PayloadError::BadAddress(bad.clone()));
    }
    if addresses.len() > MAX_RECIPIENTS { Err(PayloadError::TooManyRecipients) } else { Ok(()) }
}

/// Whether the text is one line, all of which can be seen: more could smuggle a header, or show another subject than is sent.
pub(super) fn is_line(text: &str) -> bool {
    text.chars().count() <= MAX_LINE_CHARS && invisible::in_line(text).is_none()
}

/// A text of this length that reads as it is written.
pub(super) fn check_text(text: &str, max_chars: usize) -> Result<(), PayloadError> {
    if text.chars().count() > max_chars {
        return Err(PayloadError::TooLong(max_chars));
    }
    match invisible::in_text(text) {
        Some(c) => Err(PayloadError::HiddenCharacter(u32::from(c))),
        None => Ok(()),
    }
}

/// Files whose names can be seen, and not too many.
pub(super) fn check_files(files: &[Attachment], max_files: usize) -> Result<(), PayloadError> {
    if files.len() > max_files {
        return Err(PayloadError::TooManyFiles(max_files));
    }
    match files.iter().find(|file| !is_line(&file.name)) {
        Some(file) => Err(PayloadError::HiddenFileName(invisible::without(&file.name))),
        None => Ok(()),
    }
}
