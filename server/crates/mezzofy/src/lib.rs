//! The commands, and the server put together from its crates. The only crate that knows all the others.

pub mod cli;
pub mod connections;
pub mod demo;
mod local365;
pub mod serve;
