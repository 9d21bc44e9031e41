//! The stand-in for Microsoft 365 where no tenant is configured: local365 on loopback, its mailboxes in the database.

use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use mezzofy_domain::people::Company;
use mezzofy_local365::{Config, Document, DocumentQuery, Local365, Mailbox, Storage, StorageError, Team, serve};
use mezzofy_microsoft::graph::{Account, AccountError, Settings};
use mezzofy_microsoft::teams::SCOPES;
use mezzofy_store::{Store, StoreError, commit, local365 as rows, people};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use mezzofy_engine::clock::Clock;
use mezzofy_engine::secrets;

const TENANT: &str = "local365";
const CLIENT: &str = "mezzofy-assistant";

/// The team that it has.
pub(crate) const TEAM: &str = "local365";

/// How it is reached.
pub(crate) struct Started {
    pub(crate) settings: Settings,
    /// Its service account, signed in.
    pub(crate) account: SignedIn,
}

/// The service account's refresh token, which lives as long as the service.
pub(crate) struct SignedIn(Mutex<Option<SecretString>>);

#[async_trait]
impl Account for SignedIn {
    async fn refresh_token(&self) -> Result<Option<SecretString>, AccountError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn keep(&self, refresh_token: SecretString) -> Result<(), AccountError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refresh_token);
        Ok(())
    }
}

/// Starts it on a free port of loopback. Its secrets live as long as it does.
pub(crate) async fn start(
    store: &Store,
    company: &Company,
    channels: Vec<String>,
    clock: Clock,
    answer_timeout: Duration,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> std::io::Result<Started> {
    let client_secret = secrets::random_text();
    let config = Config {
        tenant: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: client_secret.clone().into(),
        signing_key: secrets::random_text().into(),
        roles: vec!["Mail.ReadWrite".to_owned(), "Mail.Send".to_owned(), "Calendars.ReadWrite".to_owned()],
        account: Some(Mailbox {
            address: format!("assistant@{}", company.domain),
            name: format!("{} AI", company.name),
        }),
        scopes: SCOPES.map(str::to_owned).to_vec(),
        team: Team { id: TEAM.to_owned(), channels },
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let service = Local365::new(config, Tables(store.clone()), move || clock.now());
    let account = SignedIn(Mutex::new(service.account_token()));
    let stop = stop.clone();
    tasks.spawn(async move {
        if let Err(error) = serve(listener, service, async move { stop.cancelled().await }).await {
            tracing::error!(%error, "local365 ended");
        }
    });
    let settings = Settings {
        login_base: base.clone(),
        graph_base: base,
        tenant: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: client_secret.into(),
        answer_timeout,
    };
    Ok(Started { settings, account })
}

struct Tables(Store);

fn failed(error: StoreError) -> StorageError {
    StorageError::Failed(error.into())
}

#[async_trait]
impl Storage for Tables {
    async fn mailbox(&self, user: &str) -> Result<Option<Mailbox>, StorageError> {
        let mut tx = self.0.begin().await.map_err(failed)?;
        let found = people::by_email(&mut tx, user).await.map_err(failed)?;
        Ok(found.map(|(person, _)| Mailbox { address: person.email, name: person.name }))
    }

    async fn get(&self, mailbox: &str, id: Uuid) -> Result<Option<Document>, StorageError> {
        let mut tx = self.0.begin().await.map_err(failed)?;
        Ok(rows::get(&mut tx, mailbox, id).await.map_err(failed)?.map(of_row))
    }

    async fn find(&self, query: DocumentQuery<'_>) -> Result<Vec<Document>, StorageError> {
        let folders: Vec<String> = query.folders.iter().map(|&folder| folder.to_owned()).collect();
        let mut tx = self.0.begin().await.map_err(failed)?;
        let found =
            rows::find(&mut tx, query.mailbox, &folders, query.tag, query.skip, query.limit).await.map_err(failed)?;
        Ok(found.into_iter().map(of_row).collect())
    }

    async fn save(&self, documents: &[Document]) -> Result<(), StorageError> {
        let mut tx = self.0.begin().await.map_err(failed)?;
        for document in documents {
            if !rows::save(&mut tx, &row_of(document)).await.map_err(failed)? {
                return Err(StorageError::Conflict);
            }
        }
        commit(tx).await.map_err(failed)
    }

    async fn put_blob(&self, id: Uuid, bytes: &[u8]) -> Result<(), StorageError> {
        let mut tx = self.0.begin().await.map_err(failed)?;
        rows::put_blob(&mut tx, id, bytes).await.map_err(failed)?;
        commit(tx).await.map_err(failed)
    }

    async fn blob(&self, id: Uuid) -> Result<Option<Vec<u8>>, StorageError> {
        let mut tx = self.0.begin().await.map_err(failed)?;
        rows::blob(&mut tx, id).await.map_err(failed)
    }
}

fn of_row(row: rows::Document) -> Document {
    let rows::Document { mailbox, id, folder, tags, at, version, body } = row;
    Document { mailbox, id, folder, tags, at, version, body }
}

fn row_of(document: &Document) -> rows::Document {
    let Document { mailbox, id, folder, tags, at, version, body } = document.clone();
    rows::Document { mailbox, id, folder, tags, at, version, body }
}
