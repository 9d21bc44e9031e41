//! The ids that a client sees. A regular id changes when the message moves, an immutable one doesn't; both are made of
//! the document's id, so nothing needs to be looked up.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

const REGULAR_PREFIX: &str = "AAMkAG";
const IMMUTABLE_PREFIX: &str = "AAkALg";

/// An id as a client gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ItemId {
    pub(crate) id: Uuid,
    /// After how many moves a regular id was given out; none for an immutable one.
    moves: Option<u8>,
}

impl ItemId {
    /// Whether the id still names the message after that many moves.
    pub(crate) fn holds(self, moves: u8) -> bool {
        self.moves.is_none_or(|then| then == moves)
    }
}

pub(crate) fn format(id: Uuid, moves: u8, immutable: bool) -> String {
    let mut bytes = id.as_bytes().to_vec();
    if immutable {
        return format!("{IMMUTABLE_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
    }
    bytes.push(moves);
    format!("{REGULAR_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

pub(crate) fn parse(text: &str) -> Option<ItemId> {
    if let Some(rest) = text.strip_prefix(IMMUTABLE_PREFIX) {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(rest).ok()?;
        return Some(ItemId { id: Uuid::from_slice(&bytes).ok()?, moves: None });
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.strip_prefix(REGULAR_PREFIX)?).ok()?;
    let (moves, id) = bytes.split_last()?;
    Some(ItemId { id: Uuid::from_slice(id).ok()?, moves: Some(*moves) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_id_ends_with_a_move_and_an_immutable_one_does_not() {
        let id = Uuid::from_u128(0x0192_1111_2222_7333_8444_5555_6666_7777);
        let regular = parse(&format(id, 0, false)).unwrap();
        let immutable = parse(&format(id, 0, true)).unwrap();
        assert_eq!((regular.id, immutable.id), (id, id));
        assert!(regular.holds(0) && !regular.holds(1));
        assert!(immutable.holds(0) && immutable.holds(1));
    }

    #[test]
    fn any_other_text_is_no_id() {
        for text in ["", "AAMkAG", "AAkALg!!", "AAkALgAAAA", "inbox"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
