//! A provider of models on loopback, with a script for a mind. Both protocols draw from the same script in the order of
//! their requests; a request that a provider would refuse is refused, and kept as a problem.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::serve;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::answer::Answer;
use state::State;

mod chat;
mod collect;
mod frames;
mod messages;
mod protocol;
mod routes;
mod sent;
mod state;

/// The server. It ends when it is dropped.
pub struct Replay {
    state: Arc<State>,
    address: SocketAddr,
    running: JoinSet<()>,
}

impl Replay {
    /// Starts one on a free port, for clients with this key.
    pub async fn start(key: &str) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(key));
        let mut ended = state.ended.subscribe();
        let stop = async move {
            let _ = ended.wait_for(|ended| *ended).await;
        };
        let serving = serve(listener, routes::all(&state)).with_graceful_shutdown(stop);
        let mut running = JoinSet::new();
        running.spawn(async move {
            let _ = serving.await;
        });
        Ok(Self { state, address, running })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the client of the Messages API is given.
    #[must_use]
    pub fn anthropic_base(&self) -> String {
        self.base_url()
    }

    /// What an OpenAI-compatible client is given: with `/v1`.
    #[must_use]
    pub fn openai_base(&self) -> String {
        format!("{}/v1", self.base_url())
    }

    /// Adds to the script.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.inner().script.extend(answers);
    }

    /// Drops what is left of the script.
    pub fn drop_script(&self) {
        self.state.inner().script.clear();
    }

    /// The bodies that asked for a reply, refused ones among them.
    #[must_use]
    pub fn requests(&self) -> Vec<Value> {
        let bodies = self.raw_requests();
        bodies.iter().map(|body| serde_json::from_str(body).unwrap_or_default()).collect()
    }

    /// The same as text, byte for byte.
    #[must_use]
    pub fn raw_requests(&self) -> Vec<String> {
        self.state.inner().bodies.clone()
    }

    /// How often a reply was asked for.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.state.inner().bodies.len()
    }

    /// Waits until a reply was asked for so many times in all.
    pub async fn called(&self, times: usize) {
        let mut called = self.state.called.subscribe();
        let _ = called.wait_for(|called| *called >= times).await;
    }

    /// Sends the next chunk of an answer that is held; before it was asked for, or while nothing waits, it counts as well.
    pub fn release(&self) {
        self.state.gate.add_permits(1);
    }

    /// Holds nothing any more.
    pub fn release_all(&self) {
        self.state.gate.close();
    }

    /// Whether all keys are refused from now on.
    pub fn refuse_keys(&self, refuse: bool) {
        self.state.inner().refuses_keys = refuse;
    }

    /// What it tells about its models' windows, in tokens; a million at first.
    pub fn window(&self, tokens: u64) {
        self.state.inner().window = tokens;
    }

    /// What was wrong with the requests up to now.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.state.inner().problems.clone()
    }

    /// Stops it, and gives what was wrong with the requests and which answers were not asked for.
    #[must_use]
    pub fn end(self) -> Vec<String> {
        let mut problems = self.problems();
        let left = self.state.inner().script.len();
        if left > 0 {
            problems.push(format!("{left} answers of the script were not asked for"));
        }
        problems
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.state.ended.send_replace(true);
        self.running.abort_all();
    }
}

#[cfg(test)]
mod tests;
