//! Where somebody comes from whom nobody knows yet, and how often they may.

use std::net::SocketAddr;
use std::sync::Once;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath};
use axum::http::HeaderName;
use axum::http::request::Parts;
use mezzofy_engine::access::limiters::AnonymousRateKind;
use mezzofy_engine::access::network::{self, Network};
use mezzofy_engine::app::App;

use super::problem::Problem;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const REFRESH: &str = "/v1/auth/refresh";

/// A handler that takes it is reached by so many from one network in a minute; the body of the others is not even read.
pub(super) struct Admitted;

impl FromRequestParts<App> for Admitted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let ConnectInfo(peer) = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .ok_or_else(|| Problem::internal("a request came without the address of its connection"))?;
        let forwarded = parts.headers.get_all(X_FORWARDED_FOR);
        if app.access.trusted_proxies == 0 && forwarded.iter().next().is_some() {
            warn_once();
        }
        let hops: Vec<&str> =
            forwarded.iter().flat_map(|header| header.to_str().unwrap_or_default().split(',')).collect();
        let client = network::client(peer.ip(), hops.into_iter(), app.access.trusted_proxies);
        let is_refresh = parts.extensions.get::<MatchedPath>().is_some_and(|path| path.as_str() == REFRESH);
        let kind = if is_refresh { AnonymousRateKind::Refresh } else { AnonymousRateKind::SignIn };
        app.limiters.count_anonymous(Network::of(client), kind).await?;
        Ok(Self)
    }
}

fn warn_once() {
    static WARNING: Once = Once::new();
    WARNING.call_once(|| {
        tracing::warn!(
            "a request came with X-Forwarded-For, which is not looked at: access.trusted_proxies is 0. If there is a proxy before this server, \
             set it to the number of proxies, else all who come through it share the sign-ins of one address"
        );
    });
}
