//! What one run may take of the models.

use mezzofy_agent::skills::Text;
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_domain::usage::RunUsage;

use super::run_worker::RunWorker;
use crate::config::models::RunLimits;

/// Which limit a run has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Turns,
    Tokens,
    Money,
    Time,
}

/// The first limit that a run of so many turns and minutes has reached.
fn reached(limits: &RunLimits, turns: u32, usage: &RunUsage, minutes: i64) -> Option<Limit> {
    if turns >= limits.turns {
        Some(Limit::Turns)
    } else if usage.tokens() >= limits.tokens {
        Some(Limit::Tokens)
    } else if usage.cost >= limits.usd {
        Some(Limit::Money)
    } else if minutes >= i64::from(limits.minutes) {
        Some(Limit::Time)
    } else {
        None
    }
}

impl RunWorker<'_> {
    /// Which limit of one run is reached, if any.
    pub(super) fn limit_reached(&mut self) -> Option<RunError> {
        let now = self.app.clock.now();
        let minutes = (now - self.machine.working_since(now)).num_minutes();
        let texts = &self.app.texts;
        let text = match reached(&self.app.models.settings().limits, self.machine.turns(), &self.run.usage, minutes)? {
            Limit::Turns => &texts.limit_turns,
            Limit::Tokens => &texts.limit_tokens,
            Limit::Money => &texts.limit_money,
            Limit::Time => &texts.limit_time,
        };
        Some(self.limit_error(text))
    }

    /// Says that a limit is reached.
    pub(super) fn limit_error(&self, limit: &Text) -> RunError {
        let language = self.machine.language();
        let detail = self.app.texts.limit_reached.say(language, &[("limit", limit.in_language(language))]);
        RunError { kind: RunErrorKind::LimitReached, detail }
    }
}

#[cfg(test)]
mod tests {
    use mezzofy_domain::usage::Usage;
    use rust_decimal::Decimal;

    use super::*;

    #[test]
    fn each_limit_ends_a_run_that_is_at_it_and_none_that_is_below() {
        let limits = RunLimits { turns: 3, tokens: 100, usd: Decimal::new(5, 1), minutes: 10, max_tokens: 50 };
        let took = |input, output, millionths| {
            let usage = Usage { input, output, ..Usage::default() };
            RunUsage::of("a model".to_owned(), usage, Decimal::new(millionths, 6))
        };
        for (turns, usage, minutes, limit) in [
            (2, took(49, 50, 499_999), 9, None),
            (3, took(0, 0, 0), 0, Some(Limit::Turns)),
            (0, took(50, 50, 0), 0, Some(Limit::Tokens)),
            (0, took(u64::MAX, u64::MAX, 0), 0, Some(Limit::Tokens)),
            (0, took(0, 0, 500_000), 0, Some(Limit::Money)),
            (0, took(0, 0, 0), 10, Some(Limit::Time)),
        ] {
            assert_eq!(reached(&limits, turns, &usage, minutes), limit, "{turns} {usage:?} {minutes}");
        }
    }
}
