//! What the tests of several crates share; nothing that runs for people depends on it. In place of a model's provider there is
//! an HTTP server that speaks both protocols and checks every request: it shares no type of the wire with the clients, so that
//! a mistake there isn't mirrored here. And there is a PostgreSQL for each test process.

pub mod answer;
pub mod checks;
pub mod postgres;
pub mod replay;

pub use answer::{Answer, Chop, Fault};
pub use replay::Replay;
