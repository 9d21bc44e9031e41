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

/// What a route requires.
pub(super) trait RequiredPermission: Send + Sync + 'static {
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
pub(super) struct Chat;

impl RequiredPermission for Chat {
    const PERMISSION: Permission = Permission::Chat;
    const REFUSAL: &'static str = "Your role does not allow talking to the assistant. Ask an administrator.";
}

/// For those who see leads: all of them, or those assigned to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadOwnLeads;

impl RequiredPermission for ReadOwnLeads {
    const PERMISSION: Permission = Permission::ReadOwnLeads;
    const REFUSAL: &'static str = "Your role does not allow seeing leads. Ask an administrator.";
}

/// For those who add and change leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChangeLeads;

impl RequiredPermission for ChangeLeads {
    const PERMISSION: Permission = Permission::ChangeLeads;
    const REFUSAL: &'static str = "Your role does not allow adding or changing leads. Ask an administrator.";
}

/// For those who see key figures.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadKpis;

impl RequiredPermission for ReadKpis {
    const PERMISSION: Permission = Permission::ReadKpis;
    const REFUSAL: &'static str = "Your role does not allow seeing key figures. Ask an administrator.";
}

/// For those who have schedules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedules;

impl RequiredPermission for Schedules {
    const PERMISSION: Permission = Permission::Schedules;
    const REFUSAL: &'static str = "Your role does not allow schedules. Ask your manager or an administrator.";
}

/// For administrators.
#[derive(Debug, Clone, Copy)]
pub(super) struct Administer;

impl RequiredPermission for Administer {
    const PERMISSION: Permission = Permission::Administer;
    const REFUSAL: &'static str = "Only administrators may do that.";

    fn scope(person: &Person, roles: &Roles) -> Scope {
        Scope::administering(person, roles)
    }
}

/// For those who may let a skill send without asking each time.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandingApprovals;

impl RequiredPermission for StandingApprovals {
    const PERMISSION: Permission = Permission::StandingApprovals;
    const REFUSAL: &'static str = "Only managers may see and give standing approvals.";
}

/// For those who may read the audit log.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadAudit;

impl RequiredPermission for ReadAudit {
    const PERMISSION: Permission = Permission::ReadAudit;
    const REFUSAL: &'static str = "Your role does not allow reading the audit log.";

    fn scope(person: &Person, roles: &Roles) -> Scope {
        Scope::administering(person, roles)
    }
}

/// The arguments of a handler that has a caller: first, or after the app.
pub(super) trait CallerArguments {
    /// What the caller needs.
    type Permission: RequiredPermission;
}

impl<M, R: RequiredPermission> CallerArguments for (M, Caller<R>) {
    type Permission = R;
}

impl<M, R: RequiredPermission> CallerArguments for (M, State<App>, Caller<R>) {
    type Permission = R;
}

impl<M, R: RequiredPermission, A> CallerArguments for (M, State<App>, Caller<R>, A) {
    type Permission = R;
}

impl<M, R: RequiredPermission, A, B> CallerArguments for (M, State<App>, Caller<R>, A, B) {
    type Permission = R;
}

/// The route of a handler, described with the permission that its caller needs. A handler without a caller has none.
macro_rules! route {
    ($handler:ident) => {
        crate::permission::of_handler(utoipa_axum::routes!($handler), $handler)
    };
}

pub(super) use route;

/// What [`route!`] calls.
pub(super) fn of_handler<H: Handler<T, App>, T: CallerArguments>(
    routes: UtoipaMethodRouter<App>,
    _: H,
) -> UtoipaMethodRouter<App> {
    requiring::<T::Permission>(routes)
}

/// A route that looks at its permission itself, because the token does not come in a header.
pub(super) fn requiring<R: RequiredPermission>(routes: UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
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
