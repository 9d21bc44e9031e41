//! Documents: what they say (`doc`), how a financial statement becomes one (`statement`), and printing them as PDF
//! (`press`) with the looks of the brand folder.

pub mod content;
pub mod doc;
pub mod markdown;
pub mod office;
pub mod press;
pub mod reports;
pub mod sheets;
pub mod statement;

pub use doc::Doc;
pub use press::{Pdf, Press, PressError};
