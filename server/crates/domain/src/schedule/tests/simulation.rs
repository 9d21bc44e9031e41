//! Ten years of schedules in sixty zones, run by three nodes that share a table, crash, and have clocks that jump.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Offset, TimeZone, Timelike, Weekday};

use super::truth::{ZONES, changes};
use super::*;
use crate::random::Random;
use crate::schedule::occurrence::{Reason, State};
use crate::schedule::plan::{Fate, Misfire, plan};

type Fits = fn(NaiveDate) -> bool;

const LATE: TimeDelta = TimeDelta::seconds(30);
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Where a node dies in its pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Crash {
    Never,
    BeforeWriting,
    AfterWriting,
    AfterTaking,
}

struct Occurrence {
    state: State,
    reason: Option<Reason>,
    leased_until: DateTime<Utc>,
    runs: u32,
}

/// What the nodes share: rows, of which no two have the same moment.
struct Table {
    rule: Rule,
    misfire: Misfire,
    made_at: DateTime<Utc>,
    rows: BTreeMap<DateTime<Utc>, Occurrence>,
    duplicates: u32,
    crashes: u32,
}

/// What a node knows of the table; it may be old by the time it writes.
#[derive(Clone, Copy)]
struct Node {
    newest: DateTime<Utc>,
}

impl Table {
    fn newest(&self) -> DateTime<Utc> {
        self.rows.last_key_value().map_or(self.made_at, |(due_at, _)| *due_at)
    }

    fn pass(&mut self, node: Node, now: DateTime<Utc>, ahead: TimeDelta, crash: Crash) {
        self.crashes += u32::from(crash != Crash::Never);
        let mut after = node.newest;
        loop {
            let planned = plan(&self.rule, self.misfire, after, now, LATE, now + ahead);
            if crash == Crash::BeforeWriting {
                return;
            }
            after = planned.rows.last().map_or(after, |row| row.due_at);
            for row in &planned.rows {
                self.write(row.due_at, row.fate);
            }
            if crash == Crash::AfterWriting {
                return;
            }
            if !planned.more {
                break;
            }
        }
        self.take(now, crash);
    }

    fn write(&mut self, due_at: DateTime<Utc>, fate: Fate) {
        let (state, reason) = match fate {
            Fate::Run => (State::Due, None),
            Fate::Skipped(reason) => (State::Skipped, Some(reason)),
        };
        if self.rows.contains_key(&due_at) {
            self.duplicates += 1;
            return;
        }
        self.rows.insert(due_at, Occurrence { state, reason, leased_until: due_at, runs: 0 });
    }

    fn take(&mut self, now: DateTime<Utc>, crash: Crash) {
        let newest_due = self.rows.range(..=now).next_back().map(|(due_at, _)| *due_at);
        let mut late_runs = 0;
        // Old rows have all ended.
        for (due_at, row) in self.rows.range_mut(now - TimeDelta::days(400)..=now) {
            let is_left = row.state == State::Running && row.leased_until < now;
            if row.state != State::Due && !is_left {
                continue;
            }
            if row.state == State::Due {
                match self.misfire.fate(*due_at, now, LATE, newest_due > Some(*due_at)) {
                    Fate::Run => late_runs += u32::from(now - due_at > LATE),
                    Fate::Skipped(reason) => {
                        (row.state, row.reason) = (State::Skipped, Some(reason));
                        continue;
                    }
                }
            }
            row.state = State::Running;
            row.leased_until = now + LEASE;
            if crash == Crash::AfterTaking {
                return;
            }
            row.state = State::Done;
            row.runs += 1;
        }
        match self.misfire {
            Misfire::Skip => assert_eq!(late_runs, 0),
            Misfire::Latest => assert!(late_runs <= 1),
            Misfire::All => {}
        }
    }
}

/// Runs a rule from `from` to about `to`, compares the rows with what was to come, and counts those that ran and those
/// that were skipped.
fn live(
    rule: Rule,
    misfire: Misfire,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    seed: u64,
    truth: impl Fn(DateTime<Utc>) -> Vec<DateTime<Utc>>,
) -> (usize, usize, Table) {
    let mut random = Random::seeded(seed);
    let mut table = Table { rule, misfire, made_at: from, rows: BTreeMap::new(), duplicates: 0, crashes: 0 };
    let mut nodes = [Node { newest: from }; 3];
    let (mut now, mut furthest) = (from, from);
    while now < to {
        now = match random.between(1, 100) {
            1..=60 => {
                table.rule.next_after(now.max(table.newest())).unwrap_or(to) + TimeDelta::seconds(random.between(0, 40))
            }
            61..=85 => now + TimeDelta::minutes(random.between(1, 600)),
            86..=95 => now + TimeDelta::hours(random.between(12, 30 * 24)),
            96..=98 => now - TimeDelta::hours(1),
            _ => now + TimeDelta::days(1),
        };
        let ahead = TimeDelta::hours(if random.chance(20) { random.between(1, 48) } else { 0 });
        furthest = furthest.max(now + ahead);
        let crash = match random.between(1, 20) {
            1 => Crash::BeforeWriting,
            2 => Crash::AfterWriting,
            3 => Crash::AfterTaking,
            _ => Crash::Never,
        };
        // One node in ten goes on with what it read in its last pass.
        let newest = table.newest();
        let Some(node) = nodes.get_mut(random.place(3)) else { unreachable!() };
        if !random.chance(10) {
            node.newest = newest;
        }
        let node = *node;
        table.pass(node, now, ahead, crash);
    }
    let end = furthest + TimeDelta::hours(1);
    for later in [TimeDelta::zero(), LEASE * 2] {
        let node = Node { newest: table.newest() };
        table.pass(node, end + later, TimeDelta::zero(), Crash::Never);
    }

    let expected = truth(end + LEASE * 2);
    assert!(table.rows.keys().eq(&expected), "{:?}", table.rule);
    for (due_at, row) in &table.rows {
        match row.state {
            State::Done => assert_eq!((row.runs, row.reason), (1, None), "{due_at} of {:?}", table.rule),
            State::Skipped => {
                let reason = match misfire {
                    Misfire::Skip => Reason::Missed,
                    Misfire::Latest => Reason::Superseded,
                    Misfire::All => panic!("{due_at} of {:?} was skipped", table.rule),
                };
                assert_eq!((row.runs, row.reason), (0, Some(reason)));
            }
            other => panic!("{due_at} of {:?} is {other}", table.rule),
        }
    }
    let done = table.rows.values().filter(|row| row.state == State::Done).count();
    (done, table.rows.len() - done, table)
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
    let (mut ran, mut skipped, mut duplicates, mut crashes) = (0, 0, 0, 0);
    for (place, name) in ZONES.into_iter().enumerate() {
        let zone: Tz = name.parse().unwrap();
        // Rules and misfires meet in all ways, since 5 and 3 have no common factor.
        let (text, hour, minute, fits) = rules[place % rules.len()];
        let misfire = Misfire::ALL[place % Misfire::ALL.len()];
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let truth = |end| days(zone, time, from, end, fits);
        let (done, not, table) = live(cron(text, name), misfire, from, to, place as u64, truth);
        (ran, skipped) = (ran + done, skipped + not);
        (duplicates, crashes) = (duplicates + table.duplicates, crashes + table.crashes);
    }
    assert!(ran > 20_000 && skipped > 5_000, "{ran} ran, {skipped} were skipped");
    assert!(duplicates > 1_000 && crashes > 1_000, "{duplicates} were refused, {crashes} crashes");
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
