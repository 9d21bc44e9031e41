//! What the server goes by: the environment, `config.yaml` and `roles.yaml`. The only module that reads the environment.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::Uri;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use mezzofy_agent::defences::Defences;
use mezzofy_domain::ledger::CashRule;
use mezzofy_domain::people::Company;
use mezzofy_domain::roles::Roles;
use mezzofy_microsoft::graph::{ANSWER_TIMEOUT, Settings as Tenant};
use mezzofy_microsoft::teams::MAX_ARRIVAL;
use mezzofy_store::budgets::DefaultBudgets;
use mezzofy_store::redis::Redis;
use secrecy::SecretString;
use serde::Deserialize;

use crate::push::expo::PushService;
use crate::sealing::Keyring;
use crate::{reader, secret_file, secrets};

pub mod models;

use models::{ModelsSettings, ProviderAccess};

/// Why the server can't be configured, as a sentence for who runs it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// `config.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The company that is served.
    pub company: Company,
    /// Where its days begin and end.
    pub time_zone: Tz,
    /// Origins besides the server's own whose pages may ask, e.g. `https://intranet.mezzofy.example`.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// How the books are read.
    pub ledger: LedgerSettings,
    /// Where products come from.
    #[serde(default)]
    pub catalogue: CatalogueSettings,
    /// Who searches the web.
    #[serde(default)]
    pub search: SearchSettings,
    /// Where companies are looked for.
    #[serde(default)]
    pub linkedin: LinkedinSettings,
    /// Who sends webhooks, and what their events are for.
    #[serde(default)]
    pub webhooks: BTreeMap<String, WebhookSource>,
    /// Who may come how often before anybody knows them.
    #[serde(default)]
    pub access: AccessSettings,
    /// How much at once.
    pub limits: Limits,
    /// How long mails stay before they leave.
    pub hold: HoldSeconds,
    /// How long Microsoft 365 is waited for.
    #[serde(default)]
    pub microsoft: MicrosoftWaits,
    /// Which models do what, and what they cost.
    pub models: ModelsSettings,
    /// What they may cost in a month, where no other budget is set.
    pub budgets: DefaultBudgets,
}

/// How the books are read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSettings {
    /// Codes of asset accounts that are cash whatever their name.
    pub cash_accounts: Vec<String>,
}

impl LedgerSettings {
    /// Which accounts are cash.
    #[must_use]
    pub fn cash_rule(&self) -> CashRule {
        CashRule { codes: self.cash_accounts.clone() }
    }
}

/// Where products come from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueSettings {
    /// An address that answers the catalogue as JSON; without one the demo company's own is read.
    pub url: Option<String>,
}

/// Who searches the web: the address of a `SearXNG` server, or Brave by its key in the environment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSettings {
    /// The address of a `SearXNG` server that answers JSON.
    pub searxng: Option<String>,
    /// The address of Brave's API, if not its own.
    pub brave: Option<String>,
}

/// Where companies are looked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedinSettings {
    /// Whether pages below `base_url` may be read, with the session in `LINKEDIN_SESSION`. The operator answers for that.
    #[serde(default)]
    pub read_pages: bool,
    /// Where the pages are.
    pub base_url: Option<String>,
}

/// Who may come how often before anybody knows them, or while they prove who they are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSettings {
    /// Proxies before the server, each of which adds whom it saw to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Tries of signing in from one network address in a minute.
    pub sign_ins_a_minute: u32,
    /// Refreshes from one network address in a minute.
    pub refreshes_a_minute: u32,
    /// How often a signed-in person may show their password in a minute.
    pub password_checks_a_minute: u32,
    /// Live streams that one person has open in a process.
    pub streams_a_person: usize,
}

impl Default for AccessSettings {
    fn default() -> Self {
        Self {
            trusted_proxies: 0,
            sign_ins_a_minute: 120,
            refreshes_a_minute: 600,
            password_checks_a_minute: 20,
            streams_a_person: 20,
        }
    }
}

/// How much at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Messages of one person in a minute.
    pub messages_a_minute: u32,
    /// Other requests of one person in a minute.
    pub requests_a_minute: u32,
    /// Mails that one person sends in an hour.
    pub mails_an_hour: u32,
    /// Messages that one person posts in Teams in an hour.
    pub posts_an_hour: u32,
    /// Events that one person makes in an hour.
    pub events_an_hour: u32,
    /// Files that may be made for a person within an hour.
    pub files_an_hour: u32,
    /// Bytes of one person's files together.
    pub files_per_person_bytes: u64,
    /// Companies that one person may look up in an hour.
    pub lookups_an_hour: usize,
    /// Schedules of one person.
    pub schedules_a_person: i64,
    /// Minutes between two moments of a schedule at least.
    pub schedule_minutes: u32,
    /// Deliveries of one source of webhooks in a minute.
    pub deliveries_a_minute: u32,
    /// Runs that one process works on at a time.
    pub runs_at_once: usize,
    /// Runs of one person that are at work at a time, in all processes; others wait for their turn.
    pub runs_a_person: i64,
    /// Connections to the database.
    pub database_connections: u32,
}

impl Limits {
    /// How many schedules, and how close together their moments.
    #[must_use]
    pub fn schedules(&self) -> ScheduleLimits {
        ScheduleLimits { a_person: self.schedules_a_person, minutes: self.schedule_minutes }
    }
}

/// How many schedules, and how close together their moments.
#[derive(Debug, Clone, Copy)]
pub struct ScheduleLimits {
    /// Schedules of one person.
    pub a_person: i64,
    /// Minutes between two moments of one at least.
    pub minutes: u32,
}

/// Who sends webhooks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSource {
    /// The address of the person whose the runs are.
    pub owner: String,
    /// The skill for each event; others are stored and nothing is begun.
    #[serde(default)]
    pub events: BTreeMap<String, String>,
}

/// For how many seconds mails stay in the outbox, where they can be taken back, before they leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldSeconds {
    /// Those with a recipient outside the company.
    pub leaving: u32,
    /// Those to colleagues alone.
    pub inside: u32,
}

/// How long Microsoft 365 is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MicrosoftWaits {
    /// For an answer.
    pub answer_seconds: u32,
    /// For what was asked to appear, where the answer was lost.
    pub arrival_seconds: u32,
}

impl Default for MicrosoftWaits {
    fn default() -> Self {
        let seconds = |wait: Duration| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
        Self { answer_seconds: seconds(ANSWER_TIMEOUT), arrival_seconds: seconds(MAX_ARRIVAL) }
    }
}

impl MicrosoftWaits {
    /// How long an answer is waited for.
    #[must_use]
    pub fn answer_timeout(self) -> Duration {
        Duration::from_secs(self.answer_seconds.into())
    }

    /// How long what was asked may still appear.
    #[must_use]
    pub fn max_arrival(self) -> TimeDelta {
        TimeDelta::seconds(self.arrival_seconds.into())
    }

    /// Who gives up looking while the own request may be under way takes for unknown what was only slow.
    fn check(self) -> Result<(), ConfigError> {
        if self.answer_seconds > 0 && self.arrival_seconds > self.answer_seconds {
            return Ok(());
        }
        Err(ConfigError(
            "microsoft.answer_seconds must be above 0, and microsoft.arrival_seconds above that".to_owned(),
        ))
    }
}

/// Everything the server goes by.
#[derive(Debug, Clone)]
pub struct Config {
    /// `config.yaml`.
    pub settings: Settings,
    /// `roles.yaml`.
    pub roles: Roles,
    /// The program that is started to read files, `mezzofy-read`.
    pub reader: PathBuf,
    /// The folder with skills, prompts, brand and config.
    pub home: PathBuf,
    /// Where database, files and keys are kept.
    pub data_dir: PathBuf,
    /// The address the server listens at.
    pub host: IpAddr,
    /// The port it listens on; 0 is any free one.
    pub port: u16,
    /// An outside PostgreSQL.
    pub database_url: Option<SecretString>,
    /// How queries of models sign in to an outside database whose user may not make a role for them.
    pub query_database_url: Option<SecretString>,
    /// A Redis that all processes share.
    pub redis: Option<Redis>,
    /// What access tokens are signed with.
    pub jwt_secret: SecretString,
    /// What secrets in the database are sealed with.
    pub encryption: Keyring,
    /// The providers of models that can be asked, by name; without any the planner does all.
    pub providers: BTreeMap<String, ProviderAccess>,
    /// The Microsoft 365 tenant; without one local365 serves.
    pub microsoft: Option<Tenant>,
    /// The team in Teams whose channels are posted in; local365 has one of its own.
    pub team: Option<String>,
    /// Where a demo's clock starts.
    pub now: Option<DateTime<Utc>>,
    /// What guards against text from outside: everything, but in the tests that show what each is for.
    pub defences: Defences,
    /// The address browsers use.
    pub public_url: Option<String>,
    /// Whether browsers reach the server over https, so that cookies must be secure.
    pub secure_cookies: bool,
    /// Whether it is a demo, with companies of its own to look for.
    pub demo: bool,
    /// Hosts with their ports that pages may be read from though they are inside; for demos and tests.
    pub web_allowed: Vec<String>,
    /// The key of Brave's search.
    pub brave_key: Option<SecretString>,
    /// The session for reading `LinkedIn`'s pages.
    pub linkedin_session: Option<SecretString>,
    /// What Mezzofy's own system signs its webhooks with.
    pub webhook_secret: Option<SecretString>,
    /// What brings notifications to phones.
    pub push: PushService,
}

impl Settings {
    /// Reads the text of `config.yaml` and checks what its parts say of each other.
    pub fn parse(yaml: &str) -> Result<Self, ConfigError> {
        let settings: Self = serde_saphyr::from_str(yaml).map_err(|error| ConfigError(error.to_string()))?;
        settings.allowed_origins.iter().try_for_each(|origin| check_origin(origin))?;
        settings.models.check()?;
        settings.microsoft.check()?;
        models::check_budgets(&settings.budgets)?;
        Ok(settings)
    }
}

impl Config {
    /// Reads everything. `demo` allows what only a demo may: a moved clock.
    pub fn load(demo: bool) -> Result<Self, ConfigError> {
        let home = home()?;
        let data_dir = PathBuf::from(variable("DATA_DIR")?.unwrap_or_else(|| "./var".to_owned()));
        fs::create_dir_all(&data_dir)
            .map_err(|error| ConfigError(format!("{} can't be made: {error}", data_dir.display())))?;
        let data_dir = data_dir
            .canonicalize()
            .map_err(|error| ConfigError(format!("{} can't be entered: {error}", data_dir.display())))?;
        let port = match variable("PORT")? {
            Some(port) => {
                port.parse().map_err(|_| ConfigError(format!("PORT must be a number up to 65535, not {port:?}")))?
            }
            None => 8080,
        };
        let host = match variable("HOST")? {
            Some(host) => host.parse().map_err(|_| ConfigError(format!("HOST must be an IP address, not {host:?}")))?,
            None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let now = match variable("MEZZOFY_NOW")? {
            Some(_) if !demo => {
                return Err(ConfigError("MEZZOFY_NOW moves the clock, which only `serve --demo` allows".to_owned()));
            }
            Some(now) => Some(
                DateTime::parse_from_rfc3339(&now)
                    .map_err(|_| {
                        ConfigError(format!("MEZZOFY_NOW must be a time like 2026-11-22T09:00:00+08:00, not {now:?}"))
                    })?
                    .to_utc(),
            ),
            None => None,
        };
        let web_allowed: Vec<String> = match variable("MEZZOFY_WEB_ALLOW_HOSTS")? {
            Some(_) if !demo => {
                return Err(ConfigError(
                    "MEZZOFY_WEB_ALLOW_HOSTS opens the own network to page reading, which only `serve --demo` allows"
                        .to_owned(),
                ));
            }
            Some(hosts) => {
                hosts.split(',').map(|host| host.trim().to_lowercase()).filter(|host| !host.is_empty()).collect()
            }
            None => Vec::new(),
        };
        let jwt_secret = match variable("JWT_SECRET")? {
            Some(secret) if secret.len() < 32 => {
                return Err(ConfigError("JWT_SECRET must have at least 32 characters".to_owned()));
            }
            Some(secret) => secret.into(),
            None => {
                let secret = secret_file::read_or_make(&data_dir.join("jwt.secret"), secrets::random_text);
                secret.map_err(|error| ConfigError(error.to_string()))?.into()
            }
        };
        let encryption = match variable("ENCRYPTION_KEY")? {
            Some(keys) => {
                Keyring::of_environment(keys).map_err(|error| ConfigError(format!("ENCRYPTION_KEY: {error}")))?
            }
            None => {
                Keyring::of_file(data_dir.join("encryption.key")).map_err(|error| ConfigError(error.to_string()))?
            }
        };
        let settings = settings(&home)?;
        let public_url = variable("PUBLIC_URL")?.map(|url| url.trim_end_matches('/').to_owned());
        let reader =
            reader::program().map_err(|error| ConfigError(format!("where this program is can't be told: {error}")))?;
        Ok(Self {
            reader,
            providers: models::of_environment(&settings.models, variable)?,
            microsoft: microsoft(settings.microsoft)?,
            settings,
            roles: roles(&home)?,
            team: variable("MS_TEAMS_TEAM_ID")?,
            database_url: variable("DATABASE_URL")?.map(Into::into),
            query_database_url: variable("QUERY_DATABASE_URL")?.map(Into::into),
            redis: redis()?,
            secure_cookies: public_url.as_ref().is_some_and(|url| url.starts_with("https://")),
            public_url,
            home,
            data_dir,
            host,
            port,
            jwt_secret,
            encryption,
            now,
            defences: Defences::default(),
            demo,
            web_allowed,
            brave_key: variable("BRAVE_API_KEY")?.map(Into::into),
            linkedin_session: variable("LINKEDIN_SESSION")?.map(Into::into),
            webhook_secret: variable("WEBHOOK_SECRET")?.map(Into::into),
            push: PushService {
                base: variable("EXPO_PUSH_BASE_URL")?.unwrap_or_else(|| PushService::BASE.to_owned()),
                token: variable("EXPO_ACCESS_TOKEN")?.map(Into::into),
            },
        })
    }

    /// The folders that fonts are looked for in.
    #[must_use]
    pub fn font_dirs(&self) -> Vec<PathBuf> {
        vec![self.home.join("fonts")]
    }

    /// The folder of the web app's export.
    #[must_use]
    pub fn web_dir(&self) -> PathBuf {
        let beside = self.home.join("web");
        if beside.is_dir() { beside } else { self.home.join("../mobile/dist") }
    }
}

/// The folder that holds `skills`: `MEZZOFY_HOME`, or the nearest one above the program or the working folder.
fn home() -> Result<PathBuf, ConfigError> {
    if let Some(home) = variable("MEZZOFY_HOME")? {
        return Ok(home.into());
    }
    let program = std::env::current_exe().unwrap_or_default();
    let here = std::env::current_dir().unwrap_or_default();
    let above = program.ancestors().chain(here.ancestors()).find(|folder| folder.join("skills").is_dir());
    above.map(Path::to_owned).ok_or_else(|| {
        ConfigError("the folder with skills, prompts and config was not found: set MEZZOFY_HOME to it".to_owned())
    })
}

/// A variable, or the content of the file that the variable with `_FILE` names. Empty is as good as not set.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn variable(name: &str) -> Result<Option<String>, ConfigError> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (set(name), set(&format!("{name}_FILE"))) {
        (Some(_), Some(_)) => Err(ConfigError(format!("set {name} or {name}_FILE, not both"))),
        (Some(value), None) => Ok(Some(value)),
        (None, Some(file)) => fs::read_to_string(&file)
            .map(|value| Some(value.trim_end().to_owned()))
            .map_err(|error| ConfigError(format!("{name}_FILE: {file} can't be read: {error}"))),
        (None, None) => Ok(None),
    }
}

fn redis() -> Result<Option<Redis>, ConfigError> {
    let redis = variable("REDIS_URL")?.map(|url| Redis::new(&url)).transpose();
    redis.map_err(|error| ConfigError(format!("REDIS_URL must be like redis://host:6379/0: {error}")))
}

fn microsoft(waits: MicrosoftWaits) -> Result<Option<Tenant>, ConfigError> {
    let (tenant, client_id, client_secret) =
        (variable("MS365_TENANT_ID")?, variable("MS365_CLIENT_ID")?, variable("MS365_CLIENT_SECRET")?);
    let base = |name, default: &str| Ok(variable(name)?.unwrap_or_else(|| default.to_owned()));
    match (tenant, client_id, client_secret) {
        (None, None, None) => Ok(None),
        (Some(tenant), Some(client_id), Some(client_secret)) => Ok(Some(Tenant {
            tenant,
            client_id,
            client_secret: client_secret.into(),
            login_base: base("MS365_LOGIN_BASE_URL", "https://login.microsoftonline.com")?,
            graph_base: base("MS365_GRAPH_BASE_URL", "https://graph.microsoft.com")?,
            answer_timeout: waits.answer_timeout(),
        })),
        (_, _, _) => Err(ConfigError(
            "Microsoft 365 needs MS365_TENANT_ID, MS365_CLIENT_ID and MS365_CLIENT_SECRET together; set all or none"
                .to_owned(),
        )),
    }
}

/// Browsers send scheme, host and port in lower case and nothing else, and only that is compared.
fn check_origin(origin: &str) -> Result<(), ConfigError> {
    let plain = origin.parse::<Uri>().ok().and_then(|uri| {
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
        let place = uri.authority().filter(|place| !place.as_str().contains(['@', '*']))?;
        Some(format!("{scheme}://{place}").to_lowercase())
    });
    if plain.as_deref() == Some(origin) {
        return Ok(());
    }
    Err(ConfigError(format!(
        "allowed_origins must hold origins like https://intranet.example, in lower case and without a path, not {origin:?}"
    )))
}

fn roles(home: &Path) -> Result<Roles, ConfigError> {
    let file = home.join("config/roles.yaml");
    let text =
        fs::read_to_string(&file).map_err(|error| ConfigError(format!("{} can't be read: {error}", file.display())))?;
    Roles::parse(&text).map_err(|error| ConfigError(format!("{}: {error}", file.display())))
}

fn settings(home: &Path) -> Result<Settings, ConfigError> {
    let file = home.join("config/config.yaml");
    let text =
        fs::read_to_string(&file).map_err(|error| ConfigError(format!("{} can't be read: {error}", file.display())))?;
    Settings::parse(&text).map_err(|error| ConfigError(format!("{}: {error}", file.display())))
}
