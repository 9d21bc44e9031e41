//! Ten years of schedules in sixty zones, run by nodes that share a table, crash, and have clocks that jump. The table is as in the
//! database: who looks has the lock, and what a pass writes is there whole or not at all.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Offset, TimeZone, Timelike, Weekday};
use fastrand::Rng;

use super::truth::{ZONES, changes};
use super::*;
use crate::schedule::occurrence::OccurrenceReason;
use crate::schedule::plan::{Misfire, OccurrenceDecision, plan};

type Fits = fn(NaiveDate) -> bool;

const LATE: TimeDelta = TimeDelta::seconds(30);

/// What the nodes share.
struct Table {
    rule: ScheduleRule,
    misfire: Misfire,
    /// What became of each moment, and how often it was settled.
    rows: BTreeMap<DateTime<Utc>, (OccurrenceDecision, u32)>,
    ahead: Option<DateTime<Utc>>,
    crashes: u32,
}

impl Table {
    /// A node looks; one that dies before its commit has done nothing.
    fn pass(&mut self, now: DateTime<Utc>, dies: bool) {
        self.crashes += u32::from(dies);
        while let Some(ahead) = self.ahead.filter(|ahead| *ahead <= now) {
            let planned = plan(&self.rule, self.misfire, ahead, now, LATE);
            if dies {
                return;
            }
            let late = planned
                .rows
                .iter()
                .filter(|row| row.decision == OccurrenceDecision::Run && now - row.due_at > LATE)
                .count();
            match self.misfire {
                Misfire::Skip => assert_eq!(late, 0),
                Misfire::Latest => assert!(late <= 1),
                Misfire::All => {}
            }
            for row in planned.rows {
                let (decision, times) = self.rows.entry(row.due_at).or_insert((row.decision, 0));
                (*decision, *times) = (row.decision, *times + 1);
            }
            self.ahead = planned.next;
        }
    }
}

/// Runs a rule from `from` to about `to`, compares the rows with what was to come, and counts those that ran and those
/// that were skipped, and the crashes.
fn live(
    rule: ScheduleRule,
    misfire: Misfire,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    seed: u64,
    truth: impl Fn(DateTime<Utc>) -> Vec<DateTime<Utc>>,
) -> (usize, usize, u32) {
    let mut random = Rng::with_seed(seed);
    let ahead = rule.next_after(from);
    let mut table = Table { rule, misfire, rows: BTreeMap::new(), ahead, crashes: 0 };
    let (mut now, mut furthest) = (from, from);
    while now < to {
        now = match random.i64(1..=100) {
            1..=60 => now.max(table.ahead.unwrap_or(to)) + TimeDelta::seconds(random.i64(0..=40)),
            61..=85 => now + TimeDelta::minutes(random.i64(1..=600)),
            86..=95 => now + TimeDelta::hours(random.i64(12..=30 * 24)),
            96..=98 => now - TimeDelta::hours(1),
            _ => now + TimeDelta::days(1),
        };
        furthest = furthest.max(now);
        table.pass(now, random.u8(0..100) < 15);
    }
    table.pass(furthest, false);

    assert!(table.rows.keys().eq(&truth(furthest)), "{:?}", table.rule);
    for (due_at, (decision, times)) in &table.rows {
        assert_eq!(*times, 1, "{due_at} of {:?}", table.rule);
        let allowed = match misfire {
            Misfire::Skip => {
                *decision == OccurrenceDecision::Run
                    || *decision == OccurrenceDecision::Skipped(OccurrenceReason::Missed)
            }
            Misfire::Latest => {
                *decision == OccurrenceDecision::Run
                    || *decision == OccurrenceDecision::Skipped(OccurrenceReason::Superseded)
            }
            Misfire::All => *decision == OccurrenceDecision::Run,
        };
        assert!(allowed, "{due_at} of {:?}: {decision:?}", table.rule);
    }
    let done = table.rows.values().filter(|(decision, _)| *decision == OccurrenceDecision::Run).count();
    (done, table.rows.len() - done, table.crashes)
}

/// The moments of a wall time on some days, found by trying the offsets around each day and, in a gap, every minute.
fn days(zone: Tz, time: NaiveTime, from: DateTime<Utc>, to: DateTime<Utc>, fits: Fits) -> Vec<DateTime<Utc>> {
    let wall = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
    let mut found = Vec::new();
    let mut day = from.date_naive() - Days::new(2);
    while day <= to.date_naive() + Days::new(2) {
        let meant = day.and_time(time);
        if fits(day) {
            let near = [meant.and_utc() - TimeDelta::hours(24), meant.and_utc() + TimeDelta::hours(24)];
            let offsets = near.map(|at| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc());
            let tried = offsets.map(|seconds| meant.and_utc() - TimeDelta::seconds(seconds.into()));
            let shown = tried.into_iter().filter(|at| wall(*at) == meant).min();
            let minutes = (0..48 * 60).map(|minute| near[0] + TimeDelta::minutes(minute));
            found.extend(shown.or_else(|| minutes.into_iter().find(|at| wall(*at) >= meant)));
        }
        day = day + Days::new(1);
    }
    found.dedup();
    found.retain(|at| *at > from && *at <= to);
    found
}

#[test]
fn in_ten_years_in_sixty_zones_nothing_runs_twice_and_nothing_is_lost() {
    let (from, to) = (at("2018-01-03T04:05:06Z"), at("2028-01-03T04:05:06Z"));
    let rules: [(&str, u32, u32, Fits); 5] = [
        ("30 2 * * 0", 2, 30, |day| day.weekday() == Weekday::Sun),
        ("0 0 * * 5,6,0", 0, 0, |day| matches!(day.weekday(), Weekday::Fri | Weekday::Sat | Weekday::Sun)),
        ("0 9 * * MON", 9, 0, |day| day.weekday() == Weekday::Mon),
        ("30 1 * * *", 1, 30, |_| true),
        ("0 8 1 * *", 8, 0, |day| day.day() == 1),
    ];
    let (mut ran, mut skipped, mut crashes) = (0, 0, 0);
    for (place, name) in ZONES.into_iter().enumerate() {
        let zone: Tz = name.parse().unwrap();
        // Rules and misfires meet in all ways, since 5 and 3 have no common factor.
        let (text, hour, minute, fits) = rules[place % rules.len()];
        let misfire = Misfire::ALL[place % Misfire::ALL.len()];
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let truth = |end| days(zone, time, from, end, fits);
        let (done, not, died) = live(cron(text, name), misfire, from, to, place as u64, truth);
        (ran, skipped, crashes) = (ran + done, skipped + not, crashes + died);
    }
    assert!(ran > 20_000 && skipped > 5_000, "{ran} ran, {skipped} were skipped");
    assert!(crashes > 1_000, "{crashes} crashes");
}

#[test]
fn hourly_rules_live_through_the_changes_of_the_clock() {
    let mut moments = 0;
    for (place, name) in ZONES.into_iter().enumerate() {
        let zone: Tz = name.parse().unwrap();
        let Some(change) =
            changes(zone, at("2025-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z")).into_iter().nth(place % 2)
        else {
            continue;
        };
        let (from, to) = (change - TimeDelta::days(6), change + TimeDelta::days(6));
        let truth = |end: DateTime<Utc>| {
            let quarters = (1..).map(|quarter| from + TimeDelta::minutes(15 * quarter)).take_while(|at| *at <= end);
            quarters.filter(|at| at.with_timezone(&zone).minute() == 0).collect()
        };
        let misfire = Misfire::ALL[place % Misfire::ALL.len()];
        let (done, not, _) = live(cron("0 * * * *", name), misfire, from, to, place as u64, truth);
        moments += done + not;
    }
    assert!(moments > 10_000, "{moments}");
}
