//! `import`: data from files, all or nothing, with the server running or stopped.

use std::path::PathBuf;

use clap::Subcommand;
use mezzofy_domain::audit::{Deed, Who};
use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::ledger::import;
use mezzofy_store::{audit, commit, ledger};

use crate::clock::Clock;
use crate::config::Config;
use crate::database::{Database, full};

use super::{bytes_of, say};

/// Bytes of an import file at most.
const LARGEST: usize = 256 * 1024 * 1024;

#[derive(Subcommand)]
pub(super) enum What {
    /// Ledger entries from a CSV file: `entry_id,date,account_code,account_name,account_type,debit,credit,currency,description`
    Ledger {
        /// The file
        file: PathBuf,
    },
}

pub(super) async fn run(config: &Config, what: What) -> Result<(), String> {
    let What::Ledger { file } = what;
    let bytes = bytes_of(&file)?;
    if bytes.len() > LARGEST {
        return Err(format!("{} is larger than {} MiB: import it in parts", file.display(), LARGEST / 1024 / 1024));
    }
    let parsed = import::parse(&bytes).map_err(|errors| format!("{}: {errors}", file.display()))?;
    let database = Database::visit(config).await?;
    let imported = async {
        let mut tx = database.store.begin().await.map_err(|error| full(&error))?;
        let imported = ledger::import(&mut tx, &parsed).await.map_err(|error| full(&error))?;
        let imported = imported.map_err(|errors| format!("{}: {errors}", file.display()))?;
        let ledger::Imported { new, known } = imported;
        let deed = Deed::LedgerImported { sha256: sha256_hex(&bytes), new, known };
        let now = Clock::system(config.now).now();
        audit::append(&mut tx, now, Who::System, &deed).await.map_err(|error| full(&error))?;
        commit(tx).await.map_err(|error| full(&error))?;
        Ok(imported)
    }
    .await;
    database.close().await;
    let ledger::Imported { new, known } = imported.map_err(|error: String| error)?;
    let entries = |count| if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
    say(&format!("imported {}; there already: {}", entries(new), entries(known)));
    Ok(())
}
