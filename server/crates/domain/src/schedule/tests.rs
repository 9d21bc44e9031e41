use chrono::TimeDelta;

use super::*;

mod often;
mod plans;
mod sentences;
mod simulation;
mod truth;
mod zones;

/// What the product allows.
const MIN_INTERVAL_MINUTES: u32 = 15;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn cron(text: &str, zone: &str) -> ScheduleRule {
    ScheduleRule::cron(text, zone, 1).unwrap()
}

/// The moments of a rule in a span, its end included, as `MM-DDTHH:MM`, in UTC.
fn between(rule: &ScheduleRule, from: &str, to: &str) -> Vec<String> {
    let to = at(to);
    rule.moments(at(from))
        .take_while(|moment| *moment <= to)
        .map(|moment| moment.format("%m-%dT%H:%M").to_string())
        .collect()
}

#[test]
fn json_holds_the_kind_and_no_more_than_the_rule() {
    for (rule, json) in [
        (cron("0 9 * * 1", "Asia/Singapore"), r#"{"kind":"cron","cron":"0 9 * * 1","zone":"Asia/Singapore"}"#),
        (
            ScheduleRule::every(60, at("2026-11-22T09:00:00.75Z"), MIN_INTERVAL_MINUTES).unwrap(),
            r#"{"kind":"interval","minutes":60,"from":"2026-11-22T09:00:00Z"}"#,
        ),
        (ScheduleRule::once(at("2027-03-03T01:00:00Z")).unwrap(), r#"{"kind":"once","at":"2027-03-03T01:00:00Z"}"#),
    ] {
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
        assert_eq!(serde_json::from_str::<ScheduleRule>(json).unwrap(), rule);
    }
    for wrong in [
        r#"{"kind":"cron","cron":"0 9 * * 1"}"#,
        r#"{"kind":"cron","cron":"0 9 * * 1","zone":"UTC","seconds":1}"#,
        r#"{"kind":"once","at":"2027-03-03T01:00:00Z","from":"2027-03-03T01:00:00Z"}"#,
        r#"{"kind":"interval","minutes":-1,"from":"2027-03-03T01:00:00Z"}"#,
        r#"{"kind":"daily"}"#,
        r#"{"cron":"0 9 * * 1","zone":"UTC"}"#,
    ] {
        assert!(serde_json::from_str::<ScheduleRule>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_rule_that_was_read_back_is_not_yet_checked() {
    let rule: ScheduleRule = serde_json::from_str(r#"{"kind":"cron","cron":"0 9","zone":"Mars/Olympus"}"#).unwrap();
    assert_eq!(rule.check(MIN_INTERVAL_MINUTES), Err(RuleError::UnknownZone { zone: "Mars/Olympus".to_owned() }));
    assert_eq!(rule.next_after(at("2026-11-22T00:00:00Z")), None);
    let rule: ScheduleRule =
        serde_json::from_str(r#"{"kind":"interval","minutes":0,"from":"2027-03-03T01:00:00Z"}"#).unwrap();
    assert!(rule.check(MIN_INTERVAL_MINUTES).is_err());
    assert!(rule.check(0).is_err());
    assert_eq!(rule.next_after(at("2026-11-22T00:00:00Z")), None);
}

#[test]
fn an_interval_goes_in_even_steps_from_its_first_moment() {
    let rule = ScheduleRule::every(90, at("2026-11-22T09:00:30.5Z"), MIN_INTERVAL_MINUTES).unwrap();
    for (after, next) in [
        ("2020-01-01T00:00:00Z", "2026-11-22T09:00:30Z"),
        ("2026-11-22T09:00:29.999Z", "2026-11-22T09:00:30Z"),
        ("2026-11-22T09:00:30Z", "2026-11-22T10:30:30Z"),
        ("2026-11-22T10:30:29Z", "2026-11-22T10:30:30Z"),
        ("2026-11-22T10:30:30.001Z", "2026-11-22T12:00:30Z"),
        ("2036-11-22T09:00:30Z", "2036-11-22T10:30:30Z"),
    ] {
        assert_eq!(rule.next_after(at(after)), Some(at(next)), "{after}");
    }
}

#[test]
fn a_single_time_comes_once() {
    let rule = ScheduleRule::once(at("2027-03-03T01:00:00.25Z")).unwrap();
    assert_eq!(rule.moments(at("2026-01-01T00:00:00Z")).collect::<Vec<_>>(), [at("2027-03-03T01:00:00Z")]);
    assert_eq!(rule.first_after(at("2027-03-03T01:00:00Z")), Err(RuleError::Over));
}

#[test]
fn a_cron_comes_on_its_days_by_the_clock_of_its_place() {
    for (text, zone, first, second) in [
        ("0 9 * * 1", "Asia/Singapore", "11-23T01:00", "11-30T01:00"),
        ("0 8 1 * *", "Asia/Singapore", "12-01T00:00", "01-01T00:00"),
        ("0 17 * * FRI", "Asia/Singapore", "11-27T09:00", "12-04T09:00"),
        ("30 18 * * MON-FRI", "UTC", "11-23T18:30", "11-24T18:30"),
        ("0 9 L * *", "UTC", "11-30T09:00", "12-31T09:00"),
        ("0 9 * * 1#1", "UTC", "12-07T09:00", "01-04T09:00"),
        ("0 9 15 * 3", "UTC", "11-25T09:00", "12-02T09:00"),
        ("0 9 1-7 * +1", "UTC", "12-07T09:00", "01-04T09:00"),
        ("0 0 29 2 *", "UTC", "02-29T00:00", "02-29T00:00"),
    ] {
        let rule = cron(text, zone);
        let two: Vec<_> = rule.moments(at("2026-11-22T12:00:00Z")).take(2).collect();
        let said: Vec<_> = two.iter().map(|moment| moment.format("%m-%dT%H:%M").to_string()).collect();
        assert_eq!(said, [first, second], "{text}");
    }
    assert_eq!(cron("0 0 29 2 *", "UTC").next_after(at("2096-03-01T00:00:00Z")), Some(at("2104-02-29T00:00:00Z")));
}

#[test]
fn the_next_moment_is_strictly_after() {
    let rule = cron("0 9 * * *", "UTC");
    assert_eq!(rule.next_after(at("2026-11-22T08:59:59.999999Z")), Some(at("2026-11-22T09:00:00Z")));
    assert_eq!(rule.next_after(at("2026-11-22T09:00:00Z")), Some(at("2026-11-23T09:00:00Z")));
    let hourly = cron("0 * * * *", "UTC");
    assert_eq!(hourly.next_after(at("2026-11-22T23:00:00Z")), Some(at("2026-11-23T00:00:00Z")));
    assert_eq!(hourly.moments(at("2026-11-22T00:00:00Z")).nth(99), Some(at("2026-11-26T04:00:00Z")));
}

#[test]
fn far_away_moments_end_the_rule_and_not_the_program() {
    let all = [
        cron("0 9 * * 1", "Europe/Berlin"),
        cron("0 * * * *", "Europe/Berlin"),
        ScheduleRule::every(60, at("2026-11-22T09:00:00Z"), MIN_INTERVAL_MINUTES).unwrap(),
        ScheduleRule::once(at("2026-11-22T09:00:00Z")).unwrap(),
    ];
    for rule in all {
        assert_eq!(rule.next_after(DateTime::<Utc>::MAX_UTC), None, "{rule:?}");
        let _ = rule.next_after(DateTime::<Utc>::MIN_UTC);
        let _ = rule.next_after(DateTime::<Utc>::MAX_UTC - TimeDelta::hours(30));
    }
}
