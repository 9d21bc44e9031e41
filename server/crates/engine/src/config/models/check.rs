//! Refuses settings that would fail only when a run needs them.

use mezzofy_domain::usage::Rates;
use mezzofy_store::budgets::DefaultBudgets;
use rust_decimal::Decimal;

use super::super::ConfigError;
use super::access::{has_address, is_address};
use super::{Dialect, ModelCard, ModelsSettings, Protocol, ProviderSettings, RoutingRule};

const EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];
const KIMI_EFFORTS: [&str; 3] = ["low", "high", "max"];

impl ModelsSettings {
    /// The first thing that is wrong, as a sentence that names it.
    pub(in super::super) fn check(&self) -> Result<(), ConfigError> {
        for (name, provider) in &self.providers {
            provider.check(name).map_err(|wrong| ConfigError(format!("models.providers.{name}: {wrong}")))?;
        }
        for (id, card) in &self.catalogue {
            self.check_card(card).map_err(|wrong| ConfigError(format!("models.catalogue.{id}: {wrong}")))?;
        }
        for (number, rule) in (1..).zip(&self.rules) {
            self.check_rule(rule).map_err(|wrong| ConfigError(format!("models.rules, the rule {number}: {wrong}")))?;
        }
        if !self.rules.last().is_some_and(RoutingRule::is_open) {
            return Err(ConfigError(
                "models.rules: the last rule must fit everything, so it may name `use` only".to_owned(),
            ));
        }
        let limits = self.limits;
        if limits.turns == 0
            || limits.tokens == 0
            || limits.minutes == 0
            || limits.max_tokens == 0
            || limits.usd <= Decimal::ZERO
        {
            return Err(ConfigError("models.limits: each limit must be more than 0".to_owned()));
        }
        if self.result_preview.shown > self.result_preview.above {
            return Err(ConfigError("models.result_preview: `shown` can't be more than `above`".to_owned()));
        }
        Ok(())
    }

    fn check_card(&self, card: &ModelCard) -> Result<(), String> {
        let provider = self
            .providers
            .get(&card.provider)
            .ok_or_else(|| format!("there is no provider `{}`: add it to models.providers", card.provider))?;
        let efforts: &[&str] = match provider.dialect {
            Dialect::Kimi => &KIMI_EFFORTS,
            Dialect::Plain => &EFFORTS,
        };
        if let Some(effort) = card.effort.as_deref().filter(|effort| !efforts.contains(effort)) {
            return Err(format!("the effort `{effort}` is not one of {}", efforts.join(", ")));
        }
        if card.max_output < self.limits.max_tokens {
            let (most, wanted) = (card.max_output, self.limits.max_tokens);
            return Err(format!("models.limits.max_tokens is {wanted}, but the model replies with {most} at most"));
        }
        if card.window <= u64::from(card.max_output) {
            return Err("the window must be larger than max_output, which it holds".to_owned());
        }
        check_rates(&card.price.rates)?;
        card.price.long_prompt.map_or(Ok(()), |long| check_rates(&long.rates))
    }

    fn check_rule(&self, rule: &RoutingRule) -> Result<(), String> {
        if rule.order.is_empty() {
            return Err("`use` names no model".to_owned());
        }
        if let Some(unknown) = rule.order.iter().find(|model| !self.catalogue.contains_key(*model)) {
            return Err(format!("there is no model `{unknown}`: add it to models.catalogue"));
        }
        if rule.any_of.is_empty() && !rule.and_any_of.is_empty() {
            return Err("`and_any_of` needs `any_of`".to_owned());
        }
        if rule.any_of.iter().chain(&rule.and_any_of).any(|phrase| phrase.trim().is_empty()) {
            return Err("an empty phrase would fit everything".to_owned());
        }
        Ok(())
    }
}

impl ProviderSettings {
    fn check(&self, name: &str) -> Result<(), String> {
        if !has_address(name, self) {
            return Err("it needs a `base_url`".to_owned());
        }
        if let Some(url) = self.base_url.as_deref().filter(|url| !is_address(url)) {
            return Err(format!("the base_url must begin with https:// or http://, not {url:?}"));
        }
        match (self.protocol, self.dialect) {
            (Protocol::Anthropic, Dialect::Kimi) => Err("the dialect kimi belongs to the protocol openai".to_owned()),
            (Protocol::Anthropic | Protocol::Openai, Dialect::Plain) | (Protocol::Openai, Dialect::Kimi) => Ok(()),
        }
    }
}

/// Costs are kept to ten decimals: four of a rate and six of a million.
fn check_rates(rates: &Rates) -> Result<(), String> {
    let Rates { input, output, cache_read, cache_write_5m, cache_write_1h } = rates;
    let wrong = |rate: &&Decimal| rate.is_sign_negative() || rate.normalize().scale() > 4;
    match [input, output, cache_read, cache_write_5m, cache_write_1h].into_iter().find(wrong) {
        Some(rate) => Err(format!("the price {rate} must be 0 or more, with four decimals at most")),
        None => Ok(()),
    }
}

/// The first budget that is none, as a sentence.
pub(in super::super) fn check_budgets(budgets: &DefaultBudgets) -> Result<(), ConfigError> {
    let wrong = |limit: &Decimal| limit.is_sign_negative() || limit.normalize().scale() > 2;
    match [budgets.company, budgets.department, budgets.person].into_iter().flatten().find(wrong) {
        Some(limit) => Err(ConfigError(format!("budgets: {limit} must be 0 or more, with two decimals at most"))),
        None => Ok(()),
    }
}
