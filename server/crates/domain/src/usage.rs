//! What a model's work takes in tokens, and what that costs.

use rust_decimal::Decimal;
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

/// What tokens cost, USD for a million of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Uncached input.
    pub input: Decimal,
    /// Output.
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
