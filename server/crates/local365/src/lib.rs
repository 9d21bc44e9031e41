//! A Graph-compatible service of mail, calendars and Teams for where no tenant is configured: the same routes, the same rules, the same
//! refusals. It stores through [`Storage`] and listens on loopback only. It shares no type with the client, so that a
//! mistake there isn't mirrored here. It delivers into its own mailboxes and nowhere else.

mod attachment;
mod attachments;
mod calendar;
mod caller;
mod chats;
mod clock;
mod directory;
mod drive;
mod event;
mod faults;
mod gate;
mod graph_json;
mod ids;
mod links;
mod mailbox;
mod memory;
mod message;
mod messages;
mod posts;
mod query;
mod refusal;
mod routes;
mod sending;
mod state;
mod storage;
mod teams;
mod tokens;
mod uploads;
mod wire;

pub use faults::{Fault, Faults, Operation};
pub use memory::MemoryStorage;
pub use routes::serve;
pub use state::{Config, Local365, Team};
pub use storage::{Document, DocumentQuery, Mailbox, Storage, StorageError};
