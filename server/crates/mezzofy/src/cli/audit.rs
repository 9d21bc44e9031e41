//! `audit`: whether the audit log is what was written, with the server running or stopped.

use clap::Subcommand;
use mezzofy_domain::audit::Head;
use mezzofy_store::audit;

use mezzofy_engine::config::Config;
use mezzofy_engine::database::{Database, full};

use super::say;

#[derive(Subcommand)]
pub(super) enum What {
    /// Walks along the whole log; says how many entries it has and its last hash, or which entry is the first that is not as it was written
    Verify,
}

pub(super) async fn run(config: &Config, what: What) -> Result<(), String> {
    let What::Verify = what;
    let database = Database::visit(config).await?;
    let verified = audit::verify(&database.store).await;
    database.close().await;
    let Head { number, hash } = verified.map_err(|error| full(&error))?.map_err(|broken| broken.to_string())?;
    let entries = if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") };
    say(&format!("the audit log is whole: {entries}, last hash {hash}"));
    Ok(())
}
