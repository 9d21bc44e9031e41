//! The parsers of what people upload, of mails and of web pages. Parsers of others may fail in any way: only `mezzofy-read`, a child process with
//! little memory and time, runs them, and limits here keep the rest bounded. The server knows what was read by `mezzofy_domain::reading`.

mod archive;
mod csv;
mod html;
mod mail;
mod merge;
mod pdf;
mod picture;
mod read;
mod slides;
mod table;
mod text;
mod word;
mod workbook;
mod xml;

pub use merge::{NamedPdf, merge};
pub use picture::draw;
pub use read::read;
