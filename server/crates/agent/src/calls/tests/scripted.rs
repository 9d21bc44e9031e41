//! A model in the process: it gives the replies of a script, and takes no history in which a call lacks its result.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use mezzofy_domain::usage::Usage;
use serde_json::Value;

use crate::model::{Block, BlockView, Model, ModelError, ModelFacts, Reply, Request, StopReason, TextSink, Turn};

#[derive(Debug, Default)]
pub(super) struct Scripted {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Vec<Turn>>>,
}

impl Scripted {
    /// A model that says this, in order.
    pub(super) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self { replies: Mutex::new(replies.into_iter().collect()), asked: Mutex::default() }
    }

    /// The histories it was asked with.
    pub(super) fn asked(&self) -> Vec<Vec<Turn>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A reply of text.
pub(super) fn says(text: &str) -> Reply {
    Reply { blocks: vec![Block::text(text)], stop: StopReason::Ended, usage: Usage::default() }
}

/// A reply that calls tools.
pub(super) fn calls<'a>(calls: impl IntoIterator<Item = (&'a str, Value)>) -> Reply {
    let calls = calls.into_iter().enumerate();
    let blocks = calls.map(|(at, (name, input))| Block::call(&format!("call_{at}"), name, &input)).collect();
    Reply { blocks, stop: StopReason::Calls, usage: Usage::default() }
}

#[async_trait]
impl Model for Scripted {
    async fn stream(&self, request: &Request<'_>, heard: TextSink<'_>) -> Result<Reply, ModelError> {
        whole(request.history)?;
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.history.to_vec());
        let reply = self.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let reply = reply.ok_or_else(|| ModelError::Rejected("the script is used up".to_owned()))?;
        heard(&reply.text());
        Ok(reply)
    }

    async fn count_tokens(&self, _: &Request<'_>) -> Result<Option<u64>, ModelError> {
        Ok(None)
    }

    async fn facts(&self) -> Result<ModelFacts, ModelError> {
        Ok(ModelFacts::default())
    }
}

/// Each reply's calls are answered in the next turn, once each, and nothing else is answered.
fn whole(history: &[Turn]) -> Result<(), ModelError> {
    let mut open = 0;
    for turn in history {
        let (answered, called) = match turn {
            Turn::Person(_) => (0, 0),
            Turn::Results(results) => (results.len(), 0),
            Turn::Model { blocks, .. } => {
                (0, blocks.iter().filter(|block| matches!(block.view(), BlockView::Call { .. })).count())
            }
        };
        if answered != open {
            return Err(ModelError::Rejected(format!("{open} calls have {answered} results")));
        }
        open = called;
    }
    if open == 0 { Ok(()) } else { Err(ModelError::Rejected(format!("{open} calls have no results"))) }
}
