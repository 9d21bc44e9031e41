//! The commands. Each answers on standard output and exits 0, or says on standard error what went wrong and exits 1.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::demo::Demo;
use crate::serve::Role;
use mezzofy_engine::clock::Clock;
use mezzofy_engine::config::Config;
use mezzofy_engine::database::Database;

mod ask;
mod audit;
mod doctor;
mod import;
mod secrets;
mod serve;
mod user;

/// The AI assistant of a company's people.
#[derive(Parser)]
#[command(name = "mezzofy", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API, the web app and the work in the background until Ctrl-C
    Serve {
        /// Demo sign-ins, with data or, as `people`, without; also allows `MEZZOFY_NOW`
        #[arg(long, value_name = "people", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
        demo: Option<Demo>,
        /// What this process does, if not everything; may be said more than once
        #[arg(long, value_enum)]
        role: Vec<Role>,
    },
    /// Brings the database to this version
    Migrate,
    /// Makes the demo company's sign-ins and data
    Demo,
    /// Asks the assistant as a person and prints the answer
    Ask {
        /// Whose request it is: their email address
        #[arg(long = "as", value_name = "EMAIL")]
        person: String,
        /// What to ask
        text: String,
    },
    /// Imports data, all or nothing
    Import {
        #[command(subcommand)]
        what: import::What,
    },
    /// Adds, disables or resets people
    User {
        #[command(subcommand)]
        what: user::What,
    },
    /// Looks into the audit log
    Audit {
        #[command(subcommand)]
        what: audit::What,
    },
    /// Changes the key that secrets in the database are sealed with
    Secrets {
        #[command(subcommand)]
        what: secrets::What,
    },
    /// Says what is on, what is off, and how to turn it on
    Doctor,
    /// Prints the description of the API
    Openapi,
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    end(run(arguments.command))
}

fn end(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            writeln!(std::io::stderr(), "mezzofy: {problem}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), String> {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string());
    let visit = |demo| Config::load(demo).map_err(|error| error.to_string());
    match command {
        Command::Serve { demo, role } => {
            log("info");
            runtime()?.block_on(serve::run(&visit(demo.is_some())?, demo, &role))
        }
        Command::Openapi => {
            let text = mezzofy_http::openapi().to_pretty_json().map_err(|error| error.to_string())?;
            say(&text);
            Ok(())
        }
        Command::Migrate => {
            log("warn");
            runtime()?.block_on(async {
                Database::visit(&visit(false)?).await?.close().await;
                say("The database is at this version.");
                Ok(())
            })
        }
        Command::Demo => {
            log("warn");
            runtime()?.block_on(async {
                let config = visit(true)?;
                let database = Database::visit(&config).await?;
                let clock = Clock::system(config.now);
                let today = clock.today(config.settings.time_zone);
                let made =
                    crate::demo::make(&database.store, &config.home, &config.roles, &clock, today, Demo::All).await;
                database.close().await;
                say(&format!("Made: {}.", made?));
                Ok(())
            })
        }
        Command::Ask { person, text } => {
            log("warn");
            runtime()?.block_on(ask::run(&visit(false)?, &person, &text))
        }
        Command::Import { what } => {
            log("warn");
            runtime()?.block_on(import::run(&visit(false)?, what))
        }
        Command::User { what } => {
            log("warn");
            runtime()?.block_on(user::run(&visit(false)?, what))
        }
        Command::Audit { what } => {
            log("warn");
            runtime()?.block_on(audit::run(&visit(false)?, what))
        }
        Command::Secrets { what } => {
            log("warn");
            runtime()?.block_on(secrets::run(&visit(false)?, what))
        }
        Command::Doctor => {
            log("error");
            runtime()?.block_on(doctor::run())
        }
    }
}

/// Logs go to standard error: lines for a terminal, JSON for a collector.
fn log(default: &str) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("{default},sqlx=warn,apalis=warn,tower_http=info")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        builder.with_target(false).init();
    } else {
        builder.json().init();
    }
}

/// Writes a line on standard output.
fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").ok();
}

/// The whole of standard input, without the line's end.
fn standard_input() -> Result<String, String> {
    let text =
        std::io::read_to_string(std::io::stdin()).map_err(|error| format!("standard input can't be read: {error}"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A file that a person named.
fn bytes_of(file: &PathBuf) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("{} can't be read: {error}", file.display()))
}
