//! Microsoft 365: the Graph client, mail that goes out once, and `local365`, the Graph-compatible service that stands
//! where no tenant is configured. It knows nothing of runs, of PostgreSQL or of the configuration's files.

pub mod clock;
pub mod graph;
pub mod local365;
pub mod mail;
pub mod teams;
