//! The bytes of files, under their SHA-256: the same bytes are kept once and never change.

use std::path::Path;
use std::sync::Arc;

use mezzofy_domain::canonical::sha256_hex;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::StoreError;

/// Where the bytes are.
#[derive(Debug, Clone)]
pub struct FileStorage {
    objects: Arc<dyn ObjectStore>,
}

impl FileStorage {
    /// A folder on disk, made when it is not there.
    pub fn on_disk(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|source| object_store::Error::Generic { store: "disk", source: source.into() })?;
        Ok(Self { objects: Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true)) })
    }

    /// Stores bytes and answers their SHA-256 in lower-case hex. Storing the same again changes nothing.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String, StoreError> {
        let sha256 = sha256_hex(&bytes);
        self.objects.put(&place(&sha256), bytes.into()).await?;
        Ok(sha256)
    }

    /// Whether the bytes are there; an error where not.
    pub async fn check(&self, sha256: &str) -> Result<(), StoreError> {
        Ok(self.objects.head(&place(sha256)).await.map(drop)?)
    }

    /// Removes bytes; that they are gone already is no error.
    pub(crate) async fn delete(&self, sha256: &str) -> Result<(), StoreError> {
        match self.objects.delete(&place(sha256)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// All bytes of a file.
    pub async fn get(&self, sha256: &str) -> Result<Vec<u8>, StoreError> {
        Ok(self.objects.get(&place(sha256)).await?.bytes().await?.into())
    }

    /// The bytes of a file from `start` up to, not including, `end`.
    pub async fn range(&self, sha256: &str, start: u64, end: u64) -> Result<Vec<u8>, StoreError> {
        Ok(self.objects.get_range(&place(sha256), start..end).await?.into())
    }
}

fn place(sha256: &str) -> ObjectPath {
    let folder: String = sha256.chars().take(2).collect();
    ObjectPath::from_iter([folder.as_str(), sha256])
}
