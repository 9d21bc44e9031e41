//! What a model's work takes in tokens, and what that costs.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// The tokens of one model call, or of several together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Input that was neither read from nor written to a cache.
    pub input: u64,
    /// Input read from a cache.
    pub cache_read: u64,
    /// Input written to a cache that holds for five minutes.
    pub cache_write_5m: u64,
    /// Input written to a cache that holds for an hour.
    pub cache_write_1h: u64,
    /// Output, thinking among it.
    pub output: u64,
}

impl Usage {
    /// All tokens of the prompt, cached ones among them.
    #[must_use]
    pub fn prompt(self) -> u64 {
        self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h
    }

    /// As far as it can be true: no call has more than four thousand million tokens of a kind.
    #[must_use]
    pub fn believable(self) -> Self {
        let most = u64::from(u32::MAX);
        Self {
            input: self.input.min(most),
            cache_read: self.cache_read.min(most),
            cache_write_5m: self.cache_write_5m.min(most),
            cache_write_1h: self.cache_write_1h.min(most),
            output: self.output.min(most),
        }
    }

    /// With an estimate for what its provider did not count: no call takes no prompt, and no reply no output.
    #[must_use]
    pub fn or_estimated(self, estimate: Self) -> Self {
        let prompt = if self.prompt() == 0 { estimate } else { self };
        Self { output: if self.output == 0 { estimate.output } else { self.output }, ..prompt }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input: self.input + other.input,
            cache_read: self.cache_read + other.cache_read,
            cache_write_5m: self.cache_write_5m + other.cache_write_5m,
            cache_write_1h: self.cache_write_1h + other.cache_write_1h,
            output: self.output + other.output,
        }
    }
}

/// What a run took of the models so far, as it is stored with the run and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunUsage {
    /// The model of the newest reply; `planner` is built in and costs nothing.
    pub model: String,
    /// Tokens of the prompts, cached ones among them.
    pub input_tokens: u64,
    /// Tokens of the replies.
    pub output_tokens: u64,
    /// Tokens of the prompts that were read from a cache.
    pub cached_tokens: u64,
    /// USD with six decimals; stored as text.
    #[serde(with = "rust_decimal::serde::str")]
    pub cost: Decimal,
}

impl RunUsage {
    /// That of a run which no model has served.
    #[must_use]
    pub fn planner() -> Self {
        Self::of("planner".to_owned(), Usage::default(), Decimal::ZERO)
    }

    /// That of a run which a model has served, with all its calls together. A half of a millionth is rounded away from zero.
    #[must_use]
    pub fn of(model: String, usage: Usage, cost: Decimal) -> Self {
        let mut cost = cost.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero);
        cost.rescale(6);
        Self { model, input_tokens: usage.prompt(), output_tokens: usage.output, cached_tokens: usage.cache_read, cost }
    }

    /// Tokens of prompts and replies together.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

/// What tokens cost, USD for a million of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Uncached input.
    pub input: Decimal,
    pub output: Decimal,
    /// Input read from a cache.
    pub cache_read: Decimal,
    /// Input written to a cache for five minutes.
    pub cache_write_5m: Decimal,
    /// Input written to a cache for an hour.
    pub cache_write_1h: Decimal,
}

/// A model's price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// What holds for all tokens of a call.
    pub rates: Rates,
    /// What holds instead for all tokens of a call with a long prompt.
    pub long_prompt: Option<LongPrompt>,
}

/// The price of calls with long prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LongPrompt {
    /// A prompt of more tokens than this is long.
    pub above: u64,
    /// What holds then.
    pub rates: Rates,
}

impl Price {
    /// What a call of so many tokens costs at most: its prompt may be written to a cache.
    #[must_use]
    pub fn most(&self, prompt: u64, output: u64) -> Decimal {
        let plain = self.cost(Usage { input: prompt, output, ..Usage::default() });
        plain.max(self.cost(Usage { cache_write_5m: prompt, output, ..Usage::default() }))
    }

    /// What one call costs, USD, exact.
    #[must_use]
    pub fn cost(&self, usage: Usage) -> Decimal {
        let rates = match &self.long_prompt {
            Some(long) if usage.prompt() > long.above => &long.rates,
            Some(_) | None => &self.rates,
        };
        let tokens = [
            (usage.input, rates.input),
            (usage.output, rates.output),
            (usage.cache_read, rates.cache_read),
            (usage.cache_write_5m, rates.cache_write_5m),
            (usage.cache_write_1h, rates.cache_write_1h),
        ];
        let for_a_million: Decimal = tokens.iter().map(|(tokens, rate)| Decimal::from(*tokens) * rate).sum();
        for_a_million / Decimal::from(1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn rates(input: &str, output: &str, read: &str, write: &str, write_1h: &str) -> Rates {
        Rates {
            input: decimal(input),
            output: decimal(output),
            cache_read: decimal(read),
            cache_write_5m: decimal(write),
            cache_write_1h: decimal(write_1h),
        }
    }

    #[test]
    fn what_a_provider_did_not_count_is_estimated_and_not_free() {
        let estimate = Usage { input: 900, output: 40, ..Usage::default() };
        assert_eq!(Usage::default().or_estimated(estimate), estimate);
        let counted = Usage { input: 3, cache_read: 700, output: 12, ..Usage::default() };
        assert_eq!(counted.or_estimated(estimate), counted);
        assert_eq!(Usage { output: 0, ..counted }.or_estimated(estimate), Usage { output: 40, ..counted });
        assert_eq!(Usage { output: 12, ..Usage::default() }.or_estimated(estimate), Usage { output: 12, ..estimate });
    }

    #[test]
    fn each_kind_of_token_has_its_own_rate() {
        let sonnet = Price { rates: rates("2", "10", "0.10", "2.50", "4"), long_prompt: None };
        let usage = Usage { input: 671, output: 113, cache_read: 20_001, cache_write_5m: 1_024, cache_write_1h: 7 };
        assert_eq!(sonnet.cost(usage), decimal("0.0070601"));
        assert_eq!(usage.prompt(), 21_703);
        assert_eq!(sonnet.cost(Usage::default()), Decimal::ZERO);
        assert_eq!(sonnet.most(1_000, 100), decimal("0.0035"));
    }

    #[test]
    fn the_usage_of_a_run_is_stored_as_it_always_was() {
        let usage = Usage { input: 3, cache_read: 2, output: 4, ..Usage::default() };
        for (usage, stored) in [
            (
                RunUsage::planner(),
                r#"{"model":"planner","input_tokens":0,"output_tokens":0,"cached_tokens":0,"cost":"0.000000"}"#,
            ),
            (
                RunUsage::of("a".to_owned(), usage, decimal("1.2345675")),
                r#"{"model":"a","input_tokens":5,"output_tokens":4,"cached_tokens":2,"cost":"1.234568"}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&usage).unwrap(), stored);
            assert_eq!(serde_json::from_str::<RunUsage>(stored).unwrap(), usage);
        }
    }

    #[test]
    fn the_usage_of_a_run_that_can_not_be_read_is_an_error_and_not_nothing() {
        let stored = |cost: &str| {
            format!(r#"{{"model":"a","input_tokens":5,"output_tokens":4,"cached_tokens":2,"cost":{cost}}}"#)
        };
        assert!(serde_json::from_str::<RunUsage>(&stored("\"0.1\"")).is_ok());
        for cost in ["\"much\"", "\"\"", "null"] {
            assert!(serde_json::from_str::<RunUsage>(&stored(cost)).is_err(), "{cost}");
        }
        assert!(serde_json::from_str::<RunUsage>("{}").is_err());
    }

    #[test]
    fn recorded_usages_cost_what_the_price_list_says() {
        let sonnet = Price { rates: rates("2", "10", "0.10", "2.50", "4"), long_prompt: None };
        let recorded = [
            (4_772, 20, "0.009744"),
            (18, 1, "0.000046"),
            (755, 84, "0.00235"),
            (671, 113, "0.002472"),
            (12_229, 86, "0.025318"),
        ];
        for (input, output, cost) in recorded {
            assert_eq!(sonnet.cost(Usage { input, output, ..Usage::default() }), decimal(cost), "{input} and {output}");
        }
    }

    #[test]
    fn a_long_prompt_has_its_price_on_everything_and_begins_one_token_above_the_limit() {
        let long = LongPrompt { above: 100_000, rates: rates("0.50", "2.50", "0.05", "0.625", "1") };
        let haiku = Price { rates: rates("0.10", "0.50", "0.01", "0.125", "0.20"), long_prompt: Some(long) };
        let at = Usage { input: 90_000, cache_read: 10_000, output: 1_000, ..Usage::default() };
        assert_eq!(haiku.cost(at), decimal("0.0096"));
        let above = Usage { cache_read: 10_001, ..at };
        assert_eq!(haiku.cost(above), decimal("0.04800005"));
    }
}
