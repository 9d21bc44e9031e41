//! Whose mailbox a request is about, and the messages in it.

use crate::ids;
use crate::message::{FOLDERS, StoredMessage};
use crate::refusal::Refusal;
use crate::state::Local365;
use crate::storage::{Document, Mailbox};

impl Local365 {
    pub(crate) async fn mailbox(&self, user: &str) -> Result<Mailbox, Refusal> {
        let found = self.0.storage.mailbox(user).await?;
        found.ok_or_else(|| Refusal::new(404, "ErrorInvalidUser", format!("The requested user '{user}' is invalid.")))
    }

    /// The message of that id. A regular id that was given out before a move finds nothing.
    pub(crate) async fn message(&self, mailbox: &Mailbox, id: &str) -> Result<(Document, StoredMessage), Refusal> {
        let malformed = || Refusal::new(400, "ErrorInvalidIdMalformed", "Id is malformed.");
        let item = ids::parse(id).ok_or_else(malformed)?;
        let document = self.0.storage.get(&mailbox.address, item.id).await?.ok_or_else(Refusal::item_not_found)?;
        if !FOLDERS.contains(&document.folder.as_str()) {
            return Err(Refusal::item_not_found());
        }
        let message = StoredMessage::of(&document)?;
        if item.holds(message.moves) { Ok((document, message)) } else { Err(Refusal::item_not_found()) }
    }
}
