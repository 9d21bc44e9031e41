//! `serve`: everything in one process, or a part of it in each of several.

use crate::demo::{self, Demo};
use crate::serve::{self, Role};
use mezzofy_engine::clock::Clock;
use mezzofy_engine::config::Config;
use mezzofy_engine::database::{Database, full};
use mezzofy_engine::sealing;

use super::say;

pub(super) async fn run(config: &Config, demo: Option<Demo>, roles: &[Role]) -> Result<(), String> {
    #[cfg(debug_assertions)]
    mezzofy_engine::failpoint::arm()?;
    serve::raise_open_files();
    let does = |role| roles.is_empty() || roles.contains(&role);
    // The port is taken first, so that a second server says so before it touches anything.
    let listener = if does(Role::Api) { Some(serve::listen(config.host, config.port).await?) } else { None };
    let port = match &listener {
        Some(listener) => Some(listener.local_addr().map_err(|error| error.to_string())?.port()),
        None => None,
    };
    // One that does a part works beside others, also on the embedded database of one of them.
    let database = if roles.is_empty() { Database::serve(config).await? } else { Database::visit(config).await? };
    let alone = roles.is_empty() && database.is_ours_alone();
    let served = async {
        let clock = Clock::system(config.now);
        if let Some(what) = demo {
            let today = clock.today(config.settings.time_zone);
            let made = demo::make(&database.store, &config.home, &config.roles, &clock, today, what).await?;
            tracing::info!(made, "the demo is there");
        }
        let lost = sealing::count_lost(&database.store, &config.encryption).await.map_err(|error| full(&error))?;
        if lost > 0 {
            tracing::error!(
                lost,
                "secrets of second factors are sealed with a key that is not here: add it behind the first one of ENCRYPTION_KEY or of encryption.key in the data folder"
            );
        }
        let app = serve::build(config, database.store.clone(), clock).await?;
        app.reader.log_confinement().await;
        serve::start_work(&app, alone, does).await?;
        let stop = app.stop.clone();
        app.tasks.spawn(async move {
            stopped().await;
            stop.cancel();
        });
        match port {
            Some(port) => greet(config, port, demo),
            None => say("Mezzofy AI Assistant works. Ctrl-C stops it."),
        }
        serve::serve(app, listener).await;
        Ok(())
    }
    .await;
    database.close().await;
    served
}

fn greet(config: &Config, port: u16, demo: Option<Demo>) {
    say(&format!("\n  Mezzofy AI Assistant is ready:  http://localhost:{port}\n"));
    if !config.web_dir().join("index.html").is_file() {
        say("  The web app is not built: “make web” builds it. The API answers.\n");
    }
    if demo.is_some() {
        say(&format!("  Demo sign-ins, the password of all is {}", demo::PASSWORD));
        for (mailbox, name, title, _) in demo::PEOPLE {
            say(&format!("    {:<36} {name}, {title}", format!("{mailbox}@mezzofy.example")));
        }
        say("\n  Try as finance.manager: “Generate the latest financial statement and send it to the CEO”");
        say("                      or: “生成上个季度的财务报表并发给首席执行官”\n");
    }
    say("  Ctrl-C stops it.");
}

/// Completes at Ctrl-C or when the system asks the process to end.
async fn stopped() {
    let term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    let term = async {
        match term {
            Ok(mut term) => {
                term.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = term => {}
    }
}
