//! Who calls: the person of the access token's session. A handler that takes a [`Caller`] can't be reached without one.

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header::AUTHORIZATION;
use axum::http::request;
use axum::http::{HeaderMap, Method};
use mezzofy_domain::audit::{Deed, Who};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Permission;
use mezzofy_store::{audit, people};

use super::limits::Counted;
use super::problem::{Kind, Problem};
use crate::app::{App, Parts};

/// A person who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// Who.
    pub person: Person,
    /// In which session.
    pub session: Id<id::Session>,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, app: &App) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or_else(signed_out)?;
        let caller = of_token(app, token).await?.ok_or_else(signed_out)?;
        let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let message = parts.method == Method::POST && path == Some("/v1/conversations/{id}/messages");
        app.limiters.count(caller.person.id, if message { Counted::Message } else { Counted::Request })?;
        if !app.roles.allows(&caller.person.role, Permission::Chat) {
            let detail = "Your role does not allow talking to the assistant. Ask an administrator.";
            return Err(refused(app, &caller.person, parts, Permission::Chat, detail).await);
        }
        Ok(caller)
    }
}

/// The refusal of a route that the person's role does not allow, once it is noted in the audit log.
pub(super) async fn refused(
    app: &Parts,
    person: &Person,
    parts: &request::Parts,
    permission: Permission,
    detail: &str,
) -> Problem {
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let deed = Deed::RouteRefused { route: format!("{} {path}", parts.method), permission };
    match audit::record(&app.store, app.clock.now(), Who::Person(person.id), &deed).await {
        Ok(()) => Problem::new(Kind::NotPermitted, detail),
        Err(error) => error.into(),
    }
}

/// The caller of an access token; `None` when it is not good.
pub(super) async fn of_token(app: &Parts, token: &str) -> Result<Option<Caller>, Problem> {
    let Some(session) = app.tokens.read(token, app.clock.now()) else { return Ok(None) };
    Ok(people::of_session(&app.store, session).await?.map(|person| Caller { person, session }))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn signed_out() -> Problem {
    Problem::new(Kind::SignedOut, "The access token is missing, over or not ours. Refresh it or sign in again.")
}
