//! A small generator of repeatable numbers.

/// Sebastiano Vigna's `SplitMix64` (public domain). Not for secrets.
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of one piece of made-up data.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x6D65_7A7A_6F66_7921)
    }

    /// The numbers of one month.
    pub(crate) fn of_month(year: i32, month: u32) -> Self {
        let seed = (u64::from(year.unsigned_abs()) << 8) | u64::from(month);
        Self::seeded(seed)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() >> 1).cast_signed().rem_euclid((high - low).max(0) + 1)
    }

    /// A day of a month, from `low` to `high`, both included.
    pub(crate) fn day(&mut self, low: u8, high: u8) -> u32 {
        u32::try_from(self.between(low.into(), high.into())).unwrap_or(1)
    }

    /// One of the items.
    pub(crate) fn pick(&mut self, items: &[&'static str]) -> &'static str {
        items.get(self.index(items.len())).copied().unwrap_or_default()
    }

    /// An index into a list of so many items.
    pub(crate) fn index(&mut self, count: usize) -> usize {
        let last = i64::try_from(count).unwrap_or(i64::MAX) - 1;
        usize::try_from(self.between(0, last)).unwrap_or_default()
    }

    /// Yes in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range_and_repeat_for_the_month() {
        let draw = || {
            let mut random = Random::of_month(2026, 10);
            (0..1_000).map(|_| random.between(-5, 5)).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
        assert!((-5..=5).all(|number| draw().contains(&number)));
        assert!(draw().iter().all(|number| (-5..=5).contains(number)));
    }

    #[test]
    fn the_generator_is_splitmix64() {
        let mut random = Random(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }
}
