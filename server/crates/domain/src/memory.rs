//! What is remembered for a person.

/// Facts of a person at most.
pub const MAX_FACTS: i64 = 100;
/// Characters of a fact at most.
pub const MAX_FACT_CHARS: usize = 500;
