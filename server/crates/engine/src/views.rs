//! What several rooms show of the same thing: routes answer it, and events carry it.

mod file;
mod message;

pub use file::FileView;
pub use message::MessageView;
