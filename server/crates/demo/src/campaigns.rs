//! What the demo company's marketing ran.

use chrono::{Datelike, Days, NaiveDate};
use mezzofy_domain::campaign::Campaign;
use mezzofy_domain::period::{ENGLISH_MONTHS, Period, PeriodKind};
use rust_decimal::Decimal;

use crate::random::Random;

/// Where they ran, under what title, and what one costs in dollars.
const CHANNELS: [(&str, &str, i64); 4] = [
    ("Email", "Merchant newsletter", 1_200),
    ("Search", "Search advertising", 6_500),
    ("Social media", "Social media stories", 4_200),
    ("Events", "Merchant breakfast", 3_000),
];

/// The campaigns of the last two years: one in each channel each month, the present one included.
#[must_use]
pub fn all(today: NaiveDate) -> Vec<Campaign> {
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
    fn four_campaigns_a_month_ran_for_two_years() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let all = super::all(today);
        assert_eq!(all.len(), 96);
        assert_eq!(all, super::all(today));
        assert!(all.iter().all(|campaign| campaign.spent > Decimal::ZERO && campaign.leads <= campaign.clicks));
    }
}
