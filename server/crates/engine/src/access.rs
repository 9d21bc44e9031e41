//! Who comes in, and how often: access tokens, and counters of requests.

pub mod limiters;
pub mod tokens;
