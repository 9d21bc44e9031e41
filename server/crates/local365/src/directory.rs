//! The people of the tenant: those with a mailbox, and the service account.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::refusal::Refusal;
use crate::state::Local365;
use crate::storage::Mailbox;

pub(crate) async fn me(State(local): State<Local365>, caller: Caller) -> Result<Json<Value>, Refusal> {
    let author = caller.author("/me request is only valid with delegated authentication flow.")?.to_owned();
    caller.has(&["User.Read", "User.ReadBasic.All"])?;
    let account = local.account_or_mailbox(&author).await?;
    Ok(Json(json!({"id": account.address, "displayName": account.name, "mail": account.address})))
}

pub(crate) async fn user(
    State(local): State<Local365>,
    caller: Caller,
    Path(user): Path<String>,
) -> Result<Json<Value>, Refusal> {
    caller.has(&["User.ReadBasic.All", "User.Read.All"])?;
    let found = local.account_or_mailbox(&user).await?;
    Ok(Json(json!({"id": found.address, "displayName": found.name, "mail": found.address})))
}

impl Local365 {
    pub(crate) async fn account_or_mailbox(&self, user: &str) -> Result<Mailbox, Refusal> {
        match &self.0.config.account {
            Some(account) if account.address.eq_ignore_ascii_case(user) => Ok(account.clone()),
            _ => self.mailbox(user).await,
        }
    }
}
