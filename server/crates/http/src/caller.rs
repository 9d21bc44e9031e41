//! Who calls: the person of the access token's session, whose role allows what the handler's [`RequiredPermission`] names. A handler that
//! takes a [`Caller`] can't be reached without one.

use std::marker::PhantomData;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header::AUTHORIZATION;
use axum::http::request;
use axum::http::{HeaderMap, Method};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_store::{StoreError, Tx, audit, commit, people};

use super::permission::{Chat, RequiredPermission};
use super::problem::{Problem, ProblemKind};
use mezzofy_engine::access::limiters::RateKind;
use mezzofy_engine::app::{App, AppState};

/// Each of these begins a run, and counts as a message.
const STARTS_A_RUN: [&str; 2] = ["/v1/conversations/{id}/messages", "/v1/schedules/{id}/run"];

/// A person who is signed in and whose role allows what the rule names.
#[derive(Debug, Clone)]
pub(super) struct Caller<R = Chat> {
    /// Who.
    pub person: Person,
    /// In which session.
    pub session: Id<id::Session>,
    rule: PhantomData<R>,
}

impl<R: RequiredPermission> FromRequestParts<App> for Caller<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or_else(signed_out)?;
        let caller = Self::signed_in(app, token).await?.ok_or_else(signed_out)?;
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let message = parts.method == Method::POST && STARTS_A_RUN.contains(&path);
        app.limiters.count(caller.person.id, if message { RateKind::Message } else { RateKind::Request }).await?;
        caller.allowed(app, &format!("{} {path}", parts.method)).await
    }
}

impl<R: RequiredPermission> Caller<R> {
    /// The person of an access token, whatever their role allows; `None` when the token is not good.
    pub(super) async fn signed_in(app: &AppState, token: &str) -> Result<Option<Self>, Problem> {
        let Some(session) = app.tokens.read(token, app.clock.now()) else { return Ok(None) };
        let person = people::of_session(&app.store, session).await?;
        if let Some(person) = &person {
            tracing::Span::current().record("person", tracing::field::display(person.id));
        }
        Ok(person.map(|person| Self { person, session, rule: PhantomData }))
    }

    /// Begins a transaction that acts as the caller.
    pub(super) async fn begin(&self, app: &AppState) -> Result<Tx, StoreError> {
        app.store.begin_as(&R::scope(&self.person, &app.roles)).await
    }

    /// The caller if their role allows the route, such as `GET /v1/me`. A refusal is noted in the audit log before it is given.
    pub(super) async fn allowed(self, app: &AppState, route: &str) -> Result<Self, Problem> {
        if app.roles.allows(&self.person.role, R::PERMISSION) {
            return Ok(self);
        }
        let event = AuditEvent::RouteRefused { route: route.to_owned(), permission: R::PERMISSION };
        let mut tx = self.begin(app).await?;
        audit::append(&mut tx, app.clock.now(), Actor::Person(self.person.id), &event).await?;
        commit(tx).await?;
        Err(Problem::new(ProblemKind::NotPermitted, R::REFUSAL))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn signed_out() -> Problem {
    Problem::new(ProblemKind::SignedOut, "The access token is missing, over or not ours. Refresh it or sign in again.")
}
