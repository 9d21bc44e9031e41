//! A tenant of its own for each test: local365 on a free port, its storage to look into, and a clock to move.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_local365::{Config, Document, Faults, Local365, Mailbox, MemoryStorage, Team, serve};
use mezzofy_microsoft::calendar::Calendar;
use mezzofy_microsoft::clock::Clock;
use mezzofy_microsoft::graph::{ANSWER_TIMEOUT, Account, AccountError, Graph, Settings};
use mezzofy_microsoft::mail::{Address, Attachment, Body, Journal, JournalError, Mail, MailCheckpoint, Outgoing};
use mezzofy_microsoft::teams::{SCOPES, Teams};
use reqwest::{Method, RequestBuilder};
use secrecy::SecretString;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) const ANA: &str = "finance.manager@mezzofy.example";
pub(crate) const CEO: &str = "ceo@mezzofy.example";
pub(crate) const ACCOUNT: &str = "assistant@mezzofy.example";
pub(crate) const TEAM: &str = "the team";

pub(crate) struct Tenant {
    pub(crate) base: String,
    pub(crate) memory: MemoryStorage,
    pub(crate) faults: Faults,
    pub(crate) clock: Clock,
    pub(crate) service: Local365,
    time: Time,
    http: reqwest::Client,
    _running: JoinSet<()>,
}

#[derive(Clone)]
struct Time(Arc<Mutex<DateTime<Utc>>>);

impl Time {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += TimeDelta::from_std(time).unwrap();
    }
}

impl Tenant {
    pub(crate) async fn new() -> Self {
        Self::with_roles(&["Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite"]).await
    }

    pub(crate) async fn with_roles(roles: &[&str]) -> Self {
        let time = Time(Arc::new(Mutex::new(DateTime::from_timestamp(1_795_338_000, 0).unwrap())));
        let (now, of_service, waits) = (time.clone(), time.clone(), time.clone());
        let clock = Clock::with_wait(
            move || now.now(),
            move |length| {
                waits.pass(length);
                Box::pin(async {})
            },
        );
        let mailbox = |address: &str, name: &str| Mailbox { address: address.to_owned(), name: name.to_owned() };
        let memory = MemoryStorage::new([mailbox(ANA, "Ana Lim"), mailbox(CEO, "Chen Wei")]);
        let service = Local365::new(config(roles), memory.clone(), move || of_service.now());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut running = JoinSet::new();
        let (faults, serving) = (service.faults(), service.clone());
        running.spawn(async move { serve(listener, serving, std::future::pending()).await.unwrap() });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { base, memory, faults, clock, service, time, http, _running: running }
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            login_base: self.base.clone(),
            graph_base: self.base.clone(),
            tenant: "mezzofy".to_owned(),
            client_id: "assistant".to_owned(),
            client_secret: "a secret".into(),
            answer_timeout: ANSWER_TIMEOUT,
        }
    }

    pub(crate) fn graph(&self) -> Graph {
        Graph::new(self.settings(), self.clock.clone()).unwrap()
    }

    /// A client that soon gives up waiting for an answer.
    pub(crate) fn impatient(&self) -> Graph {
        Graph::new(self.impatient_settings(), self.clock.clone()).unwrap()
    }

    pub(crate) fn impatient_settings(&self) -> Settings {
        Settings { answer_timeout: Duration::from_secs(2), ..self.settings() }
    }

    /// Lets time pass until what was taken in late is done.
    pub(crate) async fn catch_up(&self, time: Duration) {
        self.pass(time);
        self.until_late(0).await;
    }

    /// Waits until so many requests are taken in and not done.
    pub(crate) async fn until_late(&self, count: u32) {
        let mut look = tokio::time::interval(Duration::from_millis(5));
        while self.faults.late() != count {
            look.tick().await;
        }
    }

    /// Teams as the account does it whose token this is.
    pub(crate) fn teams(&self, account: &Arc<AccountTokens>) -> Teams {
        let account = Arc::clone(account);
        Teams::new(Graph::of_account(self.settings(), self.clock.clone(), account).unwrap(), TEAM.to_owned())
    }

    /// The account, signed in.
    pub(crate) fn account(&self) -> Arc<AccountTokens> {
        Arc::new(AccountTokens(Mutex::new(self.service.account_token().into_iter().collect())))
    }

    pub(crate) fn calendar(&self) -> Calendar {
        Calendar::new(self.graph())
    }

    pub(crate) fn outgoing(&self) -> Outgoing {
        Outgoing::new(self.graph(), vec![Duration::from_secs(1); 2])
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.time.pass(time);
    }

    pub(crate) fn folder(&self, mailbox: &str, folder: &str) -> Vec<Document> {
        self.memory.folder(mailbox, folder)
    }

    /// How many mails the CEO got, how many Ana sent, how many drafts are left.
    pub(crate) fn count(&self) -> (usize, usize, usize) {
        (self.folder(CEO, "inbox").len(), self.folder(ANA, "sentitems").len(), self.folder(ANA, "drafts").len())
    }

    /// A token as another program would get it.
    pub(crate) async fn token(&self) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "assistant"),
            ("client_secret", "a secret"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let url = format!("{}/mezzofy/oauth2/v2.0/token", self.base);
        let answer: Value = self.http.post(url).form(&form).send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// A plain request, without the product's client.
    pub(crate) fn plain(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }
}

pub(crate) fn config(roles: &[&str]) -> Config {
    Config {
        tenant: "mezzofy".to_owned(),
        client_id: "assistant".to_owned(),
        client_secret: "a secret".into(),
        signing_key: "0123456789abcdef0123456789abcdef".into(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        account: Some(Mailbox { address: ACCOUNT.to_owned(), name: "Mezzofy AI".to_owned() }),
        scopes: SCOPES.map(str::to_owned).to_vec(),
        team: Team { id: TEAM.to_owned(), channels: vec!["Sales".to_owned(), "Finance".to_owned()] },
    }
}

pub(crate) fn mail(attachments: &[(&str, usize)]) -> Mail {
    let attachment = |(name, size): &(&str, usize)| Attachment {
        name: (*name).to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: (0..*size).map(|at| u8::try_from(at % 251).unwrap()).collect(),
    };
    Mail {
        mailbox: ANA.to_owned(),
        key: "effect-'1'".to_owned(),
        to: vec![Address { address: CEO.to_owned(), name: Some("Chen Wei".to_owned()) }],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Financial statement 2026-10".to_owned(),
        body: Body::Text("The statement is attached.".to_owned()),
        attachments: attachments.iter().map(attachment).collect(),
    }
}

/// The refresh tokens of an account, the newest last.
pub(crate) struct AccountTokens(pub(crate) Mutex<Vec<SecretString>>);

#[async_trait::async_trait]
impl Account for AccountTokens {
    async fn refresh_token(&self) -> Result<Option<SecretString>, AccountError> {
        Ok(self.0.lock().unwrap().last().cloned())
    }

    async fn keep(&self, refresh_token: SecretString) -> Result<(), AccountError> {
        self.0.lock().unwrap().push(refresh_token);
        Ok(())
    }
}

/// A journal that keeps every checkpoint, and can die at one of them.
#[derive(Default)]
pub(crate) struct TestJournal {
    checkpoints: Mutex<Vec<MailCheckpoint>>,
    /// How often a draft was expected to come late.
    leftovers: Mutex<u32>,
    dies_at: Option<usize>,
    /// Where another worker is found to stand at the second entry.
    overtaken_at: Option<MailCheckpoint>,
}

impl TestJournal {
    pub(crate) fn dying_at(entry: usize) -> Self {
        Self { dies_at: Some(entry), ..Self::default() }
    }

    pub(crate) fn overtaken_at(checkpoint: MailCheckpoint) -> Self {
        Self { overtaken_at: Some(checkpoint), ..Self::default() }
    }

    pub(crate) fn checkpoints(&self) -> Vec<MailCheckpoint> {
        self.checkpoints.lock().unwrap().clone()
    }

    pub(crate) fn leftovers(&self) -> u32 {
        *self.leftovers.lock().unwrap()
    }

    pub(crate) fn last(&self) -> MailCheckpoint {
        self.checkpoints().pop().unwrap_or(MailCheckpoint::New)
    }
}

#[async_trait::async_trait]
impl Journal for TestJournal {
    async fn record(&self, checkpoint: &MailCheckpoint) -> Result<(), JournalError> {
        let mut checkpoints = self.checkpoints.lock().unwrap();
        if self.dies_at == Some(checkpoints.len()) {
            return Err(JournalError::Failed("the process died".into()));
        }
        if let (Some(other), 1) = (&self.overtaken_at, checkpoints.len()) {
            return Err(JournalError::Contended(other.clone()));
        }
        checkpoints.push(checkpoint.clone());
        Ok(())
    }

    async fn expect_leftover(&self) -> Result<(), JournalError> {
        *self.leftovers.lock().unwrap() += 1;
        Ok(())
    }
}
