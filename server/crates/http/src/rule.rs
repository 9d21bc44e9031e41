//! What a caller's role must allow, as a type: handlers name it in their [`Caller`], and the description of their route is
//! made from it.

use axum::extract::State;
use axum::handler::Handler;
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::{Permission, Roles};
use mezzofy_store::Scope;
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::UtoipaMethodRouter;

use super::caller::Caller;
use super::docs::{ACCESS_TOKEN, operations};
use mezzofy_engine::app::App;

/// A rule that a route has.
pub(super) trait Rule: Send + Sync + 'static {
    /// What the caller's role must allow.
    const PERMISSION: Permission;
    /// What a caller is told whose role does not.
    const REFUSAL: &'static str;

    /// As whom the caller's transactions act.
    fn scope(person: &Person, roles: &Roles) -> Scope {
        Scope::of(person, roles)
    }
}

/// For those who may talk to the assistant: everything of one's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chatting;

impl Rule for Chatting {
    const PERMISSION: Permission = Permission::Chat;
    const REFUSAL: &'static str = "Your role does not allow talking to the assistant. Ask an administrator.";
}

/// For those who see leads: all of them, or those assigned to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeeingLeads;

impl Rule for SeeingLeads {
    const PERMISSION: Permission = Permission::ReadOwnLeads;
    const REFUSAL: &'static str = "Your role does not allow seeing leads. Ask an administrator.";
}

/// For those who add and change leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChangingLeads;

impl Rule for ChangingLeads {
    const PERMISSION: Permission = Permission::ChangeLeads;
    const REFUSAL: &'static str = "Your role does not allow adding or changing leads. Ask an administrator.";
}

/// For those who see key figures.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeeingKpis;

impl Rule for SeeingKpis {
    const PERMISSION: Permission = Permission::ReadKpis;
    const REFUSAL: &'static str = "Your role does not allow seeing key figures. Ask an administrator.";
}

/// For those who have schedules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scheduling;

impl Rule for Scheduling {
    const PERMISSION: Permission = Permission::Schedules;
    const REFUSAL: &'static str = "Your role does not allow schedules. Ask your manager or an administrator.";
}

/// For administrators.
#[derive(Debug, Clone, Copy)]
pub(super) struct Administering;

impl Rule for Administering {
    const PERMISSION: Permission = Permission::Administer;
    const REFUSAL: &'static str = "Only administrators may do that.";

    fn scope(person: &Person, roles: &Roles) -> Scope {
        Scope::administering(person, roles)
    }
}

/// For those who may let a skill send without asking each time.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandingApproving;

impl Rule for StandingApproving {
    const PERMISSION: Permission = Permission::StandingApprovals;
    const REFUSAL: &'static str = "Only managers may see and give standing approvals.";
}

/// For those who may read the audit log.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadingAudit;

impl Rule for ReadingAudit {
    const PERMISSION: Permission = Permission::ReadAudit;
    const REFUSAL: &'static str = "Your role does not allow reading the audit log.";

    fn scope(person: &Person, roles: &Roles) -> Scope {
        Scope::administering(person, roles)
    }
}

/// The arguments of a handler that has a caller: first, or after the app.
pub(super) trait Guarded {
    /// The caller's rule.
    type Rule: Rule;
}

impl<M, R: Rule> Guarded for (M, Caller<R>) {
    type Rule = R;
}

impl<M, R: Rule> Guarded for (M, State<App>, Caller<R>) {
    type Rule = R;
}

impl<M, R: Rule, A> Guarded for (M, State<App>, Caller<R>, A) {
    type Rule = R;
}

impl<M, R: Rule, A, B> Guarded for (M, State<App>, Caller<R>, A, B) {
    type Rule = R;
}

/// The route of a handler, described with the permission that its caller needs. A handler without a caller has none.
macro_rules! guarded {
    ($handler:ident) => {
        crate::rule::of_handler(utoipa_axum::routes!($handler), $handler)
    };
}

pub(super) use guarded;

/// What [`guarded!`] calls.
pub(super) fn of_handler<H: Handler<T, App>, T: Guarded>(
    routes: UtoipaMethodRouter<App>,
    _: H,
) -> UtoipaMethodRouter<App> {
    needing::<T::Rule>(routes)
}

/// A route that looks at its rule itself, because the token does not come in a header.
pub(super) fn needing<R: Rule>(routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    described(routes, &[SecurityRequirement::new(ACCESS_TOKEN, [R::PERMISSION.code()])])
}

/// A route for everybody.
pub(super) fn open(routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    described(routes, &[])
}

fn described(
    (schemas, mut paths, router): UtoipaMethodRouter<App>,
    needs: &[SecurityRequirement],
) -> UtoipaMethodRouter<App> {
    for (_, operation) in paths.paths.values_mut().flat_map(operations) {
        operation.security = Some(needs.to_vec());
    }
    (schemas, paths, router)
}
