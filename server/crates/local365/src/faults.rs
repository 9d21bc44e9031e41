//! Faults on order: a test says what shall go wrong with which request, and counts what was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A token.
    Token,
    /// A new draft.
    CreateDraft,
    /// One message.
    GetMessage,
    /// A message's way to Deleted Items.
    DeleteMessage,
    /// The messages of a folder or of the mailbox.
    ListMessages,
    /// Sending a draft.
    Send,
    /// The attachments of a message, or one's content.
    ReadAttachments,
    /// A small attachment.
    AddAttachment,
    /// An upload session.
    OpenUpload,
    /// A range of an upload.
    PutRange,
    /// A message in a channel or a chat.
    Post,
    /// The newest messages of a channel or a chat.
    ListPosts,
    /// A file for a channel.
    PutFile,
    /// An event.
    CreateEvent,
    /// What stands in a calendar, or when people are free.
    ReadCalendar,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `Retry-After`, for every request until that time has passed.
    Throttle(Duration),
    /// 503 without `Retry-After`; nothing was done.
    Unavailable,
    /// 401: the token was revoked.
    RefuseToken,
    /// The connection breaks before anything was done.
    DropBefore,
    /// It is done and stored, then the connection breaks instead of an answer.
    DropAfter,
    /// It is taken in, and done and answered so much later; also when whoever asked waits no more.
    Late(Duration),
}

/// The script of faults. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    next: HashMap<Operation, VecDeque<Fault>>,
    seen: HashMap<Operation, u32>,
    closed_until: Option<DateTime<Utc>>,
    early: u32,
    late: u32,
}

/// What the script says about one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Serve,
    Refuse(Duration),
    Unavailable,
    RefuseToken,
    DropBefore,
    DropAfter,
    Late(Duration),
}

/// A request that was taken in and is not done yet.
pub(crate) struct LateRequest(Faults);

impl Drop for LateRequest {
    fn drop(&mut self) {
        self.0.get().late -= 1;
    }
}

impl Faults {
    /// The next request of this kind meets this fault; more of them come one after another.
    pub fn script(&self, operation: Operation, fault: Fault) {
        self.get().next.entry(operation).or_default().push_back(fault);
    }

    /// How many requests of this kind came, refused ones included.
    #[must_use]
    pub fn seen(&self, operation: Operation) -> u32 {
        self.get().seen.get(&operation).copied().unwrap_or_default()
    }

    /// How many requests came sooner than `Retry-After` allowed.
    #[must_use]
    pub fn early(&self) -> u32 {
        self.get().early
    }

    /// How many requests were taken in and are not done yet, because they are late.
    #[must_use]
    pub fn late(&self) -> u32 {
        self.get().late
    }

    /// Takes a late request in; it counts until it is dropped.
    pub(crate) fn take_in(&self) -> LateRequest {
        self.get().late += 1;
        LateRequest(self.clone())
    }

    /// Whether every scripted fault was met.
    #[must_use]
    pub fn are_used_up(&self) -> bool {
        self.get().next.values().all(VecDeque::is_empty)
    }

    pub(crate) fn judge(&self, operation: Operation, now: DateTime<Utc>) -> Verdict {
        let mut script = self.get();
        *script.seen.entry(operation).or_default() += 1;
        if let Some(until) = script.closed_until.filter(|until| now < *until) {
            script.early += 1;
            return Verdict::Refuse((until - now).to_std().unwrap_or_default());
        }
        match script.next.get_mut(&operation).and_then(VecDeque::pop_front) {
            None => Verdict::Serve,
            Some(Fault::Throttle(time)) => {
                script.closed_until = TimeDelta::from_std(time).ok().and_then(|time| now.checked_add_signed(time));
                Verdict::Refuse(time)
            }
            Some(Fault::Unavailable) => Verdict::Unavailable,
            Some(Fault::RefuseToken) => Verdict::RefuseToken,
            Some(Fault::DropBefore) => Verdict::DropBefore,
            Some(Fault::DropAfter) => Verdict::DropAfter,
            Some(Fault::Late(time)) => Verdict::Late(time),
        }
    }

    fn get(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Operation {
    /// The operation of a request, by method and route.
    pub(crate) fn of(method: &Method, route: &str) -> Option<Self> {
        let reads = *method == Method::GET;
        let last = route.rsplit('/').next()?;
        let teams = route.starts_with("/v1.0/teams/") || route.starts_with("/v1.0/chats/");
        match last {
            "messages" if teams && reads => Some(Self::ListPosts),
            "messages" if teams => Some(Self::Post),
            "{*path}" => Some(Self::PutFile),
            "events" => Some(Self::CreateEvent),
            "calendarView" | "getSchedule" => Some(Self::ReadCalendar),
            "token" => Some(Self::Token),
            "messages" if reads => Some(Self::ListMessages),
            "messages" => Some(Self::CreateDraft),
            "{message}" if reads => Some(Self::GetMessage),
            "{message}" => Some(Self::DeleteMessage),
            "send" => Some(Self::Send),
            "attachments" | "$value" if reads => Some(Self::ReadAttachments),
            "attachments" => Some(Self::AddAttachment),
            "createUploadSession" => Some(Self::OpenUpload),
            "{session}" => Some(Self::PutRange),
            _ => None,
        }
    }
}
