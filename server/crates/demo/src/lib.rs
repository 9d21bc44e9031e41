//! The demo company: its books, leads, tickets and campaigns, all made up and the same every time, and a web on loopback with
//! companies to find. It stores nothing, and no crate below the server knows it.

pub mod campaigns;
pub mod leads;
pub mod ledger;
mod merchants;
mod prospects;
mod random;
pub mod site;
pub mod tickets;
