//! What several rooms show of the same thing: routes answer it, and events carry it.

mod file;
mod message;
mod usage;

pub use file::FileView;
pub use message::MessageView;
pub use usage::{UsageView, micro_usd};
