//! `secrets`: the key that secrets in the database are sealed with, with the server running or stopped.

use clap::Subcommand;

use mezzofy_engine::clock::Clock;
use mezzofy_engine::config::Config;
use mezzofy_engine::database::{Database, full};
use mezzofy_engine::sealing::{self, RotationReport};

use super::say;

#[derive(Subcommand)]
pub(super) enum What {
    /// Seals every secret with a new key and removes the old one; with keys of `ENCRYPTION_KEY`, seals with the first of them
    Rotate,
}

pub(super) async fn run(config: &Config, what: What) -> Result<(), String> {
    let What::Rotate = what;
    let database = Database::visit(config).await?;
    let now = Clock::system(config.now).now();
    let rotated = sealing::rotate(&database.store, &config.encryption, now).await;
    database.close().await;
    let RotationReport { resealed, kept, removable } = rotated.map_err(|error| full(&error))?;
    let secrets = if resealed == 1 { "1 secret".to_owned() } else { format!("{resealed} secrets") };
    say(&match (kept, removable) {
        (true, _) => format!("sealed {secrets} with a new key; the old one is removed"),
        (false, 0) => format!(
            "sealed {secrets} anew: ENCRYPTION_KEY has one key, which has sealed everything. To change it put a new one in front, restart the servers and run this again"
        ),
        (false, 1) => format!("sealed {secrets} with the first key of ENCRYPTION_KEY; the second one can be removed"),
        (false, _) => format!("sealed {secrets} with the first key of ENCRYPTION_KEY; all others can be removed"),
    });
    Ok(())
}
