//! Turns what a text says of time into periods, by the calendar of today.

use chrono::{Datelike, Days, NaiveDate};
use mezzofy_domain::period::{Period, PeriodKind};

/// What the planner must know to read a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    pub(crate) today: NaiveDate,
    /// The last ended month that has entries.
    pub(crate) latest_month: Option<Period>,
}

/// A part of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Month(u32),
    Quarter(u32),
    Half(u32),
}

/// One thing a text says of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Atom {
    /// `October 2025`, `2025-Q3`.
    Exact(Period),
    /// `October`, `Q3`.
    Part(Part),
    /// `2025`.
    Year(i32),
    /// `last quarter` is -1, `this year` 0, `next month` 1.
    Relative(PeriodKind, i32),
    /// `quarterly`, `年度`: the kind only.
    Cadence(PeriodKind),
    /// `latest`.
    Latest,
    /// `the last three months`: a span that is no period.
    Span,
}

impl Calendar {
    /// The last closed month that has entries; where nothing is known, the month before today.
    pub(crate) fn latest(self) -> Period {
        self.latest_month.unwrap_or_else(|| Period::month_before(self.today))
    }

    /// A period as a skill's file names it: `latest`, `month` or `week` for the present one, or in its own form.
    pub(crate) fn named(self, name: &str) -> Period {
        match name {
            "month" => Period::containing(PeriodKind::Month, self.today),
            "week" => Period::containing(PeriodKind::Week, self.today),
            _ => name.parse().unwrap_or_else(|_| self.latest()),
        }
    }

    /// The period `offset` away from the running one; the running year is the year to date.
    pub(crate) fn relative(self, kind: PeriodKind, offset: i32) -> Period {
        let running = Period::containing(kind, self.today);
        match offset {
            0 if kind == PeriodKind::Year => Period::containing(PeriodKind::YearToDate, self.today),
            i32::MIN..=0 => (offset..0).fold(running, |period, _| period.previous()),
            1.. => (0..offset).fold(running, |period, _| self.after(period)),
        }
    }

    fn after(self, period: Period) -> Period {
        let next = period.last_day(self.today).checked_add_days(Days::new(1));
        next.map_or(period, |day| Period::containing(period.kind(), day))
    }

    /// The year an atom names.
    pub(crate) fn year_of(self, atom: Atom) -> Option<i32> {
        match atom {
            Atom::Year(year) => Some(year),
            Atom::Relative(PeriodKind::Year, offset) => Some(self.today.year() + offset),
            Atom::Exact(_) | Atom::Part(_) | Atom::Relative(..) | Atom::Cadence(_) | Atom::Latest | Atom::Span => None,
        }
    }

    /// A part of a named year.
    pub(crate) fn part_of(part: Part, year: i32) -> Option<Period> {
        match part {
            Part::Month(month) => Period::month(year, month),
            Part::Quarter(quarter) => Period::quarter(year, quarter),
            Part::Half(half) => Period::half(year, half),
        }
    }

    /// A part without a year: the last one that has ended.
    pub(crate) fn last_ended(self, part: Part) -> Option<Period> {
        let year = self.today.year();
        Self::part_of(part, year)
            .filter(|period| period.has_ended(self.today))
            .or_else(|| Self::part_of(part, year - 1))
    }

    /// The one period that `from` to `to` is, if it is one.
    pub(crate) fn span(from: Period, to: Period) -> Option<Period> {
        if from.kind() != to.kind() || from.year_number() != to.year_number() {
            return None;
        }
        let year = from.year_number();
        let candidates =
            (1..=4).map(|quarter| Period::quarter(year, quarter)).chain((1..=2).map(|half| Period::half(year, half)));
        let last_day = to.last_day(to.first_day());
        candidates
            .chain([Period::year(year)])
            .flatten()
            .find(|period| period.first_day() == from.first_day() && period.last_day(to.first_day()) == last_day)
    }

    /// What an atom means on its own.
    pub(crate) fn period_of(self, atom: Atom) -> Option<Period> {
        match atom {
            Atom::Exact(period) => Some(period),
            Atom::Part(part) => self.last_ended(part),
            Atom::Year(year) => Period::year(year),
            Atom::Relative(kind, offset) => Some(self.relative(kind, offset)),
            Atom::Cadence(PeriodKind::Month) | Atom::Latest => Some(self.latest()),
            Atom::Cadence(kind) => Some(self.relative(kind, -1)),
            Atom::Span => None,
        }
    }
}
