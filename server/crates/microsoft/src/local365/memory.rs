//! Storage that is gone with the process: for tests.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use super::storage::{Document, Find, Mailbox, Storage, StorageError};

/// Storage in memory. Clones share it, so a test keeps one to look into.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    mailboxes: Vec<Mailbox>,
    documents: BTreeMap<(String, Uuid), Document>,
    blobs: HashMap<Uuid, Vec<u8>>,
}

impl Memory {
    /// Storage with these mailboxes, all empty.
    pub fn new(mailboxes: impl IntoIterator<Item = Mailbox>) -> Self {
        let kept = Kept { mailboxes: mailboxes.into_iter().collect(), ..Kept::default() };
        Self(Arc::new(Mutex::new(kept)))
    }

    /// Everything in a folder, newest first.
    #[must_use]
    pub fn folder(&self, mailbox: &str, folder: &str) -> Vec<Document> {
        let find = Find { mailbox, folders: &[folder], tag: None, skip: 0, limit: i64::MAX };
        self.kept().find(&find)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&self, find: &Find<'_>) -> Vec<Document> {
        let wanted = |it: &&Document| {
            it.mailbox == find.mailbox
                && find.folders.contains(&it.folder.as_str())
                && find.tag.is_none_or(|tag| it.tags.iter().any(|have| have == tag))
        };
        let mut found: Vec<_> = self.documents.values().filter(wanted).cloned().collect();
        found.sort_by_key(|it| std::cmp::Reverse((it.at, it.id)));
        let number = |n: i64| usize::try_from(n).unwrap_or_default();
        found.into_iter().skip(number(find.skip)).take(number(find.limit)).collect()
    }
}

#[async_trait]
impl Storage for Memory {
    async fn mailbox(&self, user: &str) -> Result<Option<Mailbox>, StorageError> {
        let user = user.to_lowercase();
        Ok(self.kept().mailboxes.iter().find(|it| it.address == user).cloned())
    }

    async fn get(&self, mailbox: &str, id: Uuid) -> Result<Option<Document>, StorageError> {
        Ok(self.kept().documents.get(&(mailbox.to_owned(), id)).cloned())
    }

    async fn find(&self, find: Find<'_>) -> Result<Vec<Document>, StorageError> {
        Ok(self.kept().find(&find))
    }

    async fn save(&self, documents: &[Document]) -> Result<(), StorageError> {
        let mut kept = self.kept();
        let key = |it: &Document| (it.mailbox.clone(), it.id);
        let follows = |it: &Document| kept.documents.get(&key(it)).map_or(0, |old| old.version) == it.version - 1;
        if !documents.iter().all(follows) {
            return Err(StorageError::Conflict);
        }
        kept.documents.extend(documents.iter().map(|it| (key(it), it.clone())));
        Ok(())
    }

    async fn put_blob(&self, id: Uuid, bytes: &[u8]) -> Result<(), StorageError> {
        self.kept().blobs.insert(id, bytes.to_vec());
        Ok(())
    }

    async fn blob(&self, id: Uuid) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.kept().blobs.get(&id).cloned())
    }
}
