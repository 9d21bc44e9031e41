//! A tenant of Microsoft 365 in the hands of a test: it outlives the server that asks it, and its time goes on when the test says so.

use std::time::Duration;

use chrono::TimeDelta;
use mezzofy_engine::clock::Clock;
use mezzofy_local365::{Config, Faults, Local365, Mailbox, MemoryStorage, Team, serve};
use mezzofy_microsoft::graph::Settings;
use mezzofy_microsoft::teams::SCOPES;
use reqwest::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::app::{NOW, wait_for};

pub(crate) const TEAM: &str = "the team";
const ID: &str = "mezzofy";
const CLIENT: &str = "assistant";
const SECRET: &str = "a secret";
/// Where the messages of the finance channel lie, and those of the chat with the CEO: mailbox and folder.
pub(crate) const CHANNEL: (&str, &str) = ("team the team", "19:RmluYW5jZQ@thread.tacv2");
pub(crate) const CHAT: (&str, &str) = ("chat ceo@mezzofy.example robot@mezzofy.example", "messages");
/// How long the server waits for an answer of it.
pub(crate) const ANSWER_SECONDS: u32 = 2;

/// A tenant that somebody has to sign in to.
pub(crate) struct Tenant {
    pub(crate) settings: Settings,
    pub(crate) memory: MemoryStorage,
    pub(crate) faults: Faults,
    clock: Clock,
    _running: JoinSet<()>,
}

impl Tenant {
    pub(crate) async fn start() -> Self {
        let mailbox = |name: &str| Mailbox { address: format!("{name}@mezzofy.example"), name: name.to_owned() };
        let memory = MemoryStorage::new(["finance.manager", "sales.rep", "ceo"].map(mailbox));
        let config = Config {
            tenant: ID.to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: SECRET.into(),
            signing_key: "0123456789abcdef0123456789abcdef".into(),
            roles: ["Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite"].map(str::to_owned).to_vec(),
            account: Some(mailbox("robot")),
            scopes: SCOPES.map(str::to_owned).to_vec(),
            team: Team { id: TEAM.to_owned(), channels: vec!["Finance".to_owned()] },
        };
        let clock = Clock::standing(NOW.parse().unwrap());
        let ticking = clock.clone();
        let service = Local365::new(config, memory.clone(), move || ticking.now());
        let faults = service.faults();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut running = JoinSet::new();
        running.spawn(async move { serve(listener, service, std::future::pending()).await.unwrap() });
        let settings = Settings {
            login_base: base.clone(),
            graph_base: base,
            tenant: ID.to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: SECRET.into(),
            answer_timeout: Duration::from_secs(ANSWER_SECONDS.into()),
        };
        Self { settings, memory, faults, clock, _running: running }
    }

    /// What tells a server of its own process where it is.
    pub(crate) fn environment(&self) -> [(&str, &str); 6] {
        [
            ("MS365_TENANT_ID", ID),
            ("MS365_CLIENT_ID", CLIENT),
            ("MS365_CLIENT_SECRET", SECRET),
            ("MS365_LOGIN_BASE_URL", &self.settings.login_base),
            ("MS365_GRAPH_BASE_URL", &self.settings.graph_base),
            ("MS_TEAMS_TEAM_ID", TEAM),
        ]
    }

    /// Lets its time pass, and waits until all is done that it had taken in.
    pub(crate) async fn catch_up(&self, time: Duration) {
        self.clock.advance(TimeDelta::from_std(time).unwrap());
        wait_for(async || (self.faults.late() == 0).then_some(())).await;
    }

    /// Waits until it has taken a request in that it is late with.
    pub(crate) async fn takes_in(&self) {
        wait_for(async || (self.faults.late() > 0).then_some(())).await;
    }

    /// How many documents lie in a folder of a mailbox.
    pub(crate) fn count(&self, mailbox: &str, folder: &str) -> usize {
        self.memory.folder(mailbox, folder).len()
    }
}

/// Has the account signed in by a browser that an administrator was given this address for.
pub(crate) async fn sign_in(authorize_url: &str) {
    let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut url = authorize_url.to_owned();
    for _ in 0..2 {
        let answer = browser.get(&url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{url}");
        answer.headers()["location"].to_str().unwrap().clone_into(&mut url);
    }
    assert_eq!(url, "/admin/microsoft?sign_in=connected");
}
