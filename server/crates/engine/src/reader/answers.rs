//! What `mezzofy-read` has answered lately, by what it was asked: the same file is not read again, nor is one that took all its time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::reading::ReadingError;

/// Bytes of all answers that are kept.
const MAX_KEPT_BYTES: usize = 64 * 1024 * 1024;
/// What an answer counts for at least.
const MIN_ANSWER_BYTES: usize = 1024;
/// After this a file that took too much is tried again: it may have been the machine.
const REFUSAL_LIFETIME: Duration = Duration::from_mins(10);

/// What a program answered, or that it took more than it may.
pub(super) type Answer = Result<Arc<Vec<u8>>, ReadingError>;

#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    answers: HashMap<String, KeptAnswer>,
    bytes: usize,
    /// Counts the looks.
    looks: u64,
}

#[derive(Debug)]
struct KeptAnswer {
    answer: Answer,
    looked_at: u64,
    until: Option<Instant>,
}

/// What stands for a question: its arguments and the hash of its bytes.
pub(super) fn key(arguments: &[&str], bytes: &[u8]) -> String {
    format!("{}\n{}", arguments.join(" "), sha256_hex(bytes))
}

fn size(answer: &Answer) -> usize {
    answer.as_ref().map_or(0, |answer| answer.len()).max(MIN_ANSWER_BYTES)
}

impl Answers {
    pub(super) fn get(&self, key: &str, now: Instant) -> Option<Answer> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.looks += 1;
        let looks = kept.looks;
        let found = kept.answers.get_mut(key).filter(|kept| kept.until.is_none_or(|until| now < until))?;
        found.looked_at = looks;
        Some(found.answer.clone())
    }

    /// Keeps an answer, in the place of those that nobody has looked at for longest.
    pub(super) fn put(&self, key: String, answer: Answer, now: Instant) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.looks += 1;
        let until = answer.is_err().then(|| now + REFUSAL_LIFETIME);
        kept.bytes += size(&answer);
        let new = KeptAnswer { answer, looked_at: kept.looks, until };
        if let Some(before) = kept.answers.insert(key, new) {
            kept.bytes -= size(&before.answer);
        }
        while kept.bytes > MAX_KEPT_BYTES {
            let oldest = kept.answers.iter().min_by_key(|(_, kept)| kept.looked_at).map(|(key, _)| key.clone());
            let Some(gone) = oldest.and_then(|oldest| kept.answers.remove(&oldest)) else { break };
            kept.bytes -= size(&gone.answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_answered_is_kept_while_there_is_room_and_what_took_too_much_for_a_while() {
        let (answers, now) = (Answers::default(), Instant::now());
        let large = |byte| Ok(Arc::new(vec![byte; MAX_KEPT_BYTES / 3]));
        for (name, byte) in [("a", 1), ("b", 2), ("c", 3)] {
            answers.put(name.to_owned(), large(byte), now);
        }
        assert_eq!(answers.get("a", now), Some(large(1)));
        answers.put("d".to_owned(), Err(ReadingError::TooMuch), now);
        answers.put("e".to_owned(), large(5), now);
        assert_eq!(["a", "b", "c", "e"].map(|name| answers.get(name, now).is_some()), [true, false, false, true]);
        assert_eq!(answers.get("d", now), Some(Err(ReadingError::TooMuch)));
        assert_eq!(answers.get("d", now + REFUSAL_LIFETIME), None);
        assert!(answers.0.lock().unwrap().bytes <= MAX_KEPT_BYTES);
    }

    #[test]
    fn the_same_bytes_read_as_another_kind_are_another_question() {
        assert_ne!(key(&["read", "text/plain"], b"x"), key(&["read", "text/csv"], b"x"));
        assert_ne!(key(&["merge"], b"x"), key(&["merge"], b"y"));
        assert_eq!(key(&["merge"], b"x"), key(&["merge"], b"x"));
    }
}
