//! `import`: data from files, all or nothing, with the server running or stopped.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Subcommand;
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::crm;
use mezzofy_domain::ledger::import;
use mezzofy_domain::tickets::file as tickets_file;
use mezzofy_store::{StoreError, Tx, audit, commit, knowledge, leads, ledger, tickets};

use mezzofy_engine::clock::Clock;
use mezzofy_engine::config::Config;
use mezzofy_engine::database::{Database, full};
use mezzofy_engine::library;
use mezzofy_engine::reader::{self, Reader};

use super::{bytes_of, say};

/// Bytes of an import file at most.
const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

#[derive(Subcommand)]
pub(super) enum What {
    /// Ledger entries from a CSV file: `entry_id,date,account_code,account_name,account_type,debit,credit,currency,description`
    Ledger {
        /// The file
        file: PathBuf,
    },
    /// Leads from a CSV file: `company,contact_name,email,phone,industry,location,website,source,status,assigned_to,follow_up_date,last_contacted,opted_out,notes`
    Leads {
        /// The file
        file: PathBuf,
    },
    /// Support tickets from a CSV file: `id,created_at,customer,subject,body,category,priority,status,resolved_at,language`
    Tickets {
        /// The file
        file: PathBuf,
    },
    /// The knowledge base from a folder; a folder in it with a department's name is for that department alone
    Knowledge {
        /// The folder
        dir: PathBuf,
    },
}

/// What was done, for the log and for who asked.
struct Done {
    event: AuditEvent,
    said: String,
}

pub(super) async fn run(config: &Config, what: What) -> Result<(), String> {
    // Everything is read before the database is opened.
    let zone = config.settings.time_zone;
    let parsed = match &what {
        What::Ledger { file } => {
            let bytes = small_enough(file)?;
            let parsed = import::parse(&bytes).map_err(|errors| format!("{}: {errors}", file.display()))?;
            Parsed::Ledger(parsed, bytes)
        }
        What::Leads { file } => {
            let bytes = small_enough(file)?;
            let parsed = crm::file::parse(&bytes).map_err(|errors| format!("{}: {errors}", file.display()))?;
            Parsed::Leads(parsed, bytes)
        }
        What::Tickets { file } => {
            let bytes = small_enough(file)?;
            let parsed =
                tickets_file::parse(&bytes, &zone).map_err(|errors| format!("{}: {errors}", file.display()))?;
            Parsed::Tickets(parsed, bytes)
        }
        What::Knowledge { dir } => {
            reader::check(&config.reader)?;
            let reader = Reader::new(config.reader.clone(), reader::READING_TIMEOUT);
            Parsed::Knowledge(library::read(dir, &reader).await?)
        }
    };
    let file = match &what {
        What::Ledger { file } | What::Leads { file } | What::Tickets { file } => file,
        What::Knowledge { dir } => dir,
    };
    let database = Database::visit(config).await?;
    let now = Clock::system(config.now).now();
    let imported = async {
        let mut tx = database.store.begin().await.map_err(|error| full(&error))?;
        let Done { event, said } = store(&mut tx, parsed, file, now).await?;
        audit::append(&mut tx, now, Actor::System, &event).await.map_err(|error| full(&error))?;
        commit(tx).await.map_err(|error| full(&error))?;
        Ok(said)
    }
    .await;
    database.close().await;
    say(&imported.map_err(|error: String| error)?);
    Ok(())
}

enum Parsed {
    Ledger(import::LedgerFile, Vec<u8>),
    Leads(Vec<crm::Lead>, Vec<u8>),
    Tickets(Vec<mezzofy_domain::tickets::Ticket>, Vec<u8>),
    Knowledge(Vec<knowledge::NewDocument>),
}

async fn store(tx: &mut Tx, parsed: Parsed, file: &Path, now: DateTime<Utc>) -> Result<Done, String> {
    let text = |error: StoreError| full(&error);
    let data = |what: &str, sha256, new, known| AuditEvent::DataImported { what: what.to_owned(), sha256, new, known };
    Ok(match parsed {
        Parsed::Ledger(parsed, bytes) => {
            let imported = ledger::import(tx, &parsed).await.map_err(text)?;
            let ledger::LedgerImport { new, known } =
                imported.map_err(|errors| format!("{}: {errors}", file.display()))?;
            let entries = |count| if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
            Done {
                event: AuditEvent::LedgerImported { sha256: sha256_hex(&bytes), new, known },
                said: format!("imported {}; there already: {}", entries(new), entries(known)),
            }
        }
        Parsed::Leads(parsed, bytes) => {
            let invalid = parsed.iter().filter(|lead| lead.has_bad_address()).count();
            let opted_out = parsed.iter().filter(|lead| lead.opted_out).count();
            let saved = leads::save(tx, parsed, None, now).await.map_err(text)?;
            let (new, merged) = (saved.new.len(), saved.merges);
            Done {
                event: data("leads", sha256_hex(&bytes), new, merged),
                said: format!("imported {new}, merged {merged}, invalid_email {invalid}, opted_out {opted_out}"),
            }
        }
        Parsed::Tickets(parsed, bytes) => {
            let tickets::TicketImport { new, changed, known } = tickets::import(tx, &parsed).await.map_err(text)?;
            Done {
                event: data("tickets", sha256_hex(&bytes), new, changed + known),
                said: format!("imported {new}, changed {changed}, there already {known}"),
            }
        }
        Parsed::Knowledge(documents) => {
            let mut new = 0;
            let mut all = String::new();
            for document in &documents {
                new += usize::from(knowledge::put(tx, document, now).await.map_err(text)?);
                all.push_str(&document.name);
                all.push_str(&document.sha256);
            }
            let names: Vec<String> = documents.iter().map(|document| document.name.clone()).collect();
            let removed = knowledge::remove_others(tx, &names).await.map_err(text)?;
            knowledge::count_words(tx).await.map_err(text)?;
            knowledge::analyze(tx).await.map_err(text)?;
            let known = documents.len() - new;
            Done {
                event: data("knowledge", sha256_hex(all.as_bytes()), new, known),
                said: format!("imported {new}, there already {known}, removed {removed}"),
            }
        }
    })
}

fn small_enough(file: &PathBuf) -> Result<Vec<u8>, String> {
    let bytes = bytes_of(file)?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!(
            "{} is larger than {} MiB: import it in parts",
            file.display(),
            MAX_FILE_BYTES / 1024 / 1024
        ));
    }
    Ok(bytes)
}
