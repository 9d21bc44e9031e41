//! One booking and the hashes that tell whether books are the same.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::Account;
use crate::canonical::sha256_hex;

/// What the id of a year-end closing entry begins with. Profit and loss leaves such entries out.
pub const CLOSING_PREFIX: &str = "CLOSE";

/// One booking: lines whose debits and credits are equal in each currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The id the books give it.
    pub id: String,
    /// The day it counts for.
    pub date: NaiveDate,
    /// Its postings, in the order of the file.
    pub lines: Vec<EntryLine>,
}

/// One posting. One of `debit` and `credit` is zero; neither is negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryLine {
    /// Where it is posted, in which currency.
    pub account: Account,
    /// At most four decimals.
    pub debit: Decimal,
    /// At most four decimals.
    pub credit: Decimal,
    /// What the books say about it; may be empty.
    pub description: String,
}

impl Entry {
    /// Whether it closes a year, see [`CLOSING_PREFIX`].
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.id.starts_with(CLOSING_PREFIX)
    }

    /// Lower-case hex SHA-256 over everything the entry says: id, date and each line's account (code, name, type), amounts,
    /// currency and description. The order of the lines and trailing zeros (`10.00`, `10`) make no difference.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut lines: Vec<Vec<u8>> = self.lines.iter().map(EntryLine::canonical).collect();
        lines.sort_unstable();
        let mut content = Vec::new();
        put(&mut content, &self.id);
        put(&mut content, &self.date.to_string());
        for line in lines {
            content.extend_from_slice(&line);
        }
        sha256_hex(&content)
    }
}

impl EntryLine {
    /// Debit as positive, credit as negative.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.debit - self.credit
    }

    fn canonical(&self) -> Vec<u8> {
        let mut line = Vec::new();
        put(&mut line, &self.account.code);
        put(&mut line, &self.account.name);
        put(&mut line, self.account.kind.code());
        put(&mut line, &self.debit.normalize().to_string());
        put(&mut line, &self.credit.normalize().to_string());
        put(&mut line, &self.account.currency);
        put(&mut line, &self.description);
        line
    }
}

/// Each text after its length, so that no two contents run into the same bytes.
fn put(content: &mut Vec<u8>, text: &str) {
    content.extend_from_slice(&(text.len() as u64).to_be_bytes());
    content.extend_from_slice(text.as_bytes());
}

/// The hash over a whole ledger, fed one entry at a time in the byte order of the ids (`ORDER BY entry_id COLLATE "C"`).
#[derive(Debug, Clone, Default)]
pub struct StateHash {
    digest: Sha256,
}

impl StateHash {
    /// Adds the next entry by its id and [`Entry::content_hash`].
    pub fn add(&mut self, entry_id: &str, content_hash: &str) {
        for text in [entry_id, content_hash] {
            self.digest.update((text.len() as u64).to_be_bytes());
            self.digest.update(text.as_bytes());
        }
    }

    /// Lower-case hex SHA-256 over what was added.
    #[must_use]
    pub fn finish(self) -> String {
        hex::encode(self.digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AccountType;

    fn line(code: &str, debit: &str, credit: &str) -> EntryLine {
        let account =
            Account { code: code.into(), name: "Name".into(), kind: AccountType::Asset, currency: "SGD".into() };
        let amount = |text: &str| text.parse().unwrap();
        EntryLine { account, debit: amount(debit), credit: amount(credit), description: String::new() }
    }

    fn entry(lines: Vec<EntryLine>) -> Entry {
        Entry { id: "7".into(), date: NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(), lines }
    }

    #[test]
    fn row_order_and_trailing_zeros_are_the_same_content() {
        let one = entry(vec![line("1", "10.00", "0"), line("2", "0", "10")]);
        let other = entry(vec![line("2", "0", "10.0000"), line("1", "10", "0.00")]);
        assert_eq!(one.content_hash(), other.content_hash());
    }

    #[test]
    fn every_part_of_an_entry_is_in_its_hash() {
        let base = entry(vec![line("1", "10", "0"), line("2", "0", "10")]);
        let edits: [fn(&mut Entry); 8] = [
            |e| e.id.push('x'),
            |e| e.date = e.date.succ_opt().unwrap(),
            |e| e.lines[0].account.code.push('1'),
            |e| e.lines[0].account.name.push('x'),
            |e| e.lines[0].account.kind = AccountType::Expense,
            |e| e.lines[0].account.currency = "USD".into(),
            |e| e.lines[0].debit = Decimal::ONE,
            |e| e.lines[0].description.push('x'),
        ];
        for (place, edit) in edits.into_iter().enumerate() {
            let mut changed = base.clone();
            edit(&mut changed);
            assert_ne!(changed.content_hash(), base.content_hash(), "edit {place}");
        }
    }

    #[test]
    fn the_state_hash_tells_ledgers_apart() {
        let hash = |entries: &[(&str, &str)]| {
            let mut state = StateHash::default();
            for (id, content) in entries {
                state.add(id, content);
            }
            state.finish()
        };
        assert_eq!(hash(&[("1", "a"), ("2", "b")]), hash(&[("1", "a"), ("2", "b")]));
        assert_ne!(hash(&[("1", "a"), ("2", "b")]), hash(&[("1", "a")]));
        assert_ne!(hash(&[("1", "ab")]), hash(&[("1a", "b")]));
        assert_eq!(hash(&[]), sha256_hex(b""));
    }
}
