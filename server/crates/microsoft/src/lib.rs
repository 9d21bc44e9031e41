//! Microsoft 365: the Graph client, and mail, messages and events that go out once. It knows nothing of runs, of PostgreSQL or of the
//! configuration's files.

pub mod calendar;
pub mod clock;
pub mod graph;
pub mod mail;
pub mod teams;
