//! Amounts as people read them, and how they changed. Books are kept to four decimals and shown with two.

use rust_decimal::{Decimal, RoundingStrategy};

/// The sign of a negative amount: a true minus, as wide as a digit.
pub const MINUS: char = '\u{2212}';

/// To two decimals, a half away from zero: what PostgreSQL's `round` and a spreadsheet do. Only for showing; sums are made
/// from the exact amounts, so the lines of a ledger with more than two decimals may differ from their total by a cent.
#[must_use]
pub fn to_cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// Two decimals, commas between thousands, a true minus: `1,234,567.89`, `−93.03`.
#[must_use]
pub fn format_amount(amount: Decimal) -> String {
    grouped(to_cents(amount), 2)
}

/// An amount after its currency: `SGD 1,234,567.89`, `USD −93.03`.
#[must_use]
pub fn format_money(currency: &str, amount: Decimal) -> String {
    format!("{currency} {}", format_amount(amount))
}

/// One decimal and its sign, for changes: `+12.5%`, `−3.0%`, `0.0%`.
#[must_use]
pub fn format_percent(percent: Decimal) -> String {
    let rounded = percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    let plus = if rounded > Decimal::ZERO { "+" } else { "" };
    format!("{plus}{}%", grouped(rounded, 1))
}

/// The change in percent of the size of `before`, to one decimal, so that its sign is the direction also when `before`
/// is negative. `None` when `before` is zero.
#[must_use]
pub fn change_percent(now: Decimal, before: Decimal) -> Option<Decimal> {
    let share = now.checked_sub(before)?.checked_div(before.abs())?;
    let percent = share.checked_mul(Decimal::ONE_HUNDRED)?;
    Some(percent.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
}

fn grouped(rounded: Decimal, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", rounded.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() + plain.len() / 3 + 3);
    if rounded.is_sign_negative() && !rounded.is_zero() {
        text.push(MINUS);
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push('.');
    text.push_str(fraction);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn amount(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_read_with_two_decimals_and_a_true_minus() {
        for (number, text) in [
            ("0", "0.00"),
            ("-0.0049", "0.00"),
            ("0.005", "0.01"),
            ("-0.005", "−0.01"),
            ("0.025", "0.03"),
            ("999.999", "1,000.00"),
            ("1234567.8", "1,234,567.80"),
            ("-93.03", "−93.03"),
            ("100", "100.00"),
            ("-123456", "−123,456.00"),
        ] {
            assert_eq!(format_amount(amount(number)), text);
        }
        assert_eq!(format_money("SGD", amount("-12345.6")), "SGD −12,345.60");
    }

    #[test]
    fn a_change_has_no_percentage_when_there_was_nothing_before() {
        assert_eq!(change_percent(amount("5"), Decimal::ZERO), None);
        assert_eq!(change_percent(amount("110"), amount("100")), Some(amount("10")));
        assert_eq!(change_percent(amount("-50"), amount("-100")), Some(amount("50")));
        assert_eq!(change_percent(amount("-200.99"), amount("-93.03")), Some(amount("-116.0")));
    }

    #[test]
    fn percentages_carry_their_direction() {
        assert_eq!(format_percent(amount("12.45")), "+12.5%");
        assert_eq!(format_percent(amount("-3")), "−3.0%");
        assert_eq!(format_percent(amount("-0.04")), "0.0%");
        assert_eq!(format_percent(amount("1234.5")), "+1,234.5%");
    }

    proptest! {
        #[test]
        fn a_shown_amount_reads_back_to_the_cent(units in -1_000_000_000_000_i64..1_000_000_000_000) {
            let exact = Decimal::new(units, 4);
            let plain = format_amount(exact).replace(',', "").replace(MINUS, "-");
            prop_assert_eq!(amount(&plain), to_cents(exact));
        }
    }
}
