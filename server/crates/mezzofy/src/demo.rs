//! The demo company: its people and its books. Making it again changes nothing that is there.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use mezzofy_domain::id::Id;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Roles;
use mezzofy_domain::schedule::ScheduleRule;
use mezzofy_domain::schedule::plan::Misfire;
use mezzofy_domain::standing::{self, Recipients, StandingApproval};
use mezzofy_domain::tickets::Ticket;
use mezzofy_store::schedules::{self, Schedule};
use mezzofy_store::{Store, Tx, campaigns, commit, knowledge, leads, ledger, people, standing_approvals, tickets};

use serde_json::Value;
use tokio_util::task::TaskTracker;

use mezzofy_engine::access::hashing::Hashing;
use mezzofy_engine::clock::Clock;
use mezzofy_engine::library;
use mezzofy_engine::reader::{self, Reader};

/// The password of every demo sign-in.
pub const PASSWORD: &str = "mezzofy-demo";
const DOMAIN: &str = "mezzofy.example";

/// What a demo has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Demo {
    /// Sign-ins and data.
    All,
    /// Sign-ins only.
    People,
}

/// Mailbox, name, title and role of each demo sign-in.
pub const PEOPLE: [(&str, &str, &str, &str); 10] = [
    ("finance.manager", "Mei Ling Koh", "Finance Manager", "finance_manager"),
    ("finance.viewer", "Arjun Nair", "Financial Analyst", "finance_viewer"),
    ("sales.rep", "Daniel Lim", "Sales Representative", "sales_rep"),
    ("sales.manager", "Siti Rahman", "Sales Manager", "sales_manager"),
    ("marketing.creator", "Chloe Wong", "Content Creator", "marketing_creator"),
    ("marketing.manager", "Kenji Mori", "Marketing Manager", "marketing_manager"),
    ("support.agent", "Nurul Aziz", "Support Agent", "support_agent"),
    ("support.manager", "Wei Jun Teo", "Support Manager", "support_manager"),
    ("ceo", "Grace Tan", "Chief Executive Officer", "executive"),
    ("admin", "Ravi Menon", "Systems Administrator", "admin"),
];

/// A schedule of the demo.
struct DemoSchedule {
    name: &'static str,
    owner: &'static str,
    cron: &'static str,
    /// In words, what it does.
    request: &'static str,
    skill: &'static str,
    period: Option<&'static str>,
    /// The mailbox that gets the result.
    to: Option<&'static str>,
    channel: Option<&'static str>,
}

/// The demo's schedules. They rest until their owners resume them.
const SCHEDULES: [DemoSchedule; 4] = [
    DemoSchedule {
        name: "weekly_kpi_report",
        owner: "ceo",
        cron: "0 9 * * 1",
        request: "Send me the KPI report for last week",
        skill: "kpi_dashboard",
        period: Some("last week"),
        to: Some("ceo"),
        channel: Some("management"),
    },
    DemoSchedule {
        name: "monthly_financial_summary",
        owner: "finance.manager",
        cron: "0 8 1 * *",
        request: "Generate the financial statement for last month and send it to the CEO",
        skill: "financial_reporting",
        period: Some("last month"),
        to: Some("ceo"),
        channel: Some("finance"),
    },
    DemoSchedule {
        name: "follow_up_stale_leads",
        owner: "sales.manager",
        cron: "0 10 * * *",
        request: "Follow up with the leads that are due",
        skill: "lead_follow_up",
        period: None,
        to: None,
        channel: None,
    },
    DemoSchedule {
        name: "weekly_support_digest",
        owner: "support.manager",
        cron: "0 17 * * 5",
        request: "Summarise this week's support tickets and send it to me",
        skill: "support_digest",
        period: Some("this week"),
        to: Some("support.manager"),
        channel: Some("support"),
    },
];
const ZONE: &str = "Asia/Singapore";

async fn add_schedule(tx: &mut Tx, standing: &DemoSchedule, now: DateTime<Utc>) -> Result<(), String> {
    let DemoSchedule { name, owner: mailbox, cron, request, skill, period, to, channel } = *standing;
    let text = |error: mezzofy_store::StoreError| error.to_string();
    let Some(owner) = people::find(tx, &format!("{mailbox}@{DOMAIN}")).await.map_err(text)? else { return Ok(()) };
    let rule = ScheduleRule::cron(cron, ZONE, 1).map_err(|error| error.to_string())?;
    let next = rule.next_after(now);
    let schedule = Schedule {
        id: Id::new(now),
        owner: owner.id,
        name: name.to_owned(),
        request: request.to_owned(),
        agent: None,
        skill: Some(skill.to_owned()),
        inputs: period.map(|period| ("period".to_owned(), Value::from(period))).into_iter().collect(),
        emails: to.map(|mailbox| format!("{mailbox}@{DOMAIN}")).into_iter().collect(),
        channel: channel.map(str::to_owned),
        push: true,
        rule,
        misfire: Misfire::Latest,
        paused: true,
        created_at: now,
    };
    if schedules::add(tx, &schedule).await.map_err(text)? {
        schedules::set_next(tx, schedule.id, next).await.map_err(text)?;
    }
    Ok(())
}

/// Lets the sales manager's unattended runs send, where nobody has given or ended such an approval before.
async fn give_standing_approvals(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), String> {
    let text = |error: mezzofy_store::StoreError| error.to_string();
    let Some(owner) = people::find(tx, &format!("sales.manager@{DOMAIN}")).await.map_err(text)? else { return Ok(()) };
    if standing_approvals::any_of(tx, owner.id).await.map_err(text)? {
        return Ok(());
    }
    for skill in ["lead_follow_up", "customer_welcome"] {
        let approval = StandingApproval {
            id: Id::new(now),
            owner: owner.id,
            department: owner.department,
            skill: skill.to_owned(),
            template: None,
            recipients: Recipients { rule: standing::RecipientRule::Anyone, values: Vec::new() },
            limit_a_day: 50,
            created_at: now,
        };
        standing_approvals::add(tx, &approval).await.map_err(text)?;
    }
    Ok(())
}

/// Makes the demo. Answers what was new, as a sentence.
pub async fn make(
    store: &Store,
    home: &Path,
    roles: &Roles,
    clock: &Clock,
    today: NaiveDate,
    what: Demo,
) -> Result<String, String> {
    let text = |error: mezzofy_store::StoreError| error.to_string();
    let now = clock.now();
    let hashing = Hashing::new(TaskTracker::new());
    let mut tx = store.begin().await.map_err(text)?;
    let mut added = 0;
    for (mailbox, name, title, role) in PEOPLE {
        let email = format!("{mailbox}@{DOMAIN}");
        if people::by_email(&mut tx, &email).await.map_err(text)?.is_some() {
            continue;
        }
        let department =
            roles.get(role).ok_or_else(|| format!("roles.yaml has no role {role}, which the demo needs"))?.department;
        let person = Person {
            id: Id::new(now),
            email,
            name: name.to_owned(),
            title: title.to_owned(),
            role: role.to_owned(),
            department,
            language: Language::En,
            disabled: false,
        };
        let hash = hashing.hash_password(PASSWORD.to_owned()).await.map_err(|error| error.to_string())?;
        added += i32::from(people::add(&mut tx, &person, &hash, now).await.map_err(text)?);
    }
    let mut said = format!("{added} people");
    if what == Demo::All {
        let imported = ledger::import(&mut tx, &mezzofy_demo::ledger::file(today))
            .await
            .map_err(text)?
            .map_err(|error| error.to_string())?;
        said = format!("{said}, {} ledger entries", imported.new);
        if leads::count(&mut tx).await.map_err(text)? == 0 {
            let demo = mezzofy_demo::leads::all(today);
            for demo in &demo {
                let created = leads::LeadStamp {
                    id: Id::new(demo.created_at),
                    created_at: demo.created_at,
                    status_changed_at: demo.status_changed_at,
                };
                leads::add(&mut tx, &demo.lead, created, None).await.map_err(text)?;
            }
            said = format!("{said}, {} leads", demo.len());
        }
        if tickets::count(&mut tx).await.map_err(text)? == 0 {
            let demo: Vec<Ticket> =
                mezzofy_demo::tickets::all(now, today).into_iter().map(|demo| demo.ticket).collect();
            tickets::import(&mut tx, &demo).await.map_err(text)?;
            said = format!("{said}, {} tickets", demo.len());
        }
        for campaign in mezzofy_demo::campaigns::all(today) {
            campaigns::add(&mut tx, &campaign).await.map_err(text)?;
        }
        if knowledge::count(&mut tx).await.map_err(text)? == 0 {
            // All pages are Markdown, for which no other program is needed.
            let documents =
                library::read(&home.join("knowledge/pages"), &Reader::new(PathBuf::new(), reader::READING_TIMEOUT))
                    .await?;
            for document in &documents {
                knowledge::put(&mut tx, document, now).await.map_err(text)?;
            }
            knowledge::count_words(&mut tx).await.map_err(text)?;
            knowledge::analyze(&mut tx).await.map_err(text)?;
            said = format!("{said}, {} pages of knowledge", documents.len());
        }
        for standing in &SCHEDULES {
            add_schedule(&mut tx, standing, now).await?;
        }
        give_standing_approvals(&mut tx, now).await?;
    }
    commit(tx).await.map_err(text)?;
    Ok(said)
}
