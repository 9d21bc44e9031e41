//! All SQL, the embedded PostgreSQL, the queue, Redis and the file storage. It knows the domain's types and nothing above them.

pub mod approvals;
pub mod audit;
pub mod budgets;
pub mod campaigns;
pub mod conversations;
pub mod effects;
pub mod embedded;
pub mod events;
pub mod file_storage;
pub mod files;
pub mod jobs;
pub mod knowledge;
pub mod leads;
pub mod ledger;
pub mod local365;
pub mod memories;
pub mod messages;
pub mod model_calls;
pub mod page;
pub mod people;
pub mod redis;
pub mod reporting;
pub mod runs;
pub mod schedules;
mod scope;
pub mod sealed;
pub mod second_factors;
pub mod sessions;
pub mod standing_approvals;
mod store;
pub mod tickets;
pub mod webhooks;

pub use scope::Scope;
pub use store::{Connection, Store, StoreError, Tx, commit};
