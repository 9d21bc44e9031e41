//! What the product does, through its real routes, worker and database.

mod app;
mod conversations;
#[cfg(feature = "failpoints")]
mod crash;
mod events;
mod ledger;
mod requests;
mod sign_in;
mod statement;
