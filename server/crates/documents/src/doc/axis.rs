//! The vertical axis of a chart: round steps, zero always on it, computed in decimals.

use mezzofy_domain::language::Language;
use mezzofy_domain::money::MINUS;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;

/// A vertical axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Axis {
    /// The value at the bottom, zero or less.
    pub low: Decimal,
    /// The value at the top, above `low`.
    pub high: Decimal,
    /// Its marks, from `low` to `high`, at equal steps.
    pub ticks: Vec<Tick>,
}

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tick {
    /// The value.
    pub at: Decimal,
    /// The value in short: `250K`, `1.5M`, `25万`.
    pub label: String,
}

impl Axis {
    /// An axis that holds zero and every value, in about five round steps of 1, 2, 2.5 or 5 times a power of ten.
    #[must_use]
    pub fn around(values: impl IntoIterator<Item = Decimal>, language: Language) -> Self {
        let (least, most) = values
            .into_iter()
            .fold((Decimal::ZERO, Decimal::ZERO), |(least, most), value| (least.min(value), most.max(value)));
        let step = round_step((most - least) / Decimal::from(5));
        let low = (least / step).floor() * step;
        let high = ((most / step).ceil() * step).max(low + step);
        let mut ticks = Vec::new();
        let mut at = low;
        while at <= high {
            ticks.push(Tick { at: at.normalize(), label: compact(at, language) });
            at += step;
        }
        Self { low: low.normalize(), high: high.normalize(), ticks }
    }
}

/// The smallest round number that is not below `step`; 1 for a step of zero.
fn round_step(step: Decimal) -> Decimal {
    if step <= Decimal::ZERO {
        return Decimal::ONE;
    }
    let mut power = Decimal::new(1, 2);
    while power * Decimal::TEN <= step {
        power *= Decimal::TEN;
    }
    let factors = [Decimal::ONE, Decimal::TWO, Decimal::new(25, 1), Decimal::from(5)];
    factors.into_iter().map(|factor| factor * power).find(|round| *round >= step).unwrap_or(power * Decimal::TEN)
}

/// A value in short, for a label beside its drawing: at most three digits after rounding, `1.24M`, `−12.5K`, `123.5万`.
#[must_use]
pub fn short(value: Decimal, language: Language) -> String {
    let mut unit = Decimal::ONE;
    while value.abs() >= unit * Decimal::ONE_THOUSAND {
        unit *= Decimal::TEN;
    }
    let places = if unit > Decimal::ONE { 0 } else { 2 };
    let rounded = (value / unit).round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero) * unit;
    compact(rounded, language)
}

/// A round number in as few characters as its language allows.
fn compact(value: Decimal, language: Language) -> String {
    let units: &[(i64, &str)] = match language {
        Language::Zh => &[(1_000_000_000_000, "万亿"), (100_000_000, "亿"), (10_000, "万")],
        Language::En | Language::Ms => {
            &[(1_000_000_000_000, "T"), (1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")]
        }
    };
    let size = value.abs();
    let sign = if value < Decimal::ZERO { String::from(MINUS) } else { String::new() };
    let unit = units.iter().find(|(unit, _)| size >= Decimal::from(*unit));
    match unit {
        Some((unit, name)) => format!("{sign}{}{name}", (size / Decimal::from(*unit)).normalize()),
        None => format!("{sign}{}", size.normalize()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[i64], language: Language) -> Vec<String> {
        let axis = Axis::around(values.iter().copied().map(Decimal::from), language);
        axis.ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn an_axis_has_round_steps_and_holds_every_value() {
        assert_eq!(labels(&[312_000, 181_000], Language::En), ["0", "100K", "200K", "300K", "400K"]);
        assert_eq!(labels(&[1_900_000, -400_000], Language::En), ["−500K", "0", "500K", "1M", "1.5M", "2M"]);
        assert_eq!(labels(&[250_000, 90_000], Language::Zh), ["0", "5万", "10万", "15万", "20万", "25万"]);
        assert_eq!(labels(&[9, 3], Language::En), ["0", "2", "4", "6", "8", "10"]);
    }

    #[test]
    fn a_value_is_short_beside_its_drawing() {
        let said = |value: &str, language| short(value.parse().unwrap(), language);
        assert_eq!(said("1239999.99", Language::En), "1.24M");
        assert_eq!(said("-12549", Language::En), "−12.5K");
        assert_eq!(said("999.5", Language::En), "999.5");
        assert_eq!(said("1234567", Language::Zh), "123万");
        assert_eq!(said("0", Language::En), "0");
    }

    #[test]
    fn an_axis_of_nothing_is_still_an_axis() {
        assert_eq!(labels(&[], Language::En), ["0", "1"]);
        assert_eq!(labels(&[0, 0], Language::En), ["0", "1"]);
        assert_eq!(labels(&[-3], Language::En), ["−3", "−2", "−1", "0"]);
    }

    #[test]
    fn amounts_of_any_size_have_an_axis() {
        let axis = Axis::around([Decimal::new(1, 4), Decimal::from(9_000_000_000_000_000_i64)], Language::En);
        assert!(axis.ticks.len() >= 3 && axis.high >= Decimal::from(9_000_000_000_000_000_i64));
        let tiny = Axis::around([Decimal::new(1, 4)], Language::En);
        assert!(tiny.high >= Decimal::new(1, 4));
    }
}
