//! `doctor`: what is on, what is off, and how to turn it on.

use mezzofy_documents::press::Press;
use mezzofy_store::embedded::Embedded;

use mezzofy_engine::config::Config;
use mezzofy_engine::reader::{self, Reader};
use mezzofy_engine::{database, models};

use super::say;

pub(super) async fn run() -> Result<(), String> {
    let config = Config::load(true).map_err(|error| error.to_string())?;
    let mut wrong = 0;
    let mut line = |state: State, what: &str, detail: String| {
        wrong += u32::from(state == State::Wrong);
        say(&format!("{:<7} {what:<14} {detail}", state.text()));
    };
    line(
        State::On,
        "configuration",
        format!("{}, {} roles", config.home.join("config").display(), config.roles.names().count()),
    );
    if config.database_url.is_none() {
        let (state, detail) = embedded(&config);
        line(state, "database", detail);
    } else {
        match open(&config).await {
            Ok((version, signs_in)) => {
                line(State::On, "database", format!("PostgreSQL {version} at DATABASE_URL"));
                let (state, detail) = queries(signs_in);
                line(state, "queries", detail.to_owned());
            }
            Err(error) => line(State::Wrong, "database", format!("DATABASE_URL is set, but: {error}")),
        }
    }
    match &config.redis {
        Some(redis) => match redis.check().await {
            Ok(()) => line(State::On, "Redis", "limits hold over all processes".to_owned()),
            Err(error) => {
                line(State::Wrong, "Redis", format!("it is away, limits are counted in each process: {error}"));
            }
        },
        None => line(
            State::Off,
            "Redis",
            "not configured: limits are counted in each process. Several processes share them with REDIS_URL"
                .to_owned(),
        ),
    }
    let (state, detail) = addresses(config.settings.access.trusted_proxies);
    line(state, "addresses", detail);
    let (state, detail) = documents(&config);
    line(state, "documents", detail);
    let (state, detail) = reading(&config).await;
    line(state, "reading", detail);
    if config.web_dir().join("index.html").is_file() {
        line(State::On, "web app", "served at /".to_owned());
    } else {
        line(State::Off, "web app", "not built. Run “make web”".to_owned());
    }
    match &config.microsoft {
        Some(tenant) => {
            line(State::On, "Microsoft 365", format!("tenant {} at {}", tenant.tenant, tenant.graph_base));
            match &config.team {
                Some(team) => line(State::On, "Teams", format!("team {team}; an account is signed in under Admin")),
                None => line(State::Off, "Teams", "nothing is posted: set MS_TEAMS_TEAM_ID".to_owned()),
            }
        }
        None => line(
            State::Off,
            "Microsoft 365",
            "local365 serves instead: mail stays in this database. Set MS365_TENANT_ID, MS365_CLIENT_ID and MS365_CLIENT_SECRET".to_owned(),
        ),
    }
    match models::check(&config.settings.models, &config.providers).await {
        Ok(models) if models.is_empty() => line(
            State::Off,
            "models",
            "none: the built-in planner does all the work. Set ANTHROPIC_API_KEY or KIMI_API_KEY".to_owned(),
        ),
        Ok(models) => {
            for (model, said) in models {
                match said {
                    Ok(()) => line(State::On, "model", model),
                    Err(error) => line(State::Wrong, "model", format!("{model}: {error}")),
                }
            }
        }
        Err(error) => line(State::Wrong, "models", error),
    }
    line(State::On, "planner", "built in, needs no key".to_owned());
    if wrong == 0 {
        Ok(())
    } else {
        Err(format!("{wrong} of these must be put right before the server can serve everything"))
    }
}

fn embedded(config: &Config) -> (State, String) {
    match Embedded::binaries() {
        Ok(found) => {
            let data = if database::has_data(&config.data_dir) { "with data" } else { "no data yet" };
            let running = if Embedded::running(&config.data_dir).is_some() { "running" } else { "not running" };
            let dir = config.data_dir.display();
            (State::On, format!("embedded PostgreSQL {} in {dir}, {data}, {running}", found.version))
        }
        Err(error) => (State::Wrong, error.to_string()),
    }
}

fn queries(sign_in: bool) -> (State, &'static str) {
    if sign_in {
        (State::On, "sign in as a role of their own")
    } else {
        (State::Off, "no role signs in for them: serve once with a user that may make roles, or set QUERY_DATABASE_URL")
    }
}

async fn reading(config: &Config) -> (State, String) {
    if let Err(problem) = reader::check(&config.reader) {
        return (State::Wrong, problem);
    }
    let reader = Reader::new(config.reader.clone(), reader::READING_TIMEOUT);
    match reader.confinement().await {
        Ok(confinement) => {
            let state = if confinement.is_whole() { State::On } else { State::Off };
            (state, format!("{} reads files of people {}", config.reader.display(), confinement.say()))
        }
        Err(error) => (State::Wrong, format!("{} does not answer: {error}", config.reader.display())),
    }
}

/// Where those who sign in are said to come from.
fn addresses(trusted_proxies: usize) -> (State, String) {
    if trusted_proxies == 0 {
        let detail = "X-Forwarded-For is not looked at: behind a proxy all share one address. Set access.trusted_proxies to the number of proxies";
        return (State::Off, detail.to_owned());
    }
    (State::On, format!("of clients, as the last {trusted_proxies} of X-Forwarded-For say"))
}

fn documents(config: &Config) -> (State, String) {
    match Press::new(&config.home.join("brand"), &config.font_dirs()).map(|press| press.missing()) {
        Ok(missing) if missing.is_empty() => (State::On, "PDF in English and Chinese".to_owned()),
        Ok(missing) => (State::Wrong, format!("fonts are missing: {}. Run “make fonts”", missing.join(", "))),
        Err(error) => (State::Wrong, error.to_string()),
    }
}

/// The server's version, and whether queries can sign in.
async fn open(config: &Config) -> Result<(String, bool), String> {
    let store = database::connect_external(config)?;
    let version = store.version().await.map_err(|error| database::full(&error));
    let signs_in = store.queries_sign_in().await;
    store.close().await;
    Ok((version?, signs_in))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    On,
    Off,
    Wrong,
}

impl State {
    fn text(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Wrong => "WRONG",
        }
    }
}
