//! A server for one test: real PostgreSQL with a database of its own, real HTTP on loopback, a clock that stands still.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy::demo::{self, Demo};
use mezzofy::{connections, serve};
use mezzofy_agent::defences::Defences;
use mezzofy_domain::reading::Reading;
use mezzofy_domain::roles::Roles;
use mezzofy_engine::app::App;
use mezzofy_engine::clock::Clock;
use mezzofy_engine::config::Config;
use mezzofy_engine::config::models::{Dialect, Protocol, ProviderAccess};
use mezzofy_engine::push::expo::PushService;
use mezzofy_engine::reader::{self, Reader};
use mezzofy_engine::sealing::Keyring;
use mezzofy_store::{Store, jobs};
use mezzofy_testing::{Replay, postgres};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tempfile::TempDir;
use tokio::net::TcpListener;
use uuid::Uuid;

/// 22 November 2026, 09:00 in Singapore.
pub(crate) const NOW: &str = "2026-11-22T01:00:00Z";
/// The key of the models' providers.
const KEY: &str = "the key of the tests";
const PEOPLE: (&str, Demo) = ("people", Demo::People);
const COMPANY: (&str, Demo) = ("company", Demo::All);

/// All processes of a nextest run copy the same databases; with cargo test a process makes its own.
static RUN: LazyLock<Uuid> = LazyLock::new(|| {
    let run = std::env::var_os("NEXTEST_RUN_ID");
    run.and_then(|run| run.to_str()?.parse().ok()).unwrap_or_else(Uuid::new_v4)
});

pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) address: SocketAddr,
    server: PgConnectOptions,
    database: String,
    folder: Arc<TempDir>,
}

/// Someone who is signed in.
pub(crate) struct Client {
    base: String,
    http: reqwest::Client,
    pub(crate) token: String,
    pub(crate) refresh: String,
    /// By which it is known again at the next sign-in.
    pub(crate) device: String,
}

pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A home in `folder` with the shipped files, the skill `test_outreach`, and a changed configuration.
pub(crate) fn home_with_outreach(folder: &Path, change: impl Fn(&str, String) -> String) -> PathBuf {
    let (made, shipped) = (folder.join("home"), home());
    for name in ["agents", "brand", "fonts", "knowledge", "prompts"] {
        std::fs::create_dir_all(&made).unwrap();
        std::os::unix::fs::symlink(shipped.join(name).canonicalize().unwrap(), made.join(name)).unwrap();
    }
    for name in ["skills", "config"] {
        std::fs::create_dir_all(made.join(name)).unwrap();
        for entry in std::fs::read_dir(shipped.join(name)).unwrap() {
            let path = entry.unwrap().path().canonicalize().unwrap();
            std::os::unix::fs::symlink(&path, made.join(name).join(path.file_name().unwrap())).unwrap();
        }
    }
    let outreach = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outreach");
    std::os::unix::fs::symlink(outreach, made.join("skills/test_outreach")).unwrap();
    for name in ["config.yaml", "roles.yaml"] {
        let file = made.join("config").join(name);
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.replace("financial_reporting,", "financial_reporting, test_outreach,");
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, change(name, text)).unwrap();
    }
    made
}

/// What a file says, read as the server reads it.
pub(crate) async fn read(media_type: &str, bytes: &[u8]) -> Reading {
    let reader = Reader::new(reader::program().unwrap(), reader::READING_TIMEOUT);
    reader.read(None, media_type, bytes).await.unwrap()
}

fn config(data_dir: &Path) -> Config {
    let home = home();
    let yaml = std::fs::read_to_string(home.join("config/config.yaml")).unwrap();
    let mut settings = mezzofy_engine::config::Settings::parse(&yaml).unwrap();
    // All people of a test come from one address, at once.
    settings.access.sign_ins_a_minute = 10_000;
    settings.access.refreshes_a_minute = 10_000;
    Config {
        settings,
        roles: Roles::parse(&std::fs::read_to_string(home.join("config/roles.yaml")).unwrap()).unwrap(),
        reader: reader::program().unwrap(),
        home,
        data_dir: data_dir.to_owned(),
        host: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        database_url: None,
        query_database_url: None,
        redis: None,
        jwt_secret: "a secret of the tests, long enough".into(),
        encryption: Keyring::of_environment("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned()).unwrap(),
        providers: BTreeMap::new(),
        microsoft: None,
        team: None,
        public_url: None,
        now: None,
        secure_cookies: false,
        demo: true,
        web_allowed: Vec::new(),
        brave_key: None,
        linkedin_session: None,
        webhook_secret: None,
        // Nobody listens there; what tests push goes to a service of theirs.
        push: PushService { base: "http://127.0.0.1:9".to_owned(), token: None },
        defences: Defences::default(),
    }
}

/// The database to copy, with the demo people or the whole demo company. Whoever needs it first makes it, and is the only one to do so.
async fn template(root: &mut PgConnection, server: &PgConnectOptions, (name, what): (&str, Demo)) -> String {
    let template = format!("template_{name}_{}", RUN.simple());
    let known = sqlx::query("SELECT FROM pg_database WHERE datname = $1").bind(&template);
    if known.fetch_optional(&mut *root).await.unwrap().is_some() {
        return template;
    }
    let earlier = "SELECT datname FROM pg_database WHERE starts_with(datname, $1)";
    let earlier = sqlx::query_scalar(earlier).bind(format!("template_{name}_"));
    let earlier: Vec<String> = earlier.fetch_all(&mut *root).await.unwrap();
    let mut run = async |sql: String| root.execute(AssertSqlSafe(sql)).await.map(drop).unwrap();
    for database in earlier {
        run(format!("DROP DATABASE {database} WITH (FORCE)")).await;
    }
    let unfinished = format!("template_{name}_unfinished");
    run(format!("CREATE DATABASE {unfinished}")).await;
    let store = Store::open(server.clone().database(&unfinished), 2);
    store.migrate().await.unwrap();
    let clock = Clock::standing(NOW.parse().unwrap());
    let roles = config(Path::new("unused")).roles;
    demo::make(&store, &home(), &roles, &clock, clock.today(chrono_tz::Asia::Singapore), what).await.unwrap();
    store.close().await;
    run(format!("ALTER DATABASE {unfinished} RENAME TO {template}")).await;
    template
}

impl TestApp {
    /// With the demo people and the demo company's books.
    pub(crate) async fn new() -> Self {
        Self::copy_of(COMPANY, |_| {}).await
    }

    /// The same, with Claude and Kimi played by one replay server.
    pub(crate) async fn with_models() -> (Self, Replay) {
        Self::with_tuned_models(|_| {}).await
    }

    /// The same, with a changed configuration.
    pub(crate) async fn with_tuned_models(tune: impl FnOnce(&mut Config)) -> (Self, Replay) {
        let replay = Replay::start(KEY).await.unwrap();
        let bases = [
            ("claude", Protocol::Anthropic, Dialect::Plain, replay.anthropic_base()),
            ("kimi", Protocol::Openai, Dialect::Kimi, replay.openai_base()),
        ];
        let tune = |config: &mut Config| {
            config.providers = bases
                .into_iter()
                .map(|(name, protocol, dialect, base_url)| {
                    (name.to_owned(), ProviderAccess { protocol, dialect, base_url, key: Some(KEY.into()) })
                })
                .collect();
            tune(config);
        };
        (Self::copy_of(COMPANY, tune).await, replay)
    }

    /// With the demo people and no data.
    pub(crate) async fn without_data() -> Self {
        Self::tuned(|_| {}).await
    }

    /// The same, with a changed configuration.
    pub(crate) async fn tuned(tune: impl FnOnce(&mut Config)) -> Self {
        Self::copy_of(PEOPLE, tune).await
    }

    /// With the demo people, the skill `test_outreach` for all who may report on finances, and a changed configuration.
    pub(crate) async fn with_outreach(tune: impl FnOnce(&mut Config)) -> Self {
        let tune = |config: &mut Config| {
            config.home = home_with_outreach(&config.data_dir, |_, text| text);
            let roles = std::fs::read_to_string(config.home.join("config/roles.yaml")).unwrap();
            config.roles = Roles::parse(&roles).unwrap();
            tune(config);
        };
        Self::copy_of(PEOPLE, tune).await
    }

    /// With the demo company's books and a changed configuration.
    pub(crate) async fn with_books_and(tune: impl FnOnce(&mut Config)) -> Self {
        Self::copy_of(COMPANY, tune).await
    }

    async fn copy_of(of: (&str, Demo), tune: impl FnOnce(&mut Config)) -> Self {
        let server = postgres::connect_options().await;
        let database = format!("test_{}", Uuid::new_v4().simple());
        let mut root = server.connect().await.unwrap();
        // Copies of one template exclude each other.
        sqlx::query("SELECT pg_advisory_lock(1)").execute(&mut root).await.unwrap();
        let template = template(&mut root, &server, of).await;
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {database} TEMPLATE {template} STRATEGY FILE_COPY")))
            .execute(&mut root)
            .await
            .unwrap();
        root.close().await.unwrap();

        let clock = Clock::standing(NOW.parse().unwrap());
        Self::begin(server, database, clock, Arc::new(TempDir::new().unwrap()), tune).await
    }

    /// Another node on the same database, with the same clock.
    pub(crate) async fn beside(&self, tune: impl FnOnce(&mut Config)) -> Self {
        Self::begin(self.server.clone(), self.database.clone(), self.clock.clone(), self.folder.clone(), tune).await
    }

    async fn begin(
        server: PgConnectOptions,
        database: String,
        clock: Clock,
        folder: Arc<TempDir>,
        tune: impl FnOnce(&mut Config),
    ) -> Self {
        let store = Store::open(server.clone().database(&database), 10);
        let mut config = config(folder.path());
        tune(&mut config);
        let app = serve::build(&config, store, clock.clone()).await.unwrap();
        serve::start_work(&app, false, |_| true).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = app.clone();
        app.tasks.spawn(async move { connections::serve(&serving, listener).await });
        Self { app, clock, address, server, database, folder }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn nobody(&self) -> Client {
        Client::at(&self.base())
    }

    /// Signs a demo person in.
    pub(crate) async fn person(&self, mailbox: &str) -> Client {
        let mut client = self.nobody();
        let (status, body) = client.sign_in(mailbox, demo::PASSWORD).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        client.token = text(&body["access_token"]);
        client.refresh = text(&body["refresh_token"]);
        client.device = text(&body["device_token"]);
        client
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The subjects of the mails in a folder of somebody's mailbox.
    pub(crate) async fn mailbox(&self, mailbox: &str, folder: &str) -> Vec<String> {
        let mut tx = self.app.store.begin().await.unwrap();
        let address = format!("{mailbox}@mezzofy.example");
        let found = mezzofy_store::local365::find(&mut tx, &address, &[folder.to_owned()], None, 0, 100).await.unwrap();
        found.iter().map(|document| document.body.to_string()).collect()
    }

    /// A way to the database around the server.
    pub(crate) async fn database(&self) -> PgConnection {
        self.database_options().connect().await.unwrap()
    }

    /// The way to its database, as the superuser.
    pub(crate) fn database_options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.database)
    }

    /// The way to the database server, as its superuser.
    pub(crate) fn server(&self) -> PgConnectOptions {
        self.server.clone()
    }

    /// Leaves a run as a version would that stored its machine in another form.
    pub(crate) async fn forget_machine(&self, run: &str) {
        let mut database = self.database().await;
        let run: Uuid = run.parse().unwrap();
        sqlx::query("UPDATE runs SET machine = '{}' WHERE id = $1").bind(run).execute(&mut database).await.unwrap();
    }

    /// Waits until no job is open: the queue notes the end of one a moment after the run has told of its own.
    pub(crate) async fn settled(&self) {
        let mut look = tokio::time::interval(Duration::from_millis(5));
        loop {
            look.tick().await;
            let mut tx = self.app.store.begin().await.unwrap();
            if jobs::open(&mut tx).await.unwrap() == 0 {
                return;
            }
        }
    }

    /// Ends this node alone.
    pub(crate) async fn leave(&self) {
        self.app.stop.cancel();
        self.app.tasks.close();
        self.app.tasks.wait().await;
        self.app.store.close().await;
    }

    /// Ends the server; no job may be left over.
    pub(crate) async fn end(self) {
        let settled = tokio::time::timeout(Duration::from_secs(10), self.settled()).await;
        self.leave().await;
        let mut root = self.server.connect().await.unwrap();
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.database)))
            .execute(&mut root)
            .await
            .unwrap();
        assert!(settled.is_ok(), "jobs are left in the queue");
    }
}

/// Waits until something is there.
pub(crate) async fn wait_for<T>(look: impl AsyncFn() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found).await.expect("it comes")
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// Says that a test can't be made here, past the harness, which keeps what a test that passes says.
pub(crate) fn left_out(test: &str, why: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "left out: {test}: {why}").unwrap();
}

impl Client {
    /// Nobody yet, at a server that is a process of its own.
    pub(crate) fn at(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            http: client(),
            token: String::new(),
            refresh: String::new(),
            device: String::new(),
        }
    }

    /// Tries to sign in, on the device where it did before, if it did.
    pub(crate) async fn sign_in(&self, mailbox: &str, password: &str) -> (StatusCode, Value) {
        let mut body = json!({"email": format!("{mailbox}@mezzofy.example"), "password": password});
        if !self.device.is_empty() {
            body["device_token"] = json!(self.device);
        }
        self.send(Method::POST, "/v1/auth/login", Some(&body)).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let request = self.request(method, path);
        let response = match body {
            Some(body) => request.json(body),
            None => request,
        }
        .send()
        .await
        .unwrap();
        let status = response.status();
        let kind =
            response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let bytes = response.bytes().await.unwrap();
        if status.is_client_error() || status.is_server_error() {
            assert_eq!(kind, "application/problem+json", "{path}: {status} {bytes:?}");
        }
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send(Method::GET, path, None).await;
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send(Method::POST, path, Some(&body)).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    pub(crate) async fn conversation(&self) -> String {
        text(&self.post("/v1/conversations", json!({})).await["id"])
    }

    /// Says something and answers the run when it has ended or waits.
    pub(crate) async fn say(&self, conversation: &str, said: &str) -> Value {
        let path = format!("/v1/conversations/{conversation}/messages");
        let accepted = self.post(&path, json!({"client_id": Uuid::new_v4(), "text": said})).await;
        self.get(&format!("/v1/runs/{}?wait=60", text(&accepted["run"]["id"]))).await
    }

    /// Says something in a conversation of its own.
    pub(crate) async fn ask(&self, said: &str) -> Value {
        self.say(&self.conversation().await, said).await
    }

    /// Answers the run once it is in this state and waits for this, as far as the worker goes by itself.
    pub(crate) async fn run_in(&self, run: &str, state: &str) -> Value {
        let reached = async {
            let mut look = tokio::time::interval(Duration::from_millis(50));
            loop {
                look.tick().await;
                let run = self.get(&format!("/v1/runs/{run}?wait=10")).await;
                if run["state"] == state {
                    return run;
                }
            }
        };
        if let Ok(run) = tokio::time::timeout(Duration::from_secs(30), reached).await {
            return run;
        }
        panic!("the run is never {state}: {}", self.get(&format!("/v1/runs/{run}")).await);
    }

    pub(crate) async fn items(&self, path: &str) -> Vec<Value> {
        self.get(path).await["items"].as_array().unwrap().clone()
    }
}
