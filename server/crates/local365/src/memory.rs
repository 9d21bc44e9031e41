//! Storage that is gone with the process: for tests.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use crate::storage::{Document, DocumentQuery, Mailbox, Storage, StorageError};

/// Storage in memory. Clones share it, so a test keeps one to look into.
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage(Arc<Mutex<MemoryContents>>);

#[derive(Debug, Default)]
struct MemoryContents {
    mailboxes: Vec<Mailbox>,
    documents: BTreeMap<(String, Uuid), Document>,
    blobs: HashMap<Uuid, Vec<u8>>,
}

impl MemoryStorage {
    /// Storage with these mailboxes, all empty.
    pub fn new(mailboxes: impl IntoIterator<Item = Mailbox>) -> Self {
        let contents = MemoryContents { mailboxes: mailboxes.into_iter().collect(), ..MemoryContents::default() };
        Self(Arc::new(Mutex::new(contents)))
    }

    /// Everything in a folder, newest first.
    #[must_use]
    pub fn folder(&self, mailbox: &str, folder: &str) -> Vec<Document> {
        let query = DocumentQuery { mailbox, folders: &[folder], tag: None, skip: 0, limit: i64::MAX };
        self.contents().find(&query)
    }

    fn contents(&self) -> MutexGuard<'_, MemoryContents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryContents {
    fn find(&self, query: &DocumentQuery<'_>) -> Vec<Document> {
        let matches = |it: &&Document| {
            it.mailbox == query.mailbox
                && query.folders.contains(&it.folder.as_str())
                && query.tag.is_none_or(|tag| it.tags.iter().any(|have| have == tag))
        };
        let mut found: Vec<_> = self.documents.values().filter(matches).cloned().collect();
        found.sort_by_key(|it| std::cmp::Reverse((it.at, it.id)));
        let number = |n: i64| usize::try_from(n).unwrap_or_default();
        found.into_iter().skip(number(query.skip)).take(number(query.limit)).collect()
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn mailbox(&self, user: &str) -> Result<Option<Mailbox>, StorageError> {
        let user = user.to_lowercase();
        Ok(self.contents().mailboxes.iter().find(|it| it.address == user).cloned())
    }

    async fn get(&self, mailbox: &str, id: Uuid) -> Result<Option<Document>, StorageError> {
        Ok(self.contents().documents.get(&(mailbox.to_owned(), id)).cloned())
    }

    async fn find(&self, query: DocumentQuery<'_>) -> Result<Vec<Document>, StorageError> {
        Ok(self.contents().find(&query))
    }

    async fn save(&self, documents: &[Document]) -> Result<(), StorageError> {
        let mut contents = self.contents();
        let key = |it: &Document| (it.mailbox.clone(), it.id);
        let follows = |it: &Document| contents.documents.get(&key(it)).map_or(0, |old| old.version) == it.version - 1;
        if !documents.iter().all(follows) {
            return Err(StorageError::Conflict);
        }
        contents.documents.extend(documents.iter().map(|it| (key(it), it.clone())));
        Ok(())
    }

    async fn put_blob(&self, id: Uuid, bytes: &[u8]) -> Result<(), StorageError> {
        self.contents().blobs.insert(id, bytes.to_vec());
        Ok(())
    }

    async fn blob(&self, id: Uuid) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.contents().blobs.get(&id).cloned())
    }
}
