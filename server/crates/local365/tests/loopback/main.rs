//! The Graph client against local365 over real loopback HTTP, with faults on order and a clock that waits in no time.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees only #[test] functions as tests")]

mod calendar;
mod late;
mod once;
mod rules;
mod schema;
mod teams;
mod tenant;
mod tokens;
mod uploads;
