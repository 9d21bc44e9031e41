use super::*;
use crate::schedule::occurrence::OccurrenceReason;
use crate::schedule::plan::{MAX_ROWS_PER_PLAN, Misfire, OccurrenceDecision, SchedulePlan, plan};

const LATE: TimeDelta = TimeDelta::seconds(30);

fn planned(rule: &ScheduleRule, misfire: Misfire, after: &str, now: &str) -> SchedulePlan {
    plan(rule, misfire, rule.next_after(at(after)).unwrap(), at(now), LATE)
}

fn decisions(planned: &SchedulePlan) -> Vec<(String, &'static str)> {
    let said = |decision| match decision {
        OccurrenceDecision::Run => "run",
        OccurrenceDecision::Skipped(reason) => OccurrenceReason::code(reason),
    };
    planned.rows.iter().map(|row| (row.due_at.format("%dT%H:%M").to_string(), said(row.decision))).collect()
}

#[test]
fn nothing_is_written_before_its_moment() {
    let daily = cron("0 9 * * *", "UTC");
    let planned = planned(&daily, Misfire::Skip, "2026-11-20T10:00:00Z", "2026-11-21T08:59:59Z");
    assert_eq!(planned, SchedulePlan { rows: vec![], next: Some(at("2026-11-21T09:00:00Z")) });
}

#[test]
fn what_is_at_most_a_little_late_runs_whatever_the_rule_for_misfires() {
    let daily = cron("0 9 * * *", "UTC");
    for misfire in Misfire::ALL {
        for now in ["2026-11-21T09:00:00Z", "2026-11-21T09:00:30Z"] {
            let planned = planned(&daily, misfire, "2026-11-20T09:00:00Z", now);
            assert_eq!(decisions(&planned), [("21T09:00".to_owned(), "run")]);
            assert_eq!(planned.next, Some(at("2026-11-22T09:00:00Z")));
        }
    }
}

#[test]
fn missed_moments_are_rows_too() {
    let daily = cron("0 9 * * *", "UTC");
    for (misfire, expected) in [
        (Misfire::Skip, ["missed", "missed", "missed"]),
        (Misfire::Latest, ["superseded", "superseded", "run"]),
        (Misfire::All, ["run", "run", "run"]),
    ] {
        let planned = planned(&daily, misfire, "2026-11-20T09:00:00Z", "2026-11-23T09:00:31Z");
        let days = ["21T09:00", "22T09:00", "23T09:00"].map(str::to_owned);
        assert_eq!(decisions(&planned), days.into_iter().zip(expected).collect::<Vec<_>>());
    }
}

#[test]
fn the_latest_that_was_missed_gives_way_to_one_that_is_in_time() {
    let daily = cron("0 9 * * *", "UTC");
    let planned = planned(&daily, Misfire::Latest, "2026-11-20T09:00:00Z", "2026-11-22T09:00:05Z");
    assert_eq!(decisions(&planned), [("21T09:00".to_owned(), "superseded"), ("22T09:00".to_owned(), "run")]);
}

#[test]
fn many_missed_moments_come_in_parts_and_only_the_very_last_is_the_latest() {
    let hourly = cron("0 * * * *", "UTC");
    let now = at("2026-11-12T03:30:00Z");
    let mut ahead = at("2026-11-01T01:00:00Z");
    let mut rows = Vec::new();
    while ahead <= now {
        let planned = plan(&hourly, Misfire::Latest, ahead, now, LATE);
        assert!(planned.rows.len() <= MAX_ROWS_PER_PLAN);
        rows.extend(planned.rows);
        ahead = planned.next.unwrap();
    }
    assert_eq!(rows.len(), 11 * 24 + 3);
    let (newest, older) = rows.split_last().unwrap();
    assert_eq!(newest.decision, OccurrenceDecision::Run);
    assert!(older.iter().all(|row| row.decision == OccurrenceDecision::Skipped(OccurrenceReason::Superseded)));
}

#[test]
fn a_clock_that_was_set_back_makes_no_moment_again() {
    let daily = cron("0 9 * * *", "UTC");
    let planned = planned(&daily, Misfire::All, "2026-11-21T09:00:00Z", "2026-11-19T12:00:00Z");
    assert_eq!(planned, SchedulePlan { rows: vec![], next: Some(at("2026-11-22T09:00:00Z")) });
}

#[test]
fn a_rule_that_is_over_has_no_next() {
    let once = ScheduleRule::once(at("2026-11-21T09:00:00Z")).unwrap();
    let missed = planned(&once, Misfire::Latest, "2026-11-20T09:00:00Z", "2026-12-21T09:00:00Z");
    assert_eq!((decisions(&missed), missed.next), (vec![("21T09:00".to_owned(), "run")], None));
}
