//! What tests use in place of a model's provider: an HTTP server that speaks both protocols and checks every request. It
//! shares no type of the wire with the clients, so that a mistake there isn't mirrored here.

pub mod answer;
pub mod checks;
pub mod replay;
pub mod scripted;

pub use answer::{Answer, Chop, Fault};
pub use replay::Replay;
