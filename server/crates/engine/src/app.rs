//! What every handler and every job works with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use mezzofy_agent::agents::Agents;
use mezzofy_agent::calls::Toolbox;
use mezzofy_agent::defences::Defences;
use mezzofy_agent::gate::Gate;
use mezzofy_agent::instructions::Instructions;
use mezzofy_agent::planner::Planner;
use mezzofy_agent::skills::Skills;
use mezzofy_agent::texts::{Texts, ToolTexts};
use mezzofy_agent::tool::Tool;
use mezzofy_domain::id::Id;
use mezzofy_domain::kpi::Definition;
use mezzofy_domain::people::{Company, Person};
use mezzofy_domain::roles::Roles;
use mezzofy_microsoft::calendar::Calendar;
use mezzofy_microsoft::graph::Settings as Tenant;
use mezzofy_microsoft::mail::Outgoing;
use mezzofy_microsoft::teams::Teams;
use mezzofy_store::budgets::DefaultBudgets;
use mezzofy_store::file_storage::FileStorage;
use mezzofy_store::redis::Redis;
use mezzofy_store::{Scope, Store};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::timestamp::context::ContextV7;
use uuid::{Timestamp, Uuid};

use crate::access::Access;
use crate::access::limiters::Limiters;
use crate::access::tokens::Tokens;
use crate::catalogue::Products;
use crate::clock::Clock;
use crate::config::{HoldSeconds, Limits, WebhookSource};
use crate::events::Hub;
use crate::models::Models;
use crate::push::PushSender;
use crate::reader::Reader;
use crate::sealing::Keyring;
use crate::web::Web;

/// The parts of a running server. Cheap to clone.
pub type App = Arc<AppState>;

/// See [`App`].
pub struct AppState {
    /// The database.
    pub store: Store,
    /// The bytes of files.
    pub files: FileStorage,
    /// Where they are, and the embedded PostgreSQL.
    pub data_dir: PathBuf,
    pub clock: Clock,
    /// Keeps new ids in order.
    pub ids: Mutex<ContextV7>,
    /// Where days begin and end.
    pub zone: Tz,
    /// Which addresses are inside.
    pub company: Company,
    /// Who may do what.
    pub roles: Roles,
    /// What guards against text from outside.
    pub defences: Defences,
    /// How long mails stay before they leave.
    pub hold: HoldSeconds,
    /// How long what was asked of Microsoft 365 may still appear though its answer was lost.
    pub max_arrival: TimeDelta,
    /// How much at once.
    pub limits: Limits,
    /// What models may cost in a month, where no other budget is set.
    pub budgets: DefaultBudgets,
    /// What the company sells.
    pub products: Arc<Products>,
    /// How key figures are computed.
    pub kpis: Arc<Vec<Definition>>,
    /// What can be asked for.
    pub skills: Skills,
    /// Who serves it.
    pub agents: Agents,
    /// What plans and writes.
    pub models: Arc<Models>,
    /// What they are told of their work.
    pub instructions: Arc<Instructions>,
    /// What understands it without a model.
    pub planner: Arc<Planner>,
    /// What is said when a run can't go on.
    pub texts: Texts,
    /// Reads files.
    pub reader: Arc<Reader>,
    /// What runs can do.
    pub tools: Box<dyn ToolRegistry>,
    /// What it is for, in words.
    pub tool_texts: ToolTexts,
    /// The way to people's phones.
    pub push: PushSender,
    /// The way mail goes out.
    pub outgoing: Outgoing,
    /// The way to channels and chats.
    pub teams: Teams,
    /// The way to calendars.
    pub calendar: Calendar,
    /// The way to the web.
    pub web: Web,
    /// The Microsoft 365 tenant, where one is set.
    pub tenant: Option<Tenant>,
    /// The address browsers use, where one is set.
    pub public_url: Option<String>,
    /// What secrets in the database are sealed with.
    pub keyring: Keyring,
    /// Makes and reads the tokens that we sign.
    pub tokens: Tokens,
    /// What bounds the work for those who come in.
    pub access: Access,
    /// What all processes share and may lose.
    pub redis: Option<Redis>,
    /// Counts requests.
    pub limiters: Limiters,
    /// Who sends webhooks, by name.
    pub sources: BTreeMap<String, WebhookSource>,
    /// What Mezzofy's own system signs its webhooks with.
    pub webhook_secret: Option<SecretString>,
    /// Wakes those who wait for events.
    pub hub: Hub,
    /// Whether browsers come over https, so that cookies are for it only.
    pub secure_cookies: bool,
    /// Origins besides the server's own whose pages may ask.
    pub allowed_origins: Vec<String>,
    /// Where the web app's export is.
    pub web_dir: std::path::PathBuf,
    /// Everything that runs beside the requests; a stop waits for it.
    pub tasks: TaskTracker,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
}

/// The tools that runs can call.
pub trait ToolRegistry: Toolbox + Send {
    /// The tool of a name.
    fn get(&self, name: &str) -> Option<&Arc<dyn Tool>>;

    /// The names of all tools, sorted.
    fn names(&self) -> Vec<&str>;
}

impl AppState {
    /// A new id of the present time; of two made by this process the later one sorts last, also within one millisecond.
    pub fn new_id<T>(&self) -> Id<T> {
        let now = self.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(&self.ids, seconds, now.timestamp_subsec_nanos())).into()
    }

    /// When today began in the company's time zone.
    pub fn midnight(&self) -> DateTime<Utc> {
        let begin = self.clock.today(self.zone).and_time(NaiveTime::MIN).and_local_timezone(self.zone).earliest();
        // A day that begins in a gap of the clock is counted from a day ago.
        begin.map_or_else(|| self.clock.now() - TimeDelta::days(1), |begin| begin.to_utc())
    }

    /// As whom a person's requests and runs act in the database.
    pub fn scope(&self, person: &Person) -> Scope {
        Scope::of(person, &self.roles)
    }

    /// The rules in force.
    pub fn gate(&self) -> Gate<'_> {
        Gate { roles: &self.roles, company: &self.company, texts: &self.texts, defences: self.defences }
    }
}
