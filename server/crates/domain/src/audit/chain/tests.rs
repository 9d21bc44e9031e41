use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::id::Id;

fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_790_000_000_000_000 + micros).unwrap()
}

/// A log of so many entries, of several kinds.
fn log(length: usize) -> (Vec<ChainedEntry>, Head) {
    let (mut entries, mut head) = (Vec::new(), Head::default());
    for step in 0..length {
        let now = at(i64::try_from(step).unwrap() * 1_000_001);
        let event = match step % 3 {
            0 => AuditEvent::SignedIn { session: Id::new(now) },
            1 => AuditEvent::PersonAdded { person: Id::new(now), role: "sales_rep".to_owned() },
            _ => AuditEvent::BudgetChanged { budget: "company".to_owned(), limit: Some(250.into()) },
        };
        let actor = if step % 2 == 0 { Actor::Person(Id::new(now)) } else { Actor::System };
        let next = head.next(now, actor, &event).unwrap();
        head = Head { number: next.entry.number, hash: next.hash.clone() };
        entries.push(next);
    }
    (entries, head)
}

/// Flips one bit of a text, so that it stays a text.
fn flip(text: &mut String, bit: usize) {
    let mut bytes = std::mem::take(text).into_bytes();
    let at = bit / 7 % bytes.len();
    bytes[at] ^= 1 << (bit % 7);
    *text = String::from_utf8(bytes).unwrap();
}

/// Flips one bit of one field.
fn flip_in(stored: &mut ChainedEntry, field: usize, bit: usize) {
    let ChainedEntry { entry, hash } = stored;
    match field {
        0 => entry.number ^= 1 << (bit % 63),
        1 => entry.at = DateTime::from_timestamp_micros(entry.at.timestamp_micros() ^ (1 << (bit % 50))).unwrap(),
        2 => flip(&mut entry.who, bit),
        3 => flip(&mut entry.action, bit),
        4 => flip(&mut entry.subject_kind, bit),
        5 => flip(&mut entry.subject, bit),
        6 => {
            let mut text = entry.detail.to_string();
            flip(&mut text, bit);
            let read = serde_json::from_str(&text).ok().filter(|read| *read != entry.detail);
            entry.detail = read.unwrap_or_else(|| json!({"role": null}));
        }
        _ => flip(hash, bit),
    }
}

#[test]
fn a_log_that_nobody_touched_is_whole_and_an_empty_one_too() {
    for length in [0, 1, 2, 40] {
        let (entries, head) = log(length);
        assert_eq!(verify(&entries, head.clone()), Ok(head));
    }
}

#[test]
fn a_hash_can_be_made_again_by_anyone_who_knows_the_rule() {
    let session = "01989f2e-0000-7000-8000-000000000001".parse().unwrap();
    let next = Head::default().next(at(0), Actor::System, &AuditEvent::SignedIn { session }).unwrap();
    let zeros = "0".repeat(64);
    let text = format!(
        r#"{{"before":"{zeros}","entry":{{"action":"signed_in","at":"2026-09-21T14:13:20Z","detail":{{}},"number":1,"subject":"{session}","subject_kind":"session","who":"system"}}}}"#
    );
    assert_eq!(next.hash, canonical::sha256_hex(text.as_bytes()));
}

#[test]
fn less_than_a_microsecond_is_dropped_before_it_is_hashed() {
    let now = at(5) + chrono::TimeDelta::nanoseconds(999);
    let next =
        Head::default().next(now, Actor::System, &AuditEvent::AuditExported { action: None, person: None }).unwrap();
    assert_eq!(next.entry.at, at(5));
}

proptest! {
    #[test]
    fn a_flipped_bit_is_found_where_it_is(length in 1usize..12, which in 0usize..12, field in 0usize..8, bit in 0usize..4_000) {
        let (mut entries, head) = log(length);
        let which = which % length;
        flip_in(&mut entries[which], field, bit);
        prop_assert_eq!(verify(&entries, head), Err(ChainBreak { number: i64::try_from(which + 1).unwrap() }));
    }

    #[test]
    fn a_flipped_bit_of_the_head_is_found(length in 0usize..12, number in any::<bool>(), bit in 0usize..400) {
        let (entries, mut head) = log(length);
        if number { head.number ^= 1 << (bit % 63) } else { flip(&mut head.hash, bit) }
        prop_assert!(verify(&entries, head).is_err());
    }

    #[test]
    fn removed_entries_are_found_at_the_first_that_is_missing(length in 1usize..12, from in 0usize..12, count in 1usize..12) {
        let (mut entries, head) = log(length);
        let from = from % length;
        entries.drain(from..(from + count).min(length));
        prop_assert_eq!(verify(&entries, head), Err(ChainBreak { number: i64::try_from(from + 1).unwrap() }));
    }

    #[test]
    fn swapped_entries_are_found_with_and_without_their_numbers(length in 2usize..12, one in 0usize..12, by in 1usize..11, numbers in any::<bool>()) {
        let (mut entries, head) = log(length);
        let one = one % length;
        let other = (one + 1 + by % (length - 1)) % length;
        entries.swap(one, other);
        if numbers {
            let number = entries[one].entry.number;
            entries[one].entry.number = entries[other].entry.number;
            entries[other].entry.number = number;
        }
        prop_assert_eq!(verify(&entries, head), Err(ChainBreak { number: i64::try_from(one.min(other) + 1).unwrap() }));
    }

    #[test]
    fn an_inserted_entry_is_found_even_with_a_right_hash_of_its_own(length in 0usize..12, place in 0usize..13) {
        let (mut entries, head) = log(length);
        let place = place % (length + 1);
        let before = place.checked_sub(1).map_or_else(Head::default, |last| {
            Head { number: entries[last].entry.number, hash: entries[last].hash.clone() }
        });
        let event = AuditEvent::SignInRefused { person: None };
        entries.insert(place, before.next(at(7), Actor::System, &event).unwrap());
        let found = verify(&entries, head).unwrap_err();
        // The forged one fits to what is before it; what was there next does not fit to it.
        let place = i64::try_from(place).unwrap();
        prop_assert!(found.number == place + 1 || found.number == place + 2, "{}", found);
    }
}
