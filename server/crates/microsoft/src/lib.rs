//! Microsoft 365: the Graph client, mail, messages and events that go out once, and `local365`, the Graph-compatible service that stands
//! where no tenant is configured. It knows nothing of runs, of PostgreSQL or of the configuration's files.

pub mod calendar;
pub mod clock;
pub mod graph;
pub mod local365;
pub mod mail;
pub mod teams;
