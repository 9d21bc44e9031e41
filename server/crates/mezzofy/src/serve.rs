//! A running server: its parts are put together here, and taken down again in order.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mezzofy_agent::instructions::Instructions;
use mezzofy_agent::planner::Planner;
use mezzofy_agent::texts::{Texts, ToolTexts};
use mezzofy_agent::{agents, skills};
use mezzofy_documents::office::{Slides, Words};
use mezzofy_documents::press::Press;
use mezzofy_domain::kpi;
use mezzofy_microsoft::calendar::Calendar;
use mezzofy_microsoft::graph::{Account, Graph};
use mezzofy_microsoft::mail::Outgoing;
use mezzofy_microsoft::teams::Teams;
use mezzofy_store::Store;
use mezzofy_store::file_storage::FileStorage;
use mezzofy_store::{jobs, model_calls, pushes};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::timestamp::context::ContextV7;

use crate::{connections, local365};
use mezzofy_engine::access::limiters::Limiters;
use mezzofy_engine::access::tokens::Tokens;
use mezzofy_engine::access::{Access, refusals};
use mezzofy_engine::app::{App, AppState, ToolRegistry as _};
use mezzofy_engine::catalogue::Products;
use mezzofy_engine::clock::Clock;
use mezzofy_engine::config::Config;
use mezzofy_engine::database::full;
use mezzofy_engine::events::Hub;
use mezzofy_engine::models::{Models, ModelsContext};
use mezzofy_engine::push::{self, PushSender};
use mezzofy_engine::reader::{self, Reader};
use mezzofy_engine::service_account::ServiceAccount;
use mezzofy_engine::web::Web;
use mezzofy_engine::{endpoints, file_sweep, scheduler, wake, webhooks, worker};
use mezzofy_tools::linkedin::{Prospecting, Source};
use mezzofy_tools::research::Search;
use mezzofy_tools::{MailTexts, Printer, ToolContext, Tools, print_turns};

/// What is at work gets this long to end when the server stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// No call of a model, with all its tries, is at work for longer.
const MODEL_CALL_TIMEOUT: chrono::TimeDelta = chrono::TimeDelta::hours(1);
/// Exchange may show a mail as a draft for a moment after it took it; so long is waited between the looks.
const SETTLE_DELAYS_SECONDS: [u64; 3] = [1, 2, 4];

/// Puts the parts together. Nothing listens and nothing works yet.
pub async fn build(config: &Config, store: Store, clock: Clock) -> Result<App, String> {
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let Microsoft { outgoing, teams, calendar } = microsoft(config, &store, &clock, &tasks, &stop).await?;
    let files = FileStorage::on_disk(&config.data_dir.join("files")).map_err(|error| full(&error))?;
    let (press, slides, words) = documents(config)?;
    let prompts = config.home.join("prompts");
    let wrong =
        |problems: Vec<skills::SkillProblem>| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let instructions = Instructions::load(&prompts, &config.settings.company.name);
    let instructions = Arc::new(instructions.map_err(|problem| problem.to_string())?);
    let planner = Arc::new(Planner::load(&prompts.join("planner.yaml")).map_err(wrong)?);
    let context = ModelsContext { store: store.clone(), clock: clock.clone(), zone: config.settings.time_zone };
    let (settings, budgets) = (config.settings.models.clone(), config.settings.budgets);
    let models = Models::new(settings, budgets, &config.providers, context)?;
    let models = Arc::new(models);
    reader::check(&config.reader)?;
    let reader = Arc::new(Reader::new(config.reader.clone(), reader::READING_TIMEOUT));
    let knowledge = config.home.join("knowledge");
    let products = Products::new(config.settings.catalogue.url.as_deref(), &knowledge.join("catalogue.yaml"))?;
    let products = Arc::new(products);
    let kpis = Arc::new(key_figures(config)?);
    let (web, prospecting) = web_access(config, &tasks, &stop).await?;
    let tools = Tools::all(ToolContext {
        web: web.clone(),
        search: search(config),
        calendar: calendar.clone(),
        prospecting: Arc::new(prospecting),
        products: products.clone(),
        kpis: kpis.clone(),
        mail_texts: MailTexts::load(&prompts.join("mails.yaml"))?,
        reader: reader.clone(),
        print_turns: print_turns(),
        store: store.clone(),
        roles: config.roles.clone(),
        files: files.clone(),
        slides,
        words,
        press,
        company: config.settings.company.clone(),
        zone: config.settings.time_zone,
        cash: config.settings.ledger.cash_rule(),
        models: models.clone(),
        planner: planner.clone(),
        files_an_hour: config.settings.limits.files_an_hour,
        files_per_person_bytes: config.settings.limits.files_per_person_bytes,
        schedule_limits: config.settings.limits.schedules(),
        instructions: instructions.clone(),
        stop: stop.clone(),
    })?;
    let skills = skills::load(&config.home.join("skills"), &tools.shapes()).map_err(wrong)?;
    webhooks::check(&config.settings.webhooks, &skills)?;
    let agents = agents::load(&config.home.join("agents"), &skills).map_err(wrong)?;
    Ok(Arc::new(AppState {
        products,
        kpis,
        skills,
        agents,
        models,
        instructions,
        planner,
        texts: Texts::load(&prompts).map_err(|problem| problem.to_string())?,
        tool_texts: ToolTexts::load(&prompts, &tools.names()).map_err(|problem| problem.to_string())?,
        store,
        files,
        data_dir: config.data_dir.clone(),
        clock,
        ids: Mutex::new(ContextV7::new()),
        zone: config.settings.time_zone,
        company: config.settings.company.clone(),
        roles: config.roles.clone(),
        defences: config.defences,
        hold: config.settings.hold,
        max_arrival: config.settings.microsoft.max_arrival(),
        limiters: Limiters::new(&config.settings.limits, &config.settings.access, config.redis.as_ref()),
        redis: config.redis.clone(),
        limits: config.settings.limits.clone(),
        budgets: config.settings.budgets,
        reader,
        tools: Box::new(tools),
        push: PushSender::new(&config.push, &prompts)?,
        outgoing,
        teams,
        calendar,
        web,
        tenant: config.microsoft.clone(),
        public_url: config.public_url.clone(),
        keyring: config.encryption.clone(),
        tokens: Tokens::new(&config.jwt_secret),
        access: Access::new(&config.settings.access, tasks.clone()),
        sources: config.settings.webhooks.clone(),
        webhook_secret: config.webhook_secret.clone(),
        hub: Hub::new(),
        secure_cookies: config.secure_cookies,
        allowed_origins: config.settings.allowed_origins.clone(),
        web_dir: config.web_dir(),
        tasks,
        stop,
    }))
}

fn key_figures(config: &Config) -> Result<Vec<kpi::Definition>, String> {
    let file = config.home.join("config/kpis.yaml");
    let yaml = std::fs::read_to_string(&file).map_err(|error| error.to_string());
    yaml.and_then(|yaml| kpi::parse(&yaml)).map_err(|error| format!("{}: {error}", file.display()))
}

/// What makes PDFs, presentations and Word documents.
type DocumentMakers = (Arc<dyn Printer>, Arc<Slides>, Arc<Words>);

fn documents(config: &Config) -> Result<DocumentMakers, String> {
    let brand = config.home.join("brand");
    let press = Press::new(&brand, &config.font_dirs()).map_err(|error| error.to_string())?;
    let slides = Slides::new(&brand, &press.layouts()).map_err(|error| error.to_string())?;
    let words = Words::new(&brand, press.styles()).map_err(|error| error.to_string())?;
    Ok((Arc::new(press), Arc::new(slides), Arc::new(words)))
}

/// The ways to Microsoft 365.
struct Microsoft {
    outgoing: Outgoing,
    teams: Teams,
    calendar: Calendar,
}

/// The ways to Microsoft 365: of the tenant that is set, or of local365, which is started then.
async fn microsoft(
    config: &Config,
    store: &Store,
    clock: &Clock,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Microsoft, String> {
    let ticking = clock.clone();
    let graph_clock = mezzofy_microsoft::clock::Clock::new(move || ticking.now());
    let (settings, account, team, settle) = if let Some(tenant) = &config.microsoft {
        let account: Arc<dyn Account> = Arc::new(ServiceAccount::new(store, &config.encryption));
        let team = config.team.clone().unwrap_or_default();
        (tenant.clone(), account, team, SETTLE_DELAYS_SECONDS.map(Duration::from_secs).to_vec())
    } else {
        let channels = config.settings.company.channels.keys().cloned().collect();
        let answer_timeout = config.settings.microsoft.answer_timeout();
        let company = &config.settings.company;
        let started = local365::start(store, company, channels, clock.clone(), answer_timeout, tasks, stop).await;
        let started = started.map_err(|error| format!("local365 can't listen: {error}"))?;
        (started.settings, Arc::new(started.account) as Arc<dyn Account>, local365::TEAM.to_owned(), Vec::new())
    };
    let graph = Graph::new(settings.clone(), graph_clock.clone()).map_err(|error| full(&error))?;
    let of_account = Graph::of_account(settings, graph_clock, account).map_err(|error| full(&error))?;
    let teams = Teams::new(of_account, team);
    let calendar = Calendar::new(graph.clone());
    Ok(Microsoft { outgoing: Outgoing::new(graph, settle), teams, calendar })
}

/// The way to the web, and where companies are looked for: the demo has a web of its own for that.
async fn web_access(
    config: &Config,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<(Web, Prospecting), String> {
    let mut allowed = config.web_allowed.clone();
    let settings = &config.settings.linkedin;
    let source = if settings.read_pages {
        let base = settings.base_url.clone().unwrap_or_else(|| "https://www.linkedin.com".to_owned());
        Source::Pages { base: base.trim_end_matches('/').to_owned(), session: config.linkedin_session.clone() }
    } else if config.demo {
        let started = mezzofy_demo::site::start(tasks, stop).await;
        let address = started.map_err(|error| format!("the demo's web can't listen: {error}"))?;
        let base = format!("http://{address}");
        allowed.push(address);
        Source::Pages { base, session: None }
    } else {
        Source::Off
    };
    Ok((Web::new(allowed)?, Prospecting::new(source, config.settings.limits.lookups_an_hour, config.redis.clone())))
}

fn search(config: &Config) -> Option<Search> {
    let settings = &config.settings.search;
    match (&settings.searxng, &config.brave_key) {
        (Some(url), _) => Some(Search::Searxng { url: url.clone() }),
        (None, Some(key)) => {
            let url = settings.brave.clone().unwrap_or_else(|| "https://api.search.brave.com".to_owned());
            Some(Search::Brave { url, key: key.clone() })
        }
        (None, None) => None,
    }
}

/// What a process does. An installation needs at least one process for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Answers requests, and tells live what happens
    Api,
    /// Works on runs
    Worker,
    /// Begins what schedules ask for
    Scheduler,
}

/// Starts what runs beside the requests, as far as this process `does` it. `alone` says that no other process works on this
/// database, so that jobs of a dead predecessor can be taken up at once.
pub async fn start_work(app: &App, alone: bool, does: impl Fn(Role) -> bool) -> Result<(), String> {
    if alone {
        let mut tx = app.store.begin().await.map_err(|error| full(&error))?;
        let taken = jobs::release_all_claims(&mut tx).await.map_err(|error| full(&error))?;
        mezzofy_store::endpoints::release_all_claims(&mut tx, app.clock.now()).await.map_err(|error| full(&error))?;
        pushes::release_all_claims(&mut tx, app.clock.now()).await.map_err(|error| full(&error))?;
        mezzofy_store::commit(tx).await.map_err(|error| full(&error))?;
        if taken > 0 {
            tracing::info!(jobs = taken, "work of the process before is taken up");
        }
    }
    lose_calls(app, alone).await.map_err(|error| full(&error))?;
    if does(Role::Api) {
        let relaying = app.clone();
        app.tasks.spawn(async move { relaying.hub.relay(&relaying.store, &relaying.stop).await });
        app.tasks.spawn(refusals::run(app.clone()));
    }
    if let Some(redis) = app.redis.clone() {
        let stop = app.stop.clone();
        app.tasks.spawn(async move {
            stop.run_until_cancelled(redis.keep()).await;
        });
    }
    if app.models.any() {
        let (learning, stop) = (app.models.clone(), app.stop.clone());
        app.tasks.spawn(async move {
            stop.run_until_cancelled(learning.learn()).await;
        });
    }
    if does(Role::Scheduler) {
        app.tasks.spawn(scheduler::run(app.clone()));
    }
    if does(Role::Worker) {
        app.tasks.spawn(wake::run(app.clone()));
        app.tasks.spawn(file_sweep::run(app.clone()));
        app.tasks.spawn(push::deliver::deliver(app.clone()));
        app.tasks.spawn(endpoints::deliver(app.clone()));
        app.tasks.spawn(worker::work(app.clone()));
        app.tasks.spawn(worker::tend_outbox(app.clone()));
    }
    Ok(())
}

/// Money that dead workers reserved for model calls counts as spent: the providers may have done the work.
async fn lose_calls(app: &App, alone: bool) -> Result<(), mezzofy_store::StoreError> {
    let now = app.clock.now();
    let before = if alone { now + chrono::TimeDelta::days(1) } else { now - MODEL_CALL_TIMEOUT };
    let mut tx = app.store.begin().await?;
    model_calls::lose_before(&mut tx, before, now).await?;
    mezzofy_store::commit(tx).await
}

/// Lets the process open as many files as the system allows it: the usual soft limit of 1,024 is as many streams.
pub fn raise_open_files() {
    let allowed = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: allowed.maximum, ..allowed };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// Takes the address and port.
pub async fn listen(host: IpAddr, port: u16) -> Result<TcpListener, String> {
    TcpListener::bind((host, port))
        .await
        .map_err(|error| format!("port {port} can't be used: {error}. Set PORT to another one"))
}

/// Answers requests until the app stops, if it has a port for them, then lets what is at work end.
pub async fn serve(app: App, listener: Option<TcpListener>) {
    if let Some(listener) = listener {
        tokio::select! {
            () = connections::serve(&app, listener) => {}
            () = after_grace(&app.stop) => {}
        }
    } else {
        app.stop.cancelled().await;
    }
    app.stop.cancel();
    app.tasks.close();
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, app.tasks.wait()).await.is_err() {
        tracing::warn!("not everything ended in time; another process or the next start goes on with it");
    }
}

async fn after_grace(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(SHUTDOWN_TIMEOUT).await;
}
