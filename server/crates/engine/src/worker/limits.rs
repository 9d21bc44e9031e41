//! What one run may take of the models.

use mezzofy_agent::skills::Text;
use mezzofy_domain::run::{RunError, RunErrorKind};

use super::run_worker::RunWorker;
use crate::views::UsageView;

impl RunWorker<'_> {
    /// Which limit of one run is reached, if any.
    pub(super) fn limit_reached(&mut self) -> Option<RunError> {
        let now = self.app.clock.now();
        let since = self.machine.working_since(now);
        let limits = &self.app.models.settings().limits;
        let used: UsageView = serde_json::from_value(self.run.usage.clone()).ok()?;
        let texts = &self.app.texts;
        let limit = if self.machine.turns() >= limits.turns {
            &texts.limit_turns
        } else if used.tokens() >= limits.tokens {
            &texts.limit_tokens
        } else if used.cost() >= limits.usd {
            &texts.limit_money
        } else if (now - since).num_minutes() >= i64::from(limits.minutes) {
            &texts.limit_time
        } else {
            return None;
        };
        Some(self.over(limit))
    }

    /// Says that a limit is reached.
    pub(super) fn over(&self, limit: &Text) -> RunError {
        let language = self.machine.language();
        let detail = self.app.texts.limit_reached.say(language, &[("limit", limit.in_language(language))]);
        RunError { kind: RunErrorKind::LimitReached, detail }
    }
}
