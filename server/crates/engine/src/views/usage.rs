//! What a run cost, as people see it.

use mezzofy_store::model_calls::Sum;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a run cost.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UsageView {
    /// The model that planned; `planner` is built in and costs nothing.
    model: String,
    input_tokens: u64,
    output_tokens: u64,
    cached_tokens: u64,
    /// USD, decimal.
    cost: String,
}

impl UsageView {
    /// Nothing: the planner is built in.
    #[must_use]
    pub fn planner() -> Self {
        Self {
            model: "planner".to_owned(),
            input_tokens: 0,
            output_tokens: 0,
            cached_tokens: 0,
            cost: "0.000000".to_owned(),
        }
    }

    /// What a run's calls took together; without any the planner served.
    #[must_use]
    pub fn of(sum: &Sum) -> Self {
        let Some(model) = &sum.model else { return Self::planner() };
        Self {
            model: model.clone(),
            input_tokens: sum.usage.prompt(),
            output_tokens: sum.usage.output,
            cached_tokens: sum.usage.cache_read,
            cost: micro_usd(sum.cost),
        }
    }

    /// Tokens of prompts and replies together.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.input_tokens + self.output_tokens
    }

    /// USD.
    #[must_use]
    pub fn cost(&self) -> Decimal {
        self.cost.parse().unwrap_or_default()
    }
}

/// USD with six decimals, a half away from zero.
#[must_use]
pub fn micro_usd(amount: Decimal) -> String {
    format!("{:.6}", amount.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero))
}
