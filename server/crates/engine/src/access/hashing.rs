//! The hashes of passwords and recovery codes: the one place that calls argon2, so that a few are at work at once and a few
//! more wait, whoever asks.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Hashes at work at once. Each takes 19 MiB and a processor.
pub const MAX_HASHES_AT_ONCE: usize = 4;
/// Hashes that wait for their turn; more are refused.
pub const MAX_HASHES_WAITING: usize = 64;
/// So many take about a second.
const RETRY_AFTER_SECONDS: u64 = 2;
/// What a password is checked against where nobody has the address.
const HASH_OF_NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bWV6em9meS1ub2JvZHk$ZJ1kCwQmS8rS3qv9PkI1fCBSJxkLUKqbEi8bGVJkX0g";
const RECOVERY_CODE_HASH_BYTES: usize = 32;

/// Why nothing was hashed.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// As many as may are waiting already.
    #[error(
        "Too many passwords are being checked at the moment. Nothing was done. Try again in {retry_after_seconds} seconds."
    )]
    Busy {
        /// When it is worth trying again.
        retry_after_seconds: u64,
    },
    /// A fault of ours.
    #[error("the hash could not be computed: {0}")]
    Failed(String),
}

/// Computes hashes. Cheap to clone.
#[derive(Clone)]
pub struct Hashing {
    tasks: TaskTracker,
    /// At work or waiting.
    places: Arc<Semaphore>,
    /// At work.
    permits: Arc<Semaphore>,
    memories: Arc<Memories>,
}

/// The memory that hashes work in. It is kept and lent out again: what the allocator keeps for a thread that it freed on would
/// else add up over the many threads of a server.
#[derive(Default)]
struct Memories {
    free: Mutex<Vec<Vec<Block>>>,
}

impl Memories {
    fn take(&self) -> Vec<Block> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, memory: Vec<Block>) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}

/// A place among those who are hashed for or wait for it.
pub struct Place {
    _place: OwnedSemaphorePermit,
}

impl Hashing {
    /// Its threads are waited for by these tasks.
    #[must_use]
    pub fn new(tasks: TaskTracker) -> Self {
        Self {
            tasks,
            places: Arc::new(Semaphore::new(MAX_HASHES_AT_ONCE + MAX_HASHES_WAITING)),
            permits: Arc::new(Semaphore::new(MAX_HASHES_AT_ONCE)),
            memories: Arc::default(),
        }
    }

    /// Takes a place, or says that there is none.
    pub fn place(&self) -> Result<Place, HashingError> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| HashingError::Busy { retry_after_seconds: RETRY_AFTER_SECONDS })?;
        Ok(Place { _place: place })
    }

    /// Whether the password is that of the hash. Without a hash (nobody has the address) it takes the same time and is false.
    pub async fn check_password(
        &self,
        place: Place,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, HashingError> {
        self.work(place, move |memory| check_password(memory, &password, hash.as_deref())).await
    }

    /// The argon2id hash of a password with a salt of its own, as PHC text.
    pub async fn hash_password(&self, password: String) -> Result<String, HashingError> {
        self.work(self.place()?, move |memory| hash_password(memory, &password)).await?.map_err(HashingError::Failed)
    }

    /// The argon2id hashes of recovery codes, salted with their owner, so that a code is found by its hash. Each takes as long as
    /// a password: forty bits would not withstand a quick one.
    pub async fn hash_recovery_codes(&self, codes: Vec<String>, owner: Uuid) -> Result<Vec<Vec<u8>>, HashingError> {
        let hash_all = move |memory: &mut Vec<Block>| {
            codes.iter().map(|code| hash_recovery_code(memory, code, owner)).collect::<Result<_, _>>()
        };
        self.work(self.place()?, hash_all).await?.map_err(HashingError::Failed)
    }

    /// How many hashes could begin at this moment.
    #[must_use]
    pub fn free_permits(&self) -> usize {
        self.permits.available_permits()
    }

    /// How much memory was ever taken, in hashes: it is kept for the next ones.
    #[must_use]
    pub fn memories_kept(&self) -> usize {
        self.memories.free.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Does the work on a thread of its own once it may. Who asks and goes away leaves the permit with the work.
    async fn work<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let failed = |error: &dyn std::fmt::Display| HashingError::Failed(error.to_string());
        let permit = self.permits.clone().acquire_owned().await.map_err(|error| failed(&error))?;
        let memories = self.memories.clone();
        let working = self.tasks.spawn_blocking(move || {
            let mut memory = memories.take();
            let done = work(&mut memory);
            memories.give_back(memory);
            drop((permit, place));
            done
        });
        working.await.map_err(|error| failed(&error))
    }
}

fn hash_password(memory: &mut Vec<Block>, password: &str) -> Result<String, String> {
    let (params, salt) = (Params::default(), Salt::generate());
    let hash = derive(memory, &Argon2::from(&params), password, &salt, Params::DEFAULT_OUTPUT_LEN)?;
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(&params).map_err(|error| error.to_string())?,
        salt: Some(salt),
        hash: Some(Output::new(&hash).map_err(|error| error.to_string())?),
    };
    Ok(hash.to_string())
}

fn check_password(memory: &mut Vec<Block>, password: &str, hash: Option<&str>) -> bool {
    matches(memory, password, hash.unwrap_or(HASH_OF_NOBODY)).unwrap_or(false) && hash.is_some()
}

/// Whether it is the password of a hash, by the hash's own algorithm and costs. Two outputs are compared in constant time.
fn matches(memory: &mut Vec<Block>, password: &str, hash: &str) -> Result<bool, String> {
    let text = |error: argon2::password_hash::Error| error.to_string();
    let stored = PasswordHash::new(hash).map_err(|error| error.to_string())?;
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(text)?;
    let version = stored.version.map(Version::try_from).transpose().map_err(|error| error.to_string())?;
    let params = Params::try_from(&stored).map_err(text)?;
    let argon2 = Argon2::new(algorithm, version.unwrap_or_default(), params);
    let computed = derive(memory, &argon2, password, &salt, expected.len())?;
    Ok(Output::new(&computed).map_err(|error| error.to_string())? == expected)
}

fn hash_recovery_code(memory: &mut Vec<Block>, code: &str, owner: Uuid) -> Result<Vec<u8>, String> {
    derive(memory, &Argon2::default(), code, owner.as_bytes(), RECOVERY_CODE_HASH_BYTES)
}

/// What argon2 makes of a text, so many bytes of it.
fn derive(
    memory: &mut Vec<Block>,
    argon2: &Argon2<'_>,
    text: &str,
    salt: &[u8],
    bytes: usize,
) -> Result<Vec<u8>, String> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let mut hash = vec![0; bytes];
    let derived = argon2.hash_password_into_with_memory(text.as_bytes(), salt, &mut hash, memory.as_mut_slice());
    derived.map(|()| hash).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};
    use futures_util::FutureExt as _;
    use futures_util::future::join_all;

    use super::*;

    #[test]
    fn only_the_right_password_passes_and_nobody_has_none() {
        let memory = &mut Vec::new();
        let hash = hash_password(memory, "correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(check_password(memory, "correct horse", Some(&hash)));
        assert!(!check_password(memory, "wrong horse", Some(&hash)));
        assert!(!check_password(memory, "correct horse", None));
        assert!(!check_password(memory, "correct horse", Some("no hash")));
    }

    #[test]
    fn hashes_are_those_of_the_library_also_in_memory_that_was_used_before() {
        let memory = &mut Vec::new();
        for password in ["one", "two", "老虎跑得快"] {
            let ours = hash_password(memory, password).unwrap();
            assert_eq!(Argon2::default().verify_password(password.as_bytes(), ours.as_str()), Ok(()));
            let theirs = Argon2::default().hash_password(password.as_bytes()).unwrap().to_string();
            assert!(check_password(memory, password, Some(&theirs)));
        }
    }

    #[test]
    fn a_recovery_code_has_one_hash_for_its_owner_and_another_for_others() {
        let memory = &mut Vec::new();
        let (ana, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let hash = hash_recovery_code(memory, "7gk2-x9wd", ana).unwrap();
        assert_eq!(hash_recovery_code(memory, "7gk2-x9wd", ana).unwrap(), hash);
        assert_ne!(hash_recovery_code(memory, "7gk2-x9wd", ben).unwrap(), hash);
        assert_ne!(hash_recovery_code(memory, "7gk2-x9we", ana).unwrap(), hash);
        let mut plain = vec![0; RECOVERY_CODE_HASH_BYTES];
        Argon2::default().hash_password_into(b"7gk2-x9wd", ana.as_bytes(), &mut plain).unwrap();
        assert_eq!(hash, plain);
    }

    #[tokio::test]
    async fn four_hash_at_once_sixty_four_wait_and_one_more_is_refused_at_once() {
        let hashing = Hashing::new(TaskTracker::new());
        let (start, begin) = std::sync::mpsc::channel::<()>();
        let begin = Arc::new(Mutex::new(begin));
        let mut tries: Vec<_> = (0..MAX_HASHES_AT_ONCE + MAX_HASHES_WAITING)
            .map(|_| {
                let begin = begin.clone();
                Box::pin(hashing.work(hashing.place().unwrap(), move |memory| {
                    memory.resize(1, Block::new());
                    begin.lock().unwrap().recv().unwrap();
                }))
            })
            .collect();
        assert!(tries.iter_mut().all(|hashed| hashed.now_or_never().is_none()), "none has ended");
        assert_eq!(hashing.free_permits(), 0);
        assert!(matches!(hashing.hash_password("one more".to_owned()).await, Err(HashingError::Busy { .. })));
        for _ in 0..tries.len() {
            start.send(()).unwrap();
        }
        assert!(join_all(tries).await.into_iter().all(|hashed| hashed.is_ok()));
        assert!(hashing.memories_kept() <= MAX_HASHES_AT_ONCE, "{}", hashing.memories_kept());
        assert_eq!(hashing.free_permits(), MAX_HASHES_AT_ONCE);
        assert!(hashing.place().is_ok());
    }
}
