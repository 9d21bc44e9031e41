//! `ask`: one request as a person, through the same messages, runs and worker as in the app.

use std::time::Duration;

use mezzofy_store::{people, runs};

use crate::serve;
use mezzofy_engine::clock::Clock;
use mezzofy_engine::config::Config;
use mezzofy_engine::database::{Database, full};
use mezzofy_engine::runs::ask as begin;

use super::say;

/// A run that has not ended after this long is left to the server.
const RUN_TIMEOUT: Duration = Duration::from_mins(10);

pub(super) async fn run(config: &Config, email: &str, text: &str) -> Result<(), String> {
    let database = Database::visit(config).await?;
    let app = serve::build(config, database.store.clone(), Clock::system(config.now)).await;
    let answered = match app {
        Ok(app) => {
            let answered = ask(&app, database.is_ours_alone(), email, text).await;
            app.stop.cancel();
            app.tasks.close();
            app.tasks.wait().await;
            answered
        }
        Err(error) => Err(error),
    };
    database.close().await;
    say(&answered?);
    Ok(())
}

async fn ask(app: &mezzofy_engine::app::App, alone: bool, email: &str, text: &str) -> Result<String, String> {
    let mut tx = app.store.begin().await.map_err(|error| full(&error))?;
    let person = people::by_email(&mut tx, email).await.map_err(|error| full(&error))?;
    let (person, _) =
        person.filter(|(person, _)| !person.disabled).ok_or_else(|| format!("nobody can sign in as {email}"))?;
    drop(tx);
    let mut waiter = app.hub.waiter(person.id);
    let run = begin(app, &person, text).await.map_err(|error| error.to_string())?;
    serve::start_work(app, alone, |_| true).await?;
    tokio::time::timeout(RUN_TIMEOUT, async {
        loop {
            let mut tx = app.store.begin().await.map_err(|error| full(&error))?;
            let run =
                runs::get(&mut tx, person.id, run).await.map_err(|error| full(&error))?.ok_or("the run is gone")?;
            if run.state.has_ended() || run.waiting_for.is_some() {
                let said =
                    mezzofy_store::messages::newest(&mut tx, run.conversation).await.map_err(|error| full(&error))?;
                let said = said.map(|message| message.text).unwrap_or_default();
                return if run.error.is_some() { Err(said) } else { Ok(said) };
            }
            drop(tx);
            waiter.woken().await;
        }
    })
    .await
    .map_err(|_| "it takes longer than ten minutes; the answer will be in the app".to_owned())?
}
