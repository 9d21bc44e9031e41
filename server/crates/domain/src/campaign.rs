//! What marketing ran, what it cost and what came of it.

use chrono::NaiveDate;
use rust_decimal::Decimal;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its name; no other has it.
    pub name: String,
    /// Where it ran, e.g. `Email`.
    pub channel: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day.
    pub ends_on: NaiveDate,
    /// The currency of what was spent.
    pub currency: String,
    /// What it cost.
    pub spent: Decimal,
    /// How often it was shown.
    pub impressions: i64,
    /// How often somebody followed it.
    pub clicks: i64,
    /// How many leads came of it.
    pub leads: i64,
}
