//! What marketing ran, what it cost and what came of it.

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;

use crate::period::{ENGLISH_MONTHS, Period, PeriodKind};
use crate::random::Random;

/// A campaign.
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

const CHANNELS: [(&str, &str, i64); 4] = [
    ("Email", "Merchant newsletter", 1_200),
    ("Search", "Search advertising", 6_500),
    ("Social media", "Social media stories", 4_200),
    ("Events", "Merchant breakfast", 3_000),
];

/// The demo company's campaigns of the last two years: one in each channel each month, the present one included.
#[must_use]
pub fn demo(today: NaiveDate) -> Vec<Campaign> {
    let mut months = vec![Period::containing(PeriodKind::Month, today)];
    while let Some(month) = months.last().filter(|_| months.len() < 24) {
        months.push(month.previous());
    }
    let mut all = Vec::new();
    for month in months.into_iter().rev() {
        let first = month.first_day();
        let mut random = Random::of_month(first.year(), first.month() + 20);
        for (at, (channel, title, cost)) in CHANNELS.into_iter().enumerate() {
            let starts_on = first + Days::new(at as u64 * 5);
            if starts_on > today {
                continue;
            }
            let name = ENGLISH_MONTHS.get(first.month0() as usize).copied().unwrap_or_default();
            let spent = random.between(cost * 80, cost * 130);
            let impressions = random.between(cost * 6, cost * 11);
            let clicks = impressions * random.between(12, 40) / 1_000;
            all.push(Campaign {
                name: format!("{title} {name} {}", first.year()),
                channel: channel.to_owned(),
                starts_on,
                ends_on: starts_on + Days::new(13),
                currency: "SGD".to_owned(),
                spent: Decimal::new(spent, 2),
                impressions,
                clicks,
                leads: clicks * random.between(8, 25) / 1_000,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_ran_four_campaigns_a_month_for_two_years() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let all = demo(today);
        assert_eq!(all.len(), 96);
        assert_eq!(all, demo(today));
        assert!(all.iter().all(|campaign| campaign.spent > Decimal::ZERO && campaign.leads <= campaign.clicks));
    }
}
