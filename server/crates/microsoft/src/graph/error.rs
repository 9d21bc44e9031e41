//! What can go wrong with Graph, told apart by what the caller must know: was it done, and may it be tried again.

use std::time::Duration;

/// Whether the thing that was asked for happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphOutcome {
    /// It certainly did not happen.
    NotDone,
    /// It certainly happened, although its answer is missing.
    Done,
    /// It may have happened: look before asking again.
    Unknown,
}

/// Why Graph did not do or did not answer something.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// The addresses of Microsoft 365 in the configuration can't be used.
    #[error("the Microsoft 365 settings can't be used: {0}")]
    Settings(String),
    /// Entra refused the app's credentials; `code` is OAuth's `error`. Trying again changes nothing.
    #[error("Microsoft refused the app's sign-in ({code}); check the tenant, the client id and the client secret")]
    SignIn {
        /// OAuth's `error`, for instance `invalid_client`.
        code: String,
    },
    /// What only a signed-in account may do was asked, and nobody has signed it in, or Microsoft wants that done anew.
    #[error(
        "the service account for Teams is not signed in to Microsoft 365; an administrator signs it in under Admin"
    )]
    NotConnected,
    /// Entra can't be used at the moment, so nothing was asked of Graph.
    #[error("Microsoft's sign-in service can't be used at the moment")]
    SignInDown {
        /// How long Entra asked to wait.
        retry_after: Option<Duration>,
    },
    /// No connection came about, so nothing was asked.
    #[error("Microsoft 365 can't be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The request was written, its answer never came.
    #[error("the connection to Microsoft 365 was lost before it answered, so it isn't known whether it acted")]
    Lost(#[source] reqwest::Error),
    /// Throttled (429, 509) or failing (408, 5xx).
    #[error("Microsoft 365 is busy or failing (status {status}, request {request_id})")]
    Busy {
        /// The HTTP status.
        status: u16,
        /// What `Retry-After` said.
        retry_after: Option<Duration>,
        /// Microsoft's id of the request, for its support.
        request_id: String,
    },
    /// Graph answered with an error that stays the same however often one asks.
    #[error("Microsoft 365 refused it: {code} (status {status}, request {request_id})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Graph's `error.code`, for instance `ErrorItemNotFound`. Its message is never looked at.
        code: String,
        /// Microsoft's id of the request, for its support.
        request_id: String,
    },
    /// The status says that it was done, the answer can't be understood.
    #[error("Microsoft 365 did it, but its answer can't be read (request {request_id})")]
    Unreadable {
        /// Microsoft's id of the request, for its support.
        request_id: String,
    },
    /// Graph named an address outside the configured one; the token was not sent there.
    #[error("Microsoft 365 named an address that isn't its own; nothing was sent there")]
    ForeignAddress,
}

impl GraphError {
    /// Whether what was asked happened nevertheless. Only a refusal of the service itself proves that it did not: what stands between may
    /// have answered 5xx for a request that went through, with `Retry-After` as well.
    #[must_use]
    pub fn outcome(&self) -> GraphOutcome {
        match self {
            Self::Settings(_)
            | Self::SignIn { .. }
            | Self::NotConnected
            | Self::SignInDown { .. }
            | Self::Unreachable(_)
            | Self::Refused { .. }
            | Self::ForeignAddress
            | Self::Busy { status: 429, .. } => GraphOutcome::NotDone,
            Self::Lost(_) | Self::Busy { .. } => GraphOutcome::Unknown,
            Self::Unreadable { .. } => GraphOutcome::Done,
        }
    }

    /// After how long it makes sense to try again (after a look where the outcome is not `NotDone`); `None` is never.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        const SOON: Duration = Duration::from_secs(2);
        match self {
            Self::Settings(_)
            | Self::SignIn { .. }
            | Self::NotConnected
            | Self::Refused { .. }
            | Self::ForeignAddress => None,
            Self::Unreachable(_) | Self::Lost(_) | Self::Unreadable { .. } => Some(SOON),
            Self::SignInDown { retry_after } | Self::Busy { retry_after, .. } => Some(retry_after.unwrap_or(SOON)),
        }
    }

    pub(super) fn told_to_wait(&self) -> Option<Duration> {
        match self {
            Self::SignInDown { retry_after } | Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Reads reqwest's error: what failed before a byte was written was not done.
    pub(super) fn from_transport(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() { Self::Unreachable(error) } else { Self::Lost(error) }
    }

    pub(crate) fn is_item_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, code, .. } if code == "ErrorItemNotFound")
    }
}
